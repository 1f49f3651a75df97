//! Summaries in, documents and text out. Pure.

mod build;
pub mod model;
mod sections;
mod selection;

pub use build::Circumstances;
pub use sections::{document, figures};
pub use selection::Selection;

#[cfg(test)]
mod tests;
