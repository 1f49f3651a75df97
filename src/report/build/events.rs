//! What changed while the rows were written: certificates, addresses and regions that appeared or disappeared, clocks
//! that were set.

use super::clocks;
use super::order::MOST_LISTED;
use crate::arrange::Arrange as _;
use crate::measure::folds::Finished;
use crate::report::model::ReportedEvent;
use crate::stats::survey::{EgressChange, Groups, Measured};
use crate::stats::units::moment;

/// An address or region has come late, or is gone, when it was away at an end of the rows for so many
/// of its usual intervals: by chance alone that happens once in 5 x 10^8 (e^-20).
const INTERVALS: u64 = 20;

/// Observations that make an interval usual.
const FEWEST: u64 = 5;

/// Events in time order; of very many the latest.
pub fn of(rows: &Finished) -> Vec<ReportedEvent> {
    let mut events = Vec::new();
    new_certificates(&rows.dimensions.certificates.whole(), &mut events);
    new_egress(&rows.egress.changes, &mut events);
    events.extend(clocks::events(&rows.clocks));
    // how far labels may be from the truth
    let moved = rows.clocks.moved_us;
    if let (Some(first), Some(last)) = (rows.all.first, rows.all.last) {
        let [regions, addresses, _] = rows.relays.groups();
        come_and_gone(
            &addresses.whole(),
            [first, last],
            moved,
            ["address-appeared", "address-gone"],
            &mut events,
        );
        come_and_gone(
            &regions.whole(),
            [first, last],
            moved,
            ["region-appeared", "region-gone"],
            &mut events,
        );
    }
    events.arrange_by(|a, b| a.at.cmp(&b.at).then_with(|| a.what.cmp(&b.what)));
    if events.len() > MOST_LISTED {
        events.drain(..events.len() - MOST_LISTED);
    }
    events
}

/// Each certificate but the first.
fn new_certificates(certificates: &Groups, events: &mut Vec<ReportedEvent>) {
    let mut seen: Vec<(i64, &str)> = certificates
        .iter()
        .filter(|(thumbprint, _)| !thumbprint.is_empty())
        .filter_map(|(thumbprint, measured)| Some((measured.first?, thumbprint)))
        .collect();
    seen.sort_unstable();
    events.extend(
        seen.into_iter()
            .skip(1)
            .map(|(at, thumbprint)| ReportedEvent {
                at: moment(at),
                kind: "new-certificate",
                what: thumbprint.to_owned(),
            }),
    );
}

/// Each other address of this end: another access provider, or another line of the same one.
fn new_egress(changes: &[EgressChange], events: &mut Vec<ReportedEvent>) {
    events.extend(changes.iter().map(|change| {
        let whose = match change.host.as_str() {
            "" => String::new(),
            host => format!("{host}: "),
        };
        ReportedEvent {
            at: moment(change.at),
            kind: "egress-changed",
            what: format!("{whose}{} instead of {}", change.to, change.from),
        }
    }));
}

fn come_and_gone(
    groups: &Groups,
    [first, last]: [i64; 2],
    moved: u64,
    [appeared, gone]: [&'static str; 2],
    events: &mut Vec<ReportedEvent>,
) {
    for (name, measured) in groups.iter().filter(|(name, _)| !name.is_empty()) {
        let Some((from, to, usual)) = observations(measured) else {
            continue;
        };
        let away = |us: u64| us.saturating_sub(moved) > usual.saturating_mul(INTERVALS);
        if away(from.abs_diff(first)) {
            events.push(ReportedEvent {
                at: moment(from),
                kind: appeared,
                what: name.to_owned(),
            });
        }
        if away(last.abs_diff(to)) {
            events.push(ReportedEvent {
                at: moment(to),
                kind: gone,
                what: name.to_owned(),
            });
        }
    }
}

/// First and last sight and the mean interval between observations, in microseconds.
fn observations(measured: &Measured) -> Option<(i64, i64, u64)> {
    let (from, to) = measured.first.zip(measured.last)?;
    (measured.rows >= FEWEST).then(|| (from, to, to.abs_diff(from) / (measured.rows - 1)))
}
