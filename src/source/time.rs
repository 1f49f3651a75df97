//! Moments as they stand in the files. Not here: time zones (`record`).
//!
//! Read at fixed places, as a row has at least one: `2021-02-12 13:46:01Z`, with a fraction, with
//! `T`, without the Z, with a distance from UTC, and `12.02.2021 14:46:01` by the clocks of a zone.
//! What is left are the dates of other countries (`dates`), these with a distance from UTC, and numbers since 1970 (`epoch`).

use chrono::{DateTime, Utc};

use crate::record::Counter as _;
use crate::zone::Zone;

use super::dates::{DayOrder, Local, Serial, days};
use super::epoch::{Epoch, Epochs};
use super::shown_twice::ShownTwice;

/// The farthest that clocks are from UTC, in seconds.
const FARTHEST: i64 = 14 * 3600;

/// Reads moments; remembers how far the zone's clocks were ahead at the last one.
#[derive(Debug)]
pub(super) struct Clock {
    zone: Zone,
    /// How far the zone's clocks were ahead at the last time.
    ahead: Option<Ahead>,
    /// What the clocks showed twice, and which of the two was meant.
    pub twice: ShownTwice,
    /// Which number of a date such as `2/12/2021` is the day, where that is known.
    pub order: Option<DayOrder>,
    /// Most digits behind the mark of times that are numbers of a spreadsheet, where that is known.
    pub serial_digits: Option<usize>,
    /// Whether these numbers count days from 1904 on.
    pub since_1904: bool,
    /// Whether the last time was such a date or number, and it was not known.
    pub undecided: bool,
    /// Times that were numbers of a spreadsheet: those by the clocks of the zone, and those by UTC.
    pub serials: [u64; 2],
    /// Times without seconds.
    pub without_seconds: u64,
    /// Times by the clocks of the zone, and by UTC.
    pub by_zone: u64,
    /// Times that say how far they are from UTC, or are of a program that writes UTC.
    pub by_utc: u64,
    /// Times that were numbers since 1970.
    pub epochs: Epochs,
}

/// How far a zone's clocks are ahead of UTC.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    /// Quarter of an hour by the zone's clocks.
    quarter: i64,
    /// Seconds.
    seconds: i64,
    /// The second time, where the clocks show the quarter twice.
    again: Option<i64>,
}

/// Whose clocks a time without a zone is by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Those of the zone.
    Zone,
    /// Those of the zone where the form is that of a country; UTC where it is of ISO 8601 or was made a number of.
    ZoneOfDates,
    /// UTC whatever the form.
    Utc,
}

impl Clock {
    pub fn new(zone: Zone) -> Self {
        Self {
            zone,
            ahead: None,
            twice: ShownTwice::default(),
            order: None,
            serial_digits: None,
            since_1904: false,
            undecided: false,
            serials: [0; 2],
            without_seconds: 0,
            by_zone: 0,
            by_utc: 0,
            epochs: Epochs::default(),
        }
    }

    /// A moment; none when the text is no time in a form that we know.
    #[inline]
    pub fn read(&mut self, text: &str, by: By) -> Option<DateTime<Utc>> {
        let bytes = text.trim().as_bytes();
        if bytes.get(4) == Some(&b'-') {
            let Some((seconds, nanos, has_zone)) = iso(bytes) else {
                // with half of a day, as in Canada and Korea
                let shown = self.foreign(bytes)?;
                return self.of_country(shown, by);
            };
            self.without_seconds
                .raise(u64::from(bytes.get(16) != Some(&b':')));
            if by == By::Zone && !has_zone {
                return self.by_clocks(seconds, nanos);
            }
            self.by_utc.raise(1);
            return DateTime::from_timestamp(seconds, nanos);
        }
        if let Some((seconds, has_zone)) = compact(bytes) {
            if by == By::Zone && !has_zone {
                return self.by_clocks(seconds, 0);
            }
            self.by_utc.raise(1);
            return DateTime::from_timestamp(seconds, 0);
        }
        let mut by_utc = by == By::Utc;
        let bytes = of_powershell(bytes).unwrap_or(bytes);
        let shown = if let Some(shown) = german(bytes) {
            self.without_seconds.raise(u64::from(bytes.len() == 16));
            shown
        } else if let Some(serial) = Serial::of(bytes) {
            by_utc |= by == By::ZoneOfDates;
            self.serial(serial, by_utc)?
        } else if let Some(epoch) = Epoch::of(bytes) {
            self.epochs.count(epoch);
            self.by_utc.raise(1);
            return DateTime::from_timestamp(epoch.seconds, epoch.nanos);
        } else if let Some((bytes, ahead)) = split_distance(bytes) {
            let shown = german(bytes).or_else(|| self.foreign(bytes))?;
            self.by_utc.raise(1);
            return DateTime::from_timestamp(shown.checked_sub(ahead)?, 0);
        } else {
            self.foreign(bytes)?
        };
        self.of_country(shown, if by_utc { By::Utc } else { by })
    }

