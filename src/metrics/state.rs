//! What many rows come to: counters that only rise, histograms, and what the last row of a way said.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::sample::MetricSample;
use crate::record::{Counter as _, Phase};
use crate::stats::Expo;

/// Most combinations of target, transport, proxy and region that are told apart.
pub const MOST_SERIES: usize = 500;

/// Upper bounds of the classic buckets of Prometheus, in microseconds.
pub const BOUNDS_US: [u64; 19] = [
    5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 75_000, 100_000, 150_000,
    200_000, 300_000, 500_000, 1_000_000, 2_000_000, 3_000_000, 5_000_000, 10_000_000,
];

/// The name of what is too many to be told apart.
const OTHER: &str = "other";

/// A way to a target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MetricWay {
    /// What is measured.
    pub target: String,
    /// What is spoken.
    pub transport: String,
    /// The proxy; empty where there is none.
    pub proxy: String,
}

/// Times of a phase, in microseconds.
#[derive(Debug, Clone, Default)]
pub struct LatencyHistogram {
    /// How many.
    pub n: u64,
    /// Their sum.
    pub sum_us: u64,
    /// The smallest.
    pub min_us: u64,
    /// The largest.
    pub max_us: u64,
    /// How many lie in each classic bucket, those beyond the last bound at the end.
    pub classic: [u64; BOUNDS_US.len() + 1],
    /// The same in buckets of scale 6.
    pub expo: Expo,
}

impl LatencyHistogram {
    fn add(&mut self, us: u64) {
        self.min_us = if self.n == 0 { us } else { self.min_us.min(us) };
        self.max_us = self.max_us.max(us);
        self.n.raise(1);
        self.sum_us = self.sum_us.saturating_add(us);
        // a bucket takes what is no more than its bound
        let place = BOUNDS_US.partition_point(|bound| *bound < us);
        if let Some(count) = self.classic.get_mut(place) {
            count.raise(1);
        }
        self.expo.add(us);
    }
}

/// What the rows of a way into one region come to.
#[derive(Debug, Clone, Default)]
pub struct MetricSeries {
    /// Rows.
    pub probes: u64,
    /// Of them failed ones, by cause.
    pub failures: BTreeMap<String, u64>,
    /// Completed phases, in the order of [`Phase::ALL`].
    pub phases: [LatencyHistogram; Phase::ALL.len()],
    /// SYN segments sent again.
    pub syn_retransmits: u64,
    /// Packets sent; none where no row counts what is lost of them.
    pub sent: Option<u64>,
    /// Of these, those without an answer.
    pub lost: Option<u64>,
}

/// What the last row of a way said.
#[derive(Debug, Clone)]
pub struct Last {
    /// When it began.
    pub started: DateTime<Utc>,
    /// Whether it worked.
    pub is_ok: bool,
    /// How long it took, in microseconds.
    pub total_us: Option<u64>,
    /// How long the name resolution took.
    pub dns_us: Option<u64>,
    /// The end of the certificate that was seen last.
    pub not_after: Option<DateTime<Utc>>,
    /// The version of TLS that was seen last.
    pub tls_version: Option<String>,
    /// The version of the Internet protocol that was used last.
    pub ip_version: Option<u8>,
}

/// All metrics of a run. Memory: at most [`MOST_SERIES`] series of about 12 kB a phase.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    series: BTreeMap<(MetricWay, String), MetricSeries>,
    last: BTreeMap<MetricWay, Last>,
}

impl Metrics {
    /// Takes a row in.
    pub fn add(&mut self, sample: MetricSample) {
        let (way, region) = self.place(&sample);
        let last = self.last.entry(way.clone()).or_insert_with(|| Last {
            started: sample.started,
            is_ok: false,
            total_us: None,
            dns_us: None,
            not_after: None,
            tls_version: None,
            ip_version: None,
        });
        // rows come as they are finished, which need not be their order
        if sample.started >= last.started {
            *last = Last {
                started: sample.started,
                is_ok: sample.cause.is_none(),
                total_us: sample.total_us,
                dns_us: sample.phases.first().copied().flatten(),
                not_after: sample.not_after.or(last.not_after),
                tls_version: sample.tls_version.or_else(|| last.tls_version.take()),
                ip_version: sample.ip_version.or(last.ip_version),
            };
        }
        let series = self.series.entry((way, region)).or_default();
        series.probes.raise(1);
        if let Some(cause) = sample.cause {
            series.failures.entry(cause).or_default().raise(1);
        }
        for (times, us) in series.phases.iter_mut().zip(sample.phases) {
            if let Some(us) = us {
                times.add(us);
            }
        }
        series.syn_retransmits.raise(sample.syn_retransmits);
        series.sent.raise(sample.sent);
        series.lost.raise(sample.lost);
    }

    /// Where a row is counted.
    fn place(&self, sample: &MetricSample) -> (MetricWay, String) {
        let way = MetricWay {
            target: sample.target.clone(),
            transport: sample.transport.clone(),
            proxy: sample.proxy.clone(),
        };
        let key = (way, sample.region.clone());
        if self.series.len() < MOST_SERIES || self.series.contains_key(&key) {
            return key;
        }
        let way = MetricWay {
            target: OTHER.to_owned(),
            proxy: OTHER.to_owned(),
            ..key.0
        };
        (way, OTHER.to_owned())
    }

    /// Series by way and region, in order.
    pub fn series(&self) -> impl Iterator<Item = (&MetricWay, &str, &MetricSeries)> {
        self.series
            .iter()
            .map(|((way, region), series)| (way, &**region, series))
    }

    /// What the last row of each way said.
    pub fn last(&self) -> impl Iterator<Item = (&MetricWay, &Last)> {
        self.last.iter()
    }
}
