//! Ascon-Hash256: known answers of the authors of Ascon for NIST SP 800-232 (`LWC_HASH_KAT_256.txt` of their repository, CC0).

use super::{case, hex};
use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    KNOWN_ANSWERS.iter().map(known_answer).collect()
}

fn known_answer((len, expected): &(usize, &str)) -> Case {
    const ASCON: &str = "ASCON-HASH";
    let mut c = case(format!("ascon-kat/hash/{len}"), ASCON, &["SYM-HASH-001", "SYM-HASH-003", "SYM-ABSORB-001"]);
    let state = c.state_open(ASCON, None, None);
    c.absorb(state, (0..=255).cycle().take(*len).collect::<Vec<u8>>());
    c.squeeze_eq(state, hex(expected));
    c
}

/// Length of the input, which counts from 0, and the hash.
const KNOWN_ANSWERS: &[(usize, &str)] = &[
    (0, "0b3be5850f2f6b98caf29f8fdea89b64a1fa70aa249b8f839bd53baa304d92b2"),
    (1, "0728621035af3ed2bca03bf6fde900f9456f5330e4b5ee23e7f6a1e70291bc80"),
    (2, "6115e7c9c4081c2797fc8fe1bc57a836afa1c5381e556dd583860ca2dfb48dd2"),
    (3, "265ab89a609f5a05dca57e83fbba700f9a2d2c4211ba4cc9f0a1a369e17b915c"),
    (4, "d7e4c7ed9b8a325cd08b9ef259f8877054ecd8304fe1b2d7fd847137df6727ee"),
    (5, "c7b28962d4f5c2211f466f83d3c57ae1504387e2a326949747a8376447a6bb51"),
    (6, "dc0c6748af8ffe63e1084aa3e5786a194685c88c21348b29e184fb50409703bc"),
    (7, "3e4d273ba69b3b9c53216107e88b75cdbeedbcbf8faf0219c3928ab62b116577"),
    (8, "b88e497ae8e6fb641b87ef622eb8f2fca0ed95383f7ffebe167acf1099ba764f"),
    (9, "94269c30e0296e1ec86655041841823efa1927f520fd58c8e9bce6197878c1a6"),
    (10, "894f5c5bc78a0a97abc0d63123d09a335fb0d92430adf9d11fd2643854179968"),
    (15, "6421330df99c05eb715415ee17b455f2674f862ae3cc5badffe43a4a3ed273e1"),
    (16, "3158c1940a2fbadbd68ab661777859b94a689e4efc375911467addd641835c38"),
    (17, "f149e99dd0f429599bb89b8079bf3f4dca3f298efefcf9b1ea16fe84f9b8b6e2"),
    (23, "b4f88d121eddf6d1fea9aef15f68a0f3a16d3d2cdd9817225809c20452b04c61"),
    (24, "7e6a31fa6559536a7ad61622f6150fa3b2a29ebbf39ad8011b7902cc612571e6"),
    (25, "acf39fb49cbaa0b4bc04c548224543b75019ba639ce4d0a58caedaf17e0f8d9f"),
    (31, "b900cd3f06f1618b68c16665807206dbe273df40135361f449847d573903fabd"),
    (32, "bd9d3d60a66b53868eab2a5c74539a518a1f60f01eb176c60e43dee81680b33e"),
    (33, "a58665a2cb9530c502096a7957a76e428af4ad044b4da5c471f9da6f7b3e5868"),
    (40, "30b780a62af595ca6d21a67bcf88ae12daa3e336dbba52f4112d3716bc0e633c"),
    (63, "5072896862f6b9cfe8ef76d80559e156254782a40ac5f64cbf7934ad1f624b30"),
    (64, "a6f241bea5d16405812c06019d9f72d60132bd7c089c60549b2e56bb01c64f48"),
    (65, "bff4fa006fe6feabb5ce9b219492d0d230f4d05f2bac42db7189f441b1e83b53"),
    (100, "a4bc453c84f824f10092e8e9031799957e984a29bbae5e84345e82f48dd71192"),
    (127, "d968938c7f7849403160e291ea54ad79c0caf1237c1375a0b553d5c8122f88b3"),
    (128, "ce8c1047063527f52dddf77dfa8cff33cad07edd981aae3fe845958209c0ec1f"),
    (129, "434bbafef07714653601e735c5bc3ee71d41e59bb5f418a5aaf02fedde6f86a2"),
    (255, "ada496e2c0ade829f37832a8ba34cf6059dffbb3beba88ca5ded3363914ea69a"),
    (256, "a023cd5a054735458573701a9609c54b01aab0da3a365b39ca30b972ead151a4"),
    (257, "5a474eaeec52dffb5ac128a7e721d6f7102fcaeac23ea7221ca09729f4e65bef"),
    (511, "65eb85cf958ab45421a39052dd13e61011dedec9b89c161bd7d1ace2a48a18a9"),
    (512, "39b4044b295d5175bd6bd80000217b1757727a9890f9379cc7f645f94c49e0e4"),
    (513, "57f337d914948dfd58e4db24c1432e020f5bafe92e11347b5bd0bd8002cb160a"),
    (1000, "6421c35b8df64340f489321b75bb75967ef0ccf4b7ff6f800aacc750508d9e56"),
    (1024, "48140032bb7df2e2b5c95d403c9ab69b4bc00453980bf85f15a84cae2b09a0e9"),
];
