//! What the algorithms of the build have that good calls need: keys in all encodings, signatures, ciphertexts.
//!
//! The same in each run as far as that can be, so that an input finds again what it found.

use std::sync::LazyLock;

use wasi_crypto_host::{AlgorithmInfo, AlgorithmType, algorithms};

use crate::checked::Checked;
use crate::expanded;
use crate::freed::secret;
use crate::keys::{DER, ENCODINGS, KeyFunctions, PEM, Part, RAW};
use crate::support::Guest;

/// An algorithm, and what belongs to one key of it.
pub struct Known {
    /// The algorithm.
    pub info: AlgorithmInfo,
    /// The key, its halves and a signature in all encodings that they have, and then what others make of the secret key.
    pub forms: Vec<(Part, u32, Vec<u8>)>,
    /// What an encapsulation for the key gives; empty if the algorithm is none for that.
    pub ciphertext: Vec<u8>,
}

/// Keys of RSA take too long to make.
const RSA_KEYS: [&[u8]; 3] = [
    include_bytes!("../../conformance/test-keys/rsa2048.secret.pem"),
    include_bytes!("../../conformance/test-keys/rsa3072.secret.pem"),
    include_bytes!("../../conformance/test-keys/rsa4096.secret.pem"),
];

/// The sizes of raw secret keys, in bytes.
const SECRET_LENS: [usize; 6] = [32, 48, 56, 57, 64, 66];

/// The sizes of raw signatures, in bytes, where one of nothing but ones is well-formed.
const SIGNATURE_LENS: [usize; 6] = [64, 96, 114, 256, 384, 512];

/// All algorithms.
pub fn known() -> &'static [Known] {
    static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| algorithms().map(Known::new).collect());
    &KNOWN
}

/// The algorithm of a name, in any ASCII case.
pub fn find(name: &[u8]) -> Option<&'static Known> {
    known().iter().find(|known| known.info.name.as_bytes().eq_ignore_ascii_case(name))
}

impl Known {
    fn new(info: AlgorithmInfo) -> Self {
        let mut known = Self { info, forms: Vec::new(), ciphertext: Vec::new() };
        if known.info.algorithm_type == AlgorithmType::Symmetric {
            return known;
        }
        let mut guest = Guest::new(Checked::behind_the_scenes());
        let keypair = fixed_pair(&mut guest, &known.info);
        let public = guest.follow("keypair_publickey", keypair).expect("a pair has a public half");
        let secret = guest.follow("keypair_secretkey", keypair).expect("a pair has a secret half");
        let mut things = vec![(Part::Keypair, keypair), (Part::Publickey, public), (Part::Secretkey, secret)];
        if known.info.algorithm_type == AlgorithmType::Signatures {
            things.push((Part::Signature, fixed_signature(&mut guest, &known.info, keypair)));
        } else if let Ok((_, ciphertext)) = guest.encapsulate(public) {
            known.ciphertext = ciphertext;
        }
        for (part, handle) in things {
            for encoding in ENCODINGS {
                if let Ok(form) = guest.export_part(part, handle, encoding) {
                    known.forms.push((part, encoding, form));
                }
            }
        }
        let expanded = known.form(Part::Secretkey, DER).map(|der| expanded::forms(known.info.name, der));
        known.forms.extend(expanded.into_iter().flatten().map(|form| (Part::Secretkey, DER, form)));
        known
    }

    /// A key, half of a key or signature in an encoding.
    pub fn form(&self, part: Part, encoding: u32) -> Option<&[u8]> {
        let form = self.forms.iter().find(|(p, e, _)| (*p, *e) == (part, encoding));
        form.map(|(_, _, form)| form.as_slice())
    }

    /// The same in DER if it has that, else raw; with the encoding.
    pub fn usual(&self, part: Part) -> (u32, &[u8]) {
        let in_encoding = |encoding| Some((encoding, self.form(part, encoding)?));
        in_encoding(DER).or_else(|| in_encoding(RAW)).expect("every key has one of these encodings")
    }

    /// The size of a key that a symmetric algorithm takes.
    pub fn key_len(&self) -> usize {
        self.info.key_len.unwrap_or(0)
    }
}

/// The same key pair in each run, unless the algorithm has secret keys of an unknown form.
fn fixed_pair(guest: &mut Guest<Checked>, info: &AlgorithmInfo) -> u32 {
    let raw = SECRET_LENS.map(secret);
    if let Some(secret) = raw.iter().find_map(|raw| guest.import_part(Part::Secretkey, info, raw, RAW).ok()) {
        let public = guest.follow("publickey_from_secretkey", secret).expect("a secret key has a public half");
        return guest.call_for_u32("keypair_from_pk_and_sk", &[public, secret]).expect("they belong together");
    }
    let pem = RSA_KEYS.iter().find_map(|pem| guest.import_part(Part::Keypair, info, pem, PEM).ok());
    pem.unwrap_or_else(|| guest.generate_pair(info).expect("keys can be made"))
}

/// The same signature in each run, where its form is so simple. It is well-formed, and wrong.
fn fixed_signature(guest: &mut Guest<Checked>, info: &AlgorithmInfo, keypair: u32) -> u32 {
    let ones = SIGNATURE_LENS.map(|len| vec![1; len]);
    let fixed = ones.iter().find_map(|raw| guest.import_part(Part::Signature, info, raw, RAW).ok());
    fixed.unwrap_or_else(|| guest.sign(keypair, &[b"message"]).expect("the key signs"))
}
