//! Gives the shared library its name.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let major = std::env::var("CARGO_PKG_VERSION_MAJOR").unwrap_or_default();
    match (target("OS").as_str(), target("FAMILY").as_str()) {
        ("macos", _) => println!("cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libwasi_crypto.{major}.dylib"),
        (_, "unix") => println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libwasi_crypto.so.{major}"),
        // Windows has no such names.
        _ => {}
    }
}
