//! BLAKE2b with a hash of 64 bytes: the example of RFC 7693, appendix A; known answers of the authors of BLAKE2
//! (`testvectors/blake2-kat.json` of their repository, CC0), without a key and with one. With one of 32 bytes: the grand hash of RFC 7693,
//! appendix E. With both: what CPython 3's `hashlib.blake2b` gives with keys of other lengths and with a salt.

use super::{case, hex};
use crate::case::Case;
use crate::oracle::blake2b;
use wasi_crypto_interface::AlgorithmType;

const BLAKE2B_512: &str = "BLAKE2B-512";
const BLAKE2B_256: &str = "BLAKE2B-256";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        hash("rfc7693/BLAKE2B-512/1".to_owned(), BLAKE2B_512, b"", b"", b"abc", RFC_7693),
        hash("rfc7693/BLAKE2B-256/E".to_owned(), BLAKE2B_256, b"", b"", &many_hashes(), GRAND_HASH),
    ];
    for (len, unkeyed, keyed) in KNOWN_ANSWERS {
        let (key, input) = (counted(64), counted(*len));
        cases.push(hash(format!("blake2-kat/unkeyed/{len}"), BLAKE2B_512, b"", b"", &input, unkeyed));
        cases.push(hash(format!("blake2-kat/keyed/{len}"), BLAKE2B_512, &key, b"", &input, keyed));
    }
    for (algorithm, results) in [(BLAKE2B_512, CPYTHON_512), (BLAKE2B_256, CPYTHON_256)] {
        for (key, salt, input, expected) in results {
            let id = format!("cpython-blake2b/{algorithm}/key-{key}-salt-{salt}-input-{input}");
            cases.push(hash(id, algorithm, &counted(*key), &counted(*salt), &counted(*input), expected));
        }
    }
    cases
}

/// The first so many of 0, 1, 2 and so on.
fn counted(len: u8) -> Vec<u8> {
    (0..len).collect()
}

/// Hashes of four lengths, of inputs of six, without a key and with one.
fn many_hashes() -> Vec<u8> {
    let inputs = [0, 3, 128, 129, 255, 1024].map(sequence);
    let hashes = [20, 32, 48, 64].into_iter().flat_map(|len| {
        let keys = [Vec::new(), sequence(len)];
        inputs.iter().flat_map(move |input| keys.clone().map(|key| blake2b::hash(&key, b"", input, len)))
    });
    hashes.flatten().collect()
}

