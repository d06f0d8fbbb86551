//! Xoodyak: what the authors publish, known answers of the NIST competition, and chained sessions.
//!
//! The Keccak team's package XKCP (CC0) has a self test of the final round's cipher and the checksum of a test of the hash; the known answers are
//! of the second round, whose cipher absorbs the nonce. The chained sessions are by an implementation in Python, written from the paper, which
//! gives XKCP's checksums of hashes and of chained sessions.

use super::{case, hex};
use crate::case::{Case, Handle};

const XOODYAK: &str = "XOODYAK-128";

pub(super) fn cases() -> Vec<Case> {
    let known = KNOWN_HASHES.iter().map(known_hash).chain(KNOWN_SEALED.iter().map(known_sealed));
    let chains = (1..).zip(CHAINS).map(|(number, chain)| chain.case(number));
    [self_test(), checksum()].into_iter().chain(known).chain(chains).collect()
}

fn self_test() -> Case {
    let mut c = case("xkcp/XOODYAK-128/aead", XOODYAK, &["SYM-ENC-033", "SYM-DEC-004", "SYM-SESSION-001"]);
    let key = hex("5a4b3c2d1e0f00f1e2d3c4b5a6978879");
    let nonce = hex("6b4c2d0eefd0b19272533415f6d7b899");
    for opens in [false, true] {
        let state = c.aead_open(XOODYAK, &key, &nonce);
        c.absorb(state, hex("32f3b47535f6"));
        let (message, sealed) = (hex("e465e566e667e7"), hex("6e68081c7eacbf72e2a677a60e442748d7a86e788eb9d4"));
        if opens {
            c.decrypt_eq(state, sealed, message)
        } else {
            c.encrypt_eq(state, message, sealed)
        };
    }
    c
}

/// Of 434 hashes, all of which one session absorbs.
fn checksum() -> Case {
    let mut c = case("xkcp/XOODYAK-128/hash", XOODYAK, &["SYM-SESSION-001", "SYM-SESSION-004", "SYM-ABSORB-006"]);
    let all = c.state_open(XOODYAK, None, None);
    let mut add = |len: u8, hash_len: u32, times: u32| {
        let message = raw_material(len, len.wrapping_add(hash_len as u8).wrapping_add(0x12));
        let state = c.state_open(XOODYAK, None, None);
        (0..times).for_each(|_| c.absorb(state, &message));
        let hash = c.squeeze(state, hash_len);
        c.absorb(all, hash);
        c.close(state);
    };
    (1..3).for_each(|times| (0..145).for_each(|len| add(len, 32, times)));
    (1..145).for_each(|hash_len| add(145, hash_len, 1));
    c.squeeze_eq(all, hex("72bb07ae9cae32b30ea473656701f3d825bd56821bb6a45d2cbabc5078ab4c7a"));
    c
}

/// XKCP's `generateSimpleRawMaterial` with a second seed of 3.
fn raw_material(len: u8, seed: u8) -> Vec<u8> {
    let byte = |i: u8| seed.wrapping_add(len.wrapping_mul(161)).wrapping_sub(i.rotate_left(3)).wrapping_add(i);
    (0..len).map(byte).collect()
}

/// The first so many of 0, 1, 2 and so on.
fn counted(len: u8) -> Vec<u8> {
    (0..len).collect()
}

fn known_hash((len, hash): &(u8, &str)) -> Case {
    let mut c = case(format!("lwc-round-2/XOODYAK-128/hash/{len}"), XOODYAK, &["SYM-SESSION-001", "SYM-ABSORB-006"]);
    let state = c.state_open(XOODYAK, None, None);
    c.absorb(state, counted(*len));
    c.squeeze_eq(state, hex(hash));
    c
}

