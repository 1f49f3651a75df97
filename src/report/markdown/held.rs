//! Held connections.

use std::fmt::Write as _;

use super::cells::text;
use crate::report::model::{Held, Report, Times};
use crate::report::number::{NONE, millis, quantile, seconds};
use crate::report::table::ended;

/// A table of the connections, and one of their samples.
pub fn section(out: &mut String, report: &Report) {
    if report.held.is_empty() {
        return;
    }
    out.push_str("## Held connections\n\n");
    if report.held.iter().any(|held| held.connections > 0) {
        connections(out, &report.held);
    }
    if report.held.iter().any(|held| held.samples.is_some()) {
        samples(out, &report.held);
    }
}

fn connections(out: &mut String, all: &[Held]) {
    out.push_str("| host | target | connections | held | time | ended | rtt p50 ms | rtt p95 ms | jitter ms | sent again | stalls | longest ms |\n");
    out.push_str("|---|---|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|\n");
    for held in all.iter().filter(|held| held.connections > 0) {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            text(&held.host),
            text(&held.target),
            held.connections,
            held.held,
            seconds(held.held_s),
            ended(held),
            mean(held.rtt_p50),
            mean(held.rtt_p95),
            mean(held.jitter),
            count(held.retransmits),
            count(held.stalls),
            longest(held.longest_stall_ms),
        );
    }
    out.push('\n');
}

fn samples(out: &mut String, all: &[Held]) {
    out.push_str("| host | target | samples | rtt min ms | p50 | p95 | p99 | max | sent again | stalls | longest ms |\n");
    out.push_str("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (held, samples) in all
        .iter()
        .filter_map(|held| Some((held, held.samples.as_ref()?)))
    {
        let rtt = |read: fn(&Times) -> Option<f64>| {
            let time = samples.rtt.as_ref().and_then(read);
            time.map_or_else(|| NONE.to_owned(), quantile)
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            text(&held.host),
            text(&held.target),
            samples.samples,
            rtt(|times| Some(times.min_ms)),
            rtt(|times| times.p50_ms),
            rtt(|times| times.p95_ms),
            rtt(|times| times.p99_ms),
            rtt(|times| Some(times.max_ms)),
            count(samples.retransmits),
            count(samples.stalls),
            longest(samples.longest_stall_ms),
        );
    }
    out.push('\n');
}

/// The mean over the connections.
fn mean(times: Option<Times>) -> String {
    times.map_or_else(|| NONE.to_owned(), |times| quantile(times.mean_ms))
}

fn count(count: Option<u64>) -> String {
    count.map_or_else(|| NONE.to_owned(), |count| count.to_string())
}

fn longest(ms: Option<f64>) -> String {
    ms.map_or_else(|| NONE.to_owned(), millis)
}
