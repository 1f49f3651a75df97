//! The summary of the rows of bursts and watches in files.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::fold::{BurstBucket, BurstGroup, BurstRows, VERDICTS, WatchedOutage};
use crate::arrange::Arrange as _;
use crate::stats::charts::PanelPoint;
use crate::stats::units::{moment, percent, seconds};
use crate::stats::{OverTime, Statistics, wilson};

/// Bursts of a host to a target, together.
#[derive(Debug, Clone, Serialize)]
pub struct BurstTotals {
    /// The machine that measured.
    pub host: String,
    /// What was measured.
    pub target: String,
    /// `burst`, or `watch`: then each row is a minute of it.
    pub mode: String,
    /// Rows.
    pub bursts: u64,
    /// Of them those to which anything answered.
    pub answered: u64,
    /// Packets sent.
    pub sent: u64,
    /// Of them not answered in time.
    pub lost: u64,
    /// Rows with answers whose counts of packets are missing, cannot be read or contradict each other: not in these numbers.
    pub uncounted: u64,
    /// Of them those without a verdict on the loss: nobody knows what was lost.
    pub loss_unknown: u64,
    /// Share of the packets that were lost.
    pub loss_percent: Option<f64>,
    /// Its 95 % confidence interval (Wilson).
    pub loss_low_percent: Option<f64>,
    /// See `loss_low_percent`.
    pub loss_high_percent: Option<f64>,
    /// Packets lost in the worst 200 ms of all.
    pub worst_window_lost: Option<u64>,
    /// Packets sent in it.
    pub worst_window_sent: Option<u64>,
    /// Medians of the round trips of the bursts.
    pub rtt_p50: Option<Statistics>,
    /// Their 95th percentiles.
    pub rtt_p95: Option<Statistics>,
    /// Their jitter.
    pub jitter: Option<Statistics>,
    /// Packets answered after a later one.
    pub reordered: u64,
    /// Answers that came once more.
    pub duplicates: u64,
    /// How the bursts did against Microsoft's table, line by line.
    pub verdicts: Vec<VerdictCounts>,
    /// Rows with verdicts that are missing or unknown words: their figures are judged again.
    pub judged_again: u64,
    /// Of a watch: times without an answer, of a second or more and of two packets or more in a row.
    pub outages: u64,
    /// How long they lasted.
    pub outages_s: f64,
    /// The longest of them.
    pub longest_outages: Vec<MinuteOutage>,
    /// Minutes with lost packets that do not say whether there was one: files of earlier versions, or chosen columns.
    pub outages_untold: u64,
    /// The first of these words.
    #[serde(skip)]
    pub odd_word: Option<String>,
    /// The first and the last burst that failed any of it.
    #[serde(skip)]
    pub broken: Option<[DateTime<Utc>; 2]>,
    /// Round trips over time, in milliseconds, as pictures have them.
    #[serde(skip)]
    pub trips: Vec<PanelPoint>,
    /// Loss over time, in percent.
    #[serde(skip)]
    pub losses: Vec<PanelPoint>,
    /// Seconds of a point of both.
    #[serde(skip)]
    pub bucket_s: i64,
}

/// An outage of a watch.
#[derive(Debug, Clone, Serialize)]
pub struct MinuteOutage {
    /// When it began.
    pub from: DateTime<Utc>,
    /// When it ended, or the watch.
    pub to: DateTime<Utc>,
    /// How long it lasted.
    pub seconds: f64,
    /// Packets lost, one after the other.
    pub packets: u64,
    /// Whether single losses do not make so many by chance, or it is as long as was asked for.
    pub is_certain: bool,
    /// Whether it is also an outage of rows, as minutes of it had no answer at all.
    #[serde(skip)]
    pub is_in_rows: bool,
}

impl MinuteOutage {
    fn of(outage: &WatchedOutage) -> Self {
        Self {
            from: moment(outage.from),
            to: moment(outage.to()),
            seconds: seconds(outage.length),
            packets: outage.lost,
            is_certain: false,
            is_in_rows: false,
        }
    }
}

/// A line of Microsoft's table.
#[derive(Debug, Clone, Serialize)]
pub struct VerdictCounts {
    /// The line.
    pub name: &'static str,
    /// Bursts that passed.
    pub pass: u64,
    /// Bursts that failed.
    pub fail: u64,
    /// Bursts with too few packets to tell.
    pub too_few: u64,
    /// Bursts with neither a verdict nor the figures for one.
    pub unknown: u64,
}

/// One for each host, target and mode.
pub fn of(rows: &BurstRows) -> Vec<BurstTotals> {
    let groups = rows.groups.iter();
    groups
        .map(|([host, target, mode], group)| {
            let interval = wilson(group.lost.min(group.sent), group.sent);
            let longest = group.outages.longest.iter();
            let mut longest: Vec<_> = longest.map(MinuteOutage::of).collect();
            longest.arrange_by_key(|outage| outage.from);
            BurstTotals {
                host: host.clone(),
                target: target.clone(),
                mode: mode.clone(),
                bursts: group.bursts,
                answered: group.answered,
                sent: group.sent,
                lost: group.lost,
                uncounted: group.uncounted,
                loss_unknown: group.unknown,
                loss_percent: percent(group.lost, group.sent),
                loss_low_percent: interval.map(|(low, _)| low * 100.0),
                loss_high_percent: interval.map(|(_, high)| high * 100.0),
                worst_window_lost: group.worst_window.map(|(lost, _)| lost),
                worst_window_sent: group.worst_window.map(|(_, sent)| sent),
                rtt_p50: Statistics::of(&group.rtt_p50),
                rtt_p95: Statistics::of(&group.rtt_p95),
                jitter: Statistics::of(&group.jitter),
                trips: points(group, |bucket| bucket.trips.point()),
                losses: points(group, losses),
                bucket_s: group.over_time.as_ref().map_or(0, OverTime::seconds),
                reordered: group.reordered,
                duplicates: group.duplicates,
                judged_again: group.judged_again,
                outages: group.outages.count,
                outages_s: seconds(group.outages.total_us),
                longest_outages: longest,
                outages_untold: group.outages.untold,
                odd_word: group.odd_word.clone(),
                broken: group.broken,
                verdicts: VERDICTS
                    .iter()
                    .zip(group.verdicts)
                    .map(
                        |((name, _), [pass, fail, too_few, unknown])| VerdictCounts {
                            name,
                            pass,
                            fail,
                            too_few,
                            unknown,
                        },
                    )
                    .collect(),
            }
        })
        .collect()
}

fn points(group: &BurstGroup, point: fn(&BurstBucket) -> Option<PanelPoint>) -> Vec<PanelPoint> {
    let over_time = group.over_time.as_ref();
    over_time.map_or_else(Vec::new, |over_time| over_time.points(point))
}

fn losses(bucket: &BurstBucket) -> Option<PanelPoint> {
    let share = percent(bucket.lost, bucket.sent)?;
    Some(PanelPoint::exact(bucket.sent, share))
}
