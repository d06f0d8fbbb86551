//! Authenticated encryption: the examples of the GCM specification (McGrew and Viega, appendix B), CAVP, RFC 8439,
//! draft-irtf-cfrg-xchacha and draft-irtf-cfrg-aegis-aead. Each vector goes both ways, with the tag attached and detached.

use wasi_crypto_interface::Errno::InvalidNonce;

use super::aead_vector::Vector;
use super::{aegis, case, cavp_gcm, gcm_siv, hex};
use crate::case::{Case, Handle};
use crate::cases::symmetric::{bad_tag, takes_nonce};

pub(super) fn cases() -> Vec<Case> {
    let sources = [
        ("gcm-spec", GCM_SPECIFICATION),
        ("cavp", cavp_gcm::VECTORS),
        ("rfc8439", RFC_8439),
        ("xchacha", XCHACHA),
        ("aegis-draft", AEGIS_DRAFT),
        ("aegis-draft", aegis::VECTORS),
        ("rfc8452", gcm_siv::VECTORS),
    ];
    let vectors = sources.into_iter().flat_map(|(name, vectors)| vectors.iter().map(move |vector| (name, vector)));
    vectors.map(|(name, vector)| vector.case(name)).collect()
}

impl Vector {
    fn case(&self, source: &str) -> Case {
        let [key, nonce, ad, ciphertext, tag] = [self.key, self.nonce, self.ad, self.ciphertext, self.tag].map(hex);
        let message = self.message.map(hex);
        let bytes = Bytes {
            key: &key,
            nonce: &nonce,
            ad: &ad,
            message: message.as_deref(),
            ciphertext: &ciphertext,
            tag: &tag,
        };
        round_trip(format!("{source}/{}", self.source), self.algorithm, &bytes)
    }
}

/// A vector in bytes.
pub(super) struct Bytes<'a> {
    pub(super) key: &'a [u8],
    pub(super) nonce: &'a [u8],
    pub(super) ad: &'a [u8],
    /// `None`: the tag shall be refused.
    pub(super) message: Option<&'a [u8]>,
    pub(super) ciphertext: &'a [u8],
    pub(super) tag: &'a [u8],
}

/// Encrypts and decrypts a vector, attached and detached.
pub(super) fn round_trip(id: String, algorithm: &str, vector: &Bytes<'_>) -> Case {
    if !takes_nonce(algorithm, vector.nonce.len()) {
        return unusual_nonce(id, algorithm, vector);
    }
    let requirements: &[&str] = match vector.message {
        Some(_) => &[
            "SYM-AEAD-001",
            "SYM-AEAD-002",
            "SYM-ENC-031",
            "SYM-ENC-037",
            "SYM-ENC-041",
            "SYM-ENCD-001",
            "SYM-ENCD-006",
            "SYM-DEC-002",
            "SYM-DECD-001",
            "SYM-ABSORB-005",
        ],
        None => &[
            "SYM-AEAD-004",
            "SYM-AEAD-005",
            "SYM-AEAD-006",
            "SYM-AEAD-007",
            "SYM-DEC-003",
            "SYM-DECD-001",
            "SYM-DECD-006",
        ],
    };
    let mut c = case(id, algorithm, requirements);
    let key = c.key_import(algorithm, vector.key);
    let options = c.nonce(vector.nonce);
    match vector.message {
        Some(message) => both_ways(&mut c, algorithm, key, options, vector, message),
        None => refused(&mut c, algorithm, key, options, vector),
    }
    c
}

fn both_ways(c: &mut Case, algorithm: &str, key: Handle, options: Handle, vector: &Bytes<'_>, message: &[u8]) {
    let attached = [vector.ciphertext, vector.tag].concat();
    let open = |c: &mut Case| {
        let state = c.state_open(algorithm, Some(key), Some(options));
        c.absorb(state, vector.ad);
        state
    };
    let state = open(c);
    c.encrypt_eq(state, message, &attached);
    let state = open(c);
    c.encrypt_detached_eq(state, message, vector.ciphertext, vector.tag);
    let state = open(c);
    c.decrypt_eq(state, &attached, message);
    let state = open(c);
    c.decrypt_detached_eq(state, vector.ciphertext, vector.tag, message);
}

fn refused(c: &mut Case, algorithm: &str, key: Handle, options: Handle, vector: &Bytes<'_>) {
    let len = vector.ciphertext.len() as u32;
    let state = c.state_open(algorithm, Some(key), Some(options));
    c.absorb(state, vector.ad);
    let (out, _) = c.expect(bad_tag()).decrypt(state, [vector.ciphertext, vector.tag].concat(), len);
    c.should().filled(out, 0);
    let state = c.state_open(algorithm, Some(key), Some(options));
    c.absorb(state, vector.ad);
    let (out, _) = c.expect(bad_tag()).decrypt_detached(state, vector.ciphertext, vector.tag, len);
    c.should().filled(out, 0);
}

