//! For cases that are generated from the table of functions: a call of each function that succeeds, part by part, so
//! that one part can be made wrong; and an object of each type of handle.

use wasi_crypto_interface::{AlgorithmType, Function, HandleType, ParamType, PublickeyEncoding, ResultType};

use crate::args;
use crate::arguments::Arg;
use crate::case::{Buffer, Case, Handle, Pointer, Value};

/// The first key pair of RFC 8032, section 7.1: seed, then public key.
pub(crate) const ED25519_KEYPAIR: [u8; 64] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5,
    0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60, 0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1,
    0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf,
    0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
];

/// The signature of the empty message with that key, same section.
pub(crate) const ED25519_SIGNATURE: [u8; 64] = [
    0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72, 0x90, 0x86, 0xe2, 0xcc, 0x80, 0x6e, 0x82, 0x8a, 0x84, 0x87, 0x7f,
    0x1e, 0xb8, 0xe5, 0xd9, 0x74, 0xd8, 0x73, 0xe0, 0x65, 0x22, 0x49, 0x01, 0x55, 0x5f, 0xb8, 0x82, 0x15, 0x90, 0xa3,
    0x3b, 0xac, 0xc6, 0x1e, 0x39, 0x70, 0x1c, 0xf9, 0xb4, 0x6b, 0xd2, 0x5b, 0xf5, 0xf0, 0x59, 0x5b, 0xbe, 0x24, 0x65,
    0x51, 0x41, 0x43, 0x8e, 0x7a, 0x10, 0x0b,
];

/// The encoding that all keys and signatures have, under the same number.
pub(crate) const RAW: u32 = PublickeyEncoding::Raw as u32;

/// All types of handles that a guest can get without a secrets manager.
pub(crate) const CREATABLE: [HandleType; 11] = [
    HandleType::Options,
    HandleType::ArrayOutput,
    HandleType::Keypair,
    HandleType::Publickey,
    HandleType::Secretkey,
    HandleType::Signature,
    HandleType::SignatureState,
    HandleType::SignatureVerificationState,
    HandleType::SymmetricKey,
    HandleType::SymmetricState,
    HandleType::SymmetricTag,
];

/// Makes an object of a type, as cheaply as it goes.
pub(crate) fn object(c: &mut Case, ty: HandleType) -> Handle {
    match ty {
        HandleType::Options => c.options_open(AlgorithmType::Symmetric),
        HandleType::ArrayOutput => {
            let key = object(c, HandleType::SymmetricKey);
            c.key_export(key)
        }
        HandleType::SecretsManager => panic!("{}: a host need not have a secrets manager", c.id()),
        HandleType::Keypair => {
            let keypair = args![AlgorithmType::Signatures as u32, "Ed25519", ED25519_KEYPAIR, RAW];
            c.open("keypair_import", keypair)
        }
        HandleType::Publickey => {
            let publickey = args![AlgorithmType::Signatures as u32, "Ed25519", &ED25519_KEYPAIR[32..], RAW];
            c.open("publickey_import", publickey)
        }
        HandleType::Secretkey => {
            let keypair = object(c, HandleType::Keypair);
            c.open("keypair_secretkey", args![keypair])
        }
        HandleType::Signature => c.open("signature_import", args!["Ed25519", ED25519_SIGNATURE, RAW]),
        HandleType::SignatureState => {
            let keypair = object(c, HandleType::Keypair);
            c.open("signature_state_open", args![keypair])
        }
        HandleType::SignatureVerificationState => {
            let publickey = object(c, HandleType::Publickey);
            c.open("signature_verification_state_open", args![publickey])
        }
        HandleType::SymmetricKey => c.key_import("HMAC/SHA-256", [1; 32]),
        HandleType::SymmetricState => c.state_open("SHA-256", None, None),
        HandleType::SymmetricTag => {
            let key = object(c, HandleType::SymmetricKey);
            let state = c.state_open("HMAC/SHA-256", Some(key), None);
            c.squeeze_tag(state)
        }
    }
}

/// The algorithms that [`object`] needs for a type.
pub(crate) fn algorithm_of(ty: HandleType) -> &'static str {
    match ty {
        HandleType::Options | HandleType::SecretsManager | HandleType::SymmetricState => "SHA-256",
        HandleType::ArrayOutput | HandleType::SymmetricKey | HandleType::SymmetricTag => "HMAC/SHA-256",
        _ => "Ed25519",
    }
}

/// A call that succeeds, in parts.
pub(crate) struct Call {
    pub(crate) function: &'static Function,
    /// The parts, one for each declared parameter, then one for each result.
    pub(crate) parts: Vec<Part>,
}

/// A part of a call.
#[derive(Clone)]
pub(crate) struct Part {
    /// The name of the parameter, or `result` and its number from 0.
    pub(crate) name: String,
    /// Its core arguments.
    pub(crate) values: Vec<Value>,
    /// What the case made for it in memory, if it is a pointer.
    pub(crate) memory: Option<Buffer>,
    /// What it is.
    pub(crate) ty: PartType,
}

