//! What two series say against each other: as plain data (`model`), in sentences (`sentence`), as a document
//! (`sections`). How far they differ is worked out in [`stats::compare`](crate::stats::compare). Pure.

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
