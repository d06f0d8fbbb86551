//! What `run --statistics` prints.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use wasi_crypto_host::WasiCryptoCtx;

use crate::units::Size;

/// A run that is over.
pub(crate) struct Statistics<'a> {
    pub(crate) loading: Duration,
    pub(crate) running: Duration,
    pub(crate) peak_memory: usize,
    pub(crate) crypto: &'a WasiCryptoCtx,
}

impl fmt::Display for Statistics<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "time to load        {:.3?}", self.loading)?;
        writeln!(f, "time to run         {:.3?}", self.running)?;
        writeln!(f, "peak guest memory   {}", Size(self.peak_memory))?;

        writeln!(f, "wasi-crypto calls   {}", self.crypto.calls().map(|(_, count)| count).sum::<u64>())?;
        for (hostcall, count) in self.crypto.calls() {
            writeln!(f, "  {:<34}{count:>12}", hostcall.name())?;
        }

        let mut open = BTreeMap::new();
        for ty in self.crypto.open_handle_types() {
            *open.entry(ty.name()).or_insert(0) += 1;
        }
        writeln!(f, "handles left open   {}", self.crypto.open_handles())?;
        for (ty, count) in open {
            writeln!(f, "  {ty:<34}{count:>12}")?;
        }
        writeln!(f, "bytes left held     {}", self.crypto.held_bytes())
    }
}