    /// The moment that is shown so in the form of a country.
    fn of_country(&mut self, shown: i64, by: By) -> Option<DateTime<Utc>> {
        if by == By::Utc {
            self.by_utc.raise(1);
            return DateTime::from_timestamp(shown, 0);
        }
        self.by_clocks(shown, 0)
    }

    /// The moment that the clocks of the zone show so.
    fn by_clocks(&mut self, shown: i64, nanos: u32) -> Option<DateTime<Utc>> {
        self.by_zone.raise(1);
        let quarter = shown.div_euclid(900);
        let ahead = match self.ahead {
            Some(ahead) if ahead.quarter == quarter => ahead,
            _ => self.look_up(quarter, shown)?,
        };
        let first = shown.saturating_sub(ahead.seconds);
        let again = ahead.again.map(|again| shown.saturating_sub(again));
        let at = self.twice.moment(shown, first, again);
        DateTime::from_timestamp(at, nanos)
    }

    /// The number that a spreadsheet has for a moment, where the file has them with a time of the day.
    fn serial(&mut self, serial: Serial, by_utc: bool) -> Option<i64> {
        let digits = self.serial_digits;
        self.undecided |= digits.is_none();
        digits.filter(|digits| *digits >= Serial::FEWEST_DIGITS)?;
        self.serials[usize::from(by_utc)].raise(1);
        let days = if self.since_1904 {
            Serial::DAYS_TO_1904
        } else {
            0
        };
        serial.seconds.checked_add(days.checked_mul(86_400)?)
    }

    /// A date in the form of another country.
    fn foreign(&mut self, bytes: &[u8]) -> Option<i64> {
        let date = Local::of(bytes)?;
        let Some(order) = date.order.or(self.order) else {
            self.undecided = true;
            return None;
        };
        let shown = date.shown(order)?;
        self.without_seconds.raise(u64::from(!date.has_seconds));
        Some(shown)
    }

    fn look_up(&mut self, quarter: i64, shown: i64) -> Option<Ahead> {
        let naive = DateTime::from_timestamp(shown, 0)?.naive_utc();
        let (first, later) = self.zone.moments(naive);
        let seconds = |at: DateTime<Utc>| shown.saturating_sub(at.timestamp());
        let ahead = Ahead {
            quarter,
            seconds: seconds(first),
            again: later.map(seconds),
        };
        self.ahead = Some(ahead);
        Some(ahead)
    }
}

/// `yyyy-MM-dd HH:mm[:ss[.fraction]]` and `Z`, a distance from UTC or nothing: seconds since 1970
/// in UTC, nanoseconds, and whether it says its zone.
#[inline]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "numbers of two digits, and of nine behind the comma"
)]
fn iso(b: &[u8]) -> Option<(i64, u32, bool)> {
    if b.len() < 16 || b[7] != b'-' || (b[10] != b' ' && b[10] != b'T') {
        return None;
    }
    let year = two(b, 0)? * 100 + two(b, 2)?;
    let day = days(year, two(b, 5)?, two(b, 8)?)?;
    let (seconds, mut rest) = time_of_day(&b[11..])?;
    let mut nanos = 0;
    if let [b'.' | b',', digits @ ..] = rest {
        let count = digits.iter().take_while(|d| d.is_ascii_digit()).count();
        if count == 0 {
            return None;
        }
        for place in 0..9 {
            let digit = digits[..count]
                .get(place)
                .map_or(0, |d| u32::from(d - b'0'));
            nanos = nanos * 10 + digit;
        }
        rest = &digits[count..];
    }
    let ahead = match rest {
        [] => 0,
        rest => distance(rest)?,
    };
    Some((day * 86_400 + seconds - ahead, nanos, !rest.is_empty()))
}

/// A time of a country and how far the clocks that it is by are ahead of UTC, where it says so, in seconds:
/// `24.10.2026 22:00:00 +02:00`.
pub(super) fn split_distance(text: &[u8]) -> Option<(&[u8], i64)> {
    if let Some((time, name)) = text
        .iter()
        .rposition(|byte| *byte == b' ')
        .and_then(|at| text.split_at_checked(at))
        && let Some(ahead) = of_name(name.trim_ascii())
    {
        return Some((time.trim_ascii_end(), ahead));
    }
    let after_time =
        |byte: &u8| matches!(byte, b'+' | b'-' | b'Z' | b'z' | b'U' | b'u' | b'G' | b'g');
    // the last one; a date has `-` before its time
    let at = text.iter().rposition(after_time)?;
    let (time, rest) = text.split_at_checked(at)?;
    let ahead = distance(rest)?;
    Some((time.trim_ascii_end(), ahead))
}

