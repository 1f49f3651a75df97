//! What changed from one diagnosis to the next.

use serde::Serialize;

use super::verdict::{sentence, word};
use super::words::said;
use crate::judge::diagnose::{Code, Diagnosis, Finding, VerdictOutcome};

/// What of a look is compared with the next: what it comes to and which faults there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookState {
    outcome: VerdictOutcome,
    faults: Vec<Code>,
}

impl LookState {
    /// Of a diagnosis.
    pub fn of(judged: &Diagnosis) -> Self {
        let faults = judged.findings.iter().filter(|finding| finding.is_fault());
        let mut faults: Vec<Code> = faults.map(|finding| finding.code).collect();
        faults.sort_unstable();
        faults.dedup();
        Self {
            outcome: judged.verdict.outcome,
            faults,
        }
    }
}

/// What is told of a change.
#[derive(Debug, Serialize)]
pub struct ChangeNotice {
    /// When the look began, RFC 3339.
    pub at: String,
    /// `ok`, `warning`, `fault`, `could-not-tell`.
    pub outcome: &'static str,
    /// The verdict in words.
    pub verdict: String,
    /// Faults that were not there before.
    pub began: Vec<&'static str>,
    /// Faults that are there no more.
    pub ended: Vec<&'static str>,
    /// What the new ones say.
    #[serde(skip)]
    pub said: Vec<String>,
}

/// What changed since the state before; none where nothing did.
pub fn change(before: &LookState, judged: &Diagnosis, at: String) -> Option<ChangeNotice> {
    let now = LookState::of(judged);
    if *before == now {
        return None;
    }
    let without = |all: &[Code], known: &[Code]| -> Vec<Code> {
        all.iter()
            .filter(|code| !known.contains(code))
            .copied()
            .collect()
    };
    let began = without(&now.faults, &before.faults);
    let ended = without(&before.faults, &now.faults);
    let is_new = |finding: &&Finding| finding.is_fault() && began.contains(&finding.code);
    let words = |codes: &[Code]| codes.iter().map(|code| code.as_str()).collect();
    Some(ChangeNotice {
        at,
        outcome: judged.verdict.outcome.as_str(),
        verdict: format!("{}: {}", word(judged.verdict.outcome), sentence(judged)),
        said: judged.findings.iter().filter(is_new).map(said).collect(),
        began: words(&began),
        ended: words(&ended),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::diagnose::diagnose;
    use crate::judge::diagnose::tests::overlay::{facts, scenarios};

    fn judged(fault: Option<&str>) -> Diagnosis {
        let all = scenarios();
        let found = all
            .iter()
            .find(|one| one.fault.as_deref() == fault && fault.is_some());
        diagnose(&facts(&found.into_iter().collect::<Vec<_>>()))
    }

    #[test]
    fn what_began_and_what_is_over_is_told_and_nothing_where_all_is_as_it_was() {
        let (well, dns, udp) = (
            judged(None),
            judged(Some("dns-slow")),
            judged(Some("udp-all-silent")),
        );
        let at = || "2026-11-29T05:00:00Z".to_owned();
        assert!(change(&LookState::of(&well), &judged(None), at()).is_none());
        let told = change(&LookState::of(&well), &dns, at()).unwrap();
        assert_eq!((told.began, told.ended), (vec!["dns-slow"], vec![]));
        assert_eq!(told.said.len(), 1);
        let told = change(&LookState::of(&dns), &udp, at()).unwrap();
        assert!(told.began.contains(&"udp-all-silent") && told.ended == ["dns-slow"]);
        assert!(told.verdict.starts_with("FAULT"), "{}", told.verdict);
        let told = change(&LookState::of(&udp), &well, at()).unwrap();
        assert!(told.began.is_empty() && told.outcome == "ok");
    }
}
