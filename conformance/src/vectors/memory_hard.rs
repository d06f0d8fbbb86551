//! Argon2 and scrypt: RFC 7914, section 12, but the case that takes a GiB; cases of Argon2's reference implementation; and values of
//! Python's argon2-cffi, which binds that, and hashlib, which has OpenSSL's scrypt. Those of RFC 9106 have a secret and associated data, which
//! the interface cannot name.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::Success;

use super::{case, hex};
use crate::case::{Case, Expect};

pub(super) fn cases() -> Vec<Case> {
    let sources = [
        ("argon2-reference", ARGON2_REFERENCE),
        ("argon2-cffi", ARGON2_CFFI),
        ("rfc7914", RFC_7914),
        ("python-scrypt", PYTHON_SCRYPT),
    ];
    let of_source = |(source, vectors): (&'static str, &'static [Vector])| {
        vectors.iter().enumerate().map(move |(i, vector)| {
            let id = format!("{source}/{}/{}", vector.algorithm, i + 1);
            let options = match (vector.algorithm, vector.costs) {
                ("SCRYPT", [n, r, p]) => [128 * n * r, n, p],
                (_, [kib, passes, lanes]) => [1024 * kib, passes, lanes],
            };
            hashed(id, vector.algorithm, vector.password, vector.salt, options, &hex(vector.hash))
        })
    };
    sources.into_iter().flat_map(of_source).collect()
}

struct Vector {
    algorithm: &'static str,
    password: &'static [u8],
    salt: &'static [u8],
    /// Memory in KiB, passes and lanes; or N, r and p.
    costs: [u32; 3],
    hash: &'static str,
}

fn hashed(id: String, algorithm: &str, password: &[u8], salt: &[u8], costs: [u32; 3], hash: &[u8]) -> Case {
    let mut c = case(id, algorithm, &["SYM-PW-001", "SYM-PW-002", "SYM-PW-003", "SYM-PW-006"]);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set(options, "salt", salt);
    for (name, cost) in ["memory_limit", "ops_limit", "parallelism"].into_iter().zip(costs) {
        c.options_set_u64(options, name, cost);
    }
    let state = c.state_open(algorithm, None, Some(options));
    c.absorb(state, password);
    // Calls are repeated while the host answers `in_progress`.
    c.expect(Expect::only(Success)).squeeze_eq(state, hash);
    c
}

const ARGON2_REFERENCE: &[Vector] = &[
    Vector {
        algorithm: "ARGON2I",
        password: b"password",
        salt: b"somesalt",
        costs: [256, 2, 1],
        hash: "89e9029f4637b295beb027056a7336c414fadd43f6b208645281cb214a56452f",
    },
    Vector {
        algorithm: "ARGON2I",
        password: b"password",
        salt: b"somesalt",
        costs: [256, 2, 2],
        hash: "4ff5ce2769a1d7f4c8a491df09d41a9fbe90e5eb02155a13e4c01e20cd4eab61",
    },
    Vector {
        algorithm: "ARGON2ID",
        password: b"password",
        salt: b"somesalt",
        costs: [256, 2, 1],
        hash: "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
    },
    Vector {
        algorithm: "ARGON2ID",
        password: b"password",
        salt: b"somesalt",
        costs: [256, 2, 2],
        hash: "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037",
    },
];

