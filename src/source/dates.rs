//! Dates in the forms of a country: `2/12/2021 1:46 PM`, `12.02.2021 13:46:01`, `12.2.2021 13.46.01`, `12.02.21 13:46`, `26.06.01 13:46`,
//! `2021/02/12 13:46`, `2021. 02. 12. 13:46:01`, `12-Feb-2021 13:46:01`, `Fri, 12 Feb 2021 13:46:01`; and as the number that
//! a spreadsheet has for them, `44239.57362`.
//! Not here: what the clocks of a zone make of them (`time`).

mod halves;
mod pairs;

use crate::zone::WEEKDAYS;
use halves::{is_after_noon, split_half};

/// Which of the first two numbers of a date is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayOrder {
    /// As in most of the world.
    DayFirst,
    /// As in the United States.
    MonthFirst,
}

impl DayOrder {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::DayFirst => Self::MonthFirst,
            Self::MonthFirst => Self::DayFirst,
        }
    }
}

/// A date and a time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Local {
    year: i64,
    numbers: [i64; 2],
    /// Seconds of the day.
    seconds: i64,
    /// Whether the time has seconds.
    pub has_seconds: bool,
    /// The order, where the form itself tells it.
    pub order: Option<DayOrder>,
    /// Of three pairs of digits between points, `26.06.01`: the year, and the month and the day, where the year comes first as
    /// in Korea and Hungary, which goes for [`DayOrder::MonthFirst`].
    year_first: Option<(i64, [i64; 2])>,
}

impl Local {
    /// Of a text; none when it has no such form.
    pub fn of(text: &[u8]) -> Option<Self> {
        let without_marks;
        let text = if text.is_ascii() {
            text
        } else {
            // which way Arabic is written
            let marks = ['\u{200e}', '\u{200f}'];
            without_marks = std::str::from_utf8(text).ok()?.replace(marks, "");
            without_marks.trim().as_bytes()
        };
        Self::of_numbers(text).or_else(|| Self::of_names(text))
    }

    fn of_numbers(text: &[u8]) -> Option<Self> {
        let (first, mark, rest) = number(text)?;
        // as in Hungary, and in Slovenia
        let has_blanks = mark == b'.' && (first >= 1000 || rest.first() == Some(&b' '));
        let next = |rest| {
            if has_blanks {
                <[u8]>::trim_ascii_start(rest)
            } else {
                rest
            }
        };
        let (second, again, rest) = number(next(rest))?;
        let before = next(rest);
        let (third, end, rest) = number(before)?;
        let digits = before.len().saturating_sub(rest.len()).saturating_sub(1);
        let ends = match end {
            // as in Hungary, and in Croatia
            b'.' => mark == b'.' && (has_blanks || digits == 4),
            end => matches!(end, b' ' | b',' | b'T'),
        };
        if mark != again || !matches!(mark, b'/' | b'.' | b'-') || !ends {
            return None;
        }
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        // Denmark and Indonesia have points in times and not in dates
        let (seconds, has_seconds) = time_of_day(rest, true)?;
        // 2021/02/12; with dashes it is ISO 8601, but for times of half a day
        let year_first =
            first >= 1000 && (mark != b'-' || !rest.iter().copied().all(is_of_whole_day));
        let are_pairs = mark == b'.' && digits == 2 && !year_first && !has_blanks;
        let (year, numbers) = if year_first {
            (first, [second, third])
        } else if are_pairs {
            (third.saturating_add(2000), [first, second])
        } else {
            (third, [first, second])
        };
        let order = match mark {
            _ if year_first => Some(DayOrder::MonthFirst),
            b'.' => Some(DayOrder::DayFirst),
            _ if numbers[0] == numbers[1] => Some(DayOrder::DayFirst),
            _ => None,
        };
        let mut date = Self {
            year,
            numbers,
            seconds,
            has_seconds,
            order,
            year_first: None,
        };
        if are_pairs && text.get(2) == Some(&b'.') {
            date.year_first = Some((first.saturating_add(2000), [second, third]));
            date.order = date.of_pairs();
        }
        let is_year = (1000..=9999).contains(&year);
        let are_days = numbers.iter().all(|number| (1..=31).contains(number));
        (is_year && (are_days || date.order == Some(DayOrder::MonthFirst))).then_some(date)
    }

