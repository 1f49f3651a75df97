//! What counts as an outage, and what as lost probes.
//!
//! Random losses are not the same all day: a line that is full at nine o'clock each day, or on one bad day, loses several
//! probes in a row then, and that is not an outage either. So a run of lost rows is compared with the share of losses of
//! all rows of its series, of its hour of the day, and of its day.

use std::collections::BTreeMap;

use crate::stats::survey::{LostHour, LostRuns, RolledLosses};

/// How often lost probes alone may look like an outage in all rows of a series.
const BY_CHANCE: f64 = 0.01;

/// Lost rows in a row that an outage has at least, however rare losses are.
const FEWEST: u64 = 3;

/// Answers of the usual share that count beside those of an hour or a day.
const PRIOR: f64 = 8.0;

/// What makes an outage of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutageRule {
    /// So many lost rows in a row.
    pub rows: u64,
    /// The share of lost rows, from 0 to 1, by which that many do not come by chance.
    pub share: f64,
}

impl OutageRule {
    /// For a series of so many rows that tell something, so many of them lost: the fewest in a row that single losses,
    /// each independent of the others, make at most once in a hundred such series.
    ///
    /// With n rows and a share p of them lost, a given row begins k lost ones with p^k, so that n p^k <= 0.01 wants
    /// k >= ln(0.01 / n) / ln p.
    pub fn of(rows: u64, lost: u64) -> Self {
        Self::within(rows, [rows, lost])
    }

    /// The same at most once in a hundred reports of `all` rows, of which the series is a part.
    pub fn within(all: u64, [rows, lost]: [u64; 2]) -> Self {
        let share = (lost.min(rows) as f64 / rows.max(1) as f64).clamp(0.0, 1.0);
        // where all is lost, chance has no part in it; of one or two rows it may
        let rows = if lost >= rows {
            FEWEST
        } else {
            fewest(all, share)
        };
        Self { rows, share }
    }

    /// The fewest of a run that this share of losses does not make by chance in a report of `all` rows, of several series.
    pub fn in_all(self, all: u64) -> u64 {
        self.rows.max(fewest(all, self.share))
    }

    /// For runs in some of `all` rows, such as those of an hour of the day, where so many of so many are lost at other
    /// times that are alike.
    pub fn where_lost(all: u64, [rows, lost]: [u64; 2]) -> u64 {
        fewest(all, lost as f64 / rows.max(1) as f64)
    }

    /// For runs in some of the rows, such as those of an hour of the day, of a series of `all` rows: the fewest in a row
    /// that the shorter runs there do not make by chance.
    ///
    /// Where losses are independent, an answer is followed by a loss as often as p says; so p is runs by answers, and only
    /// runs shorter than k count, as longer ones may be outages: one that comes each night is no chance. With n p^k
    /// as above for all n rows of the series, the hours together make one in a hundred series, too. A few rows say little
    /// of their own, so p is that of [`PRIOR`] answers of the `usual` share beside them.
    fn among<'a>(all: u64, usual: f64, hours: impl Iterator<Item = &'a LostHour>) -> Self {
        let mut answered = 0_u64;
        let mut runs: BTreeMap<u64, u64> = BTreeMap::new();
        for hour in hours {
            answered = answered.saturating_add(hour.answered);
            for (rows, of) in &hour.runs {
                let count = runs.entry(*rows).or_default();
                *count = count.saturating_add(of.count);
            }
        }
        let wanted = BY_CHANCE / all.max(1) as f64;
        let mut rows = FEWEST;
        loop {
            let shorter: u64 = runs.range(..rows).map(|(_, count)| count).sum();
            let share = (shorter as f64 + PRIOR * usual) / (answered as f64 + PRIOR);
            let share = share.min(0.5);
            if share.powf(rows as f64) <= wanted {
                return Self { rows, share };
            }
            rows = rows.saturating_add(1);
        }
    }
}

/// The fewest lost rows in a row that come by chance at most once in a hundred series of so many rows, a share of them lost.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts far below 2^53
fn fewest(rows: u64, share: f64) -> u64 {
    // of rows most of which are lost the losses are the rule, and a run of them no chance
    let p = share.min(0.5);
    if p <= 0.0 {
        return FEWEST;
    }
    let wanted = ((BY_CHANCE / rows.max(1) as f64).ln() / p.ln()).ceil();
    (wanted.max(0.0) as u64).max(FEWEST)
}

