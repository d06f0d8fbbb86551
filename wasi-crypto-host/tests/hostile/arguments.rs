//! For each function, a guest in which it can be called, and arguments with which it works.

use wasi_crypto_host::secrets::{MemoryStore, Namespace, RootKey, SecretsManager};
use wasi_crypto_host::{Errno, ListType, ParamType, ResultType, WasiCryptoCtx};

use crate::support::{Guest, Native, SLOT, hostcall};

/// A guest in which the function can be called, and arguments with which it works.
pub(crate) fn ready(name: &str) -> (Guest<Native>, Vec<u64>) {
    let is_about_secrets = hostcall(name).params().iter().any(|param| param.name == "secrets_manager");
    if is_about_secrets || name == "secrets_manager_open" || name.ends_with("_id") {
        let mut guest = Guest::with_limits(WasiCryptoCtx::builder().secrets(namespace()));
        let args = managed_arguments(&mut guest, name);
        return (guest, args);
    }
    let mut guest = Guest::native();
    let args = match hostcall(name).module() {
        "wasi_ephemeral_crypto_common" | "wasi_ephemeral_crypto_symmetric" => symmetric_arguments(&mut guest, name),
        _ if is_batch(name) => batch_arguments(&mut guest, name),
        _ => asymmetric_arguments(&mut guest, name),
    };
    (guest, args.into_iter().map(u64::from).collect())
}

pub(crate) fn is_batch(name: &str) -> bool {
    name.starts_with("batch_")
}

/// A list with one entry: what the single function takes.
fn batch_arguments(guest: &mut Guest<Native>, name: &str) -> Vec<u32> {
    let entry = match name {
        "batch_signature_state_sign" => asymmetric_arguments(guest, "signature_state_sign"),
        "batch_signature_state_verify" => asymmetric_arguments(guest, "signature_verification_state_verify"),
        _ => symmetric_arguments(guest, name.trim_start_matches("batch_")),
    };
    let fields = entry_len(name) / 4;
    let entry: Vec<u8> = entry[..fields].iter().flat_map(|field| field.to_le_bytes()).collect();
    vec![guest.put(&entry)[0], 1, SLOT]
}

/// The size of an entry of the list that a batch function takes, in bytes (witx/README.md).
fn entry_len(name: &str) -> usize {
    match name {
        "batch_symmetric_state_squeeze" => 12,
        "batch_symmetric_state_squeeze_tag" | "batch_signature_state_sign" => 4,
        "batch_symmetric_state_decrypt_detached" => 28,
        "batch_signature_state_verify" => 8,
        _ => 20,
    }
}

/// The size of a result, in bytes; of a list, that of one record.
pub(crate) fn result_len(result: ResultType) -> u64 {
    match result {
        ResultType::Handle(_) | ResultType::Size => 4,
        ResultType::U64 | ResultType::Version => 8,
        ResultType::List(ListType::Errnos) => 2,
        ResultType::List(_) => 8,
    }
}

