//! Steps through every function that the host implements, with what a guest sees of each: the same on all engines.

use super::{AEADS, Guest, Random, SLOT, Transport};

/// Statuses and bytes, one line a step.
pub struct Transcript(pub Vec<String>);

const HASHES: [(&str, usize); 5] =
    [("SHA-256", 32), ("SHA-384", 48), ("SHA-512", 64), ("SHA-512/256", 32), ("BLAKE2B-512", 64)];
const MACS: [&str; 3] = ["HMAC/SHA-256", "HMAC/SHA-384", "HMAC/SHA-512"];

/// Runs all steps. The same bytes go in each time.
pub fn run<T: Transport>(guest: &mut Guest<T>) -> Vec<String> {
    let mut log = Transcript(Vec::new());
    let mut random = Random(7);
    hashes(guest, &mut log, &mut random);
    macs(guest, &mut log, &mut random);
    derivations(guest, &mut log, &mut random);
    for cipher in AEADS {
        ciphers(guest, &mut log, &mut random, cipher);
        overlaps(guest, &mut log, &mut random, cipher);
    }
    options(guest, &mut log);
    log.0
}

impl Transcript {
    fn note(&mut self, step: &str, seen: impl std::fmt::Debug) {
        self.0.push(format!("{step}: {seen:?}"));
    }
}

fn hashes<T: Transport>(guest: &mut Guest<T>, log: &mut Transcript, random: &mut Random) {
    for (name, len) in HASHES {
        let state = guest.open(name, None, None).unwrap();
        log.note(name, guest.absorb(state, &random.bytes(1000)));
        let clone = guest.clone_state(state).unwrap();
        log.note("absorb", guest.absorb(clone, &random.bytes(77)));
        log.note("squeeze", guest.squeeze(state, len));
        log.note("squeeze of the clone", guest.squeeze(clone, len));
        log.note("squeeze too much", guest.squeeze(state, len + 1));
        log.note("tag of a hash", guest.squeeze_tag(state));
        log.note("ratchet", guest.call("symmetric_state_ratchet", &[state]));
        log.note("close", (guest.close(state), guest.close(clone), guest.close(clone)));
    }
}

fn macs<T: Transport>(guest: &mut Guest<T>, log: &mut Transcript, random: &mut Random) {
    for name in MACS {
        let raw = random.bytes(40);
        let key = guest.import(name, &raw).unwrap();
        log.note(name, guest.export(key));
        let state = guest.open(name, Some(key), None).unwrap();
        log.note("absorb", guest.absorb(state, &random.bytes(333)));
        let tag = guest.squeeze_tag(state).unwrap();
        log.note("verify a wrong tag", guest.verify(tag, &raw[..16]));
        let bytes = guest.pull_tag(tag).unwrap();
        log.note("tag", &bytes);
        let again = guest.squeeze_tag(state).unwrap();
        log.note("verify", guest.verify(again, &bytes));
        log.note("close", guest.call("symmetric_tag_close", &[again]));
        log.note("close", guest.close(state));
        log.note("close", guest.call("symmetric_key_close", &[key]));
        let generated = guest.generate(name).unwrap();
        log.note("generated", guest.export(generated).map(|raw| raw.len()));
        log.note("close", guest.call("symmetric_key_close", &[generated]));
    }
}

fn derivations<T: Transport>(guest: &mut Guest<T>, log: &mut Transcript, random: &mut Random) {
    for hash in ["SHA-256", "SHA-384", "SHA-512"] {
        let (extract, expand) = (format!("HKDF-EXTRACT/{hash}"), format!("HKDF-EXPAND/{hash}"));
        let ikm = guest.import(&extract, &random.bytes(22)).unwrap();
        let state = guest.open(&extract, Some(ikm), None).unwrap();
        log.note(&extract, guest.absorb(state, &random.bytes(13)));
        let prk = guest.squeeze_key(state, &expand).unwrap();
        log.note("prk", guest.export(prk));
        let expansion = guest.open(&expand, Some(prk), None).unwrap();
        log.note("absorb", guest.absorb(expansion, &random.bytes(9)));
        log.note("squeeze", guest.squeeze(expansion, 255));
        for state in [state, expansion] {
            log.note("close", guest.close(state));
        }
        for key in [ikm, prk] {
            log.note("close", guest.call("symmetric_key_close", &[key]));
        }
    }
    for (name, cost) in [
        ("PBKDF2-SHA-256", 10),
        ("PBKDF2-SHA-512", 3000),
        ("ARGON2ID", 2),
        ("ARGON2I", 1),
        ("ARGON2D", 3),
        ("SCRYPT", 16),
    ] {
        let options = guest.options_open();
        log.note("salt", guest.options_set(options, "salt", &random.bytes(16)));
        log.note("ops_limit", guest.options_set_u64(options, "ops_limit", cost));
        log.note("memory_limit", guest.options_set_u64(options, "memory_limit", 32 << 10));
        let state = guest.open(name, None, Some(options)).unwrap();
        log.note(name, guest.absorb(state, b"password"));
        log.note("squeeze", guest.squeeze(state, 80));
        log.note("close", (guest.close(state), guest.call("options_close", &[options])));
    }
}

