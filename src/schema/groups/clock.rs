//! What happened to the clocks of the machine that measured.

use crate::record::ClockChange;
use crate::schema::column::{Kind, of};
use crate::schema::group::Group;
use crate::schema::value::{Value, time_us};

/// A row that says what happened to the clocks.
pub trait HasClock: 'static {
    /// Since the row before.
    fn clock(&self) -> ClockChange;
}

impl<R: HasClock> Group<R> {
    /// The clocks.
    #[rustfmt::skip]
    pub(crate) const CLOCK: Self = Self { columns: &[
        of("clock_step_us", Kind::Signed, "us", "by how much the wall clock was set since the row before, forward or (negative) back; empty when it was not", |r| r.clock().step_us.map_or(Value::Missing, Value::Signed)),
        of("suspended_us", Kind::Integer, "us", "how long the machine slept since the row before (Linux, Windows); empty when it did not", |r| time_us(r.clock().suspended)),
    ] };
}
