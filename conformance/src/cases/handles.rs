//! What handles promise (HANDLE-*): lifetime, reuse, consumption.

use wasi_crypto_interface::Errno::{InvalidHandle, Overflow};
use wasi_crypto_interface::HandleType;

use crate::args;
use crate::calls::close_function;
use crate::case::{Case, Relation, Strength};
use crate::cases::fixture::{CREATABLE, algorithm_of, object};

const KEY: [u8; 32] = [9; 32];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        a_pulled_tag_is_closed(),
        a_failed_pull_leaves_the_tag(),
        a_key_serves_several_states(),
        options_serve_several_states(),
        a_state_outlives_its_key_and_options(),
        an_array_output_outlives_its_key(),
        a_signature_state_outlives_its_key(),
        parts_outlive_their_key_pair(),
        handles_of_one_type_do_not_reach_each_other(),
    ];
    cases.extend(CREATABLE.into_iter().filter_map(number_after_close));
    cases.extend(CREATABLE.into_iter().map(many_in_a_row));
    cases
}

fn a_pulled_tag_is_closed() -> Case {
    let mut c = mac("handle/consume/tag-pull", &["HANDLE-CONSUME-002", "HANDLE-CLOSED-006"]);
    let tag = object(&mut c, HandleType::SymmetricTag);
    let _ = c.tag_pull(tag, 32);
    let len = c.expect(InvalidHandle).tag_len(tag);
    c.observe().untouched(len);
    let _ = c.expect(InvalidHandle).tag_pull(tag, 32);
    c.expect(InvalidHandle).tag_verify(tag, [0; 32]);
    c
}

fn a_failed_pull_leaves_the_tag() -> Case {
    let mut c = mac("handle/consume/failed-tag-pull", &["HANDLE-CONSUME-003", "ERR-OVERFLOW-017"]);
    let tag = object(&mut c, HandleType::SymmetricTag);
    for len in [0, 1, 31] {
        let (buffer, size) = c.expect(Overflow).tag_pull(tag, len);
        c.observe().untouched(buffer);
        c.observe().untouched(size);
    }
    let len = c.tag_len(tag);
    c.equal(len, 32);
    let (_, size) = c.tag_pull(tag, 32);
    c.equal(size, 32);
    c
}

fn a_key_serves_several_states() -> Case {
    let mut c = mac("handle/reuse/key", &["HANDLE-REUSE-004"]);
    let key = c.key_import("HMAC/SHA-256", KEY);
    let states = [0; 3].map(|_| c.state_open("HMAC/SHA-256", Some(key), None));
    let tags = states.map(|state| {
        c.absorb(state, "the same");
        let tag = c.squeeze_tag(state);
        c.tag_pull(tag, 32).0
    });
    c.same(tags[0], tags[1]);
    c.same(tags[0], tags[2]);
    c
}

fn options_serve_several_states() -> Case {
    let requirements = ["HANDLE-REUSE-004", "OPT-REUSE-005"];
    let mut c = Case::new("handle/reuse/options", &requirements).algorithm("AES-256-GCM");
    let key = c.key_import("AES-256-GCM", KEY);
    let options = c.nonce([1; 12]);
    let ciphertexts = [0; 2].map(|_| {
        let state = c.state_open("AES-256-GCM", Some(key), Some(options));
        c.encrypt(state, "the same", 24).0
    });
    c.same(ciphertexts[0], ciphertexts[1]);
    c
}

fn a_state_outlives_its_key_and_options() -> Case {
    let requirements = ["HANDLE-REF-005", "HANDLE-SAFECLOSE-007", "OPT-CLOSE-014"];
    let mut c = Case::new("handle/lifetime/state", &requirements).algorithm("AES-256-GCM");
    let key = c.key_import("AES-256-GCM", KEY);
    let options = c.nonce([1; 12]);
    let sealing = c.state_open("AES-256-GCM", Some(key), Some(options));
    let opening = c.state_open("AES-256-GCM", Some(key), Some(options));
    c.close(key);
    c.close(options);
    let (sealed, _) = c.encrypt(sealing, "still here", 26);
    c.close(sealing);
    c.decrypt_eq(opening, sealed, "still here");
    c.options_get_eq(opening, "nonce", [1; 12]);
    c
}

