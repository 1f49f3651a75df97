//! What a proxy adds: the same slot straight and through it.

use std::collections::{HashMap, VecDeque};

use crate::record::Counter as _;
use crate::record::{Phase, Record, TlsPath, Transport, micros};

/// Most slots that wait for their other half.
const MOST_WAITING: usize = 4096;

/// Most differences that are kept of each phase: the latest ones.
const MOST_KEPT: usize = 50_000;

/// Least number of differences of which an interval is told.
const LEAST: usize = 6;

/// What is compared: a phase, or several together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseSpan {
    /// Name resolution.
    Dns,
    /// Until the way to the relay is open: the connect, and the tunnel behind it.
    Open,
    /// TLS handshake.
    Tls,
    /// Request to answer.
    Turn,
    /// The whole probe.
    Total,
}

impl PhaseSpan {
    /// All, in the order of a probe.
    pub const ALL: [Self; 5] = [Self::Dns, Self::Open, Self::Tls, Self::Turn, Self::Total];

    fn of(self, record: &Record) -> Option<i64> {
        let signed = |us: u64| i64::try_from(us).unwrap_or(i64::MAX);
        let phase = |phase| record.times.of(phase).map(micros).map(signed);
        match self {
            Self::Dns => phase(Phase::Dns).or(Some(0)),
            Self::Open => {
                let tunnel = phase(Phase::Proxy).unwrap_or(0);
                phase(Phase::Connect).map(|connect| connect.saturating_add(tunnel))
            }
            Self::Tls => phase(Phase::Tls),
            Self::Turn => phase(Phase::Turn),
            Self::Total => record.times.total().map(micros).map(signed),
        }
    }
}

/// What is known of one half of a slot.
#[derive(Debug)]
struct SlotHalf {
    is_ok: bool,
    times: [Option<i64>; PhaseSpan::ALL.len()],
    certificate: Option<HalfCertificate>,
}

/// The certificate of a half.
#[derive(Debug, Clone, PartialEq, Eq)]
struct HalfCertificate {
    sha256: String,
    issuer: String,
    path: Option<TlsPath>,
}

impl SlotHalf {
    fn of(record: &Record) -> Self {
        let is_ok = record.has_reply();
        let certificate = record
            .tls
            .certificate
            .as_deref()
            .map(|its| HalfCertificate {
                sha256: its.sha256.clone(),
                issuer: its.issuer.clone(),
                path: record.tls.path,
            });
        Self {
            is_ok,
            times: PhaseSpan::ALL.map(|span| span.of(record).filter(|_| is_ok)),
            certificate,
        }
    }
}

/// What of inspection two certificates tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Inspects {
    /// Both ways lead to certificates that are as they should be, or to the very same one.
    No,
    /// Only the way through the proxy is inspected, by this issuer.
    Yes(String),
    /// The straight way is inspected as well: it need not be the proxy.
    AlsoStraight(String),
    /// Something else: a certificate is missing, or nobody can tell whose it is.
    Unknown,
}

/// Slots that were measured both ways. Memory: the last slots, and so many differences.
#[derive(Debug, Default)]
pub struct Added {
    waiting: HashMap<(u64, Transport, u16), SlotHalf>,
    differences: [VecDeque<i64>; PhaseSpan::ALL.len()],
    slots: u64,
    ok: [u64; 2],
    inspects: std::collections::BTreeMap<Inspects, u64>,
}

/// What is added to a span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The span.
    pub span: PhaseSpan,
    /// Slots.
    pub n: usize,
    /// The median in microseconds; below zero where the proxy is faster.
    pub median_us: i64,
    /// Its 95 % interval by order statistics; none of few.
    pub interval_us: Option<(i64, i64)>,
}

impl Added {
    /// Takes a row in: the straight one of a slot comes first.
    pub fn add(&mut self, record: &Record) {
        let key = (record.slot, record.transport, record.port);
        if record.via.is_none() {
            if self.waiting.len() >= MOST_WAITING {
                let oldest = record.slot.saturating_sub(MOST_WAITING as u64 / 4);
                self.waiting.retain(|(slot, ..), _| *slot >= oldest);
            }
            if self.waiting.len() < MOST_WAITING {
                self.waiting
                    .entry(key)
                    .or_insert_with(|| SlotHalf::of(record));
            }
            return;
        }
        let Some(straight) = self.waiting.remove(&key) else {
            return;
        };
        let through = SlotHalf::of(record);
        self.slots.raise(1);
        for (count, half) in self.ok.iter_mut().zip([&straight, &through]) {
            count.raise(u64::from(half.is_ok));
        }
        let times = straight.times.iter().zip(through.times);
        for (kept, (one, other)) in self.differences.iter_mut().zip(times) {
            if let Some((one, other)) = one.zip(other) {
                if kept.len() >= MOST_KEPT {
                    kept.pop_front();
                }
                kept.push_back(other.saturating_sub(one));
            }
        }
        if record.transport == Transport::Tls {
            let found = inspects(straight.certificate.as_ref(), through.certificate.as_ref());
            self.inspects.entry(found).or_default().raise(1);
        }
    }

