//! Text in lines.

/// The text in lines of at most `width` characters, cut between words where it can be.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    let mut words = Vec::new();
    // a number stays with its sign
    let glued = text.replace(" %", "\u{a0}%");
    for word in glued.split(' ') {
        // a word that no line holds is cut
        let letters: Vec<char> = word.chars().collect();
        match letters.len() {
            0 => words.push(String::new()),
            _ => words.extend(letters.chunks(width).map(|part| part.iter().collect())),
        }
    }
    for word in words {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(&word.replace('\u{a0}', " "));
            used += length;
        }
    }
    lines
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
}
