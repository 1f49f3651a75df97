//! The order of groups in a table: the worst first.

use crate::arrange::Arrange as _;
use std::borrow::Borrow;
use std::cmp::{Ordering, Reverse};

use super::model::{KeyGroup, Report};
use crate::schema::Metric;
use crate::words::words;

/// Rows without which a group that failed altogether is no worse than others: it may have been chance.
const FEWEST: u64 = 3;

/// The metric by which groups are sorted: the first that is wanted, else the connect time, where there is one.
pub fn metric(metrics: &[Metric], wanted: &Selection) -> Option<Metric> {
    let connect = Some(Metric::Connect).filter(|connect| metrics.contains(connect));
    let connect = connect.filter(|_| wanted.metrics.is_empty());
    connect.or_else(|| metrics.first().copied())
}

impl Report {
    /// Puts the groups of every table in the order that was asked for, if any was.
    pub fn sort(&mut self, wanted: &Selection) {
        let Some(by) = wanted.sort else { return };
        for table in &mut self.tables {
            let measured = |metric: &Metric| {
                let mut groups = table.groups.iter();
                groups.any(|group| group.times(*metric).is_some())
            };
            let metrics: Vec<Metric> = match wanted.metrics.as_slice() {
                [] => Metric::ALL.into_iter().filter(measured).collect(),
                some => some.to_vec(),
            };
            let metric = metric(&metrics, wanted);
            sort(&mut table.groups, by, metric);
        }
    }
}

/// Sorts groups; those without a name come last. Equal ones stay in the order of their names.
pub fn sort<G: Borrow<KeyGroup>>(groups: &mut [G], by: Sort, metric: Option<Metric>) {
    groups.arrange_by(|a, b| {
        let (a, b) = (a.borrow(), b.borrow());
        let nameless = |group: &KeyGroup| group.key.iter().all(String::is_empty);
        let order = match by {
            Sort::Name => Ordering::Equal,
            Sort::Rows => b.n.cmp(&a.n),
            Sort::Failed => by_failures(a, b),
            Sort::P95 => by_time(a, b, metric),
        };
        nameless(a).cmp(&nameless(b)).then(order)
    });
}

fn share(group: &KeyGroup) -> f64 {
    group.failed as f64 / group.n.max(1) as f64
}

fn by_failures(a: &KeyGroup, b: &KeyGroup) -> Ordering {
    let shares = share(b).total_cmp(&share(a));
    shares.then(b.failed.cmp(&a.failed)).then(b.n.cmp(&a.n))
}

/// Those that always failed, then those with a 95th percentile, the slowest first, then those with too few values for one, by
/// what they failed and by their slowest.
fn by_time(a: &KeyGroup, b: &KeyGroup, metric: Option<Metric>) -> Ordering {
    let rank = |group: &KeyGroup| {
        let times = metric.and_then(|metric| group.times(metric));
        let p95 = times.and_then(|times| times.p95_ms);
        let most = times.map_or(0.0, |times| times.max_ms);
        match p95 {
            _ if group.failed >= group.n && group.n >= FEWEST => (0, 0.0),
            Some(p95) => (1, p95),
            None => (2, most),
        }
    };
    let ((first, a_ms), (second, b_ms)) = (rank(a), rank(b));
    let tiers = first.cmp(&second);
    let few = || Reverse(a.failed).cmp(&Reverse(b.failed));
    match (tiers, first) {
        (Ordering::Equal, 1) => b_ms.total_cmp(&a_ms),
        (Ordering::Equal, 0) => b.n.cmp(&a.n),
        (Ordering::Equal, _) => few().then(b_ms.total_cmp(&a_ms)),
        _ => tiers,
    }
}

words! {
    /// By what the groups of a table are sorted.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Sort {
        P95 = "p95": "the highest 95th percentile first",
        Failed = "failed": "the highest share of failed rows first",
        Rows = "n": "the most rows first",
        Name = "name": "by name",
    }
}

/// What of a report a person wants to see.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Metrics of the groups; empty for all by region and by transport and the connect time by
    /// the rest.
    pub metrics: Vec<Metric>,
    /// By what groups are sorted; none for the worst first, and hours and days in their order.
    pub sort: Option<Sort>,
    /// Groups by these columns only; empty for all that have something to tell.
    pub by: Vec<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{HourCounts, Statistics};

    fn group(name: &str, n: u64, failed: u64, p95: Option<f64>) -> KeyGroup {
        KeyGroup {
            key: vec![name.to_owned()],
            n,
            failed,
            failures: HourCounts::default(),
            first: None,
            last: None,
            dns: None,
            connect: p95.map(|p95_ms| Statistics {
                n,
                min_ms: 0.0,
                mean_ms: 0.0,
                max_ms: p95_ms.abs(),
                stddev_ms: None,
                p50_ms: None,
                p90_ms: None,
                p95_ms: (p95_ms > 0.0).then_some(p95_ms),
                p99_ms: None,
            }),
            proxy: None,
            tls: None,
            turn: None,
            total: None,
            certificate: None,
        }
    }

    fn sorted(by: Sort) -> Vec<String> {
        let groups = [
            group("", 9_000, 0, Some(99.0)),
            group("dead", 5, 5, None),
            group("fast", 900, 30, Some(20.0)),
            group("few", 4, 1, Some(-800.0)),
            group("once", 1, 1, None),
            group("slow", 100, 1, Some(60.0)),
        ];
        let mut groups: Vec<&KeyGroup> = groups.iter().collect();
        sort(&mut groups, by, Some(Metric::Connect));
        groups.iter().map(|group| group.key[0].clone()).collect()
    }

    #[test]
    fn the_worst_come_first_and_the_nameless_last() {
        let p95 = ["dead", "slow", "fast", "few", "once", ""];
        assert_eq!(sorted(Sort::P95), p95);
        let failed = ["dead", "once", "few", "fast", "slow", ""];
        assert_eq!(sorted(Sort::Failed), failed);
        assert_eq!(
            sorted(Sort::Rows),
            ["fast", "slow", "dead", "few", "once", ""]
        );
        assert_eq!(
            sorted(Sort::Name),
            ["dead", "fast", "few", "once", "slow", ""]
        );
    }
}
