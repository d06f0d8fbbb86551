//! Algorithms that the specification calls optional, and password hashing, as far as there are crates in Rust: that of AEGIS is in C, or
//! needs another target.

use std::sync::{LazyLock, Mutex};

use aes::cipher::consts::U16;
use aes::cipher::{Array, BlockCipherEncrypt, BlockModeEncrypt, BlockSizeUser, InnerIvInit, KeyInit, StreamCipherCore};
use aes::{Aes128, Aes256};
use aes_gcm_siv::aead::{AeadInOut, Nonce};
use aes_gcm_siv::{Aes128GcmSiv, Aes256GcmSiv};
use aes_siv::siv::{Aes128Siv, Aes256Siv};
use argon2::Argon2;
use ascon_aead::AsconAead128;
use ascon_hash::AsconHash256;
use blake2::digest::typenum::U32;
use blake2::{Blake2bMac, Blake2bMac512};
use cmac::Cmac;
use cshake::digest::{CustomizedInit, Update};
use cshake::{CShake128, CShake256};
use ctr::CtrCore;
use ctr::flavors::Ctr128BE;
use k12::{CustomKt128, CustomKt256};
use sha2::Sha256;
use turboshake::{TurboShake128, TurboShake256};
use xoodyak::{XoodyakCommon, XoodyakHash, XoodyakKeyed};

use crate::buffers::{export, put};

const SHORT: usize = 64;
const LONG: usize = 16 << 10;

const KEY: [u8; 64] = [7; 64];
const NONCE: [u8; 32] = [9; 32];

/// Encrypts so many bytes of a buffer in place; the rest of it is for what is added.
type Encrypting = Box<dyn FnMut(&mut [u8], usize) -> Option<()> + Send>;

/// Encryption of the input in the place of the output, which has so many bytes more.
macro_rules! encryption {
    ($($short:ident, $long:ident: $added:literal, $encrypting:expr;)*) => {$(
        encryption! { @$short: SHORT, $added, $encrypting }
        encryption! { @$long: LONG, $added, $encrypting }
    )*};
    (@$name:ident: $len:ident, $added:literal, $encrypting:expr) => {
        export! {
            fn $name(input, output) {
                static CIPHER: LazyLock<Mutex<Encrypting>> = LazyLock::new(|| Mutex::new($encrypting));
                put(output, input.get(..$len)?)?;
                (CIPHER.lock().ok()?)(output.get_mut(..$len + $added)?, $len)
            }
        }
    };
}

encryption! {
    aes_128_gcm_siv_encrypt_in_place_64_b, aes_128_gcm_siv_encrypt_in_place_16_kib: 16, aead::<Aes128GcmSiv>();
    aes_256_gcm_siv_encrypt_in_place_64_b, aes_256_gcm_siv_encrypt_in_place_16_kib: 16, aead::<Aes256GcmSiv>();
    aes_128_siv_encrypt_in_place_64_b, aes_128_siv_encrypt_in_place_16_kib: 16, {
        let mut key = Aes128Siv::new((&KEY[..32]).try_into().expect("32 bytes"));
        sealing(move |message| Some(key.encrypt_inout_detached([[]; 0], message.into()).ok()?.into()))
    };
    aes_256_siv_encrypt_in_place_64_b, aes_256_siv_encrypt_in_place_16_kib: 16, {
        let mut key = Aes256Siv::new(&KEY.into());
        sealing(move |message| Some(key.encrypt_inout_detached([[]; 0], message.into()).ok()?.into()))
    };
    ascon_aead_encrypt_in_place_64_b, ascon_aead_encrypt_in_place_16_kib: 16, aead::<AsconAead128>();
    aes_128_cbc_encrypt_in_place_64_b, aes_128_cbc_encrypt_in_place_16_kib: 16, cbc::<Aes128>(16);
    aes_256_cbc_encrypt_in_place_64_b, aes_256_cbc_encrypt_in_place_16_kib: 16, cbc::<Aes256>(32);
    aes_128_ctr_encrypt_in_place_64_b, aes_128_ctr_encrypt_in_place_16_kib: 0, counter::<Aes128>(16);
    aes_256_ctr_encrypt_in_place_64_b, aes_256_ctr_encrypt_in_place_16_kib: 0, counter::<Aes256>(32);
    xoodyak_128_encrypt_in_place_64_b, xoodyak_128_encrypt_in_place_16_kib: 16, {
        let nonce = NONCE[..16].try_into().expect("a nonce");
        let session = XoodyakKeyed::new(&KEY[..16], Some(nonce), None, None).expect("a session");
        sealing(move |message| session.clone().aead_encrypt_in_place_detached(message).as_ref().try_into().ok())
    };
}

fn sealing(mut seal: impl FnMut(&mut [u8]) -> Option<[u8; 16]> + Send + 'static) -> Encrypting {
    Box::new(move |buffer, len| {
        let (message, tag) = buffer.split_at_mut_checked(len)?;
        put(tag, &seal(message)?)
    })
}

fn aead<A: AeadInOut<TagSize = U16> + KeyInit + Send + 'static>() -> Encrypting {
    let key = A::new_from_slice(&KEY[..A::key_size()]).expect("a key");
    let nonce = Nonce::<A>::try_from(&NONCE[..Nonce::<A>::default().len()]).expect("a nonce");
    sealing(move |message| Some(key.encrypt_inout_detached(&nonce, &[], message.into()).ok()?.into()))
}

