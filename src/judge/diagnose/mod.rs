//! Whose fault is it? Facts in, findings and a verdict out. Pure.
//!
//! Here: what was found out (`facts`), the codes of what it can come to (`code`), one rule for each (`rules`), what
//! follows from what (`roots`), facts without what is somebody's own (`redact`), everything that was looked at (`checks`), and what it comes to (`verdict`). Not here:
//! how facts are found out (`measure`), and any sentence (`report`).

// facts come from files, too: an overflow would be a panic, or a wrong number
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod checks;
mod code;
pub mod facts;
mod finding;
pub mod redact;
mod roots;
mod rules;
mod verdict;
mod view;

pub use checks::{Check, CheckState, Item, Odd};
pub use code::Code;
pub use facts::Facts;
pub use finding::{Confidence, Datum, Evidence, Finding, Party, Rule};
pub use roots::layer;
pub use rules::RULES;
pub use verdict::{Conclusion, Diagnosis, VerdictOutcome, diagnose};

#[cfg(test)]
pub(crate) mod tests;
