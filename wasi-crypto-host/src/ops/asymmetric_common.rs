//! Key pairs, public keys, secret keys.

use std::sync::Arc;

use crate::asymmetric::algorithm::{Algorithm, Keys, SecretKey};
use crate::asymmetric::encoding::{Form, KeyEncoding, Label};
use crate::asymmetric::key::{Keypair, PublicKeyObject, SecretKeyObject};
use crate::errno::Errno;
use crate::held::Held;
use crate::ops::common::open_array_output;
use crate::ops::export::Export;
use crate::ops::{Bytes, Objects};
use crate::options::OptionSet;
use crate::secret::Secret;
use crate::stop::StopHandle;

/// What there is to do for a new key pair, once it has been admitted. May take seconds; see [`is_slow`](Self::is_slow).
#[derive(Clone, Copy)]
pub(crate) struct Generation(&'static Algorithm);

impl Generation {
    /// `invalid_handle` if the option set is for another type of algorithm. The asymmetric ones have no options to read.
    pub(crate) fn admit(
        objects: &mut impl Objects,
        algorithm: &'static Algorithm,
        options: Option<u32>,
    ) -> Result<Self, Errno> {
        if let Some(options) = options {
            objects.look(options, |options: &OptionSet, _| {
                if options.algorithm_type == algorithm.algorithm_type() { Ok(()) } else { Err(Errno::InvalidHandle) }
            })?;
        }
        objects.check_room(1)?;
        Ok(Self(algorithm))
    }

    /// Whether [`run`](Self::run) takes long enough to be worth a thread.
    pub(crate) fn is_slow(&self) -> bool {
        self.0.keys.generates_slowly()
    }

    /// `in_progress` if it was stopped.
    pub(crate) fn run(&self, stop: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno> {
        self.0.generate(stop)
    }

    /// A handle of the new key pair.
    pub(crate) fn commit(self, objects: &mut impl Objects, secret: Arc<dyn SecretKey>) -> Result<u32, Errno> {
        objects.insert(Held::<Keypair>::by_guest(self.0, secret))
    }
}

pub(crate) fn keypair_import(
    objects: &mut impl Objects,
    algorithm: &'static Algorithm,
    encoded: impl Bytes,
    encoding: KeyEncoding,
) -> Result<u32, Errno> {
    let secret = import(objects, algorithm, encoded, encoding, Label::PrivateKey, |keys, encoded, form| {
        keys.import_keypair(encoded, form)
    })?;
    objects.insert(Held::<Keypair>::by_guest(algorithm, secret))
}

pub(crate) fn keypair_from_pk_and_sk(objects: &mut impl Objects, public: u32, secret: u32) -> Result<u32, Errno> {
    let public = public_of(objects, public)?;
    let secret = secret_of(objects, secret)?;
    objects.insert(Held::from_halves(&public, secret)?)
}

pub(crate) fn keypair_export(objects: &mut impl Objects, keypair: u32, encoding: KeyEncoding) -> Result<Export, Errno> {
    let Held { key, origin, .. } = keypair_of(objects, keypair)?;
    Ok(Export::new(origin, move || encoding.export(Label::PrivateKey, |form| key.export_keypair(form))))
}

pub(crate) fn keypair_publickey(objects: &mut impl Objects, keypair: u32) -> Result<u32, Errno> {
    let public = keypair_of(objects, keypair)?.public_half()?;
    objects.insert(public)
}

pub(crate) fn keypair_secretkey(objects: &mut impl Objects, keypair: u32) -> Result<u32, Errno> {
    let secret = keypair_of(objects, keypair)?.secret_half();
    objects.insert(secret)
}

pub(crate) fn keypair_close(objects: &mut impl Objects, keypair: u32) -> Result<(), Errno> {
    objects.close::<Held<Keypair>>(keypair)
}

pub(crate) fn publickey_import(
    objects: &mut impl Objects,
    algorithm: &'static Algorithm,
    encoded: impl Bytes,
    encoding: KeyEncoding,
) -> Result<u32, Errno> {
    let key = import(objects, algorithm, encoded, encoding, Label::PublicKey, |keys, encoded, form| {
        keys.import_public(encoded, form)
    })?;
    objects.insert(Held::<PublicKeyObject>::by_guest(algorithm, key))
}

pub(crate) fn publickey_export(objects: &mut impl Objects, public: u32, encoding: KeyEncoding) -> Result<u32, Errno> {
    let Held { key, .. } = public_of(objects, public)?;
    let exported = encoding.export(Label::PublicKey, |form| key.export(form).map(Secret::from_vec))?;
    open_array_output(objects, exported)
}

/// Every check that the key is sound. `invalid_key` if it is not.
pub(crate) fn publickey_verify(objects: &mut impl Objects, public: u32) -> Result<(), Errno> {
    public_of(objects, public)?.key.check()
}

pub(crate) fn publickey_from_secretkey(objects: &mut impl Objects, secret: u32) -> Result<u32, Errno> {
    let public = secret_of(objects, secret)?.public_half()?;
    objects.insert(public)
}

pub(crate) fn publickey_close(objects: &mut impl Objects, public: u32) -> Result<(), Errno> {
    objects.close::<Held<PublicKeyObject>>(public)
}

pub(crate) fn secretkey_import(
    objects: &mut impl Objects,
    algorithm: &'static Algorithm,
    encoded: impl Bytes,
    encoding: KeyEncoding,
) -> Result<u32, Errno> {
    let key = import(objects, algorithm, encoded, encoding, Label::PrivateKey, |keys, encoded, form| {
        keys.import_secret(encoded, form)
    })?;
    objects.insert(Held::<SecretKeyObject>::by_guest(algorithm, key))
}

pub(crate) fn secretkey_export(
    objects: &mut impl Objects,
    secret: u32,
    encoding: KeyEncoding,
) -> Result<Export, Errno> {
    let Held { key, origin, .. } = secret_of(objects, secret)?;
    Ok(Export::new(origin, move || encoding.export(Label::PrivateKey, |form| key.export(form))))
}

pub(crate) fn secretkey_close(objects: &mut impl Objects, secret: u32) -> Result<(), Errno> {
    objects.close::<Held<SecretKeyObject>>(secret)
}

/// How many bytes a key may have with all that stands around it in PEM; longer input is not even looked at.
const MAX_ENCODED: usize = 1 << 20;

/// What the three imports share.
fn import<K>(
    objects: &mut impl Objects,
    algorithm: &'static Algorithm,
    encoded: impl Bytes,
    encoding: KeyEncoding,
    label: Label,
    read: impl FnOnce(&dyn Keys, &[u8], Form) -> Result<K, Errno>,
) -> Result<K, Errno> {
    objects.check_room(1)?;
    if encoded.len() > MAX_ENCODED {
        return Err(Errno::InvalidKey);
    }
    let _copy = objects.reserve(encoded.host_bytes())?;
    encoding.import(algorithm.keys, label, &encoded.get(), read)
}

/// The key is cloned, and shared: nothing stays borrowed while it is worked with.
fn keypair_of(objects: &mut impl Objects, handle: u32) -> Result<Held<Keypair>, Errno> {
    objects.look(handle, |keypair: &Held<Keypair>, _| Ok(keypair.clone()))
}

/// As [`keypair_of`].
pub(super) fn public_of(objects: &mut impl Objects, handle: u32) -> Result<Held<PublicKeyObject>, Errno> {
    objects.look(handle, |key: &Held<PublicKeyObject>, _| Ok(key.clone()))
}

/// As [`keypair_of`].
pub(super) fn secret_of(objects: &mut impl Objects, handle: u32) -> Result<Held<SecretKeyObject>, Errno> {
    objects.look(handle, |key: &Held<SecretKeyObject>, _| Ok(key.clone()))
}
