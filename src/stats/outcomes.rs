//! What came of many rows.

use serde::Serialize;

use crate::record::Counter as _;
use crate::schema::{Reachability, RolledUp, RowView};

/// Rows by what came of them. Mergeable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Outcomes {
    /// Rows.
    pub rows: u64,
    /// Rows that are OK.
    pub ok: u64,
    /// Rows that the relay answered: those that are OK, and those that failed by an answer with an
    /// error, for which the path worked.
    pub answered: u64,
    /// Rows in which the computer that measured failed alone: they say nothing of the relay.
    pub failed_here: u64,
    /// Rows that were answered by an alert or with a certificate that cannot be used, be it by the relay or by
    /// something before it: nothing was lost, and nothing of the relay is known.
    pub undecided: u64,
}

impl Outcomes {
    /// Of a roll-up.
    pub fn of_rolled(rolled: &RolledUp) -> Self {
        Self {
            rows: rolled.probes,
            ok: rolled.probes.saturating_sub(rolled.failed),
            answered: rolled.answered,
            failed_here: rolled.failed_here,
            undecided: rolled.undecided,
        }
    }

    /// Takes a row in.
    pub fn take(&mut self, row: &impl RowView) {
        self.count(row.is_ok(), row.reachability());
    }

    /// Takes a row in by its parts.
    pub fn count(&mut self, ok: bool, reachability: Reachability) {
        self.rows.raise(1);
        self.ok.raise(u64::from(ok));
        match reachability {
            Reachability::Answered => self.answered.raise(1),
            Reachability::FailedHere => self.failed_here.raise(1),
            Reachability::Undecided => self.undecided.raise(1),
            Reachability::Lost => {}
        }
    }

    /// Takes in all that others have seen.
    pub fn merge(&mut self, other: &Self) {
        self.rows.raise(other.rows);
        self.ok.raise(other.ok);
        self.answered.raise(other.answered);
        self.failed_here.raise(other.failed_here);
        self.undecided.raise(other.undecided);
    }

    /// Rows that failed.
    pub fn failed(&self) -> u64 {
        self.rows.saturating_sub(self.ok)
    }

    /// Rows that say something of the path.
    pub fn telling(&self) -> u64 {
        let others = self.failed_here.saturating_add(self.undecided);
        self.rows.saturating_sub(others)
    }

    /// Of these, rows that were not answered.
    pub fn lost(&self) -> u64 {
        self.telling().saturating_sub(self.answered)
    }
}

impl std::iter::Sum for Outcomes {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |mut all, part| {
            all.merge(&part);
            all
        })
    }
}
