//! PEM as people have it: what is read, whatever stands around the key and however it is broken into lines.

mod support;

use support::encode::*;
use support::keys::*;
use support::*;
use wasi_crypto_host::{Errno, WasiCryptoCtx};

const RSA_2048: &str = "RSA_PSS_2048_SHA256";
const ALGORITHMS: [&str; 6] = ["ECDSA_P256_SHA256", "P384-SHA384", "Ed25519", RSA_2048, "ML-DSA-44", "ML-KEM-512"];

/// A key in PEM with the label that it has, and in `SubjectPublicKeyInfo` what it is read as.
struct Key {
    part: Part,
    label: &'static str,
    pem: String,
    public: Vec<u8>,
}

fn keys(guest: &mut Guest, algorithm: &str) -> [Key; 3] {
    let keypair = guest.generate_keypair(algorithm);
    let (secret, public) = (guest.secret_of(keypair), guest.public_of(keypair));
    let spki = guest.export_key_as(Part::Public, public, PKCS8).unwrap();
    [
        (Part::Keypair, keypair, "PRIVATE KEY"),
        (Part::Secret, secret, "PRIVATE KEY"),
        (Part::Public, public, "PUBLIC KEY"),
    ]
    .map(|(part, key, label)| {
        let pem = String::from_utf8(guest.export_key_as(part, key, PEM).unwrap()).unwrap();
        Key { part, label, pem, public: spki.clone() }
    })
}

