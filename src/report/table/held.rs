//! Held connections.

use std::fmt::Write as _;

use super::view::{View, heading};
use crate::report::model::{Held, HeldSamples, Report, Times};
use crate::report::number::{NONE, bytes, counted, millis, quantile, seconds};
use crate::report::text::cut;
use crate::report::wrapped;

/// A block for each host and target.
pub fn section(out: &mut String, report: &Report, view: &View) {
    if report.held.is_empty() {
        return;
    }
    heading(out, "Held connections");
    let most = view.top.unwrap_or(usize::MAX).max(1);
    for held in report.held.iter().take(most) {
        for line in block(held) {
            push(out, &line, view.width);
        }
    }
    if report.held.len() > most {
        let more = report.held.len() - most;
        let _ = writeln!(out, "and {more} more; --top 0 shows all");
    }
}

/// A line that keeps its indentation where it is wrapped.
fn push(out: &mut String, line: &str, width: usize) {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    for part in wrapped(text, width.saturating_sub(indent)) {
        let _ = writeln!(out, "{:indent$}{part}", "");
    }
}

fn block(held: &Held) -> Vec<String> {
    let name = format!("{} {}", cut(&held.host, 60), cut(&held.target, 120));
    let mut lines = Vec::new();
    if held.connections > 0 {
        let connections = counted(held.connections, "connection", "connections");
        let (name, time) = (name.trim(), seconds(held.held_s));
        lines.push(format!(
            "{name}: {connections}, {} held for {time} in all",
            held.held
        ));
        lines.push(format!("  ended: {}", ended(held)));
        lines.push(format!(
            "  {} sent, {} answered",
            counted(held.sent, "request", "requests"),
            held.answered
        ));
    } else {
        lines.push(format!("{}:", name.trim()));
    }
    for (what, times) in [
        ("kernel's round trip, median", &held.rtt_p50),
        ("kernel's round trip, p95", &held.rtt_p95),
        ("its mean change", &held.jitter),
        ("request to answer, median", &held.answer_p50),
    ] {
        lines.extend(times.as_ref().map(|times| spread(what, times)));
    }
    if let Some(again) = held.retransmits {
        let segments = counted(again, "segment", "segments");
        let size = bytes(held.retransmitted_bytes.unwrap_or(0));
        let timeouts = counted(held.timeouts.unwrap_or(0), "timeout", "timeouts");
        lines.push(format!("  sent again: {segments}, {size}; {timeouts}"));
    }
    lines.extend(stalls(held.stalls, held.longest_stall_ms).map(|text| format!("  {text}")));
    lines.extend(held.samples.iter().flat_map(of_samples));
    lines
}

/// What the samples add.
fn of_samples(samples: &HeldSamples) -> Vec<String> {
    let mut lines = vec![format!(
        "  {} of {}",
        counted(samples.samples, "sample", "samples"),
        counted(samples.connections, "connection", "connections")
    )];
    if let Some(rtt) = &samples.rtt {
        let of = |time: Option<f64>| time.map_or_else(|| NONE.to_owned(), quantile);
        lines.push(format!(
            "    kernel's round trip over time: min {}, p50 {}, p95 {}, p99 {}, max {} ms",
            millis(rtt.min_ms),
            of(rtt.p50_ms),
            of(rtt.p95_ms),
            of(rtt.p99_ms),
            millis(rtt.max_ms)
        ));
    }
    if let Some(jitter) = samples.jitter_ms {
        lines.push(format!("    its mean change: {} ms", millis(jitter)));
    }
    if let Some(again) = samples.retransmits {
        let segments = counted(again, "segment", "segments");
        lines.push(format!("    sent again: {segments}"));
    }
    let stalls = stalls(samples.stalls, samples.longest_stall_ms);
    lines.extend(stalls.map(|text| format!("    {text}")));
    lines
}

/// How the connections ended, in words.
pub fn ended(held: &Held) -> String {
    let ended: Vec<_> = held
        .ended
        .iter()
        .map(|count| format!("{} {}", count.count, count.name))
        .collect();
    if ended.is_empty() {
        return NONE.to_owned();
    }
    ended.join(", ")
}

fn stalls(count: Option<u64>, longest_ms: Option<f64>) -> Option<String> {
    Some(match count? {
        0 => "no stall of 200 ms or more".to_owned(),
        count => format!(
            "{}, the longest {} ms",
            counted(count, "stall", "stalls"),
            longest_ms.map_or_else(|| NONE.to_owned(), millis)
        ),
    })
}

/// The spread of a figure over the connections.
fn spread(what: &str, times: &Times) -> String {
    format!(
        "  {what} of the connections: {} to {} ms, mean {} ms",
        quantile(times.min_ms),
        quantile(times.max_ms),
        quantile(times.mean_ms)
    )
}
