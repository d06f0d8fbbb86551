//! Asymmetric keys and their encodings.

use std::collections::HashMap;

use wasi_crypto_interface::Errno::{
    self, IncompatibleKeys, InvalidKey, NotImplemented, Success, UnsupportedAlgorithm, UnsupportedEncoding,
};

use super::Mutant;
use crate::fault::{ARRAY, Arg, Call, End, Fault};

const KEYPAIR: &[&str] = &["keypair_import"];
const PUBLIC: &[&str] = &["publickey_import"];
const SECRET: &[&str] = &["secretkey_import"];
const IMPORTS: &[&str] = &["keypair_import", "publickey_import", "secretkey_import"];
const KEYPAIR_OUT: &[&str] = &["keypair_export", ARRAY[0], ARRAY[1]];
const PUBLIC_OUT: &[&str] = &["publickey_export", ARRAY[0], ARRAY[1]];
const SECRET_OUT: &[&str] = &["secretkey_export", ARRAY[0], ARRAY[1]];
const PUBLIC_VERIFY: &[&str] = &["publickey_verify"];

const RAW: u32 = 0;
const PKCS8: u32 = 1;
const PEM: u32 = 2;
/// Of public and secret keys.
const SEC: u32 = 3;

/// The order of P-256, and 0: what a scalar must not be.
const SCALARS_OUT_OF_RANGE: [[u8; 32]; 2] = [
    [0; 32],
    [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad,
        0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ],
];

