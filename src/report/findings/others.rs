//! What other programs measured: pings, and tests of Microsoft's tools.

use std::time::Duration;

use super::found::{Inputs, RankedFinding, name};
use crate::doc::number::{grouped, millis, percent};
use crate::judge::limits::CLIENT;
use crate::judge::severity::Severity;
use crate::measure::assessment::finished::AssessmentTotals;

/// What Microsoft allows to be lost, from a client to its edge, in percent.
fn loss_percent() -> f64 {
    CLIENT.loss as f64 / 1e4
}

/// A limit in milliseconds.
fn ms(limit: Duration) -> f64 {
    limit.as_secs_f64() * 1e3
}

pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let mut found = pings(about);
    found.extend(assessments(about));
    found.extend(about.report.kinds.assessments.iter().filter_map(unknown));
    found
}

/// Pings that were lost.
fn pings(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let pings = about.report.kinds.pings.iter();
    let lost = pings.filter(|one| one.lost_low_percent.is_some_and(|low| low > loss_percent()));
    lost.map(|one| {
        let told = format!(
            "{} of {} pings to {} were lost ({})",
            grouped(one.lost),
            grouped(one.pings),
            name(&one.address),
            one.lost_percent.map(percent).unwrap_or_default()
        );
        let text = if one.lost >= one.pings {
            format!("{told}: nothing answers ICMP there, or something on the path drops it (possible); this says nothing about TCP and UDP.")
        } else {
            format!("{told}; routers may drop pings while they forward everything else (possible).")
        };
        RankedFinding::new(Severity::Warn, one.lost_percent.unwrap_or(0.0), "ping-loss", text)
            .when(one.first, one.last)
            .n(one.pings)
    })
    .collect()
}

/// Tests that broke a limit of Microsoft's on average.
fn assessments(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let mut found = Vec::new();
    for one in &about.report.kinds.assessments {
        let mut broken = Vec::new();
        if let Some(loss) = one.loss_percent.filter(|loss| *loss >= loss_percent()) {
            broken.push(format!("{} of the packets lost", percent(loss)));
        }
        for (times, limit, what) in [
            (one.rtt, ms(CLIENT.rtt), "round trip"),
            (one.jitter, ms(CLIENT.jitter), "jitter"),
        ] {
            if let Some(times) = times.filter(|times| times.mean_ms >= limit) {
                broken.push(format!("{what} {} ms", millis(times.mean_ms)));
            }
        }
        if broken.is_empty() {
            continue;
        }
        let text = format!(
            "The {} tests of the {} exceed Microsoft's limits (1 % lost, round trip 100 ms, jitter 30 ms) on average: {}.",
            grouped(one.tests),
            name(&one.tool),
            broken.join(", ")
        );
        let weight = broken.len() as f64;
        found.push(
            RankedFinding::new(Severity::Fail, weight, "quality", text)
                .when(one.first, one.last)
                .n(one.tests),
        );
    }
    found
}

/// Tests that do not say what was lost, or how long it took: the means are those of the others.
fn unknown(one: &AssessmentTotals) -> Option<RankedFinding> {
    let parts = [
        ("the loss", one.loss_unknown),
        ("the round trip", one.rtt_unknown),
        ("the jitter", one.jitter_unknown),
    ];
    let parts = parts.into_iter().filter(|(_, tests)| *tests > 0);
    let parts: Vec<String> = parts
        .map(|(what, tests)| format!("{what} in {}", grouped(tests)))
        .collect();
    if parts.is_empty() {
        return None;
    }
    let text = format!(
        "Of the {} tests of the {} it could not be determined what all of them measured, as cells are empty or cannot be read: {}. \
         The means are those of the others.",
        grouped(one.tests),
        name(&one.tool),
        parts.join(", ")
    );
    Some(
        RankedFinding::new(Severity::Warn, 0.0, "quality-unknown", text)
            .when(one.first, one.last)
            .n(one.tests),
    )
}
