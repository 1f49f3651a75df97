//! Tests of the Network Assessment Tool in a sentence.

use std::fmt::Write as _;

use super::finished::AssessmentTotals;
use crate::doc::number::{counted, grouped, percent, quantile};

/// A sentence for each tool and protocol.
pub fn told(all: &[AssessmentTotals]) -> Option<String> {
    let told: Vec<String> = all.iter().map(one).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

fn one(all: &AssessmentTotals) -> String {
    let over = match all.protocol.as_str() {
        "" => String::new(),
        protocol => format!(" over {protocol}"),
    };
    let mut out = format!(
        "{}: {}{over}",
        all.tool,
        counted(all.tests, "test", "tests")
    );
    if all.failed > 0 {
        let _ = write!(out, ", {} of them without any answer", grouped(all.failed));
    }
    if let Some(loss) = all.loss_percent {
        let _ = write!(out, ", {} lost on average", percent(loss));
    }
    let [rtt, jitter] =
        [all.rtt, all.jitter].map(|times| times.map(|times| quantile(times.mean_ms)));
    for (what, ms) in [("round trip", rtt), ("jitter", jitter)] {
        if let Some(ms) = ms {
            let _ = write!(out, ", mean {what} {ms} ms");
        }
    }
    out + "."
}