    /// Slots that were measured both ways.
    pub fn slots(&self) -> u64 {
        self.slots
    }

    /// Of them those that worked straight, and through the proxy.
    pub fn ok(&self) -> [u64; 2] {
        self.ok
    }

    /// What of inspection the certificates told, and how often.
    pub fn inspects(&self) -> &std::collections::BTreeMap<Inspects, u64> {
        &self.inspects
    }

    /// What is added to each span that both ways have.
    pub fn differences(&self) -> Vec<Difference> {
        let all = PhaseSpan::ALL.into_iter().zip(&self.differences);
        all.filter_map(|(span, kept)| difference(span, kept))
            .collect()
    }
}

fn difference(span: PhaseSpan, kept: &VecDeque<i64>) -> Option<Difference> {
    let mut sorted: Vec<i64> = kept.iter().copied().collect();
    sorted.sort_unstable();
    let n = sorted.len();
    let middle = n / 2;
    let upper = *sorted.get(middle)?;
    let median_us = match (n % 2, middle.checked_sub(1).and_then(|at| sorted.get(at))) {
        (0, Some(lower)) => lower.midpoint(upper),
        _ => upper,
    };
    // of no difference there is nothing to tell: a phase that neither way has
    if span == PhaseSpan::Dns && sorted.iter().all(|us| *us == 0) {
        return None;
    }
    Some(Difference {
        span,
        n,
        median_us,
        interval_us: interval(&sorted),
    })
}

/// The interval that covers the median with at least 95 %: between two order statistics, by the binomial distribution
/// of how many values lie below it.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn interval(sorted: &[i64]) -> Option<(i64, i64)> {
    let n = sorted.len();
    if n < LEAST {
        return None;
    }
    // the largest rank k with P(X < k) <= 2.5 %, X binomial of n and a half
    let mut log = -(n as f64) * std::f64::consts::LN_2;
    let (mut below, mut rank) = (0.0, 0_usize);
    loop {
        below += log.exp();
        if below > 0.025 || rank >= n {
            break;
        }
        rank = rank.saturating_add(1);
        log += ((n.saturating_sub(rank).saturating_add(1)) as f64 / rank as f64).ln();
    }
    let low = rank.checked_sub(1)?;
    let high = n.checked_sub(rank)?;
    Some((*sorted.get(low)?, *sorted.get(high)?))
}

fn inspects(straight: Option<&HalfCertificate>, through: Option<&HalfCertificate>) -> Inspects {
    let (Some(straight), Some(through)) = (straight, through) else {
        return Inspects::Unknown;
    };
    let is_fine = |one: &HalfCertificate| one.path.is_some_and(TlsPath::is_fine);
    let is_inspected = |one: &HalfCertificate| one.path == Some(TlsPath::Inspected);
    if is_inspected(straight) && is_inspected(through) {
        return Inspects::AlsoStraight(through.issuer.clone());
    }
    if is_inspected(through) {
        return Inspects::Yes(through.issuer.clone());
    }
    if straight.sha256 == through.sha256 || (is_fine(straight) && is_fine(through)) {
        return Inspects::No;
    }
    Inspects::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    // The ranks of the 95 % interval of a median, from tables of the binomial distribution: of 6 values the least and the
    // largest (P = 2 / 64), of 10 the second and the ninth (22 / 1024), of 20 the sixth and the fifteenth (0.0414).
    #[test]
    fn the_interval_of_a_median_is_between_the_ranks_of_the_tables() {
        let of = |n: i64| interval(&(1..=n).collect::<Vec<_>>());
        assert_eq!(of(5), None);
        assert_eq!(of(6), Some((1, 6)));
        assert_eq!(of(10), Some((2, 9)));
        assert_eq!(of(20), Some((6, 15)));
        let (low, high) = of(10_000).unwrap();
        // 5000 - 1.96 * 50 = 4902
        assert!(
            (4900..=4904).contains(&low) && low + high == 10_001,
            "{low} {high}"
        );
    }

    #[test]
    fn certificates_tell_who_inspects_or_that_nobody_can_tell() {
        let of = |sha256: &str, issuer: &str, path| {
            Some(HalfCertificate {
                sha256: sha256.to_owned(),
                issuer: issuer.to_owned(),
                path: Some(path),
            })
        };
        let good = of("a", "CN=Microsoft", TlsPath::Direct);
        let other = of("b", "CN=Microsoft", TlsPath::Direct);
        let made = of("c", "CN=Gate", TlsPath::Inspected);
        let private = of("d", "CN=Corp", TlsPath::PrivateRoot);
        let told = |one: &Option<HalfCertificate>, two: &Option<HalfCertificate>| {
            inspects(one.as_ref(), two.as_ref())
        };
        assert_eq!(told(&good, &other), Inspects::No);
        assert_eq!(told(&good, &made), Inspects::Yes("CN=Gate".to_owned()));
        assert_eq!(
            told(&made, &made),
            Inspects::AlsoStraight("CN=Gate".to_owned())
        );
        assert_eq!(told(&private, &private), Inspects::No);
        assert_eq!(told(&good, &private), Inspects::Unknown);
        assert_eq!(told(&None, &made), Inspects::Unknown);
    }
}
