//! What identifies a line of a comparison.

use super::model::{ComparedLine, Comparison, Estimate};
use crate::doc::Cell;
use crate::stats::compare::Decision;

pub(super) fn several_paths(of: &Comparison) -> bool {
    // of a path both rows and requests may have failed
    let mut paths = of.failures.iter().map(|of| (&of.transport, &of.target));
    let first = paths.next();
    first.is_some_and(|first| paths.any(|path| path != first))
}

pub(super) const KEY: [&str; 4] = ["transport", "target", "region", "metric"];

pub(super) fn key(line: &ComparedLine) -> [Cell; 4] {
    let region = match &line.region {
        Some(region) => Cell::name(region, "region"),
        None => "(all regions)".into(),
    };
    let [transport, target] = [&line.transport, &line.target].map(|name| name.clone().into());
    [transport, target, region, line.metric.as_str().into()]
}

pub(super) fn class(verdict: Decision) -> usize {
    match verdict {
        Decision::Differs => 0,
        Decision::NoDifference => 4,
        Decision::CannotTell => 8,
    }
}

pub(super) fn spread(of: Estimate) -> Cell {
    let [middle, low, high] = [of.value, of.low, of.high].map(hundredths);
    Cell::Spread { middle, low, high }
}

/// To a hundredth of a millisecond: nothing finer can be told.
pub(super) fn hundredths(ms: f64) -> f64 {
    (ms * 100.0).round() / 100.0
}
