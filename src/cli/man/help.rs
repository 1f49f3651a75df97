//! The text after the options in the long help, as sections of a man page.

/// A piece of a section.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text that flows.
    Paragraph(String),
    /// A term, and what it is; empty where the term speaks for itself.
    Item(String, String),
    /// One of a list.
    Bullet(String),
}

/// The sections of a help's end.
#[derive(Debug, Default)]
pub struct Sections {
    /// Behind `Examples:`.
    pub examples: String,
    /// Behind `Exit codes:`.
    pub exit_codes: String,
    /// All the rest.
    pub notes: String,
}

/// Takes the end of a help apart. `Examples:` and `Exit codes:` end at the next empty line.
pub fn sections(help: &str) -> Sections {
    let mut sections = Sections::default();
    let mut heading = "";
    for line in help.lines() {
        match line {
            "Examples:" | "Exit codes:" => {
                heading = line;
                continue;
            }
            "" => heading = "",
            _ => {}
        }
        let section = match heading {
            "Examples:" => &mut sections.examples,
            "Exit codes:" => &mut sections.exit_codes,
            _ => &mut sections.notes,
        };
        section.push_str(line);
        section.push('\n');
    }
    sections
}

/// The pieces of a section. A term stands before two spaces or more, what goes on is indented deeper.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    // how far the last item is indented, while it can go on
    let mut item: Option<usize> = None;
    let mut is_new = true;
    for line in text.lines() {
        let words = line.trim();
        let indent = line.len() - line.trim_start().len();
        if words.is_empty() {
            (item, is_new) = (None, true);
            continue;
        }
        if item.is_some_and(|of| indent > of) {
            if let Some(Piece::Item(_, text) | Piece::Bullet(text)) = pieces.last_mut() {
                add(text, words);
            }
            continue;
        }
        item = Some(indent);
        if let Some(words) = words.strip_prefix("- ") {
            pieces.push(Piece::Bullet(words.to_owned()));
        } else if let Some((term, text)) = words.split_once("  ") {
            pieces.push(Piece::Item(term.to_owned(), text.trim_start().to_owned()));
        } else if indent > 0 {
            pieces.push(Piece::Item(words.to_owned(), String::new()));
        } else {
            match pieces.last_mut() {
                Some(Piece::Paragraph(text)) if !is_new => add(text, words),
                _ => pieces.push(Piece::Paragraph(words.to_owned())),
            }
            item = None;
        }
        is_new = false;
    }
    pieces
}

/// Adds words to a text.
fn add(text: &mut String, words: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(words);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(term: &str, text: &str) -> Piece {
        Piece::Item(term.to_owned(), text.to_owned())
    }

    #[test]
    fn a_help_is_taken_apart() {
        let help = "Examples:\n  one    first\n  two\n\nIt goes\non.\n\n  - a\n    b\n\nExit codes:\n  0    done,\n       or so\nWith x: y";
        let sections = sections(help);
        let examples = [item("one", "first"), item("two", "")];
        assert_eq!(pieces(&sections.examples), examples);
        let notes = [
            Piece::Paragraph("It goes on.".to_owned()),
            Piece::Bullet("a b".to_owned()),
        ];
        assert_eq!(pieces(&sections.notes), notes);
        let codes = [
            item("0", "done, or so"),
            Piece::Paragraph("With x: y".to_owned()),
        ];
        assert_eq!(pieces(&sections.exit_codes), codes);
    }

    #[test]
    fn a_table_without_indentation_is_one() {
        let text = "teams      in the list\nnone       of nothing\n\nNo name";
        let found = [
            item("teams", "in the list"),
            item("none", "of nothing"),
            Piece::Paragraph("No name".to_owned()),
        ];
        assert_eq!(pieces(text), found);
    }
}
