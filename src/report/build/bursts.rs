//! Bursts and watches of a report.

use super::tables;
use super::units::percent;
use crate::measure::burst::fold::VERDICTS;
use crate::measure::folds::Finished;
use crate::report::model::{Burst, VerdictCounts};
use crate::stats::wilson;

/// One for each host, target and mode.
pub fn of(rows: &Finished) -> Vec<Burst> {
    let groups = rows.kinds.bursts.groups.iter();
    groups
        .map(|([host, target, mode], group)| {
            let interval = wilson(group.lost.min(group.sent), group.sent);
            Burst {
                host: host.clone(),
                target: target.clone(),
                mode: mode.clone(),
                bursts: group.bursts,
                answered: group.answered,
                sent: group.sent,
                lost: group.lost,
                loss_percent: percent(group.lost, group.sent),
                loss_low_percent: interval.map(|(low, _)| low * 100.0),
                loss_high_percent: interval.map(|(_, high)| high * 100.0),
                worst_window_lost: group.worst_window.map(|(lost, _)| lost),
                worst_window_sent: group.worst_window.map(|(_, sent)| sent),
                rtt_p50: tables::times(&group.rtt_p50),
                rtt_p95: tables::times(&group.rtt_p95),
                jitter: tables::times(&group.jitter),
                reordered: group.reordered,
                duplicates: group.duplicates,
                verdicts: VERDICTS
                    .iter()
                    .zip(group.verdicts)
                    .map(|((name, _), [pass, fail, too_few])| VerdictCounts {
                        name,
                        pass,
                        fail,
                        too_few,
                    })
                    .collect(),
            }
        })
        .collect()
}
