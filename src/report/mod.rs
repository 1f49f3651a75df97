//! Summaries in, documents and text out. Pure.

mod build;
pub mod burst;
mod connections;
pub mod hold;
pub mod model;
mod sections;
pub mod summary;
mod times;
mod units;
mod versus;
pub mod watch;

pub use build::Circumstances;
pub use sections::{Selection, document, figures};

#[cfg(test)]
mod tests;
