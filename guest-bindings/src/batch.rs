//! Many messages in one call of the host: sealing, opening, tags, signatures.
//!
//! ```no_run
//! use wasi_crypto_bindings::batch::{self, Message};
//! use wasi_crypto_bindings::signature::{Ed25519, SigningKey};
//! use wasi_crypto_bindings::{Aes256Gcm, Error};
//!
//! let cipher = Aes256Gcm::generate()?;
//! let nonces = [[1; 12], [2; 12]];
//! let messages = [b"one", b"two"];
//! let of = |at: usize| Message { nonce: &nonces[at], associated_data: b"header", bytes: messages[at] };
//! let sealed: Vec<Vec<u8>> = cipher.seal_batch(&[of(0), of(1)]).into_iter().collect::<Result<_, Error>>()?;
//!
//! // A message that is not authentic fails alone.
//! let forged = [0; 19];
//! let opened = cipher.open_batch(&[
//!     Message { nonce: &nonces[0], associated_data: b"header", bytes: &sealed[0] },
//!     Message { nonce: &nonces[1], associated_data: b"header", bytes: &forged },
//! ]);
//! assert_eq!(opened, [Ok(b"one".to_vec()), Err(Error::InvalidTag)]);
//!
//! let key = SigningKey::<Ed25519>::generate()?;
//! let signatures: Vec<_> = key.sign_batch(&messages).into_iter().collect::<Result<_, Error>>()?;
//! let public = key.try_verifying_key()?;
//! let signed = [(&public, &messages[0][..], &signatures[0]), (&public, &messages[1][..], &signatures[0])];
//! assert_eq!(batch::verify(&signed), [Ok(()), Err(Error::VerificationFailed)]);
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! The answers are those of as many single calls, one for each entry and in the same order. Lists may be of any
//! length: the host gets [`AT_ONCE`] entries at a time, so that the guest needs few handles.
//!
//! # Hosts without these functions
//!
//! Where the host answers that it does not implement a batch function or takes no such list (`not_implemented`,
//! `unsupported_feature`), or that the list is too long for it, the entries are worked on by single calls, with the
//! same results. A host that does not even export the functions cannot run a program that uses this module:
//! WebAssembly links all imports before a program starts. Programs that don't use it don't import them. That holds
//! for components, too, which import those for tags and signatures; the specification has them beside its world.

use alloc::vec;
use alloc::vec::Vec;
use core::mem;

use crate::aead::{
    Aegis128L, Aegis128X2, Aegis128X4, Aegis256, Aegis256X2, Aegis256X4, Aes128Gcm, Aes128GcmSiv, Aes256Gcm,
    Aes256GcmSiv, AsconAead128, ChaCha20Poly1305, TAG_LEN, XChaCha20Poly1305, Xoodyak128,
};
use crate::asymmetric;
use crate::error::Error;
use crate::hmac::{Hmac, HmacHash, HmacKey};
use crate::host;
use crate::keyed::Cipher;
use crate::signature::{Algorithm, Signature, SignatureState, SigningKey, VerificationState, VerifyingKey};
use crate::symmetric::{State, Tag};

/// The most entries that the host gets with one call. Each has a state, and some give a handle.
pub const AT_ONCE: usize = 64;

/// A message to seal or to open.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a, const NONCE_LEN: usize> {
    /// Never the same for two messages that are sealed with one key; see [Nonces](crate::aead#nonces).
    pub nonce: &'a [u8; NONCE_LEN],
    /// Authenticated with the message, and not in what sealing gives.
    pub associated_data: &'a [u8],
    /// The message; or, to open it, what sealing gave.
    pub bytes: &'a [u8],
}