fn symmetric_arguments(guest: &mut Guest<Native>, name: &str) -> Vec<u32> {
    let options = guest.nonce(&[2; 12]);
    let key = guest.import("AES-256-GCM", &[1; 32]).unwrap();
    let cipher = guest.open("AES-256-GCM", Some(key), Some(options)).unwrap();
    let mac_key = guest.import("HMAC/SHA-256", &[3; 32]).unwrap();
    let mac = guest.open("HMAC/SHA-256", Some(mac_key), Some(options)).unwrap();
    let ikm = guest.import("HKDF-EXTRACT/SHA-256", &[4; 32]).unwrap();
    let extraction = guest.open("HKDF-EXTRACT/SHA-256", Some(ikm), None).unwrap();
    let hash = guest.open("SHA-256", None, None).unwrap();
    let tag = guest.squeeze_tag(mac).unwrap();
    let array = guest.call_for_u32("symmetric_key_export", &[key]).unwrap();
    let sealed = guest.encrypt(cipher, b"message").unwrap();
    let fresh = guest.cipher("AES-256-GCM", &[1; 32], &[2; 12]);
    guest.options_set_u64(options, "parallelism", 4).unwrap();
    let with_number = guest.open("SHA-256", None, Some(options)).unwrap();

    let slot = SLOT;
    let mut put = |bytes: &[u8]| guest.put(bytes);
    let (nonce_name, number_name, buffer_name) = (put(b"nonce"), put(b"parallelism"), put(b"buffer"));
    let (cipher_name, expand_name) = (put(b"AES-256-GCM"), put(b"HKDF-EXPAND/SHA-256"));
    let (raw, sealed, none) = (put(&[5; 32]), put(&sealed), put(&[1, 0, 0, 0, 0, 0, 0, 0])[0]);
    let key_of = |handle: u32| [&[0; 4][..], &handle.to_le_bytes()].concat();
    let (some_key, some_options) = (put(&key_of(key))[0], put(&key_of(options))[0]);
    let out = guest.room(1000)[0];
    match name {
        "options_open" => vec![1, slot],
        "options_close" => vec![options],
        "options_set" => [&[options][..], &nonce_name, &raw].concat(),
        "options_set_u64" => [&[options][..], &number_name, &[7]].concat(),
        "options_set_guest_buffer" => [&[options][..], &buffer_name, &[out, 100]].concat(),
        "array_output_len" => vec![array, slot],
        "array_output_pull" => vec![array, out, 16, slot],
        "symmetric_key_generate" => [&cipher_name[..], &[none, slot]].concat(),
        "symmetric_key_import" => [&cipher_name[..], &raw, &[slot]].concat(),
        "symmetric_key_export" => vec![key, slot],
        "symmetric_key_close" => vec![key],
        "symmetric_state_open" => [&cipher_name[..], &[some_key, some_options, slot]].concat(),
        "symmetric_state_options_get" => [&[mac][..], &nonce_name, &[out, 12, slot]].concat(),
        "symmetric_state_options_get_u64" => [&[with_number][..], &number_name, &[slot]].concat(),
        "symmetric_state_clone" => vec![hash, slot],
        "symmetric_state_close" => vec![hash],
        "symmetric_state_absorb" => [&[mac][..], &raw].concat(),
        "symmetric_state_squeeze" => vec![hash, out, 32],
        "symmetric_state_squeeze_tag" => vec![mac, slot],
        "symmetric_state_squeeze_key" => [&[extraction][..], &expand_name, &[slot]].concat(),
        "symmetric_state_max_tag_len" => vec![cipher, slot],
        "symmetric_state_encrypt" => [&[fresh, out, 48][..], &raw, &[slot]].concat(),
        "symmetric_state_encrypt_detached" => [&[fresh, out, 32][..], &raw, &[slot]].concat(),
        "symmetric_state_decrypt" => [&[cipher, out, 7][..], &sealed, &[slot]].concat(),
        "symmetric_state_decrypt_detached" => vec![cipher, out, 7, sealed[0], 7, sealed[0] + 7, 16, slot],
        "symmetric_state_ratchet" => vec![hash],
        "symmetric_tag_len" => vec![tag, slot],
        "symmetric_tag_pull" => vec![tag, out, 32, slot],
        "symmetric_tag_verify" => [&[tag][..], &raw].concat(),
        "symmetric_tag_close" => vec![tag],
        other => panic!("say with which arguments {other} works"),
    }
}

