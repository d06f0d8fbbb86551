//! The functions for managed keys and external secrets as steps.

use wasi_crypto_interface::{AlgorithmType, Errno, HandleType};

use crate::args;
use crate::arguments::{Arg, Data};
use crate::capability::Managed;
use crate::case::{Buffer, Case, Handle, Size, Value, Wide};

/// Room for any identifier: their length is the host's choice, and what stores does not tell it (C31).
pub(crate) const IDENTIFIER_ROOM: u32 = 256;

/// An identifier that the host has given, with its length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identifier {
    pub(crate) bytes: Buffer,
    pub(crate) len: Size,
}

impl Identifier {
    /// Its length and so many more bytes, wrapping.
    pub(crate) fn len_plus(self, n: u32) -> Value {
        Value::U32At(self.len.at(), n)
    }

    /// So many bytes, beginning with its own.
    pub(crate) fn of_len(self, len: impl Into<Value>) -> Data {
        Data::from((self.bytes.start(), len.into()))
    }
}

impl From<Identifier> for Data {
    fn from(identifier: Identifier) -> Self {
        identifier.of_len(identifier.len)
    }
}

impl From<Identifier> for Arg {
    fn from(identifier: Identifier) -> Self {
        Self::Data(identifier.into())
    }
}

/// Secrets managers and managed keys.
impl Case {
    /// `secrets_manager_open` without options
    pub(crate) fn secrets_manager(&mut self) -> Handle {
        self.open("secrets_manager_open", args![None::<Handle>])
    }

    /// `secrets_manager_invalidate`
    pub(crate) fn invalidate_key(&mut self, manager: Handle, identifier: impl Into<Data>, version: impl Into<Value>) {
        self.call("secrets_manager_invalidate", args![manager, identifier.into(), version.into()]);
    }

    /// `…_generate_managed` without options; key pairs are for signatures
    pub(crate) fn generate_managed(&mut self, kind: Managed, manager: Handle, algorithm: &str) -> Handle {
        match kind {
            Managed::Keypair => {
                let ty = AlgorithmType::Signatures as u32;
                self.open("keypair_generate_managed", args![manager, ty, algorithm, None::<Handle>])
            }
            Managed::SymmetricKey => {
                self.open("symmetric_key_generate_managed", args![manager, algorithm, None::<Handle>])
            }
        }
    }

    /// `…_store_managed` with a buffer of `room` bytes for the identifier
    pub(crate) fn store_managed(
        &mut self,
        kind: Managed,
        manager: Handle,
        key: Handle,
        room: impl Into<Value>,
    ) -> Buffer {
        let identifier = self.buffer(IDENTIFIER_ROOM);
        let room = (identifier.start(), room.into());
        self.call(&format!("{}_store_managed", kind.name()), args![manager, key, room]);
        identifier
    }

    /// `…_replace_managed`: the new version
    pub(crate) fn replace_managed(&mut self, kind: Managed, manager: Handle, old: Handle, new: Handle) -> Wide {
        let version = self.wide_slot();
        self.call(&format!("{}_replace_managed", kind.name()), args![manager, old, new, version.at()]);
        version
    }

    /// `…_id` with a buffer of `room` bytes for the identifier: that, and the version
    pub(crate) fn key_id_within(&mut self, kind: Managed, key: Handle, room: impl Into<Value>) -> (Identifier, Wide) {
        let (bytes, len, version) = (self.buffer(IDENTIFIER_ROOM), self.size_slot(), self.wide_slot());
        let room = (bytes.start(), room.into());
        self.call(&format!("{}_id", kind.name()), args![key, room, len.at(), version.at()]);
        (Identifier { bytes, len }, version)
    }

    /// `…_id`: identifier and version
    pub(crate) fn key_id(&mut self, kind: Managed, key: Handle) -> (Identifier, Wide) {
        self.key_id_within(kind, key, IDENTIFIER_ROOM)
    }

    /// `…_from_id`
    pub(crate) fn key_from_id(
        &mut self,
        kind: Managed,
        manager: Handle,
        identifier: impl Into<Data>,
        version: impl Into<Value>,
    ) -> Handle {
        self.open(&format!("{}_from_id", kind.name()), args![manager, identifier.into(), version.into()])
    }
}

/// External secrets.
impl Case {
    /// `external_secret_store` with a buffer of `room` bytes for the identifier
    pub(crate) fn secret_store(
        &mut self,
        manager: Handle,
        secret: impl Into<Data>,
        expires: u64,
        room: impl Into<Value>,
    ) -> Buffer {
        let identifier = self.buffer(IDENTIFIER_ROOM);
        let room = (identifier.start(), room.into());
        self.call("external_secret_store", args![manager, secret.into(), expires, room]);
        identifier
    }

    /// `external_secret_store` with more and more room for the identifier, until it fits: so its length is known (C31).
    pub(crate) fn stored_secret(&mut self, manager: Handle, secret: impl AsRef<[u8]>, expires: u64) -> Identifier {
        let (secret, bytes, len) = (self.data(secret), self.buffer(IDENTIFIER_ROOM), self.size_slot());
        self.repeat(IDENTIFIER_ROOM + 1, |c| {
            let room = (bytes.start(), Value::Round);
            c.expect(Errno::Overflow).stop_at(Errno::Success);
            c.call("external_secret_store", args![manager, secret, expires, room]);
        });
        self.store_u32(len.at(), Value::Round);
        Identifier { bytes, len }
    }

    /// `external_secret_replace`: the new version
    pub(crate) fn secret_replace(
        &mut self,
        manager: Handle,
        secret: impl Into<Data>,
        expires: u64,
        identifier: impl Into<Data>,
    ) -> Wide {
        let version = self.wide_slot();
        let arguments = args![manager, secret.into(), expires, identifier.into(), version.at()];
        self.call("external_secret_replace", arguments);
        version
    }

    /// `external_secret_from_id`: an array output
    pub(crate) fn secret_from_id(
        &mut self,
        manager: Handle,
        identifier: impl Into<Data>,
        version: impl Into<Value>,
    ) -> Handle {
        self.open("external_secret_from_id", args![manager, identifier.into(), version.into()])
    }

    /// `external_secret_invalidate`
    pub(crate) fn secret_invalidate(
        &mut self,
        manager: Handle,
        identifier: impl Into<Data>,
        version: impl Into<Value>,
    ) {
        self.call("external_secret_invalidate", args![manager, identifier.into(), version.into()]);
    }

    /// `external_secret_encapsulate`, pulled into a buffer of `room` bytes: the buffer, and how many bytes there are
    pub(crate) fn secret_seal(
        &mut self,
        manager: Handle,
        secret: impl Into<Data>,
        expires: u64,
        room: u32,
    ) -> (Buffer, Size) {
        let sealed = self.open("external_secret_encapsulate", args![manager, secret.into(), expires]);
        self.pull(sealed, room)
    }

    /// `external_secret_decapsulate`: an array output
    pub(crate) fn secret_unseal(&mut self, manager: Handle, sealed: impl Into<Data>) -> Handle {
        let secret = self.handle_slot(HandleType::ArrayOutput);
        self.call("external_secret_decapsulate", args![manager, sealed.into(), secret.at()]);
        secret
    }
}