/// What a part of a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartType {
    Param(ParamType),
    Result,
}

impl Call {
    /// The call as it stands.
    pub(crate) fn args(&self) -> Vec<Arg> {
        self.parts.iter().flat_map(|part| &part.values).map(|value| Arg::from(*value)).collect()
    }

    pub(crate) fn make(&self, c: &mut Case) {
        c.call(self.function.name(), self.args());
    }
}

/// The functions whose calls can be made without a secrets manager and are not about lists.
pub(crate) fn functions() -> impl Iterator<Item = &'static Function> {
    wasi_crypto_interface::functions().iter().filter(|function| {
        !function
            .params()
            .iter()
            .any(|param| matches!(param.ty, ParamType::List(_) | ParamType::Handle(HandleType::SecretsManager)))
    })
}

/// The algorithm that [`valid_call`] uses.
pub(crate) fn algorithm_for(function: &Function) -> &'static str {
    match function.name() {
        "kx_dh" => "X25519",
        "kx_encapsulate" | "kx_decapsulate" => "ML-KEM-768",
        "symmetric_state_squeeze_key" => "HKDF-EXTRACT/SHA-256",
        name if name.starts_with("symmetric_tag") || name.starts_with("symmetric_key") => "HMAC/SHA-256",
        "symmetric_state_squeeze_tag" | "array_output_len" | "array_output_pull" => "HMAC/SHA-256",
        name if is_aead(name) => "AES-256-GCM",
        name if name.starts_with("options") || name.starts_with("symmetric") => "SHA-256",
        "secrets_manager_open" => "SHA-256",
        _ => "Ed25519",
    }
}

fn is_aead(name: &str) -> bool {
    name.contains("crypt") || name.ends_with("max_tag_len") || name.ends_with("options_get")
}

/// Sets up a call that succeeds (on a host that has the function and the algorithm), but for
/// `symmetric_state_ratchet`, which no algorithm of the required table has.
pub(crate) fn valid_call(c: &mut Case, function: &'static Function) -> Call {
    let name = function.name();
    let mut parts: Vec<Part> = Vec::new();
    // What a decryption opens: made with its state, passed by later parameters.
    let mut ciphertext = None;
    for param in function.params() {
        let ty = PartType::Param(param.ty);
        let mut memory = None;
        let values = match param.ty {
            ParamType::Handle(handle) => {
                let object = match (name, handle) {
                    ("symmetric_state_decrypt" | "symmetric_state_decrypt_detached", _) => {
                        let (state, sealed) = sealed(c);
                        ciphertext = Some(sealed);
                        state
                    }
                    (name, HandleType::SymmetricState) => state_for(c, name),
                    ("kx_dh", HandleType::Publickey) => key_part(c, "X25519", "keypair_publickey"),
                    ("kx_dh", _) => key_part(c, "X25519", "keypair_secretkey"),
                    ("kx_encapsulate", _) => key_part(c, "ML-KEM-768", "keypair_publickey"),
                    ("kx_decapsulate", _) => key_part(c, "ML-KEM-768", "keypair_secretkey"),
                    ("signature_verification_state_verify", HandleType::Signature) => signature(c),
                    (_, handle) => object(c, handle),
                };
                vec![object.into()]
            }
            ParamType::AlgorithmType => {
                let ty = if name == "options_open" { AlgorithmType::Symmetric } else { AlgorithmType::Signatures };
                vec![(ty as u32).into()]
            }
            ParamType::KeypairEncoding
            | ParamType::PublickeyEncoding
            | ParamType::SecretkeyEncoding
            | ParamType::SignatureEncoding => vec![RAW.into()],
            ParamType::String => {
                let text = match name {
                    "options_set_u64" | "symmetric_state_options_get_u64" => "ops_limit",
                    "options_set_guest_buffer" => "buffer",
                    "symmetric_state_squeeze_key" => "HKDF-EXPAND/SHA-256",
                    _ if param.name == "name" => "nonce",
                    _ => algorithm_for(function),
                };
                let text = c.data(text);
                memory = Some(text);
                vec![text.start().into(), text.len().into()]
            }
            ParamType::ConstPointer => {
                let data = input(c, name, param.name, ciphertext);
                memory = Some(data);
                vec![data.start().into()]
            }
            ParamType::Pointer => {
                let buffer = c.buffer(output_len(name));
                memory = Some(buffer);
                vec![buffer.start().into()]
            }
            // The length of the part before.
            ParamType::Size => vec![parts.last().and_then(|part| part.memory).map_or(0, Buffer::len).into()],
            ParamType::U64 | ParamType::Version | ParamType::Timestamp => vec![0u64.into()],
            ParamType::OptOptions | ParamType::OptSymmetricKey => {
                let none = c.optional(None);
                memory = Some(Buffer { start: none, len: 8 });
                vec![none.into()]
            }
            ParamType::List(_) => panic!("{name}: lists are not for generated calls"),
        };
        parts.push(Part { name: param.name.to_owned(), values, memory, ty });
    }
    for (i, result) in function.results().iter().enumerate() {
        let len = result_len(*result);
        let slot = c.buffer(len);
        let values = vec![slot.start().into()];
        parts.push(Part { name: format!("result{i}"), values, memory: Some(slot), ty: PartType::Result });
    }
    Call { function, parts }
}

