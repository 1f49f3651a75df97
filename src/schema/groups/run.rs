//! Which run and which slot of it a row belongs to, and when it began.

use std::time::Duration;

use crate::record::ClockChange;
use crate::record::Run;
use crate::schema::column::{Kind, of};
use crate::schema::group::Group;
use crate::schema::row_kind::RowKind;
use crate::schema::value::{Value, text, time_us, word};

/// A row of a run.
pub trait HasRun: 'static {
    /// The run.
    fn run(&self) -> &Run;
    /// Number of the slot.
    fn slot(&self) -> u64;
}

impl<R: HasRun> Group<R> {
    /// The run.
    #[rustfmt::skip]
    pub(crate) const RUN: Self = Self { columns: &[
        of("run_id", Kind::Text, "", "unique name of the run", |r| text(&r.run().id)),
        of("slot", Kind::Integer, "", "number of the slot in the schedule, from 0; a gap is a missed slot", |r| Value::Integer(r.slot())),
        of("host", Kind::Text, "", "machine that measured", |r| text(&r.run().host)),
        of("label", Kind::List, "", "labels of the user, key=value", |r| text(&r.run().label)),
        of("world", Kind::Text, "", "real or lab", |r| word(Some(r.run().world.as_str()))),
        of("tool_version", Kind::Text, "", "version of turnprobe", |r| word(Some(r.run().tool_version))),
    ] };
}

/// A row that began with its slot.
pub trait HasStart: RowKind {
    /// How late that was.
    fn lag(&self) -> Option<Duration>;
}

impl<R: HasStart> Group<R> {
    /// When it began.
    #[rustfmt::skip]
    pub(crate) const START: Self = Self { columns: &[
        of("datetime", Kind::Time, "UTC", "start, before the name resolution", |r| Value::Seconds(r.started())),
        of("started_utc", Kind::Time, "UTC", "the same, with microseconds", |r| Value::Micros(r.started())),
        of("lag_us", Kind::Integer, "us", "how late it started against its slot", |r| time_us(r.lag())),
    ] };
}

/// A row that says what happened to the clocks.
pub trait HasClock: 'static {
    /// Since the row before.
    fn clock(&self) -> ClockChange;
}

impl<R: HasClock> Group<R> {
    /// The clocks.
    #[rustfmt::skip]
    pub(crate) const CLOCK: Self = Self { columns: &[
        of("clock_step_us", Kind::Signed, "us", "by how much the wall clock was set since the previous row, forward or (negative) back; empty when it was not", |r| r.clock().step_us.map_or(Value::Missing, Value::Signed)),
        of("suspended_us", Kind::Integer, "us", "how long the machine slept since the previous row (Linux, Windows); empty when it did not", |r| time_us(r.clock().suspended)),
    ] };
}
