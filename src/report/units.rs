//! Times, shares and lines as a reader gets them.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::doc::wrapped;

/// Columns of a terminal.
pub(super) const WIDTH: usize = 80;

/// A line, wrapped where it is too long.
pub(super) fn line(out: &mut String, indent: &str, text: &str) {
    for (number, part) in wrapped(text, WIDTH - indent.len() - 2).iter().enumerate() {
        let more = if number == 0 { "" } else { "  " };
        let _ = writeln!(out, "{indent}{more}{part}");
    }
}

pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

pub(super) fn seconds(length: Duration) -> String {
    format!("{:.1} s", length.as_secs_f64())
}

pub(super) fn ms(time: Duration) -> String {
    format!("{} ms", milliseconds(time))
}

pub(super) fn number(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), milliseconds)
}

/// Milliseconds with as many digits as mean something; none where there is no fraction.
pub(super) fn milliseconds(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    if time.subsec_nanos().is_multiple_of(1_000_000) {
        time.as_millis().to_string()
    } else if ms < 10.0 {
        format!("{ms:.2}")
    } else {
        format!("{ms:.1}")
    }
}

/// Parts per million as per cent, without zeros at the end beyond the second digit.
pub(super) fn percent(ppm: u64) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    let kept = text.trim_end_matches('0').trim_end_matches('.');
    let digits = kept.split_once('.').map_or(0, |(_, digits)| digits.len());
    if digits <= 2 {
        return kept.to_owned();
    }
    // rounded half up to two digits
    let hundredths = (ppm + 50) / 100;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_shown_in_per_cent() {
        let shown = [0, 10_000, 500, 100, 9_333, 1_914, 1_000_000, 333_335].map(percent);
        let expected = ["0", "1", "0.05", "0.01", "0.93", "0.19", "100", "33.33"];
        assert_eq!(shown, expected);
    }
}
