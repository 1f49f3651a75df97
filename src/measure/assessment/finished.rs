//! The summary of the rows of the Network Assessment Tool.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::fold::{AssessmentGroup, AssessmentRows};
use crate::stats::Statistics;
use crate::stats::units::moment;

/// Tests of a tool over a protocol, together.
#[derive(Debug, Clone, Serialize)]
pub struct AssessmentTotals {
    /// Which of the tools.
    pub tool: String,
    /// What was spoken; empty where the tool does not tell.
    pub protocol: String,
    /// Tests that tell something.
    pub tests: u64,
    /// Others, in which neither packets nor loss nor times were measured.
    pub untold: u64,
    /// Of them those in which nothing came back.
    pub failed: u64,
    /// Packets sent, where the tool tells.
    pub sent: Option<u64>,
    /// Of them received.
    pub received: Option<u64>,
    /// Mean loss of the tests, by their packets where they are counted.
    pub loss_percent: Option<f64>,
    /// Mean loss of the tests as the tool says.
    pub told_loss_percent: Option<f64>,
    /// Loss of the worst test.
    pub worst_loss_percent: Option<f64>,
    /// Mean share of packets out of order.
    pub reordered_percent: Option<f64>,
    /// Mean round trips of the tests with answers.
    pub rtt: Option<Statistics>,
    /// Mean jitter of the tests with answers.
    pub jitter: Option<Statistics>,
    /// Tests of which nobody knows what was lost.
    pub loss_unknown: u64,
    /// Those of which nobody knows the round trip.
    pub rtt_unknown: u64,
    /// Those of which nobody knows the jitter.
    pub jitter_unknown: u64,
    /// Tests that received more packets than they sent.
    pub received_beyond_sent: u64,
    /// Cells that are no number, or cannot be: they count nowhere.
    pub unreadable: u64,
    /// Time of the earliest test.
    pub first: Option<DateTime<Utc>>,
    /// Time of the latest test.
    pub last: Option<DateTime<Utc>>,
}

/// One for each tool and protocol.
pub fn of(rows: &AssessmentRows) -> Vec<AssessmentTotals> {
    let groups = rows.groups.iter();
    groups
        .map(|([tool, protocol], group)| one(tool, protocol, group))
        .collect()
}

fn one(tool: &str, protocol: &str, group: &AssessmentGroup) -> AssessmentTotals {
    let [loss_unknown, rtt_unknown, jitter_unknown] = group.unknown;
    AssessmentTotals {
        tool: tool.to_owned(),
        protocol: protocol.to_owned(),
        tests: group.tests,
        untold: group.untold,
        failed: group.failed,
        sent: group.sent,
        received: group.received,
        loss_percent: group.loss.mean(),
        told_loss_percent: group.told_loss.mean(),
        worst_loss_percent: group.loss.most(),
        reordered_percent: group.reordered.mean(),
        rtt: Statistics::of(&group.rtt),
        jitter: Statistics::of(&group.jitter),
        loss_unknown,
        rtt_unknown,
        jitter_unknown,
        received_beyond_sent: group.beyond,
        unreadable: group.unreadable,
        first: group.first.map(moment),
        last: group.last.map(moment),
    }
}