pub(crate) fn result_len(result: ResultType) -> u32 {
    match result {
        ResultType::Handle(_) | ResultType::Size => 4,
        ResultType::Version | ResultType::U64 => 8,
        ResultType::List(_) => 0,
    }
}

/// The exact lengths of the outputs of [`valid_call`]s.
fn output_len(name: &str) -> u32 {
    match name {
        "symmetric_state_encrypt" => MESSAGE.len() as u32 + 16,
        "symmetric_state_encrypt_detached" | "symmetric_state_decrypt" | "symmetric_state_decrypt_detached" => {
            MESSAGE.len() as u32
        }
        "symmetric_state_options_get" => 12,
        _ => 32,
    }
}

const MESSAGE: &[u8] = b"a message of which nobody knows";

fn input(c: &mut Case, name: &str, param: &str, sealed: Option<Sealed>) -> Buffer {
    match (name, param, sealed) {
        ("symmetric_state_decrypt", _, Some(sealed)) => sealed.whole,
        ("symmetric_state_decrypt_detached", "data", Some(sealed)) => sealed.ciphertext,
        ("symmetric_state_decrypt_detached", _, Some(sealed)) => sealed.tag,
        ("keypair_import", ..) => c.data(ED25519_KEYPAIR),
        ("publickey_import", ..) => c.data(&ED25519_KEYPAIR[32..]),
        ("secretkey_import", ..) => c.data(&ED25519_KEYPAIR[..32]),
        ("signature_import", ..) => c.data(ED25519_SIGNATURE),
        ("symmetric_tag_verify", ..) => {
            // The tag of the same state, which the host has computed before.
            let tag = object(c, HandleType::SymmetricTag);
            c.tag_pull(tag, 32).0
        }
        ("kx_decapsulate", ..) => c.data([0; 1088]),
        ("options_set", ..) => c.data([3; 12]),
        _ => c.data(MESSAGE),
    }
}

fn key_part(c: &mut Case, algorithm: &str, function: &str) -> Handle {
    let keypair = args![AlgorithmType::KeyExchange as u32, algorithm, None::<Handle>];
    let keypair = c.open("keypair_generate", keypair);
    c.open(function, args![keypair])
}

fn signature(c: &mut Case) -> Handle {
    let state = object(c, HandleType::SignatureState);
    c.open("signature_state_sign", args![state])
}

fn state_for(c: &mut Case, name: &str) -> Handle {
    match name {
        "symmetric_state_squeeze_tag" => {
            let key = object(c, HandleType::SymmetricKey);
            c.state_open("HMAC/SHA-256", Some(key), None)
        }
        "symmetric_state_squeeze_key" => {
            let key = c.key_import("HKDF-EXTRACT/SHA-256", [1; 32]);
            c.state_open("HKDF-EXTRACT/SHA-256", Some(key), None)
        }
        "symmetric_state_options_get_u64" => {
            let options = c.options_open(AlgorithmType::Symmetric);
            c.options_set_u64(options, "ops_limit", 7u64);
            c.state_open("SHA-256", None, Some(options))
        }
        name if is_aead(name) => c.aead_open("AES-256-GCM", [1; 32], [2; 12]),
        _ => c.state_open("SHA-256", None, None),
    }
}

/// What the host has sealed for a case that opens it again.
#[derive(Clone, Copy)]
struct Sealed {
    whole: Buffer,
    ciphertext: Buffer,
    tag: Buffer,
}

fn sealed(c: &mut Case) -> (Handle, Sealed) {
    let key = c.key_import("AES-256-GCM", [1; 32]);
    let options = c.nonce([2; 12]);
    let state = c.state_open("AES-256-GCM", Some(key), Some(options));
    let len = MESSAGE.len() as u32;
    let (whole, _) = c.encrypt(state, MESSAGE, len + 16);
    let state = c.state_open("AES-256-GCM", Some(key), Some(options));
    (state, Sealed { whole, ciphertext: whole.slice(0, len), tag: whole.slice(len, 16) })
}

/// Addresses whose first `len` bytes are not all inside of memory.
pub(crate) fn outside(len: u32) -> Vec<(&'static str, Pointer)> {
    let mut pointers = vec![("end", Pointer::end(0)), ("last-address", Pointer::absolute(u32::MAX))];
    if len > 1 {
        pointers.push(("across-end", Pointer::end(0).minus(1)));
        pointers.push(("wrapping", Pointer::absolute(u32::MAX - len + 2)));
    }
    pointers
}
