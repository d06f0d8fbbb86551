//! How cases are run: at the same time, in parts, again.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Args;

use crate::engine::Engine;
use crate::runner::Settings;
use crate::shard::Shard;

/// How to run cases.
#[derive(Debug, Args)]
pub(super) struct RunOptions {
    /// Guests to run at the same time [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Seconds that one case may take [default: 30, or what the engine's file says]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: Option<u64>,

    /// Run one of N parts of the cases, such as 1/3; a case is always in the same one
    #[arg(long, value_name = "I/N")]
    pub(super) shard: Option<Shard>,

    /// Stop soon after the first unexpected result; what is not run then is skipped
    #[arg(long)]
    fail_fast: bool,

    /// Run what fails alone up to N times more; what passes then is a warning
    #[arg(long, value_name = "N", default_value_t = 0)]
    retry: usize,
}

impl RunOptions {
    /// How to run cases on this engine.
    pub(super) fn settings(&self, engine: &dyn Engine, durable: bool) -> Settings {
        let (wishes, default) = (engine.wishes(), Settings::default());
        Settings {
            jobs: self.jobs.or(wishes.jobs).map_or(default.jobs, NonZeroUsize::get),
            timeout: self.timeout.map(Duration::from_secs).or(wishes.timeout).unwrap_or(default.timeout),
            batch: wishes.batch.map_or(default.batch, NonZeroUsize::get),
            fail_fast: self.fail_fast,
            retry: self.retry,
            durable: durable || wishes.durable,
            ..default
        }
    }
}
