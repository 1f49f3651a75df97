//! Sentences of findings: made of their codes and evidence alone.

mod fill;
mod lower;
mod upper;

use crate::judge::diagnose::{Code, Datum, Evidence, Finding};

pub use fill::Words;
pub use fill::{RANGES, conditional, filled, shown};

/// The sentences of a code with their places for values.
pub fn words(code: Code) -> Words {
    const NONE: Words = Words {
        said: "",
        next: "",
        settle: "",
    };
    lower::words(code)
        .or_else(|| upper::words(code))
        .unwrap_or(NONE)
}

/// What was seen.
pub fn said(finding: &Finding) -> String {
    fill::filled(words(finding.code).said, &finding.evidence)
}

/// What to do.
pub fn next(finding: &Finding) -> String {
    fill::filled(words(finding.code).next, &finding.evidence)
}

/// A sentence for the manual: values by their names, all parts of it.
pub fn with_names(template: &str) -> String {
    let text = template.replace("{ranges}", RANGES).replace(":n}", "}");
    let parts = text.split(['[', ']']);
    parts.map(|part| conditional(part).1).collect()
}

/// Evidence in a line: `lost 12 of 500, p95 30 ms`.
pub fn listed(evidence: &[Evidence]) -> String {
    let one = |one: &Evidence| {
        let value = shown(&one.value);
        let n = one.n.map(crate::doc::number::grouped);
        match (n, &one.value) {
            (Some(n), Datum::Count(_)) => format!("{} {value} of {n}", one.name),
            (Some(n), _) => format!("{} {value} (n {n})", one.name),
            (None, _) => format!("{} {value}", one.name),
        }
    };
    evidence.iter().map(one).collect::<Vec<_>>().join(", ")
}
