//! Keys as other tools write them: what is read, and as which key. One test for each row of what this host decided.

mod support;

use support::encode::*;
use support::hex::hex;
use support::keys::*;
use support::*;
use wasi_crypto_host::Errno;

const EC: [&str; 5] = ["ECDSA_P256_SHA256", "P256-SHA256", "ECDSA_P384_SHA384", "P384-SHA384", "ECDSA_K256_SHA256"];
const RSA_2048: &str = "RSA_PKCS1_2048_SHA256";

/// All algorithms that have PKCS#8; of RSA one, since keys of several sizes take long to generate.
fn with_der() -> impl Iterator<Item = &'static str> {
    EC.into_iter().chain(["Ed25519", "X25519", RSA_2048]).chain(ML_DSA).chain(KEMS.into_iter().skip(1))
}

/// The generator's x coordinate, and the order of the group (SEC 2 section 2.4.1, FIPS 186-5), big-endian.
fn curve(algorithm: &str) -> (Vec<u8>, Vec<u8>) {
    let (x, order) = if algorithm.contains("K256") {
        (
            "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        )
    } else if algorithm.contains("P256") {
        (
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        )
    } else {
        (
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        )
    };
    (hex(x), hex(order))
}

/// `id-ecPublicKey` with the curve (RFC 5480).
fn ec_identifier(algorithm: &str) -> Vec<u8> {
    hex(if algorithm.contains("K256") {
        "301006072a8648ce3d020106052b8104000a"
    } else if algorithm.contains("P256") {
        "301306072a8648ce3d020106082a8648ce3d030107"
    } else {
        "301006072a8648ce3d020106052b81040022"
    })
}

/// An `ECPrivateKey` of a scalar alone.
fn ec_private_key(scalar: &[u8]) -> Vec<u8> {
    der(0x30, &[&der(2, &[&[1]]), &der(4, &[scalar])])
}

fn private_key_info(version: u8, identifier: &[u8], key: &[u8], rest: &[u8]) -> Vec<u8> {
    der(0x30, &[&der(2, &[&[version]]), identifier, &der(4, &[key]), rest])
}

#[test]
fn scalars_have_any_number_of_octets() {
    let mut guest = Guest::large();
    for algorithm in EC {
        let (x, order) = curve(algorithm);
        let len = order.len();
        let (mut below, mut one) = (order.clone(), vec![0; len]);
        *below.last_mut().unwrap() -= 1;
        one[len - 1] = 1;
        let zeros = |count: usize, number: &[u8]| [&vec![0; count], number].concat();
        for (octets, is_scalar) in [
            (vec![1], true),
            (vec![0, 1], true),
            (one.clone(), true),
            (one[8..].to_vec(), true),
            (zeros(1, &one), true),
            (zeros(1000, &one), true),
            (below.clone(), true),
            (zeros(1, &below), true),
            (vec![], false),
            (vec![0], false),
            (vec![0; len], false),
            (vec![0; 1000], false),
            (order.clone(), false),
            (zeros(1, &order), false),
            ([&[1][..], &one].concat(), false),
            ([&[1][..], &zeros(30, &one)].concat(), false),
            ([&[1, 1][..], &one].concat(), false),
            ([&below[..], &[0]].concat(), false),
        ] {
            let sec1 = ec_private_key(&octets);
            let pkcs8 = private_key_info(0, &ec_identifier(algorithm), &sec1, &[]);
            let traditional = pem("EC PRIVATE KEY", &sec1);
            for (part, encoded, encoding) in [
                (Part::Keypair, &pkcs8[..], PKCS8),
                (Part::Secret, &pkcs8, PKCS8),
                (Part::Secret, &sec1, SEC),
                (Part::Keypair, traditional.as_bytes(), PEM),
                (Part::Secret, traditional.as_bytes(), PEM),
                (Part::Secret, pem("PRIVATE KEY", &pkcs8).as_bytes(), PEM),
            ] {
                let read = guest.read(part, algorithm, encoded, encoding);
                // Both 1 and n - 1 times the generator have its x coordinate.
                let is_read = read.as_ref().is_ok_and(|public| public.windows(len).any(|window| window == x));
                assert_eq!(is_read, is_scalar, "{algorithm} {part:?} {encoding} {octets:x?}: {read:x?}");
                assert!(is_scalar || read == Err(Errno::InvalidKey), "{algorithm} {octets:x?}: {read:x?}");
            }
            // Raw scalars have one width, as have bare ones in SEC 1.
            for (part, encoding) in [(Part::Keypair, RAW), (Part::Secret, RAW), (Part::Secret, SEC)] {
                let read = guest.read(part, algorithm, &octets, encoding).map(|_| ());
                let expected = if is_scalar && octets.len() == len { Ok(()) } else { Err(Errno::InvalidKey) };
                assert_eq!(read, expected, "{algorithm} {part:?} {encoding} {octets:x?}");
            }
        }
    }
}

/// Keys of the issue tracker: n - 1 as GnuTLS writes it, and 1 in one byte.
#[test]
fn keys_of_gnutls_are_read() {
    let mut guest = Guest::large();
    let (x, _) = curve("P256");
    for key in [
        "3042020100301306072a8648ce3d020106082a8648ce3d03010704283026020101042100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
        "3022020100301306072a8648ce3d020106082a8648ce3d03010704083006020101040101",
    ] {
        for algorithm in ["ECDSA_P256_SHA256", "P256-SHA256"] {
            let public = guest.read(Part::Keypair, algorithm, &hex(key), PKCS8).unwrap();
            assert_eq!(public[27..59], x, "{key}");
            // Written, all have the width of the field.
            let keypair = guest.import_key_as(Part::Keypair, algorithm, &hex(key), PKCS8).unwrap();
            assert_eq!(guest.export_key_as(Part::Keypair, keypair, RAW).unwrap().len(), 32);
            assert_eq!(guest.export_key_as(Part::Keypair, keypair, PKCS8).unwrap().len(), 138);
        }
    }
}

#[test]
fn the_second_version_of_pkcs8_needs_no_public_key() {
    let mut guest = Guest::large();
    // As python-ecdsa writes the scalar 1.
    let key = hex(
        "3041020101301306072a8648ce3d020106082a8648ce3d0301070427302502010104200000000000000000000000000000000000000000000000000000000000000001",
    );
    let public = guest.read(Part::Secret, "ECDSA_P256_SHA256", &key, PKCS8).unwrap();
    assert_eq!(public[27..59], curve("P256").0);
    for algorithm in with_der() {
        let (mut key, public) = guest.generate_encoded(algorithm);
        let at = key.windows(3).position(|window| window == [2, 1, 0]).unwrap() + 2;
        for version in 0..=0xff {
            key[at] = version;
            let expected = if version <= 1 { Ok(public.clone()) } else { Err(Errno::InvalidKey) };
            for part in [Part::Keypair, Part::Secret] {
                assert_eq!(guest.read(part, algorithm, &key, PKCS8), expected, "{algorithm}, version {version}");
            }
        }
    }
}

/// The content of the DER value, and its header.
fn content(der: &[u8]) -> &[u8] {
    &der[if der[1] < 0x80 { 2 } else { 2 + usize::from(der[1] & 0x7f) }..]
}

#[test]
fn attributes_and_public_halves_are_read_and_not_kept() {
    let mut guest = Guest::large();
    // A friendlyName (PKCS#9) in Latin letters; an empty set; and what is no set of attributes at all.
    let name = hex("a0163014060a2b0601040182371103013106040401020304");
    for algorithm in with_der() {
        let (key, public) = guest.generate_encoded(algorithm);
        // What follows the algorithm identifier in SubjectPublicKeyInfo is the public key in a BIT STRING.
        let identifier = der(0x30, &[content(content(&public)), &[]]);
        let info = content(&public);
        let identifier_len = 2 + usize::from(info[1]);
        let half = [&[0x81], &info[identifier_len + 1..]].concat();
        assert!(identifier.len() > 2 && info[identifier_len] == 3, "{algorithm}");
        let with =
            |version: u8, fields: &[&[u8]]| der(0x30, &[&[2, 1, version], &content(&key)[3..], &fields.concat()]);
        let wrong_half = {
            let mut half = half.clone();
            half[20] ^= 1;
            half
        };
        let not_whole_bytes = {
            let mut half = half.clone();
            let at = half.len() - content(&half).len();
            half[at] = 1;
            half
        };
        let explicit = der(0xa1, &[&info[identifier_len..]]);
        for (encoded, is_key, what) in [
            (with(0, &[&name]), true, "attributes"),
            (with(0, &[&[0xa0, 0]]), true, "no attributes"),
            (with(1, &[&name]), true, "attributes, in the second version"),
            (with(1, &[&half]), true, "the public half"),
            (with(1, &[&name, &half]), true, "attributes and the public half"),
            (with(0, &[&half]), false, "the public half, in the first version"),
            (with(1, &[&wrong_half]), false, "another public half"),
            (with(1, &[&not_whole_bytes]), false, "a public half of bits"),
            (with(1, &[&[0x81, 1, 0]]), false, "an empty public half"),
            (with(1, &[&[0x81, 0]]), false, "a public half that is no BIT STRING"),
            (with(1, &[&half, &half]), false, "the public half twice"),
            (with(1, &[&half, &name]), false, "the public half and attributes"),
            (with(0, &[&name, &name]), false, "attributes twice"),
            (with(0, &[&[0x80, 0]]), false, "primitive attributes"),
            (with(1, &[&half, &[0]]), false, "a byte behind"),
            (with(1, &[&explicit]), algorithm == "Ed25519", "an explicit public half"),
            (with(0, &[&explicit]), false, "an explicit public half, in the first version"),
        ] {
            for part in [Part::Keypair, Part::Secret] {
                let expected = if is_key { Ok(public.clone()) } else { Err(Errno::InvalidKey) };
                assert_eq!(guest.read(part, algorithm, &encoded, PKCS8), expected, "{algorithm} with {what}");
            }
            if is_key {
                let keypair = guest.import_key_as(Part::Keypair, algorithm, &encoded, PKCS8).unwrap();
                assert_eq!(guest.export_key_as(Part::Keypair, keypair, PKCS8).unwrap(), key, "{algorithm} with {what}");
            }
        }
    }
}

/// The key of RFC 8032 section 7.1, test 1, as ring wrote it up to version 0.16.
#[test]
fn ed25519_keys_of_ring_0_16_are_read() {
    let key = hex(
        "3053020101300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60a123032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    );
    let mut guest = Guest::large();
    for part in [Part::Keypair, Part::Secret] {
        let public = guest.read(part, "Ed25519", &key, PKCS8).unwrap();
        assert_eq!(public[12..], hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
        for at in [16, 49, 50, 51, 52, 53, key.len() - 1] {
            let mut changed = key.clone();
            changed[at] ^= 1;
            assert_eq!(guest.read(part, "Ed25519", &changed, PKCS8), Err(Errno::InvalidKey), "byte {at}");
        }
    }
}

/// Compressed and uncompressed, in each place where a point stands; hybrid and compact nowhere, nor any other tag.
#[test]
fn points_are_read_alike_at_every_door() {
    let mut guest = Guest::large();
    // A compact point of the issue tracker, which has two y.
    let compact = hex(
        "3039301306072a8648ce3d020106082a8648ce3d030107032200056b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    );
    assert_eq!(guest.read(Part::Public, "ECDSA_P256_SHA256", &compact, PKCS8), Err(Errno::InvalidKey));
    for algorithm in EC {
        let keypair = guest.generate_keypair(algorithm);
        let public = guest.public_of(keypair);
        let scalar = guest.export_key_as(Part::Keypair, keypair, RAW).unwrap();
        let [spki, uncompressed, compressed] =
            [PKCS8, SEC, RAW].map(|encoding| guest.export_key_as(Part::Public, public, encoding).unwrap());
        let identifier = ec_identifier(algorithm);
        for tag in 0..=0xff {
            for point in [&uncompressed, &compressed] {
                let is_point = tag == point[0];
                let point = [&[tag], &point[1..]].concat();
                // The other compressed tag is the point of the other y.
                let is_other_point = point.len() == compressed.len() && matches!(tag, 2 | 3) && !is_point;
                let bits = der(3, &[&[0], &point]);
                let info = der(0x30, &[&identifier, &bits]);
                let inner = der(0x30, &[&der(2, &[&[1]]), &der(4, &[&scalar]), &der(0xa1, &[&bits])]);
                let in_pkcs8 = private_key_info(0, &identifier, &inner, &[]);
                let outside = private_key_info(1, &identifier, &ec_private_key(&scalar), &der(0x81, &[&[0], &point]));
                for (part, encoded, encoding) in [
                    (Part::Public, &point[..], RAW),
                    (Part::Public, &point, SEC),
                    (Part::Public, &info, PKCS8),
                    (Part::Public, pem("PUBLIC KEY", &info).as_bytes(), PEM),
                    (Part::Secret, &inner, SEC),
                    (Part::Secret, &in_pkcs8, PKCS8),
                    (Part::Keypair, &outside, PKCS8),
                    (Part::Keypair, pem("EC PRIVATE KEY", &inner).as_bytes(), PEM),
                    (Part::Keypair, pem("PRIVATE KEY", &outside).as_bytes(), PEM),
                ] {
                    let read = guest.read(part, algorithm, encoded, encoding);
                    let what = format!("{algorithm} {part:?} {encoding}, tag {tag}");
                    match read {
                        Ok(public) if is_other_point && part == Part::Public => assert_ne!(public, spki, "{what}"),
                        read if is_point => assert_eq!(read.as_ref(), Ok(&spki), "{what}"),
                        read => assert_eq!(read, Err(Errno::InvalidKey), "{what}"),
                    }
                }
            }
        }
    }
}

#[test]
fn an_ec_private_key_names_its_own_curve_or_none() {
    let mut guest = Guest::large();
    for algorithm in EC {
        let (_, order) = curve(algorithm);
        let scalar = [vec![0; order.len() - 1], vec![7]].concat();
        for named in ["P256", "P384", "K256"] {
            let curve = ec_identifier(named)[11..].to_vec();
            let key = der(0x30, &[&der(2, &[&[1]]), &der(4, &[&scalar]), &der(0xa0, &[&curve])]);
            let expected = if algorithm.contains(named) { Ok(()) } else { Err(Errno::InvalidKey) };
            let traditional = pem("EC PRIVATE KEY", &key);
            let in_pkcs8 = private_key_info(0, &ec_identifier(algorithm), &key, &[]);
            for (encoded, encoding) in [(&key[..], SEC), (traditional.as_bytes(), PEM), (&in_pkcs8, PKCS8)] {
                let read = guest.read(Part::Secret, algorithm, encoded, encoding).map(|_| ());
                assert_eq!(read, expected, "{algorithm} of {named}");
            }
            let in_wrong_pkcs8 = private_key_info(0, &ec_identifier(named), &ec_private_key(&scalar), &[]);
            assert_eq!(guest.read(Part::Secret, algorithm, &in_wrong_pkcs8, PKCS8).map(|_| ()), expected);
        }
    }
}
