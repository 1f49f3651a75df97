//! The report as one self-contained page: no script, no network, no font of its own.
//!
//! Whatever comes, the page stays under a megabyte: texts are cut, lists take their rows from a
//! common budget and say how many they leave out.

mod budget;
mod bursts;
mod charts;
mod groups;
mod head;
mod held;
mod input;
mod outages;
mod parts;
mod relays;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::Palette;
use super::model::Report;
use super::text::zone_name;
use budget::Budget;

/// Bytes that charts and lists may have together; the rest of the page is short.
const ROOM: usize = 880_000;

const STYLE: &str = include_str!("style.css");

/// What a browser may do with the page: show it in this one style. Should a text from a file ever
/// become markup, it could still neither run nor load anything. The hash is that of `STYLE`.
const POLICY: &str = "default-src 'none'; style-src 'sha256-1kskAiP/BuBCJT+Px3EB/b4KOnL9nH3dUpiNBkQ/Vng='; \
                      base-uri 'none'; form-action 'none'";

/// The page.
pub fn page(report: &Report) -> String {
    let budget = Budget::of(ROOM);
    let palette = Palette::of(report);
    let part = |id: &'static str, title: &'static str, inside: Markup| Part { id, title, inside };
    // what is short and weighs most first, then the pictures; the long tables share what is left
    let overview = part("overview", "Overview", head::overview(report, &budget));
    let regions = part(
        "regions",
        "Regions",
        groups::regions(report, &palette, &budget),
    );
    let slow = part("slow", "Slow connects", relays::slow(report, &budget));
    let outages = part("outages", "Outages", outages::outages(report, &budget));
    let bursts = part(
        "bursts",
        "Quality over UDP",
        bursts::bursts(report, &budget),
    );
    let held = part("held", "Held connections", held::held(report, &budget));
    let certificates = part(
        "certificates",
        "Certificates",
        relays::certificates(report, &budget),
    );
    let pictures = charts::pictures(report, &palette, &budget);
    let addresses = part("addresses", "Addresses", relays::addresses(report, &budget));
    let events = part("events", "Changes", outages::events(report, &budget));
    let input = part("input", "Input", input::input(report, &budget));
    let tables = part("tables", "Other groups", groups::others(report, &budget));
    let charts = part(
        "charts",
        "Charts",
        charts::charts(report, &palette, pictures, &budget),
    );
    let parts = [
        overview,
        charts,
        regions,
        slow,
        outages,
        bursts,
        held,
        events,
        certificates,
        addresses,
        tables,
        input,
    ];
    let title = head::title(report);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(format!("turnprobe {}", report.tool_version));
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head::headline(report, &title))
                nav aria-label="Sections" {
                    @for part in parts.iter().filter(|part| part.says_something()) {
                        a href=(format!("#{}", part.id)) { (part.title) }
                    }
                }
                main {
                    @for part in parts.iter().filter(|part| part.says_something()) {
                        section id=(part.id) {
                            h2 { (part.title) }
                            (part.inside)
                        }
                    }
                }
                footer {
                    p { "Made by turnprobe " (report.tool_version) ". Times are in " (zone_name(report.time_zone)) ". "
                        "Quantiles are nearest-rank within 1 %; counts, smallest, mean, largest and standard "
                        "deviation are exact. Times of a phase are of the rows that completed it." }
                }
            }
        }
    }
    .into_string()
}

/// A section of the page.
struct Part {
    id: &'static str,
    title: &'static str,
    inside: Markup,
}

impl Part {
    fn says_something(&self) -> bool {
        !self.inside.0.is_empty()
    }
}

#[cfg(test)]
mod tests;