macro_rules! ciphers {
    ($($name:ident)*) => {$(
        impl $name {
            /// Like [`seal`](Self::seal) for each message.
            ///
            /// # Errors
            ///
            /// For each message, those of [`seal`](Self::seal).
            pub fn seal_batch(&self, messages: &[Message<'_, { Self::NONCE_LEN }>]) -> Vec<Result<Vec<u8>, Error>> {
                seal(&self.0, messages)
            }

            /// Like [`open`](Self::open) for each message.
            ///
            /// # Errors
            ///
            /// For each message, those of [`open`](Self::open); nothing of a message is given out that is not
            /// authentic.
            pub fn open_batch(&self, messages: &[Message<'_, { Self::NONCE_LEN }>]) -> Vec<Result<Vec<u8>, Error>> {
                open(&self.0, messages)
            }
        }
    )*};
}

ciphers! {
    Aes128Gcm Aes256Gcm ChaCha20Poly1305 XChaCha20Poly1305
    Aes128GcmSiv Aes256GcmSiv Aegis128L Aegis128X2 Aegis128X4
    Aegis256 Aegis256X2 Aegis256X4 AsconAead128 Xoodyak128
}

impl<H: HmacHash> HmacKey<H> {
    /// The tag of each message with this key.
    ///
    /// # Errors
    ///
    /// For each message, those of [`Hmac::try_finalize`].
    pub fn tag_batch(&self, messages: &[impl AsRef<[u8]>]) -> Vec<Result<H::Output, Error>> {
        let begin = |message: &_| Hmac::with_key(self)?.try_chain_update(message);
        let tag = |tag: Tag| {
            let mut bytes = H::ZERO;
            tag.pull_into(bytes.as_mut())?;
            Ok(bytes)
        };
        let results = in_parts(messages, begin, host_tags, |hmac: &mut Hmac<H>| hmac.state.squeeze_tag());
        results.into_iter().map(|result| result.and_then(tag)).collect()
    }
}

impl<A: Algorithm> SigningKey<A> {
    /// Like [`try_sign`](Self::try_sign) for each message.
    ///
    /// # Errors
    ///
    /// For each message, those of [`try_sign`](Self::try_sign).
    pub fn sign_batch(&self, messages: &[impl AsRef<[u8]>]) -> Vec<Result<Signature<A>, Error>> {
        let begin = |message: &_| {
            let mut state = self.begin()?;
            state.update(message)?;
            Ok(state)
        };
        in_parts(messages, begin, host_signatures, SignatureState::sign)
    }
}

/// Like [`VerifyingKey::verify`] for each key with a message and its signature.
///
/// # Errors
///
/// For each message, those of [`VerifyingKey::verify`].
pub fn verify<A: Algorithm>(signed: &[(&VerifyingKey<A>, &[u8], &Signature<A>)]) -> Vec<Result<(), Error>> {
    let begin = |(key, message, signature): &(&VerifyingKey<A>, &[u8], &Signature<A>)| {
        let mut state = key.begin()?;
        state.update(message)?;
        Ok(Verification { state, signature: signature.in_host()? })
    };
    in_parts(signed, begin, host_verifications, |verification: &mut Verification<A>| {
        verification.state.state.verify(&verification.signature)
    })
}

/// A message whose signature is to be verified.
struct Verification<A> {
    state: VerificationState<A>,
    signature: asymmetric::Signature,
}

/// A message that is to be sealed or opened.
struct Crypt<'a> {
    state: State,
    output: Vec<u8>,
    data: &'a [u8],
}

impl Crypt<'_> {
    /// What was made of the message.
    fn take(&mut self) -> Vec<u8> {
        mem::take(&mut self.output)
    }
}

fn seal<'a, const N: usize>(cipher: &Cipher, messages: &[Message<'a, N>]) -> Vec<Result<Vec<u8>, Error>> {
    let begin = |message: &Message<'a, N>| begin(cipher, message, message.bytes.len() + TAG_LEN);
    in_parts(
        messages,
        begin,
        |crypts| host_crypt(crypts, host::batch_encrypt),
        |crypt| {
            crypt.state.encrypt(&mut crypt.output, crypt.data)?;
            Ok(crypt.take())
        },
    )
}

fn open<'a, const N: usize>(cipher: &Cipher, messages: &[Message<'a, N>]) -> Vec<Result<Vec<u8>, Error>> {
    let begin = |message: &Message<'a, N>| {
        begin(cipher, message, message.bytes.len().checked_sub(TAG_LEN).ok_or(Error::InvalidTag)?)
    };
    in_parts(
        messages,
        begin,
        |crypts| host_crypt(crypts, host::batch_decrypt),
        |crypt| {
            crypt.state.decrypt(&mut crypt.output, crypt.data)?;
            Ok(crypt.take())
        },
    )
}

fn begin<'a, const N: usize>(cipher: &Cipher, message: &Message<'a, N>, len: usize) -> Result<Crypt<'a>, Error> {
    let state = cipher.begin(message.nonce, message.associated_data)?;
    Ok(Crypt { state, output: vec![0; len], data: message.bytes })
}

