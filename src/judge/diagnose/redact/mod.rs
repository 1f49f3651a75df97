//! Facts without what is somebody's own, for a ticket: what each thing is decides, by its type, never a search in texts.
//!
//! `place` has what stands for what, the same for the same thing in all of a bundle; `facts` says of every field of the facts
//! which class it is of: a field without one does not compile. Words of the system and of strangers are left out, as nobody can
//! tell what is in them. What is judged of redacted facts is what is judged of the facts.

mod facts;
mod known;
mod place;

pub use place::{Class, RedactionLevel, Redactor};

use super::facts::Facts;
use crate::endpoints::Ranges;

/// Something of which a copy without anybody's own can be made.
trait Redact {
    /// The copy.
    fn redact(&self, by: &mut Redactor) -> Self;
}

/// The facts at a level, and what was replaced.
pub fn redact(facts: &Facts, level: RedactionLevel, ranges: &Ranges) -> (Facts, Redactor) {
    let mut by = Redactor::new(level, ranges.clone());
    let redacted = match level {
        RedactionLevel::None => facts.clone(),
        RedactionLevel::Standard | RedactionLevel::Full => facts.redact(&mut by),
    };
    (redacted, by)
}

#[cfg(test)]
mod tests;
