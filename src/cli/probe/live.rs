//! The live status line on stderr.

use std::time::{Duration, Instant};

use crate::cli::live_line::{Front, LiveLine, left, ms};
use crate::clock;
use crate::record::Record;
use crate::schema::{Metric, RowView as _};
use crate::stats::{Distribution, Tally};

/// The status line.
#[derive(Debug)]
pub struct Live {
    line: LiveLine,
    started: Instant,
    slots: Option<u64>,
    interval: Duration,
    duration: Option<Duration>,
    drawn: Option<Instant>,
}

impl Live {
    /// Starts to show; `slots` is the number of all slots, where it is known.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(
        slots: Option<u64>,
        interval: Duration,
        duration: Option<Duration>,
    ) -> std::io::Result<Self> {
        let of = slots.map_or_else(String::new, |slots| format!(" of {slots}"));
        let line = LiveLine::start(Front::Bare, vec![format!("0 ok 0 failed{of}")])?;
        Ok(Self {
            line,
            started: clock::now(),
            slots,
            interval,
            duration,
            drawn: None,
        })
    }

    /// Shows where the series stands; never waits.
    pub fn update(&mut self, tally: &Tally, last: &Record) {
        const SELDOM: Duration = Duration::from_millis(100);
        let now = clock::now();
        let finished = self.slots.is_some_and(|slots| last.slot + 1 == slots);
        let lately = |drawn: Instant| now.saturating_duration_since(drawn) < SELDOM;
        if self.drawn.is_some_and(lately) && !finished {
            return;
        }
        self.drawn = Some(now);
        let elapsed = now.saturating_duration_since(self.started);
        let left = self.left(elapsed, last.slot);
        self.line.show(forms_of(tally, last, self.slots, left));
    }

    /// Takes the line away.
    pub fn finish(self) {
        self.line.finish();
    }

    fn left(&self, elapsed: Duration, slot: u64) -> Option<Duration> {
        let by_slots = self
            .slots
            .filter(|_| !self.interval.is_zero())
            .map(|slots| {
                let slots = u32::try_from(slots.saturating_sub(slot + 1)).unwrap_or(u32::MAX);
                self.interval.saturating_mul(slots)
            });
        let by_time = self
            .duration
            .map(|duration| duration.saturating_sub(elapsed));
        let left = match (by_slots, by_time) {
            (Some(a), Some(b)) => a.min(b),
            (a, b) => a.or(b)?,
        };
        Some(Duration::from_secs(left.as_secs()))
    }
}

/// The line of a series.
fn forms_of(
    tally: &Tally,
    last: &Record,
    slots: Option<u64>,
    time_left: Option<Duration>,
) -> Vec<String> {
    let took = last.times();
    let figures = |metric: Metric| {
        let last = took[metric as usize];
        (metric.as_str(), figures(last, tally.times.of(metric)))
    };
    // where nothing connects there is UDP alone
    let shown = match [Metric::Connect, Metric::Turn]
        .map(|metric| tally.times.of(metric).moments().count())
    {
        [0, turn] if turn > 0 => &[Metric::Turn][..],
        _ => &[Metric::Connect, Metric::Tls],
    };
    let shown: Vec<_> = shown.iter().map(|metric| figures(*metric)).collect();
    let (ok, failed) = (tally.outcomes.ok, tally.outcomes.failed());
    forms([ok, failed], slots, &shown, time_left)
}

/// The line, the longest form first; each has a legend. The median stays longer than the time left.
fn forms(
    [ok, failed]: [u64; 2],
    slots: Option<u64>,
    shown: &[(&str, [String; 3])],
    time_left: Option<Duration>,
) -> Vec<String> {
    let counts = format!("{ok} ok {failed} failed");
    let few = format!("{ok}/{failed} ok/failed");
    let of = slots.map_or_else(String::new, |slots| format!(" of {slots}"));
    let left = time_left.map_or_else(String::new, |time| format!(" | {}", left(time)));
    let named = |(name, [last, median, high]): &(&str, [String; 3])| {
        format!("{name} {last} p50 {median} p95 {high}")
    };
    let short = |(name, figures): &(&str, [String; 3])| format!("{name} {}", figures.join("/"));
    let long: Vec<_> = shown.iter().map(named).collect();
    let each: Vec<_> = shown.iter().map(short).collect();
    let mut forms = vec![
        format!("{counts}{of} | {} ms{left}", long.join(" | ")),
        format!("{counts}{of} | {} ms last/p50/p95{left}", each.join(" ")),
    ];
    if let Some((name, [last, median, high])) = shown.last() {
        forms.push(format!(
            "{counts} | {name} {last}/{median}/{high} ms last/p50/p95{left}"
        ));
        forms.push(format!("{few} | {name} {median}/{high} ms p50/p95{left}"));
        forms.push(format!("{few} | {name} {median} ms p50{left}"));
        forms.push(format!("{few} | {name} {median}/{high} ms p50/p95"));
        forms.push(format!("{few} | {name} {median} ms p50"));
    }
    forms.push(few);
    forms
}

/// The last time, median and 95th percentile in milliseconds.
fn figures(last_us: Option<u64>, all: &Distribution) -> [String; 3] {
    let times = [last_us, all.quantile(500), all.quantile(950)];
    times.map(|us| ms(us.map(Duration::from_micros)))
}

#[cfg(test)]
mod tests {
    use super::*;

    // what a night of 28,800 probes may come to
    #[test]
    fn forty_columns_show_counts_and_the_median() {
        let figures = |name| (name, ["1204", "34", "120"].map(str::to_owned));
        let shown = [figures("connect"), figures("tls")];
        let left = Some(Duration::from_secs(25_923));
        let all = forms([28_765, 35], Some(28_800), &shown, left);
        assert_eq!(
            all[0],
            "28765 ok 35 failed of 28800 | connect 1204 p50 34 p95 120 | tls 1204 p50 34 p95 120 ms | 7:12:03 left"
        );
        let fits = |columns: usize| all.iter().find(|form| form.len() < columns).unwrap();
        assert_eq!(fits(40), "28765/35 ok/failed | tls 34 ms p50");
        assert_eq!(
            fits(60),
            "28765/35 ok/failed | tls 34/120 ms p50/p95 | 7:12:03 left"
        );
        assert_eq!(
            fits(51),
            "28765/35 ok/failed | tls 34 ms p50 | 7:12:03 left"
        );
        assert_eq!(fits(30), "28765/35 ok/failed");
    }
}
