//! How the writing threads ended, and what is reported about it.

use crate::cli::message;
use crate::sink::SinkError;

/// How writing ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueEnding {
    /// A sink failed, or rows are lost.
    pub failed: bool,
    /// The reader of stdout went away.
    pub closed: bool,
    /// The writer stood still and was left behind.
    pub stuck: bool,
    /// Rows that a file did not take.
    pub lost: u64,
    /// Rows that stdout did not take, which was their only place.
    pub unread: u64,
    /// Rows that stdout did not take, which are in a file, or were for eyes only.
    pub dropped: u64,
    /// Rows on stderr, as their files were lost.
    pub orphans: u64,
    /// What the failed sinks said.
    pub errors: Vec<String>,
}

impl QueueEnding {
    /// Both together.
    pub fn and(mut self, other: Self) -> Self {
        self.errors.extend(other.errors);
        Self {
            failed: self.failed || other.failed,
            closed: self.closed || other.closed,
            stuck: self.stuck || other.stuck,
            lost: self.lost + other.lost,
            unread: self.unread + other.unread,
            dropped: self.dropped + other.dropped,
            orphans: self.orphans + other.orphans,
            errors: self.errors,
        }
    }

    /// Takes in and tells what a sink said that failed.
    pub(super) fn note(&mut self, error: SinkError) {
        if matches!(error, SinkError::Closed(..)) {
            self.closed = true;
        } else {
            self.failed = true;
            if let SinkError::Unwritten { rows, .. } = &error {
                message::note("rows that could not be written follow");
                for row in rows {
                    message::raw(&format!("{row}\n"));
                }
                self.orphans += rows.len() as u64;
            }
            let text = format!("{:#}", anyhow::Error::from(error));
            message::error(&text);
            self.errors.push(text);
        }
    }

    /// Tells of rows that were not taken.
    pub fn tell(&self) {
        let rows = |count| match count {
            1 => "1 row is".to_owned(),
            _ => format!("{count} rows are"),
        };
        if self.lost > 0 {
            let rows = rows(self.lost);
            message::error(&format!("{rows} lost: the file was blocked"));
        }
        if self.unread > 0 {
            let rows = rows(self.unread);
            message::error(&format!(
                "{rows} lost: stdout did not accept all, so keep its reader running or write to a file"
            ));
        }
        if self.dropped > 0 {
            let rows = rows(self.dropped);
            message::note(&format!("{rows} missing on stdout: it was blocked"));
        }
    }

    /// Tells at the very end what was lost, where rows on stderr hide what was said before.
    pub fn tell_last(&self) {
        if self.orphans == 0 {
            return;
        }
        for error in &self.errors {
            message::last_error(error);
        }
        message::last_error(&match self.orphans {
            1 => "1 row could not be written: see above".to_owned(),
            rows => format!("{rows} rows could not be written: see above"),
        });
    }
}
