//! What algorithms are for.

numbered! {
    /// The families of algorithms, `algorithm_type` in the specification.
    pub enum AlgorithmType {
        /// Signatures.
        Signatures = 0, "signatures";
        /// Hashes, MACs, key derivation, ciphers.
        Symmetric = 1, "symmetric";
        /// Key exchange and key encapsulation.
        KeyExchange = 2, "key_exchange";
    }
}
