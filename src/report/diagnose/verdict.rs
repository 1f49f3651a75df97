//! The verdict in one sentence.

use std::fmt::Write as _;

use super::words::shown;
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
    let missing: Vec<String> = verdict
        .missing
        .iter()
        .map(|item| untold(diagnosis, *item))
        .collect();
    let is_hidden = verdict.outcome == VerdictOutcome::Fault;
    if !missing.is_empty() && !is_hidden {
        text.push_str("; could not tell: ");
        text.push_str(&missing.join(", "));
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
    let mut text = format!("all is well: {} answer", answering.join(", "));
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
    if check(diagnosis, Item::Loss).is_none_or(|check| check.state != CheckState::Ok) {
        text.push_str("; loss was not judged");
    }
    text
}

fn check(diagnosis: &Diagnosis, item: Item) -> Option<&Check> {
    diagnosis.checks.iter().find(|check| check.item == item)
}

fn untold(diagnosis: &Diagnosis, item: Item) -> String {
    let why = check(diagnosis, item).and_then(|check| check.why.as_ref());
    match why {
        Some(why) => format!("{} ({})", item.meaning(), told(why)),
        None => format!(
            "{} (not as it should be, and whose fault could not be determined)",
            item.meaning()
        ),
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
