//! One line on stderr that says what is going on, where stderr is a terminal.

use super::live_line::{Front, LiveLine, is_seen};

/// The line; nothing where stderr is no terminal or nobody wants to see it.
#[derive(Debug)]
pub(super) struct StatusLine(Option<LiveLine>);

impl StatusLine {
    /// A line that changes with what it says.
    pub(super) fn new(quiet: bool) -> Self {
        Self::of(quiet, Front::Mark)
    }

    /// One that says how long it has been there, too.
    pub(super) fn with_clock(quiet: bool) -> Self {
        Self::of(quiet, Front::Clock)
    }

    fn of(quiet: bool, front: Front) -> Self {
        let is_shown = !quiet && is_seen();
        // without a thread there is no line, and all the rest goes on
        Self(
            is_shown
                .then(|| LiveLine::start(front, Vec::new()).ok())
                .flatten(),
        )
    }

    /// Says it.
    pub(super) fn show(&self, says: impl FnOnce() -> String) {
        if let Some(line) = &self.0 {
            line.show(vec![says()]);
        }
    }

    /// Takes the line away.
    pub(super) fn finish(self) {
        if let Some(line) = self.0 {
            line.finish();
        }
    }
}
