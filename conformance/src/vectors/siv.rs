//! AES-SIV: the examples of RFC 5297, appendix A, and what OpenSSL 3 gives (through pyca/cryptography 48) for other keys, components and
//! nonces. Each call of absorb adds a component; the nonce is the last.

use super::{case, hex};
use crate::case::Case;
use crate::cases::symmetric::bad_tag;

pub(super) fn cases() -> Vec<Case> {
    VECTORS.iter().map(Vector::case).collect()
}

/// In hexadecimal digits.
struct Vector {
    algorithm: &'static str,
    source: &'static str,
    key: &'static str,
    components: &'static [&'static str],
    nonce: Option<&'static str>,
    message: &'static str,
    /// The tag, then the ciphertext, as RFC 5297 has it.
    sealed: &'static str,
}

impl Vector {
    fn case(&self) -> Case {
        let requirements = [
            "SYM-AEAD-001",
            "SYM-ENC-031",
            "SYM-ENCD-001",
            "SYM-DEC-002",
            "SYM-DEC-003",
            "SYM-DECD-001",
            "SYM-ABSORB-005",
        ];
        let mut c = case(self.source, self.algorithm, &requirements);
        let (message, sealed) = (hex(self.message), hex(self.sealed));
        let (tag, ciphertext) = sealed.split_at(16);
        let attached = [ciphertext, tag].concat();
        let key = c.key_import(self.algorithm, hex(self.key));
        let options = self.nonce.map(|nonce| c.nonce(hex(nonce)));
        let [sealing, apart, opening] = [(); 3].map(|()| {
            let state = c.state_open(self.algorithm, Some(key), options);
            self.components.iter().for_each(|component| c.absorb(state, hex(component)));
            state
        });
        c.encrypt_eq(sealing, &message, &attached);
        c.encrypt_detached_eq(apart, &message, ciphertext, tag);
        c.decrypt_eq(opening, &attached, &message);
        c.decrypt_detached_eq(opening, ciphertext, tag, &message);
        for at in [0, attached.len() - 1] {
            let mut forged = attached.clone();
            forged[at] ^= 0x10;
            let (out, _) = c.expect(bad_tag()).decrypt(opening, forged, message.len() as u32);
            c.should().filled(out, 0);
        }
        c
    }
}

