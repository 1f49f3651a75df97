//! Dates of three pairs of digits between points, `26.06.01`: which of the two ends is the year.

use super::{DayOrder, Local};

/// Years in which rows can have been measured, where a date has two digits for it and can be read in two ways: End2End is of
/// 2018.
const YEARS: std::ops::RangeInclusive<i64> = 2018..=2039;

impl Local {
    /// What comes first where the month does not come second, in words.
    pub fn other_first(&self) -> &'static str {
        if self.year_first.is_some() {
            "year"
        } else {
            "month"
        }
    }

    /// Whether it is a date of three pairs of digits.
    pub fn is_of_pairs(&self) -> bool {
        self.year_first.is_some()
    }

    /// What a date of three pairs has first, where only one of the two is a day on which rows can have been measured.
    pub(super) fn first_of_pairs(&self) -> Option<DayOrder> {
        let can_be = |order, year| self.shown(order).is_some() && YEARS.contains(&year);
        let by_day = can_be(DayOrder::DayFirst, self.year);
        let by_year = can_be(DayOrder::MonthFirst, self.year_first?.0);
        match (by_day, by_year) {
            (true, false) => Some(DayOrder::DayFirst),
            (false, true) => Some(DayOrder::MonthFirst),
            _ => None,
        }
    }

    /// The order of a date of three pairs, where it tells it: also where both are the same day, or neither can be.
    pub(super) fn of_pairs(&self) -> Option<DayOrder> {
        let [day_first, year_first] =
            [DayOrder::DayFirst, DayOrder::MonthFirst].map(|order| self.shown(order));
        let can_be = YEARS.contains(&self.year) && day_first.is_some();
        let is_same = day_first == year_first || !can_be;
        self.first_of_pairs()
            .or(is_same.then_some(DayOrder::DayFirst))
    }
}