/// By what share of lost rows a run is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usual {
    /// That of all rows of the series.
    Always,
    /// That of its hour of the day.
    AtThatHour,
    /// That of its day.
    OnThatDay,
}

/// What makes an outage of a series, at each time.
#[derive(Debug, Clone)]
pub struct OutageRules {
    /// Whenever it is.
    pub always: OutageRule,
    /// By hour of the day, by UTC.
    by_hour: [OutageRule; 24],
    /// By day since 1970.
    by_day: BTreeMap<i64, OutageRule>,
}

impl OutageRules {
    /// For a series of so many rows that tell something, so many of them lost, in these runs.
    pub fn of(rows: u64, lost: u64, runs: &LostRuns) -> Self {
        let always = OutageRule::of(rows, lost);
        if lost >= rows {
            // without a single answer no hour is better than others
            return Self {
                always,
                by_hour: [always; 24],
                by_day: BTreeMap::new(),
            };
        }
        let usual = OutageRule::among(rows, 0.0, runs.hours().map(|(_, hour)| hour)).share;
        let of_hour = |hour: i64| {
            let hours = runs.hours();
            let hours = hours.filter(move |(number, _)| number.rem_euclid(24) == hour);
            OutageRule::among(rows, usual, hours.map(|(_, hour)| hour))
        };
        let mut days: BTreeMap<i64, Vec<&LostHour>> = BTreeMap::new();
        for (number, hour) in runs.hours() {
            let day = days.entry(number.div_euclid(24)).or_default();
            day.push(hour);
        }
        let of_day = |hours: Vec<&LostHour>| OutageRule::among(rows, usual, hours.into_iter());
        Self {
            always,
            by_hour: std::array::from_fn(|hour| of_hour(i64::try_from(hour).unwrap_or(0))),
            by_day: days
                .into_iter()
                .map(|(day, hours)| (day, of_day(hours)))
                .collect(),
        }
    }

    /// For a run that begins in this hour since 1970: the strictest one, and what it goes by.
    pub fn at(&self, hour: Option<i64>) -> (OutageRule, Usual) {
        let mut rule = (self.always, Usual::Always);
        let Some(hour) = hour else {
            return rule;
        };
        let of_hour =
            usize::try_from(hour.rem_euclid(24)).map_or(self.always, |at| self.by_hour[at]);
        let of_day = self.by_day.get(&hour.div_euclid(24));
        for other in [
            Some((of_hour, Usual::AtThatHour)),
            of_day.map(|rule| (*rule, Usual::OnThatDay)),
        ] {
            if let Some(other) = other
                && other.0.rows > rule.0.rows
            {
                rule = other;
            }
        }
        rule
    }

    /// The most lost rows in a row that are no outage.
    pub fn longest_by_chance(&self, runs: &LostRuns) -> u64 {
        let longest = runs.hours().filter_map(|(number, hour)| {
            let (rule, _) = self.at(Some(number));
            let shorter = hour.runs.range(..rule.rows);
            shorter.last().map(|(rows, _)| *rows)
        });
        longest.max().unwrap_or(0)
    }