/// `argon2.low_level.hash_secret_raw(password, salt, passes, kib, lanes, length, type)`.
const ARGON2_CFFI: &[Vector] = &[
    Vector { algorithm: "ARGON2ID", password: b"", salt: b"somesalt", costs: [8, 1, 1], hash: "00a6a5f9" },
    Vector {
        algorithm: "ARGON2ID",
        password: b"password",
        salt: b"somesalt",
        costs: [1024, 3, 4],
        hash: "e3c3ff0547f31c037b332f7539fe30f6be8aabc4cf765d10eb34847a8f3fa43c",
    },
    Vector {
        algorithm: "ARGON2ID",
        password: b"caf\xc3\xa9",
        salt: b"0123456789abcdef0123456789abcdef",
        costs: [1027, 3, 3],
        hash: "047dedc53eb4e86050fc13ceea47716a082cb00502f6d90802dc28055855bd7483f2eb3420138832ba6a0c89e8a2213f0073\
         2d1706b7bfec7bf3d78125fe743434",
    },
    Vector {
        algorithm: "ARGON2ID",
        password: b"pass\0word",
        salt: b"saltsaltsaltsalt",
        costs: [64, 4, 8],
        hash: "79d95d7652bbbee404af21c63e14c8741fd9b5bdd4dc337f2261eefc7551ca2cd568bdd3b007b5d181c6a79783eaec2acee2\
         50532008c422ef982b6cd84a1a6a50753439d33e7c20ffac7f180e62329d9cd6795a229a573905e5baac3ea7da128a275b47\
         7fa38927054cfe6a7624a8b4c6854512d4ebc844c4d050ad0aba9911",
    },
    Vector { algorithm: "ARGON2I", password: b"", salt: b"somesalt", costs: [8, 1, 1], hash: "25ac873b" },
    Vector {
        algorithm: "ARGON2I",
        password: b"password",
        salt: b"somesalt",
        costs: [1024, 3, 4],
        hash: "3380af9ea4088a6568f235dd5ae23afbfff0ac7ad166df91186d50ddc244e200",
    },
    Vector {
        algorithm: "ARGON2I",
        password: b"caf\xc3\xa9",
        salt: b"0123456789abcdef0123456789abcdef",
        costs: [1027, 3, 3],
        hash: "0ddf13030af742fbafd1e0af9b2fb37f1c6bfa1eaa1d11a64a90c446af44789d0d2984aad9532e9f47f7ff86a5b4e5e8d8d4\
         65a1290e59e92d7c70494f26ca6f06",
    },
    Vector {
        algorithm: "ARGON2I",
        password: b"pass\0word",
        salt: b"saltsaltsaltsalt",
        costs: [64, 4, 8],
        hash: "955dd4d4e6e69bbbae9a76820fb4b112601338594fe8d65ad35dc81e5fe131f65a5eee92fd42ff24f46a2716797a83a6a727\
         52bff0d6ab03e91f65846e40b5cd99beff7fd5b457ca4d1a6559a36c7439d78ec07835c35392ab1a63ecb1b1b122dd3de9be\
         6208961dfeead662626b2ce1b2f23b2f5d612150330933245d54942b",
    },
    Vector { algorithm: "ARGON2D", password: b"", salt: b"somesalt", costs: [8, 1, 1], hash: "46a27b96" },
    Vector {
        algorithm: "ARGON2D",
        password: b"password",
        salt: b"somesalt",
        costs: [1024, 3, 4],
        hash: "33e9e3fead82a4e347f58ec1956e1384af7c7012fccebf9fd2c4e26dc6711e12",
    },
    Vector {
        algorithm: "ARGON2D",
        password: b"caf\xc3\xa9",
        salt: b"0123456789abcdef0123456789abcdef",
        costs: [1027, 3, 3],
        hash: "ca06595de079745a7f9ea6332ccd3af60f2894b0b42fe2f9a3aa754719704cfbc94834fa3ddf426748e176c8b658b1bfde40\
         176b561656547e22dddb80f1b4f13e",
    },
    Vector {
        algorithm: "ARGON2D",
        password: b"pass\0word",
        salt: b"saltsaltsaltsalt",
        costs: [64, 4, 8],
        hash: "e916781a0f821a4fa24303b7a61634a58125bfd55e18e7553a4691e037d702cf7fe2143930eb1c901ee8d7d77b316d35ee00\
         b703d8fd07e76767a36f6cd06d3ac4fae86b45ccf80c52aa9dad39f57ad8eddc12150f9a5ef6a0d5b89fe5dfe78517a96c2c\
         c9487955c4aa848e389146ddbd0f35bbebb906d271e8b75c8e89d0ac",
    },
];

const RFC_7914: &[Vector] = &[
    Vector {
        algorithm: "SCRYPT",
        password: b"",
        salt: b"",
        costs: [16, 1, 1],
        hash: "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3\
         e0fb2e0d3628cf35e20c38d18906",
    },
    Vector {
        algorithm: "SCRYPT",
        password: b"password",
        salt: b"NaCl",
        costs: [1024, 8, 16],
        hash: "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727\
         afb94a83ee6d8360cbdfa2cc0640",
    },
    Vector {
        algorithm: "SCRYPT",
        password: b"pleaseletmein",
        salt: b"SodiumChloride",
        costs: [16384, 8, 1],
        hash: "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e\
         85dc0d651e40dfcf017b45575887",
    },
];

/// `hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, dklen=length)`.
const PYTHON_SCRYPT: &[Vector] = &[
    Vector {
        algorithm: "SCRYPT",
        password: b"password",
        salt: b"salt",
        costs: [2, 1, 1],
        hash: "6d1bb878eee9ce4a7b77",
    },
    Vector {
        algorithm: "SCRYPT",
        password: b"p\0w",
        salt: b"somesalt",
        costs: [256, 3, 2],
        hash: "6b78479ab0a9f55290668111c185fddcdca9ce244d321c90f8002df348022ca60d",
    },
    Vector {
        algorithm: "SCRYPT",
        password: b"caf\xc3\xa9",
        salt: b"0123456789abcdef",
        costs: [64, 5, 7],
        hash: "6006d77f475c65ccf91408c79aac260fd6232df963ff9c44f2321e780bc296b5977818d445fdb676f1cf4fb6910fc69aec6e\
         99db86560acdae6ace79c6d61bb7b95f8c99488bb1957ecc9ff4bfbf435fc1265eee81f68278f7d03ce89d9717a5b1c37d10",
    },
];
