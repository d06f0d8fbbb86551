//! `wasi-crypto algorithms`.

use std::fmt::Write as _;

use serde::Serialize;
use wasi_crypto_host::{AlgorithmInfo, AlgorithmType, algorithms, hostcalls};

use crate::failure::Failure;
use crate::output::{print, print_json};

/// The version of the JSON form: it changes when a field changes its meaning or goes.
const SCHEMA: u32 = 1;

/// The types in the order of the table, with their titles.
const TYPES: [(AlgorithmType, &str); 3] = [
    (AlgorithmType::Symmetric, "Symmetric"),
    (AlgorithmType::Signatures, "Signatures"),
    (AlgorithmType::KeyExchange, "Key exchange"),
];

const NOTES: &str = "\
The JSON form is an object:
  schema      1; another number means other fields
  version     of this command
  algorithms  name; type: symmetric, signatures or key_exchange;
              key_bytes of a generated key, nonce_bytes, tag_bytes: null if there are none;
              key_optional: whether it works without a key, too;
              nonce_optional: whether a nonce may be left out: the host chooses one
              then, or the algorithm works without
  functions   module, name; implemented: if not, it answers not_implemented";

/// List the algorithms and functions that this build supports.
#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Args {
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

pub(crate) fn list(args: &Args) -> Result<(), Failure> {
    if args.json { print_json(SCHEMA, &json()) } else { print(table()) }
}

fn table() -> String {
    let mut text = String::new();
    for (ty, title) in TYPES {
        let algorithms: Vec<AlgorithmInfo> = algorithms().filter(|info| info.algorithm_type == ty).collect();
        if algorithms.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{title:<28}{:<14}{:<22}tag bytes", "key bytes", "nonce bytes");
        for info in algorithms {
            let [key, nonce, tag] = [info.key_len, info.nonce_len, info.tag_len].map(cell);
            let key = if info.key_optional { key + " or none" } else { key };
            let nonce = match (info.nonce_optional, info.nonce_len) {
                (true, None) => "any, or left out".to_owned(),
                (true, Some(_)) => nonce + ", or left out",
                (false, _) => nonce,
            };
            let _ = writeln!(text, "  {:<26}{key:<14}{nonce:<22}{tag}", info.name);
        }
        text.push('\n');
    }
    if cfg!(not(feature = "optional-algorithms")) {
        text.push_str("Built without the optional symmetric algorithms (feature optional-algorithms)\n\n");
    }
    let missing: Vec<_> = hostcalls().iter().filter(|hostcall| !hostcall.is_implemented()).collect();
    let _ = writeln!(text, "{} of {} functions", hostcalls().len() - missing.len(), hostcalls().len());
    if !missing.is_empty() {
        text.push_str("Not implemented:\n");
    }
    for hostcall in missing {
        let _ = writeln!(text, "  {}.{}", hostcall.module(), hostcall.name());
    }
    text
}

fn cell(len: Option<usize>) -> String {
    len.map_or_else(|| "-".to_owned(), |len| len.to_string())
}

fn json() -> List {
    List {
        version: env!("CARGO_PKG_VERSION"),
        algorithms: algorithms().map(Algorithm::from).collect(),
        functions: hostcalls()
            .iter()
            .map(|hostcall| Function {
                module: hostcall.module(),
                name: hostcall.name(),
                implemented: hostcall.is_implemented(),
            })
            .collect(),
    }
}

#[derive(Serialize)]
struct List {
    version: &'static str,
    algorithms: Vec<Algorithm>,
    functions: Vec<Function>,
}

#[derive(Serialize)]
struct Algorithm {
    name: &'static str,
    r#type: &'static str,
    key_bytes: Option<usize>,
    key_optional: bool,
    nonce_bytes: Option<usize>,
    nonce_optional: bool,
    tag_bytes: Option<usize>,
}

#[derive(Serialize)]
struct Function {
    module: &'static str,
    name: &'static str,
    implemented: bool,
}

impl From<AlgorithmInfo> for Algorithm {
    fn from(info: AlgorithmInfo) -> Self {
        Self {
            name: info.name,
            r#type: type_name(info.algorithm_type),
            key_bytes: info.key_len,
            key_optional: info.key_optional,
            nonce_bytes: info.nonce_len,
            nonce_optional: info.nonce_optional,
            tag_bytes: info.tag_len,
        }
    }
}

/// The name of the type in the specification.
fn type_name(ty: AlgorithmType) -> &'static str {
    match ty {
        AlgorithmType::Symmetric => "symmetric",
        AlgorithmType::Signatures => "signatures",
        AlgorithmType::KeyExchange => "key_exchange",
    }
}
