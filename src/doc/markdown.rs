//! A document in Markdown with GitHub's tables.

use std::fmt::Write as _;

use super::cell::{Cell, Decimals, Style};
use super::section::{Block, Document, NamedValue, Paragraph, Section};
use super::table::{ShownRows, Table};
use super::text::cut;
use crate::zone::Zone;

/// Longest text of a cell that is written whole, in characters.
const LONGEST: usize = 300;

/// Longest paragraph that is written whole, in characters.
const LONGEST_PARAGRAPH: usize = 2000;

/// The whole document, with so many rows of a table; all where there is no number.
pub fn markdown(document: &Document, rows: Option<usize>) -> String {
    let mut out = format!("# {}\n\n", escaped(&document.title));
    for about in &document.about {
        let _ = writeln!(out, "- {}", paragraph(about));
    }
    let _ = writeln!(
        out,
        "\n**{}**\n",
        escaped_up_to(&document.verdict.text, LONGEST_PARAGRAPH)
    );
    for section in &document.sections {
        push_section(&mut out, section, document.zone, rows);
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn push_section(out: &mut String, section: &Section, zone: Zone, rows: Option<usize>) {
    let shows = |block: &Block| !matches!(block, Block::Chart(_) | Block::Sparks(_));
    if !section.blocks.iter().any(shows) {
        return;
    }
    let _ = writeln!(out, "## {}\n", section.title);
    for block in &section.blocks {
        match block {
            Block::Facts(facts) => push_facts(out, facts, zone),
            Block::Table(table) => push_table(out, table, zone, rows),
            Block::Paragraph(words) => {
                let _ = writeln!(out, "{}\n", paragraph(words));
            }
            Block::Points(points) => {
                for point in points {
                    let text = escaped_up_to(&point.text, LONGEST_PARAGRAPH);
                    let _ = writeln!(out, "- **{}**: {text}", point.word);
                }
                out.push('\n');
            }
            Block::Sparks(_) | Block::Chart(_) => {}
        }
    }
}

fn paragraph(words: &Paragraph) -> String {
    let text = escaped_up_to(&words.text, LONGEST_PARAGRAPH);
    match words.style {
        Style::Bad => format!("**{text}**"),
        Style::Plain | Style::Good | Style::Warn => text,
    }
}

fn push_facts(out: &mut String, facts: &[NamedValue], zone: Zone) {
    for fact in facts {
        let value = text(&fact.value, zone);
        let note = escaped(&fact.note);
        let _ = match (fact.value.is_empty(), note.is_empty()) {
            (_, true) => writeln!(out, "- {}: {value}", fact.label),
            (true, false) => writeln!(out, "- {}: {note}", fact.label),
            (false, false) => writeln!(out, "- {}: {value} ({note})", fact.label),
        };
    }
    out.push('\n');
}

fn push_table(out: &mut String, table: &Table, zone: Zone, rows: Option<usize>) {
    // days are all there, since nobody can ask a file for more
    let rows = rows.filter(|_| table.keep != ShownRows::Last);
    for mut view in table.by_facet() {
        let more = view.shorten(rows) + table.unlisted;
        let caption = view.caption();
        if !caption.is_empty() {
            let _ = writeln!(out, "### {}\n", escaped(&caption));
        }
        let (key, columns) = (view.key(), view.columns());
        let heads = || key.iter().chain(&columns).map(|(_, column)| column);
        for column in heads() {
            let _ = write!(out, "| {} ", escaped(&column.head));
        }
        out.push_str("|\n");
        for column in heads() {
            out.push_str(if column.words { "|---" } else { "|--:" });
        }
        out.push_str("|\n");
        let decimals: Vec<Decimals> = (columns.iter())
            .map(|(place, _)| view.decimals(*place))
            .collect();
        for row in &view.rows {
            let key = key.iter().map(|(place, _)| row.key.get(*place));
            let key = key.map(|cell| (cell, Decimals::default()));
            let cells = columns.iter().map(|(place, _)| row.cells.get(*place));
            for (cell, decimals) in key.chain(cells.zip(decimals.iter().copied())) {
                let shown = cell.map_or_else(String::new, |c| text_in(c, zone, decimals));
                let _ = write!(out, "| {shown} ");
            }
            out.push_str("|\n");
        }
        if more > 0 {
            let _ = writeln!(out, "\nand {more} more");
        }
        out.push('\n');
    }
}

fn text(cell: &Cell, zone: Zone) -> String {
    text_in(cell, zone, Decimals::default())
}

fn text_in(cell: &Cell, zone: Zone, decimals: Decimals) -> String {
    let text = escaped(&cell.show_in(zone, decimals));
    match cell.style() {
        Style::Bad => format!("**{text}**"),
        Style::Plain | Style::Good | Style::Warn => text,
    }
}

/// A text in which nothing is Markdown or HTML.
fn escaped(from: &str) -> String {
    escaped_up_to(from, LONGEST)
}

/// The same with so many characters at most.
fn escaped_up_to(from: &str, most: usize) -> String {
    let mut out = String::new();
    for c in cut(from, most).chars() {
        if "\\`*_{}[]<>#|!~&".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::table::TableColumn;

    // GitHub Flavored Markdown: a bar ends a cell, `<` begins HTML, `*` and `_` are emphasis
    #[test]
    fn nothing_out_of_a_file_is_markup() {
        let table = Table::new(
            "t",
            "",
            vec![TableColumn::words("host", "host")],
            vec![
                TableColumn::words("what", "what"),
                TableColumn::number("n", "n"),
            ],
        )
        .rows([(
            [Cell::from("a|b")],
            [Cell::from("<b>*x*_y_</b>\n# no heading"), Cell::Count(1)],
        )]);
        let mut out = String::new();
        push_table(&mut out, &table, Zone::Utc, None);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], "| host | what | n |");
        assert_eq!(lines[1], "|---|---|--:|");
        assert_eq!(
            lines[2],
            "| a\\|b | \\<b\\>\\*x\\*\\_y\\_\\</b\\>\\\\u\\{a\\}\\# no heading | 1 |"
        );
        assert_eq!(lines.len(), 4);
    }
}
