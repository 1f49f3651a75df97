//! Times, shares and lines as a reader gets them.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::doc::number::{self, NONE};
use crate::doc::text::time;
use crate::zone::Zone;

use crate::doc::{Style, styled, wrapped};
use crate::record::Failure;

/// Columns of a terminal.
pub const WIDTH: usize = 80;

/// A line, wrapped where it is too long.
pub fn line(out: &mut String, indent: &str, text: &str) {
    for (number, part) in wrapped(text, WIDTH - indent.len() - 2).iter().enumerate() {
        let more = if number == 0 { "" } else { "  " };
        let _ = writeln!(out, "{indent}{more}{part}");
    }
}

/// A failure, its first word in red; before it stands when.
pub fn failed(out: &mut String, indent: &str, when: &str, failure: &Failure) {
    let mut text = String::new();
    line(&mut text, indent, &format!("{when}FAIL {failure}"));
    out.push_str(&text.replacen("FAIL", &styled("FAIL", Style::Bad), 1));
}

/// A moment in UTC.
pub fn moment(at: DateTime<Utc>) -> String {
    time(Zone::Utc, at)
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
#[allow(clippy::cast_precision_loss)] // at most a million
pub fn percent(ppm: u64) -> String {
    number::percent(ppm as f64 / 1e4)
}
