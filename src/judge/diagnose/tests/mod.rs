//! Whole situations: facts in, findings and verdict out.

pub(crate) mod overlay;
mod pairs;

use std::collections::BTreeSet;

use overlay::{facts, scenarios};

use super::{CheckState, Code, Diagnosis, Facts, Finding, Item, RULES, diagnose};
use crate::judge::severity::Severity;

fn told(finding: &Finding) -> String {
    let mut text = format!(
        "{} {} {} {}",
        finding.code.as_str(),
        finding.severity.as_str(),
        finding.party.as_str(),
        finding.confidence.as_str()
    );
    if let Some(root) = finding.explained_by {
        text.push_str(" < ");
        text.push_str(root.as_str());
    }
    text
}

fn all_told(diagnosis: &Diagnosis) -> Vec<String> {
    diagnosis.findings.iter().map(told).collect()
}

#[test]
fn every_situation_comes_to_what_was_expected_of_it() {
    let mut wrong = Vec::new();
    for scenario in scenarios() {
        let diagnosis = diagnose(&facts(&[&scenario]));
        let found = all_told(&diagnosis);
        let verdict = &diagnosis.verdict;
        let roots: Vec<&str> = verdict.roots.iter().map(|root| root.as_str()).collect();
        if found != scenario.findings
            || roots != scenario.roots
            || verdict.outcome.as_str() != scenario.outcome
        {
            wrong.push(format!(
                "{}: {} {roots:?}\n  found    {found:?}\n  expected {:?}",
                scenario.name,
                verdict.outcome.as_str(),
                scenario.findings
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_many_situations_and_each_code_has_one() {
    let all = scenarios();
    let names: BTreeSet<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "two situations have one name");
    assert!(all.len() >= 53);
    let healthy = all
        .iter()
        .filter(|one| one.roots.is_empty() && one.outcome == "ok");
    assert!(healthy.count() >= 12);
    let found = all.iter().flat_map(|one| &one.findings);
    let found: BTreeSet<&str> = found.filter_map(|told| told.split(' ').next()).collect();
    let missing: Vec<_> = Code::ALL
        .iter()
        .filter(|code| !found.contains(code.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn each_code_has_one_rule_and_lower_layers_come_first() {
    let codes: BTreeSet<Code> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(codes.len(), Code::ALL.len());
    assert!(RULES.is_sorted_by_key(|rule| rule.layer));
    for rule in RULES {
        let code = rule.code.as_str();
        assert!(
            ![rule.condition, rule.why, rule.grade].contains(&""),
            "{code}"
        );
    }
}

#[test]
fn nothing_known_finds_nothing_and_is_not_well() {
    let diagnosis = diagnose(&Facts::default());
    assert_eq!(all_told(&diagnosis), [""; 0]);
    assert_eq!(diagnosis.verdict.outcome.as_str(), "could-not-tell");
    assert!(
        diagnosis
            .checks
            .iter()
            .all(|check| check.state.as_str() == "left-out")
    );
}

/// Each fact of the healthy path alone taken away.
#[test]
fn a_fact_that_is_not_known_blames_nobody() {
    let healthy = serde_json::to_value(facts(&[&scenarios()[0]])).unwrap();
    let mut places = Vec::new();
    collect(&healthy, "", &mut places);
    assert!(places.len() > 40, "{}", places.len());
    for place in places {
        for why in [
            serde_json::json!("out-of-time"),
            serde_json::json!({"failed": "an error"}),
        ] {
            let mut facts = healthy.clone();
            *facts.pointer_mut(&place).unwrap() = serde_json::json!({"unknown": why});
            let facts: Facts = serde_json::from_value(facts).unwrap();
            let diagnosis = diagnose(&facts);
            assert!(
                diagnosis
                    .findings
                    .iter()
                    .all(|one| one.severity == Severity::Note),
                "{place}"
            );
        }
    }
}

/// A proxy that is set and dead, or leads elsewhere, is nobody's fault where nobody needs it, and not all right.
#[test]
fn a_proxy_is_all_right_only_where_it_says_so() {
    let set = serde_json::json!({"known": {"place": "10.0.0.1:3128", "set_by": "https_proxy"}});
    for (said, state) in [
        (serde_json::json!({"status": 200}), CheckState::Ok),
        (serde_json::json!({"status": 302}), CheckState::CouldNotTell),
        (serde_json::json!("unreachable"), CheckState::CouldNotTell),
        (serde_json::json!("no-answer"), CheckState::CouldNotTell),
    ] {
        let mut facts = serde_json::to_value(facts(&[&scenarios()[0]])).unwrap();
        *facts.pointer_mut("/machine/proxy").unwrap() = set.clone();
        *facts.pointer_mut("/web/connect").unwrap() = serde_json::json!({ "known": said });
        let diagnosis = diagnose(&serde_json::from_value::<Facts>(facts).unwrap());
        let mut checks = diagnosis.checks.iter();
        let proxy = checks.find(|check| check.item == Item::Proxy).unwrap();
        assert_eq!(proxy.state, state, "{said}");
        assert!(diagnosis.verdict.roots.is_empty(), "{said}");
    }
}

/// What stops one protocol is no fault of the other one that works.
#[test]
fn what_this_machine_does_not_send_is_a_fault_of_its_protocol_alone() {
    let mut value = serde_json::to_value(facts(&[&scenarios()[0]])).unwrap();
    for cell in value["udp"]["cells"]["known"].as_array_mut().unwrap() {
        cell["denied"] = 8.into();
        for (key, none) in [("sent", 0), ("answered", 0)] {
            cell[key] = none.into();
        }
    }
    let diagnosis = diagnose(&serde_json::from_value::<Facts>(value).unwrap());
    let state = |item| {
        diagnosis
            .checks
            .iter()
            .find(|one| one.item == item)
            .unwrap()
            .state
    };
    assert_eq!(diagnosis.verdict.roots, [Code::SendDenied]);
    assert_eq!(state(Item::Udp), CheckState::Fault);
    assert_eq!(state(Item::Tcp443), CheckState::Ok);
}

fn collect(at: &serde_json::Value, place: &str, places: &mut Vec<String>) {
    use serde_json::Value as V;
    match at {
        V::Object(object) => {
            if object.contains_key("known") || object.contains_key("unknown") {
                places.push(place.to_owned());
            }
            for (key, next) in object {
                collect(next, &format!("{place}/{key}"), places);
            }
        }
        V::Array(all) => {
            for (at, next) in all.iter().enumerate() {
                collect(next, &format!("{place}/{at}"), places);
            }
        }
        _ => {}
    }
}

#[test]
fn facts_are_written_and_read_back_and_judged_the_same() {
    for scenario in scenarios() {
        let facts = facts(&[&scenario]);
        let text = serde_json::to_string(&facts).unwrap();
        let again: Facts = serde_json::from_str(&text).unwrap();
        assert_eq!(again, facts, "{}", scenario.name);
        assert_eq!(diagnose(&again), diagnose(&facts), "{}", scenario.name);
    }
}

#[test]
fn at_most_three_root_causes_are_named_and_the_rest_is_counted() {
    let all = scenarios();
    let plain = |code: &str| {
        all.iter()
            .find(|one| one.fault.as_deref() == Some(code))
            .unwrap()
    };
    let faults = [
        "q-loss",
        "turn-error",
        "window-scaling-off",
        "dns-slow",
        "hosts-entry",
    ]
    .map(plain);
    let verdict = diagnose(&facts(&faults)).verdict;
    let roots: Vec<&str> = verdict.roots.iter().map(|root| root.as_str()).collect();
    // the fails first, the surer one before the other; then the surest warning
    assert_eq!(
        (roots, verdict.more),
        (vec!["hosts-entry", "q-loss", "dns-slow"], 2)
    );
}

/// Whoever reads the list and whoever reads the verdict must not be told two things.
#[test]
fn a_check_is_as_bad_as_its_worst_finding() {
    for scenario in scenarios() {
        let diagnosis = diagnose(&facts(&[&scenario]));
        let has = |state: CheckState| diagnosis.checks.iter().any(|check| check.state == state);
        let [fails, warns] = [Severity::Fail, Severity::Warn].map(|severity| {
            let mut all = diagnosis.findings.iter();
            all.any(|one| one.severity == severity)
        });
        assert_eq!(has(CheckState::Fault), fails, "{}", scenario.name);
        assert!(!has(CheckState::Warning) || warns, "{}", scenario.name);
        let told = diagnosis.checks.iter().filter_map(|check| {
            let finding = diagnosis.finding(check.code?)?;
            Some((check.state, finding.severity))
        });
        for (state, severity) in told {
            let expected = match state {
                CheckState::Fault => Severity::Fail,
                CheckState::Warning => Severity::Warn,
                _ => Severity::Note,
            };
            assert_eq!(severity, expected, "{}", scenario.name);
        }
    }
}
