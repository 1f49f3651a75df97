//! Makes room for other findings: of many findings of one kind the most severe are reported, and the others combined.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::found::{RankedFinding, name};
use crate::doc::number::counted;
use crate::judge::severity::Severity;

/// Findings of a kind that are told one by one where not all have room.
const EACH: usize = 3;

/// Hosts that are named.
const NAMED: usize = 5;

/// The findings, the worst first; where they are more than `most`, those of a kind beyond the first ones together. Of groups
/// that fail more than others it is so in any case.
pub(super) fn together(found: Vec<RankedFinding>, most: usize) -> Vec<RankedFinding> {
    let are_many = found.len() > most;
    let mut told: Vec<RankedFinding> = Vec::new();
    let mut others: Vec<Vec<RankedFinding>> = Vec::new();
    for one in found {
        let alike = told.iter().filter(|other| kind(other) == kind(&one));
        if alike.count() < EACH || !are_many && !one.finding.code.ends_with("-fails") {
            told.push(one);
            continue;
        }
        let place = others.iter().position(|of| kind(&of[0]) == kind(&one));
        match place {
            Some(place) => others[place].push(one),
            None => others.push(vec![one]),
        }
    }
    for others in others {
        let last = told.iter().rposition(|one| kind(one) == kind(&others[0]));
        told.insert(last.map_or(told.len(), |last| last + 1), one_of(others));
    }
    told
}

fn kind(found: &RankedFinding) -> (Severity, &'static str) {
    (found.severity, found.finding.code)
}

/// One finding of several, or the only one.
fn one_of(mut others: Vec<RankedFinding>) -> RankedFinding {
    if others.len() == 1 {
        return others.remove(0);
    }
    let first = &others[0];
    let names = others.iter().map(|one| match one.about.as_str() {
        "" => one.finding.host.as_str(),
        what => what,
    });
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let distinct: Vec<&str> = names
        .filter(|one| !one.is_empty() && known.insert(one))
        .collect();
    let count = others.len() as u64;
    let mut text = format!(
        "{} of this kind ({})",
        counted(count, "more finding", "more findings"),
        first.finding.code
    );
    let first_ones: Vec<String> = distinct.iter().take(NAMED).map(|one| name(one)).collect();
    if !first_ones.is_empty() {
        let _ = write!(text, ": {}", first_ones.join(", "));
    }
    if distinct.len() > NAMED {
        let more = (distinct.len() - NAMED) as u64;
        let more = match first.about.as_str() {
            "" => counted(more, "other computer", "other computers"),
            _ => counted(more, "other", "others"),
        };
        let _ = write!(text, " and {more}");
    }
    text.push('.');
    let from = others.iter().filter_map(|one| one.finding.from).min();
    let ends: Option<Vec<_>> = others.iter().map(|one| one.finding.to).collect();
    let rows = others.iter().map(|one| one.finding.n);
    let (severity, weight, code) = (first.severity, first.weight, first.finding.code);
    RankedFinding::new(severity, weight, code, text)
        .when(from, ends.and_then(|ends| ends.into_iter().max()))
        .n(rows.fold(0, u64::saturating_add))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::severity::Severity::{Fail, Note, Warn};

    fn codes(found: Vec<RankedFinding>, most: usize) -> Vec<String> {
        let told = together(found, most).into_iter();
        told.map(|one| format!("{} {}", one.finding.code, one.finding.n))
            .collect()
    }

    #[test]
    fn many_of_a_kind_leave_room_for_the_others() {
        let of = |severity, code, n| RankedFinding::new(severity, 1.0, code, String::new()).n(n);
        let all = || {
            let quality = (1..=9).map(|n| of(Fail, "quality", n));
            let mut all: Vec<RankedFinding> = quality.collect();
            all.push(of(Warn, "level-shifted", 1));
            all.push(of(Note, "lost-probes", 1));
            all
        };
        // 4 to 9 are 39
        let wanted = [
            "quality 1",
            "quality 2",
            "quality 3",
            "quality 39",
            "level-shifted 1",
            "lost-probes 1",
        ];
        assert_eq!(codes(all(), 7), wanted);
        // where all have room each is told
        assert_eq!(codes(all(), 11).len(), 11);
        assert!(codes(Vec::new(), 7).is_empty());
    }
}
