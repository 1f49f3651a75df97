//! Sentences of findings: made of their codes and evidence alone.

mod fill;
mod lower;
mod upper;

use crate::judge::diagnose::{Code, Evidence, Finding, Value};

pub use fill::shown;

/// Microsoft's ranges of media, as rules of firewalls name them: endpoint id 11.
pub const RANGES: &str = "52.112.0.0/14, 52.122.0.0/15 and 2603:1063::/38";

/// What is said of a code. `{name}` is a value of the evidence, `{name:n}` how many measurements are behind it; a part in
/// brackets is left out where a value in it is not there.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// What was seen.
    pub said: &'static str,
    /// What to do, for the person who can.
    pub next: &'static str,
    /// What would settle it, where it is possible only; empty where it never is.
    pub settle: &'static str,
}

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

/// A sentence for the manual: values by their names.
pub fn with_names(template: &str) -> String {
    let text = template.replace("{ranges}", RANGES).replace(":n}", "}");
    text.replace(['[', ']'], "")
}

/// Evidence in a line: `lost 12 of 500, p95 30 ms`.
pub fn listed(evidence: &[Evidence]) -> String {
    let one = |one: &Evidence| {
        let value = shown(&one.value);
        let n = one.n.map(crate::doc::number::grouped);
        match (n, &one.value) {
            (Some(n), Value::Count(_)) => format!("{} {value} of {n}", one.name),
            (Some(n), _) => format!("{} {value} (n {n})", one.name),
            (None, _) => format!("{} {value}", one.name),
        }
    };
    evidence.iter().map(one).collect::<Vec<_>>().join(", ")
}
