//! Time zones: by name, by distance from UTC, and this system's own.

mod variable;

use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, FixedOffset, Local, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime,
    Offset as _, TimeZone, Utc,
};
use icu_time::zone::WindowsParser;
use icu_time::zone::iana::IanaParserExtended;

pub use variable::unknown_variable;
use variable::{Variable, variable};

/// Days of the week from Monday, as JSON has them.
pub const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// A time zone by its name, by its distance from UTC, or this system's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// Coordinated universal time.
    #[default]
    Utc,
    /// What the system is set to.
    Local,
    /// A fixed distance from UTC.
    Fixed(FixedOffset),
    /// A name of the IANA time zone database.
    Named(chrono_tz::Tz),
}

/// A zone that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no time zone `{0}`; write utc, local, +01:00 or a name such as Europe/Berlin or W. Europe Standard Time"
)]
pub struct UnknownZone(String);

impl Zone {
    /// Seconds that the zone's clocks are ahead of UTC at a moment.
    pub fn ahead(self, at: DateTime<Utc>) -> FixedOffset {
        match self {
            Self::Utc => Utc.fix(),
            Self::Fixed(offset) => offset,
            Self::Local => Here.offset_from_utc_datetime(&at.naive_utc()),
            Self::Named(zone) => zone.offset_from_utc_datetime(&at.naive_utc()).fix(),
        }
    }

    /// What the zone's clocks show at a moment.
    pub fn show(self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        at.with_timezone(&self.ahead(at))
    }

    /// The moment at which the zone's clocks show a time: the earlier of two in autumn, and in the
    /// hour that spring leaves out the one by winter time.
    pub fn moment(self, shown: NaiveDateTime) -> DateTime<Utc> {
        self.moments(shown).0
    }

    /// The same, and the later one where the zone's clocks show the time twice.
    pub fn moments(self, shown: NaiveDateTime) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
        let found = match self {
            Self::Utc => return (shown.and_utc(), None),
            Self::Fixed(offset) => {
                let offset = chrono::Duration::seconds(offset.local_minus_utc().into());
                return ((shown - offset).and_utc(), None);
            }
            Self::Local => Here
                .from_local_datetime(&shown)
                .map(|at| at.with_timezone(&Utc)),
            Self::Named(zone) => zone
                .from_local_datetime(&shown)
                .map(|at| at.with_timezone(&Utc)),
        };
        match found {
            MappedLocalTime::Single(at) => (at, None),
            MappedLocalTime::Ambiguous(at, later) => (at, Some(later)),
            MappedLocalTime::None => {
                let before = shown - chrono::Duration::hours(3);
                let offset = self.ahead(self.moment(before));
                let offset = chrono::Duration::seconds(offset.local_minus_utc().into());
                ((shown - offset).and_utc(), None)
            }
        }
    }
}

/// This system's own zone, and UTC where the system has none, as Windows without one in its registry: chrono's own panics
/// then. The variable TZ goes before what the system is set to, and is UTC where it names no zone (POSIX.1-2024 8.3), as it is
/// for other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Here;

impl TimeZone for Here {
    type Offset = FixedOffset;

    fn from_offset(_: &FixedOffset) -> Self {
        Self
    }

