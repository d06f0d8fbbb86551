//! `wasi-crypto keys rewrap`.

use std::collections::BTreeMap;

use serde::Serialize;
use wasi_crypto_host::secrets::{Rewrapped, SecretsError, SecretsManager};

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::place::{Store, check_namespace};
use crate::output::{print, print_json, printable};
use crate::secrets::{Audit, RootKeys};

const NOTES: &str = "\
Keys and secrets stay as they are, and guests that run go on. If it is stopped half-way, give it
again; until then both root keys are needed. Backups from before need the old one: keep it as long
as them.

--renew is for when somebody may have seen a root key together with the store: each namespace gets a
new key, with which all that is in it is sealed again, some records at a time. Guests go on if their
host was started with the new root key too: do it in three steps then, as in the examples. What
guests keep sealed themselves stays sealed with the keys before, which are kept for that, and open
no records any more from the end on: run `keys check` before, as rows of older backups do not open
afterwards. If it is stopped half-way, everything can be opened; give it again. If somebody had the
keys themselves, rotate them; if he could write to the store meanwhile, too, change the root key
once more.

A namespace that does not open is left out, and holds up no other; the exit status tells.

The JSON form is an object: schema; root_key: the id of the new one; rewrapped: how many namespaces
had another; left_out: of each namespace that could not be done, name and why; renewed: of each that got
a new key, name, newest_key (its number), resealed (how many versions), damaged (a sentence for each
version that does not open, and stays as it is).

Examples:
  wasi-crypto keys rewrap --old-root-key file:root.key --root-key file:new.key --make-root-key
Change the root key, start all hosts anew with it, and then renew:
  wasi-crypto keys rewrap --root-key file:new.key --renew
with the store in WASI_CRYPTO_SECRETS.";

/// Change the root key, and give namespaces new keys.
#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Args {
    #[command(flatten)]
    store: Store,
    #[command(flatten)]
    root_keys: RootKeys,
    /// Make the new root key, in the new file, or in the token, that --root-key names
    #[arg(long)]
    make_root_key: bool,
    /// Give each namespace a new key, too, and seal again with it what is there
    #[arg(long)]
    renew: bool,
    /// Renew this namespace only; default: all
    #[arg(long, value_name = "NAME", requires = "renew")]
    namespace: Option<String>,
    /// What the audit trail in the store keeps
    #[arg(long, value_name = "WHAT", default_value = "changes")]
    audit: Audit,
    /// Print JSON instead of a sentence
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Done {
    root_key: String,
    rewrapped: u64,
    left_out: Vec<LeftOut>,
    renewed: Vec<Renewed>,
}

#[derive(Serialize)]
struct LeftOut {
    name: String,
    why: String,
}

#[derive(Serialize)]
struct Renewed {
    name: String,
    newest_key: u32,
    resealed: u64,
    damaged: Vec<String>,
}

pub(crate) fn rewrap(args: &Args) -> Result<(), Failure> {
    let store = args.store.open()?;
    if let Some(name) = &args.namespace {
        check_namespace(&*store, name)?;
    }
    if args.make_root_key {
        args.root_keys.source()?.make()?;
    }
    let manager = args.root_keys.builder(store)?.trail(args.audit.trail()).build()?;
    let Rewrapped { namespaces: rewrapped, left } = manager.rewrap()?;
    let mut left: BTreeMap<String, SecretsError> = left.into_iter().collect();
    let names = match (&args.namespace, args.renew) {
        (Some(name), _) => vec![name.clone()],
        (None, true) => manager.namespaces()?,
        (None, false) => Vec::new(),
    };
    let mut renewed = Vec::new();
    for name in names {
        match renew(&manager, &name) {
            Ok(done) => renewed.push(done),
            Err(error) if error.is_of_one_namespace() => drop(left.insert(name, error)),
            Err(error) => return Err(error.into()),
        }
    }
    let left_out = left.iter().map(|(name, error)| LeftOut { name: name.clone(), why: error.to_string() }).collect();
    let done = Done { root_key: manager.root_key_id().to_string(), rewrapped, left_out, renewed };
    if args.json {
        print_json(SCHEMA, &done)?;
    } else {
        print(done.text())?;
    }
    // Of several, what is damaged.
    if let Some(worst) = left.into_values().map(Failure::from).max_by_key(Failure::status) {
        let namespaces = if done.left_out.len() == 1 { "namespace was" } else { "namespaces were" };
        return Err(worst.and(&format!("{} {namespaces} left out", done.left_out.len())));
    }
    match done.renewed.iter().map(|renewed| renewed.damaged.len()).sum() {
        0 => Ok(()),
        1 => Err(Failure::damaged("one version does not open, and was left as it is".to_owned())),
        several => Err(Failure::damaged(format!("{several} versions do not open, and were left as they are"))),
    }
}

fn renew(manager: &SecretsManager, name: &str) -> Result<Renewed, SecretsError> {
    let renewed = manager.namespace(name).renew()?;
    let damaged = renewed.damaged.iter().map(SecretsError::to_string).collect();
    Ok(Renewed { name: name.to_owned(), newest_key: renewed.newest_key, resealed: renewed.resealed, damaged })
}

impl Done {
    fn text(&self) -> String {
        let namespaces = if self.rewrapped == 1 { "namespace was" } else { "namespaces were" };
        let Self { root_key, rewrapped, left_out, renewed } = self;
        let all = if left_out.is_empty() { "all" } else { "all but those below" };
        let left_out: String = left_out.iter().map(LeftOut::text).collect();
        let renewed: String = renewed.iter().map(Renewed::text).collect();
        format!("{rewrapped} {namespaces} rewrapped; {all} need the root key {root_key} now\n{left_out}{renewed}")
    }
}

impl LeftOut {
    fn text(&self) -> String {
        format!("{}: left out: {}\n", printable(&self.name), self.why)
    }
}

impl Renewed {
    fn text(&self) -> String {
        let Self { name, newest_key, resealed, damaged } = self;
        let versions = if *resealed == 1 { "version was" } else { "versions were" };
        let damaged: String = damaged.iter().map(|sentence| format!("  {sentence}\n")).collect();
        let name = printable(name);
        format!("{name}: {resealed} {versions} sealed again, with key {newest_key}\n{damaged}")
    }
}
