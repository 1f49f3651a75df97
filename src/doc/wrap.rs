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
    let glued = glued(text);
    let lines = textwrap::wrap(&glued, options).into_iter();
    lines
        .map(|line: Cow<'_, str>| line.replace('\u{a0}', " "))
        .collect()
}

/// Units that stay with their number.
const UNITS: &[&str] = &[
    "%", "ms", "s", "min", "h", "d", "us", "B", "KiB", "MiB", "kbit/s", "Mbit/s",
];

/// The text with spaces that do not break between a number and its unit.
fn glued(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (place, word) in text.split(' ').enumerate() {
        let unit = word.trim_end_matches([',', '.', ';', ':', ')']);
        if place > 0 {
            let behind_number = out.ends_with(|last: char| last.is_ascii_digit());
            let is_unit = behind_number && UNITS.contains(&unit);
            out.push(if is_unit { '\u{a0}' } else { ' ' });
        }
        out.push_str(word);
    }
    out
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
    fn a_number_stays_with_its_unit() {
        let lines = wrapped("it took 1 min 30 s, then 20 ms", 15);
        assert_eq!(lines, ["it took 1 min", "30 s, then", "20 ms"]);
        // no unit, and no number
        assert_eq!(wrapped("in 3 series s 4", 6), ["in 3", "series", "s 4"]);
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