    /// With the English name of its month: `12-Feb-2021 13:46:01`, `12 Feb 2021 13:46:01`, `Feb 12, 2021 1:46 PM`, and a day of
    /// the week before it (RFC 5322, section 3.3).
    fn of_names(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let mut words = text.split([' ', '-', ',']).filter(|word| !word.is_empty());
        let mut first = words.next()?;
        if WEEKDAYS.iter().any(|day| is_short_of(first, day)) {
            first = words.next()?;
        }
        let second = words.next()?;
        let (day, month) = match month(second) {
            Some(month) => (first, month),
            None => (second, month(first)?),
        };
        let year = words.next()?;
        let number = |word: &str| {
            let are_digits = word.bytes().all(|byte| byte.is_ascii_digit());
            word.parse::<i64>().ok().filter(|_| are_digits)
        };
        let year = match year.len() {
            4 => number(year)?,
            2 => number(year)?.saturating_add(2000),
            _ => return None,
        };
        let time: Vec<&str> = words.collect();
        // Oracle has points between them
        let (seconds, has_seconds) = time_of_day(time.join(" ").as_bytes(), true)?;
        let day = number(day).filter(|day| (1..=31).contains(day))?;
        Some(Self {
            year,
            numbers: [day, month],
            seconds,
            has_seconds,
            order: Some(DayOrder::DayFirst),
            year_first: None,
        })
    }

    /// The order that is the only one possible.
    pub fn forced(&self) -> Option<DayOrder> {
        match self.numbers {
            _ if self.year_first.is_some() => self.first_of_pairs(),
            [first, _] if first > 12 => Some(DayOrder::DayFirst),
            [_, second] if second > 12 => Some(DayOrder::MonthFirst),
            _ => None,
        }
    }

    /// Seconds since 1970 as if it were UTC.
    pub fn shown(&self, order: DayOrder) -> Option<i64> {
        let [first, second] = self.numbers;
        let (year, month, day) = match (order, self.year_first) {
            (DayOrder::DayFirst, _) => (self.year, second, first),
            (DayOrder::MonthFirst, Some((year, [month, day]))) => (year, month, day),
            (DayOrder::MonthFirst, None) => (self.year, first, second),
        };
        let day = days(year, month, day)?;
        day.checked_mul(86_400)?.checked_add(self.seconds)
    }
}

/// The number of 1970-01-01 where days are counted from 1900 on, as spreadsheets do (ECMA-376 part 1, 18.17.4.1).
const EPOCH: i64 = 25_569;

/// The first and the last day that are taken for one: of the years 2000 to 2099.
const SERIAL_DAYS: std::ops::RangeInclusive<i64> = 36_526..=73_050;

/// Digits behind the mark with which a number is good to a second and more.
const MOST_DIGITS: usize = 15;

/// A moment as the days of a spreadsheet: `44239.57362`, `44239,57362`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Serial {
    /// Seconds since 1970 as if it were UTC, to the nearest one.
    pub seconds: i64,
    /// Digits behind the decimal mark.
    pub digits: usize,
}

impl Serial {
    /// Fewer digits behind the mark are no time of the day: two are a quarter of an hour.
    pub const FEWEST_DIGITS: usize = 3;

    /// Days that numbers of the date system of 1904 are short of those of 1900.
    pub const DAYS_TO_1904: i64 = 1_462;

