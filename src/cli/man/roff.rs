//! A man page made by `page`, as blocks: parses the subset of roff that it contains.

use super::block::ManBlock;

/// How far what explains an option stands from the left.
const INDENT: usize = 7;

/// Its pieces.
pub fn blocks(roff: &str) -> Vec<ManBlock> {
    let mut out = Pieces::default();
    for line in roff.lines() {
        let (word, rest) = match line.strip_prefix('.') {
            Some(control) => control.split_once(' ').unwrap_or((control, "")),
            None => ("", line),
        };
        match word {
            // without a mark `IP` goes on with what stands before a list
            "" | "IP" if rest.is_empty() => out.begin(LineStart::Paragraph),
            "" => out.words(&plain(rest)),
            "SH" | "SS" => {
                out.begin(LineStart::Paragraph);
                out.indent = 0;
                let level = if word == "SH" { 1 } else { 2 };
                let title = plain(rest.trim_matches('"'));
                out.done.push(ManBlock::Heading(level, title));
            }
            "TP" => {
                out.indent = 0;
                out.begin(LineStart::Term);
            }
            "IP" => out.begin(LineStart::Item),
            "PP" => {
                out.indent = 0;
                out.begin(LineStart::Paragraph);
            }
            "sp" | "br" | "RS" | "RE" => out.begin(LineStart::Paragraph),
            // the head of the page, and what apostrophes are
            _ => {}
        }
    }
    out.done
}

/// What the next line begins.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum LineStart {
    #[default]
    Paragraph,
    Term,
    Item,
    /// It goes on with what stands there.
    Same,
}

#[derive(Debug, Default)]
struct Pieces {
    done: Vec<ManBlock>,
    next: LineStart,
    indent: usize,
}

impl Pieces {
    fn begin(&mut self, next: LineStart) {
        self.next = next;
    }

    fn words(&mut self, words: &str) {
        match self.next {
            LineStart::Term => {
                self.done.push(ManBlock::Term(words.to_owned()));
                self.indent = INDENT;
                self.next = LineStart::Paragraph;
                return;
            }
            LineStart::Item => {
                let item = ManBlock::Item(self.indent, "- ".to_owned(), words.to_owned());
                self.done.push(item);
            }
            LineStart::Paragraph => {
                self.done
                    .push(ManBlock::Paragraph(self.indent, words.to_owned()));
            }
            LineStart::Same => {
                if let Some(ManBlock::Paragraph(_, text) | ManBlock::Item(_, _, text)) =
                    self.done.last_mut()
                {
                    text.push(' ');
                    text.push_str(words);
                }
            }
        }
        self.next = LineStart::Same;
    }
}

/// A line without the marks of roff; what is bold is strong.
fn plain(line: &str) -> String {
    let text = line
        .replace("\\-", "-")
        .replace("\\*(Aq", "'")
        .replace("\\(aq", "'")
        .replace("\\&", "");
    let mut out = String::with_capacity(text.len());
    let mut is_bold = false;
    let mut rest = text.as_str();
    while let Some(at) = rest.find("\\f") {
        out.push_str(&rest[..at]);
        let bold = rest[at + 2..].starts_with('B');
        if bold != is_bold {
            out.push_str("**");
        }
        is_bold = bold;
        rest = rest.get(at + 3..).unwrap_or_default();
    }
    out.push_str(rest);
    if is_bold {
        out.push_str("**");
    }
    out.replace("\\e", "\\").replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::super::{page, text};
    use super::*;
    use crate::cli::suggested::{PAGES, PROGRAM};

    #[test]
    fn the_marks_of_a_page_are_read() {
        let roff = ".TH A 1\n.SH NAME\na\\-b \\- c\n.SH OPTIONS\n.TP\n\\fB\\-\\-by\\fR \\fI<X>\\fR\nWhat it\\*(Aqs for\n.sp\n\\fIPossible values:\\fR\n\
            .RS 14\n.IP \\(bu 2\none\n.IP \\(bu 2\ntwo\n.RE\n.SH FILES\nSome\nwords\n";
        let expected = [
            ManBlock::Heading(1, "NAME".to_owned()),
            ManBlock::Paragraph(0, "a-b - c".to_owned()),
            ManBlock::Heading(1, "OPTIONS".to_owned()),
            ManBlock::Term("**--by** <X>".to_owned()),
            ManBlock::Paragraph(7, "What it's for".to_owned()),
            ManBlock::Paragraph(7, "Possible values:".to_owned()),
            ManBlock::Item(7, "- ".to_owned(), "one".to_owned()),
            ManBlock::Item(7, "- ".to_owned(), "two".to_owned()),
            ManBlock::Heading(1, "FILES".to_owned()),
            ManBlock::Paragraph(0, "Some words".to_owned()),
        ];
        assert_eq!(blocks(roff), expected);
    }

    #[test]
    fn the_list_of_an_option_is_one() {
        let page = String::from_utf8(page::page("probe").unwrap().unwrap()).unwrap();
        let blocks = blocks(&page);
        let at = blocks
            .iter()
            .position(|block| *block == ManBlock::Term("**--ask** <WHAT>".to_owned()));
        let of_ask = &blocks[at.unwrap() + 1..];
        assert_eq!(
            of_ask[0],
            ManBlock::Paragraph(7, "What to request, without credentials:".to_owned())
        );
        let items = of_ask[1..]
            .iter()
            .take_while(|block| matches!(block, ManBlock::Item(7, ..)));
        assert_eq!(items.count(), 4, "{of_ask:?}");
        assert!(
            matches!(&of_ask[5], ManBlock::Paragraph(7, text) if text.starts_with("The expected answer"))
        );
        assert!(!page.contains("\n\\- "), "{page}");
        let usage = ManBlock::Paragraph(0, "**turnprobe probe** [OPTIONS] [TARGET]...".to_owned());
        assert!(blocks.contains(&usage), "{:?}", &blocks[..6]);
    }

    #[test]
    fn no_mark_of_roff_is_left_in_a_page() {
        for topic in std::iter::once(PROGRAM).chain(PAGES) {
            let page = String::from_utf8(page::page(topic).unwrap().unwrap()).unwrap();
            let text = text::text(&blocks(&page), 80);
            for line in text.lines() {
                assert!(
                    !line.starts_with('.') && !line.contains("\\f"),
                    "{topic}: {line}"
                );
                assert!(
                    !line.contains("\\-") && !line.contains("**"),
                    "{topic}: {line}"
                );
                assert!(line.chars().count() <= 80, "{topic}: {line}");
            }
            for heading in ["NAME\n====\n", "SYNOPSIS\n", "FILES\n", "EXAMPLES\n"] {
                assert!(text.contains(heading), "{topic}: {heading}");
            }
        }
    }
}