fn known_sealed((message, ad, sealed): &(u8, u8, &str)) -> Case {
    let id = format!("lwc-round-2/XOODYAK-128/message-{message}-ad-{ad}");
    let mut c = case(id, XOODYAK, &["SYM-ENC-033", "SYM-DEC-004", "SYM-SESSION-001"]);
    let key = c.key_import(XOODYAK, counted(16));
    for opens in [false, true] {
        let state = c.state_open(XOODYAK, Some(key), None);
        c.absorb(state, counted(16));
        c.absorb(state, counted(*ad));
        let (message, sealed) = (counted(*message), hex(sealed));
        if opens {
            c.decrypt_eq(state, sealed, message)
        } else {
            c.encrypt_eq(state, message, sealed)
        };
    }
    c
}

/// In hexadecimal digits.
struct Chain {
    key: &'static str,
    /// Empty: none.
    nonce: &'static str,
    steps: &'static [Step],
}

/// What is done to a session, and what it gives then.
enum Step {
    Absorb(&'static str),
    Seal(&'static str, &'static str),
    Squeeze(&'static str),
    Tag(&'static str),
    Key(&'static str),
    Ratchet,
}

use Step::{Absorb, Key, Ratchet, Seal, Squeeze, Tag};

impl Chain {
    fn case(&self, number: usize) -> Case {
        let requirements =
            ["SYM-SESSION-001", "SYM-SESSION-004", "SYM-ENC-033", "SYM-DEC-004", "SYM-RATCHET-028", "SYM-SKEY-025"];
        let mut c = case(format!("chained-sessions/XOODYAK-128/{number}"), XOODYAK, &requirements);
        let key = c.key_import(XOODYAK, hex(self.key));
        let options = (!self.nonce.is_empty()).then(|| c.nonce(hex(self.nonce)));
        for opens in [false, true] {
            let state = c.state_open(XOODYAK, Some(key), options);
            self.steps.iter().for_each(|step| step.take(&mut c, state, opens));
        }
        c
    }
}

impl Step {
    fn take(&self, c: &mut Case, state: Handle, opens: bool) {
        match *self {
            Absorb(data) => c.absorb(state, hex(data)),
            Seal(message, sealed) if opens => c.decrypt_eq(state, hex(sealed), hex(message)),
            Seal(message, sealed) => c.encrypt_eq(state, hex(message), hex(sealed)),
            Squeeze(output) => c.squeeze_eq(state, hex(output)),
            Tag(tag) => c.squeeze_tag_eq(state, hex(tag)),
            Key(key) => {
                let derived = c.squeeze_key(state, XOODYAK);
                let array = c.key_export(derived);
                c.pull_eq(array, hex(key));
            }
            Ratchet => c.ratchet(state),
        };
    }
}

/// Length of the message, and the hash.
const KNOWN_HASHES: &[(u8, &str)] = &[
    (0, "ea152f2b47bce24efb66c479d4adf17bd324d806e85ff75ee369ee50dc8f8bd1"),
    (1, "27921f8ddf392894460b70b3ed6c091e6421b7d2147dcd6031d7efebad3030cc"),
    (41, "079bff70855d0767cc3349752f3deff2b01d44a15ef68b98c9bcdf20bd1970d8"),
];

/// Lengths of message and associated data, and the sealed text. The key and the nonce count from 0.
const KNOWN_SEALED: &[(u8, u8, &str)] = &[
    (0, 0, "4bf0e393144cb58069fc1febcafcfb3c"),
    (0, 1, "4d2a8d1716dfe3401f3bbe8acb637ab0"),
    (13, 22, "cfa1c6efb6e4795450abf50494c96372bf566dec846dbae29c36f4a9cf"),
];

const CHAINS: &[Chain] = &[
    Chain {
        key: "7cf2e6072f322f13dcdf88c5cd831b21",
        nonce: "42c2714c8ad50e6f9c029bfd6800222a",
        steps: &[
            Tag("be375b6634edc37db03e696078e139bc"),
            Key("4c4403575738e4b76d4e0432c9671c08"),
            Absorb("9d"),
            Absorb("1337a033f56968cd561ca99a12a21e16ccffd76702ded9"),
            Absorb("8e1946f92facda20c9ec9afba1a30e27a8806959ec1c07aaff9d1d5bd2788fe0c6ca7bff6b584c8dc1508f"),
            Seal("", "152416bcbc3e1157db20abce34f0f86c"),
            Absorb("d68880ab8b4ebabfa36257d7c4c495ce2184a25e9ad0976e"),
            Key("7139dadf769105fcf7f751b20ad07a37"),
            Seal("f8", "30208f32d916e13c68432307e4c05d8145"),
            Squeeze("9287e962f1d988883b9be3c114ea66b7c66d1f7e4059c7c223c3396b9db94ca1"),
        ],
    },
    Chain {
        key: "4c8bf309419f1214082f69515858a226",
        nonce: "fe2d1b001e3cab5dd2248c4e47d752cf",
        steps: &[
            Key("cbed91c3dddfcc67cad0acf9cff7ca37"),
            Absorb("70e261a29633c55aca8eb9674559628a"),
            Absorb("2e34e1b165d6e9ad784f34cc10e2501ca91b0f4a27b194ea45400451018585e8b66f753353ec36a262195fbb"),
            Key("1965a7fda544f941374b945265cccc2a"),
            Seal("", "4a6ca9e9415537dab5524a22100d4df1"),
            Seal(
                "0f0d5fc5af79d8ee090ed1c8235bc8f37b",
                "da362a8367e619a98f5e1ef46dd00816dd881b8d720f03c5adf78edf384b014263",
            ),
            Key("c8d067f79b4b8a5201136249817f02d4"),
            Absorb("3c4837001adba386e83ea32320498510ecb320c87ff85a89b21bdc78434d5320949104542105cac7d0fe4007"),
            Squeeze("6a731244ea82a0d0c1fd477ae191cdf8761fc34cb98b92a63b25b0adcab587031083370678f6caccf47619"),
            Squeeze("a20b293b5ca7b39fb7399d06aeae233a314ffabf27bb04147f9715488f41fa85"),
        ],
    },
    Chain {
        key: "7a940566b6ecc27d95a2a24024830949",
        nonce: "",
        steps: &[
            Seal("02", "6c460b3393a6117c7a12f27e3d268b42ab"),
            Seal(
                "d8293439097c17ce636ce508f080f5d316dac19fb8840d",
                "ea6bd9eacd061477fb5547cc4ac7a69358720ff5fa3445ba666142fffeea1607f1fbd880cfea4c",
            ),
            Absorb("ec40e8e6e4cfed68421816094479a474b5da8e12d7c69688bc681531534e84e8cf6bf45e1c1a46d2a61c16"),
            Absorb("bcf0300e9ec69ee245ba4e00cf1b5ee89d94d4b6401e4fcedf92af82525f453789533fa29ec1a8767855d799"),
            Absorb("44a097c98843d63d070ed87a7066266980f68cd4739f22872936f1f5b69bfcddcccdc19798db76802f6e22d3"),
            Seal(
                "d84849873f0d02dc93c671f4adfb9d15a3998028fd6944c89e",
                "750cfab3fe0f7c850526e24d300ebd3d9972f3e7f57ee0b28fa613d8e1d78c2640d6a4fe58e7d85078",
            ),
            Key("5320786bbde97ed238504ecbbf2fb62b"),
            Ratchet,
            Ratchet,
            Squeeze("9207b3eaf85aeebc9698c82c0179019ce8f6d21df664b9448a3ea708c828f61f"),
        ],
    },
    Chain {
        key: "2c033fb2b0cffe44268528374f6d9716",
        nonce: "556d5b897bd8b62a3663e550d148db21",
        steps: &[
            Squeeze("4f05dff326c6e6656241fae3b937c70b"),
            Seal(
                "28933ae48fe6771d9e6640f9dc3f56f36da251c66c9df5dfd34778f7299fb98cc75b60445d6087b01c69d2c27ad1\
                 18e21fbbdd90c67c19762fba1246",
                "948287f113b5ea7a06d15aade87b2b8371a47fea45c961c85db23256b0f30a15816f3b3da5fddceba1262805f729\
                 a2b2fcbd48519b1cd3e79546d78513817f243be3d22d98c6a4b9d0efcc4f",
            ),
            Seal("b4", "568b67abaca573184af1f44a7275666742"),
            Squeeze("cb7de43cbf1a87de3af920228ffa3237b3c0cc496e2fc188fd41ca2ba43c2407b248ffb17d281703f925e5"),
            Ratchet,
            Ratchet,
            Absorb("6b"),
            Key("6a5d6dbadb3351256870edcbc1c8176b"),
            Tag("9cee9cb23206bac9e0c162060bd25bd1"),
            Squeeze("720c514dd513b485be20084dd1575f9239eced9c3c129401e0281622bdcd7b9a"),
        ],
    },
    Chain {
        key: "a5656f736cc0816b823fe44d5c38ffc9",
        nonce: "df973021b6c5f7a4b50bd602dcd22c0e",
        steps: &[
            Ratchet,
            Absorb("9070319b661486876f23634063803d740f65dec7debbe791c90eed475d1bbea4c945b33caf3c0a846f3d8b4123"),
            Absorb("43055fea3e69c146b1adfc1b9c9252636a6fd226a8ed262049d1af2a2f8d480fc2f3e9eeeb2669ee8a10e6"),
            Tag("ed430202631abd13ff278f87b65d05e0"),
            Tag("bd796741b8df95fca13f741d1ed59535"),
            Ratchet,
            Ratchet,
            Absorb("e516f377b21f9c6add139986be38670558"),
            Ratchet,
            Squeeze("d01faacd260889745d0f82ba99abadf585726012497bc1b6472a6612cf9f4d31"),
        ],
    },
    Chain {
        key: "270df748a8813c53d57a3b7a822f9ed3",
        nonce: "",
        steps: &[
            Absorb(""),
            Squeeze("f89d016f55434e256fb67996c386cec6f944e31354ae059633ceb697c7c1ae2d321e40e59c975c621ab680469a"),
            Ratchet,
            Key("c81449eb505488d1be309b19b7c57736"),
            Tag("b9b1c1020c1132260a52bbffeeef6bc0"),
            Ratchet,
            Seal(
                "95d5c7973223918dc8218db2dba3af25414487256c5a8ea4e782c1b2e0eab58ef5bd4537d11d85aae40389f6",
                "ea22e775e66e6eb8b99fb92b17ea0d76db692905916c1088015c0ed523b5815b1e0abc80209127ddc2e71e718509\
                 9405fcd159e4091d9030fbd6e7ac",
            ),
            Absorb("8f9492d7dbd98386061ae3c8cb3098e21a39e959b62032191d"),
            Absorb("bfa42cee18ca037297ada1e9e1500aaf"),
            Squeeze("bb3f96eef80e415825e4cefb674f132e0ffa976b30311cca8018185901f349e3"),
        ],
    },
    Chain {
        key: "41eba65293e598b3c2020e26df82b1b7",
        nonce: "f9a0f725b0f142a4dd71482e89b746cf",
        steps: &[
            Squeeze("a4d2526a1e507b610ea978506e6846"),
            Seal(
                "6c357b343f5d62dbb471db0a7fb41c7d5f8d22793d6aeed5",
                "64388c56deb9b78b6d53b815bd1d92289a4aced7d7345c8b8f9987ea41f5d76c00c25fd2732e12dc",
            ),
            Key("eab39f47dcb3d65098008f482c864fcc"),
            Absorb("f4b6bf30c169363c8b113d32fd1629"),
            Ratchet,
            Squeeze("36409204009ce0ef87ed7428775750"),
            Key("76e9c2baa4329f61ed18b094370f2840"),
            Squeeze(
                "665600d046a33e8cc916d4212bab62fd2979e8386f94e991ee54d7ce97961ae3491d34067a7454103517dc65f59a\
                 f3c2a7842c5fe0816ad53f9f8a71",
            ),
            Key("2575b20f24561f3061fc31cbb9974fc9"),
            Squeeze("61109f41c586048409338dfc64f7f539328ff2b511833a830686cb42fd4ba6b5"),
        ],
    },
    Chain {
        key: "6db420b75d1b12da7e0df0fb8d475b28",
        nonce: "437ab651625aab2b6690312b5576298b",
        steps: &[
            Key("c4932f04d226b47e237ced0417c9c7ab"),
            Seal("eb", "bb04a3592a72f466a019829adfe89e9dad"),
            Seal("da479b62b9b86929091bcabc129098", "c2e33267ec9c0b704b90a1f3f19f32045f395ef390a71f0a4bdbb6c6296fc0"),
            Seal(
                "f34abfe26506607d92609a9615eab543cde118dbbf286fa7f14a53015693e443f92efe6d6a5a0308749d2fc63e",
                "ca962f1fedb44704938b896dc0600bf855ac0ca27aff564c14241ad436ea06033a15ad96520d2719bbe96dae5d9e\
                 d592c1ec6d4b270fcd8f5577a091d5",
            ),
            Seal("", "3e742d1acef94891eb9a8d3e9e4bef66"),
            Ratchet,
            Seal(
                "524509fb0e4e22f91e4a4a96e912c138ce",
                "bc1b0e713543d056e1360fa85eaeb3fd54ff2636aed2ddb762709e13b2a795a2b4",
            ),
            Squeeze("40"),
            Seal(
                "b0990286a3e962f43fa969e0167d46ceddd94a67134cf297",
                "1b0f29dbbbc153dfdbfa11803f18a6e632f53c4850cfb6486c3dde22fb1e787d4d5dfde6a2413d64",
            ),
            Squeeze("355db2766053a7fd337c4e0dd8e0142056199e182b0b862f12fc45a48560962b"),
        ],
    },
    Chain {
        key: "d2554b451f9de7f5893e6cb3afe15ee1",
        nonce: "",
        steps: &[
            Tag("4dc384af1b2837aa5a281acb5621dab1"),
            Tag("4711624ae809f447a2f9f2b53aae7c5b"),
            Absorb("5e6d2e50556e3f3de594f8cb38cc672c95a2cc823610fcb547"),
            Key("db279f898b51d82db71e8b6fafa91e86"),
            Key("b97fc4fa9522c3bd32ec05cfb25a3e54"),
            Absorb("f0cabe99cf80f8c7bfed87cbffac8baf35c95e4c40c425c854"),
            Key("8384c021136de50916adc54e2f825a65"),
            Seal("bc", "23e3ad75b91139fd9cb0e0f2e9806e7e62"),
            Seal(
                "4eaadc6faaeb0de93ff5d5f73c780d39b958b11d87e303b468",
                "fe763fe0549ad98595e1dc4032e8dca009fda6c1da307f469b2290a55869d2c7597de319ac4315f933",
            ),
            Squeeze("fdbac68be4081a0db66cca63069f55ccf695ac13a373a01105e9edfe427f8f4a"),
        ],
    },
    Chain {
        key: "38f3941b4dfe50e16b6fa8d0e734fd70",
        nonce: "3ffe273892bdce7f626be7cb3e6d16b4",
        steps: &[
            Seal("70", "73d66d7f655aa99d2ba3ba306dff1f6d29"),
            Tag("3ad81370b76593ce0486a0d8e7f73aad"),
            Absorb("3e"),
            Absorb("a35dd320cc56491422755169b6198cab48dfb4b90e0b04d84fb152eadc29f1966901c8459f2275a0f8b007c6"),
            Seal(
                "7f7d9991fe6449d3e01ed4af1cae521f068132c4982c53b6d60a1847d022f21e599f03ac90ea6ba4c9ce07",
                "91f95eb124f5031842685ec5ace7cd46b00f92522761cdddf4e2bd757c5ae0944e2a5e3a6b885cb7fa19998264d6\
                 897e9e2d4ea217fb90ca09d2c2",
            ),
            Absorb("949a758eb1632d6e07ede5d35fc7dc4505be56f3753c78"),
            Absorb("f9"),
            Seal(
                "c3ccdd81e6ae2b4bd79683d077b5ce6dfecbed73e8728135710f41f19cb3410f381e54e80eef3d79c2548cff",
                "d0207455d5665005208f548340ef0394957cfe647e4286d4ad7c3184b5b23ef2914252532369ea048154a9efebeb\
                 94438e3862a6c0472d087c9930fe",
            ),
            Key("0e87fcb89bc2c2b57a04aed8f6337647"),
            Squeeze("cf0c00a5e7657581624389080685b2aa829a3571ac3bd92e201420e150d9f4f8"),
        ],
    },
    Chain {
        key: "ac5df3b2b4a83fd7fa70f55cf5371ee5",
        nonce: "fac019a7e66b9f2bad5911a5bdf4c2d9",
        steps: &[
            Squeeze("699f05e516151ace58971fb1178c8d2e83b78ea2a7a32e"),
            Tag("10dd299407dd05b0b27cd19d17b134fb"),
            Absorb("a0"),
            Ratchet,
            Ratchet,
            Squeeze("46"),
            Seal("ae", "7535f6de3651eb9b6c2d904d00c2d90ed5"),
            Tag("f8af0bf07d237c9605ac76b334ef9f2c"),
            Squeeze("3d748d4e150f6e6b8514d458e1da461e44008b1a9d71685166"),
            Squeeze("ba679e2e2d747d80004be5c3cc6c2b530557317ffa06e465f76d3c9ecf639f30"),
        ],
    },
    Chain {
        key: "50765c65e31cf665b96b68f8a39bb9d2",
        nonce: "",
        steps: &[
            Seal(
                "fd615830d111970cb64c9edb2b6475d2af526599c5985491371049fef993bdaaf3307004e3100a8c7d5999",
                "f0a0dc1a12b5ed20a6d081a22f912b813a4d30f2d9281cb5de727f9e04aa638b5c6f425b01e0108fe7186335200e\
                 9be33f88cb92c4746ce36618e8",
            ),
            Absorb("8d18b9792251f944a1681ae2cb6e81ce"),
            Tag("c7138dcf44e535ae49b74c7edd7eb231"),
            Absorb("a63760956577260c425c9a3665aa7a3f2dcf6cda56ebe49f3d8556747418a72b82b9ffecb151fe0103031f"),
            Squeeze("c75f2c5c476ce2676684d0ba4c0ba86f389e1589fe74664b1f8390b80f7159572d8695f5fe64837709d0da3c30"),
            Absorb(
                "839b6f7f61175ffbe4f7f2bf91429ef0528fb4cb43be02f73d6d5cbb22c84ed74a6e63095d107473a8f27a6f09d5\
                 033c29b1d3983c8c786ae6cf71b5",
            ),
            Squeeze("1fcb86ff6945f8355e2fa7c797272205dd7db3195bcd4c9ec2f29a03a48652adb7097e142edcc65045d315"),
            Tag("811cb66a1dd6b6f06bde6a3471c627f0"),
            Tag("84345a030eac7d268ce0a6eb6f77b1c8"),
            Squeeze("0ffdd8ee4e2db227bbbf5568c0c4c71487d45ff43433cb1bea620e2a33c1c9f9"),
        ],
    },
];
