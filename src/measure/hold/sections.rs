//! Held connections.

use super::finished::HeldTotals;
use crate::arrange::Arrange as _;
use crate::doc::chart::{Chart, PanelForm};
use crate::doc::parts::{exact, filled, listed, main_section, mean, over_time, quantile};
use crate::doc::{Block, Cell, Paragraph, Section, Table};
use crate::stats::charts::{Panel, PanelPoint};

/// A row for each host and target, and one for their samples.
pub fn section(all: &[HeldTotals]) -> Section {
    let mut blocks = Vec::new();
    // the worst first
    let mut all: Vec<&HeldTotals> = all.iter().collect();
    let broken = |held: &HeldTotals| 1.0 - held.held as f64 / held.connections.max(1) as f64;
    all.arrange_by(|a, b| {
        let worse = broken(b).total_cmp(&broken(a));
        worse.then(b.stalls.cmp(&a.stalls))
    });
    let all = &all;
    blocks.extend(charts(all));
    if let Some(table) = filled(connections(all)) {
        blocks.push(table);
        if all.iter().any(|held| held.proxy.is_some()) {
            blocks.push(Block::Paragraph(Paragraph::new(
                "Through a proxy, the kernel's round trips, retransmitted segments and stalls are those of the path to the proxy.",
            )));
        }
        blocks.push(Block::Paragraph(Paragraph::new(
            "Round trip, its 95th percentile and jitter are means over the connections and come \
             from the kernel's smoothed round trip. A stall is a time of 200 ms or more in which \
             data was outstanding and nothing was acknowledged.",
        )));
    }
    blocks.extend(filled(samples(all)));
    main_section("held", "Held connections", blocks)
}

/// Round trips and troubles over time, a picture for each host and target.
fn charts(all: &[&HeldTotals]) -> Vec<Block> {
    let bucket_s = all.iter().map(|held| held.bucket_s).max().unwrap_or(0);
    let multiples = |shape, points: fn(&HeldTotals) -> &Vec<PanelPoint>| {
        let series = all.iter().map(|held| {
            let parts = [&held.host, &held.target].map(String::as_str);
            (parts, points(held))
        });
        let has_value = |panel: &Panel| panel.points.iter().any(|point| point.middle > 0.0);
        over_time(shape, bucket_s, series).filter(|of| of.data.panels.iter().any(has_value))
    };
    let trips = multiples(PanelForm::Times, |held| &held.trips).map(|of| {
        let sampled = all.iter().any(|held| held.samples.is_some());
        let what = if sampled {
            "The kernel's round trips in ms: median as a line, the middle 90 % as a band"
        } else {
            "Medians over the connections: of the kernel's round trips in ms as a line, from the smallest to the \
             95th percentile as a band"
        };
        Chart::small("Round trips of held connections".to_owned(), what, of, "Round trips of the points in ms")
    });
    let troubles = multiples(PanelForm::Counts, |held| &held.troubles).map(|of| {
        let what = "Stalls, and connections that broke, by the time at which the connection began";
        Chart::small(
            "Stalls and broken connections".to_owned(),
            what,
            of,
            "Counts of the bars",
        )
    });
    trips
        .into_iter()
        .chain(troubles)
        .map(Block::Chart)
        .collect()
}

fn connections(all: &[&HeldTotals]) -> Table {
    Table::of("held", "", all.iter().filter(|held| held.connections > 0))
        .key("host", "host", |held| held.host.clone())
        .key("target", "target", |held| held.target.clone())
        .numbers("connections", "connections", |held| held.connections)
        .numbers("held", "held", |held| held.held)
        .numbers("time", "time", |held| Cell::Seconds(held.held_s))
        .words("ended", "ended", |held| listed(&held.ended))
        .numbers("requests", "requests", |held| held.sent)
        .numbers("answered", "answered", |held| held.answered)
        .numbers("rtt_p50", "round trip ms", |held| mean(held.rtt_p50))
        .numbers("rtt_p95", "p95 ms", |held| mean(held.rtt_p95))
        .numbers("jitter", "jitter ms", |held| mean(held.jitter))
        .numbers("answer_p50", "request to answer ms", |held| {
            mean(held.answer_p50)
        })
        .numbers("retransmits", "retransmitted segments", |held| {
            held.retransmits
        })
        .numbers("retransmitted", "resent", |held| {
            Cell::of(held.retransmitted_bytes, Cell::Bytes)
        })
        .numbers("timeouts", "timeouts", |held| held.timeouts)
        .numbers("stalls", "stalls", |held| held.stalls)
        .numbers("longest_stall", "longest stall ms", |held| {
            exact(held.longest_stall_ms)
        })
        .table()
}

fn samples(all: &[&HeldTotals]) -> Table {
    let all = all.iter();
    let all = all.filter_map(|held| {
        let sampled = held.samples.as_ref()?;
        Some((held, sampled, sampled.rtt.as_ref()))
    });
    Table::of(
        "held samples",
        "Held connections: the kernel's round trip over time, from samples, in ms",
        all,
    )
    .key("host", "host", |(held, ..)| held.host.clone())
    .key("target", "target", |(held, ..)| held.target.clone())
    .numbers("connections", "connections", |(_, all, _)| all.connections)
    .numbers("samples", "samples", |(_, all, _)| all.samples)
    .numbers("rtt_min", "min", |(.., rtt)| {
        exact(rtt.map(|rtt| rtt.min_ms))
    })
    .numbers("rtt_p50", "p50", |(.., rtt)| {
        quantile(rtt.and_then(|rtt| rtt.p50_ms))
    })
    .numbers("rtt_p95", "p95", |(.., rtt)| {
        quantile(rtt.and_then(|rtt| rtt.p95_ms))
    })
    .numbers("rtt_p99", "p99", |(.., rtt)| {
        quantile(rtt.and_then(|rtt| rtt.p99_ms))
    })
    .numbers("rtt_max", "max", |(.., rtt)| {
        exact(rtt.map(|rtt| rtt.max_ms))
    })
    .numbers("jitter", "jitter", |(_, all, _)| exact(all.jitter_ms))
    .numbers("retransmits", "retransmitted segments", |(_, all, _)| {
        all.retransmits
    })
    .numbers("stalls", "stalls", |(_, all, _)| all.stalls)
    .numbers("longest_stall", "longest stall", |(_, all, _)| {
        exact(all.longest_stall_ms)
    })
    .table()
}
