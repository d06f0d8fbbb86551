//! X-Wing (draft-connolly-cfrg-xwing-kem): decapsulation. Encapsulation is randomized, so the oracle judges that.

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Kind};
use crate::cases::test_keys;

/// One test vector.
pub(crate) struct Vector {
    pub(crate) seed: Vec<u8>,
    pub(crate) public: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) secret: Vec<u8>,
}

/// The vectors of the draft.
pub(crate) fn vectors() -> Vec<Vector> {
    let text = include_str!("x_wing.txt");
    let values: Vec<Vec<u8>> =
        text.lines().filter_map(|line| line.split_once(" = ")).map(|(_, hex)| super::hex(hex)).collect();
    let (vectors, _) = values.as_chunks::<4>();
    let vector = |[seed, public, ciphertext, secret]: &[Vec<u8>; 4]| Vector {
        seed: seed.clone(),
        public: public.clone(),
        ciphertext: ciphertext.clone(),
        secret: secret.clone(),
    };
    vectors.iter().map(vector).collect()
}

pub(super) fn cases() -> Vec<Case> {
    let key = test_keys::of("X-WING");
    let case = |(i, vector): (usize, Vector)| {
        let requirements = ["KX-DEC-012", "PK-FROMSK-009", "ALG-REC-X-WING"];
        let mut c = Case::new(format!("vector/x-wing/draft-06/{}", i + 1), &requirements)
            .algorithm(key.algorithm)
            .kind(Kind::Vector);
        let secret = c.import(KeyKind::Secretkey, key.ty, key.algorithm, &vector.seed, Encoding::Raw);
        let public = c.publickey_of(secret);
        c.export_eq(public, Encoding::Raw, &vector.public);
        let shared = c.decapsulate(secret, &vector.ciphertext);
        c.pull_eq(shared, &vector.secret);
        c
    };
    vectors().into_iter().enumerate().map(case).collect()
}
