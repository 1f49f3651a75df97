//! Everything that was checked, and whether it is all right: the list behind a verdict.

mod item;
mod observed;
mod odd;
mod seen;

use super::code::Code;
use super::facts::{Facts, WhyUnknown};
use super::finding::{Datum, Evidence, Finding};
use crate::judge::severity::Severity;
use crate::words::{words, words_as_text};
pub use item::Item;
use item::codes;
use observed::Observed;
pub use odd::Odd;
use seen::seen;

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
    /// Why nothing is known of it.
    pub why: Option<WhyUnknown>,
    /// What was seen, where it could not be told all the same.
    pub odd: Option<Odd>,
    /// The numbers of what is all right, or of what was seen.
    pub told: Vec<Evidence>,
}

/// Whether a finding is about that protocol, of a code that may be about either.
fn is_of(finding: &Finding, item: Item) -> bool {
    let Some(Datum::Word(protocols)) = finding.value("protocol") else {
        return true;
    };
    match item {
        Item::Tcp443 => protocols.contains("TCP"),
        Item::Udp => protocols.contains("UDP"),
        _ => true,
    }
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
        let is_own = |finding: &&Finding| codes.contains(&finding.code) && is_of(finding, item);
        let mut own = found.iter().filter(is_own);
        let faults = own.clone().filter(|finding| finding.is_fault());
        // the first of the gravest
        let worst = faults.min_by_key(|finding| finding.severity);
        let code = worst.or_else(|| own.next()).map(|finding| finding.code);
        let one = |state, why| Check {
            item,
            state,
            code,
            why,
            odd: None,
            told: Vec::new(),
        };
        match (worst, seen(facts, item)) {
            (Some(worst), _) => one(state(worst.severity), None),
            (None, Observed::Ok(told)) => Check {
                told,
                ..one(CheckState::Ok, None)
            },
            (None, Observed::Odd(odd, told)) => Check {
                odd: Some(odd),
                told,
                ..one(CheckState::CouldNotTell, None)
            },
            (None, Observed::Unknown(why)) => {
                let is_left_out = why == WhyUnknown::NotAsked;
                let state = if is_left_out {
                    CheckState::LeftOut
                } else {
                    CheckState::CouldNotTell
                };
                one(state, Some(why))
            }
        }
    };
    Item::ALL.into_iter().map(one).collect()
}
