//! Held connections.

use super::finished::{HeldSamples, HeldTotals};
use crate::doc::parts::{filled, host_and_target, listed, main_section, mean};
use crate::doc::{Block, Cell, Column, Paragraph, Section, Table};

/// A row for each host and target, and one for their samples.
pub fn section(all: &[HeldTotals]) -> Section {
    let mut blocks = Vec::new();
    // the worst first
    let mut all: Vec<&HeldTotals> = all.iter().collect();
    #[allow(clippy::cast_precision_loss)] // counts far below 2^53
    let broken = |held: &HeldTotals| 1.0 - held.held as f64 / held.connections.max(1) as f64;
    all.sort_by(|a, b| {
        let worse = broken(b).total_cmp(&broken(a));
        worse.then(b.stalls.cmp(&a.stalls))
    });
    let all = &all;
    if let Some(table) = filled(connections(all)) {
        blocks.push(table);
        blocks.push(Block::Paragraph(Paragraph::new(
            "Round trip, its 95th percentile and jitter are means over the connections, of the kernel's smoothed round \
             trip. A stall is a time of 200 ms or more in which data was outstanding and nothing was acknowledged.",
        )));
    }
    blocks.extend(filled(samples(all)));
    main_section("held", "Held connections", blocks)
}

fn key(held: &HeldTotals) -> [Cell; 2] {
    [&held.host, &held.target].map(|name| name.clone().into())
}

fn connections(all: &[&HeldTotals]) -> Table {
    Table::new(
        "held",
        "",
        host_and_target(),
        vec![
            Column::number("connections", "connections"),
            Column::number("held", "held"),
            Column::number("time", "time"),
            Column::words("ended", "ended"),
            Column::number("requests", "requests"),
            Column::number("answered", "answered"),
            Column::number("rtt_p50", "round trip ms"),
            Column::number("rtt_p95", "p95 ms"),
            Column::number("jitter", "jitter ms"),
            Column::number("answer_p50", "request to answer ms"),
            Column::number("retransmits", "segments sent again"),
            Column::number("retransmitted", "sent again"),
            Column::number("timeouts", "timeouts"),
            Column::number("stalls", "stalls"),
            Column::number("longest_stall", "longest stall ms"),
        ],
    )
    .rows(all.iter().filter(|held| held.connections > 0).map(|held| {
        let cells = [
            held.connections.into(),
            held.held.into(),
            Cell::Seconds(held.held_s),
            listed(&held.ended).into(),
            held.sent.into(),
            held.answered.into(),
            mean(held.rtt_p50),
            mean(held.rtt_p95),
            mean(held.jitter),
            mean(held.answer_p50),
            held.retransmits.into(),
            Cell::of(held.retransmitted_bytes, Cell::Bytes),
            held.timeouts.into(),
            held.stalls.into(),
            Cell::of(held.longest_stall_ms, Cell::Millis),
        ];
        (key(held), cells)
    }))
}

fn samples(all: &[&HeldTotals]) -> Table {
    let sampled = all.iter();
    let sampled = sampled.filter_map(|held| Some((held, held.samples.as_ref()?)));
    Table::new(
        "held samples",
        "Held connections: the kernel's round trip over time, from samples, in ms",
        host_and_target(),
        vec![
            Column::number("connections", "connections"),
            Column::number("samples", "samples"),
            Column::number("rtt_min", "min"),
            Column::number("rtt_p50", "p50"),
            Column::number("rtt_p95", "p95"),
            Column::number("rtt_p99", "p99"),
            Column::number("rtt_max", "max"),
            Column::number("jitter", "jitter"),
            Column::number("retransmits", "segments sent again"),
            Column::number("stalls", "stalls"),
            Column::number("longest_stall", "longest stall"),
        ],
    )
    .rows(sampled.map(|(held, samples)| (key(held), sample(samples))))
}

fn sample(samples: &HeldSamples) -> [Cell; 11] {
    let rtt = samples.rtt.as_ref();
    let quantile = |ms: Option<f64>| Cell::of(ms, Cell::Quantile);
    let exact = |ms: Option<f64>| Cell::of(ms, Cell::Millis);
    [
        samples.connections.into(),
        samples.samples.into(),
        exact(rtt.map(|rtt| rtt.min_ms)),
        quantile(rtt.and_then(|rtt| rtt.p50_ms)),
        quantile(rtt.and_then(|rtt| rtt.p95_ms)),
        quantile(rtt.and_then(|rtt| rtt.p99_ms)),
        exact(rtt.map(|rtt| rtt.max_ms)),
        exact(samples.jitter_ms),
        samples.retransmits.into(),
        samples.stalls.into(),
        exact(samples.longest_stall_ms),
    ]
}