    /// For the most rows in a row that roll-ups know: they may have come in an hour of the day that loses many.
    pub fn in_rollups(&self, rolled: &RolledLosses) -> u64 {
        let ([rows, lost], hour) = rolled.worst;
        let [all, all_lost] = rolled.by_hour[hour.min(23)];
        let others = [all.saturating_sub(rows), all_lost.saturating_sub(lost)];
        let in_all: u64 = rolled.by_hour.iter().map(|[rows, _]| rows).sum();
        (self.always.rows).max(OutageRule::where_lost(in_all, others))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::stats::survey::Outage;

    const HOUR: i64 = 3_600_000_000;

    /// A run of so many lost rows in an hour.
    fn outage(hour: i64, rows: u64) -> Outage {
        Outage {
            from: hour * HOUR,
            last: hour * HOUR,
            to: hour * HOUR,
            length: 0,
            open: false,
            begun: false,
            rows,
            requests: rows,
            region: None,
            address: None,
            causes: HashMap::new(),
        }
    }

    /// Ten days at a row a minute; from nine to ten each day runs of so many lost rows.
    fn runs(of_a_day: &[u64]) -> LostRuns {
        let mut runs = LostRuns::new(None);
        for hour in 0..240 {
            let lost = if hour % 24 == 9 { of_a_day } else { &[] };
            for _ in 0..60 - lost.iter().sum::<u64>() {
                runs.answer(hour * HOUR);
            }
            for rows in lost {
                runs.add(&outage(hour, *rows));
            }
        }
        runs.close();
        runs
    }

    // by hand, for n = 14,400: 5 of 55 by one and one by two, p = 6/53, k = ln(14,400/0.01)/ln(53/6) = 14.18/2.18 = 6.5;
    // else 70 of 14,400 lost, k = 14.18/5.33 = 2.7; what comes each night is an outage of five rows
    #[test]
    fn a_run_is_longer_where_its_hour_loses_many_and_a_nightly_outage_stays_one() {
        let bad = runs(&[1, 1, 1, 1, 1, 2]);
        let rules = OutageRules::of(14_400, 70, &bad);
        let rows = |hour| rules.at(hour).0.rows;
        assert_eq!((rows(Some(33)), rows(Some(34)), rows(None)), (7, 3, 3));
        assert_eq!(rules.at(Some(33)).1, Usual::AtThatHour);
        assert_eq!(rules.longest_by_chance(&bad), 2);

        let nightly = runs(&[5]);
        let rules = OutageRules::of(14_400, 50, &nightly);
        assert_eq!(rules.at(Some(33)).0.rows, 3);
        assert_eq!(nightly.parted(|hour| rules.at(hour).0.rows).0.count, 10);
    }

    // by hand, for n = 1,389 of which 9 were lost, one and eight in a row, in an hour without an answer: usual 2/1380, so
    // p = (1 + 8 x 0.00145)/8 = 0.126, k = ln(1,389/0.01)/ln(1/0.126) = 11.84/2.07 = 5.7
    #[test]
    fn an_hour_of_which_little_is_known_is_taken_for_nearly_as_good_as_the_others() {
        let mut runs = LostRuns::new(None);
        for hour in (0..24).filter(|hour| *hour != 10) {
            for _ in 0..60 {
                runs.answer(hour * HOUR);
            }
        }
        for rows in [1, 8] {
            runs.add(&outage(10, rows));
        }
        runs.close();
        let rules = OutageRules::of(1_389, 9, &runs);
        assert_eq!(rules.at(Some(10)).0.rows, 6);
        // without any answer there is no share of losses to go by
        let mut lost = LostRuns::new(None);
        lost.add(&outage(10, 1));
        lost.add(&outage(10, 5));
        assert_eq!(OutageRules::of(6, 6, &lost).at(Some(10)).0.rows, 3);
    }

    // by hand: ln(0.01/10^4)/ln(0.005) = 2.6, and for a hundred such series ln(0.01/10^6)/ln(0.005) = 3.5
    #[test]
    fn of_many_series_one_has_a_run_by_chance_that_a_single_one_has_not() {
        let rule = OutageRule::of(10_000, 50);
        assert_eq!((rule.rows, rule.in_all(1_000_000)), (3, 4));
    }

    // by hand: ln(0.01/230000)/ln(0.01) = 16.95/4.605 = 3.7; of half lost, 1,000 rows: ln(1e-5)/ln(0.5) = 16.6
    #[test]
    fn the_more_is_lost_the_longer_a_run_must_be() {
        let k = |rows, lost| OutageRule::of(rows, lost).rows;
        assert_eq!(k(230_000, 2_300), 4);
        assert_eq!(k(230_000, 23), 3);
        assert_eq!(k(1_000, 500), 17);
        assert_eq!(k(1_000, 900), 17);
        assert_eq!(k(1_000, 0), 3);
        assert_eq!((k(30, 30), k(2, 2), k(1, 1), k(0, 0)), (3, 3, 3, 3));
    }
}
