//! A command that has a file signed by another component: it imports `demo:signing/signer`, and nothing of `wasi:crypto`.
//!
//! `client FILE [IDENTIFIER]` writes `FILE.sig` and `FILE.pem`, and prints the identifier of the key that signed.

wit_bindgen::generate!({ path: "../wit", world: "client" });

use std::process::ExitCode;
use std::{env, fs};

use demo::signing::signer::Key;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        [file] => sign(file, Key::generate()),
        [file, identifier] => sign(file, Key::load(identifier)),
        _ => Err("say which file is to be signed, and the identifier of a key if it is not to be a new one".into()),
    };
    match done {
        Ok(identifier) => {
            println!("{identifier}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("client: {error}");
            ExitCode::FAILURE
        }
    }
}

fn sign(file: &str, key: Result<Key, String>) -> Result<String, String> {
    let key = key?;
    let message = fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    let write = |name: String, content: &[u8]| fs::write(&name, content).map_err(|error| format!("{name}: {error}"));
    write(format!("{file}.sig"), &key.sign(&message)?)?;
    write(format!("{file}.pem"), key.public_key()?.as_bytes())?;
    Ok(key.identifier())
}
