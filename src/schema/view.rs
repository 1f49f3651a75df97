//! What folds ask of a row, be it one just measured or one of a file: the one meaning of both.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::{Id, Metric, Row, RowKind, Value, id};
use crate::record::{Phase, Record, micros};

/// What a row says of the path to the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reachability {
    /// The relay answered, be it with an error.
    Answered,
    /// It did not.
    Lost,
    /// This computer alone failed: nothing is known of path and relay.
    FailedHere,
    /// Something answered with an alert or a certificate that cannot be used: nothing was lost, and the relay is not known to
    /// be there.
    Undecided,
}

/// A row as folds see it.
pub trait RowView {
    /// Whether every phase was completed.
    fn is_ok(&self) -> bool;

    /// Whether this computer alone failed.
    fn failed_here(&self) -> bool;

    /// Whether the relay answered, be it with an error.
    fn was_answered(&self) -> bool;

    /// Whether something answered with an alert or a certificate that cannot be used.
    fn is_undecided(&self) -> bool;

    /// What it says of the path to the relay.
    fn reachability(&self) -> Reachability {
        if self.is_ok() {
            Reachability::Answered
        } else if self.failed_here() {
            Reachability::FailedHere
        } else if self.was_answered() {
            Reachability::Answered
        } else if self.is_undecided() {
            Reachability::Undecided
        } else {
            Reachability::Lost
        }
    }

    /// What each [`Metric`] took, in microseconds, by its number: phases that were completed, of TURN also those that got an
    /// error for an answer; the total of rows that are OK.
    fn times(&self) -> [Option<u64>; Metric::COUNT];
}

impl RowView for Record {
    fn is_ok(&self) -> bool {
        self.outcome.is_ok()
    }

    fn failed_here(&self) -> bool {
        Record::failed_here(self)
    }

    fn was_answered(&self) -> bool {
        self.has_reply()
    }

    fn is_undecided(&self) -> bool {
        Record::is_undecided(self)
    }

    fn times(&self) -> [Option<u64>; Metric::COUNT] {
        let total = self.times.total().filter(|_| self.outcome.is_ok());
        let took = [
            self.completed(Phase::Dns),
            self.completed(Phase::Connect),
            self.completed(Phase::Proxy),
            self.completed(Phase::Tls),
            self.turn_round_trip(),
            total,
        ];
        took.map(|took| took.map(micros))
    }
}

impl RowView for Row<'_> {
    fn is_ok(&self) -> bool {
        Row::is_ok(self)
    }

    fn failed_here(&self) -> bool {
        Row::failed_here(self)
    }

    fn was_answered(&self) -> bool {
        Row::was_answered(self)
    }

    fn is_undecided(&self) -> bool {
        Row::is_undecided(self)
    }

    fn times(&self) -> [Option<u64>; Metric::COUNT] {
        Row::times(self)
    }
}

/// A row by the numbers of its columns, for folds of rows that are no probes.
pub trait CellView {
    /// When it began; none where the row has no time that can be read.
    fn at(&self) -> Option<DateTime<Utc>>;

    /// Whether it is a success.
    fn is_ok(&self) -> bool;

    /// A whole number; none where there is none.
    fn number(&self, id: Id) -> Option<u64>;

    /// A word, empty where there is none.
    fn word(&self, id: Id) -> Cow<'_, str>;
}

impl CellView for Row<'_> {
    fn at(&self) -> Option<DateTime<Utc>> {
        self.at
    }

    fn is_ok(&self) -> bool {
        Row::is_ok(self)
    }

    fn number(&self, id: Id) -> Option<u64> {
        Row::number(self, id)
    }

    fn word(&self, id: Id) -> Cow<'_, str> {
        Cow::Borrowed(self.get(id))
    }
}

/// A row just measured, read by its columns as a file of it will be.
#[derive(Debug, Clone, Copy)]
pub struct LiveRow<'a, R>(pub &'a R);

impl<R: RowKind> LiveRow<'_, R> {
    fn value(&self, id: Id) -> Value<'_> {
        R::column(id.name()).map_or(Value::Missing, |column| (column.read)(self.0))
    }
}

impl<R: RowKind> CellView for LiveRow<'_, R> {
    fn at(&self) -> Option<DateTime<Utc>> {
        Some(self.0.started())
    }

    fn is_ok(&self) -> bool {
        self.word(id!(Status)) == "OK"
    }

    fn number(&self, id: Id) -> Option<u64> {
        match self.value(id) {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }

    fn word(&self, id: Id) -> Cow<'_, str> {
        match self.value(id) {
            Value::Text(word) => word,
            _ => Cow::Borrowed(""),
        }
    }
}
