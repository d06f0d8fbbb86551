//! Pointers out of memory: the call is refused, and all that is there remains as it was.

use wasi_crypto_interface::Errno::GuestError;

use super::World;
use super::objects::Array;
use crate::args;
use crate::case::{Expect, Pointer};

impl World {
    pub(super) fn point_outside(&mut self) {
        let (outside, len) = self.outside();
        self.about("ABI-MEM-013");
        match self.random.below(8) {
            0 => {
                self.needs("HMAC/SHA-256");
                let slot = self.c.handle_slot(wasi_crypto_interface::HandleType::SymmetricKey);
                let name = self.c.data("HMAC/SHA-256");
                self.c.expect(refused()).call("symmetric_key_import", args![name, (outside, len), slot.at()]);
            }
            1 => {
                let Some(key) = self.some_key() else { return };
                self.needs(&key.algorithm.clone());
                self.c.expect(refused()).call("symmetric_key_export", args![key.handle, Pointer::end(0)]);
            }
            2 => {
                let Some(set) = self.options.last().cloned() else { return };
                self.c.expect(refused()).call("options_set", args![set.handle, "nonce", (outside, len)]);
                self.c.expect(refused()).call("options_set", args![set.handle, (outside, len), [1; 12]]);
            }
            3 => {
                let Some(state) = self.states.last().map(|state| state.handle) else { return };
                self.c.expect(refused()).call("symmetric_state_absorb", args![state, (outside, len)]);
            }
            4 => {
                let Some(state) = self.states.last().filter(|state| !state.goes_on()).map(|state| state.handle) else {
                    return;
                };
                self.c.expect(refused()).call("symmetric_state_squeeze", args![state, (outside, len)]);
                self.c.expect(refused()).call("symmetric_state_clone", args![state, Pointer::end(0)]);
            }
            5 => {
                let Some(cipher) = self.ciphers.last().map(|cipher| cipher.handle) else { return };
                let slot = self.c.size_slot();
                let out = self.c.buffer(23);
                let into_nothing = args![cipher, (outside, len), [1; 40], slot.at()];
                self.c.expect(refused()).call("symmetric_state_decrypt", into_nothing);
                self.c.expect(refused()).call("symmetric_state_encrypt", args![cipher, out, (outside, len), slot.at()]);
            }
            6 => {
                let Some(tag) = self.tags.last().map(|tag| tag.handle) else { return };
                let slot = self.c.size_slot();
                self.c.expect(refused()).call("symmetric_tag_verify", args![tag, (outside, len)]);
                self.c.expect(refused()).call("symmetric_tag_pull", args![tag, (outside, len), slot.at()]);
            }
            _ => {
                let Some(Array { handle, .. }) = self.arrays.last().cloned() else { return };
                let slot = self.c.size_slot();
                self.c.expect(refused()).call("array_output_pull", args![handle, (outside, len), slot.at()]);
            }
        }
    }

    /// An address, and a length above 0 with which it leads out of memory.
    fn outside(&mut self) -> (Pointer, u32) {
        let len = 1 + self.random.below(100);
        let pointer = match self.random.below(4) {
            0 => Pointer::absolute(u32::MAX - self.random.below(len)),
            1 => Pointer::end(self.random.below(1 << 20)),
            2 => Pointer::end(0),
            _ => Pointer::end(0).minus(self.random.below(len)),
        };
        (pointer, len)
    }
}

/// Which error, or a trap, the text leaves open.
fn refused() -> Expect {
    Expect::only(GuestError).or_info_any_error()
}
