//! `wasi-crypto keys`: what an operator does with managed keys and secrets.

mod audit;
mod backup;
mod check;
mod entry;
mod expire;
mod export;
mod generate;
mod import;
mod init;
mod key_file;
mod list;
mod place;
mod restore;
mod revoke;
mod rewrap;
mod rotate;
mod show;

use clap::Subcommand;

use crate::failure::Failure;
use crate::secrets;

/// The version of the JSON forms: it changes when a field changes its meaning or goes.
const SCHEMA: u32 = 1;

const STATUSES: &str = "\
Exit status:
  0  done
  1  it could not be done; the sentence on standard error says why
  2  wrong use of this command
  3  the store, a record or the audit trail is damaged, or was changed by something else

Examples:
  wasi-crypto keys init --secrets sqlite:keys.db --root-key file:root.key
  export WASI_CRYPTO_SECRETS=sqlite:keys.db WASI_CRYPTO_ROOT_KEY=file:root.key
  wasi-crypto keys generate --namespace tenant-42 Ed25519
  wasi-crypto keys list --namespace tenant-42
  wasi-crypto run --secrets sqlite:keys.db --root-key file:root.key --namespace tenant-42 guest.wasm";

/// Manage the keys and secrets that guests use and never see.
///
/// They are in a store, sealed; a root key, which is not in the store, opens them. Each guest is given a namespace of the store.
#[derive(clap::Args)]
#[command(after_help = notes())]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Args),
    List(list::Args),
    Show(show::Args),
    Generate(generate::Args),
    Import(import::Args),
    Rotate(rotate::Args),
    Revoke(revoke::Args),
    Expire(expire::Args),
    Export(export::Args),
    Rewrap(rewrap::Args),
    Check(check::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Audit(audit::Args),
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Init(args) => init::init(args),
        Command::List(args) => list::list(args),
        Command::Show(args) => show::show(args),
        Command::Generate(args) => generate::generate(args),
        Command::Import(args) => import::import(args),
        Command::Rotate(args) => rotate::rotate(args),
        Command::Revoke(args) => revoke::revoke(args),
        Command::Expire(args) => expire::expire(args),
        Command::Export(args) => export::export(args),
        Command::Rewrap(args) => rewrap::rewrap(args),
        Command::Check(args) => check::check(args),
        Command::Backup(args) => backup::backup(args),
        Command::Restore(args) => restore::restore(args),
        Command::Audit(args) => audit::audit(args),
    }
}

fn notes() -> String {
    format!("{}\n\n{STATUSES}", secrets::NOTES)
}
