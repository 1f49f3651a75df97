//! Held connections of a report.

use super::tables;
use super::units::{millis, seconds};
use crate::measure::folds::Finished;
use crate::measure::hold::fold::HeldGroup;
use crate::record::{EndedBy, micros};
use crate::report::model::{Count, Held, HeldSamples};

/// One for each host and target.
pub fn of(rows: &Finished) -> Vec<Held> {
    let groups = rows.kinds.held.groups.iter();
    groups
        .map(|([host, target], group)| one(host, target, group))
        .collect()
}

fn one(host: &str, target: &str, group: &HeldGroup) -> Held {
    let ended = EndedBy::ALL.iter().zip(group.ended);
    Held {
        host: host.to_owned(),
        target: target.to_owned(),
        connections: group.connections,
        held: group.held,
        held_s: seconds(group.held_us),
        ended: ended
            .filter(|(_, count)| *count > 0)
            .map(|(by, count)| Count {
                name: by.as_str().to_owned(),
                count,
            })
            .collect(),
        sent: group.sent,
        answered: group.answered,
        rtt_p50: tables::times(&group.rtt_p50),
        rtt_p95: tables::times(&group.rtt_p95),
        jitter: tables::times(&group.jitter),
        answer_p50: tables::times(&group.answer_p50),
        retransmits: group.retransmits,
        retransmitted_bytes: group.retransmitted_bytes,
        timeouts: group.timeouts,
        stalls: group.stalls,
        longest_stall_ms: group.longest_stall_us.map(millis),
        stalled_ms: group.stalled_us.map(millis),
        samples: samples(group),
    }
}

fn samples(group: &HeldGroup) -> Option<HeldSamples> {
    let sum = &group.samples;
    let ms = |time| millis(micros(time));
    (group.sampled > 0).then(|| HeldSamples {
        connections: group.sampled,
        samples: sum.samples,
        rtt: tables::times(&sum.rtt),
        jitter_ms: sum.jitter().map(ms),
        retransmits: sum.retransmits,
        stalls: sum.stalled.map(|stalled| stalled.count),
        longest_stall_ms: sum.stalled.map(|stalled| ms(stalled.longest)),
    })
}