fn cbc<C: BlockSizeUser<BlockSize = U16> + BlockCipherEncrypt + KeyInit + Send + 'static>(
    key_len: usize,
) -> Encrypting {
    let cipher = C::new_from_slice(&KEY[..key_len]).expect("a key");
    let iv = NONCE[..16].try_into().expect("a block");
    Box::new(move |buffer, len| {
        let padding = buffer.len() - len;
        buffer[len..].fill(padding as u8);
        let (blocks, _) = Array::slice_as_chunks_mut(buffer);
        cbc::Encryptor::inner_iv_init(&cipher, &iv).encrypt_blocks(blocks);
        Some(())
    })
}

fn counter<C: BlockSizeUser<BlockSize = U16> + BlockCipherEncrypt + KeyInit + Send + 'static>(
    key_len: usize,
) -> Encrypting {
    let cipher = C::new_from_slice(&KEY[..key_len]).expect("a key");
    let counter = NONCE[..16].try_into().expect("a block");
    Box::new(move |buffer, _| {
        CtrCore::<&C, Ctr128BE>::inner_iv_init(&cipher, &counter).apply_keystream_partial(buffer.into());
        Some(())
    })
}

type Updating = Box<dyn FnMut(&[u8]) + Send>;

/// More of a message that never ends.
macro_rules! absorption {
    ($($short:ident, $long:ident: $updating:expr;)*) => {$(
        absorption! { @$short: SHORT, $updating }
        absorption! { @$long: LONG, $updating }
    )*};
    (@$name:ident: $len:ident, $updating:expr) => {
        export! {
            fn $name(input, _output) {
                static HASH: LazyLock<Mutex<Updating>> = LazyLock::new(|| Mutex::new($updating));
                (HASH.lock().ok()?)(input.get(..$len)?);
                Some(())
            }
        }
    };
}

absorption! {
    aes_128_cmac_update_64_b, aes_128_cmac_update_16_kib: updating(Cmac::<Aes128>::new((&[7; 16]).into()));
    aes_256_cmac_update_64_b, aes_256_cmac_update_16_kib: updating(Cmac::<Aes256>::new((&[7; 32]).into()));
    ascon_hash_update_64_b, ascon_hash_update_16_kib: updating(AsconHash256::default());
    blake2b_256_update_64_b, blake2b_256_update_16_kib:
        updating(Blake2bMac::<U32>::new_with_salt_and_personal(None, &[], &[]).expect("no key"));
    blake2b_512_update_64_b, blake2b_512_update_16_kib:
        updating(Blake2bMac512::new_with_salt_and_personal(None, &[], &[]).expect("no key"));
    blake3_update_64_b, blake3_update_16_kib: {
        let mut hash = blake3::Hasher::new();
        Box::new(move |data| {
            hash.update(data);
        })
    };
    cshake_128_update_64_b, cshake_128_update_16_kib: updating(CShake128::new_customized(&[]));
    cshake_256_update_64_b, cshake_256_update_16_kib: updating(CShake256::new_customized(&[]));
    turboshake_128_update_64_b, turboshake_128_update_16_kib: updating(TurboShake128::default());
    turboshake_256_update_64_b, turboshake_256_update_16_kib: updating(TurboShake256::default());
    kt128_update_64_b, kt128_update_16_kib: updating(CustomKt128::new_customized(&[]));
    kt256_update_64_b, kt256_update_16_kib: updating(CustomKt256::new_customized(&[]));
    kmac_128_update_64_b, kmac_128_update_16_kib: updating(CShake128::new_with_function_name(b"KMAC", &[]));
    kmac_256_update_64_b, kmac_256_update_16_kib: updating(CShake256::new_with_function_name(b"KMAC", &[]));
    xoodyak_128_update_64_b, xoodyak_128_update_16_kib: {
        let mut hash = XoodyakHash::new();
        Box::new(move |data| hash.absorb(data))
    };
}

fn updating(mut hash: impl Update + Send + 'static) -> Updating {
    Box::new(move |data| hash.update(data))
}

const PASSWORD: &[u8] = b"correct horse battery staple";
const SALT: &[u8] = b"sixteen bytes...";
const HASH_LEN: usize = 32;

export! {
    fn argon2id_19_mib_2_passes(_input, output) {
        let params = argon2::Params::new(19 << 10, 2, 1, Some(HASH_LEN)).ok()?;
        let mut blocks = vec![argon2::Block::new(); params.block_count()];
        let argon2 = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        argon2.hash_password_into_with_memory(PASSWORD, SALT, output.get_mut(..HASH_LEN)?, &mut blocks).ok()
    }
    fn scrypt_8_mib_10_times(_input, output) {
        scrypt::scrypt(PASSWORD, SALT, &scrypt::Params::new(13, 8, 10).ok()?, output.get_mut(..HASH_LEN)?).ok()
    }
    fn pbkdf2_sha_256_60_000_iterations(_input, output) {
        pbkdf2::pbkdf2_hmac::<Sha256>(PASSWORD, SALT, 60_000, output.get_mut(..HASH_LEN)?);
        Some(())
    }
}
