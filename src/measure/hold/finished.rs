//! The summary of the rows and samples of held connections in files.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::fold::{HeldBucket, HeldGroup, HeldRows, JudgedHolds};
use crate::record::{EndedBy, micros};
use crate::schema::through::{alone, proxy_of};
use crate::stats::charts::PanelPoint;
use crate::stats::units::{millis, moment, seconds};
use crate::stats::{Count, Distribution, HourCounts, Statistics};

/// Held connections of a host to a target, together.
#[derive(Debug, Clone, Serialize)]
pub struct HeldTotals {
    /// The machine that measured.
    pub host: String,
    /// What was measured, with the proxy that the connections led through.
    #[serde(serialize_with = "alone")]
    pub target: String,
    /// That proxy: the kernel's numbers are about the way to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Rows.
    pub connections: u64,
    /// Of them those in which a connection was held.
    pub held: u64,
    /// Time that they were held.
    pub held_s: f64,
    /// How many ended how.
    pub ended: Vec<Count>,
    /// When those ended that did not last.
    #[serde(skip)]
    pub short: HourCounts,
    /// How long these were held.
    #[serde(skip)]
    pub cut: Option<Statistics>,
    /// The shortest tenth and the longest tenth of that left out: from when to when, in milliseconds.
    #[serde(skip)]
    pub cut_mostly: Option<[f64; 2]>,
    /// What a call would have noticed.
    #[serde(skip)]
    pub judged: JudgedHolds,
    /// When the first began and the last ended.
    #[serde(skip)]
    pub span: Option<[DateTime<Utc>; 2]>,
    /// Requests sent.
    pub sent: u64,
    /// Of them answered.
    pub answered: u64,
    /// Medians of the kernel's smoothed round trips of the connections.
    pub rtt_p50: Option<Statistics>,
    /// Their 95th percentiles.
    pub rtt_p95: Option<Statistics>,
    /// Their jitter.
    pub jitter: Option<Statistics>,
    /// Medians of the times from a request to its answer.
    pub answer_p50: Option<Statistics>,
    /// Segments sent again; none where the system that measured does not tell.
    pub retransmits: Option<u64>,
    /// Bytes sent again.
    pub retransmitted_bytes: Option<u64>,
    /// Times that a retransmission timer went off.
    pub timeouts: Option<u64>,
    /// Stalls.
    pub stalls: Option<u64>,
    /// The longest of them.
    pub longest_stall_ms: Option<f64>,
    /// All of them together.
    pub stalled_ms: Option<f64>,
    /// What files of samples add; none where there are none.
    pub samples: Option<HeldSamples>,
    /// Round trips over time, in milliseconds, as pictures have them: of the samples, else of the connections.
    #[serde(skip)]
    pub trips: Vec<PanelPoint>,
    /// Stalls, and connections that did not last, over time.
    #[serde(skip)]
    pub troubles: Vec<PanelPoint>,
    /// Seconds of a point of both.
    #[serde(skip)]
    pub bucket_s: i64,
}

/// What the samples of held connections say.
#[derive(Debug, Clone, Serialize)]
pub struct HeldSamples {
    /// Connections of which samples were read.
    pub connections: u64,
    /// Samples.
    pub samples: u64,
    /// The kernel's smoothed round trips, each value taken once.
    pub rtt: Option<Statistics>,
    /// Mean change from one of them to the next.
    pub jitter_ms: Option<f64>,
    /// Segments sent again from the first sample to the last.
    pub retransmits: Option<u64>,
    /// Stalls.
    pub stalls: Option<u64>,
    /// The longest of them.
    pub longest_stall_ms: Option<f64>,
}

/// One for each host and target.
pub fn of(rows: &HeldRows) -> Vec<HeldTotals> {
    let groups = rows.groups.iter();
    groups
        .map(|([host, target], group)| one(host, target, group))
        .collect()
}

fn one(host: &str, target: &str, group: &HeldGroup) -> HeldTotals {
    let ended = EndedBy::ALL.iter().zip(group.ended);
    HeldTotals {
        host: host.to_owned(),
        target: target.to_owned(),
        proxy: proxy_of(target),
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
        short: group.short.clone(),
        cut: Statistics::of(&group.cut),
        cut_mostly: mostly(&group.cut),
        judged: group.judged.clone(),
        span: group.span.map(|span| span.map(moment)),
        sent: group.sent,
        answered: group.answered,
        rtt_p50: Statistics::of(&group.rtt_p50),
        rtt_p95: Statistics::of(&group.rtt_p95),
        jitter: Statistics::of(&group.jitter),
        answer_p50: Statistics::of(&group.answer_p50),
        retransmits: group.retransmits,
        retransmitted_bytes: group.retransmitted_bytes,
        timeouts: group.timeouts,
        stalls: group.stalls,
        longest_stall_ms: group.longest_stall_us.map(millis),
        stalled_ms: group.stalled_us.map(millis),
        samples: samples(group),
        trips: group.over_time.points(if group.sampled > 0 {
            sampled
        } else {
            |bucket| bucket.trips.point()
        }),
        troubles: group.over_time.points(troubles),
        bucket_s: group.over_time.seconds(),
    }
}

/// The middle eight tenths; of fewer than ten all.
fn mostly(times: &Distribution) -> Option<[f64; 2]> {
    let ends = times.moments().min().zip(times.moments().max())?;
    let few = times.moments().count() < 10;
    let middle = times.quantile(100).zip(times.quantile(900));
    let (low, high) = middle.filter(|_| !few).unwrap_or(ends);
    Some([low, high].map(millis))
}

fn sampled(bucket: &HeldBucket) -> Option<PanelPoint> {
    let at = |permille| bucket.sampled.at(permille).map(millis);
    Some(PanelPoint {
        n: bucket.sampled.total(),
        low: at(50)?,
        middle: at(500)?,
        high: at(950)?,
        ..PanelPoint::default()
    })
}

fn troubles(bucket: &HeldBucket) -> Option<PanelPoint> {
    let troubles = || PanelPoint::exact(bucket.connections, bucket.troubles as f64);
    (bucket.connections > 0).then(troubles)
}

fn samples(group: &HeldGroup) -> Option<HeldSamples> {
    let sum = &group.samples;
    let ms = |time| millis(micros(time));
    (group.sampled > 0).then(|| HeldSamples {
        connections: group.sampled,
        samples: sum.samples,
        rtt: Statistics::of(&sum.rtt),
        jitter_ms: sum.jitter().map(ms),
        retransmits: sum.retransmits,
        stalls: sum.stalled.map(|stalled| stalled.count),
        longest_stall_ms: sum.stalled.map(|stalled| ms(stalled.longest)),
    })
}
