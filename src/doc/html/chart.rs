//! Charts with their legends, and their numbers in a table.

use maud::{Markup, html};

use super::budget::ByteBudget;
use super::table::{folded, table};
use crate::doc::chart::{Chart, ENDS, FAILED, Picture, PictureSize, has_small_fields, swatch};
use crate::doc::number::millis;
use crate::doc::text::zone_name;
use crate::stats::charts::HeatMap;
use crate::zone::Zone;

/// What stands where a picture has no room.
const TOO_MANY: &str = "There are too many points to draw them here.";

/// The picture, or nothing where it has no room. The number is unique in the page.
pub(super) fn draw(
    chart: &Chart,
    zone: Zone,
    number: usize,
    budget: &ByteBudget,
) -> Option<Markup> {
    let drawn = chart.picture.draw(zone, &format!("c{number}"));
    budget.take(drawn.0.len()).then_some(drawn)
}

/// A picture that was drawn before, with all that belongs to it.
pub(super) fn figure(
    chart: &Chart,
    drawn: Option<&Markup>,
    zone: Zone,
    budget: &ByteBudget,
) -> Markup {
    html! {
        figure class=[is_small(chart).then_some("few")] {
            figcaption {
                h3 { (chart.title) }
                @let note = note(chart, zone);
                @if !note.is_empty() { p { (note) } }
            }
            @if let Some(drawn) = drawn {
                (legend(chart))
                (drawn)
            } @else {
                p class="more" { (TOO_MANY) }
            }
            (folded("The numbers of this chart", &table(&chart.numbers, zone, budget)))
        }
    }
}

/// Whether it is less than half a sheet of paper, so that it is not torn.
fn is_small(chart: &Chart) -> bool {
    match &chart.picture {
        Picture::Panels(of) => of.data.panels.len() <= 6,
        _ => true,
    }
}

/// What is said of a picture, and in which zone its times are.
fn note(chart: &Chart, zone: Zone) -> String {
    if chart.picture.is_over_time() {
        return format!("{} Time in {}.", chart.note, zone_name(zone));
    }
    chart.note.clone()
}

fn legend(chart: &Chart) -> Markup {
    html! {
        ul class="legend" {
            @for (class, name) in &chart.legend {
                li { (swatch(*class)) (name) }
            }
            @if let Picture::Heat(heat) = &chart.picture { (steps(heat)) }
        }
    }
}

/// The colours of the hours, which mean the same in every report.
fn steps(heat: &HeatMap) -> Markup {
    let cells = || heat.days.iter().flat_map(|day| &day.hours).flatten();
    html! {
        @if heat.metric.is_some() {
            @for (colour, end) in ENDS.iter().enumerate() {
                li { span class=(format!("box h{colour}")) {} "to " (millis(*end)) " ms" }
            }
            li { span class=(format!("box h{}", ENDS.len())) {} "above" }
        }
        @if cells().any(|cell| cell.p50_ms.is_none()) {
            li { span class="box none" {} "no time measured" }
        }
        @if cells().any(|cell| cell.failed > 0) {
            @let (wide, narrow) = (has_small_fields(heat, PictureSize::Wide), has_small_fields(heat, PictureSize::Narrow));
            // counts stand in the hours, or have a field of their own
            @if !(wide && narrow) { li class=[only(!wide, !narrow)] { b { "3" } "failed in that hour" } }
            @if wide || narrow {
                @for (colour, (_, label)) in FAILED.iter().enumerate() {
                    li class=[only(wide, narrow)] { span class=(format!("box f{colour}")) {} (label) " failed" }
                }
            }
        }
    }
}

/// The class of what is shown beside one of both sizes alone.
fn only(wide: bool, narrow: bool) -> Option<&'static str> {
    match (wide, narrow) {
        (true, false) => Some("on-wide"),
        (false, true) => Some("on-narrow"),
        _ => None,
    }
}
