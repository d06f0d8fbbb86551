//! Whichever way a guest ends, and wherever its work is done, what it had is wiped: stopped, in a panic of its embedder, with its last
//! thread, on a worker's thread, in a batch.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use wasi_crypto_host::SharedWasiCryptoCtx;

use super::*;

fn symmetric(name: &str, raw: &[u8], nonce_len: usize) -> Guest<Watched> {
    symmetric_of(guest(raw), name, raw, nonce_len)
}

/// Opens all that can be open with a key: it, an output with it, a state and its copy.
pub(crate) fn symmetric_of<T: Transport>(mut guest: Guest<T>, name: &str, raw: &[u8], nonce_len: usize) -> Guest<T> {
    let key = guest.import(name, raw).unwrap();
    guest.call_for_u32("symmetric_key_export", &[key]).unwrap();
    let nonce = guest.nonce(&[7; 32][..nonce_len]);
    let state = guest.open(name, Some(key), Some(nonce)).unwrap();
    guest.clone_state(state).unwrap();
    guest
}

/// The same with a secret key, a pair, and what signs or was agreed on.
fn asymmetric(name: &str, algorithm_type: u32, raw: &[u8]) -> Guest<Watched> {
    let mut guest = guest(raw);
    let secret = import_secret(&mut guest, name, algorithm_type, raw);
    let public = guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap();
    let pair = guest.call_for_u32("keypair_from_pk_and_sk", &[public, secret]).unwrap();
    guest.call_for_u32("secretkey_export", &[secret, 0]).unwrap();
    if algorithm_type == 0 {
        let state = guest.call_for_u32("signature_state_open", &[pair]).unwrap();
        let [start, len] = guest.put(raw);
        guest.call("signature_state_update", &[state, start, len]).unwrap();
    }
    guest
}

/// A guest for each algorithm with keys, with all of it open.
fn guests() -> impl Iterator<Item = (&'static str, Guest<Watched>)> {
    let keyed = keyed().map(|(name, len, nonce_len)| (name, symmetric(name, &key(len), nonce_len)));
    keyed.chain(ASYMMETRIC.into_iter().map(|(name, ty, len)| (name, asymmetric(name, ty, &key(len)))))
}

#[test]
fn a_guest_that_is_stopped_leaves_nothing() {
    for (_, guest) in guests() {
        guest.transport.native.ctx.stop_handle().stop();
        drop_context(guest);
    }
}

#[test]
fn a_panic_of_the_embedder_leaves_nothing() {
    for (name, guest) in guests() {
        let Watched { native: Native { ctx, .. }, secret, .. } = guest.transport;
        let (result, found) = freed_with(&secret, || {
            catch_unwind(AssertUnwindSafe(move || {
                let _dropped_on_the_way = ctx;
                resume_unwind(Box::new(()));
            }))
        });
        assert!(result.is_err());
        assert_eq!(found, None, "{name}");
    }
}

#[test]
fn the_last_thread_of_a_guest_leaves_nothing() {
    for (name, guest) in guests() {
        let Watched { native: Native { ctx, .. }, secret, .. } = guest.transport;
        let shared = SharedWasiCryptoCtx::new(ctx);
        let of_another_thread = shared.clone();
        drop(shared);
        let thread = std::thread::spawn(move || freed_with(&secret, || drop(of_another_thread)).1);
        assert_eq!(thread.join().unwrap(), None, "{name}");
    }
}

#[test]
fn work_on_another_thread_leaves_nothing_there() {
    let secret = key(40);
    for drops in [false, true] {
        let mut guest = guest(&secret);
        let options = guest.options_open();
        guest.options_set(options, "salt", &secret[..16]).unwrap();
        guest.options_set_u64(options, "ops_limit", 20_000).unwrap();
        let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
        guest.absorb(state, &secret).unwrap();
        let args = [state.into(), 4_096, 64];
        let Native { ctx, memory } = &mut guest.transport.native;
        let squeeze = hostcall("symmetric_state_squeeze");
        let Progress::Pending(work) = ctx.begin_call(squeeze, GuestMemory::unshared(memory), &args) else {
            panic!("it is not handed out");
        };
        let other = secret.clone();
        let thread =
            std::thread::spawn(move || freed_with(&other, || if drops { drop(work) } else { drop(work.run()) }).1);
        assert_eq!(thread.join().unwrap(), None, "dropped before it ran: {drops}");
        drop_context(guest);
    }
}

#[test]
fn batches_leave_nothing() {
    for (name, len, nonce_len) in support::AEADS {
        let raw = key(len);
        let mut guest = guest(&raw);
        let states = [(); 3].map(|()| guest.cipher(name, &raw, &[7; 32][..nonce_len]));
        // The message is the key, too; the last entry has no room for its output.
        let [message, message_len] = guest.put(&raw);
        let entries = [(states[0], 64), (states[1], 64), (states[2], 3)];
        let list: Vec<u8> = (0..)
            .zip(entries)
            .flat_map(|(at, (state, room))| [state, 8_192 + 64 * at, room, message, message_len])
            .flat_map(u32::to_le_bytes)
            .collect();
        let ([list, _], results) = (guest.put(&list), guest.room(3 * 8));
        guest.call("batch_symmetric_state_encrypt", &[list, 3, results[0]]).unwrap();
        drop_context(guest);
    }
    for (name, algorithm_type, len) in ASYMMETRIC.into_iter().filter(|(_, ty, _)| *ty == 0) {
        let raw = key(len);
        let mut guest = guest(&raw);
        let secret = import_secret(&mut guest, name, algorithm_type, &raw);
        let public = guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap();
        let pair = guest.call_for_u32("keypair_from_pk_and_sk", &[public, secret]).unwrap();
        let states = [(); 3].map(|()| guest.call_for_u32("signature_state_open", &[pair]).unwrap());
        let ([list, _], results) = (guest.put(&states.map(u32::to_le_bytes).concat()), guest.room(3 * 8));
        guest.call("batch_signature_state_sign", &[list, 3, results[0]]).unwrap();
        drop_context(guest);
    }
}
