//! When it did not work, when nobody looked, and what changed.

use maud::{Markup, html};

use super::budget::Budget;
use super::parts::{Number, Times, Words, folded_if_long, table};
use crate::report::model::{Count, Outage, Report, Series};
use crate::report::number::{counted, grouped, percents, seconds};
use crate::report::text::{cut, time};

/// Availability and outages of each series, and the gaps.
pub(super) fn outages(report: &Report, budget: &Budget) -> Markup {
    if report.series.is_empty() && report.overview.longest_gaps.is_empty() {
        return html! {};
    }
    let with_outages: Vec<&Series> = (report.series.iter())
        .filter(|series| !series.longest_outages.is_empty())
        .collect();
    let (lists, left_out) = budget.rows(60_000, &with_outages, |series| list(report, series));
    html! {
        (by_series(report, budget))
        (lists)
        @if left_out > 0 { p class="more" { "and outages of " (left_out) " more series" } }
        (gaps(report, budget))
    }
}

fn by_series(report: &Report, budget: &Budget) -> Markup {
    let (rows, left_out) = budget.rows(25_000, &report.series, |series| {
        let [share, low, high] = percents([
            series.answered_percent,
            series.answered_low_percent,
            series.answered_high_percent,
        ]);
        html! { tr {
            th scope="row" { (name(series)) }
            td { (grouped(series.rows)) }
            td { (grouped(series.ok)) }
            td { (share) }
            td { (low) " to " (high) }
            td { (grouped(series.outages)) }
            td { (seconds(series.outages_s)) }
            td { (grouped(series.gaps)) }
            td { (seconds(series.gaps_s)) }
        } }
    });
    let out_of_order: u64 = report
        .series
        .iter()
        .map(|series| series.rows_out_of_order)
        .sum();
    let columns = [
        Words("series"),
        Number("rows"),
        Number("OK"),
        Number("answered"),
        Number("95 % interval"),
        Number("outages"),
        Number("together"),
        Number("gaps"),
        Number("together"),
    ];
    html! {
        @if !report.series.is_empty() {
            (table("Availability", &columns, &html! { tbody { (rows) } }, left_out))
            p class="note" {
                "Availability is the share of the rows that the relay answered (interval: Wilson). A row that failed by an "
                "answer with an error counts as answered, as the path worked. An outage lasts from the first row without an "
                "answer to the next answer; a single row is one, too. A gap is a stretch without rows of ten times the usual "
                "interval, at least a minute."
                @if out_of_order > 0 {
                    " " (counted(out_of_order, "row", "rows"))
                    " came too late to be put in order: in the tables, not in the outages."
                }
            }
        }
    }
}

/// Who probed what, how.
fn name(series: &Series) -> String {
    let parts = [&series.host, &series.target, &series.transport];
    let parts: Vec<String> = (parts.into_iter().filter(|part| !part.is_empty()))
        .map(|part| cut(part, 64))
        .collect();
    if parts.is_empty() {
        return "(without a name)".to_owned();
    }
    parts.join(" · ")
}

fn list(report: &Report, series: &Series) -> Markup {
    let (rows, left_out) = Budget::of(12_000).rows(12_000, &series.longest_outages, |outage| {
        row(report, outage)
    });
    let columns = [
        Times("from"),
        Words("to"),
        Number("length"),
        Number("rows"),
        Words("causes"),
    ];
    let shown = series.longest_outages.len();
    let which = if u64::try_from(shown).is_ok_and(|shown| shown < series.outages) {
        format!("The {shown} longest outages")
    } else {
        "Outages".to_owned()
    };
    let caption = format!("{which} of {}", name(series));
    let inside = table(&caption, &columns, &html! { tbody { (rows) } }, left_out);
    folded_if_long(shown, &caption, inside)
}

fn row(report: &Report, outage: &Outage) -> Markup {
    html! { tr {
        th scope="row" { (time(report.time_zone, outage.from)) }
        td class="t" { (time(report.time_zone, outage.to)) }
        td { @if outage.open { "at least " } (seconds(outage.seconds)) }
        td { (grouped(outage.rows)) }
        td class="t long" { (causes(&outage.causes)) }
    } }
}

fn causes(causes: &[Count]) -> String {
    let named = causes.iter().take(4);
    let mut shown: Vec<String> = named
        .map(|cause| format!("{} ({})", cut(&cause.name, 40), grouped(cause.count)))
        .collect();
    if causes.len() > 4 {
        shown.push(format!("{} more", causes.len() - 4));
    }
    shown.join(", ")
}

fn gaps(report: &Report, budget: &Budget) -> Markup {
    let overview = &report.overview;
    let (rows, left_out) = budget.rows(10_000, &overview.longest_gaps, |gap| {
        html! { tr {
            th scope="row" { (time(report.time_zone, gap.from)) }
            td class="t" { (time(report.time_zone, gap.to)) }
            td { (seconds(gap.seconds)) }
        } }
    });
    let columns = [
        Times("last row before"),
        Words("first row after"),
        Number("length"),
    ];
    html! {
        @if overview.gaps > 0 {
            h3 id="gaps" { "Gaps" }
            p {
                (counted(overview.gaps, "gap", "gaps")) " of " (seconds(overview.gaps_s)) " in all, in which "
                @if report.series.len() > 1 { "no series" } @else { "nobody" } " measured."
            }
            @if !overview.longest_gaps.is_empty() {
                @let beyond = overview.gaps > overview.longest_gaps.len() as u64;
                @let caption = if beyond { "The longest gaps, in time order" } else { "Gaps" };
                (table(caption, &columns, &html! { tbody { (rows) } }, left_out))
            }
        }
    }
}

/// What came and went.
pub(super) fn events(report: &Report, budget: &Budget) -> Markup {
    if report.events.is_empty() {
        return html! {};
    }
    let (rows, left_out) = budget.rows(25_000, &report.events, |event| {
        html! { tr {
            th scope="row" { (time(report.time_zone, event.at)) }
            td class="t" { (event.kind.replace('-', " ")) }
            td class="t long" { (cut(&event.what, 100)) }
        } }
    });
    let columns = [Times("when"), Words("what"), Words("which")];
    let caption = "What appeared and what was not seen again";
    let inside = table(caption, &columns, &html! { tbody { (rows) } }, left_out);
    html! {
        (folded_if_long(report.events.len(), "Changes", inside))
    }
}
