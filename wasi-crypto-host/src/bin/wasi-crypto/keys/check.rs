//! `wasi-crypto keys check`.

use serde::Serialize;
use wasi_crypto_host::secrets::{SecretsError, SecretsManager, SecretsStore};

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::place::{Store, check_namespace};
use crate::output::{print, print_json, printable};
use crate::secrets::RootKeys;

const NOTES: &str = "\
Looks at the file as a whole, and opens every record that can be loaded. What it does not see is a
store that was put back as a whole to what it was before; `wasi-crypto keys audit --since` does.

The JSON form is an object: schema; namespaces, each with name; sound: how many versions open;
damaged: a sentence for each that does not; unopened: why nothing is known of it, or null.

Example:
  wasi-crypto keys check --secrets sqlite:keys.db --root-key file:root.key";

/// Look for damage, and for what somebody else changed.
#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Args {
    #[command(flatten)]
    store: Store,
    #[command(flatten)]
    root_keys: RootKeys,
    /// Look at this namespace only; default: at all
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
    /// Print JSON instead of sentences
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Done {
    namespaces: Vec<Checked>,
}

/// What was found in a namespace.
#[derive(Serialize)]
pub(crate) struct Checked {
    name: String,
    sound: u64,
    pub(crate) damaged: Vec<String>,
    /// Why nothing can be said of it.
    pub(crate) unopened: Option<String>,
}

pub(crate) fn check(args: &Args) -> Result<(), Failure> {
    let store = args.store.open_read_only()?;
    let names = match &args.namespace {
        Some(name) => {
            check_namespace(&*store, name)?;
            vec![name.clone()]
        }
        None => store.namespaces().map_err(SecretsError::from)?,
    };
    let manager = args.root_keys.builder(store.clone())?.build()?;
    args.store.check_file()?;
    let namespaces = names.iter().map(|name| check_one(&manager, name)).collect::<Result<Vec<_>, _>>()?;

    let damaged: usize = namespaces.iter().map(|checked| checked.damaged.len()).sum();
    let unopened = namespaces.iter().find_map(|checked| checked.unopened.clone());
    if args.json {
        print_json(SCHEMA, &Done { namespaces })?;
    } else {
        print(namespaces.iter().map(Checked::text).collect::<String>())?;
    }
    match (damaged, unopened) {
        (0, None) => Ok(()),
        (0, Some(why)) => Err(Failure::failed(why)),
        (1, _) => Err(Failure::damaged(format!("one thing in {} is damaged", store.name()))),
        (several, _) => Err(Failure::damaged(format!("{several} things in {} are damaged", store.name()))),
    }
}

/// Opens every record of a namespace.
pub(crate) fn check_one(manager: &SecretsManager, name: &str) -> Result<Checked, SecretsError> {
    let (sound, damaged, unopened) = match manager.namespace(name).check() {
        Ok(check) => (check.sound, check.damaged, None),
        // So that the others are looked at, too.
        Err(unopened @ SecretsError::OtherRootKey { .. }) => (0, Vec::new(), Some(unopened)),
        Err(damaged) if damaged.is_of_one_namespace() => (0, vec![damaged], None),
        Err(error) => return Err(error),
    };
    let damaged = damaged.iter().map(SecretsError::to_string).collect();
    Ok(Checked { name: name.to_owned(), sound, damaged, unopened: unopened.map(|error| error.to_string()) })
}

impl Checked {
    fn text(&self) -> String {
        let versions = if self.sound == 1 { "version opens" } else { "versions open" };
        let sentences = self.damaged.iter().chain(&self.unopened);
        let damaged: String = sentences.map(|sentence| format!("  {sentence}\n")).collect();
        format!("{}: {} {versions}\n{damaged}", printable(&self.name), self.sound)
    }
}
