//! Target `calls`: sequences of calls of all functions, most of them sensible.

use wasi_crypto_host::Errno;

use crate::bytes::Bytes;
use crate::checked::Checked;
use crate::step::{History, Step};
use crate::ways::{Bounds, Way};

/// Longer inputs find nothing that shorter ones do not.
pub const MAX_STEPS: usize = 200;

/// Makes the calls that the input describes. [`Checked`] says what must hold after each.
///
/// # Panics
///
/// If something does not hold.
pub fn calls(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    let way = bytes.pick(&Way::ALL);
    let mut guest = Checked::new(way, bounds(&mut bytes));
    let mut history = History::default();
    for _ in 0..MAX_STEPS {
        if bytes.is_empty() {
            break;
        }
        let step = Step::read(&mut bytes, &mut guest, &history);
        if !step.is_left_out && guest.checked_call(step.hostcall, &step.args) == Errno::Success {
            history.note(&step, &guest.memory);
        }
        step.forget_secrets(&mut guest.memory);
    }
    guest.end();
}

/// Wide bounds for 0, else small ones, so that calls meet them.
pub fn bounds(bytes: &mut Bytes<'_>) -> Bounds {
    match bytes.byte() {
        0..128 => Bounds::WIDE,
        choice => Bounds {
            handles: [3, 8, 40, 1 << 16][usize::from(choice % 4)],
            bytes: [200, 3_000, 20_000, 400_000][usize::from(choice / 4 % 4)],
            gathered_bytes: [30, 500, 4_000, 16 << 20][usize::from(choice / 16 % 4)],
        },
    }
}