/// GCM as such takes nonces of any size but 0. A host that does so must do it right.
fn unusual_nonce(id: String, algorithm: &str, vector: &Bytes<'_>) -> Case {
    let mut c = case(id, algorithm, &["SYM-AEAD-008"]);
    let key = c.key_import(algorithm, vector.key);
    let options = c.nonce(vector.nonce);
    let refuse = |c: &mut Case| {
        let slot = c.expect(InvalidNonce).state_open(algorithm, Some(key), Some(options));
        c.untouched(slot);
    };
    match vector.message {
        Some(message) if algorithm.ends_with("-GCM") => {
            c.alternative("the nonce is refused", refuse);
            c.alternative("the nonce is taken, and the result is right", |c| {
                both_ways(c, algorithm, key, options, vector, message);
            });
        }
        _ => refuse(&mut c),
    }
    c
}

const ZEROS: &str = "00000000000000000000000000000000";

/// The examples with nonces of 96 bits.
const GCM_SPECIFICATION: &[Vector] = &[
    Vector {
        algorithm: "AES-128-GCM",
        source: "1",
        key: ZEROS,
        nonce: "000000000000000000000000",
        ad: "",
        message: Some(""),
        ciphertext: "",
        tag: "58e2fccefa7e3061367f1d57a4e7455a",
    },
    Vector {
        algorithm: "AES-128-GCM",
        source: "2",
        key: ZEROS,
        nonce: "000000000000000000000000",
        ad: "",
        message: Some(ZEROS),
        ciphertext: "0388dace60b6a392f328c2b971b2fe78",
        tag: "ab6e47d42cec13bdf53a67b21257bddf",
    },
    Vector {
        algorithm: "AES-128-GCM",
        source: "3",
        key: "feffe9928665731c6d6a8f9467308308",
        nonce: "cafebabefacedbaddecaf888",
        ad: "",
        message: Some(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        ),
        ciphertext: "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e\
                     21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
        tag: "4d5c2af327cd64a62cf35abd2ba6fab4",
    },
    Vector {
        algorithm: "AES-128-GCM",
        source: "4",
        key: "feffe9928665731c6d6a8f9467308308",
        nonce: "cafebabefacedbaddecaf888",
        ad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        message: Some(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        ),
        ciphertext: "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e\
                     21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
        tag: "5bc94fbc3221a5db94fae95ae7121a47",
    },
    Vector {
        algorithm: "AES-256-GCM",
        source: "13",
        key: "0000000000000000000000000000000000000000000000000000000000000000",
        nonce: "000000000000000000000000",
        ad: "",
        message: Some(""),
        ciphertext: "",
        tag: "530f8afbc74536b9a963b4f1c4cb738b",
    },
    Vector {
        algorithm: "AES-256-GCM",
        source: "14",
        key: "0000000000000000000000000000000000000000000000000000000000000000",
        nonce: "000000000000000000000000",
        ad: "",
        message: Some(ZEROS),
        ciphertext: "cea7403d4d606b6e074ec5d3baf39d18",
        tag: "d0d1c8a799996bf0265b98b5d48ab919",
    },
    Vector {
        algorithm: "AES-256-GCM",
        source: "15",
        key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        nonce: "cafebabefacedbaddecaf888",
        ad: "",
        message: Some(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        ),
        ciphertext: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                     8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
        tag: "b094dac5d93471bdec1a502270e3cc6c",
    },
    Vector {
        algorithm: "AES-256-GCM",
        source: "16",
        key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        nonce: "cafebabefacedbaddecaf888",
        ad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        message: Some(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        ),
        ciphertext: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                     8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        tag: "76fc6ece0f4e1768cddf8853bb2d551b",
    },
];

/// "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
const SUNSCREEN: &str = "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a20496620492063\
                         6f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73\
                         637265656e20776f756c642062652069742e";

const RFC_8439: &[Vector] = &[
    Vector {
        algorithm: "CHACHA20-POLY1305",
        source: "2.8.2",
        key: "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
        nonce: "070000004041424344454647",
        ad: "50515253c0c1c2c3c4c5c6c7",
        message: Some(SUNSCREEN),
        ciphertext: "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b\
                     1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc\
                     3ff4def08e4b7a9de576d26586cec64b6116",
        tag: "1ae10b594f09e26a7e902ecbd0600691",
    },
    Vector {
        algorithm: "CHACHA20-POLY1305",
        source: "A.5",
        key: "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0",
        nonce: "000000000102030405060708",
        ad: "f33388860000000000004e91",
        message: Some(
            "496e7465726e65742d4472616674732061726520647261667420646f63756d656e74732076616c696420666f722061206d617869\
             6d756d206f6620736978206d6f6e74687320616e64206d617920626520757064617465642c207265706c616365642c206f72206f\
             62736f6c65746564206279206f7468657220646f63756d656e747320617420616e792074696d652e20497420697320696e617070\
             726f70726961746520746f2075736520496e7465726e65742d447261667473206173207265666572656e6365206d617465726961\
             6c206f7220746f2063697465207468656d206f74686572207468616e206173202fe2809c776f726b20696e2070726f6772657373\
             2e2fe2809d",
        ),
        ciphertext: "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e382d26b0\
                     bdb7b73c321b0100d4f03b7f355894cf332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855\
                     9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4b9166c767b804d46a59b5216cde7a4e9\
                     9040c5a40433225ee282a1b0a06c523eaf4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a\
                     0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a1049e617d91d361094fa68f0ff77987130\
                     305beaba2eda04df997b714d6c6f2c29a6ad5cb4022b02709b",
        tag: "eead9d67890cbb22392336fea1851f38",
    },
];

