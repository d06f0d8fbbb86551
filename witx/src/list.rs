//! The records of the batch modules.

use crate::handle_type::HandleType;

/// Lists of records, of which each entry of a batch has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListType {
    /// `{symmetric_state, data, data_len}`
    Squeeze,
    /// `{symmetric_state}`
    SymmetricStates,
    /// `{symmetric_state, output, output_len, data, data_len}`
    Crypt,
    /// `{symmetric_state, output, output_len, data, data_len, raw_tag, raw_tag_len}`
    DecryptDetached,
    /// `{signature_state}`
    SignatureStates,
    /// `{signature_verification_state, signature}`
    VerificationInputs,
    /// `{crypto_errno}`
    Errnos,
    /// `{symmetric_tag, crypto_errno}`
    Tags,
    /// `{size, crypto_errno}`
    Sizes,
    /// `{array_output, crypto_errno}`
    Signatures,
}

/// A field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name in `witx/`.
    pub name: &'static str,
    /// What it holds.
    pub ty: FieldType,
    /// Where it is, in bytes from the start of the record.
    pub offset: usize,
}

/// What a field of a record holds; numbers are little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// A handle: 4 bytes.
    Handle(HandleType),
    /// The start of bytes that the host reads: 4 bytes. The next field is their number.
    ConstPointer,
    /// The start of bytes that the host writes: 4 bytes. The next field is their number.
    Pointer,
    /// A number of bytes: 4 bytes.
    Size,
    /// A status: 2 bytes.
    Errno,
}

impl ListType {
    /// The fields of one record, in the order in which they lie there. A record of one field is that field.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Squeeze => {
                const { &[STATE, field("data", FieldType::Pointer, 4), field("data_len", FieldType::Size, 8)] }
            }
            Self::SymmetricStates => &[STATE],
            Self::Crypt => CRYPT,
            Self::DecryptDetached => DECRYPT_DETACHED,
            Self::SignatureStates => const { &[handle(HandleType::SignatureState, 0)] },
            Self::VerificationInputs => {
                const { &[handle(HandleType::SignatureVerificationState, 0), handle(HandleType::Signature, 4)] }
            }
            Self::Errnos => const { &[field("crypto_errno", FieldType::Errno, 0)] },
            Self::Tags => const { &[handle(HandleType::SymmetricTag, 0), ERRNO] },
            Self::Sizes => const { &[field("size", FieldType::Size, 0), ERRNO] },
            Self::Signatures => const { &[handle(HandleType::ArrayOutput, 0), ERRNO] },
        }
    }

    /// The bytes that one record takes, padding included.
    pub const fn record_len(self) -> usize {
        match self {
            Self::Errnos => 2,
            Self::SymmetricStates | Self::SignatureStates => 4,
            Self::VerificationInputs | Self::Tags | Self::Sizes | Self::Signatures => 8,
            Self::Squeeze => 12,
            Self::Crypt => 20,
            Self::DecryptDetached => 28,
        }
    }
}

const STATE: Field = handle(HandleType::SymmetricState, 0);

const DECRYPT_DETACHED: &[Field] = &[
    STATE,
    field("output", FieldType::Pointer, 4),
    field("output_len", FieldType::Size, 8),
    field("data", FieldType::ConstPointer, 12),
    field("data_len", FieldType::Size, 16),
    field("raw_tag", FieldType::ConstPointer, 20),
    field("raw_tag_len", FieldType::Size, 24),
];

/// The same without a tag.
const CRYPT: &[Field] = DECRYPT_DETACHED.split_at(5).0;

/// The status behind a result of 4 bytes.
const ERRNO: Field = field("crypto_errno", FieldType::Errno, 4);

const fn field(name: &'static str, ty: FieldType, offset: usize) -> Field {
    Field { name, ty, offset }
}

/// Fields that are handles have the names of their types.
const fn handle(ty: HandleType, offset: usize) -> Field {
    field(ty.name(), FieldType::Handle(ty), offset)
}
