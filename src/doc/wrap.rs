//! Text in lines, as wide as a terminal shows it: a CJK character or an emoji has two columns, a
//! combining one none (Unicode Standard Annex #11).

use std::borrow::Cow;

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// The columns that a text takes.
pub fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// The text in lines of at most so many columns, cut between words where it can be.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let options = Options::new(columns.max(1))
        .break_words(true)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    // a number stays with its sign
    let glued = text.replace(" %", "\u{a0}%");
    let lines = textwrap::wrap(&glued, options).into_iter();
    lines
        .map(|line: Cow<'_, str>| line.replace('\u{a0}', " "))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_words() {
        let text = "a sentence of many words that is certainly longer than the eighty columns \
                    that a terminal has, and then some";
        let lines = wrapped(text, 73);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.len() <= 73));
        assert_eq!(lines.join(" "), text);
    }

    #[test]
    fn a_percentage_is_not_torn_apart() {
        let lines = wrapped("at least 100 % (96.3 % to 100 %)", 13);
        assert_eq!(lines, ["at least", "100 % (96.3 %", "to 100 %)"]);
    }

    #[test]
    fn a_word_that_no_line_holds_is_cut() {
        let lines = wrapped(&format!("detail: {}", "A".repeat(139)), 73);
        assert!(lines.iter().all(|line| line.len() <= 73));
        assert_eq!(lines.concat(), format!("detail:{}", "A".repeat(139)));
    }

    // UAX #11: wide characters take two columns; UAX #29: a combining accent takes none
    #[test]
    fn wide_characters_take_two_columns_and_combining_ones_none() {
        assert_eq!(width("東京"), 4);
        assert_eq!(width("📶"), 2);
        assert_eq!(width("e\u{301}"), 1);
        let lines = wrapped(&"東".repeat(50), 80);
        assert_eq!(
            lines.iter().map(|line| width(line)).collect::<Vec<_>>(),
            [80, 20]
        );
    }
}
