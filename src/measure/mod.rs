//! Kinds of measurement, and the engine that runs any of them.
//!
//! Not here: the path that they measure (`net`), where rows go (`sink`).

pub mod assessment;
pub mod burst;
mod certified;
pub mod diagnose;
mod engine;
pub mod folds;
pub mod hold;
pub mod ladder;
pub mod ping;
pub mod probe;
pub(crate) mod registry;
pub mod rollup;
pub mod rows;
mod stop;

pub use engine::{Due, Engine, Out, Output, RunEnd, Running, Slot, SlotOutcome, Task, Why};
pub use stop::Stop;
