//! The progress of reading, on a terminal.

use std::time::{Duration, Instant};

use crate::cli::live_line::{Front, LiveLine, is_seen};
use crate::clock;
use crate::doc::number::bytes;

/// Nothing is shown of what is done sooner.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often it is told anew.
const SELDOM: Duration = Duration::from_millis(100);

/// How much of all bytes is read, or how many are where the size is not known.
#[derive(Debug)]
pub struct Progress {
    total: Option<u64>,
    started: Instant,
    told: Option<Instant>,
    line: Option<LiveLine>,
}

impl Progress {
    /// Nothing is shown yet.
    pub fn new(total: Option<u64>) -> Self {
        Self {
            total,
            started: clock::now(),
            told: None,
            line: None,
        }
    }

    /// Shows where the reading is.
    pub fn update(&mut self, bytes: u64, rows: u64) {
        let now = clock::now();
        let took = now.saturating_duration_since(self.started);
        let lately = |told: Instant| now.saturating_duration_since(told) < SELDOM;
        if took <= PATIENCE || self.told.is_some_and(lately) {
            return;
        }
        let is_first = self.told.replace(now).is_none();
        let forms = forms(bytes, self.total, rows, took);
        match &self.line {
            Some(line) => line.show(forms),
            // without a thread for it nothing is shown
            None if is_first && is_seen() => self.line = LiveLine::start(Front::Mark, forms).ok(),
            None => {}
        }
    }

    /// Takes the line away.
    pub fn finish(self) {
        drop(self);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(line) = self.line.take() {
            line.finish();
        }
    }
}

/// The line, the longest form first.
fn forms(read: u64, total: Option<u64>, rows: u64, took: Duration) -> Vec<String> {
    let rows = match rows {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    };
    let Some(total) = total.filter(|total| *total > 0) else {
        return vec![format!("{} read, {rows}", bytes(read)), rows];
    };
    // a file may have grown
    let read = read.min(total);
    let share = read as f64 / total as f64;
    let percent = format!("{:.0} %", (share * 100.0).floor());
    let left = took.mul_f64((1.0 / share.max(1e-9) - 1.0).min(1e6));
    let left = format!("{} s left", left.as_secs());
    vec![
        format!("{percent} of {} read, {rows}, {left}", bytes(total)),
        format!("{percent}, {rows}, {left}"),
        format!("{percent}, {left}"),
        percent,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    // a quarter took 5 s: the rest takes three times that
    #[test]
    fn progress_says_how_much_is_read_and_how_long_the_rest_takes() {
        let took = Duration::from_secs(5);
        assert_eq!(
            forms(250_000_000, Some(1_000_000_000), 1_234_567, took),
            [
                "25 % of 1 GB read, 1234567 rows, 15 s left",
                "25 %, 1234567 rows, 15 s left",
                "25 %, 15 s left",
                "25 %"
            ]
        );
        assert_eq!(forms(1_500, None, 1, took), ["1.5 kB read, 1 row", "1 row"]);
        assert_eq!(forms(9, Some(5), 1, took)[3], "100 %");
        assert_eq!(forms(0, Some(5), 0, took)[3], "0 %");
    }
}
