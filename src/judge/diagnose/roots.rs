//! Findings and how they follow from each other: each rule is applied, and a finding that would disappear if the cause
//! of another one were fixed follows from that one.

use super::code::Code;
use super::facts::Facts;
use super::finding::{Confidence, Finding, Party};
use super::rules::RULES;

/// All findings, the lowest layer first, each with the root cause that it follows from.
pub fn findings(facts: &Facts) -> Vec<Finding> {
    let mut found: Vec<Finding> = RULES
        .iter()
        .filter_map(|rule| (rule.check)(facts))
        .collect();
    let parents = parents(facts, &found);
    for (finding, parent) in found.iter_mut().zip(&parents) {
        finding.explained_by = parent.map(|parent| root(&parents, parent));
    }
    // what would be Microsoft's is another machine's way, if media leaves from there
    if found.iter().any(|finding| finding.code == Code::Vdi) {
        let is_microsofts = |finding: &&mut Finding| finding.party == Party::Microsoft;
        for finding in found.iter_mut().filter(is_microsofts) {
            finding.confidence = Confidence::Possible;
        }
    }
    found
}

/// The place of each code in the order of the rules.
pub fn place(code: Code) -> usize {
    let place = RULES.iter().position(|rule| rule.code == code);
    place.unwrap_or(RULES.len())
}

/// The layer of a code.
pub fn layer(code: Code) -> u8 {
    let rule = RULES.iter().find(|rule| rule.code == code);
    rule.map_or(u8::MAX, |rule| rule.layer)
}

/// For each finding the code that explains it, by the first rule that does.
fn parents(facts: &Facts, found: &[Finding]) -> Vec<Option<(Code, usize)>> {
    let explained = RULES.iter().map(|rule| {
        let at = found
            .iter()
            .position(|one| one.code == rule.code && one.is_fault());
        at.map(|at| (rule.code, at, (rule.explains)(facts)))
    });
    let explained: Vec<_> = explained.flatten().collect();
    let mut parents: Vec<Option<(Code, usize)>> = vec![None; found.len()];
    for (child, finding) in found.iter().enumerate().filter(|(_, one)| one.is_fault()) {
        parents[child] = explained
            .iter()
            .filter(|(code, _, all)| *code != finding.code && all.contains(&finding.code))
            // two that explain each other: the lower layer is the cause
            .find(|(_, at, _)| !leads_to(&parents, *at, child))
            .map(|(code, at, _)| (*code, *at));
    }
    parents
}

/// Whether a finding follows from another one, over however many.
fn leads_to(parents: &[Option<(Code, usize)>], from: usize, to: usize) -> bool {
    let mut at = Some(from);
    for _ in 0..=parents.len() {
        match at {
            Some(place) if place == to => return true,
            Some(place) => at = parents[place].map(|(_, parent)| parent),
            None => return false,
        }
    }
    true
}

fn root(parents: &[Option<(Code, usize)>], (code, place): (Code, usize)) -> Code {
    let (mut code, mut place) = (code, place);
    while let Some((next, at)) = parents[place] {
        (code, place) = (next, at);
    }
    code
}
