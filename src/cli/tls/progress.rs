//! What is being asked, on stderr.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::message;
use crate::measure::ladder::script::Asked;
use crate::net::Destination;
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
    pub(super) fn show(&self, to: &Destination, asked: &Asked, connections: u32) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!(
                "{}, connection {}: {}",
                place(to),
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

/// The relay's address, or its name where only a proxy knows that.
fn place(to: &Destination) -> String {
    let name = || to.host.to_string();
    to.address.map_or_else(name, |address| address.to_string())
}
