//! The comparison of two series: as plain data (`model`), in sentences (`sentence`), as a document (`sections`). The
//! differences themselves are calculated in [`stats::compare`](crate::stats::compare). Pure.

mod build;
mod chart;
mod keys;
pub mod model;
mod sections;
mod sentence;
#[cfg(test)]
mod tests;

pub use build::{ComparisonContext, comparison};
pub use sections::{document, section};
