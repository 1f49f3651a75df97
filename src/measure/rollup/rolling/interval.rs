//! The roll-up of an interval while its probes arrive, and what it needs of each one.

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::measure::rollup::Rollup;
use crate::record::{Cause, Counter as _, Record, Run, Transport};
use crate::schema::{Metric, Reachability, RowView as _};
use crate::stats::{Outcomes, Times};

/// Addresses that are told apart in a row.
const MOST_ADDRESSES: usize = 10_000;

/// What rows are told apart by, but for the region.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RollUpWay {
    pub(super) target: Arc<str>,
    pub(super) transport: Transport,
    pub(super) proxy: Option<Arc<str>>,
}

/// What rows are told apart by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RollUpKey {
    pub(super) way: RollUpWay,
    pub(super) region: Arc<str>,
}

/// What a roll-up needs of a row.
#[derive(Debug)]
pub(super) struct FoldedProbe {
    pub(super) run: Arc<Run>,
    pub(super) at: DateTime<Utc>,
    pub(super) key: RollUpKey,
    pub(super) cause: Option<Cause>,
    pub(super) reachability: Reachability,
    pub(super) clock_changed: bool,
    pub(super) syn_retransmits: Option<u64>,
    pub(super) address: Option<IpAddr>,
    pub(super) times: [Option<u64>; Metric::COUNT],
}

/// A time without an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnansweredTime {
    /// Start of the first probe that got none.
    pub(super) since: DateTime<Utc>,
    /// Probes that got none.
    pub(super) probes: u64,
}

/// A roll-up that takes rows.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) row: Rollup,
    pub(super) addresses: HashSet<IpAddr>,
}

impl FoldedProbe {
    pub(super) fn of(record: &Record) -> Self {
        let host = &record.host;
        let port = record.remote.map_or(record.port, |remote| remote.port());
        let target = if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        };
        Self {
            run: Arc::clone(&record.run),
            at: record.started,
            key: RollUpKey {
                way: RollUpWay {
                    target: target.into(),
                    transport: record.transport,
                    proxy: record.via.as_ref().map(|via| Arc::clone(&via.proxy)),
                },
                region: record.region.as_str().into(),
            },
            cause: record.outcome.cause(),
            reachability: record.reachability(),
            clock_changed: !record.clock.is_none(),
            syn_retransmits: record.tcp.syn_retransmits.map(u64::from),
            address: record.remote.map(|remote| remote.ip().to_canonical()),
            times: record.times(),
        }
    }
}

impl Open {
    pub(super) fn new(seen: &FoldedProbe, start: i64, interval: Duration) -> Self {
        Self {
            row: Rollup {
                run: Arc::clone(&seen.run),
                start: DateTime::from_timestamp(start, 0).unwrap_or(seen.at),
                interval,
                target: Arc::clone(&seen.key.way.target),
                transport: seen.key.way.transport,
                proxy: seen.key.way.proxy.clone(),
                region: Arc::clone(&seen.key.region),
                first: seen.at,
                last: seen.at,
                outcomes: Outcomes::default(),
                causes: BTreeMap::new(),
                longest_outage: None,
                lost_in_a_row: 0,
                syn_retransmits: None,
                addresses: 0,
                times: Times::default(),
            },
            addresses: HashSet::new(),
        }
    }

    pub(super) fn take(&mut self, seen: &FoldedProbe, silence: Option<UnansweredTime>) {
        let row = &mut self.row;
        row.first = row.first.min(seen.at);
        row.last = row.last.max(seen.at);
        row.outcomes.count(seen.cause.is_none(), seen.reachability);
        if let Some(cause) = seen.cause {
            row.causes.entry(cause).or_default().raise(1);
        }
        if let Some(silence) = silence {
            let lasted = (seen.at - silence.since).to_std().unwrap_or_default();
            row.longest_outage = row.longest_outage.max(Some(lasted));
            row.lost_in_a_row = row.lost_in_a_row.max(silence.probes);
        }
        row.syn_retransmits.raise(seen.syn_retransmits);
        row.times.take(&seen.times);
        if let Some(address) = seen.address
            && self.addresses.len() < MOST_ADDRESSES
        {
            self.addresses.insert(address);
        }
    }

    pub(super) fn closed(mut self) -> Rollup {
        self.row.addresses = self.addresses.len() as u64;
        self.row
    }
}
