//! Pages and chapters as plain text.

use std::fmt::Write as _;

use super::block::{ManBlock, links};
use crate::doc::{width, wrapped};

/// Columns between two columns of a table.
const GAP: usize = 2;

/// The pieces in lines of at most so many columns; what stands in a block of code, and a word that no line holds, is
/// left as it is or cut.
pub fn text(blocks: &[ManBlock], columns: usize) -> String {
    let mut out = TextWriter {
        columns: columns.max(20),
        text: String::new(),
    };
    let mut before: Option<&ManBlock> = None;
    for block in blocks {
        // items follow each other, and what explains a term follows it
        match (before, block) {
            (None, _)
            | (Some(ManBlock::Item(..)), ManBlock::Item(..))
            | (Some(ManBlock::Term(_)), ManBlock::Paragraph(..)) => {}
            (Some(_), _) => out.line(""),
        }
        out.block(block);
        before = Some(block);
    }
    out.text
}

/// Without the marks inside a line: a link leaves its words, and its address where that is one of the web.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let plain = |out: &mut String, text: &str| out.push_str(text);
    links(text, &mut out, plain, |out, words, address| {
        out.push_str(words);
        if address.starts_with("http") {
            let _ = write!(out, " ({address})");
        }
    });
    out.replace("**", "")
}

/// What was written so far.
struct TextWriter {
    columns: usize,
    text: String,
}

