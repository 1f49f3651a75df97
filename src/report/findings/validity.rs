//! Until when a certificate is valid, as files of other programs write it.
//!
//! This program writes `2021-11-26 16:52:50Z`. End2End writes its machine's local time as its culture has it, and Excel saves
//! that again: `26.11.2021 16:52:50`, `26.11.2021 16.52`, `11/26/2021 4:52:50 PM`, `26/11/2021 16:52:50`, `26-11-2021 16:52`,
//! `2021. 11. 26. 16:52:50`, `26.11.21 16:52`, and as the number of days `44526.70` that a spreadsheet has for it. Years of other calendars (Buddhist, Persian, Islamic) are no end that can be judged.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::zone::Zone;

/// The farthest that clocks are from UTC.
const FARTHEST_HOURS: i64 = 14;

/// Years of the calendar that certificates have in which one can end that is seen today.
const YEARS: std::ops::RangeInclusive<i32> = 2_000..=2_100;

/// From this year on no calendar has another one for it: such a certificate is meant never to end (RFC 5280, section
/// 4.1.2.5).
const NEVER: i32 = 2_700;

/// Days of a validity, of certificates that servers have: ten years.
const MOST_DAYS: i64 = 3_653;

/// What stands behind a date.
const TIMES: [&str; 6] = [
    "%I:%M:%S %p",
    "%I:%M %p",
    "%H:%M:%S",
    "%H:%M",
    "%H.%M.%S",
    "%H.%M",
];

/// The order of two numbers of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateOrder {
    DayFirst,
    MonthFirst,
}

/// The end of a validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ValidityEnd {
    pub(super) at: DateTime<Utc>,
    /// The other day that its numbers can mean, where nothing tells which of them is the day.
    pub(super) or: Option<DateTime<Utc>>,
    /// Whether its time of the day can be read.
    pub(super) has_time: bool,
    /// By so much it may be earlier or later, as nobody says by which clocks it is, or its time of the day cannot be read.
    slack: TimeDelta,
}

impl ValidityEnd {
    /// Whether it surely lies before a moment.
    pub(super) fn is_before(self, moment: DateTime<Utc>) -> bool {
        moment > self.at.max(self.or.unwrap_or(self.at)) + self.slack
    }

    /// Whether it surely lies behind a moment.
    pub(super) fn is_after(self, moment: DateTime<Utc>) -> bool {
        self.at.min(self.or.unwrap_or(self.at)) > moment
    }

    /// The same where it is known that it lies behind a moment: of two days one that is over by then is not meant.
    pub(super) fn behind(self, moment: DateTime<Utc>) -> Self {
        let is_over = |at: DateTime<Utc>| moment > at + self.slack;
        let (at, or) = match self.or {
            Some(or) if is_over(self.at) && !is_over(or) => (or, None),
            Some(or) if is_over(or) => (self.at, None),
            or => (self.at, or),
        };
        Self { at, or, ..self }
    }
}

/// The order of dates that all of these are in, where any tells it: a number over 12.
pub(super) fn order<'a>(texts: impl Iterator<Item = &'a str>) -> Option<DateOrder> {
    let mut orders = texts.filter_map(|text| {
        let shown = ShownDate::of(text)?;
        let can = |order| shown.date(Some(order)).is_some();
        match (can(DateOrder::DayFirst), can(DateOrder::MonthFirst)) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    });
    let first = orders.next()?;
    orders.all(|order| order == first).then_some(first)
}

/// The end of a validity that begins at another text; none where it cannot be read. A time without a zone is by the clocks of
/// `zone`; where nobody has named these, it is good to as much as clocks can differ.
pub(super) fn end(
    begin: &str,
    text: &str,
    zone: Zone,
    order: Option<DateOrder>,
) -> Option<ValidityEnd> {
    let shown = ShownDate::of(text).or_else(|| ShownDate::of_days(text))?;
    let dates = match shown.date(order) {
        Some(date) => [Some(date), None],
        None if order.is_some() && !shown.are_pairs() => return None,
        None => shown.either(ShownDate::of(begin).as_ref()),
    };
    let mut dates = dates.into_iter().flatten();
    let (date, or) = (dates.next()?, dates.next());
    let is_ours = shown.is_utc && date.year() > *YEARS.end();
    if !YEARS.contains(&date.year()) && date.year() < NEVER && !is_ours {
        return None;
    }
    let moment = |date: NaiveDate| {
        let at = date.and_time(shown.time.unwrap_or_default());
        if shown.is_utc {
            at.and_utc()
        } else {
            zone.moment(at)
        }
    };
    let unknown = |is: bool, hours: i64| TimeDelta::hours(if is { hours } else { 0 });
    let is_by_unknown_clocks = !shown.is_utc && zone == Zone::Utc;
    Some(ValidityEnd {
        at: moment(date),
        or: or.map(moment),
        has_time: shown.time.is_some(),
        slack: unknown(is_by_unknown_clocks, FARTHEST_HOURS) + unknown(shown.time.is_none(), 24),
    })
}

