//! HKDF with the vectors of RFC 5869, PBKDF2 with those of RFC 7914; over SHA-384 and SHA-512, which the RFCs leave out,
//! values computed with Python's `hmac` and `hashlib`.

use wasi_crypto_bindings::hmac::HmacHash;
use wasi_crypto_bindings::{Error, Hkdf, Sha256, Sha384, Sha512, pbkdf2_hmac};

use crate::hex;

fn check_hkdf<H: HmacHash>(salt: Option<&[u8]>, ikm: &[u8], info: &[u8], prk: &str, okm: &str) {
    let (prk, okm) = (hex(prk), hex(okm));
    let extracted = Hkdf::<H>::extract(salt, ikm).unwrap();
    assert_eq!(extracted.export().unwrap()[..], prk);
    for hkdf in [extracted.clone(), Hkdf::from_prk(&prk).unwrap()] {
        let mut out = vec![0; okm.len()];
        hkdf.expand(info, &mut out).unwrap();
        assert_eq!(out, okm);

        let (left, right) = info.split_at(info.len() / 2);
        out.fill(0);
        hkdf.expand_multi_info(&[left, right], &mut out).unwrap();
        assert_eq!(out, okm, "info in pieces");
    }
}

fn range(start: u8, len: u8) -> Vec<u8> {
    (start..start + len).collect()
}

#[test]
#[cfg_attr(
    any(target_env = "p2", wasi_crypto_component),
    ignore = "of components, the host says how many bytes it gives"
)]
fn hkdf_gives_the_keys_of_rfc_5869() {
    // A.1
    check_hkdf::<Sha256>(
        Some(&range(0, 13)),
        &[0x0b; 22],
        &range(0xf0, 10),
        "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    );
    // A.2
    let info: Vec<u8> = (0xb0..=0xff).collect();
    check_hkdf::<Sha256>(
        Some(&range(0x60, 80)),
        &range(0, 80),
        &info,
        "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c\
         59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    );
    // A.3, once with an empty salt and once without one
    for salt in [Some(&b""[..]), None] {
        check_hkdf::<Sha256>(
            salt,
            &[0x0b; 22],
            b"",
            "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        );
    }
}

#[test]
fn hkdf_over_longer_hashes_gives_the_keys_of_another_implementation() {
    let (salt, info) = (range(0, 13), range(0xf0, 10));
    check_hkdf::<Sha384>(
        Some(&salt),
        &[0x0b; 22],
        &info,
        "704b39990779ce1dc548052c7dc39f303570dd13fb39f7acc564680bef80e8dec70ee9a7e1f3e293ef68eceb072a5ade",
        "9b5097a86038b805309076a44b3a9f38063e25b516dcbf369f394cfab43685f748b6457763e4f0204fc5",
    );
    check_hkdf::<Sha512>(
        Some(&salt),
        &[0x0b; 22],
        &info,
        "665799823737ded04a88e47e54a5890bb2c3d247c7a4254a8e61350723590a26\
         c36238127d8661b88cf80ef802d57e2f7cebcf1e00e083848be19929c61b4237",
        "832390086cda71fb47625bb5ceb168e4c8e26a1a16ed34d9fc7fe92c1481579338da362cb8d9f925d7cb",
    );
}

#[test]
#[cfg_attr(
    any(target_env = "p2", wasi_crypto_component),
    ignore = "of components, the host says how many bytes it gives"
)]
fn hkdf_refuses_short_keys_and_long_outputs() {
    assert_eq!(Hkdf::<Sha256>::from_prk(&[0; 31]).err(), Some(Error::InvalidKey));
    assert_eq!(Hkdf::<Sha512>::from_prk(&[0; 63]).err(), Some(Error::InvalidKey));
    let hkdf = Hkdf::<Sha256>::generate().unwrap();
    assert_eq!(hkdf.expand(b"", &mut [0; 255 * 32]), Ok(()));
    assert_eq!(hkdf.expand(b"", &mut [0; 255 * 32 + 1]), Err(Error::InvalidLength));
    assert_eq!(hkdf.export().unwrap().len(), 32);
}

#[test]
#[cfg_attr(
    any(target_env = "p2", wasi_crypto_component),
    ignore = "of components, the host says how many bytes it gives"
)]
fn pbkdf2_gives_the_keys_of_rfc_7914() {
    let mut key = [0; 64];
    pbkdf2_hmac::<Sha256>(b"passwd", b"salt", 1, &mut key).unwrap();
    let expected = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc\
                    49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783";
    assert_eq!(key[..], hex(expected));
    pbkdf2_hmac::<Sha256>(b"Password", b"NaCl", 80_000, &mut key).unwrap();
    let expected = "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56\
                    a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d";
    assert_eq!(key[..], hex(expected));
}

#[test]
#[cfg_attr(
    any(target_env = "p2", wasi_crypto_component),
    ignore = "of components, the host says how many bytes it gives"
)]
fn pbkdf2_over_sha512_gives_the_keys_of_another_implementation() {
    let mut key = [0; 64];
    pbkdf2_hmac::<Sha512>(b"passwd", b"salt", 1, &mut key).unwrap();
    let expected = "c74319d99499fc3e9013acff597c23c5baf0a0bec5634c46b8352b793e324723\
                    d55caa76b2b25c43402dcfdc06cdcf66f95b7d0429420b39520006749c51a04e";
    assert_eq!(key[..], hex(expected));
    let mut key = [0; 100];
    pbkdf2_hmac::<Sha512>(b"Password", b"NaCl", 80_000, &mut key).unwrap();
    let expected = "e6337d6fbeb645c794d4a9b5b75b7b30dac9ac50376a91df1f4460f6060d5addb2c1fd1f84409abacc67de7eb4056e6b\
                    b06c2d82c3ef4ccd1bded0f675ed97c65c33d39f81248454327aa6d03fd049fc5cbb2b5e6dac08e8ace996cdc960b1bd4530b7e7";
    assert_eq!(key[..], hex(expected));
}

#[test]
fn pbkdf2_refuses_no_iterations_and_endless_ones() {
    assert_eq!(pbkdf2_hmac::<Sha256>(b"p", b"s", 0, &mut [0; 32]), Err(Error::ParametersMissing));
    assert_eq!(pbkdf2_hmac::<Sha256>(b"p", b"s", u32::MAX, &mut [0; 32]), Err(Error::ProhibitedOperation));
}
