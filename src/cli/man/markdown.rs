//! A chapter of the manual: parses the subset of Markdown that the manual uses.

use std::iter::Peekable;
use std::str::Lines;

use super::block::ManBlock;

/// Its pieces.
pub fn blocks(markdown: &str) -> Vec<ManBlock> {
    let mut out = Vec::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim().is_empty() {
            continue;
        }
        if line.trim_start().starts_with("```") {
            let code = lines.by_ref().take_while(|line| line.trim() != "```");
            out.push(ManBlock::Code(code.map(str::to_owned).collect()));
        } else if line.starts_with('#') {
            let level = line.bytes().take_while(|byte| *byte == b'#').count();
            out.push(ManBlock::Heading(level, line[level..].trim().to_owned()));
        } else if line.starts_with('|') {
            let mut rows = vec![cells(line)];
            while let Some(line) = lines.next_if(|line| line.starts_with('|')) {
                rows.push(cells(line));
            }
            // the line between the titles and the rows
            if rows.len() > 1 {
                rows.remove(1);
            }
            out.push(ManBlock::Table(rows));
        } else {
            out.push(words(line, &mut lines));
        }
    }
    out
}

/// A paragraph, or an item of a list, with the lines that it goes on in.
fn words(line: &str, lines: &mut Peekable<Lines<'_>>) -> ManBlock {
    let indent = line.len() - line.trim_start().len();
    let (mark, words) = marker(line.trim_start()).unwrap_or(("", line.trim_start()));
    let mut text = words.trim_end().to_owned();
    while let Some(line) = lines.next_if(|line| !begins_another(line)) {
        text.push(' ');
        text.push_str(line.trim());
    }
    match mark {
        "" => ManBlock::Paragraph(0, text),
        mark => ManBlock::Item(indent, mark.to_owned(), text),
    }
}

/// How a line begins that is of no paragraph.
fn begins_another(line: &str) -> bool {
    let words = line.trim_start();
    words.is_empty()
        || line.starts_with(['#', '|'])
        || words.starts_with("```")
        || marker(words).is_some()
}

/// The mark of a list, `- ` or `1. `, and what stands behind it.
fn marker(words: &str) -> Option<(&str, &str)> {
    let digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let end = match words.get(digits..)? {
        rest if digits > 0 && rest.starts_with(". ") => digits + 2,
        rest if digits == 0 && rest.starts_with("- ") => 2,
        _ => return None,
    };
    words.split_at_checked(end)
}

/// The cells of a row of a table.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim().trim_start_matches('|');
    let line = line.strip_suffix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_escaped = letter == '\\' && letters.next_if_eq(&'|').is_some();
        match (letter, cells.last_mut()) {
            ('|', _) => cells.push(String::new()),
            (_, Some(cell)) => cell.push(if is_escaped { '|' } else { letter }),
            (_, None) => {}
        }
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}
