//! The probes of an interval in a row.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::record::{Cause, Run, Transport};
use crate::stats::{Outcomes, Times};

/// The probes of one interval to one target and region, over one transport and through one proxy.
#[derive(Debug, Clone)]
pub struct Rollup {
    /// What all rows of the run share.
    pub run: Arc<Run>,
    /// When the interval begins; a multiple of its length since midnight, UTC.
    pub start: DateTime<Utc>,
    /// Its length.
    pub interval: Duration,
    /// What was probed: `host:port`.
    pub target: Arc<str>,
    /// What was spoken.
    pub transport: Transport,
    /// The proxy that the path led through.
    pub proxy: Option<Arc<str>>,
    /// Azure region of the relays, empty when their names have none.
    pub region: Arc<str>,
    /// Start of the first probe.
    pub first: DateTime<Utc>,
    /// Start of the last one.
    pub last: DateTime<Utc>,
    /// What came of the probes.
    pub outcomes: Outcomes,
    /// Failed ones by cause.
    pub causes: BTreeMap<Cause, u64>,
    /// The longest time without an answer up to here, from the first probe that got none, also where that lies in an
    /// interval before, to the one that got one again, or to the last one. `None` where every probe was answered.
    pub longest_outage: Option<Duration>,
    /// The most probes without an answer one after the other in such a time.
    pub lost_in_a_row: u64,
    /// SYN segments sent again; `None` where the kernel never said.
    pub syn_retransmits: Option<u64>,
    /// Distinct addresses of relays.
    pub addresses: u64,
    /// Completed times.
    pub times: Times,
}

impl Rollup {
    /// Whole seconds from the start of the interval to a moment in it.
    pub fn into_interval(&self, at: DateTime<Utc>) -> u64 {
        u64::try_from((at - self.start).num_seconds()).unwrap_or(0)
    }
}
