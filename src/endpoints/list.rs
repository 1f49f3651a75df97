//! Microsoft's list, its age, and the ranges that it decides by.

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

use super::set::{MEDIA, TEAMS};
use super::{Ranges, Set, known};

/// A list that is older is worth a word: Microsoft changes it at the beginning of a month, announced
/// 30 days ahead.
pub const OLD_AFTER_DAYS: i64 = 90;

/// Where a list came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// This program.
    BuiltIn,
    /// A file of this name.
    File(String),
}

/// A list of endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Where it came from.
    pub origin: Origin,
    /// Microsoft's number of it, such as 2026081400, where it is known.
    pub version: Option<String>,
    /// Its day, where it is known.
    pub date: Option<NaiveDate>,
    /// Its entries, [`MEDIA`] and [`TEAMS`] among them.
    pub sets: Vec<Set>,
    /// Names in it that are none.
    pub unread: usize,
}

/// Which list decided, and how old it was: what programs read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListFacts {
    /// `built-in`, or the file.
    pub source: String,
    /// Microsoft's number of it.
    pub version: Option<String>,
    /// Its day.
    pub date: Option<NaiveDate>,
    /// Its age.
    pub age_days: Option<i64>,
    /// Whether it is older than 90 days; none where that cannot be told.
    pub is_old: Option<bool>,
}

impl Default for List {
    fn default() -> Self {
        let (year, month, day) = known::DATE;
        Self {
            origin: Origin::BuiltIn,
            version: None,
            date: NaiveDate::from_ymd_opt(year, month, day),
            sets: known::sets(),
            unread: 0,
        }
    }
}

impl List {
    /// The entry with this number.
    pub fn set(&self, id: u32) -> Option<&Set> {
        self.sets.iter().find(|set| set.id == id)
    }

    /// The ranges of its relays.
    pub fn ranges(&self) -> Ranges {
        let of = |id| self.set(id).map(|set| set.ranges.clone());
        Ranges {
            media: of(MEDIA).unwrap_or_default().into(),
            others: of(TEAMS).unwrap_or_default().into(),
        }
    }

    /// Its day; none where it does not say.
    pub fn date(&self) -> Option<NaiveDate> {
        self.date
    }

    /// Days since its own.
    fn age(&self, today: NaiveDate) -> Option<i64> {
        let days = |day: NaiveDate| i64::from(day.num_days_from_ce());
        Some(days(today).saturating_sub(days(self.date?)))
    }

    /// What programs read of it.
    pub fn facts(&self, today: NaiveDate) -> ListFacts {
        let age_days = self.age(today);
        ListFacts {
            source: match &self.origin {
                Origin::BuiltIn => "built-in".to_owned(),
                Origin::File(name) => name.clone(),
            },
            version: self.version.clone(),
            date: self.date,
            age_days,
            is_old: age_days.map(|days| days > OLD_AFTER_DAYS),
        }
    }

    /// Which list it is, in a few words.
    pub fn named(&self) -> String {
        match (&self.origin, self.date) {
            (Origin::BuiltIn, Some(date)) => format!("the built-in list of {date}"),
            (Origin::BuiltIn, None) => "the built-in list".to_owned(),
            (Origin::File(name), Some(date)) => format!("the list of {date} in {name}"),
            (Origin::File(name), None) => format!("the list in {name}, which names no date"),
        }
    }

    /// What is to be said where it decides something and is old, or may be.
    pub fn warning(&self, today: NaiveDate) -> Option<String> {
        let named = self.named();
        let Some(age) = self.age(today) else {
            return Some(format!(
                "whether an address belongs to Teams was decided by {named}: it may be older than {OLD_AFTER_DAYS} days. \
                 Get one with its date with `turnprobe endpoints fetch -o FILE`"
            ));
        };
        let fix = match &self.origin {
            Origin::BuiltIn => {
                "Get a new one with `turnprobe endpoints fetch -o FILE`, and pass it with --endpoints FILE"
                    .to_owned()
            }
            Origin::File(name) => format!("Get a new one with `turnprobe endpoints fetch -o {name}`"),
        };
        (age > OLD_AFTER_DAYS).then(|| {
            format!(
                "whether an address belongs to Teams was decided by {named}, which is {age} days old. {fix}"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_list_is_old_from_its_ninety_first_day_on() {
        let list = List::default();
        let old = |today| list.facts(day(today)).is_old;
        // 2026-08-14 and 90 days
        assert_eq!(old("2026-11-12"), Some(false));
        assert_eq!(old("2026-11-13"), Some(true));
        assert_eq!(list.warning(day("2026-11-12")), None);
        let said = list.warning(day("2026-11-13")).unwrap();
        assert_eq!(
            said,
            "whether an address belongs to Teams was decided by the built-in list of 2026-08-14, which is 91 days old. Get a \
             new one with `turnprobe endpoints fetch -o FILE`, and pass it with --endpoints FILE"
        );
    }

    #[test]
    fn the_age_of_a_list_without_a_date_cannot_be_told() {
        let list = List {
            origin: Origin::File("raw.json".to_owned()),
            date: None,
            ..List::default()
        };
        let facts = list.facts(day("2026-11-13"));
        assert_eq!((facts.age_days, facts.is_old), (None, None));
        let said = list.warning(day("2026-11-13")).unwrap();
        assert!(said.contains("may be older than 90 days"), "{said}");
        assert!(said.contains("raw.json"), "{said}");
    }

    #[test]
    fn the_ranges_of_the_built_in_list_are_those_that_decide_without_it() {
        assert_eq!(List::default().ranges(), super::super::TEAMS_RANGES);
    }
}