fn ciphers<T: Transport>(
    guest: &mut Guest<T>,
    log: &mut Transcript,
    random: &mut Random,
    (name, key_len, nonce_len): (&str, usize, usize),
) {
    let (key, nonce) = (random.bytes(key_len), random.bytes(nonce_len));
    for message_len in [0, 1, 16, 1000] {
        let (message, ad) = (random.bytes(message_len), random.bytes(20));
        let sealing = guest.cipher(name, &key, &nonce);
        log.note(name, guest.option(sealing, "nonce", 32));
        log.note("absorb", guest.absorb(sealing, &ad));
        let sealed = guest.encrypt(sealing, &message);
        log.note("encrypt", &sealed);
        log.note("encrypt again", guest.encrypt(sealing, &message));
        let mut sealed = sealed.unwrap();
        log.note("decrypt", guest.decrypt(sealing, &sealed));
        *sealed.last_mut().unwrap() ^= 1;
        log.note("decrypt another tag", guest.decrypt(sealing, &sealed));

        let detached = guest.cipher(name, &key, &nonce);
        log.note("absorb", guest.absorb(detached, &ad));
        let (ciphertext, tag) = guest.encrypt_detached(detached, &message).unwrap();
        log.note("encrypt_detached", (&ciphertext, &tag));
        log.note("decrypt_detached", guest.decrypt_detached(detached, &ciphertext, &tag));
        log.note("decrypt_detached, half a tag", guest.decrypt_detached(detached, &ciphertext, &tag[..8]));
        log.note("absorb too late", guest.absorb(detached, &ad));
        log.note("close", (guest.close(sealing), guest.close(detached)));
    }
}

/// Input and output that share bytes, at every distance that matters.
fn overlaps<T: Transport>(
    guest: &mut Guest<T>,
    log: &mut Transcript,
    random: &mut Random,
    (name, key_len, nonce_len): (&str, usize, usize),
) {
    let (key, nonce, message) = (random.bytes(key_len), random.bytes(nonce_len), random.bytes(100));
    let ciphertext = {
        let state = guest.cipher(name, &key, &nonce);
        let ciphertext = guest.encrypt(state, &message).unwrap();
        guest.close(state).unwrap();
        ciphertext
    };
    const AT: u32 = 1000;
    for out in [AT - 200, AT - 99, AT - 16, AT - 1, AT, AT + 1, AT + 16, AT + 99, AT + 200] {
        let state = guest.cipher(name, &key, &nonce);
        guest.transport.write(AT, &message);
        log.note("encrypt, overlapping", guest.call("symmetric_state_encrypt", &[state, out, 116, AT, 100, SLOT]));
        assert_eq!(guest.bytes_at([out, 116]), ciphertext, "{name}, output at {out}");
        guest.transport.write(AT, &ciphertext);
        log.note("decrypt, overlapping", guest.call("symmetric_state_decrypt", &[state, out, 100, AT, 116, SLOT]));
        assert_eq!(guest.bytes_at([out, 100]), message, "{name}, output at {out}");
        log.note("close", guest.close(state));
    }
}

fn options<T: Transport>(guest: &mut Guest<T>, log: &mut Transcript) {
    let options = guest.options_open();
    log.note("context", guest.options_set(options, "context", b"context"));
    log.note("no such option", guest.options_set(options, "colour", b"red"));
    let [name, name_len] = guest.put(b"buffer");
    log.note("buffer", guest.call("options_set_guest_buffer", &[options, name, name_len, 128, 64]));
    log.note("parallelism", guest.options_set_u64(options, "parallelism", u64::MAX));
    let state = guest.open("SHA-256", None, Some(options)).unwrap();
    log.note("options_get", guest.option(state, "context", 10));
    log.note("options_get, short buffer", guest.option(state, "context", 6));
    log.note("options_get, not set", guest.option(state, "salt", 6));
    let [name, name_len] = guest.put(b"parallelism");
    log.note("options_get_u64", guest.call("symmetric_state_options_get_u64", &[state, name, name_len, SLOT]));
    log.note("parallelism", guest.bytes::<8>(SLOT));
    log.note("close", (guest.close(state), guest.call("options_close", &[options])));
    let none = guest.put_optional(None);
    log.note("secrets_manager_open", guest.call_for_u32("secrets_manager_open", &[none]));
}
