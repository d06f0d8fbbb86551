//! The symmetric algorithms that the specification calls optional, and password hashing: the call that does the work, against the same
//! library called natively, and a guest that does without a host.

use std::cell::RefCell;
use std::hint::black_box;
use std::num::NonZeroU32;

use aes::cipher::consts::U16;
use aes::cipher::{Array, BlockCipherEncrypt, BlockModeEncrypt, BlockSizeUser, InnerIvInit, KeyInit, StreamCipherCore};
use aes::{Aes128, Aes256};
use aes_gcm_siv::aead::{AeadInOut, Nonce};
use aes_gcm_siv::{Aes128GcmSiv, Aes256GcmSiv};
use argon2::Argon2;
use ascon_aead::AsconAead128;
use ascon_hash::AsconHash256;
use blake2::{Blake2bMac, Blake2bMac512};
use cmac::Cmac;
use cshake::digest::{CustomizedInit, Update};
use cshake::{CShake128, CShake256};
use ctr::CtrCore;
use ctr::flavors::Ctr128BE;
use k12::{CustomKt128, CustomKt256};
use turboshake::{TurboShake128, TurboShake256};
use xoodyak::{XoodyakCommon, XoodyakHash, XoodyakKeyed};

use crate::guest::{DATA, Guest, LIST};
use crate::measure::Contender;
use crate::operation::WITHOUT_HOST;
use crate::sequences::NAME;
use crate::software::Software;
use crate::summary::{self, Column};
use crate::{Bench, in_batches, timed};

const COLUMNS: &[Column] = &[Column::compared(NATIVE), Column::compared(GUEST), Column::compared(WITHOUT_HOST)];
const NATIVE: &str = "native";
const GUEST: &str = "guest";

const SIZES: [(usize, &str); 2] = [(64, "64 B"), (16 << 10, "16 KiB")];

/// As long as the longest key, and the front of it where shorter ones are needed. Nonces are the same with other bytes.
const KEY: [u8; 64] = [7; 64];
const NONCE: [u8; 32] = [9; 32];

/// So many states are opened, and have encrypted, before they are closed.
const BATCH: u32 = 64;

/// Where an optional handle of an option set is: the handle comes behind its tag, which is 0.
const OPTIONS: u32 = 136;

/// What the loops of the guest do not have: encryption that adds nothing, and a password hash from open to close.
pub(crate) fn to_wat() -> String {
    format!(
        r#"
    (func (export "stream") (param $list i32) (param $len i32) (param $n i32) (result i32) (local $status i32)
        (loop $again
            (local.set $status (i32.or (local.get $status)
                (call $symmetric_state_encrypt (i32.load (local.get $list))
                    (i32.const {DATA}) (local.get $len) (i32.const {DATA}) (local.get $len) (i32.const 8))))
            (local.set $list (i32.add (local.get $list) (i32.const 4)))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $status))
    (func (export "stretch") (param $name_len i32) (param $password_len i32) (param $n i32) (result i32)
        (local $status i32) (local $state i32)
        (loop $again
            (local.set $status (i32.or (local.get $status) (call $symmetric_state_open
                (i32.const {NAME}) (local.get $name_len) (i32.const 80) (i32.const {OPTIONS}) (i32.const 8))))
            (local.set $state (i32.load (i32.const 8)))
            (local.set $status (i32.or (local.get $status)
                (call $symmetric_state_absorb (local.get $state) (i32.const {DATA}) (local.get $password_len))))
            (local.set $status (i32.or (local.get $status)
                (call $symmetric_state_squeeze (local.get $state) (i32.const 256) (i32.const {HASH_LEN}))))
            (local.set $status (i32.or (local.get $status) (call $symmetric_state_close (local.get $state))))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $status))
"#
    )
}

pub(crate) fn groups(bench: &mut Bench, software: Option<&RefCell<Software>>) {
    let first = bench.figures.len();
    let mut rows = Rows { bench, guest: RefCell::new(Guest::new()), software };
    ciphers(&mut rows);
    hashes(&mut rows);
    passwords(&mut rows);
    let table = summary::table("optional algorithm", COLUMNS, &bench.figures[first..]);
    bench.print(&table);
}

