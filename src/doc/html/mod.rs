//! The report as one self-contained page: no script, no network, no font of its own.
//!
//! Whatever comes, the page stays under a megabyte: texts are cut, lists take their rows from a
//! common budget and say how many they leave out.

mod budget;
mod chart;
mod table;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::cell::Style;
use super::section::{Block, Document, Paragraph, Point, Section};
use super::text::{cut, zone_name};
use budget::Budget;
use table::unbroken;

/// Bytes that charts and lists may have together; the rest of the page is short.
const ROOM: usize = 880_000;

const STYLE: &str = include_str!("style.css");

/// What a browser may do with the page: show it in this one style. Should a text from a file ever
/// become markup, it could still neither run nor load anything. The hash is that of `STYLE`.
const POLICY: &str = "default-src 'none'; style-src 'sha256-y2r11whnCViSpXhhdU+Mrs3Yq1sgEQhi0qB5eR0U8zM='; \
                      base-uri 'none'; form-action 'none'";

/// The page.
pub fn page(document: &Document) -> String {
    let budget = Budget::of(ROOM);
    // what weighs most first, then the pictures; the long tables share what is left
    let mut parts: Vec<(&Section, Markup)> = Vec::new();
    let sections = &document.sections;
    for section in sections.iter().filter(|section| section.main) {
        parts.push((section, blocks(section, document, &budget)));
    }
    for section in sections.iter().filter(|section| !section.main) {
        parts.push((section, blocks(section, document, &budget)));
    }
    parts.retain(|(_, inside)| !inside.0.is_empty());
    parts.sort_by_key(|(section, _)| {
        sections
            .iter()
            .position(|other| std::ptr::eq(*section, other))
    });
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
                nav aria-label="Sections" {
                    @for (section, _) in &parts {
                        a href=(format!("#{}", section.id)) { (section.title) }
                    }
                }
                main {
                    @for (section, inside) in &parts {
                        section id=(section.id) {
                            h2 { (section.title) }
                            (inside)
                        }
                    }
                }
                footer {
                    p { "Made by " (document.maker) ". Times are in " (zone_name(document.zone)) ". " (document.footer) }
                }
            }
        }
    }
    .into_string()
}

/// The top of the page.
fn headline(document: &Document) -> Markup {
    html! {
        header {
            h1 { (cut(&document.title, 200)) }
            @for (place, about) in document.about.iter().enumerate() {
                (paragraph(about, if place == 0 { "when" } else { "who" }))
            }
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
fn blocks(section: &Section, document: &Document, budget: &Budget) -> Markup {
    let zone = document.zone;
    let drawn = section.blocks.iter().map(|block| match block {
        Block::Chart(chart) => chart::draw(chart, budget),
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
                Block::Chart(chart) => (chart::figure(chart, drawn.as_ref(), zone, budget)),
            }
        }
    }
}
