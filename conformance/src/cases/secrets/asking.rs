//! How a host is asked for what it may leave out.

use crate::calls::IDENTIFIER_ROOM;
use crate::capability::{Capability, Managed};
use crate::case::{Case, Expect};

use super::{NEVER, algorithm, known_key, new_key};

/// Calls of which each but the last succeeds where there is a manager; the last one may give any of these answers.
pub(crate) fn ask(capability: Capability, anything: Expect) -> Case {
    let mut c = Case::new(capability.name(), &[]);
    if capability == Capability::Manager {
        c.expect(anything).secrets_manager();
        return c;
    }
    let manager = c.secrets_manager();
    match capability {
        Capability::Manager => (),
        Capability::Generate(kind) => drop(c.expect(anything).generate_managed(kind, manager, algorithm(kind))),
        Capability::Store(kind) => {
            let key = known_key(&mut c, kind);
            c.expect(anything).store_managed(kind, manager, key, IDENTIFIER_ROOM);
        }
        Capability::Replace(kind) => {
            let (old, new) = (c.generate_managed(kind, manager, algorithm(kind)), new_key(&mut c, kind));
            c.expect(anything).replace_managed(kind, manager, old, new);
        }
        Capability::Revoke => {
            let key = c.generate_managed(Managed::SymmetricKey, manager, algorithm(Managed::SymmetricKey));
            let (identifier, version) = c.key_id(Managed::SymmetricKey, key);
            c.expect(anything).invalidate_key(manager, identifier, version);
        }
        Capability::StoreSecrets => {
            c.expect(anything).secret_store(manager, "secret", NEVER, IDENTIFIER_ROOM);
        }
        Capability::ReplaceSecrets => {
            let identifier = c.stored_secret(manager, "secret", NEVER);
            c.expect(anything).secret_replace(manager, "secret", NEVER, identifier);
        }
        Capability::RevokeSecrets => {
            let identifier = c.stored_secret(manager, "secret", NEVER);
            c.expect(anything).secret_invalidate(manager, identifier, wasi_crypto_interface::version::ALL);
        }
        Capability::SealSecrets => drop(c.expect(anything).secret_seal(manager, "secret", NEVER, 0)),
    }
    c
}
