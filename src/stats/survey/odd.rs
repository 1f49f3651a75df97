//! What was odd about a row.

use super::slots::Leap;

/// What was odd about a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Odd {
    /// It came too late to be brought into the order of time: it counts everywhere but in the outages.
    pub late: bool,
    /// An equal row of its series was there before, in the file of this number.
    pub copy_of: Option<usize>,
    /// Its TLS time is shorter than the connect that it should hold: that cell does not count.
    pub time: bool,
    /// Its slot is out of reach for its run: it counts everywhere but in the missed slots.
    pub leap: Option<Leap>,
    /// Number of its series; a detail of another row has none.
    pub series: Option<usize>,
}
