//! What the rows of files come to (`model`), and which sections a report has of it (`sections`); the same of one
//! look at the whole way (`diagnose`). Pure.

mod build;
pub mod diagnose;
mod findings;
pub mod model;
mod sections;
mod selection;
mod worst;

pub use build::Circumstances;
pub use sections::{document, figures, problems};
pub use selection::{Selection, Sort};

#[cfg(test)]
mod tests;
