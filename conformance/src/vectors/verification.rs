//! What the vectors of all signature algorithms have in common: a key, a message, a signature, and whether it verifies.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{InvalidHandle, InvalidSignature, Success, UnsupportedEncoding, VerificationFailed};

use crate::calls::{Encoding, KeyKind, SignatureEncoding};
use crate::case::{Case, Expect, Handle, Kind};
use crate::test_keys::requirement_of;
use crate::vectors::Wanted;

/// A vector.
pub(super) struct Verification<'a> {
    pub(super) id: String,
    pub(super) algorithm: &'a str,
    pub(super) public: &'a [u8],
    pub(super) public_encoding: Encoding,
    pub(super) message: &'a [u8],
    pub(super) signature: &'a [u8],
    pub(super) encoding: SignatureEncoding,
    pub(super) wanted: Wanted,
}

impl Verification<'_> {
    pub(super) fn case(self) -> Case {
        let requirements = ["SIG-VER-001", "SIG-VER-005", "SIG-ENC-001", requirement_of(self.algorithm)];
        let mut c = Case::new(self.id.clone(), &requirements).algorithm(self.algorithm).kind(Kind::Vector);
        let (ty, kind) = (AlgorithmType::Signatures, KeyKind::Publickey);
        let public = c.import(kind, ty, self.algorithm, self.public, self.public_encoding);
        let state = c.verification_state_open(public);
        c.verification_update(state, self.message);
        if self.encoding == SignatureEncoding::Der {
            c.alternative("supported", |c| self.verify(c, public, state));
            c.alternative("unsupported encoding", |c| {
                c.expect(UnsupportedEncoding).signature_import(self.algorithm, self.signature, self.encoding);
            });
        } else {
            self.verify(&mut c, public, state);
        }
        c
    }

    fn verify(&self, c: &mut Case, public: Handle, state: Handle) {
        let import = match self.wanted {
            Wanted::Accepted => Expect::only(Success),
            Wanted::Refused | Wanted::Either => Expect::any_of([Success, InvalidSignature]),
        };
        let verify = match self.wanted {
            Wanted::Accepted => Expect::only(Success),
            // `invalid_handle` if the import has refused it: then the slot holds poison.
            Wanted::Refused => Expect::any_of([VerificationFailed, InvalidSignature, InvalidHandle]),
            Wanted::Either => Expect::any_of([Success, VerificationFailed, InvalidSignature, InvalidHandle]),
        };
        let signature = c.expect(import).signature_import(self.algorithm, self.signature, self.encoding);
        c.expect(verify).verify(state, signature);
        // A guest runs many of these, and the host may limit what it holds.
        c.close(state);
        c.close(public);
    }
}
