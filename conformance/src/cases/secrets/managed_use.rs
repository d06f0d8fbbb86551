//! Managed keys in use, and on their way out.

use wasi_crypto_interface::Errno::{ProhibitedOperation, Success, UnsupportedEncoding, UnsupportedFeature};
use wasi_crypto_interface::version::LATEST;
use wasi_crypto_interface::{AlgorithmType, HandleType};

use crate::args;
use crate::calls::{Encoding, IDENTIFIER_ROOM, Managed, SignatureEncoding};
use crate::capability::Capability;
use crate::case::{Case, Expect, Handle};
use crate::cases::fixture::{ED25519_KEYPAIR, ED25519_SIGNATURE};
use crate::cases::secrets::{algorithm, case, generated, is_known, known_key};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![sign(), sign_as_before(), encrypt(), agree(), public_half(), export_secret_half()];
    for kind in Managed::ALL {
        cases.extend([export(kind), export_stored(kind)]);
    }
    cases
}

/// What a managed pair signs, its public key verifies, and nothing else.
fn sign() -> Case {
    let kind = Managed::Keypair;
    let mut c = generated(kind, "sign-and-verify", &["GEN-001", "FROM-014"], &["MK-OPAQUE-001", "MK-REFUSE-004"]);
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    let (identifier, _) = c.key_id(kind, key);
    let loaded = c.key_from_id(kind, manager, identifier, LATEST);
    let public = c.keypair_publickey(key);
    c.for_each_given(|c, given| {
        let state = c.signature_state_open(loaded);
        c.signature_update(state, "a message");
        let signature = c.sign_raw(state, given, 64);
        let signature = c.signature_import(algorithm(kind), signature, SignatureEncoding::Raw);
        let state = c.verification_state_open(public);
        c.verification_update(state, "a message");
        c.verify(state, signature);
        let state = c.verification_state_open(public);
        c.verification_update(state, "another message");
        c.expect(Expect::any_error()).verify(state, signature);
    });
    prohibited(&mut c, |c| c.expect(ProhibitedOperation).signature_state_open(loaded));
    c
}

/// A pair that was stored signs as it did before.
fn sign_as_before() -> Case {
    let kind = Managed::Keypair;
    let mut c = case(kind, "sign-as-before", &["STORE-003"], &["MK-OPAQUE-001"]).needs(Capability::Store(kind));
    let manager = c.secrets_manager();
    let key = known_key(&mut c, kind);
    let _ = c.store_managed(kind, manager, key, IDENTIFIER_ROOM);
    c.for_each_given(|c, given| {
        let state = c.signature_state_open(key);
        let signature = c.sign_raw(state, given, 64);
        c.same(signature, ED25519_SIGNATURE);
    });
    prohibited(&mut c, |c| c.expect(ProhibitedOperation).signature_state_open(key));
    c
}

/// What a managed key encrypts, the same key decrypts, loaded by its identifier, and a key beside it does not.
fn encrypt() -> Case {
    const AES: &str = "AES-256-GCM";
    let kind = Managed::SymmetricKey;
    let ids = ["MK-OPAQUE-001", "MK-REFUSE-004"];
    let mut c = generated(kind, "encrypt-and-decrypt", &["GEN-001", "FROM-014"], &ids).algorithm(AES);
    let manager = c.secrets_manager();
    let (key, other) = (c.generate_managed(kind, manager, AES), c.generate_managed(kind, manager, AES));
    let (identifier, version) = c.key_id(kind, key);
    let loaded = c.key_from_id(kind, manager, identifier, version);
    c.alternative("the key can be used", |c| {
        let nonce = c.nonce([7; 12]);
        let state = c.state_open(AES, Some(key), Some(nonce));
        let (sealed, _) = c.encrypt(state, "a message", 9 + 16);
        let state = c.state_open(AES, Some(loaded), Some(nonce));
        c.decrypt_eq(state, sealed, "a message");
        let state = c.state_open(AES, Some(other), Some(nonce));
        c.expect(Expect::any_error()).decrypt(state, sealed, 9);
    });
    prohibited(&mut c, |c| c.expect(ProhibitedOperation).state_open(AES, Some(key), None));
    c
}