/// The base point of P-256, compressed (SEC 2, section 2.4.2).
const P256_BASE: [u8; 33] = [
    3, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03,
    0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::published("loses leading zeros of scalars", &["ENC-SK-012", "ENC-REQ-P256-KP"], KEYPAIR_OUT, || {
        in_encoding(RAW, |mut raw| {
            let zeros = raw.iter().take_while(|byte| **byte == 0).count();
            raw.drain(..zeros);
            raw
        })
    }),
    Mutant::published("writes 48 bytes for a scalar of 32", &["ENC-REQ-P256-KP"], KEYPAIR_OUT, || {
        in_encoding(RAW, |mut raw| {
            if raw.len() == 32 {
                raw.resize(48, 0);
            }
            raw
        })
    }),
    Mutant::published("dies of a raw elliptic curve key of a wrong length", &["KP-IMPORT-003"], KEYPAIR, || {
        Fault::new(|call| {
            let raw = call.arg("encoding") == RAW && call.text("algorithm").starts_with("ECDSA");
            match call.go() {
                InvalidKey if raw => End::Crash,
                answer => answer.into(),
            }
        })
    }),
    Mutant::published(
        "takes the scalar 0 and scalars above the order",
        &["KP-IMPORT-003", "ERR-INVKEY-009"],
        KEYPAIR,
        || {
            accept(|call, encoded| {
                let fits = SCALARS_OUT_OF_RANGE.iter().any(|scalar| scalar == encoded);
                fits.then(|| (call.arg("encoding"), [[0; 31].as_slice(), &[1]].concat()))
            })
        },
    ),
    Mutant::published("takes a secret key 0", &["SK-IMPORT-003"], SECRET, || {
        accept(|call, encoded| {
            let zero = !encoded.is_empty() && encoded.iter().all(|byte| *byte == 0);
            zero.then(|| (call.arg("encoding"), [vec![0; encoded.len() - 1], vec![1]].concat()))
        })
    }),
    Mutant::published("takes a public half that is not the Ed25519 seed's", &["ENC-EDKP-034"], KEYPAIR, || {
        accept(|call, encoded| {
            let name = call.text("algorithm");
            if encoded.len() != 64 || !name.eq_ignore_ascii_case("Ed25519") {
                return None;
            }
            let args = [0u32.into(), Arg::Bytes(name.as_bytes()), Arg::Bytes(&encoded[..32]), RAW.into()];
            let secret = call.handle_aside("secretkey_import", &args).ok()?;
            let public = call.handle_aside("publickey_from_secretkey", &[secret.into()]).ok()?;
            let array = call.handle_aside("publickey_export", &[public.into(), RAW.into()]).ok()?;
            let public = call.take_array(array);
            Some((RAW, [&encoded[..32], &public].concat()))
        })
    }),
    Mutant::of_text("takes an Ed25519 seed for a key pair", &["ENC-EDKP-033"], KEYPAIR, || {
        accept(|call, encoded| {
            let name = call.text("algorithm");
            if encoded.len() != 32 || !name.eq_ignore_ascii_case("Ed25519") {
                return None;
            }
            let args = [0u32.into(), Arg::Bytes(name.as_bytes()), Arg::Bytes(encoded), RAW.into()];
            let secret = call.handle_aside("secretkey_import", &args).ok()?;
            let public = call.handle_aside("publickey_from_secretkey", &[secret.into()]).ok()?;
            let array = call.handle_aside("publickey_export", &[public.into(), RAW.into()]).ok()?;
            let public = call.take_array(array);
            Some((RAW, [encoded, &public].concat()))
        })
    }),
    Mutant::published("finds every public key valid", &["PK-VERIFY-008", "PK-SAFE-005"], PUBLIC_VERIFY, || {
        Fault::instead(InvalidKey, Success)
    }),
    Mutant::of_text("checks no public key", &["PK-VERIFY-006"], PUBLIC_VERIFY, || {
        Fault::instead(Success, NotImplemented)
    }),
    Mutant::of_text(
        "finds no public key of RSA valid",
        &["PK-VERIFY-006"],
        &["publickey_import", "publickey_verify"],
        || {
            let mut keys = HashMap::new();
            Fault::new(move |call| {
                if call.name() == "publickey_verify" {
                    return if keys.contains_key(&call.arg("pk")) { InvalidKey } else { call.go() };
                }
                let (name, answer) = (call.text("algorithm"), call.go());
                if answer == Success && name.starts_with("RSA") {
                    keys.insert(call.given(), ());
                }
                answer
            })
        },
    ),
    Mutant::published(
        "takes a point that is not on its curve",
        &["PK-IMPORT-003", "PK-SAFE-005", "PK-VERIFY-008"],
        &["publickey_import", "publickey_verify"],
        || {
            accept(|call, encoded| {
                let p256 = call.has("encoding") && call.text("algorithm").contains("P256");
                (p256 && encoded.len() == 65 && encoded[0] == 4).then(|| (SEC, P256_BASE.to_vec()))
            })
        },
    ),
    Mutant::published(
        "reads RSA keys as PKCS#1, and PKCS#8 not at all",
        &["ENC-REQ-RSA-KP", "ENC-PKCS8-004"],
        KEYPAIR,
        || {
            Fault::new(|call| {
                let rsa = call.text("algorithm").starts_with("RSA") && call.arg("encoding") == PKCS8;
                if rsa { InvalidKey } else { call.go() }
            })
        },
    ),
    Mutant::published(
        "writes RSA keys as PKCS#1 where PKCS#8 is asked for",
        &["ENC-REQ-RSA-KP", "ENC-PKCS8-004"],
        KEYPAIR_OUT,
        || {
            in_encoding(PKCS8, |der| {
                // Three tags and lengths of 4 bytes at most stand before the key of an RSA PrivateKeyInfo: 26 bytes.
                let rsa = der.len() > 1000 && der[26..].starts_with(&[0x30, 0x82]);
                if rsa { der[26..].to_vec() } else { der }
            })
        },
    ),
    Mutant::published(
        "writes elliptic curve keys as SEC 1 where PKCS#8 is asked for",
        &["ENC-REQ-P256-KP", "ENC-PKCS8-004"],
        KEYPAIR_OUT,
        || {
            in_encoding(PKCS8, |der| {
                let key =
                    der.windows(4).position(|bytes| bytes[0] == 4 && bytes[2] == 0x30 && bytes[3] == bytes[1] - 2);
                key.filter(|_| der.len() < 300).map_or(der.clone(), |at| der[at + 2..].to_vec())
            })
        },
    ),
    Mutant::published(
        "cannot read the longest keys that it wrote",
        &["ENC-PEM-005", "ENC-REQ-RSA-KP"],
        IMPORTS,
        || {
            Fault::new(|call| {
                let long = call.arg("encoding") == PEM && call.arg("encoded_len") > 3000;
                if long { InvalidKey } else { call.go() }
            })
        },
    ),
    Mutant::published(
        "takes RSA keys of any size under any name",
        &["ERR-INVKEY-009", "KP-IMPORT-003"],
        KEYPAIR,
        other_rsa_size,
    ),
    Mutant::published("takes RSA public keys of any size under any name", &["PK-IMPORT-003"], PUBLIC, other_rsa_size),
    Mutant::of_text("writes a SEC point compressed", &["ENC-PK-024"], PUBLIC_OUT, || in_encoding(SEC, compressed)),
    Mutant::of_text("writes a raw point of a NIST curve uncompressed", &["ENC-PK-019"], PUBLIC_OUT, || {
        Fault::new(|call| {
            if call.name() == "publickey_export" && call.arg("encoding") == RAW {
                call.set("encoding", SEC);
                if call.go() == Success {
                    return Success;
                }
                call.set("encoding", RAW);
            }
            call.go()
        })
    }),
    Mutant::of_text("reads no compressed points", &["ENC-PK-023"], PUBLIC, || {
        Fault::new(|call| {
            let compressed = call.arg("encoding") == SEC && [33, 49].contains(&call.arg("encoded_len"));
            if compressed { InvalidKey } else { call.go() }
        })
    }),
    Mutant::of_text("reads no uncompressed points", &["ENC-PK-023"], PUBLIC, || {
        Fault::new(|call| {
            let uncompressed = call.arg("encoding") == SEC && [65, 97].contains(&call.arg("encoded_len"));
            if uncompressed { InvalidKey } else { call.go() }
        })
    }),
    Mutant::of_text(
        "makes a pair of two halves that are not one",
        &["KP-FROM-007"],
        &["keypair_from_pk_and_sk"],
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == InvalidKey {
                    let secret = call.arg("secretkey");
                    let public = call.handle_aside("publickey_from_secretkey", &[secret.into()]).unwrap();
                    call.set("publickey", public);
                    return call.go();
                }
                answer
            })
        },
    )
    .left_open(),
    Mutant::of_text(
        "calls halves of two algorithms invalid, not incompatible",
        &["KP-FROM-006", "ERR-INCOMPAT-030"],
        &["keypair_from_pk_and_sk"],
        || Fault::instead(IncompatibleKeys, InvalidKey),
    ),
    Mutant::of_text("reads a raw scalar of P-256 with its bytes turned round", &["ENC-SK-012"], KEYPAIR, || {
        Fault::new(|call| {
            let p256 = call.text("algorithm").contains("P256") && call.arg("encoding") == RAW;
            if p256 { reversed(call) } else { call.go() }
        })
    }),
    Mutant::of_text("reads an X25519 scalar with its bytes turned round", &["ENC-SK-013"], SECRET, || {
        Fault::new(|call| {
            let x25519 = call.text("algorithm").eq_ignore_ascii_case("X25519") && call.arg("encoding") == RAW;
            if x25519 { reversed(call) } else { call.go() }
        })
    }),
    Mutant::of_text("ignores what follows on the end of DER", &["KP-IMPORT-003"], KEYPAIR, || {
        accept(|call, encoded| {
            let cut = call.arg("encoding") == PKCS8 && encoded.len() > 4;
            cut.then(|| (PKCS8, encoded[..encoded.len() - 1].to_vec()))
        })
    }),
    Mutant::of_text("ignores what follows on the end of a public key's DER", &["PK-IMPORT-003"], PUBLIC, || {
        accept(|call, encoded| {
            let cut = call.arg("encoding") == PKCS8 && encoded.len() > 4;
            cut.then(|| (PKCS8, encoded[..encoded.len() - 1].to_vec()))
        })
    }),
    Mutant::of_text("takes as much of a raw key as it needs", &["SK-IMPORT-003"], SECRET, || {
        accept(|call, encoded| {
            (call.arg("encoding") == RAW && encoded.len() > 32).then(|| (RAW, encoded[..32].to_vec()))
        })
    }),
    Mutant::of_text(
        "knows no PEM though it knows PKCS#8",
        &["ENC-SK-016"],
        &["secretkey_import", "keypair_import"],
        || Fault::new(|call| if call.arg("encoding") == PEM { UnsupportedEncoding } else { call.go() }),
    ),
    Mutant::of_text("writes PEM without its last line", &["ENC-PEM-005", "ENC-REQ-P256-KP"], KEYPAIR_OUT, || {
        in_encoding(PEM, |pem| {
            let end = pem.windows(9).position(|bytes| bytes == b"-----END ").unwrap_or(pem.len());
            pem[..end].to_vec()
        })
    }),
    Mutant::of_text("gives the public key for the secret one", &["KP-SEC-016", "SK-EXPORT-006"], SECRET_OUT, || {
        in_encoding(RAW, |raw| raw.iter().map(|byte| byte ^ 1).collect())
    }),
    Mutant::of_text("imports key exchange keys as keys for signatures", &["ALG-TYPE-007"], IMPORTS, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == UnsupportedAlgorithm && call.arg("algorithm_type") < 3 {
                for ty in [0, 2] {
                    call.set("algorithm_type", ty);
                    if call.go() == Success {
                        return Success;
                    }
                }
            }
            answer
        })
    }),
    Mutant::of_text("makes every key pair the same", &["KP-GEN-008"], &["keypair_generate"], || {
        let mut first: HashMap<String, Vec<u8>> = HashMap::new();
        Fault::new(move |call| {
            let (name, ty, answer) = (call.text("algorithm"), call.arg("algorithm_type"), call.go());
            if answer != Success {
                return answer;
            }
            // Some have PKCS#8, some raw.
            let export = |encoding: u32, call: &mut Call<'_>| {
                call.handle_aside("keypair_export", &[call.given().into(), encoding.into()])
            };
            let (encoding, array) = match export(PKCS8, call) {
                Ok(array) => (PKCS8, array),
                Err(_) => (RAW, export(RAW, call).unwrap()),
            };
            let encoded = call.take_array(array);
            let encoded = first.entry(name.clone()).or_insert(encoded);
            let args = [ty.into(), Arg::Bytes(name.as_bytes()), Arg::Bytes(encoded), encoding.into()];
            let key = call.handle_aside("keypair_import", &args).unwrap();
            call.write_u32(call.slot(0), key);
            answer
        })
    }),
    Mutant::of_text("makes the public key of a pair that of another", &["KP-PUB-015"], &["keypair_publickey"], || {
        let mut first: Option<(u32, u32)> = None;
        Fault::then(move |call| {
            let (pair, public) = (call.arg("kp"), call.given());
            let (known, other) = *first.get_or_insert((pair, public));
            if known != pair {
                call.write_u32(call.slot(0), other);
            }
        })
    }),
    Mutant::of_text(
        "says that an encoding is an algorithm it does not have",
        &["ERR-UNSUPENC-006", "PK-IMPORT-002", "SK-IMPORT-002"],
        &["publickey_import", "secretkey_import"],
        || Fault::instead(UnsupportedEncoding, UnsupportedAlgorithm),
    ),
    Mutant::of_text(
        "calls a key invalid whose encoding it does not know",
        &["KP-EXPORT-014", "SK-EXPORT-007", "PK-EXPORT-011"],
        &["keypair_export", "secretkey_export", "publickey_export"],
        || Fault::instead(UnsupportedEncoding, InvalidKey),
    ),
    Mutant::of_text(
        "does not know algorithms whose keys are malformed",
        &["KP-IMPORT-003", "PK-IMPORT-003", "SK-IMPORT-003"],
        IMPORTS,
        || Fault::instead(InvalidKey, UnsupportedAlgorithm),
    ),
    Mutant::of_text(
        "calls the key invalid of an algorithm that it does not know",
        &["KP-IMPORT-004", "PK-IMPORT-004", "SK-IMPORT-004"],
        IMPORTS,
        || Fault::instead(UnsupportedAlgorithm, InvalidKey),
    ),
    Mutant::of_text(
        "takes an Ed25519 public key that is not canonical",
        &["PK-SAFE-005", "PK-IMPORT-003"],
        PUBLIC,
        || {
            accept(|call, encoded| {
                let ed25519 = call.text("algorithm").eq_ignore_ascii_case("Ed25519") && encoded.len() == 32;
                // The base point's y is 4/5 (RFC 8032, section 5.1).
                ed25519.then(|| (RAW, [[0x58].as_slice(), &[0x66; 31]].concat()))
            })
        },
    ),
];

