//! X-Wing (draft-connolly-cfrg-xwing-kem): decapsulation. Encapsulation is randomized, so the oracle judges that.

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Kind};
use crate::test_keys::{self, x_wing};

pub(super) fn cases() -> Vec<Case> {
    let key = test_keys::of("X-WING");
    let case = |(i, vector): (usize, x_wing::Vector)| {
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
    x_wing::vectors().into_iter().enumerate().map(case).collect()
}
