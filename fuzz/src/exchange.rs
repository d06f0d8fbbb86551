//! What is random is compared by its use: one guest makes it, and guests of hosts that are called in other ways use it.

use wasi_crypto_host::{AlgorithmType, Errno};

use crate::bytes::Bytes;
use crate::checked::Checked;
use crate::keys::{ENCODINGS, KeyFunctions, Part, RAW};
use crate::known::{Known, known};
use crate::support;
use crate::ways::{Bounds, Way};

type Guest = support::Guest<Checked>;

/// Lets the guests use each other's keys, signatures, ciphertexts and nonces.
///
/// # Panics
///
/// If one cannot use what another made.
pub fn exchange(mut bytes: Bytes<'_>) {
    let known = &known()[usize::from(bytes.byte()) % known().len()];
    let guest = |way| Guest::new(Checked::new(way, Bounds::WIDE));
    let mut guests: Vec<Guest> = Way::ALL.map(guest).into();
    // Whoever is first makes, all others use.
    let maker = usize::from(bytes.byte()) % guests.len();
    guests.swap(0, maker);
    let generates = bytes.byte() % 4 == 1 && !known.info.name.starts_with("RSA");
    match known.info.algorithm_type {
        AlgorithmType::Symmetric if known.info.nonce_len.is_some() => seal(known, &mut guests, bytes),
        AlgorithmType::Symmetric => {}
        AlgorithmType::Signatures => {
            let pairs = pairs(known, &mut guests, generates);
            sign(known, &mut guests, &pairs, bytes);
        }
        AlgorithmType::KeyExchange => {
            let pairs = pairs(known, &mut guests, generates);
            agree(known, &mut guests, &pairs, bytes);
        }
    }
    guests.into_iter().for_each(|guest| guest.transport.end());
}

/// The same key pair for each guest: one that is known, or one that the first of them makes.
fn pairs(known: &Known, guests: &mut [Guest], generates: bool) -> Vec<u32> {
    let Known { info, .. } = known;
    let (maker, users) = guests.split_first_mut().expect("there are guests");
    if !generates {
        let (encoding, encoded) = known.usual(Part::Keypair);
        return guests
            .iter_mut()
            .map(|guest| guest.import_part(Part::Keypair, info, encoded, encoding).unwrap())
            .collect();
    }
    let made = maker.generate_pair(info).unwrap();
    let mut pairs = vec![made];
    for (user, encoding) in users.iter_mut().zip(ENCODINGS.into_iter().cycle()) {
        // All can be had raw, or as what the keys of this algorithm usually are.
        let forms =
            [encoding, known.forms[0].1].map(|encoding| (encoding, maker.export_part(Part::Keypair, made, encoding)));
        let (encoding, form) = forms.into_iter().find_map(|(encoding, form)| Some((encoding, form.ok()?))).unwrap();
        let pair = user.import_part(Part::Keypair, info, &form, encoding).unwrap();
        assert_eq!(user.export_part(Part::Keypair, pair, encoding).unwrap(), form);
        pairs.push(pair);
    }
    pairs
}

/// The first signs; everybody verifies, a message that was changed, too.
fn sign(known: &Known, guests: &mut [Guest], pairs: &[u32], mut bytes: Bytes<'_>) {
    let cuts: Vec<u8> = guests.iter().map(|_| bytes.byte()).collect();
    let flip = usize::from(bytes.byte());
    let message = bytes.rest();
    let message = &message[..message.len().min(8 << 10)];
    let pieces = |cut: u8| <[&[u8]; 2]>::from(message.split_at(message.len() * usize::from(cut) / 255));
    let mut changed = message.to_vec();
    match message.len().checked_sub(1) {
        Some(last) => changed[flip.min(last)] ^= 1,
        None => changed.push(0),
    }

    let signature = guests[0].sign(pairs[0], &pieces(cuts[0])).unwrap();
    let again = guests[0].sign(pairs[0], &pieces(cuts[1])).unwrap();
    let raw = guests[0].export_part(Part::Signature, signature, RAW).unwrap();
    let is_deterministic = guests[0].export_part(Part::Signature, again, RAW).unwrap() == raw;
    for ((guest, pair), cut) in guests.iter_mut().zip(pairs).zip(cuts) {
        let public = guest.follow("keypair_publickey", *pair).unwrap();
        let imported = guest.import_part(Part::Signature, &known.info, &raw, RAW).unwrap();
        let way = guest.transport.way();
        assert_eq!(guest.check_signature(public, &pieces(cut), imported), Ok(()), "{way:?}");
        let refused = guest.check_signature(public, &[&changed], imported);
        assert_eq!(refused, Err(Errno::VerificationFailed), "{way:?}");
        if is_deterministic {
            let own = guest.sign(*pair, &pieces(cut)).unwrap();
            assert_eq!(guest.export_part(Part::Signature, own, RAW).unwrap(), raw, "{way:?}");
        }
    }
    sign_together(known, guests, pairs, [message, &changed]);
}