const VECTORS: &[Vector] = &[
    Vector {
        algorithm: "AES-128-SIV",
        source: "rfc5297/A.1",
        key: "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        components: &["101112131415161718191a1b1c1d1e1f2021222324252627"],
        nonce: None,
        message: "112233445566778899aabbccddee",
        sealed: "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c",
    },
    Vector {
        algorithm: "AES-128-SIV",
        source: "rfc5297/A.2",
        key: "7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f",
        components: &[
            "00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100",
            "102030405060708090a0",
        ],
        nonce: Some("09f911029d74e35bd84156c5635688c0"),
        message: "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553",
        sealed: "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829\
                 ea64ad544a272e9c485b62a3fd5c0d",
    },
    Vector {
        algorithm: "AES-128-SIV",
        source: "openssl-siv/AES-128-SIV/1",
        key: "d9fdbf51850aa3ae70b2b695d825180e3b6a1b2fdb1917a5a5febba3e8e3f74d",
        components: &[],
        nonce: None,
        message: "e03ec8b51a",
        sealed: "92aa8f71ff2e7996d20a5d866fd46d1c3c75cffa26",
    },
    Vector {
        algorithm: "AES-128-SIV",
        source: "openssl-siv/AES-128-SIV/2",
        key: "0ad72e495b5b19e3e14b4b65003f2b588b3aa051c5be56cf3e2433501c77405a",
        components: &[],
        nonce: Some("6588ae9949c308e254c631df"),
        message: "78",
        sealed: "9c01bbac659526f3783743ab0890c570da",
    },
    Vector {
        algorithm: "AES-128-SIV",
        source: "openssl-siv/AES-128-SIV/3",
        key: "6ab1674b67b097c69e22f5a26090fbda07ae038df8a669ac2cf349aa1b730093",
        components: &["a6ae18"],
        nonce: None,
        message: "c4f5b917a2febedef9b1d5ca839e6bb2",
        sealed: "7901dc9d7837e89b929eb56d44523ffb694e920be4c8057e9ae897aadb7334be",
    },
    Vector {
        algorithm: "AES-128-SIV",
        source: "openssl-siv/AES-128-SIV/4",
        key: "542fd7f9f1fce77fa241745939cfd10a64f70a986629c013b9501794825952ea",
        components: &[""],
        nonce: Some("a90405a0c47abb890c70d4fd60810760"),
        message: "db1e0eb7414c53d45042c78c90dcb3",
        sealed: "28fc767352775c8bae0539a443b5df0e2e0ee870f3168943ea532043820131",
    },
    Vector {
        algorithm: "AES-128-SIV",
        source: "openssl-siv/AES-128-SIV/5",
        key: "3373c65d4354c8a1c4a7865ae267a5c84c624ccfe448c7b65d96f3ea14d0d84d",
        components: &["093d73b8179492349a8e5f6485cd8ff2c5b9ad14", "", "fc0a419cd7c8ec"],
        nonce: None,
        message: "26bf70b945c71883df9391ed7c8317ac37",
        sealed: "5a3941527cd5d618edbd3fa5e778e803d1c75c7f859c4661639a3e0da6f59e4e2c",
    },
    Vector {
        algorithm: "AES-128-SIV",
        source: "openssl-siv/AES-128-SIV/6",
        key: "4dd2c90dc5d8a76e5b698bdbfa3d4e7ff72c88b1abfc48f594bd99e5e1bbc5e3",
        components: &["2c", "bfbc", "cfdebd", "ac2636f6"],
        nonce: Some("d4ec91c3c73f72f72d3812fc44"),
        message: "91f0dfc8b02d3faac6eb49acacc3fe194a0aeb8c7b1f4b4212a4d9feb5b58364be5127900e0a67c9b5731a7e3d2556a8\
                 be637d090c0e0af8b354550114f3379dc82ee5b59317715950845b3be6371c7405aa20e6052f16d939d54ff08e383693\
                 125dd33a",
        sealed: "7b37af9b99f61f67cceda2c0122fa7dd1c881390bccfe131f5b153e8e61d5a34d13749ea0d68f0f8d051efddc160f0c8\
                 1a40148d4f76fc52d653eda0644680bae3230bcfbdb0a1db46ee08f330d8b00c5e7a2de3abbe1e004475e3a1a0f780d2\
                 ffc59553cda5146b362d7d4b0340ef6e419b93d6",
    },
    Vector {
        algorithm: "AES-128-SIV",
        source: "openssl-siv/AES-128-SIV/7",
        key: "a97fc42a22952465a9f11040df63bef6e811ecddb7936a0dd83f96f4da4118e8",
        components: &[
            "adbbaad06c92cd11f81693320c430f4d6d78dc0c4ad006f51dbe28d635e33264b8",
            "a5b5217b428ffe528b1c0e19c60ea5d39d62c53d894b3942172cb1a3d5566728b506741fa6cbba2afab6b505549e7664\
                      bce8a0d3bbca298b8fe6969c37cc7a6b",
        ],
        nonce: Some("ae"),
        message: "a6eed773a7f9431db537db2ad9192c52905d19d7181bbd5ee21aa3edd263d07a2e9d283fdffad2ed8d2696dabd4b9185\
                 4bbfb17ba6d7aebcbc4c00d6eeca0e47",
        sealed: "e143ef41cf6818335023957d974310c6c5b1afc89311bceab8ba0343e3f46ffd11922e8997e4f61ac25e8b5661a9afec\
                 0d8f29c849ab83bc63f0791ccc706c5d42247aff99fe335a1fa88f2360ce7885",
    },
    Vector {
        algorithm: "AES-128-SIV",
        source: "openssl-siv/AES-128-SIV/8",
        key: "05552c50779b12e5503f30a1040cba673799a6016a5583a2226b6ab925e24a62",
        components: &["4cdd3ea11241b8782c966dc202f9e06b"],
        nonce: Some("e1ceb41b4c424b0a858993afd8c2a6d2"),
        message: "0fab2f430e6b45aba923057e946bc7bb1a64ce62c423b47784a489b770848f",
        sealed: "07f817aee2fc71c9b8d7bf7174ae5f9ff31d3153ad3db80e40e52824f68f5bc86f82749e80c703cc70b280615d23e4",
    },
    Vector {
        algorithm: "AES-256-SIV",
        source: "openssl-siv/AES-256-SIV/9",
        key: "84da15104780cc9ae555ec8d73b852e8d9a91408555d3fbb90846db26caef33ebb0f1a402c8608ff6b43b162e564a2b3\
              81a01177cbc540cfb321643a5f46fafd",
        components: &[],
        nonce: None,
        message: "e4c3d10382",
        sealed: "b9beecd9b1c32c792bc706d3805db693a9abad8709",
    },
    Vector {
        algorithm: "AES-256-SIV",
        source: "openssl-siv/AES-256-SIV/10",
        key: "a4732bb0934d41014f6499b1e7a342e850a0390b5ef42a7812b564b8f45d1cb7393abd086085b90809010d817f31af0b\
              2bf8695358073f91bb310598a2a33932",
        components: &[],
        nonce: Some("b00001252659984d68343b27"),
        message: "78",
        sealed: "4e9409c88b3a932f87593a43fa7830fea4",
    },
    Vector {
        algorithm: "AES-256-SIV",
        source: "openssl-siv/AES-256-SIV/11",
        key: "23e329b1a1964d91c981eafdfd8c5b54c2ebfd382b018ff690bec42a268b9a2ec7ba5976b996ac20579681e16ee31546\
              16a915cbc25fa48cd346bfa49aae9a84",
        components: &["723789"],
        nonce: None,
        message: "8f241391c4ec454d662a292592694c98",
        sealed: "9edb696266a248be62400ea6087f2ddac11dcd6440afbc00751086114d324c4a",
    },
    Vector {
        algorithm: "AES-256-SIV",
        source: "openssl-siv/AES-256-SIV/12",
        key: "a18b69747597a25eb98e88354d67de259c76ab25d525e8e5f956186d621639a78a2d77e855024b21ade2fdbf1e62ddfc\
              16624944a3daa16f59c8946679d79198",
        components: &[""],
        nonce: Some("5817139e319857fee4956e0fa54fd277"),
        message: "92af90afbbb737bc595a94567071da",
        sealed: "423c79b49a1935ccd2d6c23207d417b3f6826d111db703616e0c45c27cc878",
    },
    Vector {
        algorithm: "AES-256-SIV",
        source: "openssl-siv/AES-256-SIV/13",
        key: "2c1165257d2ad6d15289aab5928e72da052596289b55b873f5fe0c6f2f84aac80738969bde3b1c1f26578199352cab6c\
              6ab0b7d296501f0ad4b32a413ec1f20b",
        components: &["69040c6482b127228d7b98fad738e417196274a0", "", "d872a26bc33cf2"],
        nonce: None,
        message: "0412ebc0fa130cb4616610aa1ae606f120",
        sealed: "72f0fcaf1c0dc76f11e4ebe05995a56613cd26ae3d24b46ec7aaf825e51397be97",
    },
    Vector {
        algorithm: "AES-256-SIV",
        source: "openssl-siv/AES-256-SIV/14",
        key: "ce0ddacb272bb9f308df52ac51d9823c889dc27664e0047202778b9333c79b8270b59bb624c82951d748bbbb33dba631\
              491b6776be1b2775a38f91b7ae887d0f",
        components: &["aa", "65ce", "0a5826", "3a111a31"],
        nonce: Some("3b01c141b750f437b3cbbec89d"),
        message: "2c7ceb9fb59f7557dfb10f66ab8ea8a450e9c956fe96e1b21572a2b4fd3f4baff72cd235e56259efed8cc013e94e9b4e\
                 002737cc80741c7a44f9207a44bc871f0b67d13f06bbfdb0ecf1b955b7e16e8b6df916ad6e9159edf27b76806d4ed27c\
                 a1f1c5a4",
        sealed: "3b6ae8e4731e2d16b129ec2a9e95428981ef1341018b6eb33b5942ae22f178782a7744389ddfc54ccafdb41af9f8473f\
                 eaa2276644972cdae0f0816789ed54c03f7f4142c8d9a60290dc6ffaa05a11582be2c951c3856d2600acea70be1282ed\
                 ed7a0d60f08d6a8dd4540294e32b36eed970c809",
    },
    Vector {
        algorithm: "AES-256-SIV",
        source: "openssl-siv/AES-256-SIV/15",
        key: "fec98dcf4b8885d999bc89ab5c3340ba99db7374b3cf81e43c5fbbefbfe4d3c81752f490823edede82ca382b213a55c8\
              de65becf4ab52abae33c3b1347a8d433",
        components: &[
            "68ff174b4de399aec92a7db60b041a15f2e9876e935ea3a551075f5c057bb1b2f7",
            "5ef1eae1cd3639e0815529647f4a846c50fe8ee6c5c39de030c6592ee600a45a510668d20e7428d49cfc8f17ecece606\
                      464c80e31d6490d33f65e7f3f0e848e7",
        ],
        nonce: Some("03"),
        message: "392599c5a36ea8239633c0963c9be1a23d96b1583f99a8266c74b52c0a15bf4f2e99f0bc6b368d9c54f9f4575a5c9ed7\
                 1f773892891c7782efd7ea0ba629edaf",
        sealed: "6f0107a1bc745e3a6be4ee80d4a0065f0a7b5c24c7dd52b8d4f5056cd360ef1811c6332631c178e170f4c32570cd3410\
                 62fdcc8ac70a42a7cd656dab94f3691f746a24ea7fef838c8494a6646210cddf",
    },
    Vector {
        algorithm: "AES-256-SIV",
        source: "openssl-siv/AES-256-SIV/16",
        key: "4014d7feb1225eab1fb58970a181477659c0a1c28a97a16eb6ae555e4793bd82845a5285464218a2f3061a37a643608d\
              61656c400b8741ec89343ea52e1c64f8",
        components: &["a589726844197ccb913c28666f3843a1"],
        nonce: Some("952b0ac37f5b0f5cd3d32fca2d1aa219"),
        message: "863e3f43cbbe40ec91f1f24f3df610adaa97374c29b757d3235649f3df186c",
        sealed: "8da63035ecbb71e98e85e715d20fbf1b279820f0e8f73460b3f9ac25ce59d70daccd1a777cd1b5de56346e61880c61",
    },
];
