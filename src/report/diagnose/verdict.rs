//! The verdict in one sentence.

use std::fmt::Write as _;

use super::words::{filled, shown};
use crate::doc::number::{self, grouped};
use crate::judge::diagnose::facts::WhyUnknown;
use crate::judge::diagnose::{Check, CheckState, Code, Diagnosis, Finding, Item, VerdictOutcome};

/// The sentence, without a word for the outcome before it.
pub fn sentence(diagnosis: &Diagnosis) -> String {
    let verdict = &diagnosis.verdict;
    let roots = verdict
        .roots
        .iter()
        .filter_map(|code| diagnosis.finding(*code));
    let mut roots = roots.map(root);
    let mut text = match (verdict.outcome, roots.next()) {
        (VerdictOutcome::Fault | VerdictOutcome::Warning, Some(first)) => {
            let mut text = first;
            for other in roots {
                text.push_str("; also ");
                text.push_str(&other);
            }
            if verdict.more > 0 {
                let _ = write!(text, "; and {} more", grouped(verdict.more as u64));
            }
            text
        }
        (VerdictOutcome::Ok, _) => well(diagnosis),
        _ => "no fault was found, but too little is known to call the path healthy".to_owned(),
    };
    let not_told: Vec<String> = verdict
        .missing
        .iter()
        .map(|item| missing(diagnosis, *item))
        .collect();
    let is_hidden = verdict.outcome == VerdictOutcome::Fault;
    if !not_told.is_empty() && !is_hidden {
        text.push_str("; could not tell: ");
        text.push_str(&not_told.join(", "));
    }
    if verdict.outcome == VerdictOutcome::CouldNotTell {
        text.push_str("; what would settle it: ");
        text.push_str(settles(diagnosis));
    }
    text
}

/// A root cause with the one who can mend it.
fn root(finding: &Finding) -> String {
    let whose = finding.party.as_str();
    let sure = finding.confidence.as_str();
    format!(
        "{whose} ({sure}): {} [{}]",
        finding.code.meaning(),
        finding.code.as_str()
    )
}

/// What was measured where all is well.
fn well(diagnosis: &Diagnosis) -> String {
    let is_ok =
        |item: &Item| check(diagnosis, *item).is_some_and(|check| check.state == CheckState::Ok);
    let answering = [Item::Tcp443, Item::Tls, Item::Udp]
        .into_iter()
        .filter(is_ok);
    let answering: Vec<&str> = answering.map(Item::meaning).collect();
    let loss = check(diagnosis, Item::Loss);
    let is_whole = loss.is_some_and(|check| check.state == CheckState::Ok);
    let begin = if is_whole {
        "all is well"
    } else {
        "no fault found"
    };
    let mut text = format!("{begin}: {} answer", answering.join(", "));
    for item in [Item::Loss, Item::Delay, Item::Jitter] {
        let numbers = check(diagnosis, item).filter(|check| check.state == CheckState::Ok);
        for one in numbers.iter().flat_map(|check| &check.told) {
            let n = one
                .n
                .filter(|_| item == Item::Loss)
                .map_or_else(String::new, |n| format!(" of {}", grouped(n)));
            let _ = write!(text, "; {} {}{n}", item.meaning(), shown(&one.value));
        }
    }
    let unmeasured = loss.filter(|_| !is_whole);
    match unmeasured.map(|check| (check.state, untold(check))) {
        None if is_whole => {}
        Some((CheckState::CouldNotTell, Some(why))) => {
            let _ = write!(text, "; packet loss could not be told ({why})");
        }
        _ if diagnosis.verdict.is_quick => {
            text.push_str("; packet loss was not measured (run without --quick)");
        }
        _ => text.push_str("; packet loss was not measured"),
    }
    text
}

fn check(diagnosis: &Diagnosis, item: Item) -> Option<&Check> {
    diagnosis.checks.iter().find(|check| check.item == item)
}

fn missing(diagnosis: &Diagnosis, item: Item) -> String {
    match check(diagnosis, item).and_then(untold) {
        Some(why) => format!("{} ({why})", item.meaning()),
        None => item.meaning().to_owned(),
    }
}

/// Why a check could not be told: what is not known, or what was seen that is nobody's fault for sure.
pub fn untold(check: &Check) -> Option<String> {
    match (&check.why, check.odd) {
        (Some(why), _) => Some(told(why)),
        (None, Some(odd)) => Some(filled(odd.meaning(), &check.told)),
        (None, None) => None,
    }
}

fn settles(diagnosis: &Diagnosis) -> &'static str {
    let whys = || {
        diagnosis
            .checks
            .iter()
            .filter_map(|check| check.why.as_ref())
    };
    let is_ok = |check: &Check| check.state == CheckState::Ok && check.item != Item::List;
    let has_any = diagnosis.checks.iter().any(is_ok);
    let is_longer =
        |why: &WhyUnknown| matches!(why, WhyUnknown::WaitedBriefly(_) | WhyUnknown::OutOfTime);
    if diagnosis.verdict.is_quick && whys().any(is_longer) {
        "the same run without --quick, which waits longer"
    } else if whys().any(|why| matches!(why, WhyUnknown::OutOfTime | WhyUnknown::Interrupted)) {
        "the same run again, to its end"
    } else if has_any {
        "the same run again, and from another network"
    } else {
        "a run that reaches a relay: nothing could be checked"
    }
}

/// Why something is not known, in words.
pub fn told(why: &WhyUnknown) -> String {
    match why {
        WhyUnknown::NotAsked => "not requested".to_owned(),
        WhyUnknown::OutOfTime => "out of time".to_owned(),
        WhyUnknown::Interrupted => "the run ended first".to_owned(),
        WhyUnknown::NotOnThisSystem => "this system does not provide it".to_owned(),
        WhyUnknown::Masked(code) => format!("hidden: {}", Code::meaning(*code)),
        WhyUnknown::NotReached => "not reached, or no answer".to_owned(),
        WhyUnknown::NoMappedAddress => {
            "the relays answer without the address that they see this machine by".to_owned()
        }
        WhyUnknown::WaitedBriefly(ms) => format!(
            "not finished within {}; a slow server or lost packets look the same, and a run without --quick waits longer",
            number::seconds(*ms as f64 / 1e3)
        ),
        WhyUnknown::Failed(detail) => {
            crate::doc::text::cut(&format!("failed: {}", detail.as_str()), 120)
        }
    }
}

/// The word for the outcome.
pub fn word(outcome: VerdictOutcome) -> &'static str {
    match outcome {
        VerdictOutcome::Fault => "FAULT",
        VerdictOutcome::Warning => "WARNING",
        VerdictOutcome::Ok => "OK",
        VerdictOutcome::CouldNotTell => "COULD NOT TELL",
    }
}
