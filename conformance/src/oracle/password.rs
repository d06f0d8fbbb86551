//! Argon2 by rust-argon2, and scrypt by RustCrypto's crate of that name, of which the host has neither.

use rust_argon2::{Config, ThreadMode, Variant, Version};
use scrypt::password_hash::{CustomizedPasswordHasher, phc::PasswordHash};

/// A password hash that is hard on memory, with its costs as options have them.
#[derive(Clone, Copy)]
pub(crate) struct MemoryHard<'a> {
    pub(crate) algorithm: &'a str,
    /// In bytes.
    pub(crate) memory_limit: u32,
    pub(crate) ops_limit: u32,
    pub(crate) parallelism: u32,
}

impl MemoryHard<'_> {
    pub(crate) fn hash(&self, password: &[u8], salt: &[u8], len: u32) -> Vec<u8> {
        if self.algorithm == "SCRYPT" {
            let mut out = vec![0; len as usize];
            scrypt::scrypt(password, salt, &self.scrypt(), &mut out).expect("not too long");
            return out;
        }
        rust_argon2::hash_raw(password, salt, &self.argon2(len)).expect("costs and sizes that Argon2 can have")
    }

    /// The PHC string, with 32 bytes of hash. The salt has 8 to 48 bytes.
    pub(crate) fn string(&self, password: &[u8], salt: &[u8]) -> Vec<u8> {
        if self.algorithm == "SCRYPT" {
            let hasher = scrypt::Scrypt::new();
            let hash: PasswordHash = hasher
                .hash_password_customized(password, salt, None, None, self.scrypt())
                .expect("a salt of usual length");
            return hash.to_string().into_bytes();
        }
        rust_argon2::hash_encoded(password, salt, &self.argon2(32)).expect("as above").into_bytes()
    }

    fn argon2(&self, hash_length: u32) -> Config<'static> {
        let variant = match self.algorithm {
            "ARGON2ID" => Variant::Argon2id,
            "ARGON2I" => Variant::Argon2i,
            "ARGON2D" => Variant::Argon2d,
            other => panic!("the oracle has no {other}"),
        };
        Config {
            variant,
            hash_length,
            mem_cost: self.memory_limit / 1024,
            time_cost: self.ops_limit,
            lanes: self.parallelism,
            thread_mode: ThreadMode::Sequential,
            version: Version::Version13,
            ..Config::default()
        }
    }

    fn scrypt(&self) -> scrypt::Params {
        let r = self.memory_limit / 128 / self.ops_limit;
        scrypt::Params::new(self.ops_limit.ilog2() as u8, r, self.parallelism).expect("costs that scrypt can have")
    }
}
