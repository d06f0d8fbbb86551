//! Keeps the token of a service as an external secret of the host, and uses it later.
//!
//! ```sh
//! cargo xtask guests
//! wasi-crypto keys init --secrets keys.db --root-key file:root.key
//! export WASI_CRYPTO_ROOT_KEY=file:root.key
//! api_token() { wasi-crypto run --secrets keys.db --namespace tenant target/guests/api_token.wasm "$@"; }
//! TOKEN=$(api_token keep < token.txt)
//! api_token request "$TOKEN" api.example.org /v1/orders | openssl s_client -quiet -connect api.example.org:443
//! ```
//!
//! Unlike a key, the token is in the memory of this program while it is used: a service wants its bytes.

mod arguments;
#[path = "../shared/managed_failure.rs"]
mod failure;
#[path = "../shared/print.rs"]
mod print;

use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use wasi_crypto_bindings::secrets::{Identifier, SecretsManager, Version};
use zeroize::Zeroizing;

use arguments::Task;
use failure::Failure;
use print::print;

/// No service has longer ones: common servers take no longer line of a request.
const MAX_TOKEN_LEN: usize = 8 << 10;

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

fn main() -> ExitCode {
    let done = match Task::parse(std::env::args().skip(1)) {
        Ok(Some(task)) => run(&task),
        Ok(None) => print(arguments::USAGE),
        Err(failure) => Err(failure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("api_token: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(task: &Task) -> Result<(), Failure> {
    let manager = SecretsManager::open()?;
    match task {
        Task::Keep { days } => {
            let identifier = manager.store_secret(read_token()?.as_bytes(), expires(*days))?;
            print(&format!("{identifier}\n"))
        }
        Task::Renew { token, days } => {
            let renewed = manager.replace_secret(token, read_token()?.as_bytes(), expires(*days));
            print(&format!("{}\n", renewed.map_err(Failure::about(token))?))
        }
        Task::Request { token, host, path } => request(&manager, token, host, path),
        Task::Forget { token } => manager.invalidate_secret(token, Version::ALL).map_err(Failure::about(token)),
    }
}

fn request(manager: &SecretsManager, token: &Identifier, host: &str, path: &str) -> Result<(), Failure> {
    let token = manager.secret(token, Version::LATEST).map_err(Failure::about(token))?;
    let mut head = Zeroizing::new(Vec::with_capacity(host.len() + path.len() + token.len() + 100));
    // RFC 6750 section 2.1.
    let written = write!(head, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: Bearer ");
    written.map_err(Failure::at("the request"))?;
    head.extend_from_slice(&token);
    head.extend_from_slice(b"\r\n\r\n");
    io::stdout().write_all(&head).map_err(Failure::at("standard output"))
}

/// The first line of standard input.
fn read_token() -> Result<Zeroizing<String>, Failure> {
    // With this capacity the line is not copied while it grows; the buffer of standard input has it besides.
    let mut line = Zeroizing::new(String::with_capacity(MAX_TOKEN_LEN + 1));
    io::stdin().lock().take(MAX_TOKEN_LEN as u64 + 1).read_line(&mut line).map_err(Failure::at("standard input"))?;
    let len = line.trim_end().len();
    line.truncate(len);
    // What RFC 6750 section 2.1 allows, and a bit more.
    if line.is_empty() || line.len() > MAX_TOKEN_LEN || !line.bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem =
            "the first line of standard input is no token: printable characters without spaces, 8 KiB at most";
        return Err(Failure::Usage(problem.to_owned()));
    }
    Ok(line)
}

/// The time in so many days, in seconds since 1970.
fn expires(days: u32) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    now + u64::from(days) * SECONDS_A_DAY
}
