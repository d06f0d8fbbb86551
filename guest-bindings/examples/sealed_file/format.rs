//! Sealing and opening, from a reader to a writer.

use std::io::{self, Read, Write};

use aead_stream::{NewStream, StreamBE32};
use wasi_crypto_bindings::{Aes256Gcm, Argon2, Hkdf, Hmac, Sha256, argon2, pbkdf2_hmac};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::stream;

const MAGIC: &[u8; 8] = b"WCSEALED";
const SALT_LEN: usize = 16;
const NONCE_PREFIX_LEN: usize = 7;
/// The header without its HMAC.
const FIELDS_LEN: usize = 44;
const HEADER_LEN: usize = FIELDS_LEN + 32;

/// What makes a secret of a password. It decides the version of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stretching {
    /// PBKDF2-SHA-256: version 1.
    Pbkdf2 { iterations: u32 },
    /// Argon2id with one lane: version 2.
    Argon2id { passes: u8, kib: u32 },
}

/// Seals `len` bytes of `input` with a password.
pub(crate) fn seal(
    input: &mut impl Read,
    len: u64,
    output: &mut impl Write,
    password: &[u8],
    stretching: Stretching,
) -> Result<(), Failure> {
    let mut random = [0; SALT_LEN + NONCE_PREFIX_LEN];
    getrandom::fill(&mut random)
        .map_err(|error| Failure::Io("random numbers".into(), io::Error::other(error.to_string())))?;
    let (salt, nonce_prefix) = random.split_at(SALT_LEN);

    let mut header = Vec::with_capacity(HEADER_LEN);
    header.extend_from_slice(MAGIC);
    header.push(stretching.version());
    header.extend_from_slice(&stretching.costs());
    header.extend_from_slice(salt);
    header.extend_from_slice(nonce_prefix);
    header.extend_from_slice(&len.to_be_bytes());
    let keys = Keys::derive(password, salt, stretching)?;
    header.extend_from_slice(&keys.authenticate(&header)?.try_finalize()?);
    stream::write(output, &header)?;
    stream::seal(&keys.stream(nonce_prefix)?, &header, input, len, output)
}

/// Opens what [`seal`] wrote. `file_len` is the size of `input`. All that was written to `output` must be thrown away on an error.
pub(crate) fn open(
    input: &mut impl Read,
    file_len: u64,
    output: &mut impl Write,
    password: &[u8],
) -> Result<(), Failure> {
    let mut header = [0; HEADER_LEN];
    let have = file_len.min(HEADER_LEN as u64) as usize;
    stream::read(input, &mut header[..have])?;
    let begins_as_sealed = header[..have].starts_with(&MAGIC[..have.min(MAGIC.len())]);
    if have == 0 || !begins_as_sealed {
        return Err(Failure::Foreign);
    }
    if have < HEADER_LEN {
        return Err(Failure::Cut { has: file_len, needs: HEADER_LEN as u64 });
    }
    let version = header[8];
    let (fields, mac) = header.split_at(FIELDS_LEN);
    let stretching = Stretching::read(version, array(&fields[9..13]))?;
    let (salt, nonce_prefix) = (&fields[13..29], &fields[29..36]);
    let len = u64::from_be_bytes(array(&fields[36..44]));
    match HEADER_LEN as u64 + stream::sealed_len(len) {
        needs if file_len < needs => return Err(Failure::Cut { has: file_len, needs }),
        needs if file_len > needs => return Err(Failure::TooLong { has: file_len, needs }),
        _ => {}
    }

    let keys = Keys::derive(password, salt, stretching)?;
    keys.authenticate(fields)?.try_verify(mac).map_err(|_| Failure::WrongPassword)?;
    stream::open(&keys.stream(nonce_prefix)?, &header, input, len, HEADER_LEN as u64, output)
}

/// What a header may ask for; hosts of wasi-crypto may refuse more.
const MAX_ITERATIONS: u32 = 10_000_000;
const MAX_PASSES: u8 = 64;
const MAX_KIB: u32 = 1 << 20;

/// Argon2 has no less for a lane.
const MIN_KIB: u32 = 8;

impl Stretching {
    fn version(self) -> u8 {
        match self {
            Self::Pbkdf2 { .. } => 1,
            Self::Argon2id { .. } => 2,
        }
    }

    /// As the header has them.
    fn costs(self) -> [u8; 4] {
        match self {
            Self::Pbkdf2 { iterations } => iterations.to_be_bytes(),
            Self::Argon2id { passes, kib } => (u32::from(passes) << 24 | kib).to_be_bytes(),
        }
    }

    fn read(version: u8, costs: [u8; 4]) -> Result<Self, Failure> {
        let number = u32::from_be_bytes(costs);
        match version {
            1 if (1..=MAX_ITERATIONS).contains(&number) => Ok(Self::Pbkdf2 { iterations: number }),
            1 => Err(Failure::Iterations(number)),
            2 => {
                let (passes, kib) = (costs[0], number & 0x00ff_ffff);
                if (1..=MAX_PASSES).contains(&passes) && (MIN_KIB..=MAX_KIB).contains(&kib) {
                    Ok(Self::Argon2id { passes, kib })
                } else {
                    Err(Failure::Memory { passes, kib })
                }
            }
            other => Err(Failure::Version(other)),
        }
    }

    fn derive(self, password: &[u8], salt: &[u8], secret: &mut [u8]) -> Result<(), wasi_crypto_bindings::Error> {
        match self {
            Self::Pbkdf2 { iterations } => pbkdf2_hmac::<Sha256>(password, salt, iterations, secret),
            Self::Argon2id { passes, kib } => {
                let params = argon2::Params::new(kib, passes.into(), 1);
                Argon2::new(argon2::Algorithm::Argon2id, params).hash_password_into(password, salt, secret)
            }
        }
    }
}

/// What a password and a salt give.
struct Keys {
    hkdf: Hkdf<Sha256>,
    version: u8,
}

impl Keys {
    fn derive(password: &[u8], salt: &[u8], stretching: Stretching) -> Result<Self, Failure> {
        let mut secret = Zeroizing::new([0; 32]);
        stretching.derive(password, salt, &mut *secret)?;
        Ok(Self { hkdf: Hkdf::from_prk(&*secret)?, version: stretching.version() })
    }

    fn authenticate(&self, fields: &[u8]) -> Result<Hmac<Sha256>, Failure> {
        let mut key = Zeroizing::new([0; 32]);
        self.hkdf.expand(format!("WCSEALED {} header", self.version).as_bytes(), &mut *key)?;
        Ok(Hmac::try_new(&*key)?.try_chain_update(fields)?)
    }

    fn stream(&self, nonce_prefix: &[u8]) -> Result<StreamBE32<Aes256Gcm>, Failure> {
        let mut key = Zeroizing::new([0; 32]);
        self.hkdf.expand(format!("WCSEALED {} content", self.version).as_bytes(), &mut *key)?;
        let nonce_prefix: [u8; NONCE_PREFIX_LEN] = array(nonce_prefix);
        Ok(StreamBE32::from_aead(Aes256Gcm::import(&*key)?, &nonce_prefix.into()))
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("the caller cuts as many bytes as the field has")
}
