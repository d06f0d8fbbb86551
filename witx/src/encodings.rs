//! How keys and signatures are written.

numbered! {
    /// How a key pair is written, `keypair_encoding` in the specification.
    pub enum KeypairEncoding {
        /// The bytes that the algorithm defines.
        Raw = 0, "raw";
        /// PKCS#8 `PrivateKeyInfo` (RFC 5208, RFC 5958) in DER.
        Pkcs8 = 1, "pkcs8";
        /// The same in PEM (RFC 7468).
        Pem = 2, "pem";
        /// Whatever the host likes.
        Local = 3, "local";
    }
}

numbered! {
    /// How a public key is written, `publickey_encoding` in the specification.
    pub enum PublickeyEncoding {
        /// The bytes that the algorithm defines.
        Raw = 0, "raw";
        /// Named for PKCS#8, which has no public keys: `SubjectPublicKeyInfo` (RFC 5280) in DER.
        Pkcs8 = 1, "pkcs8";
        /// The same in PEM (RFC 7468).
        Pem = 2, "pem";
        /// A point as in SEC 1.
        Sec = 3, "sec";
        /// Whatever the host likes.
        Local = 4, "local";
    }
}

numbered! {
    /// How a secret key is written, `secretkey_encoding` in the specification.
    pub enum SecretkeyEncoding {
        /// The bytes that the algorithm defines.
        Raw = 0, "raw";
        /// PKCS#8 `PrivateKeyInfo` (RFC 5208, RFC 5958) in DER.
        Pkcs8 = 1, "pkcs8";
        /// The same in PEM (RFC 7468).
        Pem = 2, "pem";
        /// As in SEC 1.
        Sec = 3, "sec";
        /// Whatever the host likes.
        Local = 4, "local";
    }
}

numbered! {
    /// How a signature is written, `signature_encoding` in the specification.
    pub enum SignatureEncoding {
        /// The bytes that the algorithm defines.
        Raw = 0, "raw";
        /// ASN.1 in DER.
        Der = 1, "der";
    }
}