fn an_array_output_outlives_its_key() -> Case {
    let mut c = mac("handle/lifetime/array-output", &["HANDLE-SAFECLOSE-007", "HANDLE-REF-005"]);
    let key = c.key_import("HMAC/SHA-256", KEY);
    let array = c.key_export(key);
    c.close(key);
    c.pull_eq(array, KEY);
    c
}

fn a_signature_state_outlives_its_key() -> Case {
    let requirements = ["HANDLE-SAFECLOSE-007", "HANDLE-REF-005"];
    let mut c = Case::new("handle/lifetime/signature-states", &requirements).algorithm("Ed25519");
    let keypair = object(&mut c, HandleType::Keypair);
    let publickey = c.open("keypair_publickey", args![keypair]);
    let signing = c.open("signature_state_open", args![keypair]);
    let verifying = c.open("signature_verification_state_open", args![publickey]);
    c.close(keypair);
    c.close(publickey);
    c.call("signature_state_update", args![signing, "a message"]);
    let signature = c.open("signature_state_sign", args![signing]);
    c.close(signing);
    c.call("signature_verification_state_update", args![verifying, "a message"]);
    c.call("signature_verification_state_verify", args![verifying, signature]);
    c
}

fn parts_outlive_their_key_pair() -> Case {
    let requirements = ["HANDLE-SAFECLOSE-007", "HANDLE-REF-005"];
    let mut c = Case::new("handle/lifetime/key-pair", &requirements).algorithm("Ed25519");
    let keypair = object(&mut c, HandleType::Keypair);
    let publickey = c.open("keypair_publickey", args![keypair]);
    let secretkey = c.open("keypair_secretkey", args![keypair]);
    c.close(keypair);
    c.call("publickey_verify", args![publickey]);
    let again = c.open("keypair_from_pk_and_sk", args![publickey, secretkey]);
    c.close(publickey);
    c.close(secretkey);
    let signing = c.open("signature_state_open", args![again]);
    c.open("signature_state_sign", args![signing]);
    c
}

fn handles_of_one_type_do_not_reach_each_other() -> Case {
    let requirements = ["HANDLE-REUSE-004"];
    let mut c = Case::new("handle/reuse/independent-states", &requirements).algorithm("SHA-256");
    let (one, other) = (c.state_open("SHA-256", None, None), c.state_open("SHA-256", None, None));
    c.absorb(one, "one");
    let (first, second) = (c.squeeze(one, 32), c.squeeze(other, 32));
    c.differ(first, second);
    c.close(one);
    let again = c.squeeze(other, 32);
    c.same(second, again);
    c
}

/// Whether a number is given out again at once is left open; a host that does so lets a stale handle reach a new object.
fn number_after_close(ty: HandleType) -> Option<Case> {
    close_function(ty)?;
    let id = format!("handle/number-after-close/{}", ty.name());
    let mut c = Case::new(id, &["HANDLE-NOREUSE-009"]).strength(Strength::May).algorithm(algorithm_of(ty));
    let first = object(&mut c, ty);
    c.close(first);
    for _ in 0..3 {
        let next = object(&mut c, ty);
        c.number(next, Relation::NotEqual, first);
        c.close(next);
    }
    Some(c)
}

/// Handle numbers must not betray addresses: those of aligned objects would all have the same low bits.
fn many_in_a_row(ty: HandleType) -> Case {
    let id = format!("handle/number/{}", ty.name());
    let mut c = Case::new(id, &["SEC-LEAK-006"]).strength(Strength::May).algorithm(algorithm_of(ty));
    let handles: Vec<_> = (0..12).map(|_| object(&mut c, ty)).collect();
    for handle in handles {
        c.dump(handle);
    }
    c.oracle(|dumps| {
        let mut low_bits = dumps.iter().filter_map(|dump| dump.first()).map(|byte| byte & 7);
        let first = low_bits.next();
        if low_bits.any(|bits| Some(bits) != first) {
            Ok(())
        } else {
            Err("twelve handles have the same low three bits, as addresses would".to_owned())
        }
    })
}

fn mac(id: &str, requirements: &[&str]) -> Case {
    Case::new(id, requirements).algorithm("HMAC/SHA-256")
}
