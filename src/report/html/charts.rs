//! The charts with their legends, and their numbers in tables.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use maud::{Markup, PreEscaped, html};

use super::budget::Budget;
use super::parts::{Number, Words, folded, table};
use crate::report::chart::{
    Palette, Size, Steps, cumulative, has_connects, heat, swatch, timeline,
};
use crate::report::model::{Distribution, Heat, LinePoint, OTHER_REGIONS, Report, Timeline};
use crate::report::number::{counted, grouped, millis, quantile, seconds};
use crate::report::text::{named, time, zone_name};

/// The pictures, each in both sizes; empty where there is nothing to draw.
pub(super) struct Pictures {
    timeline: Markup,
    cumulative: Markup,
    heat: Markup,
}

/// What stands where a picture has no room.
const TOO_MANY: &str = "There are too many points to draw them here.";

fn is_drawn(picture: &Markup) -> bool {
    !picture.0.contains(TOO_MANY)
}

/// Draws them, and takes what they need from the budget.
pub(super) fn pictures(report: &Report, palette: &Palette, budget: &Budget) -> Pictures {
    let both = |draw: &dyn Fn(Size) -> Markup| {
        let (wide, narrow) = (draw(Size::Wide), draw(Size::Narrow));
        let markup = html! { (wide) (narrow) };
        if budget.take(markup.0.len()) {
            return markup;
        }
        html! { p class="more" { (TOO_MANY) } }
    };
    Pictures {
        timeline: both(&|size| timeline(&report.timeline, palette, report.time_zone, size)),
        cumulative: both(&|size| cumulative(&report.distribution, palette, size)),
        heat: both(&|size| heat(&report.heat, size)),
    }
}

/// The section.
pub(super) fn charts(
    report: &Report,
    palette: &Palette,
    pictures: Pictures,
    budget: &Budget,
) -> Markup {
    let Pictures {
        timeline,
        cumulative,
        heat,
    } = pictures;
    if timeline.0.is_empty() && cumulative.0.is_empty() && heat.0.is_empty() {
        return html! { p { "There is nothing to draw: no row has a time or a completed connect." } };
    }
    let data = &report.timeline;
    #[allow(clippy::cast_precision_loss)] // seconds of a bucket
    let bucket = seconds(data.bucket_s as f64);
    html! {
        @if !timeline.0.is_empty() {
            figure {
                figcaption {
                    h3 { @if has_connects(data) { "Connect time over time" } @else { "Failures over time" } }
                    p {
                        @if has_connects(data) { "Each point" } @else { "Each bar" }
                        " stands for " (bucket) "; time in " (zone_name(report.time_zone)) "."
                    }
                }
                (legend(drawn(data), data.other_regions, palette))
                (timeline)
                (timeline_table(report, budget))
            }
        }
        @if !cumulative.0.is_empty() {
            figure {
                figcaption {
                    h3 { "Distribution of the connect time" }
                    p { "The further left and the steeper a curve, the better." }
                }
                @let curves = report.distribution.iter().map(|curve| curve.region.as_str());
                (legend(curves, data.other_regions, palette))
                (cumulative)
                (quantile_table(&report.distribution, data.other_regions, budget))
            }
        }
        @if !heat.0.is_empty() {
            figure {
                figcaption {
                    h3 { "Hours and days" }
                    p {
                        @if data.regions.is_empty() { "Hours with probes" } @else { "Median connect time of each hour" }
                        "; hours in " (zone_name(report.time_zone)) "."
                        @if report.heat.capped {
                            " Only the latest " (report.heat.days.len()) " days with rows are shown."
                        }
                    }
                }
                @if is_drawn(&heat) { (heat_legend(&report.heat)) }
                (heat)
                (heat_table(&report.heat, budget))
            }
        }
    }
}

/// The regions that the picture shows.
fn drawn(data: &Timeline) -> impl Iterator<Item = &str> {
    let lines = data.regions.iter().filter(|line| {
        !line.points.is_empty() || data.slow.iter().any(|point| point.region == line.region)
    });
    lines.map(|line| line.region.as_str())
}

fn legend<'a>(regions: impl Iterator<Item = &'a str>, others: u64, palette: &Palette) -> Markup {
    html! {
        ul class="legend" {
            @for region in regions {
                li { (swatch(palette.class(region))) (line_name(region, others)) }
            }
        }
    }
}

/// The name of a region's line.
fn line_name(region: &str, others: u64) -> String {
    if region == OTHER_REGIONS {
        return counted(others, "other region", "other regions together");
    }
    named(region, "region", 40)
}

fn heat_legend(heat: &Heat) -> Markup {
    let cells = || heat.days.iter().flat_map(|day| &day.hours).flatten();
    let ends = Steps::of(heat).map_or_else(Vec::new, |steps| steps.0);
    html! {
        ul class="legend" {
            @for (colour, end) in ends.iter().enumerate() {
                li {
                    span class=(format!("box h{colour}")) {}
                    @if colour + 1 < ends.len() || colour == 0 { "to " (quantile(*end)) " ms" } @else { "above" }
                }
            }
            @if cells().any(|cell| cell.p50_ms.is_none()) {
                li { span class="box none" {} "no connect" }
            }
            @if cells().any(|cell| cell.failed > 0) {
                li { span class="box-dot" {} "failures in this hour" }
            }
        }
    }
}