/// A managed pair agrees on a secret with one that is not.
fn agree() -> Case {
    const X25519: &str = "X25519";
    let kind = Managed::Keypair;
    let mut c = generated(kind, "agree", &["GEN-001"], &["MK-OPAQUE-001", "MK-REFUSE-004"]).algorithm(X25519);
    let ty = AlgorithmType::KeyExchange;
    let manager = c.secrets_manager();
    let ours = c.open("keypair_generate_managed", args![manager, ty as u32, X25519, None::<Handle>]);
    let theirs = c.keypair_generate(ty, X25519);
    let [our_public, their_public] = [ours, theirs].map(|pair| c.keypair_publickey(pair));
    let their_secret = c.keypair_secretkey(theirs);
    c.alternative("the secret key can be used", |c| {
        let our_secret = c.keypair_secretkey(ours);
        let [ours, theirs] = [(their_public, our_secret), (our_public, their_secret)].map(|(public, secret)| {
            let shared = c.dh(public, secret);
            c.pull(shared, 32).0
        });
        c.same(ours, theirs);
    });
    prohibited(&mut c, |c| c.expect(ProhibitedOperation).keypair_secretkey(ours));
    c
}

fn public_half() -> Case {
    let kind = Managed::Keypair;
    let mut c = case(kind, "public-half", &["STORE-003"], &["MK-OPAQUE-001"]).needs(Capability::Store(kind));
    let manager = c.secrets_manager();
    let key = known_key(&mut c, kind);
    let _ = c.store_managed(kind, manager, key, IDENTIFIER_ROOM);
    let public = c.keypair_publickey(key);
    c.publickey_verify(public);
    c.export_eq(public, Encoding::Raw, &ED25519_KEYPAIR[32..]);
    c
}

/// Whether managed keys may leave the host, is for its policy; what refuses says so.
fn export(kind: Managed) -> Case {
    let mut c = generated(
        kind,
        "export",
        &["GEN-001"],
        &["MK-PROHIB-005", "MK-REFUSE-004", "ERR-PROHIBITED-005", "SYM-KEY-EXPORT-009"],
    );
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    let (identifier, version) = c.key_id(kind, key);
    let loaded = c.key_from_id(kind, manager, identifier, version);
    for key in [key, loaded] {
        export_each(&mut c, key);
    }
    c
}

/// The guest has had this key; it is managed all the same.
fn export_stored(kind: Managed) -> Case {
    let mut c = case(kind, "export-what-was-stored", &["STORE-003"], &["MK-PROHIB-005", "MK-REFUSE-004"])
        .needs(Capability::Store(kind));
    let manager = c.secrets_manager();
    let key = known_key(&mut c, kind);
    let _ = c.store_managed(kind, manager, key, IDENTIFIER_ROOM);
    export_each(&mut c, key);
    is_known(&mut c, kind, key);
    c
}

/// The secret half of a managed pair is as much a managed key, in a pair put together of it, too.
fn export_secret_half() -> Case {
    let kind = Managed::Keypair;
    let mut c = generated(kind, "export-secret-half", &["GEN-001"], &["MK-PROHIB-005", "MK-REFUSE-004"]);
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    let public = c.keypair_publickey(key);
    c.alternative("there is a handle of it", |c| {
        let secret = c.keypair_secretkey(key);
        export_each(c, secret);
        let pair = c.keypair_from_halves(public, secret);
        export_each(c, pair);
    });
    prohibited(&mut c, |c| c.expect(ProhibitedOperation).keypair_secretkey(key));
    c
}

fn export_each(c: &mut Case, key: Handle) {
    let expect = Expect::only(ProhibitedOperation).or_info([Success]);
    if key.ty == HandleType::SymmetricKey {
        c.expect(expect).key_export(key);
        return;
    }
    for encoding in [Encoding::Raw, Encoding::Pkcs8, Encoding::Pem] {
        // Which encodings there are for a key, is another matter.
        c.expect(expect.or_info([UnsupportedEncoding, UnsupportedFeature])).export(key, encoding);
    }
}

/// Policy may refuse any use of a managed key (MK-REFUSE-004).
fn prohibited(c: &mut Case, refused: impl FnOnce(&mut Case) -> Handle) {
    c.alternative("prohibited", |c| {
        refused(c);
    });
}