const XCHACHA: &[Vector] = &[Vector {
    algorithm: "XCHACHA20-POLY1305",
    source: "A.3.1",
    key: "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
    nonce: "404142434445464748494a4b4c4d4e4f5051525354555657",
    ad: "50515253c0c1c2c3c4c5c6c7",
    message: Some(SUNSCREEN),
    ciphertext: "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39\
                 ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
                 21f9664c97637da9768812f615c68b13b52e",
    tag: "c0875924c1c7987947deafd8780acf49",
}];

/// The test vectors of draft-irtf-cfrg-aegis-aead, appendix A.3, with tags of 128 bits.
const AEGIS_DRAFT: &[Vector] = &[
    Vector {
        algorithm: "AEGIS-256",
        source: "1",
        key: "1001000000000000000000000000000000000000000000000000000000000000",
        nonce: "1000020000000000000000000000000000000000000000000000000000000000",
        ad: "",
        message: Some("00000000000000000000000000000000"),
        ciphertext: "754fc3d8c973246dcc6d741412a4b236",
        tag: "3fe91994768b332ed7f570a19ec5896e",
    },
    Vector {
        algorithm: "AEGIS-256",
        source: "2",
        key: "1001000000000000000000000000000000000000000000000000000000000000",
        nonce: "1000020000000000000000000000000000000000000000000000000000000000",
        ad: "",
        message: Some(""),
        ciphertext: "",
        tag: "e3def978a0f054afd1e761d7553afba3",
    },
    Vector {
        algorithm: "AEGIS-256",
        source: "3",
        key: "1001000000000000000000000000000000000000000000000000000000000000",
        nonce: "1000020000000000000000000000000000000000000000000000000000000000",
        ad: "0001020304050607",
        message: Some("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
        ciphertext: "f373079ed84b2709faee373584585d60accd191db310ef5d8b11833df9dec711",
        tag: "8d86f91ee606e9ff26a01b64ccbdd91d",
    },
    Vector {
        algorithm: "AEGIS-256",
        source: "4",
        key: "1001000000000000000000000000000000000000000000000000000000000000",
        nonce: "1000020000000000000000000000000000000000000000000000000000000000",
        ad: "0001020304050607",
        message: Some("000102030405060708090a0b0c0d"),
        ciphertext: "f373079ed84b2709faee37358458",
        tag: "c60b9c2d33ceb058f96e6dd03c215652",
    },
    Vector {
        algorithm: "AEGIS-256",
        source: "5",
        key: "1001000000000000000000000000000000000000000000000000000000000000",
        nonce: "1000020000000000000000000000000000000000000000000000000000000000",
        ad: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223242526272829",
        message: Some("101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637"),
        ciphertext: "57754a7d09963e7c787583a2e7b859bb24fa1e04d49fd550b2511a358e3bca252a9b1b8b30cc4a67",
        tag: "ab8a7d53fd0e98d727accca94925e128",
    },
    Vector {
        algorithm: "AEGIS-256",
        source: "6",
        key: "1000020000000000000000000000000000000000000000000000000000000000",
        nonce: "1001000000000000000000000000000000000000000000000000000000000000",
        ad: "0001020304050607",
        message: None,
        ciphertext: "f373079ed84b2709faee37358458",
        tag: "c60b9c2d33ceb058f96e6dd03c215652",
    },
    Vector {
        algorithm: "AEGIS-256",
        source: "7",
        key: "1001000000000000000000000000000000000000000000000000000000000000",
        nonce: "1000020000000000000000000000000000000000000000000000000000000000",
        ad: "0001020304050607",
        message: None,
        ciphertext: "f373079ed84b2709faee37358459",
        tag: "c60b9c2d33ceb058f96e6dd03c215652",
    },
    Vector {
        algorithm: "AEGIS-256",
        source: "8",
        key: "1001000000000000000000000000000000000000000000000000000000000000",
        nonce: "1000020000000000000000000000000000000000000000000000000000000000",
        ad: "0001020304050608",
        message: None,
        ciphertext: "f373079ed84b2709faee37358458",
        tag: "c60b9c2d33ceb058f96e6dd03c215652",
    },
    Vector {
        algorithm: "AEGIS-256",
        source: "9",
        key: "1001000000000000000000000000000000000000000000000000000000000000",
        nonce: "1000020000000000000000000000000000000000000000000000000000000000",
        ad: "0001020304050607",
        message: None,
        ciphertext: "f373079ed84b2709faee37358458",
        tag: "c60b9c2d33ceb058f96e6dd03c215653",
    },
];
