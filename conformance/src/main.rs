//! The command line of the suite.

fn main() {
    for case in wasi_crypto_conformance::cases::all() {
        println!("{}", case.id());
    }
}
