//! What is being looked at, on stderr.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::message;

/// A line on a terminal; nothing elsewhere.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Nothing is shown yet.
    pub(super) fn new(quiet: bool) -> Self {
        let target = ProgressDrawTarget::stderr();
        if quiet || target.is_hidden() {
            return Self { bar: None };
        }
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{spinner} {elapsed:>3}  {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(Duration::from_millis(200));
        message::status_line(true);
        Self { bar: Some(bar) }
    }

    /// Shows what is being looked at.
    pub(super) fn show(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("looking at {what}"));
        }
    }

    /// Takes the line away.
    pub(super) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
            message::status_line(false);
        }
    }
}
