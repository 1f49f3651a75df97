//! Roll-ups: the probes of an interval in one row, for series that go on for years. Not measured by themselves: rows of
//! probes are folded into them as they come (`rolling`).

pub(crate) mod columns;
pub mod finished;
pub mod fold;
mod rolling;
mod row;
pub mod sections;
pub mod text;

pub use rolling::Rolling;
pub use row::Rollup;
