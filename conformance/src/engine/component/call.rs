//! The arguments of a call as the component takes them.

use std::ops::Range;

use wasi_crypto_host::{
    AlgorithmType, Errno, HandleType, Hostcall, KeypairEncoding, ParamType, PublickeyEncoding, ResultType,
    SecretkeyEncoding, SignatureEncoding, optional_handle, version,
};
use wasmtime::bail;
use wasmtime::component::Val;

use super::adapter::Adapter;

/// A call, decoded.
pub(super) struct Call {
    pub(super) params: Vec<Val>,
    /// Where lists go that the function gives.
    pub(super) outputs: Vec<Range<usize>>,
    /// Where results go.
    pub(super) slots: Vec<Range<usize>>,
}

impl Call {
    pub(super) fn decode(adapter: &Adapter, hostcall: &Hostcall, memory: &[u8], args: &[u64]) -> Result<Self, Errno> {
        let range = |start, len| range(memory, start, len);
        let closes = hostcall.name().ends_with("_close");
        // Memory first: whatever is wrong with it, nothing is done.
        let first: usize = hostcall.params().iter().map(|param| param.ty.core_len()).sum();
        let slot = |(result, start): (&ResultType, &u64)| match result {
            ResultType::Version | ResultType::U64 => range(*start, 8),
            _ => range(*start, 4),
        };
        let slots = hostcall.results().iter().zip(&args[first..]).map(slot).collect::<Result<_, _>>()?;
        let (mut params, mut outputs) = (Vec::new(), Vec::new());
        let mut at = 0;
        let mut declared = hostcall.params().iter();
        while let Some(param) = declared.next() {
            let arg = args[at];
            at += param.ty.core_len();
            let optional = |ty: HandleType| -> Result<Val, Errno> {
                let bytes = &memory[range(arg, optional_handle::LEN as u64)?];
                let handle =
                    bytes[optional_handle::HANDLE_OFFSET..].first_chunk().map_or(0, |b| u32::from_le_bytes(*b));
                match bytes[0] {
                    optional_handle::SOME => {
                        adapter.resource(handle, ty, false).map(|value| Val::Option(Some(Box::new(value))))
                    }
                    optional_handle::NONE => Ok(Val::Option(None)),
                    _ => Err(Errno::GuestError),
                }
            };
            let encoding = |name: Option<&'static str>| {
                name.map(|name| Val::Enum(name.replace('_', "-"))).ok_or(Errno::UnsupportedEncoding)
            };
            params.push(match param.ty {
                ParamType::Handle(ty) => adapter.resource(arg as u32, ty, closes)?,
                ParamType::AlgorithmType => {
                    let ty = AlgorithmType::from_number(arg as u32).ok_or(Errno::UnsupportedAlgorithm)?;
                    Val::Enum(ty.name().replace('_', "-"))
                }
                ParamType::KeypairEncoding => encoding(KeypairEncoding::from_number(arg as u32).map(|e| e.name()))?,
                ParamType::PublickeyEncoding => encoding(PublickeyEncoding::from_number(arg as u32).map(|e| e.name()))?,
                ParamType::SecretkeyEncoding => encoding(SecretkeyEncoding::from_number(arg as u32).map(|e| e.name()))?,
                ParamType::SignatureEncoding => encoding(SignatureEncoding::from_number(arg as u32).map(|e| e.name()))?,
                ParamType::String => {
                    let name = &memory[range(arg, args[at - 1])?];
                    // A trap in components.
                    let name = std::str::from_utf8(name).map_err(|_| match param.name {
                        "name" => Errno::UnsupportedOption,
                        _ => Errno::UnsupportedAlgorithm,
                    })?;
                    Val::String(name.to_owned())
                }
                ParamType::ConstPointer | ParamType::Pointer => {
                    let bytes = range(arg, args[at])?;
                    at += 1;
                    declared.next();
                    if param.ty == ParamType::Pointer && hostcall.name() != "options_set_guest_buffer" {
                        outputs.push(bytes);
                        continue;
                    }
                    Val::List(memory[bytes].iter().map(|byte| Val::U8(*byte)).collect())
                }
                ParamType::Size => Val::U32(arg as u32),
                ParamType::U64 | ParamType::Timestamp => Val::U64(arg),
                ParamType::Version => version_of(arg),
                ParamType::OptOptions => optional(HandleType::Options)?,
                ParamType::OptSymmetricKey => optional(HandleType::SymmetricKey)?,
                ParamType::List(_) => return Err(Errno::NotImplemented),
            });
        }
        Ok(Self { params, outputs, slots })
    }
}

/// What a pointer and a length name, of which 32 bits count.
pub(super) fn range(memory: &[u8], start: u64, len: u64) -> Result<Range<usize>, Errno> {
    let (start, len) = (start as u32 as usize, len as usize);
    match start.checked_add(len) {
        _ if len == 0 => Ok(0..0),
        Some(end) if end <= memory.len() => Ok(start..end),
        _ => Err(Errno::GuestError),
    }
}

fn version_of(number: u64) -> Val {
    let (case, value) = match number {
        version::UNSPECIFIED => ("unspecified", None),
        version::LATEST => ("latest", None),
        version::ALL => ("all", None),
        number => ("specified", Some(Box::new(Val::U64(number)))),
    };
    Val::Variant(case.to_owned(), value)
}

pub(super) fn bytes(list: Val) -> wasmtime::Result<Vec<u8>> {
    let Val::List(list) = list else { bail!("{list:?} is no list") };
    let byte = |value| if let Val::U8(byte) = value { Ok(byte) } else { bail!("{value:?} is no byte") };
    list.into_iter().map(byte).collect()
}