    /// Of a text; none when it is no such number.
    pub fn of(text: &[u8]) -> Option<Self> {
        let are_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        let (day, fraction) = text.split_at_checked(5)?;
        let fraction = match fraction {
            [] => fraction,
            [b'.' | b',', digits @ ..] if !digits.is_empty() => digits,
            _ => return None,
        };
        if !are_digits(day) || !are_digits(fraction) {
            return None;
        }
        let day: i64 = std::str::from_utf8(day).ok()?.parse().ok()?;
        if !SERIAL_DAYS.contains(&day) {
            return None;
        }
        // as a whole number, since no float is exact
        let kept = fraction.len().min(MOST_DIGITS);
        let (mut number, mut whole) = (0_i128, 1_i128);
        for digit in &fraction[..kept] {
            number = number
                .saturating_mul(10)
                .saturating_add(i128::from(digit & 0x0f));
            whole = whole.saturating_mul(10);
        }
        let twice = number.saturating_mul(2 * 86_400).saturating_add(whole);
        let seconds = i64::try_from(twice.div_euclid(whole.saturating_mul(2))).ok()?;
        let days = day.saturating_sub(EPOCH);
        Some(Self {
            seconds: days.saturating_mul(86_400).saturating_add(seconds),
            digits: fraction.len(),
        })
    }
}

/// Days since 1970-01-01 of the Gregorian calendar: years begin in March, so that the leap day is
/// the last one.
#[inline]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a year of four digits, a month and a day of two"
)]
pub(super) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > longest {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (century, of_century) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(
        century * 146_097 + of_century * 365 + of_century / 4 - of_century / 100 + of_year
            - 719_468,
    )
}

/// One to four digits, the byte behind them, and the rest.
fn number(text: &[u8]) -> Option<(i64, u8, &[u8])> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=4).contains(&count) {
        return None;
    }
    let digits = std::str::from_utf8(&text[..count]).ok()?;
    let (mark, rest) = text[count..].split_first()?;
    Some((digits.parse().ok()?, *mark, rest))
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Whether a word is a name or its first letters, three at least.
fn is_short_of(word: &str, name: &str) -> bool {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    word.len() >= 3 && name.starts_with(&word)
}

/// The number of a month by its English name.
fn month(word: &str) -> Option<i64> {
    let place = MONTHS.iter().position(|name| is_short_of(word, name))?;
    i64::try_from(place.saturating_add(1)).ok()
}

/// Whether a byte can be in a time of the whole day.
fn is_of_whole_day(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b',')
}

/// `H:mm[:ss[.fraction]][ AM| PM]`: seconds of the day, and whether it has seconds. In some countries there are points between
/// them: `H.mm[.ss]`.
fn time_of_day(text: &[u8], may_have_points: bool) -> Option<(i64, bool)> {
    let text = std::str::from_utf8(text).ok()?;
    let (time, half) = split_half(text);
    let with_colons;
    let time = if may_have_points && !time.contains(':') {
        // a fraction may follow
        with_colons = time.replacen('.', ":", 2);
        &with_colons
    } else {
        time
    };
    let mut parts = time.split(':');
    let mut part = |most: i64| {
        let part = parts.next()?;
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        let value: i64 = part.parse().ok().filter(|_| digits && part.len() <= 2)?;
        (value <= most).then_some(value)
    };
    let (hour, minute) = (part(23)?, part(59)?);
    let second = match parts.next() {
        None => None,
        Some(second) => {
            let (whole, fraction) = second.split_once(['.', ',']).unwrap_or((second, "0"));
            let are_digits =
                |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            if whole.len() != 2 || !are_digits(whole) || !are_digits(fraction) {
                return None;
            }
            // a leap second is the last one of its minute
            Some(
                whole
                    .parse::<i64>()
                    .ok()
                    .filter(|second| *second <= 60)?
                    .min(59),
            )
        }
    };
    if parts.next().is_some() {
        return None;
    }
    let hour = if half.is_empty() || half.eq_ignore_ascii_case("uhr") {
        hour
    } else {
        let is_after = is_after_noon(half).filter(|_| (1..=12).contains(&hour))?;
        (hour % 12).saturating_add(if is_after { 12 } else { 0 })
    };
    let minutes = hour.saturating_mul(60).saturating_add(minute);
    let seconds = minutes
        .saturating_mul(60)
        .saturating_add(second.unwrap_or(0));
    Some((seconds, second.is_some()))
}

#[cfg(test)]
mod tests;
