//! The numbers for monitoring systems.

use crate::judge::diagnose::facts::ConnectFacts;
use crate::judge::diagnose::{Diagnosis, Facts, VerdictOutcome};
use crate::judge::limits::CLIENT;

/// A number with its unit and limit.
pub(super) struct PluginFigure {
    /// For programs: `rtt`.
    pub(super) name: &'static str,
    /// For people.
    pub(super) label: &'static str,
    /// `ms`, `%`; empty for counts.
    pub(super) unit: &'static str,
    pub(super) value: f64,
    /// Microsoft's limit; none where there is none.
    pub(super) limit: Option<f64>,
}

/// 0 where all is well, 1 for a warning, 2 for a fault, 3 where it could not be told.
pub(super) fn state(outcome: VerdictOutcome) -> u8 {
    match outcome {
        VerdictOutcome::Ok => 0,
        VerdictOutcome::Warning => 1,
        VerdictOutcome::Fault => 2,
        VerdictOutcome::CouldNotTell => 3,
    }
}

/// All that are known: what was not measured has no number.
pub(super) fn figures(facts: &Facts, diagnosis: &Diagnosis) -> Vec<PluginFigure> {
    let ms = |us: u64| us as f64 / 1e3;
    let stream = facts.quality.stream.known();
    let relay = facts.tcp.relays.known().and_then(|relays| relays.first());
    let servers = facts.names.system.known().map_or(&[][..], Vec::as_slice);
    let router = facts.machine.router.known().and_then(Option::as_ref);
    let trips = router.and_then(|router| router.trips.known());
    let lookup = servers.iter().flat_map(|server| &server.times_us).max();
    let loss = stream.filter(|stream| stream.sent > 0).map(|stream| {
        stream.sent.saturating_sub(stream.received) as f64 * 100.0 / stream.sent as f64
    });
    let faults = diagnosis.findings.iter().filter(|one| one.is_fault());
    let roots = faults.filter(|one| one.explained_by.is_none()).count();
    let limit = CLIENT.rtt.as_secs_f64() * 1e3;
    let jitter = CLIENT.jitter.as_secs_f64() * 1e3;
    let of = |name, label, unit, value: Option<f64>, limit| {
        value.map(|value| PluginFigure {
            name,
            label,
            unit,
            value,
            limit,
        })
    };
    [
        of("faults", "Root causes", "", Some(roots as f64), None),
        of(
            "rtt",
            "Round trip (UDP)",
            "ms",
            stream.and_then(|stream| stream.rtt_p50_us).map(ms),
            Some(limit),
        ),
        of(
            "jitter",
            "Jitter",
            "ms",
            stream.and_then(|stream| stream.jitter_us).map(ms),
            Some(jitter),
        ),
        of("loss", "Loss", "%", loss, Some(CLIENT.loss as f64 / 1e4)),
        of(
            "connect",
            "Round trip (TCP)",
            "ms",
            relay.and_then(ConnectFacts::rtt_us).map(ms),
            Some(limit),
        ),
        of("dns", "Longest lookup", "ms", lookup.copied().map(ms), None),
        of(
            "router",
            "Round trip to the router, 95th percentile",
            "ms",
            trips.and_then(|trips| trips.p95_us).map(ms),
            None,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A number as programs read it: a point, no more digits than are known.
pub(super) fn plain(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
