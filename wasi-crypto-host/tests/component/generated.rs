//! A file of another package that is made of the WIT package.

use std::path::Path;

use crate::passthrough;

#[test]
fn the_suites_component_passes_on_the_package() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/src/engine/component/passthrough.wat");
    let text = passthrough::generate();
    if std::env::var_os("WASI_CRYPTO_WRITE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let is_same = std::fs::read_to_string(&path).is_ok_and(|there| there.replace('\r', "") == text);
    assert!(is_same, "{} is not what is made of witx/wit: WASI_CRYPTO_WRITE=1 writes it", path.display());
}
