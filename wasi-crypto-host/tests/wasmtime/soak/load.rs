//! Clients: each asks for one guest after the other, and looks at what comes back.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::server::{HOSTILE, Process};
use super::{KEY, components};

const HONEST_CLIENTS: u64 = 2;
const HOSTILE_CLIENTS: u64 = 3;

/// What a while of it came to.
#[derive(Default)]
pub(super) struct Load {
    /// How long each honest request took.
    pub(super) honest: Vec<Duration>,
    /// How many hostile requests came back.
    hostile: usize,
    /// The memory of the process in KiB: after a tenth of the time or a minute, and at the end.
    pub(super) memory: [u64; 2],
}

impl Load {
    /// Honest ones for so long, with nobody else there.
    pub(super) fn alone(process: &Process, time: Duration) -> Self {
        Self::of(process, time, 0)
    }

    /// Honest and hostile ones for so long.
    pub(super) fn mixed(process: &Process, time: Duration) -> Self {
        Self::of(process, time, HOSTILE_CLIENTS)
    }

    fn of(process: &Process, time: Duration, hostile_clients: u64) -> Self {
        let (load, over) = (Mutex::new(Self::default()), AtomicBool::new(false));
        let kinds: Vec<&str> = HOSTILE.iter().chain(&components::HOSTILE).map(|(name, _)| *name).collect();
        let ask_memory = || process.ask("memory").expect("the server is there").parse().expect("a number of KiB");
        thread::scope(|scope| {
            for client in 0..HONEST_CLIENTS {
                let (load, over) = (&load, &over);
                scope.spawn(move || {
                    let mut number = client << 32;
                    while !over.load(Ordering::Relaxed) {
                        let time = honest(process, number);
                        load.lock().unwrap().honest.push(time);
                        number += 1;
                    }
                });
            }
            for client in 0..hostile_clients {
                let (load, over, kinds) = (&load, &over, &kinds);
                scope.spawn(move || {
                    for number in client.. {
                        if over.load(Ordering::Relaxed) {
                            return;
                        }
                        let kind = kinds[number as usize % kinds.len()];
                        let answer = process.ask(kind).unwrap_or_else(|| panic!("the server does not survive {kind}"));
                        assert!(answer == "ended" || answer == "returned", "{kind}: {answer}");
                        load.lock().unwrap().hostile += 1;
                    }
                });
            }
            let settled = time.div_f64(3.0).min(Duration::from_secs(60));
            thread::sleep(settled);
            let before = ask_memory();
            thread::sleep(time - settled);
            load.lock().unwrap().memory = [before, ask_memory()];
            over.store(true, Ordering::Relaxed);
        });
        load.into_inner().unwrap()
    }

    fn sorted(&self) -> Vec<Duration> {
        let mut times = self.honest.clone();
        times.sort_unstable();
        times
    }

    /// So long took so many of ten thousand at most.
    pub(super) fn time_of(&self, share: usize) -> Duration {
        let times = self.sorted();
        times[(times.len() * share / 10_000).min(times.len() - 1)]
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, most, nearly_all, all] = [5_000, 9_900, 9_999, 10_000].map(|share| self.time_of(share));
        write!(
            f,
            "{} requests, {median:.1?} median, {most:.1?} for 99 %, {nearly_all:.1?} for 99.99 %, {all:.1?} at most",
            self.honest.len()
        )?;
        if self.hostile > 0 { write!(f, ", besides {} hostile ones", self.hostile) } else { Ok(()) }
    }
}

/// An honest request, whose answer must be right: a module and a component in turn.
fn honest(process: &Process, number: u64) -> Duration {
    let message = format!("message {number}");
    let kind = if number.is_multiple_of(2) { "honest" } else { "honest-component" };
    let start = Instant::now();
    let answer = process.ask(&format!("{kind} {message}")).expect("the server is there");
    let time = start.elapsed();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(KEY).unwrap();
    mac.update(message.as_bytes());
    let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(answer, expected, "an honest guest gets a wrong answer");
    time
}
