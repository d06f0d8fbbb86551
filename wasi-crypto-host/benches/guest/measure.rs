//! Contenders that take turns, and what came out.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// One way to do a thing: does it a number of times and says how long that took.
pub(crate) struct Contender<'a> {
    pub(crate) name: String,
    pub(crate) run: Box<dyn FnMut(u32) -> Duration + 'a>,
}

impl<'a> Contender<'a> {
    /// A contender whose runs need nothing that is not measured.
    pub(crate) fn timed(name: &str, mut run: impl FnMut(u32) + 'a) -> Self {
        Self::new(name, move |times| {
            let start = Instant::now();
            run(times);
            start.elapsed()
        })
    }

    pub(crate) fn new(name: &str, run: impl FnMut(u32) -> Duration + 'a) -> Self {
        Self { name: name.to_owned(), run: Box::new(run) }
    }
}

/// What a contender needs for one piece of work.
pub(crate) struct Figure {
    pub(crate) group: String,
    pub(crate) contender: String,
    /// In nanoseconds.
    pub(crate) time: Spread,
    /// Against the first contender of the group, round by round.
    pub(crate) ratio: Spread,
}

/// The median and the quartiles.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) p25: f64,
    pub(crate) median: f64,
    pub(crate) p75: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |part: f64| values[((values.len() - 1) as f64 * part).round() as usize];
        Self { p25: at(0.25), median: at(0.5), p75: at(0.75) }
    }
}

impl Spread {
    fn to_json(self) -> serde_json::Value {
        serde_json::json!({ "p25": self.p25, "median": self.median, "p75": self.p75 })
    }
}

impl Figure {
    pub(crate) fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "group": self.group,
            "contender": self.contender,
            "nanoseconds": self.time.to_json(),
            "ratio": self.ratio.to_json(),
        })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (time, ratio) = (self.time, self.ratio);
        write!(f, "{:<40}{:>12.1} ns ({:.1} to {:.1})", self.contender, time.median, time.p25, time.p75)?;
        write!(f, "  x{:.3} ({:.3} to {:.3})", ratio.median, ratio.p25, ratio.p75)
    }
}

/// How long one sample should take: longer than the clock is coarse, shorter than the system lets a thread run.
const SAMPLE: Duration = Duration::from_micros(150);

/// Measures all contenders in turns, `rounds` times, beginning with another one each round.
/// A sample is the work done `least` times, or more if that takes too little time.
pub(crate) fn measure(group: &str, mut contenders: Vec<Contender<'_>>, rounds: usize, least: u32) -> Vec<Figure> {
    let times: Vec<u32> = contenders.iter_mut().map(|contender| calibrate(contender, least)).collect();
    let mut samples = vec![Vec::with_capacity(rounds); contenders.len()];
    for round in 0..rounds {
        for turn in 0..contenders.len() {
            let i = (round + turn) % contenders.len();
            let taken = black_box((contenders[i].run)(times[i]));
            samples[i].push(taken.as_secs_f64() * 1e9 / f64::from(times[i]));
        }
    }
    let figures = contenders.iter().zip(&samples).map(|(contender, own)| Figure {
        group: group.to_owned(),
        contender: contender.name.clone(),
        time: Spread::of(own.clone()),
        ratio: Spread::of(own.iter().zip(&samples[0]).map(|(own, first)| own / first).collect()),
    });
    figures.collect()
}

/// How many times fit into a sample. Warms up on the way.
fn calibrate(contender: &mut Contender<'_>, least: u32) -> u32 {
    let mut times = least;
    loop {
        // A run that was held up once, such as by the first touch of its memory, would leave samples of single calls.
        let taken = (contender.run)(times).min((contender.run)(times));
        if taken >= SAMPLE || times >= 1 << 20 {
            return times;
        }
        times *= 2;
    }
}
