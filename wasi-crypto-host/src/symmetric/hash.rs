//! SHA-2: absorb data, squeeze the digest of all data so far (FIPS 180-4).

use crate::backend::digest::{self, Context, SHA256, SHA384, SHA512, SHA512_256};
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::limits::Limits;
use crate::options::Options;
use crate::stop::StopHandle;
use crate::symmetric::algorithm::{Algorithm, Keyless, Kind, State, Weight};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    Algorithm { name: "SHA-256", kind: Kind::Keyless(&Sha2(&SHA256)) },
    Algorithm { name: "SHA-384", kind: Kind::Keyless(&Sha2(&SHA384)) },
    Algorithm { name: "SHA-512", kind: Kind::Keyless(&Sha2(&SHA512)) },
    Algorithm { name: "SHA-512/256", kind: Kind::Keyless(&Sha2(&SHA512_256)) },
];

struct Sha2(&'static digest::Algorithm);

impl Keyless for Sha2 {
    fn open(&self, _: &Options) -> Result<Box<dyn State>, Errno> {
        Ok(Box::new(Hash(Context::new(self.0))))
    }
}

#[derive(Clone)]
struct Hash(Context);

impl State for Hash {
    fn asks_before_absorbing(&self) -> bool {
        false
    }

    fn absorb(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn check_squeeze(&self, len: usize, _: &Limits) -> Result<Weight, Errno> {
        if len > self.0.output_len() { Err(Errno::InvalidLength) } else { Ok(Weight::Short) }
    }

    /// Finishes a copy (SYM-HASH-004), and truncates it (SYM-HASH-007).
    fn squeeze(&mut self, out: &mut [u8], _: &StopHandle) -> Result<(), Errno> {
        out.copy_from_slice(&self.0.finish().as_ref()[..out.len()]);
        Ok(())
    }

    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + Context::HELD
    }
}
