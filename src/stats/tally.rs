//! What the summary of a series says.

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use super::{Distribution, Pairs, Times};
use crate::record::{Cause, Phase, Record, Transport};

/// Most addresses and regions that are told apart; memory must not grow with a stranger's whims.
const MOST_DISTINCT: usize = 10_000;

/// Rows folded into counts and distributions. Memory: one distribution a phase in all and for each
/// transport, and the distinct addresses and regions up to a cap.
#[derive(Debug, Default)]
pub struct Tally {
    rows: u64,
    failed: BTreeMap<Cause, u64>,
    times: Times,
    transports: BTreeMap<Transport, TransportTally>,
    pairs: Pairs,
    addresses: HashSet<IpAddr>,
    regions: BTreeMap<String, u64>,
    lost_syns: u64,
    rows_with_lost_syn: u64,
}

/// The rows of one transport.
#[derive(Debug, Default)]
pub struct TransportTally {
    /// Rows.
    pub rows: u64,
    /// Rows that worked.
    pub ok: u64,
    /// Rows in which the relay was heard, be it with an error.
    pub heard: u64,
    /// Completed times.
    pub times: Times,
}

impl Tally {
    /// Takes a row in.
    pub fn add(&mut self, record: &Record) {
        self.rows += 1;
        if let Some(cause) = record.outcome.cause() {
            *self.failed.entry(cause).or_default() += 1;
        }
        self.times.add(record);
        let transport = self.transports.entry(record.transport).or_default();
        transport.rows += 1;
        transport.ok += u64::from(record.outcome.is_ok());
        transport.heard += u64::from(record.was_heard());
        transport.times.add(record);
        self.pairs.add(record);
        if let Some(remote) = record.remote
            && self.addresses.len() < MOST_DISTINCT
        {
            self.addresses.insert(remote.ip());
        }
        if !record.region.is_empty()
            && (self.regions.len() < MOST_DISTINCT || self.regions.contains_key(&record.region))
        {
            *self.regions.entry(record.region.clone()).or_default() += 1;
        }
        if let Some(lost @ 1..) = record.tcp.syn_retransmits {
            self.lost_syns += u64::from(lost);
            self.rows_with_lost_syn += 1;
        }
    }

    /// Rows taken in.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows that failed.
    pub fn failed(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Rows that worked.
    pub fn ok(&self) -> u64 {
        self.rows - self.failed()
    }

    /// Rows in which the relay was heard, be it with an error.
    pub fn heard(&self) -> u64 {
        self.transports.values().map(|one| one.heard).sum()
    }

    /// Failed rows by cause.
    pub fn by_cause(&self) -> &BTreeMap<Cause, u64> {
        &self.failed
    }

    /// The times of one phase, over all transports.
    pub fn phase(&self, phase: Phase) -> &Distribution {
        self.times.phase(phase)
    }

    /// What each transport gave that was tried.
    pub fn transports(&self) -> &BTreeMap<Transport, TransportTally> {
        &self.transports
    }

    /// TCP and UDP to the same addresses.
    pub fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    /// Distinct addresses that were connected to.
    pub fn addresses(&self) -> usize {
        self.addresses.len()
    }

    /// Rows by region.
    pub fn regions(&self) -> &BTreeMap<String, u64> {
        &self.regions
    }

    /// SYN segments sent again, and the rows in which that happened.
    pub fn lost_syns(&self) -> (u64, u64) {
        (self.lost_syns, self.rows_with_lost_syn)
    }
}
