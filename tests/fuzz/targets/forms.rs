//! What is true of each form of a document, whatever its texts are.

use turnprobe::doc::{self, Document, Room};
use turnprobe::record::{is_formula, plain};

use super::page;

/// Columns of the CSV.
const COLUMNS: usize = 20;

/// Every form of the document.
pub fn all(document: &Document, columns: usize, rows: Option<usize>) {
    let room = Room {
        columns,
        rows,
        hint: "; --top 0 shows all",
        marks: columns.is_multiple_of(2),
    };
    terminal(&doc::terminal(document, &room));
    for part in &document.sections {
        terminal(&doc::terminal_section(part, document.zone, &room));
    }
    markdown(&doc::markdown(document, rows));
    page::holds(&doc::page(document));
}

/// Lines, and no control but the renderer's own: bold, green, yellow, red, and their end.
pub fn terminal(text: &str) {
    let mut rest = text.to_owned();
    for own in ["\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"] {
        rest = rest.replace(own, "");
    }
    for line in rest.lines() {
        assert_eq!(plain(line), line, "in a line for a terminal");
    }
    let begun =
        ["\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m"].map(|sgr| text.matches(sgr).count());
    assert_eq!(
        text.matches("\x1b[0m").count(),
        begun.iter().sum::<usize>(),
        "a colour has no end"
    );
}

/// Tables whose rows are as long as their heads, and nothing that is HTML.
pub fn markdown(text: &str) {
    let mut head = None;
    for line in text.lines() {
        assert_eq!(plain(line), line, "in a line of Markdown");
        assert_eq!(unescaped(line, '<'), 0, "HTML in {line}");
        if !line.starts_with('|') {
            assert_eq!(unescaped(line, '|'), 0, "a bar in {line}");
            head = None;
            continue;
        }
        let bars = unescaped(line, '|');
        assert!(line.ends_with('|'), "{line}");
        assert_eq!(*head.get_or_insert(bars), bars, "{line}");
    }
}

/// How often the letter stands there without a backslash before it.
fn unescaped(line: &str, letter: char) -> usize {
    let mut escaped = false;
    let mut count = 0;
    for c in line.chars() {
        count += usize::from(c == letter && !escaped);
        escaped = c == '\\' && !escaped;
    }
    count
}

/// Records of as many fields as there are columns, none of which a spreadsheet runs; a whole number
/// below zero begins as a formula does and is none.
pub fn csv(text: &str) {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut lines = 0;
    for record in reader.records() {
        let record = record.unwrap();
        assert_eq!(record.len(), COLUMNS);
        lines += 1;
        for field in &record {
            assert_eq!(plain(field), field);
            let below_zero = field.strip_prefix('-').unwrap_or_default();
            let is_number = below_zero.parse::<u64>().is_ok();
            assert!(is_number || !is_formula(field), "{field}");
        }
    }
    assert!(lines > 0);
    // nothing in a field ends a line
    assert_eq!(text.lines().count(), lines);
}
