//! The hour, day or month of a file, and its name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDateTime, Timelike};

use crate::words::words;

words! {
    /// How often a new file is begun, by local time.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Roll {
        /// `probes-2026-11-22T03.csv`
        Hour = "hour",
        /// `probes-2026-11-22.csv`
        Day = "day",
        /// `probes-2026-11.csv`
        Month = "month",
    }
}

/// An hour, day or month; parts finer than that are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    roll: Roll,
    year: i32,
    month: u32,
    day: u32,
    hour: u32,
}

impl Roll {
    pub(super) fn period(self, at: NaiveDateTime) -> Period {
        let mut period = Period {
            roll: self,
            year: at.year(),
            month: at.month(),
            day: 0,
            hour: 0,
        };
        if self != Self::Month {
            period.day = at.day();
        }
        if self == Self::Hour {
            period.hour = at.hour();
        }
        period
    }
}

impl Period {
    /// The file of this period: its name goes before the ending.
    pub(super) fn path(self, pattern: &Path) -> PathBuf {
        let Self {
            roll,
            year,
            month,
            day,
            hour,
        } = self;
        let mut name = OsString::from(pattern.file_stem().unwrap_or_default());
        name.push(match roll {
            Roll::Hour => format!("-{year:04}-{month:02}-{day:02}T{hour:02}"),
            Roll::Day => format!("-{year:04}-{month:02}-{day:02}"),
            Roll::Month => format!("-{year:04}-{month:02}"),
        });
        if let Some(ending) = pattern.extension() {
            name.push(".");
            name.push(ending);
        }
        pattern.with_file_name(name)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn the_period_stands_before_the_ending() {
        let at = NaiveDate::from_ymd_opt(2026, 11, 22)
            .unwrap()
            .and_hms_opt(3, 59, 59)
            .unwrap();
        let check = |roll: Roll, pattern: &str, path: &str| {
            assert_eq!(roll.period(at).path(Path::new(pattern)), Path::new(path));
        };
        check(Roll::Hour, "/a/probes.csv", "/a/probes-2026-11-22T03.csv");
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
        let at = |day, hour| {
            NaiveDate::from_ymd_opt(2026, 11, day)
                .unwrap()
                .and_hms_opt(hour, 0, 0)
                .unwrap()
        };
        assert_ne!(Roll::Hour.period(at(22, 3)), Roll::Hour.period(at(22, 4)));
        assert_eq!(Roll::Day.period(at(22, 3)), Roll::Day.period(at(22, 4)));
        assert_ne!(Roll::Day.period(at(22, 3)), Roll::Day.period(at(23, 3)));
        assert_eq!(Roll::Month.period(at(22, 3)), Roll::Month.period(at(23, 3)));
    }
}
