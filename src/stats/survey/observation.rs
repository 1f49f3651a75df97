//! What the order of the rows of a series is made of.

/// What a row says of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowReply {
    /// The relay answered, be it with an error.
    Answer,
    /// It did not, for the cause of this number.
    Nothing(u32),
    /// This computer alone failed, or something answered that may not be the relay: somebody measured, and learned
    /// nothing of the relay.
    Here,
    /// A row that a filter leaves out: it shows that somebody measured, and when the path worked.
    Beside {
        /// Whether the relay answered.
        answered: bool,
    },
}

/// What the order of rows is made of.
#[derive(Debug, Clone, Copy)]
pub struct Observation {
    /// When, in microseconds since 1970 by the clock of then.
    pub at: i64,
    /// Where it lies on the axis of its run.
    pub axis: i64,
    /// By how much the clock was set by now since the run began.
    pub set: i64,
    /// Number of the run; 0 where that is not known.
    pub run: u64,
    /// What came of it.
    pub reply: RowReply,
    /// Number of the region.
    pub region: usize,
    /// Number of the address; none where there is none.
    pub address: Option<u32>,
    /// Number of the file.
    pub file: u32,
    /// Of equal rows the same: what was measured, in brief.
    pub measured: u32,
}
