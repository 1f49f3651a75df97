//! The halves of a day, as countries with a clock of twelve hours write them.

/// What stands for the halves of a day without points and blanks: before noon and after noon, in English, Spanish, Korean,
/// Chinese, Japanese and Arabic.
const HALVES: [[&str; 2]; 5] = [
    ["AM", "PM"],
    ["오전", "오후"],
    ["上午", "下午"],
    ["午前", "午後"],
    ["ص", "م"],
];

/// Whether it is the half of the day after noon; none where it is neither.
pub(super) fn is_after_noon(half: &str) -> Option<bool> {
    let half: String = half
        .chars()
        .filter(|char| !matches!(char, '.' | '\u{200e}' | '\u{200f}') && !char.is_whitespace())
        .collect();
    let half = half.to_uppercase();
    HALVES.iter().find_map(|[before, after]| {
        let is_after = half == *after;
        (is_after || half == *before).then_some(is_after)
    })
}

/// The time and the half of the day, which stands before it in Korea and China.
pub(super) fn split_half(text: &str) -> (&str, &str) {
    let is_digit = |char: char| char.is_ascii_digit();
    if !text.starts_with(is_digit)
        && let Some(at) = text.find(is_digit)
    {
        return (&text[at..], text[..at].trim());
    }
    match text.find(|char: char| char.is_whitespace() || (!char.is_ascii() && char.is_alphabetic()))
    {
        Some(at) => (&text[..at], text[at..].trim()),
        None => (text, ""),
    }
}
