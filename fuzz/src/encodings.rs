//! Target `encodings`: keys and signatures in every encoding of every algorithm, good ones, changed ones and any bytes.
//!
//! What is accepted is exported, imported again, compared and used; and what is one encoding in two forms gets one answer.

use wasi_crypto_host::{AlgorithmType, Errno};

use crate::bytes::Bytes;
use crate::checked::Checked;
use crate::keys::{DER, ENCODINGS, KeyFunctions, PEM, Part, RAW, SEC, has};
use crate::known::{Known, known};
use crate::mutation::{inner, mutate, replace_inner};
use crate::pem;
use crate::support;
use crate::transcript;
use crate::ways::{Bounds, Way};

type Guest = support::Guest<Checked>;

/// Longer encodings than that of any key, in bytes. A guest of these targets has no room for more.
const MAX_LEN: usize = 8 << 10;

const MESSAGE: &[u8] = b"message";

/// Imports what the input says, and looks closely at what comes of it.
///
/// # Panics
///
/// If something does not hold.
pub fn encodings(input: &[u8]) {
    import(Bytes::new(input));
    transcript::end();
}

fn import(mut bytes: Bytes<'_>) {
    let asymmetric: Vec<&Known> =
        known().iter().filter(|known| known.info.algorithm_type != AlgorithmType::Symmetric).collect();
    let known = bytes.pick(&asymmetric);
    let part = bytes.pick(&Part::ALL);
    let encoding = bytes.pick(&ENCODINGS);
    if !has(&known.info, part) {
        return;
    }
    let encoded = encoded(&asymmetric, known, part, encoding, &mut bytes);
    if encoded.len() > MAX_LEN {
        return;
    }
    let mut import = Import { guest: Guest::new(Checked::new(Way::Whole, Bounds::WIDE)), known, part };
    let answer = import.guest.import_part(part, &known.info, &encoded, encoding);
    if part == Part::Signature {
        if let Ok(signature) = answer {
            import.check_signature(signature, &encoded, encoding);
        }
    } else {
        let forms = answer.map(|handle| import.forms(handle));
        transcript::note((known.info.name, forms.as_ref().map_err(|errno| errno.number())));
        import.compare_doors(&forms, &encoded, encoding, &asymmetric);
        if let (Ok(handle), Ok(forms)) = (answer, &forms) {
            import.import_again(forms);
            import.try_use(handle);
        }
    }
    import.guest.transport.end();
}

/// The bytes to import: those of the input, or a key that is changed as the input says.
fn encoded(asymmetric: &[&Known], known: &Known, part: Part, encoding: u32, bytes: &mut Bytes<'_>) -> Vec<u8> {
    match bytes.byte() % 4 {
        0 => bytes.rest().to_vec(),
        1 => {
            let Some(form) = known.form(part, if encoding == PEM { DER } else { encoding }) else {
                return bytes.rest().to_vec();
            };
            let changed = mutate(form, bytes);
            if encoding == PEM { pem::loose(part, &changed, bytes) } else { changed }
        }
        2 => match known.form(part, if encoding == PEM { DER } else { encoding }) {
            Some(form) if encoding == PEM => pem::loose(part, form, bytes),
            Some(form) => {
                let raw = known.form(if part == Part::Keypair { Part::Secretkey } else { part }, RAW);
                let replaced = raw.and_then(|raw| replace_inner(form, raw, part == Part::Publickey, bytes));
                replaced.unwrap_or_else(|| form.to_vec())
            }
            None => Vec::new(),
        },
        // Of another algorithm, or of another kind.
        _ => {
            let other = bytes.pick(asymmetric);
            let form = other.form(bytes.pick(&Part::ALL), bytes.pick(&ENCODINGS)).unwrap_or_default();
            if bytes.byte().is_multiple_of(2) { form.to_vec() } else { mutate(form, bytes) }
        }
    }
}

/// A key in all the encodings that it has.
type Forms = Vec<(u32, Vec<u8>)>;

