//! Held connections.

use maud::{Markup, html};

use super::budget::Budget;
use super::parts::{Number, Words, table};
use crate::report::model::{Held, HeldSamples, Report, Times};
use crate::report::number::{NONE, grouped, millis, quantile, seconds};
use crate::report::table::ended;
use crate::report::text::cut;

/// A row for each host and target, and one for its samples.
pub(super) fn held(report: &Report, budget: &Budget) -> Markup {
    let connections: Vec<&Held> = report.held.iter().filter(|h| h.connections > 0).collect();
    let sampled: Vec<(&Held, &HeldSamples)> = report
        .held
        .iter()
        .filter_map(|held| Some((held, held.samples.as_ref()?)))
        .collect();
    let columns = [
        Words("connections"),
        Number("rows"),
        Number("held"),
        Number("time"),
        Words("ended"),
        Number("round trip, ms"),
        Number("p95, ms"),
        Number("jitter, ms"),
        Number("sent again"),
        Number("stalls"),
        Number("longest, ms"),
    ];
    let of_samples = [
        Words("samples"),
        Number("n"),
        Number("min, ms"),
        Number("p50"),
        Number("p95"),
        Number("p99"),
        Number("max"),
        Number("sent again"),
        Number("stalls"),
        Number("longest, ms"),
    ];
    html! {
        @if !connections.is_empty() {
            @let (rows, left_out) = budget.rows(25_000, &connections, |held| figures(held));
            (table("Held TLS connections", &columns, &html! { tbody { (rows) } }, left_out))
            p class="note" {
                "Round trip, its 95th percentile and jitter are means over the connections, of the kernel's smoothed "
                "round trip. A stall is a time of 200 ms or more in which data was outstanding and nothing was acknowledged."
            }
        }
        @if !sampled.is_empty() {
            @let (rows, left_out) = budget.rows(25_000, &sampled, |(held, samples)| sample(held, samples));
            (table("The kernel's round trip over time, from samples", &of_samples, &html! { tbody { (rows) } }, left_out))
        }
    }
}

fn figures(held: &Held) -> Markup {
    let mean = |times: &Option<Times>| {
        times.map_or_else(|| NONE.to_owned(), |times| quantile(times.mean_ms))
    };
    html! { tr {
        th scope="row" { (name(held)) }
        td { (grouped(held.connections)) }
        td { (grouped(held.held)) }
        td { (seconds(held.held_s)) }
        td class="t" { (ended(held)) }
        td { (mean(&held.rtt_p50)) }
        td { (mean(&held.rtt_p95)) }
        td { (mean(&held.jitter)) }
        td { (count(held.retransmits)) }
        td { (count(held.stalls)) }
        td { (held.longest_stall_ms.map_or_else(|| NONE.to_owned(), millis)) }
    } }
}

fn sample(held: &Held, samples: &HeldSamples) -> Markup {
    let rtt = |read: fn(&Times) -> Option<f64>| {
        let time = samples.rtt.as_ref().and_then(read);
        time.map_or_else(|| NONE.to_owned(), quantile)
    };
    html! { tr {
        th scope="row" { (name(held)) }
        td { (grouped(samples.samples)) }
        td { (rtt(|times| Some(times.min_ms))) }
        td { (rtt(|times| times.p50_ms)) }
        td { (rtt(|times| times.p95_ms)) }
        td { (rtt(|times| times.p99_ms)) }
        td { (rtt(|times| Some(times.max_ms))) }
        td { (count(samples.retransmits)) }
        td { (count(samples.stalls)) }
        td { (samples.longest_stall_ms.map_or_else(|| NONE.to_owned(), millis)) }
    } }
}

fn count(count: Option<u64>) -> String {
    count.map_or_else(|| NONE.to_owned(), grouped)
}

fn name(held: &Held) -> String {
    let parts = [&held.host, &held.target].map(|part| cut(part, 80));
    parts.join(" ").trim().to_owned()
}