fn ciphers(rows: &mut Rows<'_>) {
    let tag = Sealed::Longer(16);
    rows.encryption("AES-128-GCM-SIV", 16, 12, tag, aead::<Aes128GcmSiv>());
    rows.encryption("AES-256-GCM-SIV", 32, 12, tag, aead::<Aes256GcmSiv>());
    rows.encryption("AES-128-SIV", 32, 0, tag, {
        let mut key = aes_siv::siv::Aes128Siv::new(KEY[..32].try_into().expect("32 bytes"));
        sealing(move |message| key.encrypt_inout_detached([[]; 0], message.into()).expect("no components").into())
    });
    rows.encryption("AES-256-SIV", 64, 0, tag, {
        let mut key = aes_siv::siv::Aes256Siv::new(&KEY.into());
        sealing(move |message| key.encrypt_inout_detached([[]; 0], message.into()).expect("no components").into())
    });
    macro_rules! aegis {
        ($($name:literal: $module:ident, $cipher:ident, $len:literal;)*) => {$({
            let key = KEY[..$len].try_into().expect("a key");
            let nonce = NONCE[..$len].try_into().expect("a nonce");
            rows.encryption($name, $len, $len, tag, sealing(move |message| {
                aegis::$module::$cipher::<16>::new(black_box(&key), &nonce).encrypt_in_place(message, &[])
            }));
        })*};
    }
    aegis! {
        "AEGIS-128L": aegis128l, Aegis128L, 16;
        "AEGIS-128X2": aegis128x2, Aegis128X2, 16;
        "AEGIS-128X4": aegis128x4, Aegis128X4, 16;
        "AEGIS-256": aegis256, Aegis256, 32;
        "AEGIS-256X2": aegis256x2, Aegis256X2, 32;
        "AEGIS-256X4": aegis256x4, Aegis256X4, 32;
    }
    rows.encryption("ASCON-AEAD", 16, 16, tag, aead::<AsconAead128>());
    rows.encryption("AES-128-CBC", 16, 16, tag, cbc::<Aes128>(16));
    rows.encryption("AES-256-CBC", 32, 16, tag, cbc::<Aes256>(32));
    rows.encryption("AES-128-CTR", 16, 16, Sealed::AsLong, counter::<Aes128>(16));
    rows.encryption("AES-256-CTR", 32, 16, Sealed::AsLong, counter::<Aes256>(32));
    rows.encryption("XOODYAK-128", 16, 16, tag, {
        let nonce = NONCE[..16].try_into().expect("a nonce");
        let session = XoodyakKeyed::new(&KEY[..16], Some(nonce), None, None).expect("a session");
        // From the same beginning each time, as states of the guest do.
        sealing(move |message| {
            let mut session = session.clone();
            let tag = session.aead_encrypt_in_place_detached(message);
            <[u8; 16]>::try_from(tag.as_ref()).expect("16 bytes")
        })
    });
}

fn hashes(rows: &mut Rows<'_>) {
    rows.absorption("AES-128-CMAC", Some(16), &mut updating(Cmac::<Aes128>::new(KEY[..16].try_into().expect("a key"))));
    rows.absorption("AES-256-CMAC", Some(32), &mut updating(Cmac::<Aes256>::new(KEY[..32].try_into().expect("a key"))));
    rows.absorption("ASCON-HASH", None, &mut updating(AsconHash256::default()));
    let blake2b = Blake2bMac::<blake2::digest::typenum::U32>::new_with_salt_and_personal(None, &[], &[]);
    rows.absorption("BLAKE2B-256", None, &mut updating(blake2b.expect("no key")));
    let blake2b = Blake2bMac512::new_with_salt_and_personal(None, &[], &[]).expect("no key");
    rows.absorption("BLAKE2B-512", None, &mut updating(blake2b));
    let mut blake3 = blake3::Hasher::new();
    rows.absorption("BLAKE3", None, &mut |data| {
        blake3.update(data);
    });
    rows.absorption("CSHAKE-128", None, &mut updating(CShake128::new_customized(&[])));
    rows.absorption("CSHAKE-256", None, &mut updating(CShake256::new_customized(&[])));
    rows.absorption("TURBOSHAKE-128", None, &mut updating(TurboShake128::default()));
    rows.absorption("TURBOSHAKE-256", None, &mut updating(TurboShake256::default()));
    rows.absorption("KT128", None, &mut updating(CustomKt128::new_customized(&[])));
    rows.absorption("KT256", None, &mut updating(CustomKt256::new_customized(&[])));
    rows.absorption("KMAC-128", Some(32), &mut updating(CShake128::new_with_function_name(b"KMAC", &[])));
    rows.absorption("KMAC-256", Some(32), &mut updating(CShake256::new_with_function_name(b"KMAC", &[])));
    let mut xoodyak = XoodyakHash::new();
    rows.absorption("XOODYAK-128", None, &mut |data| xoodyak.absorb(data));
}

const PASSWORD: &[u8] = b"correct horse battery staple";
const SALT: &[u8] = b"sixteen bytes...";
const HASH_LEN: usize = 32;

