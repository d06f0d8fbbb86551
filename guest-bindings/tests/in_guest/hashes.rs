//! Messages and digests of FIPS 180-4's examples (NIST, "SHA256.pdf" to "SHA512_256.pdf") and of FIPS 180-2 for the long one.

use wasi_crypto_bindings::{Sha256, Sha384, Sha512, Sha512_256};

use crate::hex;

const TWO_BLOCKS: &[u8] = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const TWO_LONG_BLOCKS: &[u8] =
    b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

macro_rules! published {
    ($name:ident, $hash:ident, $empty:literal, $abc:literal, $two_blocks:expr, $two_block_digest:literal, $million:literal) => {
        #[test]
        fn $name() {
            assert_eq!($hash::try_digest(b"").unwrap()[..], hex($empty));
            assert_eq!($hash::try_digest(b"abc").unwrap()[..], hex($abc));
            assert_eq!($hash::try_digest($two_blocks).unwrap()[..], hex($two_block_digest));

            let mut hasher = $hash::try_new().unwrap();
            for _ in 0..1000 {
                hasher.try_update([b'a'; 1000]).unwrap();
            }
            assert_eq!(hasher.try_finalize().unwrap()[..], hex($million));
            assert_eq!($hash::OUTPUT_LEN, hex($abc).len());
        }
    };
}

published!(
    sha256_gives_the_published_digests,
    Sha256,
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    TWO_BLOCKS,
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
);

published!(
    sha384_gives_the_published_digests,
    Sha384,
    "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    TWO_LONG_BLOCKS,
    "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
    "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985"
);

published!(
    sha512_gives_the_published_digests,
    Sha512,
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    TWO_LONG_BLOCKS,
    "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
    "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"
);

published!(
    sha512_256_gives_the_published_digests,
    Sha512_256,
    "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a",
    "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
    TWO_LONG_BLOCKS,
    "3928e184fb8690f840da3988121d31be65cb9d3ef83ee6146feac861e19b563a",
    "9a59a052930187a97038cae692f30708aa6491923ef5194394dc68d56c74fb21"
);

#[test]
fn a_clone_goes_its_own_way() {
    let prefix = Sha256::try_new().unwrap().try_chain_update(b"ab").unwrap();
    let clone = prefix.try_clone().unwrap();
    let other = prefix.clone().try_chain_update(b"d").unwrap();
    assert_eq!(clone.try_chain_update(b"c").unwrap().try_finalize(), Sha256::try_digest(b"abc"));
    assert_eq!(other.try_finalize(), Sha256::try_digest(b"abd"));
    assert_eq!(prefix.try_finalize(), Sha256::try_digest(b"ab"));
}
