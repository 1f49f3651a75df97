//! Layer 9: this program's own list of addresses.

use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::Facts;
use crate::judge::diagnose::finding::Confidence::Certain;
use crate::judge::diagnose::finding::{Datum, Finding, Party, Rule, nothing};
use crate::judge::severity::Severity::Warn;

/// How old the list was when it was used, in days.
pub fn age_days(facts: &Facts) -> Option<i64> {
    let started = facts.about.started?.date_naive();
    Some(
        started
            .signed_duration_since(facts.about.list_date?)
            .num_days(),
    )
}

pub const LIST_OLD: Rule = Rule {
    code: Code::ListOld,
    layer: 9,
    condition: "the list of Microsoft's ranges is over 90 days old (warn: over 180)",
    why: "Microsoft changes it about once a month, and an address outside an old list may be inside the new one",
    grade: "note or warn, nobody",
    check: |facts| {
        let days = age_days(facts).filter(|days| *days > 90)?;
        let finding = if days > 180 {
            Finding::new(Code::ListOld, Warn, Party::Nobody, Certain)
        } else {
            Finding::note(Code::ListOld, Certain)
        };
        let days = u64::try_from(days).unwrap_or(0);
        Some(
            finding
                .with("days", Datum::Count(days), "about.list_date")
                .maybe(
                    "date",
                    facts.about.list_date.map(Datum::Day),
                    "about.list_date",
                ),
        )
    },
    explains: nothing,
};
