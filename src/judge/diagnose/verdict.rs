//! The verdict: at most three root causes, or all is well, or could not tell.

use super::checks::{Check, CheckState, Item, checks};
use super::code::Code;
use super::facts::{AddressOrigin, ConnectFacts, Facts};
use super::finding::Finding;
use super::roots::{findings, place};
use super::view::{self, relays};
use crate::arrange::Arrange as _;
use crate::judge::severity::Severity;
use crate::words::{words, words_as_text};

/// Root causes that are named.
const MOST: usize = 3;

/// What a call needs: without one of them known to be all right, nothing is.
const NEEDED: [Item; 3] = [Item::Tcp443, Item::Tls, Item::Udp];

words! {
    /// What it comes to.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum VerdictOutcome {
        /// Something is wrong.
        Fault = "fault",
        /// Something is worth a look.
        Warning = "warning",
        /// All that was looked at is well.
        Ok = "ok",
        /// It could not be told.
        CouldNotTell = "could-not-tell",
    }
}

words_as_text!(VerdictOutcome);

/// What it comes to, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Conclusion {
    /// What it comes to.
    pub outcome: VerdictOutcome,
    /// The root causes, the gravest first, by what follows from them, too, of equal ones the surest, then the lowest layer; at most three.
    pub roots: Vec<Code>,
    /// How many more there are.
    pub more: usize,
    /// What a call needs and could not be told.
    pub missing: Vec<Item>,
    /// Whether the short form was asked for, which waits less long.
    pub is_quick: bool,
}

/// Findings, the list of what was looked at, and the verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// All findings, the lowest layer first.
    pub findings: Vec<Finding>,
    /// Everything that was looked at.
    pub checks: Vec<Check>,
    /// What it comes to.
    pub verdict: Conclusion,
}

/// Judges facts.
pub fn diagnose(facts: &Facts) -> Diagnosis {
    let findings = findings(facts);
    let checks = checks(facts, &findings);
    let verdict = verdict(facts, &findings, &checks);
    Diagnosis {
        findings,
        checks,
        verdict,
    }
}

/// Whether the relays were found without the system's name servers, of which Teams has no other.
fn is_found_otherwise(facts: &Facts) -> bool {
    let is_otherwise = |relay: &ConnectFacts| {
        matches!(
            relay.origin,
            AddressOrigin::Comparison | AddressOrigin::BuiltIn
        )
    };
    !relays(facts).is_empty() && relays(facts).iter().all(is_otherwise)
}

fn verdict(facts: &Facts, findings: &[Finding], checks: &[Check]) -> Conclusion {
    let is_root = |finding: &&Finding| finding.is_fault() && finding.explained_by.is_none();
    let mut roots: Vec<&Finding> = findings.iter().filter(is_root).collect();
    // a root cause is as grave as what follows from it
    let severity = |root: &Finding| {
        let follows = findings
            .iter()
            .filter(|one| one.explained_by == Some(root.code));
        let worst = follows.map(|one| one.severity).min();
        worst.map_or(root.severity, |worst| worst.min(root.severity))
    };
    roots.arrange_by_key(|root| (severity(root), root.confidence, place(root.code)));
    let names = is_found_otherwise(facts).then_some(Item::NameServers);
    // what was lost more than once may be more than chance, and nothing says whose it is
    let (answered, asked) = view::queries(facts);
    let lookups = (asked.saturating_sub(answered) >= 2).then_some(Item::Lookups);
    let sizes = view::lost_sizes(facts).map(|_| Item::Sizes);
    let others = [names, lookups, sizes];
    let is_needed = |item: &Item| NEEDED.contains(item) || others.contains(&Some(*item));
    let needed = || checks.iter().filter(|check| is_needed(&check.item));
    let missing = needed().filter(|check| check.state == CheckState::CouldNotTell);
    let missing: Vec<Item> = missing.map(|check| check.item).collect();
    let has_any = needed().any(|check| check.state == CheckState::Ok);
    let outcome = match roots.first().map(|root| severity(root)) {
        Some(Severity::Fail) => VerdictOutcome::Fault,
        _ if !missing.is_empty() || !has_any => match roots.first() {
            Some(_) => VerdictOutcome::Warning,
            None => VerdictOutcome::CouldNotTell,
        },
        Some(_) => VerdictOutcome::Warning,
        None => VerdictOutcome::Ok,
    };
    Conclusion {
        outcome,
        roots: roots.iter().take(MOST).map(|root| root.code).collect(),
        more: roots.len().saturating_sub(MOST),
        missing,
        is_quick: facts.about.quick,
    }
}

impl Diagnosis {
    /// The finding of a code.
    pub fn finding(&self, code: Code) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.code == code)
    }

    /// What follows from a root cause.
    pub fn following(&self, root: Code) -> impl Iterator<Item = &Finding> {
        let follows = move |finding: &&Finding| finding.explained_by == Some(root);
        self.findings.iter().filter(follows)
    }
}
