//! Calls that belong together, so that the others find objects to play with.

use wasi_crypto_host::{AlgorithmType, algorithms};

use super::{Faces, NAMES, Wish};

impl Faces {
    /// A state with all that it needs, and some of what it can do.
    pub(super) fn symmetric(&mut self) {
        let infos =
            algorithms().filter(|info| info.algorithm_type == AlgorithmType::Symmetric && NAMES.contains(&info.name));
        let info = self.random.one_of(&infos.collect::<Vec<_>>());
        let (of, named) = (Wish { algorithm_type: 1, ..Wish::default() }, Wish { name: info.name, ..Wish::default() });
        self.run("options_open", of);
        for (name, list) in [("nonce", info.nonce_len), ("salt", Some(16))] {
            if list.is_some() {
                self.run("options_set", Wish { name, list, ..of });
            }
        }
        if info.key_len.is_some() {
            self.run("symmetric_key_import", Wish { list: info.key_len, ..named });
        }
        self.run("symmetric_state_open", Wish { without_key: info.key_len.is_none(), ..named });
        if self.random.below(2) == 0 {
            self.run("symmetric_state_absorb", Wish { list: Some(20), ..named });
        }
        match self.random.below(3) {
            0 => {
                self.run("symmetric_state_encrypt", Wish { list: Some(40), ..named });
                self.run("symmetric_state_decrypt", named);
            }
            1 => {
                self.run("symmetric_state_encrypt_detached", Wish { list: Some(40), ..named });
                self.run("symmetric_tag_pull", named);
                self.run("symmetric_state_decrypt_detached", named);
            }
            _ => {
                self.run("symmetric_state_squeeze_tag", named);
                self.run("symmetric_tag_pull", named);
                self.run("symmetric_state_squeeze_tag", named);
                self.run("symmetric_tag_verify", named);
            }
        }
        if info.name.starts_with("HKDF-EXTRACT") {
            self.run("symmetric_state_squeeze_key", Wish { name: "HKDF-EXPAND/SHA-256", ..named });
        }
    }

    /// Both halves of a key, their encodings, and what they can do.
    pub(super) fn asymmetric(&mut self) {
        let (algorithm_type, name, len) = self.random.one_of(&[
            (0, "Ed25519", 32),
            (0, "ECDSA_P256_SHA256", 32),
            (2, "X25519", 32),
            (2, "P256-SHA256", 32),
            (2, "ML-KEM-768", 64),
        ]);
        // Raw, where that is not said.
        let of = Wish { name, algorithm_type, ..Wish::default() };
        self.run("secretkey_import", Wish { list: Some(len), ..of });
        self.run("publickey_from_secretkey", of);
        self.run("keypair_from_pk_and_sk", of);
        for key in ["keypair", "publickey", "secretkey"] {
            let encoding = self.random.below(3);
            let (export, import) = match key {
                "keypair" => ("keypair_export", "keypair_import"),
                "publickey" => ("publickey_export", "publickey_import"),
                _ => ("secretkey_export", "secretkey_import"),
            };
            self.run(export, Wish { encoding, ..of });
            self.run("array_output_pull", of);
            self.run(import, Wish { encoding, ..of });
        }
        match algorithm_type {
            0 => {
                self.run("signature_state_open", of);
                self.run("signature_state_sign", of);
                self.run("signature_verification_state_open", of);
                self.run("signature_verification_state_verify", of);
                self.run("signature_export", of);
                self.run("array_output_pull", of);
                self.run("signature_import", of);
            }
            _ => {
                self.run("kx_dh", of);
                self.run("kx_encapsulate", of);
                self.run("array_output_pull", of);
                self.run("kx_decapsulate", of);
            }
        }
    }

    /// Keys and secrets in the stores.
    pub(super) fn managed(&mut self) {
        let of = Wish { name: "Ed25519", ..Wish::default() };
        self.run("secrets_manager_open", of);
        for key in [true, false] {
            let (of, generate, store, from_id, replace) = match key {
                true => (of, "keypair_generate", "keypair_store_managed", "keypair_from_id", "keypair_replace_managed"),
                false => (
                    Wish { name: "AES-256-GCM", ..of },
                    "symmetric_key_generate",
                    "symmetric_key_store_managed",
                    "symmetric_key_from_id",
                    "symmetric_key_replace_managed",
                ),
            };
            self.run(generate, of);
            self.run(store, of);
            self.run(from_id, of);
            self.run(generate, of);
            self.run(replace, of);
        }
        self.run("secrets_manager_invalidate", of);
        self.run("keypair_generate_managed", of);
        self.run("symmetric_key_generate_managed", Wish { name: "AES-256-GCM", ..of });
        self.run("external_secret_store", Wish { list: Some(20), ..of });
        self.run("external_secret_from_id", of);
        self.run("external_secret_invalidate", of);
        self.run("external_secret_encapsulate", Wish { list: Some(20), ..of });
        self.run("array_output_pull", of);
        self.run("external_secret_decapsulate", of);
    }
}
