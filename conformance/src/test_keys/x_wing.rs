//! The keys of X-Wing, and what is encapsulated for them: the vectors of draft-connolly-cfrg-xwing-kem-06.

use crate::hex;

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
        text.lines().filter_map(|line| line.split_once(" = ")).map(|(_, hex)| hex::decode(hex)).collect();
    let (vectors, _) = values.as_chunks::<4>();
    let vector = |[seed, public, ciphertext, secret]: &[Vec<u8>; 4]| Vector {
        seed: seed.clone(),
        public: public.clone(),
        ciphertext: ciphertext.clone(),
        secret: secret.clone(),
    };
    vectors.iter().map(vector).collect()
}