/// With what OWASP advises: Argon2id with 19 MiB and 2 passes; scrypt with 2^13, 8, 10, and PBKDF2 with a tenth of 600,000 iterations.
fn passwords(rows: &mut Rows<'_>) {
    let params = argon2::Params::new(19 << 10, 2, 1, Some(HASH_LEN)).expect("parameters");
    let mut blocks = vec![argon2::Block::new(); params.block_count()];
    let argon2 = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let numbers = [("memory_limit", 19 << 20), ("ops_limit", 2)];
    rows.stretching("ARGON2ID", "19 MiB, 2 passes", &numbers, &mut |out| {
        argon2.hash_password_into_with_memory(PASSWORD, SALT, out, &mut blocks).expect("a hash");
    });
    let params = scrypt::Params::new(13, 8, 10).expect("parameters");
    let numbers = [("memory_limit", 8 << 20), ("ops_limit", 1 << 13), ("parallelism", 10)];
    rows.stretching("SCRYPT", "8 MiB, 10 times", &numbers, &mut |out| {
        scrypt::scrypt(PASSWORD, SALT, &params, out).expect("a hash");
    });
    let iterations = NonZeroU32::new(60_000).expect("not 0");
    rows.stretching("PBKDF2-SHA-256", "60,000 iterations", &[("ops_limit", 60_000)], &mut |out| {
        ring::pbkdf2::derive(ring::pbkdf2::PBKDF2_HMAC_SHA256, iterations, SALT, PASSWORD, out);
    });
}

/// How long a sealed text is.
#[derive(Clone, Copy)]
enum Sealed {
    AsLong,
    /// By so many bytes.
    Longer(usize),
}

/// Encrypts so many bytes of a buffer in place; the rest of it is for what is added.
type Encrypting = Box<dyn FnMut(&mut [u8], usize)>;

fn sealing(mut seal: impl FnMut(&mut [u8]) -> [u8; 16] + 'static) -> Encrypting {
    Box::new(move |buffer, len| {
        let (message, tag) = buffer.split_at_mut(len);
        tag.copy_from_slice(&seal(message));
    })
}

fn aead<A: AeadInOut<TagSize = U16> + KeyInit + 'static>() -> Encrypting {
    let key = A::new_from_slice(&KEY[..A::key_size()]).expect("a key");
    let nonce = Nonce::<A>::try_from(&NONCE[..Nonce::<A>::default().len()]).expect("a nonce");
    sealing(move |message| key.encrypt_inout_detached(&nonce, &[], message.into()).expect("a short message").into())
}

fn cbc<C: BlockSizeUser<BlockSize = U16> + BlockCipherEncrypt + KeyInit + 'static>(key_len: usize) -> Encrypting {
    let cipher = C::new_from_slice(&KEY[..key_len]).expect("a key");
    let iv = NONCE[..16].try_into().expect("a block");
    Box::new(move |buffer, len| {
        let padding = buffer.len() - len;
        buffer[len..].fill(padding as u8);
        let (blocks, _) = Array::slice_as_chunks_mut(buffer);
        cbc::Encryptor::inner_iv_init(&cipher, &iv).encrypt_blocks(blocks);
    })
}

fn counter<C: BlockSizeUser<BlockSize = U16> + BlockCipherEncrypt + KeyInit + 'static>(key_len: usize) -> Encrypting {
    let cipher = C::new_from_slice(&KEY[..key_len]).expect("a key");
    let counter = NONCE[..16].try_into().expect("a block");
    Box::new(move |buffer, _| {
        CtrCore::<&C, Ctr128BE>::inner_iv_init(&cipher, &counter).apply_keystream_partial(buffer.into());
    })
}

fn updating(mut hash: impl Update) -> impl FnMut(&[u8]) {
    move |data| hash.update(data)
}

/// Measures one algorithm after the other, with the same guests.
struct Rows<'a> {
    bench: &'a mut Bench,
    guest: RefCell<Guest>,
    software: Option<&'a RefCell<Software>>,
}