fn asymmetric_arguments(guest: &mut Guest<Native>, name: &str) -> Vec<u32> {
    let halves = |guest: &mut Guest<Native>, pair: u32| {
        let public = guest.call_for_u32("keypair_publickey", &[pair]).unwrap();
        (public, guest.call_for_u32("keypair_secretkey", &[pair]).unwrap())
    };
    let pair = guest.keypair(0, "Ed25519");
    let (public, secret) = halves(guest, pair);
    let kx_pair = guest.keypair(2, "X25519");
    let (kx_public, kx_secret) = halves(guest, kx_pair);
    let signing = guest.call_for_u32("signature_state_open", &[pair]).unwrap();
    let signature = guest.call_for_u32("signature_state_sign", &[signing]).unwrap();
    let verifying = guest.call_for_u32("signature_verification_state_open", &[public]).unwrap();
    let [raw_pair, raw_public, raw_secret, raw_signature] = [
        ("keypair_export", pair),
        ("publickey_export", public),
        ("secretkey_export", secret),
        ("signature_export", signature),
    ]
    .map(|(function, handle)| guest.export_as(function, handle, 0).unwrap());

    let algorithm = guest.put(b"Ed25519");
    let [raw_pair, raw_public, raw_secret, raw_signature] =
        [raw_pair, raw_public, raw_secret, raw_signature].map(|raw| guest.put(&raw));
    let (none, message) = (guest.put_optional(None), guest.put(b"message"));
    let import = |raw: [u32; 2]| [&[0][..], &algorithm, &raw, &[0, SLOT]].concat();
    match name {
        "keypair_generate" => [&[0][..], &algorithm, &[none, SLOT]].concat(),
        "keypair_import" => import(raw_pair),
        "keypair_from_pk_and_sk" => vec![public, secret, SLOT],
        "keypair_export" => vec![pair, 0, SLOT],
        "keypair_publickey" | "keypair_secretkey" => vec![pair, SLOT],
        "keypair_close" => vec![pair],
        "publickey_import" => import(raw_public),
        "publickey_export" => vec![public, 0, SLOT],
        "publickey_verify" | "publickey_close" => vec![public],
        "publickey_from_secretkey" => vec![secret, SLOT],
        "secretkey_import" => import(raw_secret),
        "secretkey_export" => vec![secret, 0, SLOT],
        "secretkey_close" => vec![secret],
        "signature_export" => vec![signature, 0, SLOT],
        "signature_import" => [&algorithm[..], &raw_signature, &[0, SLOT]].concat(),
        "signature_state_open" => vec![pair, SLOT],
        "signature_state_update" => [&[signing][..], &message].concat(),
        "signature_state_sign" => vec![signing, SLOT],
        "signature_state_close" => vec![signing],
        "signature_verification_state_open" => vec![public, SLOT],
        "signature_verification_state_update" => [&[verifying][..], &message].concat(),
        "signature_verification_state_verify" => vec![verifying, signature],
        "signature_verification_state_close" => vec![verifying],
        "signature_close" => vec![signature],
        "kx_dh" => vec![kx_public, kx_secret, SLOT],
        "kx_encapsulate" => vec![kx_public, SLOT, SLOT + 8],
        "kx_decapsulate" => [&[kx_secret][..], &message, &[SLOT]].concat(),
        other => panic!("say with which arguments {other} works"),
    }
}

/// A place for managed keys and secrets.
fn namespace() -> Namespace {
    let manager = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap()).build().unwrap();
    manager.namespace("tenant")
}

