//! Roll-ups from the flags.

use std::time::Duration;

use anyhow::ensure;
use chrono::{DateTime, Utc};

use crate::cli::args::ProbeArgs;
use crate::cli::run::outputs::Outputs;
use crate::measure::rollup::{Rolling, Rollup};
use crate::record::Record;
use crate::sink::FoldRows;

/// A day, in seconds.
const DAY_S: u64 = 86_400;

/// What a probe may take beyond its limits: the machine may be busy.
const MARGIN: Duration = Duration::from_secs(2);

/// The fold of a file.
struct IntoRollups(Rolling);

impl FoldRows<Record> for IntoRollups {
    type Row = Rollup;

    fn take(&mut self, row: &Record) -> Vec<Rollup> {
        self.0.take(row)
    }

    fn until(&mut self, now: DateTime<Utc>) -> Vec<Rollup> {
        self.0.until(now)
    }

    fn is_open(&self) -> bool {
        self.0.is_open()
    }

    fn finish(&mut self) -> Vec<Rollup> {
        self.0.finish()
    }
}

/// The outputs with what `--rollup` asks for; a probe takes no longer than `longest`.
///
/// # Errors
///
/// When the length is none, or a path.
pub fn with_rollups(
    outputs: Outputs<Record, Record>,
    args: &ProbeArgs,
    longest: Duration,
) -> anyhow::Result<Outputs<Record, Record>> {
    let Some(interval) = args.rollup else {
        return Ok(outputs);
    };
    let divides = interval.subsec_nanos() == 0
        && interval.as_secs() > 0
        && DAY_S.checked_rem(interval.as_secs()) == Some(0);
    ensure!(
        divides,
        "--rollup {}: give whole seconds that divide a day, from 1s to 24h, such as 1m, 5m, 1h",
        humantime::format_duration(interval)
    );
    let longest = longest.saturating_add(MARGIN);
    let fold = move || IntoRollups(Rolling::new(interval, longest));
    let outputs = outputs.with_folded(args, ("--rollup-output", &args.rollup_output), fold)?;
    Ok(outputs)
}
