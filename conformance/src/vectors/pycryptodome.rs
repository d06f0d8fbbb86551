//! cSHAKE, TurboSHAKE, KangarooTwelve and KMAC by PyCryptodome 4.4: lengths around the blocks of the sponge and chunks of the tree,
//! and some at random, with customizations of all sizes, and outputs from anywhere.

use wasi_crypto_interface::AlgorithmType;

use super::{case, hex};
use crate::case::{Case, Handle};

pub(super) fn cases() -> Vec<Case> {
    (1..).zip(XOFS).map(xof).chain((1..).zip(KMACS).map(kmac)).collect()
}

/// From a number on, up to 250 and then from 0 again.
fn pattern(len: usize, first: usize) -> Vec<u8> {
    (0..=250).cycle().skip(first).take(len).collect()
}

fn options(c: &mut Case, context_len: usize) -> Option<Handle> {
    (context_len > 0).then(|| {
        let options = c.options_open(AlgorithmType::Symmetric);
        c.options_set(options, "context", pattern(context_len, context_len % 7));
        options
    })
}

fn xof((number, (algorithm, len, context_len, skipped, output)): (u32, &(&str, usize, usize, u32, &str))) -> Case {
    let requirements = ["SYM-XOF-001", "SYM-XOF-002", "SYM-ABSORB-001"];
    let mut c = case(format!("pycryptodome/{algorithm}/{number}"), algorithm, &requirements);
    let options = options(&mut c, *context_len);
    let state = c.state_open(algorithm, None, options);
    let message = pattern(*len, 0);
    c.absorb(state, &message[..len / 3]);
    c.absorb(state, &message[len / 3..]);
    if *skipped > 0 {
        c.squeeze(state, *skipped);
    }
    c.squeeze_eq(state, hex(output));
    c
}

fn kmac((number, (algorithm, key_len, len, context_len, tag)): (u32, &(&str, usize, usize, usize, &str))) -> Case {
    let requirements = ["SYM-MAC-001", "SYM-MAC-002", "SYM-STAG-018", "SYM-TAG-VERIFY-001"];
    let mut c = case(format!("pycryptodome/{algorithm}/{number}"), algorithm, &requirements);
    let key = c.key_import(algorithm, pattern(*key_len, 5));
    let options = options(&mut c, *context_len);
    let state = c.state_open(algorithm, Some(key), options);
    c.absorb(state, pattern(*len, 0));
    c.squeeze_tag_eq(state, hex(tag));
    c
}