struct Import {
    guest: Guest,
    known: &'static Known,
    part: Part,
}

impl Import {
    fn forms(&mut self, handle: u32) -> Forms {
        let Self { guest, part, .. } = self;
        let export = |encoding| match guest.export_part(*part, handle, encoding) {
            Ok(form) => Some((encoding, form)),
            Err(errno) => {
                assert_eq!(errno, Errno::UnsupportedEncoding, "a {} cannot be exported", part.name());
                None
            }
        };
        ENCODINGS.into_iter().filter_map(export).collect()
    }

    /// The answer to another way of passing the same key.
    fn answer(&mut self, known: &Known, part: Part, encoded: &[u8], encoding: u32) -> Result<Forms, Errno> {
        let handle = self.guest.import_part(part, &known.info, encoded, encoding)?;
        let forms = Import::forms(self, handle);
        self.guest.close_part(part, handle);
        Ok(forms)
    }

    /// Two doors have one lock: a key is read alike wherever it can be passed.
    fn compare_doors(&mut self, answer: &Result<Forms, Errno>, encoded: &[u8], encoding: u32, all: &[&'static Known]) {
        let (known, part) = (self.known, self.part);
        // Algorithms with the same keys: their good keys are the same bytes.
        let usual = known.usual(part);
        for other in all.iter().filter(|other| other.usual(part) == usual && other.info.name != known.info.name) {
            let theirs = self.answer(other, part, encoded, encoding);
            assert_eq!(&theirs, answer, "{} and {} differ", other.info.name, known.info.name);
        }
        if encoding == DER {
            let in_pem = self.answer(known, part, &pem::strict(part, encoded), PEM);
            assert_eq!(&in_pem, answer, "PEM and DER of {} differ", known.info.name);
        }
        if let (DER, Ok(forms)) = (encoding, answer) {
            self.compare_inner(forms, encoded);
        }
        // A key pair in PKCS#8 is a secret key there.
        if matches!(encoding, DER | PEM) && part != Part::Publickey {
            let (pair, secret) = (Part::Keypair, Part::Secretkey);
            let other = if part == pair { secret } else { pair };
            let theirs = self.guest.import_part(other, &known.info, encoded, encoding);
            assert_eq!(theirs.err(), answer.as_ref().err().copied(), "pair and secret key of {}", known.info.name);
        }
    }

    /// What DER has around a key can be taken off, where the bare key is an encoding, too.
    fn compare_inner(&mut self, forms: &Forms, encoded: &[u8]) {
        let Some((key, is_sequence)) = inner(encoded, self.part == Part::Publickey) else { return };
        // A raw key pair has both halves.
        if self.part == Part::Keypair {
            return;
        }
        let encodings = if is_sequence { &[SEC][..] } else { &[RAW, SEC] };
        for encoding in encodings {
            match self.answer(self.known, self.part, &key, *encoding) {
                Err(Errno::UnsupportedEncoding) => {}
                answer => assert_eq!(answer.as_ref(), Ok(forms), "{}, its bare key", self.known.info.name),
            }
        }
    }

    /// What was exported is the same key again.
    fn import_again(&mut self, forms: &Forms) {
        for (encoding, form) in forms {
            let again = self.answer(self.known, self.part, form, *encoding);
            assert_eq!(again.as_ref(), Ok(forms), "{} exported in encoding {encoding}", self.known.info.name);
        }
    }

    /// What was accepted works.
    fn try_use(&mut self, handle: u32) {
        match self.part {
            Part::Keypair => {
                let secret = self.guest.follow("keypair_secretkey", handle).unwrap();
                let public = self.guest.follow("keypair_publickey", handle).unwrap();
                self.use_pair(handle, public, secret);
            }
            Part::Secretkey => {
                let public = self.guest.follow("publickey_from_secretkey", handle).unwrap();
                let pair = self.guest.call_for_u32("keypair_from_pk_and_sk", &[public, handle]).unwrap();
                self.use_pair(pair, public, handle);
            }
            Part::Publickey => self.use_public(handle),
            Part::Signature => {}
        }
    }

    fn use_pair(&mut self, pair: u32, public: u32, secret: u32) {
        let Self { guest, known, .. } = self;
        let name = known.info.name;
        assert_eq!(guest.call("publickey_verify", &[public]), Ok(()), "the public half of {name}");
        if known.info.algorithm_type == AlgorithmType::Signatures {
            let signature = guest.sign(pair, &[MESSAGE]).unwrap();
            assert_eq!(guest.check_signature(public, &[MESSAGE], signature), Ok(()), "{name}");
        } else if let Ok((shared, ciphertext)) = guest.encapsulate(public) {
            assert_eq!(guest.decapsulate(secret, &ciphertext), Ok(shared), "{name}");
        } else {
            let (encoding, ours) = known.usual(Part::Secretkey);
            let peer = guest.import_part(Part::Secretkey, &known.info, ours, encoding).unwrap();
            let peer_public = guest.follow("publickey_from_secretkey", peer).unwrap();
            let shared = guest.agree(peer_public, secret);
            assert!(shared.is_ok(), "{name}: {shared:?}");
            assert_eq!(guest.agree(public, peer), shared, "{name}");
        }
    }

    /// A public key that is sound can be used; one that is not is refused or does no harm.
    fn use_public(&mut self, public: u32) {
        let Self { guest, known, .. } = self;
        let name = known.info.name;
        let checked = guest.call("publickey_verify", &[public]);
        assert!(matches!(checked, Ok(()) | Err(Errno::InvalidKey)), "{name}: {checked:?}");
        if known.info.algorithm_type == AlgorithmType::Signatures {
            let raw = known.form(Part::Signature, RAW).expect("signatures can be had raw");
            let signature = guest.import_part(Part::Signature, &known.info, raw, RAW).unwrap();
            check_verdict(guest.check_signature(public, &[MESSAGE], signature));
        } else if known.ciphertext.is_empty() {
            let (encoding, ours) = known.usual(Part::Secretkey);
            let secret = guest.import_part(Part::Secretkey, &known.info, ours, encoding).unwrap();
            let shared = guest.agree(public, secret);
            let is_fine = shared.is_ok() || (checked.is_err() && shared == Err(Errno::InvalidKey));
            assert!(is_fine, "{name}: {checked:?}, {shared:?}");
        } else {
            let secret = guest.encapsulate(public);
            let is_fine = secret.is_ok() || (checked.is_err() && secret == Err(Errno::InvalidKey));
            assert!(is_fine, "{name}: {checked:?}, {secret:?}");
        }
    }

    /// A signature has one form in each encoding.
    fn check_signature(&mut self, signature: u32, encoded: &[u8], encoding: u32) {
        let Self { guest, known, .. } = self;
        let again = guest.export_part(Part::Signature, signature, encoding);
        assert_eq!(again.as_deref(), Ok(encoded), "{} in encoding {encoding}", known.info.name);
        for encoding in [RAW, DER] {
            if let Ok(form) = guest.export_part(Part::Signature, signature, encoding) {
                let again = guest.import_part(Part::Signature, &known.info, &form, encoding).unwrap();
                assert_eq!(guest.export_part(Part::Signature, again, encoding), Ok(form));
            }
        }
        let (encoding, key) = known.usual(Part::Publickey);
        let public = guest.import_part(Part::Publickey, &known.info, key, encoding).unwrap();
        check_verdict(guest.check_signature(public, &[MESSAGE], signature));
    }
}

/// What verification may say of a signature that could be imported.
fn check_verdict(verdict: Result<(), Errno>) {
    let is_fine = matches!(verdict, Ok(()) | Err(Errno::VerificationFailed | Errno::InvalidSignature));
    assert!(is_fine, "{verdict:?}");
}
