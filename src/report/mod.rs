//! The result of the rows of files (`model`), and the sections of a report on it (`sections`); the same for one
//! diagnosis of the whole path (`diagnose`); queries with the same results (`sql`). Pure.

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
