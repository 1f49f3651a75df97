//! Charts with their legends, and their numbers in a table.

use maud::{Markup, html};

use super::budget::Budget;
use super::table::{folded, table};
use crate::doc::chart::{Chart, Picture, Size, Steps, swatch};
use crate::doc::number::quantile;
use crate::stats::charts::Heat;
use crate::zone::Zone;

/// What stands where a picture has no room.
const TOO_MANY: &str = "There are too many points to draw them here.";

/// The picture in both sizes, or nothing where it has no room.
pub(super) fn draw(chart: &Chart, budget: &Budget) -> Option<Markup> {
    let (wide, narrow) = (
        chart.picture.draw(Size::Wide),
        chart.picture.draw(Size::Narrow),
    );
    let both = html! { (wide) (narrow) };
    budget.take(both.0.len()).then_some(both)
}

/// A picture that was drawn before, with all that belongs to it.
pub(super) fn figure(chart: &Chart, drawn: Option<&Markup>, zone: Zone, budget: &Budget) -> Markup {
    html! {
        figure {
            figcaption {
                h3 { (chart.title) }
                p { (chart.note) }
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

/// The colours of the hours.
fn steps(heat: &Heat) -> Markup {
    let cells = || heat.days.iter().flat_map(|day| &day.hours).flatten();
    let ends = Steps::of(heat).map_or_else(Vec::new, |steps| steps.0);
    html! {
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
