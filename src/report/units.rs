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
pub(super) const WIDTH: usize = 80;

/// A line, wrapped where it is too long.
pub(super) fn line(out: &mut String, indent: &str, text: &str) {
    for (number, part) in wrapped(text, WIDTH - indent.len() - 2).iter().enumerate() {
        let more = if number == 0 { "" } else { "  " };
        let _ = writeln!(out, "{indent}{more}{part}");
    }
}

/// A failure, its first word in red; before it stands when.
pub(super) fn failed(out: &mut String, indent: &str, when: &str, failure: &Failure) {
    let mut text = String::new();
    line(&mut text, indent, &format!("{when}FAIL {failure}"));
    out.push_str(&text.replacen("FAIL", &styled("FAIL", Style::Bad), 1));
}

pub(super) fn moment(at: DateTime<Utc>) -> String {
    time(Zone::Utc, at)
}

pub(super) fn seconds(length: Duration) -> String {
    number::seconds(length.as_secs_f64())
}

pub(super) fn ms(time: Duration) -> String {
    format!("{} ms", number::millis(time.as_secs_f64() * 1e3))
}

/// Milliseconds without their unit.
pub(super) fn millis(time: Option<Duration>) -> String {
    time.map_or_else(
        || NONE.to_owned(),
        |time| number::millis(time.as_secs_f64() * 1e3),
    )
}

/// Parts per million as per cent.
#[allow(clippy::cast_precision_loss)] // at most a million
pub(super) fn percent(ppm: u64) -> String {
    number::percent(ppm as f64 / 1e4)
}
