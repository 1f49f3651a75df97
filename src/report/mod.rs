//! What the rows of files come to (`model`), and which sections a report has of it (`sections`); the same of one
//! look at the whole way (`diagnose`); queries that come to the same (`sql`). Pure.

mod build;
pub mod diagnose;
mod findings;
pub mod model;
mod sections;
pub mod sql;
mod worst;

pub use build::ReportContext;
pub use sections::{document, figures, problems};
pub use worst::{Selection, Sort};

#[cfg(test)]
mod tests;