/// The names of Central European Time, which no other zone has, and how far its clocks are ahead of UTC, in seconds.
fn of_name(name: &[u8]) -> Option<i64> {
    let is = |names: [&[u8]; 2]| names.iter().any(|one| name.eq_ignore_ascii_case(one));
    if is([b"CET", b"MEZ"]) {
        return Some(3600);
    }
    is([b"CEST", b"MESZ"]).then_some(7200)
}

/// The digits of `/Date(1791957600141)/` and `/Date(1791957600141+0200)/`, as Windows PowerShell writes times in JSON:
/// milliseconds since 1970 in UTC, whatever the distance says.
fn of_powershell(text: &[u8]) -> Option<&[u8]> {
    let inner = text.strip_prefix(b"/Date(")?.strip_suffix(b")/")?;
    let digits = inner
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = inner.split_at_checked(digits)?;
    (rest.is_empty() || distance(rest).is_some()).then_some(digits)
}

/// `yyyyMMddHHmmss` and `yyyyMMddTHHmmss` (ISO 8601, basic format), and a distance from UTC or none: seconds since 1970 in
/// UTC, and whether it says its zone.
#[expect(clippy::arithmetic_side_effects, reason = "numbers of two digits")]
fn compact(b: &[u8]) -> Option<(i64, bool)> {
    let at = if b.get(8) == Some(&b'T') { 9 } else { 8 };
    let year = two(b, 0)? * 100 + two(b, 2)?;
    let day = days(year, two(b, 4)?, two(b, 6)?)?;
    let [hour, minute, second] = [two(b, at)?, two(b, at + 2)?, two(b, at + 4)?];
    if !(2000..2100).contains(&year) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = b.get(at + 6..)?;
    let ahead = if rest.is_empty() { 0 } else { distance(rest)? };
    let seconds = hour * 3600 + minute * 60 + second.min(59);
    Some((day * 86_400 + seconds - ahead, !rest.is_empty()))
}

/// How far clocks are ahead of UTC, in seconds, behind a blank or none: `Z`, `UTC`, `GMT`, `+02`, `+0200`, `+02:00`, and the
/// names of Central European Time. Other names of zones are not clear: several have the same.
#[expect(clippy::arithmetic_side_effects, reason = "numbers of two digits")]
fn distance(text: &[u8]) -> Option<i64> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let is_utc = |name: &&[u8]| text.eq_ignore_ascii_case(name);
    if [&b"Z"[..], b"UTC", b"GMT"].iter().any(is_utc) {
        return Some(0);
    }
    if let Some(ahead) = of_name(text) {
        return Some(ahead);
    }
    let [sign @ (b'+' | b'-'), distance @ ..] = text else {
        return None;
    };
    let minutes = match distance.len() {
        2 => 0,
        4 => two(distance, 2)?,
        5 if distance[2] == b':' => two(distance, 3)?,
        _ => return None,
    };
    let ahead = two(distance, 0)? * 3600 + minutes * 60;
    if minutes > 59 || ahead > FARTHEST {
        return None;
    }
    Some(if *sign == b'+' { ahead } else { -ahead })
}

/// `dd.MM.yyyy HH:mm[:ss]`: seconds since 1970 as if it were UTC.
#[expect(clippy::arithmetic_side_effects, reason = "numbers of two digits")]
fn german(b: &[u8]) -> Option<i64> {
    if b.len() < 16 || b[2] != b'.' || b[5] != b'.' || b[10] != b' ' {
        return None;
    }
    let year = two(b, 6)? * 100 + two(b, 8)?;
    let day = days(year, two(b, 3)?, two(b, 0)?)?;
    let (seconds, rest) = time_of_day(&b[11..])?;
    rest.is_empty().then_some(day * 86_400 + seconds)
}

/// `HH:mm[:ss]` in seconds, and what follows.
#[inline]
#[expect(clippy::arithmetic_side_effects, reason = "numbers of two digits")]
fn time_of_day(b: &[u8]) -> Option<(i64, &[u8])> {
    let (hour, minute) = (two(b, 0)?, two(b, 3)?);
    if b[2] != b':' || hour > 23 || minute > 59 {
        return None;
    }
    let (second, rest) = match b.get(5) {
        Some(b':') => (two(b, 6)?, &b[8..]),
        _ => (0, &b[5..]),
    };
    // a leap second is the last one of its minute
    (second <= 60).then_some((hour * 3600 + minute * 60 + second.min(59), rest))
}

#[inline]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "digits, at places in a text of a time"
)]
fn two(b: &[u8], at: usize) -> Option<i64> {
    match b.get(at..at + 2)? {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(i64::from(a - b'0') * 10 + i64::from(b - b'0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
