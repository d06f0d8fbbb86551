//! HMAC, with the vectors of RFC 4231.

use wasi_crypto_bindings::{Error, Hmac, HmacKey, Sha256, Sha384, Sha512};

use crate::hex;

struct Case {
    key: &'static [u8],
    data: &'static [u8],
    sha256: &'static str,
    sha384: &'static str,
    sha512: &'static str,
}

/// Sections 4.2 to 4.8, without 4.6, which is about truncated tags.
const CASES: &[Case] = &[
    // Section 4.2
    Case {
        key: &[0x0b; 20],
        data: b"Hi There",
        sha256: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        sha384: "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
        sha512: "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
    },
    // Section 4.3
    Case {
        key: b"Jefe",
        data: b"what do ya want for nothing?",
        sha256: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        sha384: "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
        sha512: "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    },
    // Section 4.4
    Case {
        key: &[0xaa; 20],
        data: &[0xdd; 50],
        sha256: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        sha384: "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
        sha512: "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
    },
    // Section 4.5
    Case {
        key: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
        data: &[0xcd; 50],
        sha256: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        sha384: "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
        sha512: "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
    },
    // Section 4.7
    Case {
        key: &[0xaa; 131],
        data: b"Test Using Larger Than Block-Size Key - Hash Key First",
        sha256: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        sha384: "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
        sha512: "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
    },
    // Section 4.8
    Case {
        key: &[0xaa; 131],
        data: b"This is a test using a larger than block-size key and a larger than block-size data. \
               The key needs to be hashed before being used by the HMAC algorithm.",
        sha256: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        sha384: "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
        sha512: "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
    },
];

/// Section 4.6, SHA-256: the first 16 bytes of the tag.
const TRUNCATED: (&[u8], &[u8], &str) = (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b");

#[test]
fn tags_are_those_of_rfc_4231() {
    for case in CASES {
        let mac = Hmac::<Sha256>::try_new(case.key).unwrap().try_chain_update(case.data).unwrap();
        mac.try_clone().unwrap().try_verify(&hex(case.sha256)).unwrap();
        assert_eq!(mac.try_finalize().unwrap()[..], hex(case.sha256));

        let mac = Hmac::<Sha384>::try_new(case.key).unwrap().try_chain_update(case.data).unwrap();
        assert_eq!(mac.try_finalize().unwrap()[..], hex(case.sha384));

        let mac = Hmac::<Sha512>::try_new(case.key).unwrap().try_chain_update(case.data).unwrap();
        assert_eq!(mac.try_finalize().unwrap()[..], hex(case.sha512));
    }
    let (key, data, tag) = TRUNCATED;
    let mac = Hmac::<Sha256>::try_new(key).unwrap().try_chain_update(data).unwrap();
    assert_eq!(mac.try_finalize().unwrap()[..16], hex(tag));
}

#[test]
fn data_may_come_in_pieces() {
    let case = &CASES[5];
    let mut mac = Hmac::<Sha256>::try_new(case.key).unwrap();
    for piece in case.data.chunks(7) {
        mac.try_update(piece).unwrap();
    }
    assert_eq!(mac.try_finalize().unwrap()[..], hex(case.sha256));
}

#[test]
fn another_tag_does_not_verify() {
    let mac = Hmac::<Sha256>::try_new(b"Jefe").unwrap().try_chain_update(b"what do ya want for nothing?").unwrap();
    let tag = hex(CASES[1].sha256);
    for i in 0..tag.len() {
        let mut other = tag.clone();
        other[i] ^= 1;
        assert_eq!(mac.clone().try_verify(&other), Err(Error::InvalidTag));
    }
    for wrong_length in [&[][..], &tag[..31], &[&tag[..], &[0]].concat()] {
        assert_eq!(mac.clone().try_verify(wrong_length), Err(Error::InvalidTag));
    }
    assert_eq!(mac.try_verify(&tag), Ok(()));
}

#[test]
fn one_key_serves_many_messages_and_can_be_exported() {
    let key = HmacKey::<Sha512>::generate().unwrap();
    let raw = key.export().unwrap();
    assert_eq!(raw.len(), 64);
    for message in [&b"one"[..], b"two"] {
        let tag = Hmac::with_key(&key).unwrap().try_chain_update(message).unwrap().try_finalize().unwrap();
        Hmac::<Sha512>::try_new(&raw).unwrap().try_chain_update(message).unwrap().try_verify(&tag).unwrap();
    }
    assert_ne!(HmacKey::<Sha512>::generate().unwrap().export().unwrap(), raw, "generated keys differ");

    let imported = HmacKey::<Sha256>::import(b"of any length").unwrap();
    assert_eq!(imported.clone().export().unwrap()[..], b"of any length"[..]);
    assert_eq!(HmacKey::<Sha256>::import(b"").unwrap().export().unwrap()[..], b""[..]);
}
