//! Options, array outputs.

use crate::array_output::ArrayOutput;
use crate::errno::Errno;
use crate::ops::{Bytes, Load, Objects};
use crate::options::{AlgorithmType, OptionSet};
use crate::secret::Secret;

pub(crate) fn options_open(objects: &mut impl Objects, algorithm_type: AlgorithmType) -> Result<u32, Errno> {
    objects.insert(OptionSet::new(algorithm_type))
}

pub(crate) fn options_close(objects: &mut impl Objects, options: u32) -> Result<(), Errno> {
    objects.close::<OptionSet>(options)
}

pub(crate) fn options_set(
    objects: &mut impl Objects,
    options: u32,
    name: &[u8],
    value: impl Bytes,
) -> Result<(), Errno> {
    objects.change(options, |options: &mut OptionSet, account| {
        options.check_set(name, value.len(), &account)?;
        let _copy = account.reserve(value.host_bytes())?;
        options.set(name, &value.get(), &account)
    })
}

pub(crate) fn options_set_u64(objects: &mut impl Objects, options: u32, name: &[u8], value: u64) -> Result<(), Errno> {
    objects.change(options, |options: &mut OptionSet, _| options.set_u64(name, value))
}

/// `start` and `len` are those of memory that the guest offers; see [`OptionSet::set_guest_buffer`].
pub(crate) fn options_set_guest_buffer(
    objects: &mut impl Objects,
    options: u32,
    name: &[u8],
    start: u32,
    len: u32,
) -> Result<(), Errno> {
    objects.change(options, |options: &mut OptionSet, _| options.set_guest_buffer(name, start, len))
}

/// The length of the whole output, however much has been pulled.
pub(crate) fn array_output_len(objects: &mut impl Objects, array_output: u32) -> Result<usize, Errno> {
    objects.look(array_output, |output: &ArrayOutput, _| Ok(output.len()))
}

/// Copies the next bytes, as many as there are and `buffer` takes, and returns their number. The last ones close the handle.
pub(crate) fn array_output_pull(
    objects: &mut impl Objects,
    array_output: u32,
    max: usize,
    write: impl FnOnce(&[u8]),
) -> Result<usize, Errno> {
    let (count, is_last) = objects.work(
        array_output,
        |_| Load::of(max),
        |_: &mut ArrayOutput, _| Ok(()),
        |output, ()| {
            let bytes = output.next(max);
            let count = bytes.len();
            write(bytes);
            Ok((count, output.advance(count)))
        },
    )?;
    if is_last {
        // If another thread has done so first, that is as good.
        _ = objects.close::<ArrayOutput>(array_output);
    }
    Ok(count)
}

/// The same for all bytes that are left, which are not copied if none was pulled before.
#[cfg(feature = "component")]
pub(crate) fn array_output_take(objects: &mut impl Objects, array_output: u32) -> Result<Secret, Errno> {
    let bytes = objects.change(array_output, |output: &mut ArrayOutput, _| Ok(output.take()))?;
    _ = objects.close::<ArrayOutput>(array_output);
    Ok(bytes)
}

/// Gives bytes to the guest as a new `array_output`.
pub(super) fn open_array_output(objects: &mut impl Objects, bytes: Secret) -> Result<u32, Errno> {
    objects.insert(ArrayOutput::new(bytes))
}
