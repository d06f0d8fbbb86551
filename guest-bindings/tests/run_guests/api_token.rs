//! The example `api_token`, with a store that the test sees to as an operator does.

use crate::guest::{Guest, Run};

fn guest(test: &str) -> Guest {
    Guest::new("api_token", test).with_store()
}

fn with_input(guest: &Guest, args: &[&str], token: &str) -> Run {
    guest.run_with(args, &[], token.as_bytes())
}

fn request(guest: &Guest, token: &str) -> Run {
    guest.run(&["request", token, "api.example.org", "/v1/orders?open=1"])
}

/// RFC 6750 section 2.1, and RFC 9112.
fn with(token: &str) -> String {
    format!(
        "GET /v1/orders?open=1 HTTP/1.1\r\nHost: api.example.org\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn a_token_is_kept_renewed_and_forgotten() {
    let guest = guest("api_token_life");
    let token = with_input(&guest, &["keep"], "mF_9.B5f-4.1JqM\r\nmore\n").exits(0).stdout;
    let token = token.trim_end();
    request(&guest, token).exits(0).prints(&with("mF_9.B5f-4.1JqM"));
    with_input(&guest, &["renew", token], "another").exits(0).prints("2\n");
    request(&guest, token).exits(0).prints(&with("another"));

    guest.operator("revoke", &["--version", "2", token]).exits(0);
    request(&guest, token).exits(0).prints(&with("mF_9.B5f-4.1JqM"));
    guest.operator("expire", &["--version", "1", "--at", "now", token]).exits(0);
    request(&guest, token).exits(3).prints("").says("has expired");
    guest.run(&["forget", token]).exits(0).prints("");
    request(&guest, token).exits(3).prints("").says("the host has nothing of this identifier");
    with_input(&guest, &["renew", token], "a third").exits(2);
    with_input(&guest, &["renew", token], "third").exits(0).prints("3\n");
    request(&guest, token).exits(0).prints(&with("third"));
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn wrong_command_lines_and_tokens_exit_with_2() {
    let guest = guest("api_token_usage");
    guest.run(&[]).exits(2).says("expected `keep`, `renew`, `request` or `forget`");
    guest.run(&["steal"]).exits(2).says("'steal' is none of keep, renew, request and forget");
    guest.run(&["forget", "a5"]).exits(2).says("'a5' is no identifier");
    guest.run(&["keep", "--days", "0"]).exits(2).says("--days needs a number from 1 to 3650");
    let unknown = "0".repeat(64);
    guest.run(&["request", &unknown, "host", "/ HTTP/1.1\r\nX: y"]).exits(2).says("cannot stand in a request");
    guest.run(&["forget", "--days", "1", &unknown]).exits(2).says("--days goes with keep and renew");
    for token in ["", "\n", "a b", "ü", &"a".repeat((8 << 10) + 1)] {
        with_input(&guest, &["keep"], token).exits(2).prints("").says("is no token");
    }
    with_input(&guest, &["keep"], &"a".repeat(8 << 10)).exits(0);
    assert!(guest.run(&["--help"]).exits(0).stdout.starts_with("Usage: api_token keep"));
}