impl Rows<'_> {
    /// One call that encrypts in place, with a state that was opened beforehand.
    fn encryption(&mut self, name: &str, key_len: usize, nonce_len: usize, sealed: Sealed, mut native: Encrypting) {
        let guest = &self.guest;
        let key = guest.borrow_mut().import(name, &KEY[..key_len]);
        let options = (nonce_len > 0).then(|| guest.borrow_mut().nonce(&NONCE[..nonce_len]));
        for (len, size) in SIZES {
            let group = format!("{name} encrypt in place, {size}");
            let sealed_len = match sealed {
                Sealed::AsLong => len,
                Sealed::Longer(by) => len + by,
            };
            let run = |times: u32| {
                let guest = &mut *guest.borrow_mut();
                in_batches(times, BATCH, |n| {
                    let states: Vec<u32> = (0..n).map(|_| guest.open(name, Some(key), options)).collect();
                    guest.write(LIST, &states.iter().flat_map(|state| state.to_le_bytes()).collect::<Vec<u8>>());
                    let taken = timed(|| match sealed {
                        Sealed::AsLong => guest.run_named("stream", (LIST, len as u32, n)),
                        Sealed::Longer(_) => guest.run(|loops| &loops.encrypt, (LIST, DATA, DATA, len as u32, n)),
                    });
                    states.iter().for_each(|state| guest.call("symmetric_state_close", &mut [], &[*state]));
                    taken
                })
            };
            let mut buffer = vec![3; sealed_len];
            native(&mut buffer, len);
            guest.borrow_mut().write(DATA, &vec![3; len]);
            run(1);
            assert!(guest.borrow().read(DATA, sealed_len) == buffer, "another result: {group}");

            let without_host = without_host(self.software, &group, Some((&vec![3; len], &buffer)));
            let native = |times: u32| {
                let work = |n| timed(|| (0..n).for_each(|_| native(black_box(&mut buffer), len)));
                in_batches(times, BATCH, work)
            };
            let contenders = [Contender::new(NATIVE, native), Contender::new(GUEST, run)];
            self.bench.group(&group, contenders.into_iter().chain(without_host).collect());
        }
    }

    /// One call that absorbs.
    fn absorption(&mut self, name: &str, key_len: Option<usize>, native: &mut dyn FnMut(&[u8])) {
        let guest = &self.guest;
        let key = key_len.map(|len| guest.borrow_mut().import(name, &KEY[..len]));
        let state = guest.borrow_mut().open(name, key, None);
        let message = vec![3; 16 << 10];
        for (len, size) in SIZES {
            let group = format!("{name} update, {size}");
            let without_host = without_host(self.software, &group, None);
            let contenders = [
                Contender::timed(NATIVE, |times| (0..times).for_each(|_| native(black_box(&message[..len])))),
                Contender::timed(GUEST, |times| {
                    guest.borrow_mut().run(|loops| &loops.absorb, (state, DATA, len as u32, times));
                }),
            ];
            self.bench.group(&group, contenders.into_iter().chain(without_host).collect());
        }
    }

    /// A password hash from open to close.
    fn stretching(&mut self, name: &str, costs: &str, numbers: &[(&str, u64)], native: &mut dyn FnMut(&mut [u8])) {
        let group = format!("{name}, {costs}");
        if !self.bench.wants(&group) {
            return;
        }
        let guest = &self.guest;
        let run = |times| {
            let lens = (name.len() as u32, PASSWORD.len() as u32, times);
            guest.borrow_mut().run_named("stretch", lens);
        };
        let mut out = [0; HASH_LEN];
        native(&mut out);
        {
            let guest = &mut *guest.borrow_mut();
            let mut memory = [&[0; 8][..], b"salt", SALT].concat();
            let options = guest.call_for_handle("options_open", &mut memory, &[1, 0]);
            guest.call("options_set", &mut memory, &[options, 8, 4, 12, SALT.len() as u32]);
            for (name, value) in numbers {
                let args = [u64::from(options), 0, name.len() as u64, *value];
                guest.call_u64("options_set_u64", &mut name.as_bytes().to_vec(), &args);
            }
            guest.write(OPTIONS + 4, &options.to_le_bytes());
            guest.write(NAME, name.as_bytes());
            guest.write(DATA, PASSWORD);
        }
        run(1);
        assert!(guest.borrow().read(256, HASH_LEN) == out, "another result: {group}");
        let without_host = without_host(self.software, &group, Some((PASSWORD, &out)));
        let native = |times: u32| (0..times).for_each(|_| native(black_box(&mut out)));
        let contenders = [Contender::timed(NATIVE, native), Contender::timed(GUEST, run)];
        self.bench.group(&group, contenders.into_iter().chain(without_host).collect());
    }
}

/// The guest that does without a host, if it has this operation. Input and output show that it does the same.
fn without_host<'a>(
    software: Option<&'a RefCell<Software>>,
    group: &str,
    example: Option<(&[u8], &[u8])>,
) -> Option<Contender<'a>> {
    let software = software?;
    let function = software.borrow_mut().find(group)?;
    if let Some((input, output)) = example {
        software.borrow_mut().write(input);
        software.borrow_mut().run(&function, 1);
        assert!(software.borrow().read(output.len()) == output, "another result without a host: {group}");
    }
    Some(Contender::timed(WITHOUT_HOST, move |times| software.borrow_mut().run(&function, times)))
}
