//! The report as one self-contained page: no script, no network, no font of its own.
//!
//! Whatever comes, the page stays under a megabyte: texts are cut, lists take their rows from a
//! common budget and say how many they leave out.

mod budget;
mod chart;
mod table;

use crate::arrange::Arrange as _;
use std::cell::Cell;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::cell::Style;
use super::section::{Block, Document, Paragraph, Point, Section};
use super::text::{cut, zone_name};
use budget::ByteBudget;
use table::unbroken;

/// Bytes that charts and lists may have together; the rest of the page is short.
const ROOM: usize = 880_000;

const STYLE: &str = include_str!("style.css");

/// What a browser may do with the page: show it in this one style. Should a text from a file ever
/// become markup, it could still neither run nor load anything. The hash is that of `STYLE`.
const POLICY: &str = "default-src 'none'; style-src 'sha256-LjQG/itbbhsHaSC7lE2IlgXniD1HzHbaIqTwnIbYzOg='; \
                      base-uri 'none'; form-action 'none'";

/// The page.
pub fn page(document: &Document) -> String {
    let budget = ByteBudget::of(ROOM);
    let pictures = Cell::new(0);
    // what weighs most first, then the pictures; the long tables share what is left
    let mut parts: Vec<(&Section, Markup)> = Vec::new();
    let sections = &document.sections;
    for section in sections.iter().filter(|section| section.main) {
        parts.push((section, blocks(section, document, &budget, &pictures)));
    }
    for section in sections.iter().filter(|section| !section.main) {
        parts.push((section, blocks(section, document, &budget, &pictures)));
    }
    parts.retain(|(_, inside)| !inside.0.is_empty());
    parts.arrange_by_key(|(section, _)| {
        sections
            .iter()
            .position(|other| std::ptr::eq(*section, other))
    });
    // what is wrong and one picture fit a screen
    let first = parts
        .iter()
        .take_while(|(section, _)| section.at_once)
        .count();
    let (seen_first, evidence) = parts.split_at(first);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(document.maker);
                title { (cut(&document.title, 200)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (headline(document))
                main {
                    @for (section, inside) in seen_first { (shown(section, inside)) }
                    nav aria-label="Sections" {
                        @for (section, _) in evidence {
                            a href=(format!("#{}", section.id)) { (section.title) }
                        }
                    }
                    @for (section, inside) in evidence { (shown(section, inside)) }
                }
                footer {
                    p { "Made by " (document.maker) ". Times are in " (zone_name(document.zone)) ". " (document.footer) }
                }
            }
        }
    }
    .into_string()
}

fn shown(section: &Section, inside: &Markup) -> Markup {
    html! {
        section id=(section.id) {
            @if !section.title.is_empty() { h2 { (section.title) } }
            (inside)
        }
    }
}

/// The top of the page.
fn headline(document: &Document) -> Markup {
    html! {
        header {
            h1 { (cut(&document.title, 200)) }
            @let (grave, plain): (Vec<_>, Vec<_>) = document.about.iter().partition(|about| about.style == Style::Bad);
            p class="when" {
                @for about in plain { span { (unbroken(&cut(&about.text, 500))) } }
            }
            @for about in grave { (paragraph(about, "when")) }
            p class=(format!("verdict {}", class(document.verdict.style))) { (unbroken(&document.verdict.text)) }
        }
    }
}

fn paragraph(of: &Paragraph, class: &str) -> Markup {
    let text = unbroken(&cut(&of.text, 500));
    html! {
        @match of.style {
            Style::Bad => p class="warning" role="note" { (text) },
            Style::Plain | Style::Good | Style::Warn => p class=(class) { (text) },
        }
    }
}

/// The name of a style on the page.
fn class(style: Style) -> &'static str {
    match style {
        Style::Plain => "plain",
        Style::Good => "good",
        Style::Warn => "warn",
        Style::Bad => "bad",
    }
}

/// Sentences, each with its word.
fn list(points: &[Point]) -> Markup {
    html! {
        ul class="points" {
            @for point in points {
                li class=(class(point.style)) {
                    b { (point.word) } " " (unbroken(&cut(&point.text, 1_000)))
                }
            }
        }
    }
}

/// The pieces of a section. Its pictures get their room before its tables.
fn blocks(
    section: &Section,
    document: &Document,
    budget: &ByteBudget,
    pictures: &Cell<usize>,
) -> Markup {
    let zone = document.zone;
    let drawn = section.blocks.iter().map(|block| match block {
        Block::Chart(chart) => {
            pictures.set(pictures.get() + 1);
            chart::draw(chart, zone, pictures.get(), budget)
        }
        _ => None,
    });
    let drawn: Vec<Option<Markup>> = drawn.collect();
    html! {
        @for (block, drawn) in section.blocks.iter().zip(&drawn) {
            @match block {
                Block::Facts(facts) => (table::tiles(facts, zone)),
                Block::Table(of) => (table::table(of, zone, budget)),
                Block::Paragraph(of) => {
                    @let shown = paragraph(of, "note");
                    @if budget.take(shown.0.len()) { (shown) }
                }
                Block::Points(points) => (list(points)),
                // charts say it better
                Block::Sparks(_) => {},
                Block::Chart(chart) => (chart::figure(chart, drawn.as_ref(), zone, budget)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    /// Relative luminance and contrast of WCAG 2.
    fn luminance(colour: &str) -> f64 {
        let hex = |at: usize| u32::from_str_radix(&colour[at..at + 2], 16).unwrap();
        [(1, 0.2126), (3, 0.7152), (5, 0.0722)]
            .iter()
            .map(|(at, weight)| {
                let share = f64::from(hex(*at)) / 255.0;
                weight
                    * if share <= 0.040_45 {
                        share / 12.92
                    } else {
                        ((share + 0.055) / 1.055).powf(2.4)
                    }
            })
            .sum()
    }

    #[test]
    fn lines_stand_out_from_the_background_in_both_schemes() {
        let style = include_str!("style.css");
        for (scheme, background) in [
            (style.find(":root").unwrap(), "#ffffff"),
            (style.find("dark){:root").unwrap(), "#12161b"),
        ] {
            for name in [
                "--r0", "--r1", "--r2", "--r3", "--r4", "--r5", "--r6", "--r7", "--r8", "--bad",
                "--dim",
            ] {
                let found =
                    style[scheme..].find(&format!("{name}:#")).unwrap() + scheme + name.len() + 1;
                let (one, other) = (luminance(&style[found..found + 7]), luminance(background));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 3.0, "{name} on {background}: {contrast:.2}");
            }
        }
    }
}
