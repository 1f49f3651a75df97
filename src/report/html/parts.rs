//! Pieces that several sections are made of.

use maud::{Markup, html};

use crate::report::number::grouped;

/// A column of a table.
pub(super) enum Column {
    /// Numbers, to the right.
    Number(&'static str),
    /// Words, to the left.
    Words(&'static str),
    /// Times as the first column: not broken where there is room.
    Times(&'static str),
}

pub(super) use Column::{Number, Times, Words};

/// A table in a box of its own, in which it scrolls where it is too wide. Its rows start with a
/// `th`, which stays in sight.
pub(super) fn table(caption: &str, columns: &[Column], rows: &Markup, left_out: usize) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="group" aria-label=(caption) {
            @let timed = matches!(columns.first(), Some(Times(_)));
            table class=[timed.then_some("timed")] {
                caption { span { (caption) } }
                thead { tr {
                    @for column in columns {
                        @match column {
                            Number(name) => th scope="col" { (name) },
                            Words(name) | Times(name) => th scope="col" class="t" { (name) },
                        }
                    }
                } }
                (rows)
            }
        }
        (and_more(left_out))
    }
}

/// What a list leaves out.
pub(super) fn and_more(left_out: usize) -> Markup {
    html! {
        @if left_out > 0 {
            p class="more" { "and " (grouped(u64::try_from(left_out).unwrap_or(u64::MAX))) " more" }
        }
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

/// A table longer than this is folded.
const LONG: usize = 30;

/// A table of so many rows, folded where they are many.
pub(super) fn folded_if_long(rows: usize, summary: &str, inside: Markup) -> Markup {
    if rows > LONG {
        folded(&format!("{summary} ({rows})"), &inside)
    } else {
        inside
    }
}

/// A key number.
pub(super) fn tile(label: &str, value: &str, note: &str) -> Markup {
    html! {
        div class="tile" {
            dt { (label) }
            dd { strong { (unbroken(value)) } @if !note.is_empty() { span { (unbroken(note)) } } }
        }
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
