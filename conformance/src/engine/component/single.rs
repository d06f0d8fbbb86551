//! Calls of one operation.

use wasi_crypto_host::{Errno, HandleType, Hostcall, ParamType, ResultType, version};
use wasmtime::bail;
use wasmtime::component::Val;

use super::adapter::{Adapter, Object};
use super::call::{Call, bytes};

impl Adapter {
    pub(super) fn call(
        &mut self,
        hostcall: &'static Hostcall,
        memory: &mut [u8],
        args: &[u64],
    ) -> wasmtime::Result<Result<(), Errno>> {
        let name = hostcall.name();
        if hostcall.params().iter().any(|param| matches!(param.ty, ParamType::List(_))) {
            return self.call_batch(hostcall, memory, args);
        }
        let mut call = match Call::decode(self, hostcall, memory, args) {
            Ok(call) => call,
            Err(errno) => return Ok(Err(errno)),
        };
        match name {
            "array_output_len" => {
                if let Some(Object::Pulled { bytes, .. }) = self.object(args[0] as u32) {
                    let len = bytes.len() as u32;
                    memory[call.slots[0].clone()].copy_from_slice(&len.to_le_bytes());
                    return Ok(Ok(()));
                }
            }
            "array_output_pull" => return self.pull(&call, memory, args[0] as u32),
            "symmetric_tag_pull" => {
                let len = match self.invoke("symmetric_tag_len", &call.params)? {
                    Ok(Val::U32(len)) => len as usize,
                    Ok(other) => bail!("{other:?} is no length"),
                    Err(errno) => return Ok(Err(errno)),
                };
                if len != call.outputs[0].len() {
                    return Ok(Err(if len > call.outputs[0].len() { Errno::Overflow } else { Errno::InvalidLength }));
                }
                self.forget(args[0] as u32);
            }
            "symmetric_state_encrypt" => {
                let max = match self.invoke("symmetric_state_max_tag_len", &call.params[..1])? {
                    Ok(Val::U32(added)) => data_len(&call).saturating_add(added as usize),
                    Ok(other) => bail!("{other:?} is no length"),
                    Err(errno) => return Ok(Err(errno)),
                };
                // Of a text that is padded, whole blocks are enough.
                let len = call.outputs[0].len();
                let least = if len.is_multiple_of(16) && len > data_len(&call) { len } else { max };
                if let Err(errno) = fits(len, least, max) {
                    // What encrypts nothing says so, whatever the output; an empty text, no cipher takes in.
                    let empty = [call.params[0].clone(), Val::List(Vec::new()), Val::U32(0)];
                    let is_no_cipher = self.invoke("symmetric_state_decrypt", &empty)? == Err(Errno::InvalidOperation);
                    return Ok(Err(if is_no_cipher { Errno::InvalidOperation } else { errno }));
                }
            }
            "symmetric_state_encrypt_detached" | "symmetric_state_decrypt_detached" => {
                if let Err(errno) = fits(call.outputs[0].len(), data_len(&call), data_len(&call)) {
                    return Ok(Err(errno));
                }
            }
            "symmetric_state_squeeze" => return self.squeeze(&call, memory, args[0] as u32),
            "symmetric_state_decrypt" => call.params.push(Val::U32(call.outputs[0].len() as u32)),
            "keypair_replace_managed" | "symmetric_key_replace_managed" => self.forget(args[1] as u32),
            // The identifier is not for it to know.
            "external_secret_replace" => {
                call.params.pop();
            }
            _ if name.ends_with("_close") => self.forget(args[0] as u32),
            _ => {}
        }
        let value = match self.invoke(name, &call.params)? {
            Ok(value) => value,
            Err(errno) => {
                // The whole output is zeroed where a tag is wrong, as the host does it for modules.
                if errno == Errno::InvalidTag
                    && let Some(output) = call.outputs.first()
                {
                    memory[output.clone()].fill(0);
                }
                return Ok(Err(errno));
            }
        };
        let goes_on = name == "symmetric_state_open" && goes_on(&call.params[0]);
        self.give(hostcall, &call, memory, value, goes_on)
    }