/// A bucket of all regions.
#[derive(Default)]
struct Bucket {
    medians: BTreeMap<usize, LinePoint>,
    slow: u64,
    slowest_ms: f64,
    failed: u64,
}

fn timeline_table(report: &Report, budget: &Budget) -> Markup {
    let data = &report.timeline;
    let mut buckets: BTreeMap<DateTime<Utc>, Bucket> = BTreeMap::new();
    for (n, line) in data.regions.iter().enumerate() {
        for point in &line.points {
            buckets
                .entry(point.at)
                .or_default()
                .medians
                .insert(n, *point);
        }
    }
    for point in &data.slow {
        let bucket = buckets.entry(point.at).or_default();
        bucket.slow += point.count;
        bucket.slowest_ms = bucket.slowest_ms.max(point.max_ms);
    }
    for point in &data.failures {
        buckets.entry(point.at).or_default().failed += point.count;
    }
    let buckets: Vec<(DateTime<Utc>, Bucket)> = buckets.into_iter().collect();
    let (rows, left_out) = budget.rows(110_000, &buckets, |(at, bucket)| {
        html! { tr {
            th scope="row" { (time(report.time_zone, *at)) }
            @for n in 0..data.regions.len() {
                td {
                    @if let Some(point) = bucket.medians.get(&n) {
                        (quantile(point.p50_ms)) " (" (quantile(point.p5_ms)) "–" (quantile(point.p95_ms)) ")"
                    }
                }
            }
            td { @if bucket.slow > 0 { (grouped(bucket.slow)) " (" (millis(bucket.slowest_ms)) ")" } }
            td { @if bucket.failed > 0 { (grouped(bucket.failed)) } }
        } }
    });
    let head = html! {
        thead { tr {
            th scope="col" class="t" { "from" }
            @for line in &data.regions { th scope="col" { (line_name(&line.region, data.other_regions)) } }
            th scope="col" { "slow (slowest)" }
            th scope="col" { "failed" }
        } }
    };
    let caption = "Median connect and, in brackets, 5th and 95th percentile in ms";
    let inside = html! {
        div class="scroll" tabindex="0" role="group" aria-label=(caption) {
            table class="timed" { caption { span { (caption) } } (head) tbody { (rows) } }
        }
        (super::parts::and_more(left_out))
    };
    folded("The numbers of this chart", &inside)
}

fn quantile_table(curves: &[Distribution], others: u64, budget: &Budget) -> Markup {
    const SHARES: [f64; 9] = [5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 100.0];
    let (rows, left_out) = budget.rows(15_000, curves, |curve| {
        let at = |percent: f64| {
            let mut points = curve.cumulative.iter();
            let found = points.find(|point| point.up_to_percent >= percent - 1e-9);
            found.map(|point| quantile(point.connect_ms))
        };
        html! { tr {
            th scope="row" { (line_name(&curve.region, others)) }
            td { (grouped(curve.n)) }
            @for share in SHARES { td { @if let Some(value) = at(share) { (value) } } }
        } }
    });
    let columns = [
        Words("region"),
        Number("n"),
        Number("5 %"),
        Number("10 %"),
        Number("25 %"),
        Number("50 %"),
        Number("75 %"),
        Number("90 %"),
        Number("95 %"),
        Number("99 %"),
        Number("all"),
    ];
    let rows = html! { tbody { (rows) } };
    let caption = "Connect time in ms within which so many connects lay";
    let inside = table(caption, &columns, &rows, left_out);
    folded("The numbers of this chart", &inside)
}

fn heat_table(heat: &Heat, budget: &Budget) -> Markup {
    let latest_first: Vec<_> = heat.days.iter().rev().collect();
    let (rows, left_out) = budget.rows(110_000, &latest_first, |day| {
        html! { tr {
            th scope="row" { (day.day) }
            @for cell in day.hours.iter().take(24) {
                @if let Some(cell) = cell {
                    td {
                        @if let Some(ms) = cell.p50_ms { (quantile(ms)) } @else { "-" }
                        @if cell.failed > 0 { b { " " (grouped(cell.failed)) } }
                    }
                } @else { td {} }
            }
        } }
    });
    let caption =
        "Median connect in ms by day (latest first) and hour; bold behind it: failed probes";
    let inside = html! {
        div class="scroll" tabindex="0" role="group" aria-label=(caption) {
            table {
                caption { span { (caption) } }
                thead { tr {
                    th scope="col" class="t" { "day" }
                    @for hour in 0..24 { th scope="col" { (PreEscaped(format!("{hour:02}"))) } }
                } }
                tbody { (rows) }
            }
        }
        @if left_out > 0 { p class="more" { "and " (counted(u64::try_from(left_out).unwrap_or(0), "earlier day", "earlier days")) } }
    };
    folded("The numbers of this chart", &inside)
}
