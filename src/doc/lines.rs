//! Times, shares and lines as a reader gets them.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::doc::number::{self, NONE};
use crate::doc::{Style, styled, width, wrapped};
use crate::zone::Zone;

use crate::record::Failure;

/// Columns of a terminal.
pub const WIDTH: usize = 80;

/// A line, however long it is: what a terminal shows goes through [`narrowed`].
pub fn line(out: &mut String, indent: &str, text: &str) {
    let _ = writeln!(out, "{indent}{text}");
}

/// A failure, its first word in red; before it stands when.
pub fn failed(out: &mut String, indent: &str, when: &str, failure: &Failure) {
    let mut text = String::new();
    line(&mut text, indent, &format!("{when}FAIL {failure}"));
    out.push_str(&text.replacen("FAIL", &styled("FAIL", Style::Bad), 1));
}

/// The zone's distance from UTC at a moment, short enough for the head of a column: `UTC+1`,
/// `UTC-3:30`.
pub fn offset(zone: Zone, at: DateTime<Utc>) -> String {
    let minutes = zone.ahead(at).local_minus_utc() / 60;
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let sign = if minutes < 0 { '-' } else { '+' };
    match (hours, rest) {
        (0, 0) => "UTC".to_owned(),
        (_, 0) => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

/// The text with no line wider than so many columns: what is too long goes on below, cut between
/// words and a little to the right. Nothing is done to lines that fit.
pub fn narrowed(text: &str, columns: usize) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let said = line.trim_end();
        if shown_width(said) <= columns {
            out.push_str(line);
            continue;
        }
        let start = said.len() - said.trim_start().len();
        let start = start.min(columns / 4);
        let room = columns.saturating_sub(start + 2).max(10);
        for (number, part) in wrapped(said.trim_start(), room).iter().enumerate() {
            let indent = if number == 0 { start } else { start + 2 };
            let _ = writeln!(out, "{:indent$}{part}", "");
        }
    }
    out
}

/// The columns of a line that may have colours.
fn shown_width(line: &str) -> usize {
    let mut parts = line.split('\x1b');
    let first = parts.next().map_or(0, width);
    let after = |part: &str| part.split_once('m').map_or(0, |(_, text)| width(text));
    first + parts.map(after).sum::<usize>()
}

/// A duration in words.
pub fn seconds(length: Duration) -> String {
    number::seconds(length.as_secs_f64())
}

/// Milliseconds with their unit.
pub fn ms(time: Duration) -> String {
    format!("{} ms", number::millis(time.as_secs_f64() * 1e3))
}

/// Milliseconds without their unit.
pub fn millis(time: Option<Duration>) -> String {
    time.map_or_else(
        || NONE.to_owned(),
        |time| number::millis(time.as_secs_f64() * 1e3),
    )
}

/// Parts per million as per cent.
pub fn percent(ppm: u64) -> String {
    number::percent(ppm as f64 / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_named_by_its_distance_from_utc() {
        // Europe/Berlin by zdump: winter time until 2021-03-28T01:00Z
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(offset(berlin, at("2021-03-28T00:59:59Z")), "UTC+1");
        assert_eq!(offset(berlin, at("2021-03-28T01:00:00Z")), "UTC+2");
        for (zone, shown) in [
            ("utc", "UTC"),
            ("-03:30", "UTC-3:30"),
            ("+05:45", "UTC+5:45"),
        ] {
            let zone: Zone = zone.parse().unwrap();
            assert_eq!(offset(zone, at("2021-03-28T01:00:00Z")), shown);
        }
    }

    #[test]
    fn lines_that_are_too_long_go_on_below_with_their_numbers_whole() {
        let text = "short\n  \x1b[31mfail\x1b[0m: loss 40 % of 750 packets, 300 ms late\n";
        assert_eq!(narrowed(text, 80), text);
        let narrow = narrowed(text, 24);
        assert_eq!(
            narrow,
            "short\n  \x1b[31mfail\x1b[0m: loss 40 % of\n    750 packets, 300 ms\n    late\n"
        );
    }
}
