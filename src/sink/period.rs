//! The hour, night, day or month of a file, and its name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use crate::words::words;

/// When a night begins and ends.
const NOON: NaiveTime = NaiveTime::from_hms_opt(12, 0, 0).unwrap();

words! {
    /// How often a new file is begun, by local time.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Roll {
        /// `probes-2026-11-22T03.csv`
        Hour = "hour",
        /// `probes-2026-11-22.csv`, from noon of that day to noon of the next one
        Night = "night",
        /// `probes-2026-11-22.csv`
        Day = "day",
        /// `probes-2026-11.csv`
        Month = "month",
    }
}

/// Names that a file of an hour, day or month may have beside its own, `probes-2026-11-22T07-2.csv` to `-9`.
const BESIDE: std::ops::RangeInclusive<u32> = 2..=9;

/// An hour, night, day or month, by what the clocks show at its begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    roll: Roll,
    begin: NaiveDateTime,
}

impl Roll {
    /// The period in which the clocks show this. The hour that they show twice in autumn is one.
    pub(super) fn period(self, at: NaiveDateTime) -> Period {
        let date = at.date();
        let begin = match self {
            Self::Hour => {
                date.and_time(NaiveTime::from_hms_opt(at.hour(), 0, 0).unwrap_or_default())
            }
            Self::Night if at.time() < NOON => date.pred_opt().unwrap_or(date).and_time(NOON),
            Self::Night => date.and_time(NOON),
            Self::Day => date.and_time(NaiveTime::MIN),
            Self::Month => date.with_day(1).unwrap_or(date).and_time(NaiveTime::MIN),
        };
        Period { roll: self, begin }
    }

    /// How the name of a period is written; a zero stands for a digit.
    fn form(self) -> &'static str {
        match self {
            Self::Hour => "0000-00-00T00",
            Self::Night | Self::Day => "0000-00-00",
            Self::Month => "0000-00",
        }
    }

    /// Splits what begins with a name of such a period, such as `2026-11-22T03-2`, behind that name.
    pub(super) fn split(self, text: &str) -> Option<(&str, &str)> {
        let form = self.form();
        let (name, behind) = text.split_at_checked(form.len())?;
        let is_like = |(byte, form): (u8, u8)| match form {
            b'0' => byte.is_ascii_digit(),
            _ => byte == form,
        };
        let is_name = name.bytes().zip(form.bytes()).all(is_like);
        is_name.then_some((name, behind))
    }

    /// The period of such a name; none where there is no such day or hour.
    pub(super) fn named(self, name: &str) -> Option<Period> {
        self.split(name).filter(|(_, behind)| behind.is_empty())?;
        let number = |range: std::ops::Range<usize>| name.get(range)?.parse::<u32>().ok();
        let year = name.get(..4)?.parse().ok()?;
        let day = if self == Self::Month {
            1
        } else {
            number(8..10)?
        };
        let date = NaiveDate::from_ymd_opt(year, number(5..7)?, day)?;
        let time = match self {
            Self::Hour => NaiveTime::from_hms_opt(number(11..13)?, 0, 0)?,
            Self::Night => NOON,
            Self::Day | Self::Month => NaiveTime::MIN,
        };
        Some(Period {
            roll: self,
            begin: date.and_time(time),
        })
    }
}

/// Takes what stands behind the name of a period apart: nothing, or the number of one of several files, `-2` to `-9`.
pub(super) fn is_number(behind: &str) -> bool {
    matches!(behind.as_bytes(), [] | [b'-', b'2'..=b'9'])
}

impl Period {
    /// The file of this period: its name goes before the ending.
    pub(super) fn path(self, pattern: &Path) -> PathBuf {
        let mut name = OsString::from(pattern.file_stem().unwrap_or_default());
        name.push(format!("-{}", self.name()));
        if let Some(ending) = pattern.extension() {
            name.push(".");
            name.push(ending);
        }
        pattern.with_file_name(name)
    }