fn host_crypt(
    crypts: &mut [Crypt<'_>],
    call: impl FnOnce(Vec<host::Crypt<'_>>) -> Result<Vec<Result<usize, Error>>, Error>,
) -> Result<Vec<Result<Vec<u8>, Error>>, Error> {
    let entries = crypts.iter_mut();
    let entries =
        entries.map(|crypt| host::Crypt { state: crypt.state.0, output: &mut crypt.output, data: crypt.data });
    let results = call(entries.collect())?;
    // What fails is not given out, whatever the host has left there.
    Ok(crypts.iter_mut().zip(results).map(|(crypt, result)| result.map(|_| crypt.take())).collect())
}

fn host_tags<H>(hmacs: &mut [Hmac<H>]) -> Result<Vec<Result<Tag, Error>>, Error> {
    let states: Vec<_> = hmacs.iter().map(|hmac| hmac.state.0).collect();
    let results = host::batch_squeeze_tag(&states)?;
    Ok(results.into_iter().map(|result| result.map(Tag)).collect())
}

fn host_signatures<A: Algorithm>(states: &mut [SignatureState<A>]) -> Result<Vec<Result<Signature<A>, Error>>, Error> {
    let handles: Vec<_> = states.iter().map(|state| state.state.0).collect();
    let results = host::batch_sign(&handles)?;
    // A signature of another size would be a fault of the host.
    let signature = |raw| Signature::from_bytes(raw).map_err(|_| Error::InternalError);
    Ok(results.into_iter().map(|result| result.and_then(signature)).collect())
}

fn host_verifications<A>(verifications: &mut [Verification<A>]) -> Result<Vec<Result<(), Error>>, Error> {
    let entries = verifications.iter().map(|verification| (verification.state.state.0, verification.signature.0));
    host::batch_verify(&entries.collect::<Vec<_>>())
}

/// Begins what is to be done for each entry and has it done: for as many at a time as the host gets with one call.
fn in_parts<E, B, R>(
    entries: &[E],
    begin: impl Fn(&E) -> Result<B, Error>,
    together: impl Fn(&mut [B]) -> Result<Vec<Result<R, Error>>, Error>,
    single: impl Fn(&mut B) -> Result<R, Error>,
) -> Vec<Result<R, Error>> {
    let mut results = Vec::with_capacity(entries.len());
    for part in entries.chunks(AT_ONCE) {
        let mut begun = Vec::with_capacity(part.len());
        let failed: Vec<Option<Error>> =
            part.iter().map(|entry| begin(entry).map(|entry| begun.push(entry)).err()).collect();
        // A host that does not take the list has done nothing.
        let done = together(&mut begun).unwrap_or_else(|_| begun.iter_mut().map(&single).collect());
        let mut done = done.into_iter();
        // There is a result for each that was begun.
        results.extend(failed.into_iter().map(|error| match error {
            Some(error) => Err(error),
            None => done.next().unwrap_or(Err(Error::InternalError)),
        }));
    }
    results
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    use super::*;

    /// Doubles numbers below 1000; larger ones cannot begin, and odd ones fail.
    fn doubled(
        numbers: &[u32],
        host: impl Fn(&mut [u32]) -> Result<Vec<Result<u32, Error>>, Error>,
    ) -> Vec<Option<u32>> {
        let begin = |number: &u32| if *number < 1000 { Ok(*number) } else { Err(Error::Overflow) };
        in_parts(numbers, begin, host, |number| double(*number)).into_iter().map(Result::ok).collect()
    }

    fn double(number: u32) -> Result<u32, Error> {
        if number.is_multiple_of(2) { Ok(2 * number) } else { Err(Error::InvalidTag) }
    }

    fn all(numbers: &mut [u32]) -> Result<Vec<Result<u32, Error>>, Error> {
        Ok(numbers.iter().map(|number| double(*number)).collect())
    }

    #[test]
    fn results_are_at_the_places_of_their_entries() {
        let expected = [Some(4), None, None, Some(8), None];
        assert_eq!(doubled(&[2, 1000, 3, 4, 2000], all), expected);
        for error in [Error::NotImplemented, Error::UnsupportedFeature, Error::Overflow] {
            assert_eq!(doubled(&[2, 1000, 3, 4, 2000], |_| Err(error)), expected, "by single calls after {error}");
        }
    }

    #[test]
    fn the_host_gets_so_many_at_a_time() {
        let (calls, most) = (Cell::new(0), Cell::new(0));
        let numbers: Vec<u32> = (0..2 * AT_ONCE as u32 + 1).collect();
        let results = doubled(&numbers, |part| {
            calls.set(calls.get() + 1);
            most.set(most.get().max(part.len()));
            all(part)
        });
        assert_eq!((calls.get(), most.get()), (3, AT_ONCE));
        assert!(results.iter().zip(numbers).all(|(result, number)| *result == double(number).ok()));
    }

    #[test]
    fn a_host_that_forgets_results_is_not_believed() {
        assert_eq!(doubled(&[2, 4], |_| Ok(Vec::new())), [None, None]);
    }
}