fn managed_arguments(guest: &mut Guest<Native>, name: &str) -> Vec<u64> {
    const NEVER: u64 = u64::MAX;
    const FIRST: u64 = 1;
    let none = guest.put_optional(None);
    let manager = guest.call_for_u32("secrets_manager_open", &[none]).unwrap();
    let is_pair = name.starts_with("keypair");
    let prefix = if is_pair { "keypair" } else { "symmetric_key" };
    let [managed, own] = [(); 2].map(|()| match is_pair {
        true => guest.keypair(0, "Ed25519"),
        false => guest.import("AES-256-GCM", &[1; 32]).unwrap(),
    });
    let mut id_by = |function: &str, args: &[u64]| {
        let [id, len] = guest.room(32);
        let room = [u64::from(id), u64::from(len)];
        guest.call_u64(function, &[args, &room].concat()).unwrap();
        guest.bytes_at([id, len])
    };
    let key_id = id_by(&format!("{prefix}_store_managed"), &[manager.into(), managed.into()]);
    let secret_id = id_by("external_secret_store", &[manager.into(), 0, 0, NEVER]);
    guest.call_u64("external_secret_encapsulate", &[manager.into(), 0, 0, NEVER, SLOT.into()]).unwrap();
    let sealed = u32::from_le_bytes(guest.bytes(SLOT));
    let sealed = guest.pull_array(sealed).unwrap();

    let mut put = |bytes: &[u8]| guest.put(bytes).map(u64::from);
    let (key_id, secret_id, sealed, secret) = (put(&key_id), put(&secret_id), put(&sealed), put(b"token"));
    let (ed25519, aes, none) = (put(b"Ed25519"), put(b"AES-256-GCM"), put(&[1, 0, 0, 0, 0, 0, 0, 0])[0]);
    let (room, size, slot) = (guest.room(40).map(u64::from), guest.room(4)[0].into(), u64::from(SLOT));
    let [manager, managed, own] = [manager, managed, own].map(u64::from);
    match name {
        "secrets_manager_open" => vec![none, slot],
        "secrets_manager_close" => vec![manager],
        "secrets_manager_invalidate" => [&[manager][..], &key_id, &[FIRST]].concat(),
        "keypair_generate_managed" => [&[manager, 0][..], &ed25519, &[none, slot]].concat(),
        "symmetric_key_generate_managed" => [&[manager][..], &aes, &[none, slot]].concat(),
        "keypair_store_managed" | "symmetric_key_store_managed" => [&[manager, own][..], &room].concat(),
        "keypair_replace_managed" | "symmetric_key_replace_managed" => vec![manager, managed, own, slot],
        "keypair_id" | "symmetric_key_id" => [&[managed][..], &room, &[size, slot]].concat(),
        "keypair_from_id" | "symmetric_key_from_id" => [&[manager][..], &key_id, &[FIRST, slot]].concat(),
        "external_secret_store" => [&[manager][..], &secret, &[NEVER], &room].concat(),
        "external_secret_replace" => [&[manager][..], &secret, &[NEVER], &secret_id, &[slot]].concat(),
        "external_secret_from_id" => [&[manager][..], &secret_id, &[FIRST, slot]].concat(),
        "external_secret_invalidate" => [&[manager][..], &secret_id, &[FIRST]].concat(),
        "external_secret_encapsulate" => [&[manager][..], &secret, &[NEVER, slot]].concat(),
        "external_secret_decapsulate" => [&[manager][..], &sealed, &[slot]].concat(),
        other => panic!("say with which arguments {other} works"),
    }
}

/// What the arguments of [`ready`] come to.
pub(crate) fn expected(name: &str) -> Result<(), Errno> {
    match name {
        "symmetric_state_ratchet" => Err(Errno::InvalidOperation),
        // X25519 is no KEM.
        "kx_encapsulate" | "kx_decapsulate" => Err(Errno::InvalidOperation),
        "symmetric_tag_verify" => Err(Errno::InvalidTag),
        _ => Ok(()),
    }
}

/// An argument that points to `size` bytes; the next argument may be their number.
pub(crate) struct Pointer {
    pub(crate) index: usize,
    pub(crate) size: u64,
    pub(crate) has_length: bool,
}

pub(crate) fn pointers(name: &str, args: &[u64]) -> Vec<Pointer> {
    let (hostcall, mut index, mut pointers) = (hostcall(name), 0, Vec::new());
    for param in hostcall.params() {
        match param.ty {
            ParamType::String | ParamType::ConstPointer | ParamType::Pointer => {
                pointers.push(Pointer { index, size: args[index + 1], has_length: true });
            }
            ParamType::OptOptions | ParamType::OptSymmetricKey => {
                pointers.push(Pointer { index, size: 8, has_length: false });
            }
            ParamType::List(_) => {
                pointers.push(Pointer { index, size: args[index + 1] * entry_len(name) as u64, has_length: true });
            }
            _ => {}
        }
        index += if matches!(param.ty, ParamType::String | ParamType::List(_)) { 2 } else { 1 };
    }
    for result in hostcall.results() {
        pointers.push(Pointer { index, size: result_len(*result), has_length: false });
        index += 1;
    }
    assert_eq!(index, args.len(), "{name}");
    pointers
}
