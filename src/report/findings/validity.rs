//! Until when a certificate is valid, as files of other programs write it.
//!
//! This program writes `2021-11-26 16:52:50Z`. End2End writes its machine's local time as its culture has it, and Excel saves
//! that again: `26.11.2021 16:52:50`, `26.11.2021 16.52`, `11/26/2021 4:52:50 PM`, `26/11/2021 16:52:50`, `26-11-2021 16:52`,
//! `2021. 11. 26. 16:52:50`. Years of other calendars (Buddhist, Persian, Islamic) are no end that can be judged.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::zone::Zone;

/// The farthest that clocks are from UTC.
const FARTHEST_HOURS: i64 = 14;

/// Years of the calendar that certificates have in which one can end that is seen today.
const YEARS: std::ops::RangeInclusive<i32> = 2_000..=2_100;

/// From this year on no calendar has another one for it: such a certificate is meant never to end (RFC 5280, section
/// 4.1.2.5).
const NEVER: i32 = 2_700;

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

/// The end of a validity; none where it cannot be read. A time without a zone is by the clocks of `zone`; where nobody has
/// named these, it is good to as much as clocks can differ.
pub(super) fn end(text: &str, zone: Zone, order: Option<DateOrder>) -> Option<ValidityEnd> {
    let shown = ShownDate::of(text)?;
    let dates = match shown.date(order) {
        Some(date) => [Some(date), None],
        None if order.is_some() => return None,
        None => [DateOrder::DayFirst, DateOrder::MonthFirst].map(|order| shown.date(Some(order))),
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
            let read = end(text, zone, order).map(|end| end.at.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn nobody_is_told_to_have_expired_by_the_clocks_of_an_unknown_zone() {
        let end = |zone: &str| end("26.11.2021 16:52:50", zone.parse().unwrap(), None).unwrap();
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
        let end = end("05/06/2025 16:52:50", Zone::Utc, None).unwrap();
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
        let end = end("2025-11-26 \u{c624}\u{d6c4} 4:52:50", Zone::Utc, None).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert!(!end.is_before(at("2025-11-27T14:00:00Z")));
        assert!(end.is_before(at("2025-11-27T14:00:01Z")));
    }
}