/// The lines of a block between its boundaries, as one.
fn body(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

/// The block with this many columns.
fn wrapped(key: &Key, columns: usize) -> String {
    let body = body(&key.pem);
    let lines: Vec<_> = body.as_bytes().chunks(columns).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {0}-----\n{1}\n-----END {0}-----\n", key.label, lines.join("\n"))
}

#[test]
fn pem_is_written_as_rfc_7468_has_it() {
    let mut guest = Guest::large();
    for algorithm in ALGORITHMS {
        for key in keys(&mut guest, algorithm) {
            assert_eq!(key.pem, wrapped(&key, 64), "{algorithm}");
        }
    }
}

#[test]
fn pem_is_read_however_it_is_laid_out() {
    let mut guest = Guest::large();
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    let bag =
        "Bag Attributes\n    friendlyName: Schl\u{fc}ssel\n    localKeyID: 01 02\nKey Attributes: <No Attributes>\n";
    for algorithm in ALGORITHMS {
        for key in keys(&mut guest, algorithm) {
            let pem = &key.pem;
            let mut forms: Vec<Vec<u8>> = [1, 3, 60, 63, 65, 76, 1000, 100_000].map(|n| wrapped(&key, n).into()).into();
            forms.extend(
                [
                    format!("{pem}\n"),
                    format!("{pem}\n\n \t\n"),
                    format!("\n\n{pem}"),
                    pem.trim_end().to_owned(),
                    pem.replace('\n', "\r\n"),
                    pem.replace('\n', "\r"),
                    pem.replace('\n', " \n"),
                    pem.replace('\n', "\t \r\n"),
                    pem.replace('\n', "\n\n"),
                    pem.replace('\n', "\n    "),
                    pem.replace("M", "M \x0b\x0c"),
                    format!("\u{feff}{pem}"),
                    format!("\u{feff}\r\n{}", pem.replace('\n', "\r\n")),
                    format!("{bag}{pem}"),
                    format!("{pem}{bag}"),
                    format!("{pem}no line break at the end"),
                    format!("{certificate}{pem}"),
                    format!("{pem}{certificate}"),
                    format!("{parameters}{certificate}{pem}{certificate}{parameters}"),
                    format!("-----BEGIN CERTIFICATE-----\n{pem}"),
                    format!("-----END {}-----\n{pem}-----END CERTIFICATE-----\n", key.label),
                ]
                .map(Into::into),
            );
            // Text in another encoding than UTF-8.
            forms.push([&b"friendlyName: Schl\xfcssel\n"[..], pem.as_bytes(), b"\0\xff\xfe"].concat());
            for form in forms {
                let read = guest.read(key.part, algorithm, &form, PEM);
                assert_eq!(read.as_ref(), Ok(&key.public), "{algorithm}: {}", String::from_utf8_lossy(&form));
            }
        }
    }
}

#[test]
fn one_block_fits_or_there_is_no_key() {
    let mut guest = Guest::large();
    for algorithm in ALGORITHMS {
        let others = keys(&mut guest, algorithm);
        for (key, other) in keys(&mut guest, algorithm).iter().zip(&others) {
            let Key { pem, label, .. } = key;
            let body = body(pem);
            for (bad, what) in [
                (String::new(), "nothing"),
                (body.clone(), "no boundaries"),
                (format!("{pem}{}", other.pem), "two keys"),
                (format!("{pem}{pem}"), "the same key twice"),
                (format!("{pem}-----BEGIN {label}-----\n"), "the beginning of another key"),
                (pem.replace("-----END", "-----END "), "another end"),
                (pem.replace("-----END", "----END"), "four dashes"),
                (pem.replace(label, &label.to_lowercase()), "a label in lower case"),
                (pem.replace(label, "CERTIFICATE"), "another label"),
                (pem.replace(label, &format!("ANY {label}")), "a longer label"),
                (pem.replace(label, "DSA PRIVATE KEY"), "the label of another algorithm"),
                (pem.replacen(label, "CERTIFICATE", 1), "two labels"),
                (pem.replace('\n', ""), "no lines"),
                (pem.replacen('\n', " text\n", 1), "text behind the label"),
                (format!("text {pem}"), "text before the label"),
                (pem.replacen('\n', "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", 1), "encryption"),
                (pem.replacen('\n', "\nComment: none\n\n", 1), "a header"),
                (pem.replace(label, &format!("ENCRYPTED {label}")), "the label of an encrypted key"),
                (pem.replacen('M', "*", 1), "another character"),
                (pem.replacen(&body[..4], &format!("{}\0", &body[..4]), 1), "a zero byte"),
                (pem.replacen(&body[..4], &format!("{}\u{a0}", &body[..4]), 1), "a space that is not ASCII's"),
                (pem.replacen("-----END", "=\n-----END", 1), "too much padding"),
                (pem.replacen("-----END", "AAAA\n-----END", 1), "bytes behind the key"),
                (format!("-----BEGIN {label}-----\n-----END {label}-----\n"), "an empty block"),
            ] {
                let read = guest.read(key.part, algorithm, bad.as_bytes(), PEM);
                assert_eq!(read, Err(Errno::InvalidKey), "{algorithm} {:?}: {what}: {bad}", key.part);
            }
        }
    }
}

/// What stands in PKCS#8 or SubjectPublicKeyInfo between its header and the end: the version, the algorithm and the key.
fn inner(der: &[u8]) -> &[u8] {
    /// The content of the first value, and what follows it.
    fn value(der: &[u8]) -> (&[u8], &[u8]) {
        let (start, len) = match der[1] {
            len @ ..=0x7f => (2, usize::from(len)),
            0x81 => (3, usize::from(der[2])),
            _ => (4, usize::from(der[2]) << 8 | usize::from(der[3])),
        };
        (&der[start..start + len], &der[start + len..])
    }
    let (mut info, _) = value(der);
    if info[0] == 2 {
        info = value(info).1;
    }
    let (key, _) = value(value(info).1);
    // A BIT STRING begins with how many bits are unused.
    if key[0] == 0 { &key[1..] } else { key }
}

#[test]
fn keys_without_pkcs8_are_read_under_the_label_that_names_their_algorithm() {
    let mut guest = Guest::large();
    for algorithm in ["ECDSA_P256_SHA256", "ECDSA_K256_SHA256", "P384-SHA384", RSA_2048, "Ed25519", "ML-KEM-768"] {
        let (private, public) = guest.generate_encoded(algorithm);
        let labels = |name: &str| [format!("{name} PRIVATE KEY"), format!("{name} PUBLIC KEY")];
        for kind in ["RSA", "EC", "DSA", "OPENSSH"] {
            let [private_label, public_label] = labels(kind);
            let own = match kind {
                "RSA" => algorithm.starts_with("RSA"),
                "EC" => algorithm.contains("256") || algorithm.contains("384"),
                _ => false,
            } && (kind == "RSA") == algorithm.starts_with("RSA");
            let expect = |own: bool| if own { Ok(public.clone()) } else { Err(Errno::InvalidKey) };
            let text = pem(&private_label, inner(&private));
            for part in [Part::Keypair, Part::Secret] {
                assert_eq!(guest.read(part, algorithm, text.as_bytes(), PEM), expect(own), "{algorithm}: {text}");
                // Not without the label.
                assert_eq!(guest.read(part, algorithm, inner(&private), PKCS8), Err(Errno::InvalidKey), "{algorithm}");
                // Not what has no such label.
                let whole = pem(&private_label, &private);
                assert_eq!(guest.read(part, algorithm, whole.as_bytes(), PEM), Err(Errno::InvalidKey), "{algorithm}");
                // One of the two labels is enough, and both are too many, if both fit.
                let both = text.clone() + &pem("PRIVATE KEY", &private);
                assert_eq!(guest.read(part, algorithm, both.as_bytes(), PEM), expect(!own), "{algorithm}: {both}");
            }
            assert_eq!(guest.read(Part::Public, algorithm, text.as_bytes(), PEM), Err(Errno::InvalidKey));
            let text = pem(&public_label, inner(&public));
            let expected = expect(own && kind == "RSA");
            assert_eq!(guest.read(Part::Public, algorithm, text.as_bytes(), PEM), expected, "{algorithm}: {text}");
            assert_eq!(guest.read(Part::Keypair, algorithm, text.as_bytes(), PEM), Err(Errno::InvalidKey));
            assert_eq!(guest.read(Part::Public, algorithm, inner(&public), PKCS8), Err(Errno::InvalidKey));
        }
        // What comes out is PKCS#8, whatever went in.
        if !["Ed25519", "ML-KEM-768"].contains(&algorithm) {
            let label = if algorithm == RSA_2048 { "RSA PRIVATE KEY" } else { "EC PRIVATE KEY" };
            let text = pem(label, inner(&private));
            let keypair = guest.import_key_as(Part::Keypair, algorithm, text.as_bytes(), PEM).unwrap();
            assert_eq!(guest.export_key_as(Part::Keypair, keypair, PKCS8).unwrap(), private, "{algorithm}");
        }
    }
}

#[test]
fn a_bare_scalar_is_no_ec_private_key() {
    let mut guest = Guest::large();
    for (algorithm, len) in [("ECDSA_P256_SHA256", 32), ("P384-SHA384", 48)] {
        let text = pem("EC PRIVATE KEY", &vec![7; len]);
        assert_eq!(guest.read(Part::Secret, algorithm, text.as_bytes(), PEM), Err(Errno::InvalidKey));
        assert!(guest.read(Part::Secret, algorithm, &vec![7; len], SEC).is_ok());
    }
}

/// A key may have a mebibyte with what stands around it.
#[test]
fn the_longest_text_is_a_mebibyte() {
    let mut guest = Guest::with_memory(WasiCryptoCtx::builder(), 4 << 20);
    for key in keys(&mut guest, "Ed25519") {
        for filler in ["x", " ", "\n", "-----BEGIN CERTIFICATE-----\n"] {
            let mut text = filler.repeat((1 << 20) / filler.len());
            let from = text.len() - key.pem.len() - 1;
            text.replace_range(from.., &format!("\n{}", key.pem));
            text += &"\n".repeat((1 << 20) - text.len());
            assert_eq!(guest.read(key.part, "Ed25519", text.as_bytes(), PEM).as_ref(), Ok(&key.public), "{filler:?}");
            text.push('\n');
            assert_eq!(guest.read(key.part, "Ed25519", text.as_bytes(), PEM), Err(Errno::InvalidKey), "{filler:?}");
        }
    }
    for (encoding, algorithm) in [(RAW, "Ed25519"), (PKCS8, "Ed25519"), (PKCS8, RSA_2048), (SEC, "ECDSA_P256_SHA256")] {
        for len in [1 << 20, (1 << 20) + 1] {
            let read = guest.read(Part::Secret, algorithm, &vec![0x30; len], encoding);
            assert_eq!(read, Err(Errno::InvalidKey), "{algorithm} {encoding}");
        }
    }
}
