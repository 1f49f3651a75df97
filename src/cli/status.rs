//! One line on stderr that says what is going on, where stderr is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::message;

/// How often a line with a clock is drawn.
const EVERY: Duration = Duration::from_millis(200);

/// The line; nothing where stderr is no terminal or nobody wants to see it.
#[derive(Debug)]
pub(super) struct StatusLine {
    bar: Option<ProgressBar>,
}

impl StatusLine {
    /// A line that changes with what it says.
    pub(super) fn new(quiet: bool) -> Self {
        Self::of(quiet, "{spinner} {wide_msg}")
    }

    /// One that says how long it has been there, too.
    pub(super) fn with_clock(quiet: bool) -> Self {
        let line = Self::of(quiet, "{spinner} {elapsed:>3}  {wide_msg}");
        if let Some(bar) = &line.bar {
            bar.enable_steady_tick(EVERY);
        }
        line
    }

    fn of(quiet: bool, template: &str) -> Self {
        let target = ProgressDrawTarget::stderr();
        if quiet || target.is_hidden() {
            return Self { bar: None };
        }
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        message::status_line(true);
        Self { bar: Some(bar) }
    }

    /// Says it.
    pub(super) fn show(&self, says: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.set_message(says());
            bar.tick();
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
