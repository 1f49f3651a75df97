//! Everything that was checked, and whether it is all right: the list behind a verdict.

mod item;
mod seen;

use super::code::Code;
use super::facts::{Facts, WhyUnknown};
use super::finding::{Evidence, Finding};
use crate::judge::severity::Severity;
use crate::words::{words, words_as_text};
pub use item::Item;
use item::codes;
use seen::{Observed, seen};

words! {
    /// How it is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum CheckState {
        /// It was looked at and is all right.
        Ok = "ok",
        /// A finding says what is wrong with it.
        Fault = "fault",
        /// A finding says what is worth a look.
        Warning = "warning",
        /// It could not be told.
        CouldNotTell = "could-not-tell",
        /// It was not asked for.
        LeftOut = "left-out",
    }
}

words_as_text!(CheckState);

/// Something that was looked at, and how it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What.
    pub item: Item,
    /// How it is.
    pub state: CheckState,
    /// The finding that says so, the first of them; a note beside what is all right.
    pub code: Option<Code>,
    /// Why it could not be told; none where something was seen that no rule has a name for.
    pub why: Option<WhyUnknown>,
    /// The numbers of what is all right.
    pub told: Vec<Evidence>,
}

/// How something is that a finding of this severity is about.
fn state(severity: Severity) -> CheckState {
    match severity {
        Severity::Fail => CheckState::Fault,
        Severity::Warn | Severity::Note => CheckState::Warning,
    }
}

/// The list.
pub fn checks(facts: &Facts, found: &[Finding]) -> Vec<Check> {
    let one = |item: Item| {
        let codes = codes(item);
        let mut own = found.iter().filter(|finding| codes.contains(&finding.code));
        let faults = own.clone().filter(|finding| finding.is_fault());
        // the first of the gravest
        let worst = faults.min_by_key(|finding| finding.severity);
        let code = worst.or_else(|| own.next()).map(|finding| finding.code);
        let (state, why, told) = match (worst, seen(facts, item)) {
            (Some(worst), _) => (state(worst.severity), None, Vec::new()),
            (None, Observed::Ok(told)) => (CheckState::Ok, None, told),
            (None, Observed::Odd) => (CheckState::CouldNotTell, None, Vec::new()),
            (None, Observed::Unknown(WhyUnknown::NotAsked)) => {
                (CheckState::LeftOut, Some(WhyUnknown::NotAsked), Vec::new())
            }
            (None, Observed::Unknown(why)) => (CheckState::CouldNotTell, Some(why), Vec::new()),
        };
        Check {
            item,
            state,
            code,
            why,
            told,
        }
    };
    Item::ALL.into_iter().map(one).collect()
}
