//! Whether the time that work takes tells two classes of inputs apart: Welch's t-test, as in "Dude, is my code constant time?" (Reparaz,
//! Balasch, Verbauwhede, DATE 2017).

use std::time::Instant;

/// Above this, times differ for other reasons than chance, says that paper's program.
pub(crate) const THRESHOLD: f64 = 10.0;

/// The greatest |t| of so many samples. `set` puts the input of a class in place, always the same place, and `work` is what is measured.
pub(crate) fn greatest_t<S>(
    samples: usize,
    subject: &mut S,
    mut set: impl FnMut(&mut S, Class, usize),
    mut work: impl FnMut(&mut S),
) -> f64 {
    let mut times = Vec::with_capacity(samples);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for sample in 0..samples {
        // At random, so that nothing that comes and goes falls on one class.
        let class = if random.next() & 1 == 0 { Class::Fixed } else { Class::Other };
        set(subject, class, random.next() as usize);
        let start = Instant::now();
        work(subject);
        let taken = start.elapsed().as_nanos() as f64;
        // The first calls find nothing in the caches.
        if sample > samples / 20 {
            times.push((class, taken));
        }
    }
    let mut ordered: Vec<f64> = times.iter().map(|(_, time)| *time).collect();
    ordered.sort_by(f64::total_cmp);
    // What the system does in between makes a tail that hides small differences: it is cut off at one place after the other.
    let cuts = [0.5, 0.75, 0.9, 0.95, 0.99, 1.0].map(|part| ordered[((ordered.len() - 1) as f64 * part) as usize]);
    cuts.map(|most| t(times.iter().filter(|(_, time)| *time <= most))).into_iter().fold(0.0, f64::max)
}

/// The greatest |t| of up to three runs, the first that is below the threshold: chance does not come three times.
pub(crate) fn lasting_t(mut run: impl FnMut() -> f64) -> f64 {
    let mut least = f64::MAX;
    for _ in 0..3 {
        least = least.min(run());
        if least < THRESHOLD {
            break;
        }
    }
    least
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Fixed,
    Other,
}

/// |t| of Welch's test for two means.
fn t<'a>(times: impl Iterator<Item = &'a (Class, f64)>) -> f64 {
    let mut moments = [Moments::default(); 2];
    for (class, time) in times {
        moments[*class as usize].add(*time);
    }
    let [fixed, other] = moments;
    let error = (fixed.variance_of_mean() + other.variance_of_mean()).sqrt();
    if error > 0.0 { (fixed.mean - other.mean).abs() / error } else { 0.0 }
}

/// Mean and variance, by Welford's method.
#[derive(Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let from_mean = value - self.mean;
        self.mean += from_mean / self.count;
        self.squares += from_mean * (value - self.mean);
    }

    fn variance_of_mean(&self) -> f64 {
        if self.count > 1.0 { self.squares / (self.count - 1.0) / self.count } else { 0.0 }
    }
}

/// xorshift64: what is chosen need not be secret.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 8
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next() as u8)
    }
}

/// The value is that of Python: `(mean(a) - mean(b)) / (variance(a) / 6 + variance(b) / 6) ** 0.5`, with the functions of its module
/// `statistics`.
#[test]
fn the_test_is_welchs() {
    let fixed = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9].map(|value| (Class::Fixed, value));
    let other = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5].map(|value| (Class::Other, value));
    assert!((t(fixed.iter().chain(&other)) - 1.289_630_751_835_775_2).abs() < 1e-9);
}