    /// Its name.
    fn name(self) -> String {
        let Self { roll, begin } = self;
        let (year, month, day) = (begin.year(), begin.month(), begin.day());
        match roll {
            Roll::Hour => format!("{year:04}-{month:02}-{day:02}T{:02}", begin.hour()),
            Roll::Night | Roll::Day => format!("{year:04}-{month:02}-{day:02}"),
            Roll::Month => format!("{year:04}-{month:02}"),
        }
    }

    /// What the clocks show when it begins.
    pub(super) fn begin(self) -> NaiveDateTime {
        self.begin
    }

    /// What the clocks show when it is over.
    pub(super) fn end(self) -> Option<NaiveDateTime> {
        match self.roll {
            Roll::Hour => self.begin.checked_add_signed(TimeDelta::hours(1)),
            Roll::Night | Roll::Day => self.begin.checked_add_days(Days::new(1)),
            Roll::Month => self.begin.checked_add_months(Months::new(1)),
        }
    }
}

/// The names that files may have beside one.
pub(super) fn beside(path: &Path) -> impl Iterator<Item = PathBuf> {
    BESIDE.map(|number| {
        let mut name = path.file_stem().unwrap_or_default().to_owned();
        name.push(format!("-{number}"));
        if let Some(ending) = path.extension() {
            name.push(".");
            name.push(ending);
        }
        path.with_file_name(name)
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use chrono_tz::Tz;

    use super::*;

    fn shown(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn the_period_stands_before_the_ending() {
        let at = shown("2026-11-22T03:59:59");
        let check = |roll: Roll, pattern: &str, path: &str| {
            assert_eq!(roll.period(at).path(Path::new(pattern)), Path::new(path));
        };
        check(Roll::Hour, "/a/probes.csv", "/a/probes-2026-11-22T03.csv");
        check(Roll::Night, "/a/probes.csv", "/a/probes-2026-11-21.csv");
        check(Roll::Day, "/a/probes.csv", "/a/probes-2026-11-22.csv");
        check(Roll::Month, "/a/probes.csv", "/a/probes-2026-11.csv");
        check(
            Roll::Day,
            "/a/site.north.JSONL",
            "/a/site.north-2026-11-22.JSONL",
        );
    }

    #[test]
    fn a_period_ends_with_its_hour_day_or_month() {
        let at = |day, hour| shown(&format!("2026-11-{day}T{hour:02}:00:00"));
        assert_ne!(Roll::Hour.period(at(22, 3)), Roll::Hour.period(at(22, 4)));
        assert_eq!(Roll::Day.period(at(22, 3)), Roll::Day.period(at(22, 4)));
        assert_ne!(Roll::Day.period(at(22, 3)), Roll::Day.period(at(23, 3)));
        assert_eq!(Roll::Month.period(at(22, 3)), Roll::Month.period(at(23, 3)));
    }

    /// The name of the file that a moment belongs to where clocks are those of a zone.
    fn name(zone: Tz, roll: Roll, at: &str) -> String {
        let at: DateTime<Utc> = at.parse().unwrap();
        roll.period(at.with_timezone(&zone).naive_local()).name()
    }

    // zdump -v: Berlin is at +02:00 from 2026-03-29T01:00Z to 2026-10-25T01:00Z, else at +01:00
    #[test]
    fn a_night_lasts_from_noon_to_noon_of_the_clocks_on_the_wall() {
        let berlin = |at| name(chrono_tz::Europe::Berlin, Roll::Night, at);
        for (at, night) in [
            ("2026-11-22T10:59:59Z", "2026-11-21"),
            ("2026-11-22T11:00:00Z", "2026-11-22"),
            ("2026-11-22T23:30:00Z", "2026-11-22"),
            // the night to summer time has 23 hours, that back has 25
            ("2026-03-28T11:00:00Z", "2026-03-28"),
            ("2026-03-29T09:59:59Z", "2026-03-28"),
            ("2026-03-29T10:00:00Z", "2026-03-29"),
            ("2026-10-24T09:59:59Z", "2026-10-23"),
            ("2026-10-24T10:00:00Z", "2026-10-24"),
            ("2026-10-25T00:30:00Z", "2026-10-24"),
            ("2026-10-25T01:30:00Z", "2026-10-24"),
            ("2026-10-25T10:59:59Z", "2026-10-24"),
            ("2026-10-25T11:00:00Z", "2026-10-25"),
            ("2026-12-31T23:30:00Z", "2026-12-31"),
            ("2027-01-01T05:00:00Z", "2026-12-31"),
        ] {
            assert_eq!(berlin(at), night, "{at}");
        }
        // clocks that are far from UTC, and that change by half an hour (Lord Howe: +11:00 to +10:30 at 2026-04-04T15:00Z)
        let tongatapu = |at| name(chrono_tz::Pacific::Tongatapu, Roll::Night, at);
        assert_eq!(tongatapu("2026-11-21T22:59:59Z"), "2026-11-21");
        assert_eq!(tongatapu("2026-11-21T23:00:00Z"), "2026-11-22");
        let lord_howe = |at| name(chrono_tz::Australia::Lord_Howe, Roll::Night, at);
        assert_eq!(lord_howe("2026-04-05T01:29:59Z"), "2026-04-04");
        assert_eq!(lord_howe("2026-04-05T01:30:00Z"), "2026-04-05");
    }

    #[test]
    fn hours_and_days_follow_the_clocks_when_they_are_set() {
        let berlin = |roll, at| name(chrono_tz::Europe::Berlin, roll, at);
        // 02:00 to 02:59 are not there in spring, and twice in autumn
        assert_eq!(berlin(Roll::Hour, "2026-03-29T00:59:59Z"), "2026-03-29T01");
        assert_eq!(berlin(Roll::Hour, "2026-03-29T01:00:00Z"), "2026-03-29T03");
        for at in ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"] {
            assert_eq!(berlin(Roll::Hour, at), "2026-10-25T02");
        }
        assert_eq!(berlin(Roll::Day, "2026-10-24T21:59:59Z"), "2026-10-24");
        assert_eq!(berlin(Roll::Day, "2026-10-24T22:00:00Z"), "2026-10-25");
        assert_eq!(berlin(Roll::Day, "2026-10-25T22:59:59Z"), "2026-10-25");
        // clocks that are set at midnight: 2026-04-24T00:00 is not there in Cairo (zdump: +02:00 until 2026-04-23T22:00Z)
        let cairo = |at| name(chrono_tz::Africa::Cairo, Roll::Day, at);
        assert_eq!(cairo("2026-04-23T21:59:59Z"), "2026-04-23");
        assert_eq!(cairo("2026-04-23T22:00:00Z"), "2026-04-24");
    }

    #[test]
    fn a_name_is_read_as_the_period_that_it_was_made_of() {
        for (roll, at, end) in [
            (Roll::Hour, "2026-11-22T23:10:00", "2026-11-23T00:00:00"),
            (Roll::Night, "2026-11-22T11:59:59", "2026-11-22T12:00:00"),
            (Roll::Night, "2026-11-22T12:00:00", "2026-11-23T12:00:00"),
            (Roll::Day, "2026-12-31T05:00:00", "2027-01-01T00:00:00"),
            (Roll::Month, "2026-12-31T05:00:00", "2027-01-01T00:00:00"),
        ] {
            let period = roll.period(shown(at));
            assert_eq!(roll.named(&period.name()), Some(period));
            assert_eq!(period.end(), Some(shown(end)));
        }
        for (roll, other) in [
            (Roll::Day, "2026-02-29"),
            (Roll::Day, "2026-13-01"),
            (Roll::Day, "2026-1-01"),
            (Roll::Day, "2026-11-22T03"),
            (Roll::Day, "2026-11"),
            (Roll::Hour, "2026-11-22T24"),
            (Roll::Hour, "2026-11-22"),
            (Roll::Month, "2026-00"),
            (Roll::Month, "2026-11-22"),
        ] {
            assert_eq!(roll.named(other), None, "{other}");
        }
    }
}