/// The first signs two messages in a batch; everybody verifies in one, and the signature of the other message, too.
fn sign_together(known: &Known, guests: &mut [Guest], pairs: &[u32], messages: [&[u8]; 2]) {
    let maker = &mut guests[0];
    let signing = states(maker, "signature_state", pairs[0], messages);
    let results = call_batch(maker, "batch_signature_state_sign", &signing, 8);
    let raw: Vec<Vec<u8>> = results
        .iter()
        .map(|result| {
            let [a, b, c, d, 0, 0, _, _] = result[..] else { panic!("an entry fails: {result:x?}") };
            maker.export_part(Part::Signature, u32::from_le_bytes([a, b, c, d]), RAW).unwrap()
        })
        .collect();
    for (guest, pair) in guests.iter_mut().zip(pairs) {
        let public = guest.follow("keypair_publickey", *pair).unwrap();
        let [one, other] = states(guest, "signature_verification_state", public, messages);
        let import = |raw: &Vec<u8>| guest.import_part(Part::Signature, &known.info, raw, RAW).unwrap();
        let signatures: Vec<u32> = raw.iter().map(import).collect();
        let entries = [one, signatures[0], one, signatures[1], other, signatures[1]];
        let results = call_batch(guest, "batch_signature_state_verify", &entries, 2);
        let answers = [Errno::Success, Errno::VerificationFailed, Errno::Success];
        let expected = answers.map(|errno| errno.number().to_le_bytes());
        assert_eq!(results, expected, "{:?}", guest.transport.way());
    }
}

/// States that have these messages.
fn states(guest: &mut Guest, prefix: &str, key: u32, messages: [&[u8]; 2]) -> [u32; 2] {
    messages.map(|message| {
        let state = guest.follow(&format!("{prefix}_open"), key).unwrap();
        let [start, len] = guest.put(message);
        guest.call(&format!("{prefix}_update"), &[state, start, len]).unwrap();
        state
    })
}

/// Calls a batch function that takes handles, and returns the record of each result.
fn call_batch(guest: &mut Guest, function: &str, handles: &[u32], result_len: usize) -> Vec<Vec<u8>> {
    let list: Vec<u8> = handles.iter().flat_map(|handle| handle.to_le_bytes()).collect();
    let entries = handles.len() / if result_len == 2 { 2 } else { 1 };
    let ([list, _], results) = (guest.put(&list), guest.room(entries * result_len));
    guest.call(function, &[list, entries as u32, results[0]]).unwrap();
    guest.bytes_at(results).chunks(result_len).map(<[u8]>::to_vec).collect()
}

/// Everybody gets the same secret, from a ciphertext that was changed, too.
fn agree(known: &Known, guests: &mut [Guest], pairs: &[u32], mut bytes: Bytes<'_>) {
    let (at, flip) = (usize::from(bytes.u16()), bytes.byte());
    let public = guests[0].follow("keypair_publickey", pairs[0]).unwrap();
    let encapsulated = guests[0].encapsulate(public);
    let raw_public = guests[0].export_part(Part::Publickey, public, RAW).unwrap();
    let mut answers = Vec::new();
    for (guest, pair) in guests.iter_mut().zip(pairs) {
        let secret = guest.follow("keypair_secretkey", *pair).unwrap();
        if let Ok((shared, ciphertext)) = &encapsulated {
            assert_eq!(guest.decapsulate(secret, ciphertext).as_ref(), Ok(shared), "{:?}", guest.transport.way());
            let mut changed = ciphertext.clone();
            let at = at % changed.len();
            changed[at] ^= flip;
            answers.push(guest.decapsulate(secret, &changed));
        } else {
            // A public key of another owner, if it is one.
            let mut changed = raw_public.clone();
            let at = at % changed.len();
            changed[at] ^= flip;
            let other = guest.import_part(Part::Publickey, &known.info, &changed, RAW);
            answers.push(other.and_then(|other| guest.agree(other, secret)));
        }
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:x?}");
}

/// The first encrypts, under a nonce that the host chooses if it does, or under none; everybody decrypts.
fn seal(known: &Known, guests: &mut [Guest], mut bytes: Bytes<'_>) {
    let name = known.info.name;
    let key = vec![bytes.byte(); known.key_len()];
    let nonce = vec![bytes.byte(); known.info.nonce_len.unwrap_or(0)];
    let associated_data = bytes.short();
    let message = bytes.rest();
    let message = &message[..message.len().min(8 << 10)];

    let own = guests[0].import(name, &key).unwrap();
    let options = (!known.info.nonce_optional).then(|| guests[0].nonce(&nonce));
    let state = guests[0].open(name, Some(own), options).unwrap();
    let nonce = guests[0].transport.nonce(state);
    // AES-CBC has none, and notices only some changes, AES-CTR notices none: they are compared by what they encrypt. A nonce may leave
    // too few counters for the message.
    let authenticates = guests[0].absorb(state, associated_data) != Err(Errno::InvalidOperation);
    let sealed = guests[0].encrypt(state, message);
    assert!(sealed.is_ok() || name.ends_with("-CTR") && sealed == Err(Errno::Overflow), "{sealed:x?}");
    for guest in guests {
        let own = guest.import(name, &key).unwrap();
        let options = nonce.as_ref().map(|nonce| guest.nonce(nonce));
        let state = guest.open(name, Some(own), options).unwrap();
        let way = guest.transport.way();
        if !authenticates {
            assert_eq!(guest.encrypt(state, message), sealed, "{way:?}");
            continue;
        }
        guest.absorb(state, associated_data).unwrap();
        let sealed = sealed.as_ref().unwrap();
        let mut changed = sealed.clone();
        changed.iter_mut().rev().take(1).for_each(|last| *last ^= 1);
        assert_eq!(guest.decrypt(state, &changed), Err(Errno::InvalidTag), "{way:?}");
        assert_eq!(guest.decrypt(state, sealed).as_deref(), Ok(message), "{way:?}");
    }
}
