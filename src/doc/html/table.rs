//! Facts and tables of a page.

use maud::{Markup, html};

use super::budget::ByteBudget;
use crate::doc::cell::{Cell, Decimals, Style};
use crate::doc::number::{grouped, percents};
use crate::doc::section::NamedValue;
use crate::doc::table::{ShownRows, Table, TableColumn, TableRow, TableView};
use crate::doc::text::{cut, time};
use crate::zone::Zone;

/// A table longer than this is folded.
const LONG: usize = 30;

/// Bytes that the rows of one table may have.
const MOST: usize = 70_000;

/// Longest text that is shown whole, in characters.
const LONGEST: usize = 200;

/// A table for each facet, in a box of its own, in which it scrolls where it is too wide; folded
/// where it is long. As many of its rows as the budget has room for.
pub(super) fn table(of: &Table, zone: Zone, budget: &ByteBudget) -> Markup {
    html! {
        @for view in of.by_facet() {
            (one(of, &view, zone, budget))
        }
    }
}

fn one(of: &Table, view: &TableView, zone: Zone, budget: &ByteBudget) -> Markup {
    let caption = view.caption();
    let (key, columns) = (view.key(), view.columns());
    let mut rows: Vec<&TableRow> = view.rows.clone();
    if of.keep == ShownRows::Last {
        rows.reverse();
    }
    let decimals: Vec<Decimals> = (columns.iter())
        .map(|(place, _)| view.decimals(*place))
        .collect();
    let (body, left_out) = budget.rows(MOST, &rows, |row| {
        html! { tr {
            @for (place, _) in &key {
                th scope="row" { @if let Some(cell) = row.key.get(*place) { (text(cell, zone)) } }
            }
            @for ((place, column), decimals) in columns.iter().zip(&decimals) {
                @let cell = row.cells.get(*place).unwrap_or(&Cell::None);
                td class=[class(column, cell)] { (value(cell, zone, *decimals)) }
            }
        } }
    });
    let timed = rows
        .iter()
        .any(|row| matches!(row.key.first(), Some(Cell::Time(_))));
    let more = left_out as u64 + of.unlisted;
    let label = if caption.is_empty() { &of.id } else { &caption };
    let inside = html! {
        div class="scroll" tabindex="0" role="group" aria-label=(cut(label, LONGEST)) {
            table class=[of_table(timed, key.len() + columns.len())] {
                @if !caption.is_empty() { caption { span { (cut(&caption, LONGEST)) } } }
                thead { tr {
                    @for (_, column) in key.iter().chain(&columns) {
                        th scope="col" class=[column.words.then_some("t")] { (cut(&column.head, LONGEST)) }
                    }
                } }
                tbody { (body) }
            }
        }
        @if more > 0 { p class="more" { "and " (grouped(more)) " more" } }
    };
    if rows.len() > LONG {
        let summary = if caption.is_empty() { "All" } else { &caption };
        return folded(
            &format!("{} ({})", cut(summary, LONGEST), rows.len()),
            &inside,
        );
    }
    inside
}

/// Columns of a table whose heads break within words where there is little room.
const BROAD: usize = 14;

fn of_table(timed: bool, columns: usize) -> Option<&'static str> {
    match (timed, columns >= BROAD) {
        (true, true) => Some("timed broad"),
        (true, false) => Some("timed"),
        (false, true) => Some("broad"),
        (false, false) => None,
    }
}

/// Words stand to the left, long ones in lines.
fn class(column: &TableColumn, cell: &Cell) -> Option<&'static str> {
    match cell {
        Cell::Text(text, _) if text.chars().count() > 30 => Some("t long"),
        Cell::Name(name, _) if name.chars().count() > 30 => Some("t long"),
        _ => column.words.then_some("t"),
    }
}

fn value(cell: &Cell, zone: Zone, decimals: Decimals) -> Markup {
    html! {
        @match cell {
            Cell::Span(from, to) => { (time(zone, *from)) br; (time(zone, *to)) },
            cell if cell.style() == Style::Bad => b { (text_in(cell, zone, decimals)) },
            cell => (text_in(cell, zone, decimals)),
        }
    }
}

fn text(cell: &Cell, zone: Zone) -> String {
    text_in(cell, zone, Decimals::default())
}

fn text_in(cell: &Cell, zone: Zone, decimals: Decimals) -> String {
    match cell {
        Cell::None => String::new(),
        cell => unbroken(&cut(&cell.show_in(zone, decimals), LONGEST)),
    }
}

/// Something behind a line that opens it.
pub(super) fn folded(summary: &str, inside: &Markup) -> Markup {
    html! {
        details {
            summary { (summary) }
            (inside)
        }
    }
}

/// Facts as tiles, those that matter less in a line below.
pub(super) fn tiles(facts: &[NamedValue], zone: Zone) -> Markup {
    let (minor, main): (Vec<&NamedValue>, Vec<&NamedValue>) =
        facts.iter().partition(|fact| fact.minor);
    html! {
        @if !main.is_empty() {
            dl class="tiles" {
                @for fact in main {
                    @let (value, interval) = large(&fact.value, zone);
                    div class="tile" {
                        dt { (fact.label) }
                        dd {
                            strong { (value) }
                            (small(&interval))
                            (small(&fact.note))
                        }
                    }
                }
            }
        }
        @if !minor.is_empty() {
            dl class="minor" {
                @for fact in minor {
                    div {
                        dt { (fact.label) }
                        dd { (text(&fact.value, zone)) " " (small(&fact.note)) }
                    }
                }
            }
        }
    }
}

fn small(note: &str) -> Markup {
    html! { @if !note.is_empty() { span { (unbroken(&cut(note, LONGEST))) } } }
}

/// What is written large in a tile, and what of the value is written small.
fn large(value: &Cell, zone: Zone) -> (String, String) {
    match value {
        Cell::Estimate { percent, low, high } => {
            let [percent, low, high] = percents([*percent, *low, *high]);
            (unbroken(&percent), format!("95 % interval {low} to {high}"))
        }
        value => (text(value, zone), String::new()),
    }
}

/// With numbers and what they count kept on one line.
pub(super) fn unbroken(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let behind_digit = out.ends_with(|before: char| before.is_ascii_digit());
        let before_unit = |next: &char| next.is_alphabetic() || *next == '%';
        if letter == ' ' && behind_digit && letters.peek().is_some_and(before_unit) {
            out.push('\u{a0}');
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_with_their_units() {
        assert_eq!(
            unbroken("99.5 % within 30.3 ms, 1 h 5 min of 3"),
            "99.5\u{a0}% within 30.3\u{a0}ms, 1\u{a0}h 5\u{a0}min of 3"
        );
    }
}
