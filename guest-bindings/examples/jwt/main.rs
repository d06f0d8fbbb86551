//! Signs JSON Web Tokens with a key that the host keeps, and picks up new versions of it.
//!
//! ```sh
//! cargo xtask guests
//! wasi-crypto keys init --secrets keys.db --root-key file:root.key
//! export WASI_CRYPTO_ROOT_KEY=file:root.key
//! jwt() { wasi-crypto run --secrets keys.db --namespace tenant target/guests/jwt.wasm "$@"; }
//! KEY=$(jwt new)
//! jwt public --key "$KEY" > public.pem
//! echo alice | jwt sign --key "$KEY" --issuer example.org
//! wasi-crypto keys rotate --secrets keys.db --namespace tenant "$KEY"
//! echo alice | jwt sign --key "$KEY" --issuer example.org
//! ```
//!
//! The private key is never in this program's memory, and what was stolen from it signs nothing. Who verifies needs
//! the public key of the version that the token names as its `kid`.

mod arguments;
#[path = "../shared/managed_failure.rs"]
mod failure;
mod key;
#[path = "../shared/print.rs"]
mod print;
mod token;

use std::io;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use wasi_crypto_bindings::secrets::{Identifier, SecretsManager};

use arguments::Task;
use failure::Failure;
use key::Key;
use print::print;
use token::Claims;

fn main() -> ExitCode {
    let done = match Task::parse(std::env::args().skip(1)) {
        Ok(Some(task)) => run(&task),
        Ok(None) => print(arguments::USAGE),
        Err(failure) => Err(failure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("jwt: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(task: &Task) -> Result<(), Failure> {
    let manager = SecretsManager::open()?;
    match task {
        Task::New(algorithm) => print(&format!("{}\n", Key::generate(&manager, *algorithm)?.identifier())),
        Task::Sign { key, issuer, lifetime } => sign(&manager, key, issuer, *lifetime),
        Task::Public(key) => print(&Key::load(&manager, key)?.public_pem()?),
        Task::Rotate(key) => print(&format!("{}\n", Key::load(&manager, key)?.rotate(&manager)?.version())),
    }
}

fn sign(manager: &SecretsManager, key: &Identifier, issuer: &str, lifetime: u64) -> Result<(), Failure> {
    for subject in io::stdin().lines() {
        let subject = subject.map_err(Failure::at("standard input"))?;
        // Loaded anew each time, since the host answers from its memory while nothing has changed.
        let key = Key::load(manager, key)?;
        let issued_at = now();
        let claims = Claims { issuer, subject: &subject, issued_at, expires: issued_at + lifetime };
        print(&format!("{}\n", token::sign(&key, &claims)?))?;
    }
    Ok(())
}

/// Seconds since 1970; 0 before.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
