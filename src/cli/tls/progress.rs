//! What is being asked, on stderr.

use std::net::IpAddr;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::message;
use crate::measure::ladder::script::Asked;
use crate::record::plain;

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
        let style = ProgressStyle::with_template("{spinner} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        message::status_line(true);
        Self { bar: Some(bar) }
    }

    /// Shows the question.
    pub(super) fn show(&self, address: IpAddr, asked: &Asked, connections: u32) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!(
                "{address}, connection {}: {}",
                connections + 1,
                plain(&asked.about)
            ));
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
