//! As many objects of each cheap kind as a host allows, and what is possible again when they are closed (ERR-TOOMANY-019).

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{Overflow, TooManyHandles};

use crate::args;
use crate::arguments::Arg;
use crate::calls::{Encoding, KeyKind, SignatureEncoding};
use crate::case::{Case, Kind, Relation, Value};

/// More than any host should allow, and few enough to be made in a moment.
const MANY: u32 = 100_000;

pub(super) fn cases() -> Vec<Case> {
    vec![keys(), states(), tags(), public_keys(), signatures()]
}

fn keys() -> Case {
    let mut c = case("symmetric-keys", "HMAC/SHA-256");
    let (name, raw) = (c.data("HMAC/SHA-256"), c.data([1; 32]));
    exhaust(&mut c, "symmetric_key_import", "symmetric_key_close", args![name, raw]);
    let key = c.key_import("HMAC/SHA-256", [1; 32]);
    let array = c.key_export(key);
    c.pull_eq(array, [1; 32]);
    c
}

fn states() -> Case {
    let mut c = case("symmetric-states", "SHA-256");
    let (name, none) = (c.data("SHA-256"), c.optional(None));
    exhaust(&mut c, "symmetric_state_open", "symmetric_state_close", args![name, none, none]);
    let state = c.state_open("SHA-256", None, None);
    let _ = c.squeeze(state, 32);
    c
}

fn tags() -> Case {
    let mut c = case("tags", "HMAC/SHA-256");
    let key = c.key_import("HMAC/SHA-256", [1; 32]);
    let state = c.state_open("HMAC/SHA-256", Some(key), None);
    exhaust(&mut c, "symmetric_state_squeeze_tag", "symmetric_tag_close", args![state]);
    let tag = c.squeeze_tag(state);
    let len = c.tag_len(tag);
    c.equal(len, 32);
    c
}

fn public_keys() -> Case {
    let mut c = case("public-keys", "X25519");
    let ty = AlgorithmType::KeyExchange;
    // The base point (RFC 7748, section 4.1).
    let base = [&[9][..], &[0; 31]].concat();
    let (name, encoded) = (c.data("X25519"), c.data(&base));
    let raw = Encoding::Raw.number(KeyKind::Publickey);
    exhaust(&mut c, "publickey_import", "publickey_close", args![ty as u32, name, encoded, raw]);
    let public = c.import(KeyKind::Publickey, ty, "X25519", &base, Encoding::Raw);
    c.export_eq(public, Encoding::Raw, &base);
    c
}

fn signatures() -> Case {
    let mut c = case("signatures", "ECDSA_P256_SHA256");
    let (name, encoded) = (c.data("ECDSA_P256_SHA256"), c.data([1; 64]));
    let raw = SignatureEncoding::Raw;
    exhaust(&mut c, "signature_import", "signature_close", args![name, encoded, raw as u32]);
    let signature = c.signature_import("ECDSA_P256_SHA256", [1; 64], raw);
    let array = c.signature_export(signature, raw);
    c.pull_eq(array, [1; 64]);
    c
}

/// Opens until the host has enough, and closes all. A limit is a choice of the host, and so is whether it is one of
/// handles or of bytes.
fn exhaust(c: &mut Case, open: &str, close: &str, args: Vec<Arg>) {
    let (handles, opened) = (c.scratch(4 * MANY), c.size_slot());
    c.repeat(MANY, |c| {
        let mut args = args.clone();
        args.push(handles.start().each(4).into());
        c.stop_at(TooManyHandles).stop_at(Overflow).call(open, args);
    });
    c.store_u32(opened.at(), Value::Round);
    c.number(opened, Relation::AtLeast, 100);
    c.observe().number(opened, Relation::AtMost, MANY - 1);
    c.repeat(opened, |c| c.call(close, args![handles.start().each(4).load()]));
    // All of them again: nothing is left of the first ones.
    c.repeat(opened, |c| {
        let mut args = args.clone();
        args.push(handles.start().each(4).into());
        c.call(open, args);
    });
    c.repeat(opened, |c| c.call(close, args![handles.start().each(4).load()]));
}

fn case(of: &str, algorithm: &str) -> Case {
    let requirements = ["ERR-TOOMANY-019", "HANDLE-REF-005"];
    Case::new(format!("limits/handles/exhausted/{of}"), &requirements).algorithm(algorithm).kind(Kind::Stress)
}
