//! Bursts and watches over UDP.

use maud::{Markup, html};

use super::budget::Budget;
use super::parts::{Number, Words, table};
use crate::report::model::{Burst, Report, Times};
use crate::report::number::{NONE, grouped, percent, quantile};
use crate::report::text::cut;

/// A row for each host, target and mode, and how they did against Microsoft's table.
pub(super) fn bursts(report: &Report, budget: &Budget) -> Markup {
    if report.bursts.is_empty() {
        return html! {};
    }
    let (figures, left_out) = budget.rows(25_000, &report.bursts, figures);
    let (verdicts, _) = budget.rows(25_000, &report.bursts, verdicts);
    let columns = [
        Words("bursts"),
        Number("rows"),
        Number("answered"),
        Number("packets"),
        Number("lost"),
        Number("95 % interval"),
        Number("worst 200 ms"),
        Number("round trip, ms"),
        Number("p95, ms"),
        Number("jitter, ms"),
        Number("reordered"),
    ];
    let mut lines = vec![Words("bursts")];
    lines.extend(
        report.bursts[0]
            .verdicts
            .iter()
            .map(|verdict| Number(verdict.name)),
    );
    html! {
        (table("Quality over UDP", &columns, &html! { tbody { (figures) } }, left_out))
        p class="note" {
            "Loss is over all packets (interval: Wilson); round trip, its 95th percentile and jitter are means over the bursts."
        }
        (table("Against Microsoft's table: passed / failed / too few packets", &lines, &html! { tbody { (verdicts) } }, left_out))
    }
}

fn figures(burst: &Burst) -> Markup {
    let mean = |times: &Option<Times>| {
        times.map_or_else(|| NONE.to_owned(), |times| quantile(times.mean_ms))
    };
    let share = |share: Option<f64>| share.map_or_else(|| NONE.to_owned(), percent);
    html! { tr {
        th scope="row" { (name(burst)) }
        td { (grouped(burst.bursts)) }
        td { (grouped(burst.answered)) }
        td { (grouped(burst.sent)) }
        td { (share(burst.loss_percent)) }
        td { (share(burst.loss_low_percent)) " to " (share(burst.loss_high_percent)) }
        td {
            @match burst.worst_window_lost.zip(burst.worst_window_sent) {
                Some((lost, sent)) => { (grouped(lost)) " of " (grouped(sent)) }
                None => { (NONE) }
            }
        }
        td { (mean(&burst.rtt_p50)) }
        td { (mean(&burst.rtt_p95)) }
        td { (mean(&burst.jitter)) }
        td { (grouped(burst.reordered)) }
    } }
}

fn verdicts(burst: &Burst) -> Markup {
    html! { tr {
        th scope="row" { (name(burst)) }
        @for verdict in &burst.verdicts {
            td { (grouped(verdict.pass)) " / " (grouped(verdict.fail)) " / " (grouped(verdict.too_few)) }
        }
    } }
}

fn name(burst: &Burst) -> String {
    let parts = [&burst.host, &burst.target, &burst.mode].map(|part| cut(part, 80));
    parts.join(" ").trim().to_owned()
}