/// Algorithm, length of the message, length of the customization, how many bytes of the output come before, output.
const XOFS: &[(&str, usize, usize, u32, &str)] = &[
    (
        "CSHAKE-128",
        0,
        0,
        0,
        "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef263cb1eea988004b93103cfb0aeefd2a68",
    ),
    ("CSHAKE-128", 167, 167, 1, "1bd35d2dbbb8757a17c57e301d67c8362f0c3c24cd4e009ece67d75255e258b3"),
    ("CSHAKE-128", 168, 168, 167, "2b5154c97ab82bc94f5177432ad701c1fe"),
    ("CSHAKE-128", 2244, 324, 841, "010e491389da6661f40ea1ca9077cc9775898c32080198dc47aecf620d0bd064"),
    ("CSHAKE-256", 0, 0, 0, "46b9dd2b0ba88d13233b3feb743eeb243f"),
    (
        "CSHAKE-256",
        135,
        135,
        1,
        "23b234ae14876b6ad74b90d68c400021da73afa2daa4b5114e3b421cc674bcf6bea971d8700d1ad1db63070773a72fbf",
    ),
    ("CSHAKE-256", 136, 136, 135, "68bffa50cbbe5521eb46c0fca5a70b53f06eff92c4972998d4caf762c437945d"),
    ("CSHAKE-256", 726, 202, 909, "495f6cc921fadf9930833b9e13f9f5d5234cc50cd7653b8e77ab0e8964f0a2b0"),
    ("TURBOSHAKE-128", 0, 0, 0, "1e415f1c5983aff2169217277d17bb538cd945a397ddec541f1ce41af2c1b74c"),
    (
        "TURBOSHAKE-128",
        167,
        0,
        1,
        "5e142c96269722e14958a4e74055b823472e3a10139241a1a76ec968a4d50987dcddbaf9edd6f3b53a7c7a37bc11ae21",
    ),
    ("TURBOSHAKE-128", 168, 0, 167, "b86d3f2126102051d87fa46106a3fd9dbe"),
    ("TURBOSHAKE-128", 1820, 0, 929, "edc601b758aed852613b8ed4e04222bede"),
    ("TURBOSHAKE-256", 0, 0, 0, "367a329dafea871c7802ec67f905ae13c57695dc2c6663c61035f59a18f8e7db"),
    (
        "TURBOSHAKE-256",
        135,
        0,
        1,
        "68caf6d93dccbdd324711e3696c5b16b0be1184e3a1c9e0cfe6d0229d7b2428ccc694d4407f1dafb514f50c26f6a6fe8",
    ),
    ("TURBOSHAKE-256", 136, 0, 135, "767b639fa5ec9edeca003d6017e9e9c383bf61d528df90578c2102b10e860d6c"),
    ("TURBOSHAKE-256", 1740, 0, 237, "fab3d2ff3ab0dbc9d009937a8e748f214dadcab395b4ce9e87d29141b9c0bac7"),
    ("KT128", 0, 0, 0, "1ac2d450fc3b4205d19da7bfca1b37513c0803577ac7167f06fe2ce1f0ef39e5"),
    ("KT128", 167, 167, 1, "f8594651240b293672ca95956e188cb56d"),
    ("KT128", 168, 168, 167, "e1f857cbb969d40c8ecaa1fdaedc5af0ceed78a7832b12a7c36d9ff619cc4b73"),
    ("KT128", 1512, 406, 998, "657bb0a7f8defd94a5b20cb1fceb7875d0d351170011345da3f61d688713f06a"),
    ("KT128", 8191, 3, 0, "6982923999197a83d90e506e3ecdb800a5c1dca03e6b12a26b1d66a7d8dfe31f"),
    (
        "KT128",
        8192,
        1,
        0,
        "aeddb2acd9625d3d14086174d18133b143edeb1d35cc8169b68e62b1a0981bf8b6a9e5c2c94e74c9a6f5a02dde069879",
    ),
    ("KT128", 17460, 17, 5, "f7fbccabcd39aeff8ed6c55cbe710026b2ecec885d8929ecbc491bd658267b50"),
];

/// Algorithm, lengths of key, message and customization, tag.
const KMACS: &[(&str, usize, usize, usize, &str)] = &[
    ("KMAC-128", 16, 0, 0, "6a32c86ff54bdacf9dde8aafdfffd9a1f876b22eab8fa5f69a142b2fed469841"),
    ("KMAC-128", 64, 167, 20, "d25dbe1a2d3911b821a586a6e31b427a631fbb18da078f42c30f8731ed691eb2"),
    ("KMAC-128", 137, 136, 168, "b10865feb43f52918149268e9d000a429250c96f097cb3012bbfe487ea081ef4"),
    ("KMAC-128", 63, 1395, 270, "97fac02b2a17379161f3e3cd4daa5c446cbe30192003e81fb0c315a1306009dd"),
    (
        "KMAC-256",
        32,
        0,
        0,
        "1248dcd525b13e46f8a08bb04f280988526dd28f4b3f9db30a8f10c703e3cd03c4caebf97b585277d39f34b629049cdc\
         ce03674cff29a3557c9a45f85d409f94",
    ),
    (
        "KMAC-256",
        64,
        167,
        20,
        "53c0874a12cc9e97469a2a0631cd519388415ed5d85a7f511c52d836c073cac0d4822404f2657377a6859fd087c3a66b\
         0de490b6e3e5e030c8982604f2912620",
    ),
    (
        "KMAC-256",
        137,
        136,
        168,
        "838ca09a9eaf009badee8d2b1c6ebab964ddcf1ebf4b556356e9f3af406b0ed1ebb3907168833ad7a58d2fe76ac3f20c\
         f46a250dd288ccd48699a41ac43d5215",
    ),
    (
        "KMAC-256",
        32,
        1512,
        70,
        "5b22287ce01527d559590a79e244f662b95921bf84c5c4e68b12113c87911052e0c6cbce5e28c20f8ee7945455d1abf4\
         e966f6197974c387dd1b2fdbd803a600",
    ),
];
