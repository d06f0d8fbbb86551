//! What a guest waits for that loads a key by its identifier, against one that imports the same key.
//!
//! Cold is without anything in memory, so that the record is read and opened, and the key made ready for use; warm is when
//! the same key was loaded before, so that the store is only asked whether it is still what it was. All three with the
//! `close` of the key.

use std::time::Instant;

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::secrets::RootKey;

use crate::guest::{Kind, LATEST, Managed};
use crate::support::{Guest, Native};
use crate::{best, manager, text};

const ALGORITHMS: [(Kind, &str); 5] = [
    (Kind::Keypair, "Ed25519"),
    (Kind::Keypair, "ECDSA_P256_SHA256"),
    (Kind::Keypair, "RSA_PSS_2048_SHA256"),
    (Kind::SymmetricKey, "AES-256-GCM"),
    (Kind::SymmetricKey, "HMAC/SHA-256"),
];

pub(crate) fn measure(kinds: &[crate::Kind<'_>]) {
    println!("{:<36}{:>12}{:>12}{:>12}{:>12}", "by a guest", "store", "import", "cold", "warm");
    for store in kinds {
        let root_key = RootKey::generate().unwrap();
        let opened = (store.make)("guest");
        let [mut cold, mut warm] = [0, 1_000].map(|records| {
            let namespace = manager(&opened, &root_key, records).namespace("tenant");
            let mut guest = Guest::with_limits(WasiCryptoCtx::builder().secrets(namespace));
            let secrets = guest.manager();
            (guest, secrets)
        });
        for (kind, algorithm) in ALGORITHMS {
            let (guest, secrets) = &mut warm;
            let own = guest.own(kind, algorithm);
            let encoded = guest.export_key(kind, own).unwrap();
            let start = Instant::now();
            let id = guest.store(*secrets, kind, own).unwrap();
            let stored = start.elapsed();
            guest.close_key(kind, own).unwrap();
            let mut other = Guest::native();
            let id = &id[..];
            let [mut cold, mut warm] = [&mut cold, &mut warm].map(|(guest, secrets)| {
                move || {
                    times(|| {
                        let key = guest.from_id(*secrets, kind, id, LATEST).unwrap();
                        guest.close_key(kind, key).unwrap();
                    });
                }
            });
            let mut import = || times(|| import(&mut other, kind, algorithm, &encoded));
            let [import, cold, warm] = best([&mut import, &mut cold, &mut warm]).map(|time| text(time / TIMES));
            let what = format!("{}, {algorithm}", store.name);
            println!("{what:<36}{:>12}{import:>12}{cold:>12}{warm:>12}", text(stored));
        }
    }
}

fn import(guest: &mut Guest<Native>, kind: Kind, algorithm: &str, encoded: &[u8]) {
    let key = match kind {
        Kind::Keypair => {
            let ([name, name_len], [key, len]) = (guest.put(algorithm.as_bytes()), guest.put(encoded));
            guest.call_for_u32("keypair_import", &[0, name, name_len, key, len, 1])
        }
        Kind::SymmetricKey => guest.import(algorithm, encoded),
    };
    guest.close_key(kind, key.unwrap()).unwrap();
}

fn times(work: impl FnMut()) {
    std::iter::repeat_with(work).take(TIMES as usize).for_each(drop);
}

/// So often in each round: less than a thread is let run at a time.
const TIMES: u32 = 10;