/// The input of a length, appendix E.
fn sequence(len: usize) -> Vec<u8> {
    let (mut a, mut b) = (0xdead_4bad_u32.wrapping_mul(len as u32), 1);
    let next = || {
        (a, b) = (b, a.wrapping_add(b));
        (b >> 24) as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

fn hash(id: String, algorithm: &str, key: &[u8], salt: &[u8], message: &[u8], expected: &str) -> Case {
    let mut c = case(id, algorithm, &["SYM-HASH-001", "SYM-HASH-003", "SYM-ABSORB-001"]);
    let key = (!key.is_empty()).then(|| c.key_import(algorithm, key));
    let options = (!salt.is_empty()).then(|| {
        let options = c.options_open(AlgorithmType::Symmetric);
        c.options_set(options, "salt", salt);
        options
    });
    let state = c.state_open(algorithm, key, options);
    c.absorb(state, message);
    c.squeeze_eq(state, hex(expected));
    c
}

const RFC_7693: &str = "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
     7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";

const GRAND_HASH: &str = "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475";

/// Length of the input, the hash without a key and with one of 64 bytes; input and key count from 0.
const KNOWN_ANSWERS: &[(u8, &str, &str)] = &[
    (
        0,
        "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419\
         d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce",
        "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786\
         b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568",
    ),
    (
        1,
        "2fa3f686df876995167e7c2e5d74c4c7b6e48f8068fe0e44208344d480f7904c\
         36963e44115fe3eb2a3ac8694c28bcb4f5a0f3276f2e79487d8219057a506e4b",
        "961f6dd1e4dd30f63901690c512e78e4b45e4742ed197c3c5e45c549fd25f2e4\
         187b0bc9fe30492b16b0d0bc4ef9b0f34c7003fac09a5ef1532e69430234cebd",
    ),
    (
        2,
        "1c08798dc641aba9dee435e22519a4729a09b2bfe0ff00ef2dcd8ed6f8a07d15\
         eaf4aee52bbf18ab5608a6190f70b90486c8a7d4873710b1115d3debbb4327b5",
        "da2cfbe2d8409a0f38026113884f84b50156371ae304c4430173d08a99d9fb1b\
         983164a3770706d537f49e0c916d9f32b95cc37a95b99d857436f0232c88a965",
    ),
    (
        63,
        "d10bf9a15b1c9fc8d41f89bb140bf0be08d2f3666176d13baac4d381358ad074\
         c9d4748c300520eb026daeaea7c5b158892fde4e8ec17dc998dcd507df26eb63",
        "bd965bf31e87d70327536f2a341cebc4768eca275fa05ef98f7f1b71a0351298\
         de006fba73fe6733ed01d75801b4a928e54231b38e38c562b2e33ea1284992fa",
    ),
    (
        64,
        "2fc6e69fa26a89a5ed269092cb9b2a449a4409a7a44011eecad13d7c4b045660\
         2d402fa5844f1a7a758136ce3d5d8d0e8b86921ffff4f692dd95bdc8e5ff0052",
        "65676d800617972fbd87e4b9514e1c67402b7a331096d3bfac22f1abb95374ab\
         c942f16e9ab0ead33b87c91968a6e509e119ff07787b3ef483e1dcdccf6e3022",
    ),
    (
        65,
        "fcbe8be7dcb49a32dbdf239459e26308b84dff1ea480df8d104eeff34b46fae9\
         8627b450c2267d48c0946a697c5b59531452ac0484f1c84e3a33d0c339bb2e28",
        "939fa189699c5d2c81ddd1ffc1fa207c970b6a3685bb29ce1d3e99d42f2f7442\
         da53e95a72907314f4588399a3ff5b0a92beb3f6be2694f9f86ecf2952d5b41c",
    ),
    (
        127,
        "b6292669ccd38d5f01caae96ba272c76a879a45743afa0725d83b9ebb26665b7\
         31f1848c52f11972b6644f554c064fa90780dbbbf3a89d4fc31f67df3e5857ef",
        "76d2d819c92bce55fa8e092ab1bf9b9eab237a25267986cacf2b8ee14d214d73\
         0dc9a5aa2d7b596e86a1fd8fa0804c77402d2fcd45083688b218b1cdfa0dcbcb",
    ),
    (
        128,
        "2319e3789c47e2daa5fe807f61bec2a1a6537fa03f19ff32e87eecbfd64b7e0e\
         8ccff439ac333b040f19b0c4ddd11a61e24ac1fe0f10a039806c5dcc0da3d115",
        "72065ee4dd91c2d8509fa1fc28a37c7fc9fa7d5b3f8ad3d0d7a25626b57b1b44\
         788d4caf806290425f9890a3a2a35a905ab4b37acfd0da6e4517b2525c9651e4",
    ),
    (
        129,
        "f59711d44a031d5f97a9413c065d1e614c417ede998590325f49bad2fd444d3e\
         4418be19aec4e11449ac1a57207898bc57d76a1bcf3566292c20c683a5c4648f",
        "64475dfe7600d7171bea0b394e27c9b00d8e74dd1e416a79473682ad3dfdbb70\
         6631558055cfc8a40e07bd015a4540dcdea15883cbbf31412df1de1cd4152b91",
    ),
    (
        255,
        "5b21c5fd8868367612474fa2e70e9cfa2201ffeee8fafab5797ad58fefa17c9b\
         5b107da4a3db6320baaf2c8617d5a51df914ae88da3867c2d41f0cc14fa67928",
        "142709d62e28fcccd0af97fad0f8465b971e82201dc51070faa0372aa43e9248\
         4be1c1e73ba10906d5d1853db6a4106e0a7bf9800d373d6dee2d46d62ef2a461",
    ),
];

/// Length of the key, the salt and the input, and the hash; all count from 0.
const CPYTHON_512: &[(u8, u8, u8, &str)] = &[
    (
        1,
        0,
        0,
        "aaf42280524929171e417e77be67f9edec3a8461bbe7b5c2bd1d9a3d0928f1db\
         bd1f6600bb866b72f0e3b3e22282c145f69873a3d250ddc43c423685d1247657",
    ),
    (
        16,
        0,
        3,
        "c7c94594b8084420d5a0618744e746e4690a0d072c416dba56e8d3bd4f4ee633\
         9677ede3f2080a8d3b6871fda312f02cc52321285878da0a076bac3549b65828",
    ),
    (
        32,
        0,
        200,
        "9093518bf78f2721ca56ba259b17cae6a3c1851e8d09f996d5897febc9188502\
         fb1f1382fe6acc16cf593e744db24b6c51b09978a7b458341f2a1043823244b6",
    ),
    (
        63,
        0,
        128,
        "442217b90939bcc7ad81acd82eecd496b7ae6e892e0c6307315ac4828211874c\
         abac2553e0f56e6061d7fbacf1b9a2d1255166562b0e559f652635b97c294630",
    ),
    (
        0,
        16,
        0,
        "69a216296890bcce08b67dae3cae542e8ccedcc59e0b6ea37e2ef58f7bc4e929\
         a50a30331f6db03d3031493873cfc0085f7af0de3d108253d511f739fdcc625d",
    ),
    (
        0,
        16,
        200,
        "55e50c1ed8b54ab210dd73804b43f670f30dde5963b650fb94f67fd5950ec19c\
         cd27810f18734632c9e8023f91b81644f3add1507c3a86c6d279f68162a25c7c",
    ),
    (
        0,
        1,
        3,
        "40a374727302d9a4769c17b5f409ff32f58aa24ff122d7603e4fda1509e919d4\
         107a52c57570a6d94e50967aea573b11f86f473f537565c66f7039830a85d186",
    ),
    (
        64,
        16,
        129,
        "d21e71151fc75316e9b31b42553484985444eceaa8b72bbf996d2bb375e58a40\
         649db347632519a75c9594e2429b5db3aa3f77ff8ca6d08583498b746efd3f6f",
    ),
    (
        32,
        7,
        77,
        "8ed5227325327487066bceaaf8127123d6d1658528e16727fb37cac27330d8e7\
         3d983207b336572c42402d9931747b77224f89637604929d265fa98d63677655",
    ),
];

/// The same for a hash of 32 bytes.
const CPYTHON_256: &[(u8, u8, u8, &str)] = &[
    (0, 0, 0, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
    (0, 0, 3, "3d8c3d594928271f44aad7a04b177154806867bcf918e1549c0bc16f9da2b09b"),
    (0, 0, 128, "c3582f71ebb2be66fa5dd750f80baae97554f3b015663c8be377cfcb2488c1d1"),
    (0, 0, 129, "f7f3c46ba2564ff4c4c162da1f5b605f9f1c4aa6a20652a9f9a337c1a2f5b9c9"),
    (0, 0, 255, "1d0850ee9bca0abc9601e9deabe1418fedec2fb6ac4150bd5302d2430f9be943"),
    (1, 0, 0, "52897a9c27e9781839168d22a76145b07a8a7f8cd85c1d3709e5b09468405099"),
    (32, 0, 200, "a39ff6e7e838226fd50e24a55375ff3a39419fd93e32cc463f3f74323291c425"),
    (64, 0, 64, "28c89a7c58f807ae33bc5aae78340e9c565290597436632f4613dbe33192c5db"),
    (0, 16, 200, "3d6c84e544e612ade6f2cf17686084f6e352a695931999d5a3560f13ac12e322"),
    (0, 1, 3, "3d8c3d594928271f44aad7a04b177154806867bcf918e1549c0bc16f9da2b09b"),
    (64, 16, 129, "a1a3a1b42c6efc8316dab62cee4fa9379f03fde15bb427c8c539a4dda6537bdc"),
    (32, 7, 77, "dcd27421de197cb04071a9d2bd21323672131de3e1accec7c240eb83870c92a1"),
];