    /// Writes what a function gave to where the guest wants it: lists to outputs, then results.
    fn give(
        &mut self,
        hostcall: &'static Hostcall,
        call: &Call,
        memory: &mut [u8],
        value: Val,
        goes_on: bool,
    ) -> wasmtime::Result<Result<(), Errno>> {
        let values = match value {
            Val::Tuple(values) => values,
            value => vec![value],
        };
        let (mut outputs, mut slots) = (call.outputs.iter(), call.slots.iter().zip(hostcall.results()));
        for value in values {
            if let Val::List(_) = value {
                let (bytes, Some(output)) = (bytes(value)?, outputs.next()) else {
                    bail!("{} gave a list too many", hostcall.name())
                };
                if bytes.len() > output.len() {
                    return Ok(Err(Errno::Overflow));
                }
                memory[output.start..][..bytes.len()].copy_from_slice(&bytes);
                // Its size goes with it, if the function says that.
                if hostcall.results().first() == Some(&ResultType::Size)
                    && let Some((slot, _)) = slots.next()
                {
                    memory[slot.clone()].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
                }
                continue;
            }
            let Some((slot, ty)) = slots.next() else { bail!("{} gave a value too many", hostcall.name()) };
            let slot = &mut memory[slot.clone()];
            match (value, ty) {
                (Val::U32(value), _) => slot.copy_from_slice(&value.to_le_bytes()),
                (Val::U64(value), _) => slot.copy_from_slice(&value.to_le_bytes()),
                (Val::Variant(case, value), ResultType::Version) => {
                    slot.copy_from_slice(&version_number(&case, value.as_deref())?.to_le_bytes());
                }
                (resource @ Val::Resource(_), ResultType::Handle(ty)) => {
                    // witx says that it gives an output.
                    let ty = if hostcall.name() == "signature_state_sign" { HandleType::Signature } else { *ty };
                    let object = match ty {
                        HandleType::SymmetricState => Object::State { resource, goes_on, rest: Vec::new() },
                        _ => Object::Resource(resource),
                    };
                    slot.copy_from_slice(&self.keep(ty, object).to_le_bytes());
                }
                (other, _) => bail!("{} gave {other:?}", hostcall.name()),
            }
        }
        Ok(Ok(()))
    }

    /// Pulls piece by piece what the component gives as a whole.
    fn pull(&mut self, call: &Call, memory: &mut [u8], handle: u32) -> wasmtime::Result<Result<(), Errno>> {
        if !matches!(self.object(handle), Some(Object::Pulled { .. })) {
            let pulled = match self.invoke("array_output_pull", &call.params)? {
                Ok(value) => bytes(value)?,
                Err(errno) => return Ok(Err(errno)),
            };
            self.put(handle, HandleType::ArrayOutput, Object::Pulled { bytes: pulled, at: 0 });
        }
        let Some(Object::Pulled { bytes, at }) = self.object(handle) else { bail!("it has just been put there") };
        let output = &call.outputs[0];
        let count = output.len().min(bytes.len() - *at);
        memory[output.start..][..count].copy_from_slice(&bytes[*at..][..count]);
        *at += count;
        let is_last = *at == bytes.len();
        if is_last {
            self.forget(handle);
        }
        memory[call.slots[0].clone()].copy_from_slice(&(count as u32).to_le_bytes());
        Ok(Ok(()))
    }

    /// Squeezes as many bytes as the guest asks for, of a state that gives as many as it likes.
    fn squeeze(&mut self, call: &Call, memory: &mut [u8], handle: u32) -> wasmtime::Result<Result<(), Errno>> {
        let output = &call.outputs[0];
        let Some(Object::State { goes_on, rest, .. }) = self.object(handle) else { bail!("states are kept as such") };
        let (goes_on, mut given) = (*goes_on, std::mem::take(rest));
        loop {
            if given.len() >= output.len() && !given.is_empty() {
                break;
            }
            if !given.is_empty() && !goes_on {
                // A hash has no more; of others, the component gives no more.
                return Ok(Err(Errno::InvalidLength));
            }
            match self.invoke("symmetric_state_squeeze", &call.params)? {
                Ok(value) => given.extend(bytes(value)?),
                Err(errno) => return Ok(Err(errno)),
            }
        }
        let later = given.split_off(output.len());
        memory[output.clone()].copy_from_slice(&given);
        if goes_on && let Some(Object::State { rest, .. }) = self.object(handle) {
            *rest = later;
        }
        Ok(Ok(()))
    }
}

fn version_number(case: &str, value: Option<&Val>) -> wasmtime::Result<u64> {
    match (case, value) {
        ("unspecified", None) => Ok(version::UNSPECIFIED),
        ("specified", Some(Val::U64(number))) => Ok(*number),
        other => bail!("{other:?} is no version"),
    }
}

/// Whether an output has room for what may come, which in WIT nobody says.
fn fits(len: usize, least: usize, most: usize) -> Result<(), Errno> {
    match len {
        len if len < least => Err(Errno::Overflow),
        len if len > most => Err(Errno::InvalidLength),
        _ => Ok(()),
    }
}

/// The length of the message that is a call's second argument.
fn data_len(call: &Call) -> usize {
    match call.params.get(1) {
        Some(Val::List(data)) => data.len(),
        _ => 0,
    }
}

/// Whether an algorithm has an output without end.
fn goes_on(name: &Val) -> bool {
    let Val::String(name) = name else { return false };
    let name = name.to_ascii_uppercase();
    ["BLAKE3", "CSHAKE", "TURBOSHAKE", "KT", "XOODYAK"].iter().any(|stream| name.starts_with(stream))
}
