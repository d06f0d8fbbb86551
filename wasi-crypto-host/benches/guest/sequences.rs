//! What a guest calls for one operation, from the handle of the key to the bytes of the result, in loops.

use crate::guest::{APART, DATA};

/// The algorithm's name.
pub(crate) const NAME: u32 = 512;
/// An encoded key, or what else a call reads.
pub(crate) const ENCODED: u32 = DATA;
/// The message to sign.
pub(crate) const MESSAGE: u32 = DATA + (1 << 15);
/// The result.
pub(crate) const OUTPUT: u32 = APART;

/// The nonce of a cipher, and the handles of its key and of its options.
pub(crate) const NONCE_BYTES: u32 = 112;
pub(crate) const KEY_HANDLE: u32 = 132;
const OPTIONS_HANDLE: u32 = 140;

/// How long the message is: a hash, a token, a small packet.
pub(crate) const MESSAGE_LEN: u32 = 64;
/// More than any result takes up.
pub(crate) const OUTPUT_LEN: u32 = 1 << 15;
/// The size of every secret that a key encapsulation gives.
pub(crate) const SECRET_LEN: u32 = 32;

/// What is the same for all operations. The first are where calls put handles and numbers; an optional handle is read from 4 bytes
/// before the handle that it has (`witx/README.md`).
const CONSTANTS: &[(&str, u32)] = &[
    ("state", 16),
    ("signature", 20),
    ("array", 24),
    ("second_array", 28),
    ("pulled", 32),
    ("keypair", 36),
    ("publickey", 40),
    ("options", OPTIONS_HANDLE),
    ("some_options", OPTIONS_HANDLE - 4),
    ("some_key", KEY_HANDLE - 4),
    ("absent", 80),
    ("nonce_name", 96),
    ("nonce", NONCE_BYTES),
    ("name", NAME),
    ("encoded", ENCODED),
    ("message", MESSAGE),
    ("message_len", MESSAGE_LEN),
    ("output", OUTPUT),
    ("output_len", OUTPUT_LEN),
    ("behind_secret", OUTPUT + SECRET_LEN),
    ("secret_len", SECRET_LEN),
];

/// What each operation sets for itself.
const SETTINGS: &[&str] = &[
    "key",
    "peer",
    "open_state",
    "known_signature",
    "algorithm_type",
    "name_len",
    "encoded_len",
    "encoding",
    "sealed_len",
];

/// The calls of each loop. An operand is a number, a constant or a setting; with a star, what is at that address.
const SEQUENCES: &[(&str, &[&str])] = &[
    (
        "sign",
        &[
            "signature_state_open key state",
            "signature_state_update *state message message_len",
            "signature_state_sign *state signature",
            "signature_export *signature 0 array",
            "array_output_pull *array output output_len pulled",
            "signature_close *signature",
            "signature_state_close *state",
        ],
    ),
    (
        "verify",
        &[
            "signature_import name name_len encoded encoded_len 0 signature",
            "signature_verification_state_open key state",
            "signature_verification_state_update *state message message_len",
            "signature_verification_state_verify *state *signature",
            "signature_verification_state_close *state",
            "signature_close *signature",
        ],
    ),
    // The call that does the work, with a state that has the message already.
    ("sign_call", &["signature_state_sign open_state signature", "signature_close *signature"]),
    ("verify_call", &["signature_verification_state_verify open_state known_signature"]),
    ("agree", &["kx_dh peer key array", "array_output_pull *array output output_len pulled"]),
    (
        "encapsulate",
        &[
            "kx_encapsulate key array second_array",
            "array_output_pull *array output secret_len pulled",
            "array_output_pull *second_array behind_secret output_len pulled",
        ],
    ),
    (
        "decapsulate",
        &["kx_decapsulate key encoded encoded_len array", "array_output_pull *array output output_len pulled"],
    ),
    (
        "import_keypair",
        &["keypair_import algorithm_type name name_len encoded encoded_len encoding keypair", "keypair_close *keypair"],
    ),
    (
        "import_publickey",
        &[
            "publickey_import algorithm_type name name_len encoded encoded_len encoding publickey",
            "publickey_close *publickey",
        ],
    ),
    (
        "import_and_sign",
        &[
            "keypair_import algorithm_type name name_len encoded encoded_len encoding keypair",
            "signature_state_open *keypair state",
            "signature_state_update *state message message_len",
            "signature_state_sign *state signature",
            "signature_export *signature 0 array",
            "array_output_pull *array output output_len pulled",
            "signature_close *signature",
            "signature_state_close *state",
            "keypair_close *keypair",
        ],
    ),
    (
        "generate",
        &[
            "keypair_generate algorithm_type name name_len absent keypair",
            "keypair_publickey *keypair publickey",
            "publickey_close *publickey",
            "keypair_close *keypair",
        ],
    ),
    (
        "digest",
        &[
            "symmetric_state_open name name_len absent absent state",
            "symmetric_state_absorb *state encoded encoded_len",
            "symmetric_state_squeeze *state output 32",
            "symmetric_state_close *state",
        ],
    ),
    (
        "seal",
        &[
            "options_open 1 options",
            "options_set *options nonce_name 5 nonce 12",
            "symmetric_state_open name name_len some_key some_options state",
            "symmetric_state_encrypt *state output sealed_len encoded encoded_len pulled",
            "symmetric_state_close *state",
            "options_close *options",
        ],
    ),
];

/// The loops in WebAssembly text, each exported under its name. It takes how many times, and returns 0 if all calls succeed.
pub(crate) fn to_wat() -> String {
    let constants = CONSTANTS.iter().map(|(name, value)| format!("(global ${name} i32 (i32.const {value}))\n"));
    let settings =
        SETTINGS.iter().map(|name| format!("(global ${name} (export \"{name}\") (mut i32) (i32.const 0))\n"));
    let loops = SEQUENCES.iter().map(|(name, calls)| {
        let calls: String = calls.iter().map(|call| statement(call)).collect();
        format!(
            "(func (export \"{name}\") (param $n i32) (result i32) (local $status i32)
                (loop $again
                    {calls}
                    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (local.get $status))\n"
        )
    });
    constants.chain(settings).chain(loops).collect()
}

/// Makes a call and keeps its status.
fn statement(call: &str) -> String {
    let mut words = call.split(' ');
    let function = words.next().unwrap_or_default();
    let operands: String = words.map(operand).collect();
    format!("(local.set $status (i32.or (local.get $status) (call ${function}{operands})))\n")
}

fn operand(word: &str) -> String {
    match word.strip_prefix('*') {
        Some(address) => format!(" (i32.load (global.get ${address}))"),
        None if word.parse::<u32>().is_ok() => format!(" (i32.const {word})"),
        None => format!(" (global.get ${word})"),
    }
}