    fn offset_from_local_date(&self, shown: &NaiveDate) -> MappedLocalTime<FixedOffset> {
        self.offset_from_local_datetime(&shown.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, shown: &NaiveDateTime) -> MappedLocalTime<FixedOffset> {
        match variable() {
            Variable::Unset | Variable::OfSystem => offsets(&Local, shown),
            Variable::Named(zone) => offsets(zone, shown),
            Variable::Unknown(_) => MappedLocalTime::Single(Utc.fix()),
        }
    }

    fn offset_from_utc_date(&self, at: &NaiveDate) -> FixedOffset {
        self.offset_from_utc_datetime(&at.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, at: &NaiveDateTime) -> FixedOffset {
        match variable() {
            Variable::Unset | Variable::OfSystem => offset(&Local, at),
            Variable::Named(zone) => offset(zone, at),
            Variable::Unknown(_) => Utc.fix(),
        }
    }
}

/// Whether the zone is known. A time that its clocks leave out has no distance from UTC either, but half a day later one has.
fn is_known<Z: TimeZone>(zone: &Z, near: &NaiveDateTime) -> bool {
    let later = near.checked_add_signed(chrono::Duration::hours(12));
    let mut both = [Some(*near), later].into_iter().flatten();
    both.any(|at| !matches!(zone.offset_from_local_datetime(&at), MappedLocalTime::None))
}

/// How far a zone's clocks are from UTC at a moment.
fn offset<Z: TimeZone>(zone: &Z, at: &NaiveDateTime) -> FixedOffset {
    if is_known(zone, at) {
        zone.offset_from_utc_datetime(at).fix()
    } else {
        Utc.fix()
    }
}

/// The same when they show a time: none, one or two, the one of the earlier moment first.
fn offsets<Z: TimeZone>(zone: &Z, shown: &NaiveDateTime) -> MappedLocalTime<FixedOffset> {
    if !is_known(zone, shown) {
        return MappedLocalTime::Single(Utc.fix());
    }
    let found = zone.offset_from_local_datetime(shown);
    let found = found.map(|offset| offset.fix());
    let MappedLocalTime::Ambiguous(one, other) = found else {
        return found;
    };
    // chrono's own of the system has the later moment first, and two of them still when the second hour is over
    let (earlier, later) = if one.local_minus_utc() < other.local_minus_utc() {
        (other, one)
    } else {
        (one, other)
    };
    let is_shown = |offset: FixedOffset| {
        let at = shown.checked_sub_offset(offset);
        at.is_some_and(|at| zone.offset_from_utc_datetime(&at).fix() == offset)
    };
    match [earlier, later].map(is_shown) {
        [true, false] => MappedLocalTime::Single(earlier),
        [false, true] => MappedLocalTime::Single(later),
        _ => MappedLocalTime::Ambiguous(earlier, later),
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        let text = text.trim();
        match text.to_ascii_lowercase().as_str() {
            "utc" | "z" => return Ok(Self::Utc),
            "local" => return Ok(Self::Local),
            _ => {}
        }
        if text.starts_with(['+', '-']) {
            let padded = match text.len() {
                3 => format!("{text}:00"),
                _ => text.to_owned(),
            };
            // no clocks are farther from UTC
            return padded
                .parse()
                .ok()
                .filter(|offset: &FixedOffset| offset.local_minus_utc().abs() <= 14 * 3600)
                .map(Self::Fixed)
                .ok_or_else(|| UnknownZone(text.to_owned()));
        }
        chrono_tz::Tz::from_str_insensitive(text)
            .ok()
            .or_else(|| of_windows(text))
            .map(Self::Named)
            .ok_or_else(|| UnknownZone(text.to_owned()))
    }
}

/// The zone of a name of Windows' own, as `tzutil /l` writes it: that of the largest city in it, which CLDR maps it to for the
/// world as a whole (windowsZones.xml, territory 001).
fn of_windows(name: &str) -> Option<chrono_tz::Tz> {
    let parser = WindowsParser::new();
    let names = [
        name.to_owned(),
        with_capitals(name, false),
        with_capitals(name, true),
    ];
    let zone = names.iter().find_map(|name| parser.parse(name, None))?;
    let mut names = IanaParserExtended::new().iter();
    let found = names.find(|known| known.time_zone == zone)?;
    found.canonical.parse().ok()
}

/// A name as Windows writes it: each word with a capital, one of two letters in capitals, such as `SA`, and the first one
/// perhaps too, such as `AUS`.
fn with_capitals(name: &str, first_in_capitals: bool) -> String {
    let words = name.split(' ').enumerate().map(|(place, word)| {
        if place == 0 && first_in_capitals || word.len() == 2 && !word.contains('.') {
            return word.to_ascii_uppercase();
        }
        let mut begins = true;
        let letters = word.chars().map(|letter| {
            let is_first = std::mem::replace(&mut begins, !letter.is_ascii_alphanumeric());
            if is_first {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            }
        });
        letters.collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utc => f.write_str("UTC"),
            Self::Local => f.write_str("local"),
            Self::Fixed(offset) => offset.fmt(f),
            Self::Named(zone) => f.write_str(zone.name()),
        }
    }
}

impl serde::Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn shown(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    /// As chrono's own on a Windows that has no zone: no distance for a time that is shown, and a panic for a moment.
    #[derive(Clone)]
    struct Zoneless;

    impl TimeZone for Zoneless {
        type Offset = FixedOffset;

        fn from_offset(_: &FixedOffset) -> Self {
            Self
        }

        fn offset_from_local_date(&self, _: &NaiveDate) -> MappedLocalTime<FixedOffset> {
            MappedLocalTime::None
        }

        fn offset_from_local_datetime(&self, _: &NaiveDateTime) -> MappedLocalTime<FixedOffset> {
            MappedLocalTime::None
        }

        fn offset_from_utc_date(&self, _: &NaiveDate) -> FixedOffset {
            panic!("there is no zone")
        }

        fn offset_from_utc_datetime(&self, _: &NaiveDateTime) -> FixedOffset {
            panic!("there is no zone")
        }
    }

    #[test]
    fn a_system_without_a_zone_shows_utc_and_one_with_a_zone_its_own_time() {
        let utc = FixedOffset::east_opt(0).unwrap();
        for time in ["2026-03-29T02:30:00", "2026-11-29T12:00:00"] {
            assert_eq!(offset(&Zoneless, &shown(time)), utc, "{time}");
            assert_eq!(
                offsets(&Zoneless, &shown(time)),
                MappedLocalTime::Single(utc),
                "{time}"
            );
        }
        // in the hour that Berlin's clocks leave out there is a zone all the same
        let berlin = chrono_tz::Europe::Berlin;
        let gap = shown("2026-03-29T02:30:00");
        assert_eq!(offsets(&berlin, &gap), MappedLocalTime::None);
        assert_eq!(offset(&berlin, &gap), FixedOffset::east_opt(7200).unwrap());
    }

    /// Berlin as chrono's own of the system has it: the later moment first, and two also at the end of the hour.
    #[derive(Clone)]
    struct BerlinOfSystem;

    impl TimeZone for BerlinOfSystem {
        type Offset = FixedOffset;

        fn from_offset(_: &FixedOffset) -> Self {
            Self
        }

        fn offset_from_local_date(&self, shown: &NaiveDate) -> MappedLocalTime<FixedOffset> {
            self.offset_from_local_datetime(&shown.and_time(NaiveTime::MIN))
        }

        fn offset_from_local_datetime(&self, at: &NaiveDateTime) -> MappedLocalTime<FixedOffset> {
            let [winter, summer] = [3600, 7200].map(|ahead| FixedOffset::east_opt(ahead).unwrap());
            if (shown("2026-10-25T02:00:00")..=shown("2026-10-25T03:00:00")).contains(at) {
                return MappedLocalTime::Ambiguous(winter, summer);
            }
            let berlin = chrono_tz::Europe::Berlin;
            berlin
                .offset_from_local_datetime(at)
                .map(|offset| offset.fix())
        }

        fn offset_from_utc_date(&self, at: &NaiveDate) -> FixedOffset {
            self.offset_from_utc_datetime(&at.and_time(NaiveTime::MIN))
        }

        fn offset_from_utc_datetime(&self, at: &NaiveDateTime) -> FixedOffset {
            chrono_tz::Europe::Berlin.offset_from_utc_datetime(at).fix()
        }
    }

    // 2026-10-25T01:00Z: 03:00 becomes 02:00
    #[test]
    fn of_a_time_that_the_clocks_of_the_system_show_twice_the_first_comes_first() {
        let [winter, summer] = [3600, 7200].map(|ahead| FixedOffset::east_opt(ahead).unwrap());
        let twice = MappedLocalTime::Ambiguous(summer, winter);
        for (time, expected) in [
            ("2026-10-25T01:59:59", MappedLocalTime::Single(summer)),
            ("2026-10-25T02:00:00", twice),
            ("2026-10-25T02:45:00", twice),
            ("2026-10-25T02:59:59", twice),
            ("2026-10-25T03:00:00", MappedLocalTime::Single(winter)),
        ] {
            assert_eq!(offsets(&BerlinOfSystem, &shown(time)), expected, "{time}");
            let berlin = chrono_tz::Europe::Berlin;
            assert_eq!(offsets(&berlin, &shown(time)), expected, "{time}");
        }
    }

    // Europe/Berlin by zdump: winter time until 2021-03-28T01:00Z and from 2021-10-31T01:00Z
    #[test]
    fn clocks_of_a_named_zone_go_forward_and_back() {
        let berlin: Zone = "europe/berlin".parse().unwrap();
        assert_eq!(berlin.to_string(), "Europe/Berlin");
        let show = |text| berlin.show(at(text)).to_rfc3339();
        assert_eq!(show("2021-02-12T13:46:01Z"), "2021-02-12T14:46:01+01:00");
        assert_eq!(show("2021-03-28T01:00:00Z"), "2021-03-28T03:00:00+02:00");
        let moment = |text| berlin.moment(shown(text));
        assert_eq!(moment("2021-02-12T14:46:01"), at("2021-02-12T13:46:01Z"));
        assert_eq!(moment("2021-03-28T02:30:00"), at("2021-03-28T01:30:00Z"));
        assert_eq!(moment("2021-10-31T02:30:00"), at("2021-10-31T00:30:00Z"));
        let later = |text| berlin.moments(shown(text)).1;
        let second = at("2021-10-31T01:30:00Z");
        assert_eq!(later("2021-10-31T02:30:00"), Some(second));
        assert_eq!(later("2021-10-31T03:00:00"), None);
    }

    #[test]
    fn distances_and_unknown_names() {
        let zone: Zone = "+05:30".parse().unwrap();
        assert_eq!(
            zone.moment(shown("2021-01-01T05:30:00")),
            at("2021-01-01T00:00:00Z")
        );
        assert_eq!(
            "-03".parse::<Zone>().unwrap(),
            "-03:00".parse::<Zone>().unwrap()
        );
        assert!("+14:00".parse::<Zone>().is_ok());
        assert!("+14:01".parse::<Zone>().is_err());
        assert!("-15:00".parse::<Zone>().is_err());
        let error = "Berlin".parse::<Zone>().unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no time zone `Berlin`; write utc, local, +01:00 or a name such as Europe/Berlin or W. Europe Standard Time"
        );
    }

    // the rows of territory 001 in CLDR's windowsZones.xml, as the Python package tzlocal 5.4.5 has them
    const WINDOWS: &str = include_str!("../tests/data/windows-zones.tsv");

    #[test]
    fn names_of_windows_are_the_zones_that_cldr_maps_them_to() {
        let rows = WINDOWS.lines().filter_map(|line| line.split_once('\t'));
        let mut count = 0;
        // winter and summer of both halves of the world; a zone may have two names
        let moments = ["2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"].map(at);
        for (windows, iana) in rows {
            let [one, other] = [windows, iana].map(|name| name.parse::<Zone>().unwrap());
            for moment in moments {
                assert_eq!(one.ahead(moment), other.ahead(moment), "{windows}");
            }
            count += 1;
        }
        assert!(count >= 139, "{count}");
        for (windows, _) in WINDOWS.lines().filter_map(|line| line.split_once('\t')) {
            let zone = windows.parse::<Zone>();
            assert_eq!(windows.to_ascii_lowercase().parse(), zone, "{windows}");
            assert_eq!(windows.to_ascii_uppercase().parse(), zone, "{windows}");
        }
        let berlin: Zone = "W. Europe Standard Time".parse().unwrap();
        assert_eq!(berlin.to_string(), "Europe/Berlin");
        assert!("W. Europe Standard Time_dstoff".parse::<Zone>().is_err());
    }
}
