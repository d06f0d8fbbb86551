//! Checking the files of a list.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use crate::line::{Entry, Parser, escape};
use crate::{Options, digest, print, sentence};

/// How the lines of a list came out.
#[derive(Default)]
struct Outcome {
    well_formed: usize,
    malformed: usize,
    matched: usize,
    different: usize,
    unreadable: usize,
}

/// Checks the files of a list, and says whether all is well.
pub(crate) fn check(list: &str, parser: &mut Parser, options: &Options) -> io::Result<bool> {
    let lines: Box<dyn BufRead> =
        if list == "-" { Box::new(io::stdin().lock()) } else { Box::new(BufReader::new(File::open(list)?)) };
    let mut outcome = Outcome::default();
    for_each_line(lines, |number, line| match line {
        Some([] | [b'#', ..]) => Ok(()),
        line => match line.and_then(|line| parser.parse(line)) {
            Some(entry) => check_file(&entry, options, &mut outcome),
            None => {
                outcome.malformed += 1;
                if options.warn {
                    let name = options.algorithm.name();
                    eprintln!("sha256sum: {}: {number}: improperly formatted {name} checksum line", shown(list));
                }
                Ok(())
            }
        },
    })?;
    Ok(sum_up(shown(list), options, &outcome))
}

fn check_file(entry: &Entry, options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    outcome.well_formed += 1;
    let name = String::from_utf8_lossy(&entry.name);
    let (shown, mark) = escape(&name);
    // WASI has no other names.
    let is_utf8 = || str::from_utf8(&entry.name).map_err(|_| io::Error::other("the name is not UTF-8"));
    match is_utf8().and_then(|name| digest(name, entry.algorithm)) {
        Ok(actual) if actual == entry.digest => {
            outcome.matched += 1;
            if !options.quiet && !options.status {
                print(&format!("{mark}{shown}: OK\n"))?;
            }
        }
        Ok(_) => {
            outcome.different += 1;
            if !options.status {
                print(&format!("{mark}{shown}: FAILED\n"))?;
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && options.ignore_missing => {}
        Err(error) => {
            outcome.unreadable += 1;
            eprintln!("sha256sum: {shown}: {}", sentence(&error));
            if !options.status {
                print(&format!("{mark}{shown}: FAILED open or read\n"))?;
            }
        }
    }
    Ok(())
}

/// What messages call a list.
fn shown(list: &str) -> &str {
    if list == "-" { "standard input" } else { list }
}

fn sum_up(list: &str, options: &Options, outcome: &Outcome) -> bool {
    if outcome.well_formed == 0 {
        eprintln!("sha256sum: {list}: no properly formatted checksum lines found");
        return false;
    }
    if !options.status {
        let warn = |count: usize, one: &str, many: &str| match count {
            0 => {}
            1 => eprintln!("sha256sum: WARNING: 1 {one}"),
            _ => eprintln!("sha256sum: WARNING: {count} {many}"),
        };
        warn(outcome.malformed, "line is improperly formatted", "lines are improperly formatted");
        warn(outcome.unreadable, "listed file could not be read", "listed files could not be read");
        warn(outcome.different, "computed checksum did NOT match", "computed checksums did NOT match");
    }
    let nothing_checked = options.ignore_missing && outcome.matched + outcome.different == 0;
    if nothing_checked && !options.status {
        eprintln!("sha256sum: {list}: no file was verified");
    }
    let malformed = options.strict && outcome.malformed > 0;
    outcome.different == 0 && outcome.unreadable == 0 && !malformed && !nothing_checked
}

/// Gives each line to `visit`, with its number and without its end; `None` for one that is too long.
fn for_each_line(
    mut lines: Box<dyn BufRead>,
    mut visit: impl FnMut(usize, Option<&[u8]>) -> io::Result<()>,
) -> io::Result<()> {
    const MAX_LINE: u64 = 1 << 20;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() as u64 == MAX_LINE && line.last() != Some(&b'\n') {
            // What is left of it is no line of its own.
            lines.skip_until(b'\n')?;
            visit(number, None)?;
            continue;
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        visit(number, Some(line.strip_suffix(b"\r").unwrap_or(line)))?;
    }
    Ok(())
}
