//! Until when a certificate is valid, as files of other programs write it.
//!
//! This program writes `2021-11-26 16:52:50Z`. End2End writes its machine's local time as its culture has it, and Excel saves
//! that again: `26.11.2021 16:52:50`, `26.11.2021 16:52`, `11/26/2021 4:52:50 PM`, `26/11/2021 16:52:50`, `26-11-2021 16:52`.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use crate::zone::Zone;

/// The farthest that clocks are from UTC.
const FARTHEST_HOURS: i64 = 14;

/// Forms that say which number is the day.
const PLAIN: [&str; 9] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d. %m. %Y %H:%M:%S",
    "%d. %m. %Y %H:%M",
];

/// What stands behind a date whose order only other dates tell.
const TIMES: [&str; 4] = ["%I:%M:%S %p", "%I:%M %p", "%H:%M:%S", "%H:%M"];

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
    /// By so much it may be earlier or later, as nobody says by which clocks it is.
    slack: TimeDelta,
}

impl ValidityEnd {
    /// Whether it surely lies before a moment.
    pub(super) fn is_before(self, moment: DateTime<Utc>) -> bool {
        moment > self.at + self.slack
    }
}

/// The order of dates that all of these are in, where any tells it: a number over 12.
pub(super) fn order<'a>(texts: impl Iterator<Item = &'a str>) -> Option<DateOrder> {
    let mut orders = texts.filter_map(|text| {
        let text = plain(text);
        let can = |order| slashed(&text, order).is_some();
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
    let text = plain(text);
    let is_utc = text.ends_with('Z');
    let text = text.trim_end_matches('Z');
    let forms = PLAIN.iter();
    let mut read = forms.filter_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let shown = read.next().or_else(|| slashed(text, order?))?;
    if is_utc {
        return Some(ValidityEnd {
            at: shown.and_utc(),
            slack: TimeDelta::zero(),
        });
    }
    Some(ValidityEnd {
        at: zone.moment(shown),
        slack: match zone {
            Zone::Utc => TimeDelta::hours(FARTHEST_HOURS),
            _ => TimeDelta::zero(),
        },
    })
}

/// With plain blanks, as some cultures have others before AM and PM.
fn plain(text: &str) -> String {
    text.trim().replace(['\u{a0}', '\u{202f}'], " ")
}

/// A date with slashes or dashes in this order.
fn slashed(text: &str, order: DateOrder) -> Option<NaiveDateTime> {
    let (date, time) = text.split_once(' ')?;
    let date = date.trim_end_matches(',').replace('-', "/");
    let form = match order {
        DateOrder::DayFirst => "%d/%m/%Y",
        DateOrder::MonthFirst => "%m/%d/%Y",
    };
    let year = date.rsplit('/').next()?;
    if year.len() != 4 {
        return None;
    }
    let text = format!("{date} {time}");
    TIMES
        .iter()
        .find_map(|time| NaiveDateTime::parse_from_str(&text, &format!("{form} {time}")).ok())
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
            ("02/03/2021 16:52:50", Zone::Utc, None, None),
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
}
