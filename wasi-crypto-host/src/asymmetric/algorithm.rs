//! What an asymmetric algorithm is, and the traits that each implements.

use std::any::Any;
use std::sync::Arc;

use pkcs8::spki::AlgorithmIdentifierRef;

use crate::asymmetric::encoding::{Form, Label, SignatureEncoding};
use crate::errno::Errno;
use crate::limits::Account;
use crate::options::AlgorithmType;
use crate::secret::{STACK_OF_NEW_KEY, Secret, in_wiped_frame};
use crate::stop::StopHandle;

/// An asymmetric algorithm under its canonical name.
pub(crate) struct Algorithm {
    pub(crate) name: &'static str,
    pub(crate) keys: &'static dyn Keys,
    pub(crate) usage: Usage,
}

/// What the keys are for.
pub(crate) enum Usage {
    /// Signatures, in this format.
    Signatures(&'static dyn SignatureFormat),
    /// Key agreement or encapsulation.
    KeyExchange,
}

/// Makes and reads the keys of an algorithm.
pub(crate) trait Keys: Send + Sync {
    /// A new random key. `in_progress` if it was stopped.
    fn generate(&self, stop: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno>;

    /// Whether [`generate`](Self::generate) takes long enough to be worth a thread.
    fn generates_slowly(&self) -> bool {
        false
    }

    /// Whether keys have a form in DER, and so in PEM.
    fn has_der(&self) -> bool {
        true
    }

    /// The form that keys have in PEM under a label of their own, if there is one for private or for public keys.
    fn traditional(&self, label: Label) -> Option<Traditional> {
        let _ = label;
        None
    }

    /// Reads a secret key. `invalid_key`, or `unsupported_encoding`.
    fn import_secret(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno>;

    /// Reads a key pair, which for most algorithms is encoded like a secret key.
    fn import_keypair(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        self.import_secret(encoded, form)
    }

    /// Reads a public key. `invalid_key`, or `unsupported_encoding`.
    fn import_public(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn PublicKey>, Errno>;
}

/// A form of keys from before PKCS#8, which OpenSSL calls traditional: the key alone, since the PEM label says of what algorithm.
pub(crate) struct Traditional {
    pub(crate) label: &'static str,
    /// What PKCS#8 and `SubjectPublicKeyInfo` have beside the key.
    pub(crate) algorithm: AlgorithmIdentifierRef<'static>,
}

/// A secret key, which can give its public half.
pub(crate) trait SecretKey: Send + Sync {
    fn export(&self, form: Form) -> Result<Secret, Errno>;

    /// Writes both halves; most algorithms have no other form than that of the secret key.
    fn export_keypair(&self, form: Form) -> Result<Secret, Errno> {
        self.export(form)
    }

    fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno>;

    /// A state that signs with this key.
    fn signer(self: Arc<Self>) -> Result<Box<dyn Signer>, Errno> {
        Err(Errno::InvalidOperation)
    }

    /// The Diffie-Hellman secret with a public key of the same algorithm.
    fn agree(&self, peer: &dyn PublicKey) -> Result<Secret, Errno> {
        let _ = peer;
        Err(Errno::InvalidOperation)
    }

    /// The secret that [`PublicKey::encapsulate`] put into `ciphertext`.
    fn decapsulate(&self, ciphertext: &[u8]) -> Result<Secret, Errno> {
        let _ = ciphertext;
        Err(Errno::InvalidOperation)
    }

    /// About how many bytes the key takes up, for the guest's account.
    fn held(&self) -> usize {
        1024
    }
}

/// A public key.
pub(crate) trait PublicKey: Send + Sync {
    fn export(&self, form: Form) -> Result<Vec<u8>, Errno>;

    /// An encoding that every key has exactly one of.
    fn canonical(&self) -> Result<Vec<u8>, Errno> {
        self.export(Form::Raw)
    }

    /// Every check that the key is sound, import having made the cheap ones. `invalid_key` if it is not.
    fn check(&self) -> Result<(), Errno>;

    /// A state that verifies with this key.
    fn verifier(self: Arc<Self>) -> Result<Box<dyn Verifier>, Errno> {
        Err(Errno::InvalidOperation)
    }

    /// A new secret, and the ciphertext that carries it to the owner of this key.
    fn encapsulate(&self) -> Result<(Secret, Vec<u8>), Errno> {
        Err(Errno::InvalidOperation)
    }

    /// For an algorithm to find its own type again in another key of the same algorithm.
    fn as_any(&self) -> &dyn Any;

    /// About how many bytes the key takes up, for the guest's account.
    fn held(&self) -> usize {
        1024
    }
}

/// A signature being computed. It covers everything since the state was opened, however often it signs.
pub(crate) trait Signer: Send + Sync {
    /// Says whether `len` more bytes of the message can be taken in, and books what will be gathered of them.
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno>;

    /// Takes in data that was admitted, or a piece of it.
    fn update(&mut self, data: &[u8]);

    /// The raw signature of all data so far; more can follow.
    fn sign(&mut self) -> Result<Vec<u8>, Errno>;

    /// Bytes to book for the signer with all that it allocates, but the key.
    fn held(&self) -> usize;
}

/// A signature being verified.
pub(crate) trait Verifier: Send + Sync {
    /// As [`Signer::admit`].
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno>;

    /// As [`Signer::update`].
    fn update(&mut self, data: &[u8]);

    /// Checks a raw signature of all data so far; more can follow.
    /// `verification_failed`, or `invalid_signature` if it could not be valid for any data.
    fn verify(&mut self, signature: &[u8]) -> Result<(), Errno>;

    /// As [`Signer::held`].
    fn held(&self) -> usize;
}

/// Reads and writes signatures. Inside the host they are always raw.
pub(crate) trait SignatureFormat: Send + Sync {
    /// The raw form. `invalid_signature` if the encoding is malformed, `unsupported_encoding` if there is none such.
    fn import(&self, encoded: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno>;

    fn export(&self, raw: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno>;
}

/// Raw signatures of one length, and no other form.
pub(crate) struct FixedLength(pub(crate) usize);

impl SignatureFormat for FixedLength {
    fn import(&self, encoded: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        match encoding {
            SignatureEncoding::Raw if encoded.len() == self.0 => Ok(encoded.to_vec()),
            SignatureEncoding::Raw => Err(Errno::InvalidSignature),
            SignatureEncoding::Der => Err(Errno::UnsupportedEncoding),
        }
    }

    fn export(&self, raw: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        match encoding {
            SignatureEncoding::Raw => Ok(raw.to_vec()),
            SignatureEncoding::Der => Err(Errno::UnsupportedEncoding),
        }
    }
}

impl Algorithm {
    pub(crate) fn algorithm_type(&self) -> AlgorithmType {
        match self.usage {
            Usage::Signatures(_) => AlgorithmType::Signatures,
            Usage::KeyExchange => AlgorithmType::KeyExchange,
        }
    }

    /// A new secret key, of which nothing is left on the stack. `in_progress` if it was stopped.
    pub(crate) fn generate(&self, stop: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno> {
        in_wiped_frame::<STACK_OF_NEW_KEY, _>(|| self.keys.generate(stop))
    }

    /// `invalid_key` unless the keys are for `algorithm_type` (KP-TYPE-018).
    pub(crate) fn check_type(&self, algorithm_type: AlgorithmType) -> Result<(), Errno> {
        if self.algorithm_type() == algorithm_type { Ok(()) } else { Err(Errno::InvalidKey) }
    }

    /// The format of the algorithm's signatures.
    pub(crate) fn signature_format(&self) -> Result<&'static dyn SignatureFormat, Errno> {
        match self.usage {
            Usage::Signatures(format) => Ok(format),
            Usage::KeyExchange => Err(Errno::InvalidKey),
        }
    }
}
