//! `wasi-crypto keys rewrap`.

use serde::Serialize;
use wasi_crypto_host::secrets::{SecretsError, SecretsManager};

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

A namespace that does not open is left out, and holds up no other; the exit status tells. A store
that cannot be reached, or that others keep locked, ends the command: give it again.

The JSON form is an object: schema; root_key: the id of the new one; rewrapped: how many namespaces
had another; left_out: of each namespace that does not open, name and why; renewed: of each that got
a new key, name, newest_key (its number), resealed (how many versions), damaged (a sentence for each
version that does not open, and stays as it is); not_renewed: of each that could not be renewed, or
not to its end, name and why.

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

#[derive(Default, Serialize)]
struct Done {
    root_key: String,
    rewrapped: u64,
    left_out: Vec<Undone>,
    renewed: Vec<Renewed>,
    not_renewed: Vec<Undone>,
}

#[derive(Serialize)]
struct Undone {
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
    let mut done = Done { root_key: manager.root_key_id().to_string(), ..Done::default() };
    let mut failures = Vec::new();
    // What was done until it stopped is told in any case.
    let stopped = change(&manager, args, &mut done, &mut failures);
    if args.json {
        print_json(SCHEMA, &done)?;
    } else {
        print(done.text())?;
    }
    stopped?;
    match done.renewed.iter().map(|renewed| renewed.damaged.len()).sum() {
        0 => {}
        1 => failures.push(Failure::damaged("one version does not open, and was left as it is".to_owned())),
        several => {
            failures.push(Failure::damaged(format!("{several} versions do not open, and were left as they are")));
        }
    }
    // Of several, what is damaged.
    let Some(worst) = failures.into_iter().max_by_key(Failure::status) else { return Ok(()) };
    Err(match done.left_out.len() + done.not_renewed.len() {
        0 => worst,
        1 => worst.and("one namespace was not done, or not to its end"),
        several => worst.and(&format!("{several} namespaces were not done, or not to their end")),
    })
}

fn change(
    manager: &SecretsManager,
    args: &Args,
    done: &mut Done,
    failures: &mut Vec<Failure>,
) -> Result<(), SecretsError> {
    let mut undone = |name: &str, error: SecretsError| {
        let undone = Undone { name: name.to_owned(), why: error.to_string() };
        failures.push(error.into());
        undone
    };
    let mut opened = Vec::new();
    for name in manager.namespaces()? {
        match manager.namespace(&name).rewrap() {
            Ok(rewrapped) => {
                done.rewrapped += u64::from(rewrapped);
                opened.push(name);
            }
            // Whoever can write to the store could put one in front of all others.
            Err(error) if error.is_of_one_namespace() => done.left_out.push(undone(&name, error)),
            Err(error) => return Err(error),
        }
    }
    let is_meant = |name: &String| args.renew && args.namespace.as_ref().is_none_or(|meant| meant == name);
    for name in opened.into_iter().filter(is_meant) {
        match renew(manager, &name) {
            Ok(renewed) => done.renewed.push(renewed),
            // Its name cannot be read as it is written, or it is gone.
            Err(SecretsError::NotFound) => {}
            Err(error) if error.is_of_one_namespace() => done.not_renewed.push(undone(&name, error)),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn renew(manager: &SecretsManager, name: &str) -> Result<Renewed, SecretsError> {
    let renewed = manager.namespace(name).renew()?;
    let damaged = renewed.damaged.iter().map(SecretsError::to_string).collect();
    Ok(Renewed { name: name.to_owned(), newest_key: renewed.newest_key, resealed: renewed.resealed, damaged })
}

impl Done {
    fn text(&self) -> String {
        let namespaces = if self.rewrapped == 1 { "namespace was" } else { "namespaces were" };
        let Self { root_key, rewrapped, left_out, renewed, not_renewed } = self;
        let all = if left_out.is_empty() { "all" } else { "all but those left out below" };
        let left_out: String = left_out.iter().map(|undone| undone.text("left out")).collect();
        let renewed: String = renewed.iter().map(Renewed::text).collect();
        let not_renewed: String = not_renewed.iter().map(|undone| undone.text("not renewed to its end")).collect();
        format!(
            "{rewrapped} {namespaces} rewrapped; {all} need the root key {root_key} now\n{left_out}{renewed}{not_renewed}"
        )
    }
}

impl Undone {
    fn text(&self, what: &str) -> String {
        format!("{}: {what}: {}\n", printable(&self.name), self.why)
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
