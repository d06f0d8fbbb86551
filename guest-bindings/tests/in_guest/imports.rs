//! All imports in one module, so that the module's import section can be compared with the host's functions.

use std::hint::black_box;

use wasi_crypto_bindings::{Error, for_each_import, raw};

/// The addresses of all imports; taking them keeps each in the module.
fn addresses() -> Vec<*const ()> {
    macro_rules! addresses {
        ($($module:literal {
            $($(#[$doc:meta])* fn $name:ident($($param:ident: $ty:ty),*);)*
        })*) => {
            vec![$($(raw::$name as *const ()),*),*]
        };
    }
    for_each_import!(addresses)
}

#[test]
fn the_host_links_every_import() {
    let mut addresses = black_box(addresses());
    let count = addresses.len();
    assert_eq!(count, 86);
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), count);
}

#[test]
#[cfg_attr(any(target_env = "p2", wasi_crypto_component), ignore = "a component that closes twice ends")]
fn results_are_written_on_success_only() {
    let mut options = 0;
    // SAFETY: the pointer is that of a local variable.
    let errno = unsafe { raw::options_open(77, &mut options) };
    assert_eq!((Error::from_errno(errno), options), (Some(Error::UnsupportedAlgorithm), 0));
    // SAFETY: as above.
    let errno = unsafe { raw::options_open(1, &mut options) };
    assert_eq!(Error::from_errno(errno), None);
    // SAFETY: no pointers.
    let errnos = unsafe { [raw::options_close(options), raw::options_close(options)] };
    assert_eq!(errnos.map(Error::from_errno), [None, Some(Error::Closed)]);
}
