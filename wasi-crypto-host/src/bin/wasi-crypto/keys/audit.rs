//! `wasi-crypto keys audit`.

use serde::Serialize;
use wasi_crypto_host::secrets::{TrailEnd, TrailEntry};

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::place::{InNamespace, Store};
use crate::output::{print, print_json, table};
use crate::secrets::RootKeys;
use crate::when::utc;

const NOTES: &str = "\
The commands that change keys keep an audit trail in the store, each namespace its own, and
`wasi-crypto run --audit` does for guests. It is a chain, whose key is sealed like other keys: who
can write to the store cannot change, leave out or put in entries unnoticed. He can cut off the end,
or put the whole store back to what it was. Keep what --verify prints somewhere else: with --since
it is noticed when the trail does not go on from there. Print it again after each renewal of the keys
of namespaces; and look without --since, before the next one, whether a namespace opens records that
it should not open any more since then.

The JSON form is an object:
  schema   1; another number means other fields
  entries  without --verify: number, from 1; time, in seconds since 1970; who; action; identifier
           and version, or null (of renew and retire, version is the oldest key of the namespace
           whose records open); result: success, or what a guest was told
  count    how many entries there are in all
  end      for --since

Examples:
  wasi-crypto keys audit --namespace tenant-42
  END=$(wasi-crypto keys audit --namespace tenant-42 --verify)
  wasi-crypto keys audit --namespace tenant-42 --verify --since $END
with the store and the root key in WASI_CRYPTO_SECRETS and WASI_CRYPTO_ROOT_KEY.";

/// Show who did what to the keys of a namespace, and check that the trail is whole.
#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Args {
    #[command(flatten)]
    store: Store,
    #[command(flatten)]
    root_keys: RootKeys,
    #[command(flatten)]
    namespace: InNamespace,
    /// Only check it, and print where it ends
    #[arg(long)]
    verify: bool,
    /// Begin behind the end that --verify printed before, and check that it is there
    #[arg(long, value_name = "END", value_parser = parse_end)]
    since: Option<TrailEnd>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Audit {
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<Vec<Line>>,
    count: u64,
    end: String,
}

#[derive(Serialize)]
struct Line {
    number: u64,
    time: u64,
    who: String,
    action: &'static str,
    identifier: Option<String>,
    version: Option<u64>,
    result: &'static str,
}

pub(crate) fn audit(args: &Args) -> Result<(), Failure> {
    let store = args.store.open_read_only()?;
    args.namespace.check(&*store)?;
    let manager = args.root_keys.builder(store)?.build()?;
    let namespace = manager.namespace(&args.namespace.namespace);
    let mut lines = Vec::new();
    let since = args.since.unwrap_or_default();
    let end = namespace.verify_trail(since, |entry| {
        if !args.verify {
            lines.push(Line::from(entry));
        }
    });
    // Up to where it is wrong.
    if let (Err(_), false) = (&end, args.json || args.verify) {
        print(text(&lines))?;
    }
    let end = end?;
    match (args.json, args.verify) {
        (true, verify) => {
            let entries = (!verify).then_some(lines);
            print_json(SCHEMA, &Audit { entries, count: end.entries, end: end_text(end) })
        }
        (false, true) => print(end_text(end) + "\n"),
        (false, false) => print(text(&lines)),
    }
}

impl From<TrailEntry> for Line {
    fn from(entry: TrailEntry) -> Self {
        Self {
            number: entry.number,
            time: entry.when,
            who: entry.who,
            action: entry.action.name(),
            identifier: entry.identifier.map(|identifier| identifier.to_string()),
            version: entry.version,
            result: entry.errno.name(),
        }
    }
}

fn text(lines: &[Line]) -> String {
    let titles = ["number", "time", "who", "action", "identifier", "version", "result"].map(str::to_owned);
    let dash = || "-".to_owned();
    let lines = lines.iter().map(|line| {
        [
            line.number.to_string(),
            utc(line.time),
            line.who.clone(),
            line.action.to_owned(),
            line.identifier.clone().unwrap_or_else(dash),
            line.version.map_or_else(dash, |version| version.to_string()),
            line.result.to_owned(),
        ]
    });
    table([titles].into_iter().chain(lines))
}

/// The number of entries and the tag of the last, in hexadecimal digits.
fn end_text(end: TrailEnd) -> String {
    let tag: String = end.tag.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}:{tag}", end.entries)
}

fn parse_end(text: &str) -> Result<TrailEnd, String> {
    let parsed = text.split_once(':').and_then(|(entries, tag)| {
        let mut end = TrailEnd { entries: entries.parse().ok()?, ..TrailEnd::default() };
        if tag.len() != 2 * end.tag.len() || !tag.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        for (byte, digits) in end.tag.iter_mut().zip(tag.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(end)
    });
    parsed.ok_or_else(|| "write what --verify printed: a number, a colon and 64 hexadecimal digits".to_owned())
}
