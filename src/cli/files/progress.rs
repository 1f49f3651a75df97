//! The progress of reading, on a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::message;
use crate::clock;

/// Nothing is shown of what is done sooner.
const PATIENCE: Duration = Duration::from_millis(500);

/// A bar of bytes, or a count where the size is not known.
#[derive(Debug)]
pub struct Progress {
    total: Option<u64>,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Nothing is shown yet.
    pub fn new(total: Option<u64>) -> Self {
        Self {
            total,
            started: clock::now(),
            bar: None,
        }
    }

    /// Shows where the reading is.
    pub fn update(&mut self, bytes: u64, rows: u64) {
        if self.bar.is_none() && clock::now().saturating_duration_since(self.started) > PATIENCE {
            let bar = bar(self.total).with_message(format!("{rows} rows"));
            self.bar = Some(bar);
            message::status_line(true);
        }
        if let Some(bar) = &self.bar {
            // a file may have grown
            bar.set_position(self.total.map_or(bytes, |total| bytes.min(total)));
            bar.set_message(format!("{rows} rows"));
        }
    }

    /// Takes the bar away.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
            message::status_line(false);
        }
    }
}

fn bar(total: Option<u64>) -> ProgressBar {
    let (target, style) = (ProgressDrawTarget::stderr(), |text| {
        ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_bar())
    });
    match total {
        Some(total) => ProgressBar::with_draw_target(Some(total), target).with_style(style(
            "{wide_bar} {decimal_bytes} of {decimal_total_bytes}, {msg}, {eta} left",
        )),
        None => ProgressBar::with_draw_target(None, target)
            .with_style(style("{spinner} {decimal_bytes}, {msg}")),
    }
}