/// Changes what exports in one encoding give.
fn in_encoding(encoding: u32, mut change: impl FnMut(Vec<u8>) -> Vec<u8> + 'static) -> Fault {
    Fault::in_arrays(move |call, bytes| if call.arg("encoding") == encoding { change(bytes) } else { bytes })
}

/// Where a key is invalid, something else may be imported for it: an encoding and the encoded key.
fn accept(mut other: impl FnMut(&mut Call<'_>, &[u8]) -> Option<(u32, Vec<u8>)> + 'static) -> Fault {
    Fault::new(move |call| {
        let answer = call.go();
        if answer != InvalidKey || !call.has("encoded") {
            return answer;
        }
        let encoded = call.bytes(call.arg("encoded"), call.arg("encoded_len")).unwrap_or_default();
        match other(call, &encoded) {
            Some((encoding, encoded)) => import_aside(call, &call.text("algorithm"), &encoded, encoding),
            None => answer,
        }
    })
}

/// Imports something aside and gives that.
fn import_aside(call: &mut Call<'_>, algorithm: &str, encoded: &[u8], encoding: u32) -> Errno {
    let ty = call.arg("algorithm_type");
    let args = [ty.into(), Arg::Bytes(algorithm.as_bytes()), Arg::Bytes(encoded), encoding.into()];
    match call.handle_aside(call.name(), &args) {
        Ok(key) => {
            call.write_u32(call.slot(0), key);
            Success
        }
        Err(error) => error,
    }
}

fn other_rsa_size() -> Fault {
    Fault::new(|call| {
        let (name, answer) = (call.text("algorithm"), call.go());
        if answer == InvalidKey && name.starts_with("RSA") {
            let encoded = call.bytes(call.arg("encoded"), call.arg("encoded_len")).unwrap_or_default();
            for other in ["RSA_PKCS1_2048_SHA256", "RSA_PKCS1_3072_SHA384", "RSA_PKCS1_4096_SHA512"] {
                if import_aside(call, other, &encoded, call.arg("encoding")) == Success {
                    return Success;
                }
            }
        }
        answer
    })
}

fn reversed(call: &mut Call<'_>) -> Errno {
    let mut encoded = call.bytes(call.arg("encoded"), call.arg("encoded_len")).unwrap_or_default();
    encoded.reverse();
    import_aside(call, &call.text("algorithm"), &encoded, RAW)
}

/// A SEC 1 point, compressed.
fn compressed(point: Vec<u8>) -> Vec<u8> {
    let half = point.len() / 2;
    match point.first() {
        Some(4) => [&[2 | (point[point.len() - 1] & 1)], &point[1..=half]].concat(),
        _ => point,
    }
}