/// What a text shows.
struct ShownDate {
    /// The numbers of its date, as they stand.
    numbers: [u32; 3],
    mark: char,
    /// Its time of the day, where that can be read.
    time: Option<NaiveTime>,
    is_utc: bool,
}

impl ShownDate {
    /// Of the number of days since 1900 that a spreadsheet has for it.
    fn of_days(text: &str) -> Option<Self> {
        let text = text.trim();
        let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() != 5 || fraction.len() > 15 || !are_digits(whole) || !are_digits(fraction) {
            return None;
        }
        let days = TimeDelta::days(whole.parse().ok()?);
        let date = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_signed(days)?;
        let part: f64 = format!("0.{fraction}0").parse().ok()?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // less than a day
        let seconds = (part * 86_400.0).round().min(86_399.0) as u32;
        let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0);
        Some(Self {
            numbers: [date.year().unsigned_abs(), date.month(), date.day()],
            mark: '-',
            // fewer digits tell no time of the day
            time: time.filter(|_| fraction.len() >= 3),
            is_utc: false,
        })
    }

    /// Of a text; none where it does not begin with a date.
    fn of(text: &str) -> Option<Self> {
        // some cultures have other blanks before AM and PM
        let text = text.replace(['\u{a0}', '\u{202f}'], " ");
        let text = text.trim();
        let is_utc = text.ends_with('Z');
        let mut rest = text.trim_end_matches('Z');
        let (mut numbers, mut marks) = ([0; 3], [' '; 2]);
        for (place, number) in numbers.iter_mut().enumerate() {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let (digits, behind) = rest.split_at(end);
            *number = digits.parse().ok().filter(|_| digits.len() <= 4)?;
            rest = behind;
            if let Some(mark) = marks.get_mut(place) {
                *mark = behind.chars().next().filter(|c| "-/.".contains(*c))?;
                rest = behind[1..].trim_start();
            }
        }
        let time = rest.trim_start_matches(['.', ',', ' ', 'T']);
        let mut times = TIMES.iter();
        (marks[0] == marks[1]).then(|| Self {
            numbers,
            mark: marks[0],
            time: times.find_map(|form| NaiveTime::parse_from_str(time, form).ok()),
            is_utc,
        })
    }

    /// Whether its year has two digits, and stands first or last.
    fn are_pairs(&self) -> bool {
        self.mark == '.' && self.numbers.iter().all(|number| *number < 100)
    }

    /// The two days that it can be, where nothing else tells: of these the only one that is up to a few years behind the begin
    /// in the same order.
    fn either(&self, begin: Option<&Self>) -> [Option<NaiveDate>; 2] {
        let orders = [DateOrder::DayFirst, DateOrder::MonthFirst];
        let dates = orders.map(|order| self.in_order(order));
        let begins = orders.map(|order| begin.and_then(|begin| begin.in_order(order)));
        let is_usual = |(end, begin): (Option<NaiveDate>, Option<NaiveDate>)| {
            let days = end.zip(begin).map(|(end, begin)| (end - begin).num_days());
            days.is_none_or(|days| (1..=MOST_DAYS).contains(&days))
        };
        let [day_first, month_first] = [0, 1].map(|at| is_usual((dates[at], begins[at])));
        match (day_first, month_first) {
            (true, false) => [dates[0], None],
            (false, true) => [dates[1], None],
            _ if dates[0] == dates[1] => [dates[0], None],
            _ => dates,
        }
    }

    /// Its date, if its numbers are in this order; of pairs of digits the year comes first where the day does not.
    fn in_order(&self, order: DateOrder) -> Option<NaiveDate> {
        if !self.are_pairs() {
            return self.date(Some(order));
        }
        let [first, second, third] = self.numbers;
        let (year, day) = match order {
            DateOrder::DayFirst => (third, first),
            DateOrder::MonthFirst => (first, third),
        };
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?.checked_add(2000)?, second, day)
    }

    /// Its date; none where it is no day, or has an order that nothing tells.
    fn date(&self, order: Option<DateOrder>) -> Option<NaiveDate> {
        let is_year = |number: u32| number >= 1000;
        let (year, month, day) = match self.numbers {
            [year, month, day] if is_year(year) => (year, month, day),
            [first, second, year] if is_year(year) => {
                let order = if self.mark == '.' || first == second {
                    Some(DateOrder::DayFirst)
                } else {
                    order
                };
                match order? {
                    DateOrder::DayFirst => (year, second, first),
                    DateOrder::MonthFirst => (year, first, second),
                }
            }
            _ => return None,
        };
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_read_in_the_forms_of_other_countries() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let us = order(["11/26/2020 4:52:50 PM", "1/2/2021 4:52:50 PM"].into_iter());
        let uk = order(["26/11/2020 16:52:50"].into_iter());
        assert_eq!(
            (us, uk),
            (Some(DateOrder::MonthFirst), Some(DateOrder::DayFirst)),
            "{us:?} {uk:?}"
        );
        assert_eq!(order(["1/2/2021 4:52:50 PM"].into_iter()), None);
        let mixed = ["11/26/2020 4:52:50 PM", "26/11/2020 16:52:50"];
        assert_eq!(order(mixed.into_iter()), None);
        #[rustfmt::skip]
        let cases = [
            ("2021-11-26 16:52:50Z", berlin, None, Some("2021-11-26 16:52:50 UTC")),
            // an hour behind Berlin's winter time
            ("26.11.2021 17:52:50", berlin, None, Some("2021-11-26 16:52:50 UTC")),
            ("26.11.2021 17:52", Zone::Utc, None, Some("2021-11-26 17:52:00 UTC")),
            ("6.7.2021 7:52", Zone::Utc, None, Some("2021-07-06 07:52:00 UTC")),
            ("11/26/2021 4:52:50 PM", Zone::Utc, us, Some("2021-11-26 16:52:50 UTC")),
            ("11/26/2021 4:52:50\u{202f}PM", Zone::Utc, us, Some("2021-11-26 16:52:50 UTC")),
            ("02/03/2021 16:52:50", Zone::Utc, uk, Some("2021-03-02 16:52:50 UTC")),
            ("26-11-2021 16:52", Zone::Utc, uk, Some("2021-11-26 16:52:00 UTC")),
            // the day can be either number; by hand, 26 > 12
            ("02/03/2021 16:52:50", Zone::Utc, None, Some("2021-03-02 16:52:50 UTC")),
            ("26/11/2021 16:52:50", Zone::Utc, None, Some("2021-11-26 16:52:50 UTC")),
            ("26.11.2025 16.52.50", Zone::Utc, None, Some("2025-11-26 16:52:50 UTC")),
            ("2026. 11. 26. 9:52:50", Zone::Utc, None, Some("2026-11-26 09:52:50 UTC")),
            // only its day can be read
            ("2025-11-26 \u{c624}\u{d6c4} 4:52:50", Zone::Utc, None, Some("2025-11-26 00:00:00 UTC")),
            // days since 1900, by the table of Excel: 20 October 2026 is day 46315; half of a day is noon
            ("46315", Zone::Utc, None, Some("2026-10-20 00:00:00 UTC")),
            ("46315.5", Zone::Utc, None, Some("2026-10-20 00:00:00 UTC")),
            ("46315,70336", Zone::Utc, None, Some("2026-10-20 16:52:50 UTC")),
            ("46315,500", berlin, None, Some("2026-10-20 10:00:00 UTC")),
            ("20.10.26 00:00", Zone::Utc, None, Some("2026-10-20 00:00:00 UTC")),
            ("31.10.26 9:05", Zone::Utc, us, Some("2026-10-31 09:05:00 UTC")),
            ("463150", Zone::Utc, None, None),
            ("46315,x", Zone::Utc, None, None),
            ("12345", Zone::Utc, None, None),
            // for ever
            ("9999-12-31 23:59:59Z", Zone::Utc, None, Some("9999-12-31 23:59:59 UTC")),
            ("2126-01-02 03:04:05Z", Zone::Utc, None, Some("2126-01-02 03:04:05 UTC")),
            // the Persian, the Islamic and the Buddhist calendar
            ("1406/02/11 16:52:50", Zone::Utc, None, None),
            ("24/11/1448 16:52:50", Zone::Utc, uk, None),
            ("26/11/2568 16:52:50", Zone::Utc, None, None),
            ("7/11/26 16:52:50", Zone::Utc, uk, None),
            ("31/31/2021 16:52:50", Zone::Utc, None, None),
            ("", Zone::Utc, us, None),
            ("soon", Zone::Utc, us, None),
        ];
        for (text, zone, order, expected) in cases {
            let read = end("", text, zone, order).map(|end| end.at.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn nobody_is_told_to_have_expired_by_the_clocks_of_an_unknown_zone() {
        let end = |zone: &str| end("", "26.11.2021 16:52:50", zone.parse().unwrap(), None).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        // 16:52 by the clocks of Baker Island, the farthest to the west, is 04:52 of the next day
        assert!(!end("utc").is_before(at("2021-11-27T04:52:00Z")));
        assert!(end("utc").is_before(at("2021-11-27T06:53:00Z")));
        assert!(end("Europe/Berlin").is_before(at("2021-11-26T15:53:00Z")));
        assert!(!end("Europe/Berlin").is_before(at("2021-11-26T15:52:00Z")));
    }

    #[test]
    fn a_date_that_can_be_two_days_has_ended_once_both_are_over() {
        // 5 June or 6 May 2025, and 14 hours
        let end = end("", "05/06/2025 16:52:50", Zone::Utc, None).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(end.or, Some(at("2025-05-06T16:52:50Z")));
        assert!(!end.is_before(at("2025-05-20T00:00:00Z")));
        assert!(!end.is_before(at("2025-06-06T06:52:50Z")));
        assert!(end.is_before(at("2025-06-06T06:52:51Z")));
        assert!(end.is_after(at("2025-05-06T16:52:49Z")));
        assert!(!end.is_after(at("2025-05-20T00:00:00Z")));
    }

    #[test]
    fn a_day_without_a_time_has_ended_everywhere_after_38_hours() {
        let end = end("", "2025-11-26 \u{c624}\u{d6c4} 4:52:50", Zone::Utc, None).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert!(!end.is_before(at("2025-11-27T14:00:00Z")));
        assert!(end.is_before(at("2025-11-27T14:00:01Z")));
    }

    #[test]
    fn of_two_digits_for_a_year_the_begin_tells_which_they_are() {
        let days = |begin: &str, text: &str| {
            let end = end(begin, text, Zone::Utc, None).unwrap();
            let day = |at: DateTime<Utc>| at.date_naive().to_string();
            (day(end.at), end.or.map(day))
        };
        let one = |day: &str| (day.to_owned(), None);
        // 2026-01-01 to 2026-10-20, in Germany and in Korea; the other way from 2001 to 2020
        assert_eq!(days("01.01.26 00:00", "20.10.26 00:00"), one("2026-10-20"));
        assert_eq!(days("26.01.01 00:00", "26.10.20 00:00"), one("2026-10-20"));
        // without it, both days
        let both = ("2026-10-20".to_owned(), Some("2020-10-26".to_owned()));
        assert_eq!(days("", "20.10.26 00:00"), both);
        // 1 March to 4 May, or 3 January to 5 April
        let both = ("2026-05-04".to_owned(), Some("2026-04-05".to_owned()));
        assert_eq!(days("01/03/2026 1:00:00", "04/05/2026 1:00:00"), both);
        // 3 December 2025 to 2 March 2026, or 12 March to 3 February before it
        assert_eq!(
            days("03/12/2025 1:00:00", "02/03/2025 1:00:00").1,
            Some("2025-02-03".to_owned())
        );
        assert_eq!(
            days("03/12/2025 1:00:00", "02/03/2026 1:00:00").1,
            Some("2026-02-03".to_owned())
        );
        assert_eq!(
            days("06/05/2025 1:00:00", "02/06/2025 1:00:00"),
            one("2025-06-02")
        );
    }

    #[test]
    fn a_certificate_that_was_valid_at_a_row_ends_behind_it() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let end = end("", "10/12/2026 4:52:50 PM", Zone::Utc, None).unwrap();
        // 12 October is over on the 14th, 10 December is not
        let behind = end.behind(at("2026-10-14T08:00:00Z"));
        assert_eq!((behind.at, behind.or), (at("2026-12-10T16:52:50Z"), None));
        assert_eq!(end.behind(at("2026-10-01T08:00:00Z")), end);
    }
}
