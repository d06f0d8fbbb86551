//! `cargo xtask bench`: what a host call costs, guest against native.

use crate::run::{cargo, run};
use crate::{guests, root, stores};

pub(crate) const USAGE: &str = "\
Arguments of bench:
  --backend B    what the host is built with: ring (with RustCrypto; the default), aws-lc-rs, or both, one after the other
  --filter TEXT  only groups with this in their names, such as `Ed25519`, `sign`, `import`, `16 KiB`
  --rounds N     how often each contender has its turn (101)
  --json FILE    where the figures go (target/bench-BACKEND.json); not with `--backend both`
  stores [KEYS]  instead of all that, what loading managed keys costs by store, with up to so many others (100000)
";

/// A backend of the host, and the features that choose it.
struct Backend {
    name: &'static str,
    features: &'static str,
}

const BACKENDS: [Backend; 2] = [
    Backend { name: "ring", features: "--features=wasi-crypto-host/cli" },
    Backend { name: "aws-lc-rs", features: "--features=wasi-crypto-host/cli,wasi-crypto-host/aws-lc-rs" },
];

/// Measures with one backend of the host, or with one after the other. All arguments but the backend are the benchmark's.
pub(crate) fn bench(args: &[String]) -> Result<(), String> {
    if let [first, args @ ..] = args
        && first == "stores"
    {
        let mut bench = cargo(&["bench", "--locked", "--workspace", BACKENDS[0].features, stores::FEATURES]);
        bench.args(["--bench", "stores", "--"]).args(args);
        return run(bench);
    }
    let (chosen, args) = take_backend(args)?;
    let names_file = args.iter().any(|arg| arg == "--json");
    let backends: Vec<&Backend> =
        BACKENDS.iter().filter(|backend| chosen == "both" || chosen == backend.name).collect();
    if names_file && backends.len() > 1 {
        return Err("--json names one file, and --backend both makes two; leave one of them out".into());
    }
    let software_guest = guests::build_software_guest(root())
        .inspect_err(|cause| eprintln!("RustCrypto in the guest is left out: {cause}"))
        .ok();
    for backend in backends {
        let mut bench = cargo(&["bench", "--locked", "--workspace", backend.features, "--bench", "guest", "--"]);
        bench.args(&args);
        if let Some(module) = &software_guest {
            bench.arg("--software-guest").arg(module);
        }
        let figures = root().join(format!("target/bench-{}.json", backend.name));
        if !names_file {
            bench.arg("--json").arg(&figures);
        }
        run(bench)?;
        if !names_file {
            eprintln!("the figures are in {}", figures.display());
        }
    }
    Ok(())
}

/// Splits the backend off, or `ring` if none is named.
fn take_backend(args: &[String]) -> Result<(String, Vec<String>), String> {
    let mut args = args.to_vec();
    let Some(at) = args.iter().position(|arg| arg == "--backend") else {
        return Ok((BACKENDS[0].name.to_owned(), args));
    };
    let chosen = args.drain(at..args.len().min(at + 2)).nth(1).unwrap_or_default();
    if chosen == "both" || BACKENDS.iter().any(|backend| backend.name == chosen) {
        Ok((chosen, args))
    } else {
        Err(format!("--backend is ring, aws-lc-rs or both, not `{chosen}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(args: &str) -> Result<(String, Vec<String>), String> {
        take_backend(&args.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn the_backend_is_taken_out_of_the_arguments() {
        assert_eq!(take("").unwrap(), ("ring".into(), vec![]));
        let rest = vec!["--rounds".to_owned(), "3".to_owned()];
        assert_eq!(take("--rounds 3").unwrap(), ("ring".into(), rest.clone()));
        assert_eq!(take("--backend both --rounds 3").unwrap(), ("both".into(), rest.clone()));
        assert_eq!(take("--rounds 3 --backend aws-lc-rs").unwrap(), ("aws-lc-rs".into(), rest));
    }

    #[test]
    fn an_unknown_backend_is_an_error() {
        assert!(take("--backend openssl").unwrap_err().contains("not `openssl`"));
        assert!(take("--backend").is_err());
    }
}