impl TextWriter {
    fn block(&mut self, block: &ManBlock) {
        match block {
            ManBlock::Heading(level, title) => self.heading(*level, title),
            ManBlock::Paragraph(indent, text) => {
                let indent = " ".repeat(*indent);
                self.hang(&indent, &indent, &inline(text));
            }
            ManBlock::Item(indent, mark, text) => {
                let first = format!("{}{mark}", " ".repeat(*indent));
                let then = " ".repeat(first.len());
                self.hang(&first, &then, &inline(text));
            }
            ManBlock::Term(term) => self.hang("", "    ", &inline(term)),
            ManBlock::Code(lines) => {
                for line in lines {
                    self.line(&format!("    {line}"));
                }
            }
            ManBlock::Table(rows) => {
                let cells = |row: &Vec<String>| row.iter().map(|cell| inline(cell)).collect();
                self.table(&rows.iter().map(cells).collect::<Vec<_>>());
            }
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, level: usize, title: &str) {
        let lines = wrapped(&inline(title), self.columns);
        for line in &lines {
            self.line(line);
        }
        let longest = lines.iter().map(|line| width(line)).max();
        match level {
            1 => self.line(&"=".repeat(longest.unwrap_or_default())),
            2 => self.line(&"-".repeat(longest.unwrap_or_default())),
            _ => {}
        }
    }

    /// A text behind what begins its first line and its other ones.
    fn hang(&mut self, first: &str, then: &str, text: &str) {
        let mut begin = first;
        for line in wrapped(text, self.columns.saturating_sub(width(first))) {
            self.line(&format!("{begin}{line}"));
            begin = then;
        }
    }

    /// A table in columns, or where these do not fit row by row.
    fn table(&mut self, rows: &[Vec<String>]) {
        let [head, rows @ ..] = rows else {
            return;
        };
        let Some(widths) = widths(head, rows, self.columns) else {
            return self.listed(head, rows);
        };
        self.row(head, &widths);
        let rule: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
        self.row(&rule, &widths);
        for row in rows {
            self.row(row, &widths);
        }
    }

    /// A row, each cell in lines of its own.
    fn row(&mut self, cells: &[String], widths: &[usize]) {
        let cells = cells.iter().zip(widths);
        let cells: Vec<_> = cells.map(|(cell, width)| wrapped(cell, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or_default();
        for at in 0..height {
            let mut line = String::new();
            for (cell, columns) in cells.iter().zip(widths) {
                let part = cell.get(at).map_or("", String::as_str);
                line.push_str(part);
                line.push_str(&" ".repeat(columns + GAP - width(part).min(*columns)));
            }
            self.line(&line);
        }
    }

    /// The first cell of each row, then the others behind their headings.
    fn listed(&mut self, head: &[String], rows: &[Vec<String>]) {
        for row in rows {
            let [name, cells @ ..] = row.as_slice() else {
                continue;
            };
            self.hang("", "", name);
            for (title, cell) in head.iter().skip(1).zip(cells) {
                self.hang("    ", "      ", &format!("{title}: {cell}"));
            }
        }
    }
}

/// The widths of columns that hold every word and are together not wider than the page; the wide ones give way.
fn widths(head: &[String], rows: &[Vec<String>], columns: usize) -> Option<Vec<usize>> {
    let of = |at: usize, measure: fn(&str) -> usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let cells = cells.chain(head.get(at));
        cells.map(|cell| measure(cell)).max().unwrap_or_default()
    };
    let longest_word = |cell: &str| cell.split(' ').map(width).max().unwrap_or_default();
    let least: Vec<usize> = (0..head.len()).map(|at| of(at, longest_word)).collect();
    let wanted: Vec<usize> = (0..head.len()).map(|at| of(at, width)).collect();
    let room = columns.checked_sub(GAP * head.len().saturating_sub(1))?;
    let mut left = room.checked_sub(least.iter().sum())?;
    let mut widths = least;
    // one column after the other for each, as long as there is room
    while left > 0 {
        let narrow = widths
            .iter_mut()
            .zip(&wanted)
            .filter(|(is, wanted)| **is < **wanted);
        let Some((narrowest, _)) = narrow.min_by_key(|(is, _)| **is) else {
            break;
        };
        *narrowest += 1;
        left -= 1;
    }
    Some(widths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::man::chapters::CHAPTERS;
    use crate::cli::man::markdown::blocks;

    fn text(markdown: &str, columns: usize) -> String {
        super::text(&blocks(markdown), columns)
    }

    #[test]
    fn every_mark_of_the_manual_is_read() {
        let markdown = "# A `head`\n\nSome words\nthat [go on](x.md), [there](https://a.example).\n- an item\n  of a list\n\
            - **another**\n1. first\n\n## B\n```\n  code\n```\n### C\nend [RFC] `[v6]:port`\n";
        let expected = "A `head`\n========\n\nSome words that go on, there\n(https://a.example).\n\n- an item of a list\n\
            - another\n1. first\n\nB\n-\n\n      code\n\nC\n\nend [RFC] `[v6]:port`\n";
        assert_eq!(text(markdown, 30), expected);
    }

    #[test]
    fn a_table_gives_way_where_it_is_wide() {
        let narrow = "| a | words |\n|---|---|\n| x \\| y | one two three |\n";
        let in_columns = "a      words\n-----  -------------\nx | y  one two three\n";
        assert_eq!(text(narrow, 20), in_columns);
        let wider = "| a | words |\n|---|---|\n| x \\| y | one two three four |\n";
        let in_lines = "a      words\n-----  -------------\nx | y  one two three\n       four\n";
        assert_eq!(text(wider, 20), in_lines);
        let wide = "| name | value |\n|---|---|\n| a_very_long_name | another_name |\n";
        let row_by_row = "a_very_long_name\n    value: another_name\n";
        assert_eq!(text(wide, 24), row_by_row);
    }

    #[test]
    fn no_word_of_a_chapter_is_lost_and_no_line_is_too_wide() {
        for chapter in CHAPTERS {
            let markdown = chapter.markdown().unwrap();
            let found = text(&markdown, 200);
            let words = |text| str::split(text, |c: char| !c.is_alphanumeric() && c != '_');
            // the address of a link to another chapter and what a block of code holds leave no words
            let lines = markdown
                .lines()
                .filter(|line| !line.contains(".md") && !line.starts_with("```"));
            for word in lines.flat_map(words) {
                assert!(found.contains(word), "{}: {word}", chapter.name);
            }
            for columns in [60, 80, 200] {
                let found = text(&markdown, columns);
                // code is as it is
                let lines = found.lines().filter(|line| !line.starts_with("    "));
                let wide: Vec<_> = lines.filter(|line| width(line) > columns).collect();
                assert!(wide.is_empty(), "{}: {wide:?}", chapter.name);
            }
        }
    }
}
