//! AEGIS: the test vectors of draft-irtf-cfrg-aegis-aead, appendix A, with tags of 128 bits.

use super::aead_vector::Vector;

pub(super) const VECTORS: &[Vector] = &[
    Vector {
        algorithm: "AEGIS-128L",
        source: "AEGIS-128L/1",
        key: "10010000000000000000000000000000",
        nonce: "10000200000000000000000000000000",
        ad: "",
        message: Some("00000000000000000000000000000000"),
        ciphertext: "c1c0e58bd913006feba00f4b3cc3594e",
        tag: "abe0ece80c24868a226a35d16bdae37a",
    },
    Vector {
        algorithm: "AEGIS-128L",
        source: "AEGIS-128L/2",
        key: "10010000000000000000000000000000",
        nonce: "10000200000000000000000000000000",
        ad: "",
        message: Some(""),
        ciphertext: "",
        tag: "c2b879a67def9d74e6c14f708bbcc9b4",
    },
    Vector {
        algorithm: "AEGIS-128L",
        source: "AEGIS-128L/3",
        key: "10010000000000000000000000000000",
        nonce: "10000200000000000000000000000000",
        ad: "0001020304050607",
        message: Some("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
        ciphertext: "79d94593d8c2119d7e8fd9b8fc77845c5c077a05b2528b6ac54b563aed8efe84",
        tag: "cc6f3372f6aa1bb82388d695c3962d9a",
    },
    Vector {
        algorithm: "AEGIS-128L",
        source: "AEGIS-128L/4",
        key: "10010000000000000000000000000000",
        nonce: "10000200000000000000000000000000",
        ad: "0001020304050607",
        message: Some("000102030405060708090a0b0c0d"),
        ciphertext: "79d94593d8c2119d7e8fd9b8fc77",
        tag: "5c04b3dba849b2701effbe32c7f0fab7",
    },
    Vector {
        algorithm: "AEGIS-128L",
        source: "AEGIS-128L/5",
        key: "10010000000000000000000000000000",
        nonce: "10000200000000000000000000000000",
        ad: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223242526272829",
        message: Some("101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637"),
        ciphertext: "b31052ad1cca4e291abcf2df3502e6bdb1bfd6db36798be3607b1f94d34478aa7ede7f7a990fec10",
        tag: "7542a745733014f9474417b337399507",
    },
    Vector {
        algorithm: "AEGIS-128L",
        source: "AEGIS-128L/6",
        key: "10000200000000000000000000000000",
        nonce: "10010000000000000000000000000000",
        ad: "0001020304050607",
        message: None,
        ciphertext: "79d94593d8c2119d7e8fd9b8fc77",
        tag: "5c04b3dba849b2701effbe32c7f0fab7",
    },
    Vector {
        algorithm: "AEGIS-128L",
        source: "AEGIS-128L/7",
        key: "10010000000000000000000000000000",
        nonce: "10000200000000000000000000000000",
        ad: "0001020304050607",
        message: None,
        ciphertext: "79d94593d8c2119d7e8fd9b8fc78",
        tag: "5c04b3dba849b2701effbe32c7f0fab7",
    },
    Vector {
        algorithm: "AEGIS-128L",
        source: "AEGIS-128L/8",
        key: "10010000000000000000000000000000",
        nonce: "10000200000000000000000000000000",
        ad: "0001020304050608",
        message: None,
        ciphertext: "79d94593d8c2119d7e8fd9b8fc77",
        tag: "5c04b3dba849b2701effbe32c7f0fab7",
    },
    Vector {
        algorithm: "AEGIS-128L",
        source: "AEGIS-128L/9",
        key: "10010000000000000000000000000000",
        nonce: "10000200000000000000000000000000",
        ad: "0001020304050607",
        message: None,
        ciphertext: "79d94593d8c2119d7e8fd9b8fc77",
        tag: "6c04b3dba849b2701effbe32c7f0fab8",
    },
    Vector {
        algorithm: "AEGIS-128X2",
        source: "AEGIS-128X2/1",
        key: "000102030405060708090a0b0c0d0e0f",
        nonce: "101112131415161718191a1b1c1d1e1f",
        ad: "",
        message: Some(""),
        ciphertext: "",
        tag: "63117dc57756e402819a82e13eca8379",
    },
    Vector {
        algorithm: "AEGIS-128X2",
        source: "AEGIS-128X2/2",
        key: "000102030405060708090a0b0c0d0e0f",
        nonce: "101112131415161718191a1b1c1d1e1f",
        ad: "0102030401020304",
        message: Some(
            "040506070405060704050607040506070405060704050607040506070405060704050607040506070405060704050607\
                040506070405060704050607040506070405060704050607040506070405060704050607040506070405060704050607\
                040506070405060704050607040506070405060704050607",
        ),
        ciphertext: "5795544301997f93621b278809d6331b3bfa6f18e90db12c4aa35965b5e98c5fc6fb4e54bcb6111842c20637252eff74\
                     7cb3a8f85b37de80919a589fe0f24872bc926360696739e05520647e390989e1eb5fd42f99678a0276a498f8c454761c\
                     9d6aacb647ad56be62b29c22cd4b5761b38f43d5a5ee062f",
        tag: "1aebc200804f405cab637f2adebb6d77",
    },
    Vector {
        algorithm: "AEGIS-128X4",
        source: "AEGIS-128X4/1",
        key: "000102030405060708090a0b0c0d0e0f",
        nonce: "101112131415161718191a1b1c1d1e1f",
        ad: "",
        message: Some(""),
        ciphertext: "",
        tag: "5bef762d0947c00455b97bb3af30dfa3",
    },
    Vector {
        algorithm: "AEGIS-128X4",
        source: "AEGIS-128X4/2",
        key: "000102030405060708090a0b0c0d0e0f",
        nonce: "101112131415161718191a1b1c1d1e1f",
        ad: "0102030401020304",
        message: Some(
            "040506070405060704050607040506070405060704050607040506070405060704050607040506070405060704050607\
                040506070405060704050607040506070405060704050607040506070405060704050607040506070405060704050607\
                040506070405060704050607040506070405060704050607",
        ),
        ciphertext: "e836118562f4479c9d35c17356a833114c21f9aa39e4dda5e5c87f4152a00fce9a7c38f832eafe8b1c12f8a7cf12a81a\
                     1ad8a9c24ba9dedfbdaa586ffea67ddc801ea97d9ab4a872f42d0e352e2713dacd609f9442c17517c5a29daf3e2a3fac\
                     4ff6b1380c4e46df7b086af6ce6bc1ed594b8dd64aed2a7e",
        tag: "0e56ab94e2e85db80f9d54010caabfb4",
    },
    Vector {
        algorithm: "AEGIS-256X2",
        source: "AEGIS-256X2/1",
        key: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        nonce: "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
        ad: "",
        message: Some(""),
        ciphertext: "",
        tag: "62cdbab084c83dacdb945bb446f049c8",
    },
    Vector {
        algorithm: "AEGIS-256X2",
        source: "AEGIS-256X2/2",
        key: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        nonce: "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
        ad: "0102030401020304",
        message: Some(
            "040506070405060704050607040506070405060704050607040506070405060704050607040506070405060704050607\
                040506070405060704050607040506070405060704050607040506070405060704050607040506070405060704050607\
                040506070405060704050607040506070405060704050607",
        ),
        ciphertext: "72120c2ea8236180d67859001f4729077b7064c414384fe3a7b52f1571f4f8a7d0f01e18db4f3bc0adb150702e5d147a\
                     8d36522132761b994c1bd395589e2ccf0790dfe2a3d12d61cd666b2859827739db4037dd3124c78424459376f6cac08e\
                     1a7223a2a43e398ce6385cd654a19f481cba3b8f25910b42",
        tag: "635d391828520bf1512763f0c8f5cdbd",
    },
    Vector {
        algorithm: "AEGIS-256X4",
        source: "AEGIS-256X4/1",
        key: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        nonce: "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
        ad: "",
        message: Some(""),
        ciphertext: "",
        tag: "3b7fee6cee7bf17888ad11ed2397beb4",
    },
    Vector {
        algorithm: "AEGIS-256X4",
        source: "AEGIS-256X4/2",
        key: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        nonce: "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
        ad: "0102030401020304",
        message: Some(
            "040506070405060704050607040506070405060704050607040506070405060704050607040506070405060704050607\
                040506070405060704050607040506070405060704050607040506070405060704050607040506070405060704050607\
                040506070405060704050607040506070405060704050607",
        ),
        ciphertext: "bfc2085b7e8017da99b0b6d646ae4d01f4ba8f2e7dfca1d759ae48a135139b9aaac6b4f5db810d426be1fdaff4e14541\
                     53a34b11da78ed7e418ee2ee9853042e95536aecbb694cea1b16a478eb0d4d1bf6509b1ce652a45af58e0e46ffccfa2d\
                     0426e702391d2ff5813808b81748a490dd656465fed61f09",
        tag: "b63b611b13975e2f3dc3cb6c2397bfcd",
    },
];
