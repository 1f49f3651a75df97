//! By how much the clock of a computer was off when rows were stamped, where it was set later: what a certificate's dates
//! seem to say then is the clock's.

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};

use super::found::Inputs;
use crate::doc::number::seconds;
use crate::record::TlsPath;
use crate::report::model::TlsPathFinding;

/// Where the end of a validity cannot be read, a clock is only blamed that was off by so much.
const FAR: TimeDelta = TimeDelta::days(1);

/// Years in which rows can have been measured; a label beyond them is a wrong clock's.
const YEARS: std::ops::RangeInclusive<i32> = 2_000..=2_100;

/// Whether a clock that shows this cannot be right.
fn is_absurd(at: DateTime<Utc>) -> bool {
    !YEARS.contains(&at.year())
}

/// What has to be added to the times of rows between two moments to have them by the clock as it was set later; none where
/// it was right as far as the rows tell, or was set in between.
fn off(about: &Inputs<'_>, [first, last]: [DateTime<Utc>; 2]) -> Option<TimeDelta> {
    let changes = &about.report.clocks.changes;
    #[allow(clippy::cast_possible_truncation)] // a change is at most a hundred years
    let by = |from: usize| {
        let set = changes[from..].iter().filter_map(|change| change.set_s);
        TimeDelta::try_milliseconds((set.sum::<f64>() * 1e3) as i64)
    };
    // rows since a change, and before the next one
    for (number, next) in changes.iter().enumerate().rev() {
        let Some((until, by)) = next.before.zip(by(number)) else {
            continue;
        };
        let begin = match number.checked_sub(1) {
            Some(before) => changes[before].at,
            // of a clock that was ahead, what is later than the right time
            None if by < TimeDelta::zero() => next.at,
            None => DateTime::<Utc>::MIN_UTC,
        };
        let moved = |at: DateTime<Utc>| at.checked_add_signed(by);
        let can_be = moved(first).zip(moved(last));
        let can_be = can_be.is_some_and(|(first, last)| !is_absurd(first) && !is_absurd(last));
        if first >= begin && last <= until && by != TimeDelta::zero() && can_be {
            return Some(by);
        }
    }
    None
}

/// A moment of a row by the clock as it was set later; none where no clock can have shown it.
pub(super) fn corrected(about: &Inputs<'_>, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let by = off(about, [at, at]).unwrap_or_default();
    at.checked_add_signed(by).filter(|at| !is_absurd(*at))
}

/// In words that only the clock made a certificate seem to be out of its time, where that is so.
pub(super) fn explains(about: &Inputs<'_>, finding: &TlsPathFinding) -> Option<String> {
    let (first, last) = finding.first.zip(finding.last)?;
    let by = off(about, [first, last])?;
    let is = |path: TlsPath| finding.tls_path == path.as_str();
    let mut words = finding.evidence.split_whitespace();
    let date = words.find_map(|word| word.parse::<NaiveDate>().ok());
    let date = date.map(|date| date.and_time(chrono::NaiveTime::MIN).and_utc());
    let is_explained = match date {
        // the first and the last day are left to it
        Some(end) if is(TlsPath::Expired) => last + by <= end,
        Some(begin) if is(TlsPath::NotYetValid) => first + by >= begin,
        None if is(TlsPath::Expired) => by <= -FAR,
        None if is(TlsPath::NotYetValid) => by >= FAR,
        _ => false,
    };
    let (was, set) = if by < TimeDelta::zero() {
        ("ahead", "back")
    } else {
        ("behind", "forward")
    };
    is_explained.then(|| {
        format!(
            "the clock of the computer was {} {was} then, and was set {set} later: by the right time the certificate was \
             valid (likely)",
            seconds(by.abs().as_seconds_f64()),
        )
    })
}
