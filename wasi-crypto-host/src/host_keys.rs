//! Keys that the embedder puts into a context, and gives its guest the handles of.

use wasi_crypto_interface::{AlgorithmType, KeypairEncoding};

use crate::asymmetric::encoding::{KeyEncoding, Label};
use crate::asymmetric::key::Keypair;
use crate::booking::Booking;
use crate::context::WasiCryptoCtx;
use crate::errno::Errno;
use crate::held::Held;
use crate::origin::Origin;
use crate::symmetric::key::SymmetricKey;

/// Whether a guest may have the bytes of a key that its embedder put in. Public halves it always may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// As if the guest had imported the key itself.
    Allowed,
    /// Every export of the secret is answered with [`Errno::ProhibitedOperation`].
    Prohibited,
}

impl WasiCryptoCtx {
    /// Puts a key pair in, and returns its handle, which is to be handed to the guest: as an argument, say, or through its memory. The guest
    /// uses it like one of its own, and closes it. Counts against the [`Limits`](crate::Limits).
    ///
    /// [`Errno::UnsupportedAlgorithm`], also for one that the context does not
    /// [allow](crate::WasiCryptoCtxBuilder::algorithms); [`Errno::UnsupportedEncoding`], [`Errno::InvalidKey`];
    /// [`Errno::TooManyHandles`] or [`Errno::Overflow`] at the limits.
    ///
    /// ```
    /// use wasi_crypto_host::{AlgorithmType, Errno, Export, GuestMemory, Hostcall, KeypairEncoding, WasiCryptoCtx};
    ///
    /// // As `openssl genpkey -algorithm ed25519` writes it; this one is from RFC 8410.
    /// let pem = b"-----BEGIN PRIVATE KEY-----\n\
    ///     MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    ///     -----END PRIVATE KEY-----\n";
    /// let mut ctx = WasiCryptoCtx::builder().build()?;
    /// let signatures = AlgorithmType::Signatures;
    /// let keypair = ctx.import_keypair(signatures, "Ed25519", pem, KeypairEncoding::Pem, Export::Prohibited)?;
    ///
    /// // The guest signs with it, and cannot export it.
    /// let mut memory = [0; 8];
    /// let mut call = |name, arg: u32, encoding: &[u64]| {
    ///     let args = [&[u64::from(arg)], encoding, &[4]].concat();
    ///     let errno = ctx.call(Hostcall::find(name).unwrap(), GuestMemory::unshared(&mut memory), &args);
    ///     (errno, u32::from_le_bytes(*memory.last_chunk().unwrap()))
    /// };
    /// let (_, state) = call("signature_state_open", keypair, &[]);
    /// let (errno, _signature) = call("signature_state_sign", state, &[]);
    /// assert_eq!(errno, Errno::Success);
    /// assert_eq!(call("keypair_export", keypair, &[2]).0, Errno::ProhibitedOperation);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn import_keypair(
        &mut self,
        algorithm_type: AlgorithmType,
        algorithm: &str,
        encoded: &[u8],
        encoding: KeypairEncoding,
        export: Export,
    ) -> Result<u32, Errno> {
        let algorithm = self.table.algorithms().asymmetric(algorithm_type, algorithm.as_bytes())?;
        let encoding = KeyEncoding::of_keypair(encoding)?;
        let secret = encoding.import(algorithm.keys, Label::PrivateKey, encoded, |keys, encoded, form| {
            keys.import_keypair(encoded, form)
        })?;
        self.table.insert(Held::<Keypair>::new(algorithm, secret, export.origin()))
    }

    /// Puts a symmetric key in, as [`import_keypair`](Self::import_keypair) does a key pair.
    ///
    /// What a guest derives with a key, as HKDF does, is the guest's own.
    ///
    /// [`Errno::UnsupportedAlgorithm`], also for one that the context does not allow; [`Errno::KeyNotSupported`],
    /// [`Errno::InvalidKey`] for a wrong size; [`Errno::TooManyHandles`] or [`Errno::Overflow`] at the limits.
    pub fn import_symmetric_key(&mut self, algorithm: &str, raw: &[u8], export: Export) -> Result<u32, Errno> {
        let algorithm = self.table.algorithms().symmetric(algorithm.as_bytes())?;
        let key = SymmetricKey::import(algorithm, raw, Booking::default())?;
        self.table.insert(Held::<SymmetricKey>::new(algorithm, key, export.origin()))
    }
}

impl Export {
    fn origin(self) -> Origin {
        Origin::Host { exportable: self == Self::Allowed }
    }
}
