//! Errors that are answered where the text asks for another one, or that are not answered at all.

use wasi_crypto_interface::Errno::{
    Closed, InvalidHandle, InvalidKey, InvalidOperation, KeyNotSupported, KeyRequired, NonceRequired, Success,
    UnsupportedAlgorithm, UnsupportedFeature,
};

use super::Mutant;
use crate::fault::Fault;

const OPEN: &[&str] = &["symmetric_state_open"];
const IMPORT: &[&str] = &["symmetric_key_import"];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::of_text(
        "takes a key where the algorithm has none",
        &["ERR-KEYNOTSUP-020", "SYM-STATE-OPEN-004"],
        OPEN,
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == KeyNotSupported {
                    call.write(call.arg("key"), &[1]);
                    return call.go();
                }
                answer
            })
        },
    ),
    Mutant::of_text("calls a key invalid where the algorithm has none", &["ERR-KEYNOTSUP-020"], OPEN, || {
        Fault::instead(KeyNotSupported, InvalidKey)
    })
    .left_open(),
    Mutant::of_text("calls a key invalid that is not there", &["ERR-KEYREQ-021", "SYM-STATE-OPEN-005"], OPEN, || {
        Fault::instead(KeyRequired, InvalidKey)
    }),
    Mutant::of_text("asks for a nonce before it asks for a key", &["ERR-KEYREQ-021"], OPEN, || {
        Fault::new(|call| {
            let no_nonce = call.optional("options").is_none();
            let answer = call.go();
            let cipher = call.text("algorithm").contains("GCM");
            if answer == KeyRequired && no_nonce && cipher { NonceRequired } else { answer }
        })
    }),
    Mutant::of_text(
        "calls it an invalid nonce when there is none",
        &["ERR-NONCEREQ-024", "SYM-NONCE-010"],
        OPEN,
        || Fault::instead(NonceRequired, wasi_crypto_interface::Errno::InvalidNonce),
    ),
    Mutant::of_text(
        "says that algorithms it does not have are a missing feature",
        &["SYM-STATE-OPEN-007", "ERR-UNSUPALG-007"],
        OPEN,
        || Fault::instead(UnsupportedAlgorithm, UnsupportedFeature),
    ),
    Mutant::of_text("calls a key invalid whose algorithm it does not have", &["SYM-KEY-IMPORT-004"], IMPORT, || {
        Fault::instead(UnsupportedAlgorithm, InvalidKey)
    }),
    Mutant::of_text(
        "makes keys of an algorithm that it does not have",
        &["SYM-KEY-GEN-014"],
        &["symmetric_key_generate"],
        || Fault::instead(UnsupportedAlgorithm, Success),
    ),
    Mutant::of_text(
        "makes key pairs of an algorithm that it does not have",
        &["KP-GEN-011"],
        &["keypair_generate"],
        || Fault::instead(UnsupportedAlgorithm, Success),
    ),
    Mutant::of_text(
        "knows signatures of an algorithm that it does not have",
        &["SIG-IMPORT-006"],
        &["signature_import"],
        || Fault::instead(UnsupportedAlgorithm, Success),
    ),
    Mutant::of_text("opens a state with a closed key", &["SYM-KEY-CLOSE-016"], OPEN, || {
        Fault::instead(InvalidHandle, KeyRequired)
    }),
    Mutant::of_text(
        "calls a handle closed that is used after it was closed",
        &["HANDLE-CLOSED-006", "ERR-CLOSED-015"],
        &["symmetric_state_absorb", "symmetric_state_squeeze", "signature_state_update"],
        || Fault::instead(InvalidHandle, Closed),
    ),
    Mutant::of_text(
        "says that an operation is a missing feature, not one it does not allow",
        &["SYM-ENCD-009", "SYM-SKEY-026"],
        &["symmetric_state_encrypt_detached", "symmetric_state_squeeze_key"],
        || Fault::instead(InvalidOperation, UnsupportedFeature),
    )
    .left_open(),
    Mutant::of_text(
        "calls an internal error what is an invalid operation",
        &["ERR-INTERNAL-018", "SYM-PATTERN-001"],
        &["symmetric_state_squeeze", "symmetric_state_squeeze_tag", "symmetric_state_ratchet"],
        || Fault::instead(InvalidOperation, wasi_crypto_interface::Errno::InternalError),
    ),
];
