//! The parts of a schedule.

pub(super) const HOUR_S: i64 = 3_600;
pub(super) const DAY_S: i64 = 86_400;

/// A stretch in which somebody measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first row, in microseconds since 1970.
    pub from: i64,
    /// Its last row.
    pub to: i64,
}

impl Stretch {
    pub(super) fn seconds(self) -> i64 {
        self.to.saturating_sub(self.from) / 1_000_000
    }
}

/// How often a run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Once or more an hour.
    Hour,
    /// Once or more a day.
    Day,
}

impl Every {
    pub(super) fn seconds(self) -> i64 {
        match self {
            Self::Hour => HOUR_S,
            Self::Day => DAY_S,
        }
    }

    /// By so many seconds a run may begin early or late.
    pub(super) fn tolerance(self) -> i64 {
        match self {
            Self::Hour => 300,
            Self::Day => 600,
        }
    }
}

/// When runs are meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// How often.
    pub every: Every,
    /// When in the hour or day runs begin, and how long they are.
    pub runs: Vec<Planned>,
    /// The days of the week on which there are none, from Monday.
    pub free: [bool; 7],
    /// Hours or days that have a run of it.
    pub met: usize,
}

/// A run of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// Seconds since the hour or day began, by the clocks of the zone.
    pub start_s: i64,
    /// Its usual length in seconds.
    pub length_s: i64,
    /// Whether runs are about as long as that: else none ends early.
    pub is_steady: bool,
}
