//! The sides at different times: days against days, of the hours that both have. A shorter stretch is no
//! sample of its own, as what a path does in one minute it does in the next.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDate, Timelike as _};

use super::blocks::FEWEST_VALUES;
use super::measures::{COUNT, Mean, Measures, less, median, values};
use crate::zone::Zone;

/// Hours of a day.
const HOURS: usize = 24;

/// Which day and hour a block belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    zone: Zone,
    block_s: i64,
    /// The hour of the clock at which a day begins.
    begins: u32,
}

impl Calendar {
    /// Of the blocks that there are, by number. Days begin behind the longest pause of the hours of the clock, so
    /// that a night is one day; at midnight where there is no pause.
    pub fn of<'a>(zone: Zone, block_s: i64, numbers: impl Iterator<Item = &'a i64>) -> Self {
        let mut calendar = Self {
            zone,
            block_s,
            begins: 0,
        };
        let mut used = [false; HOURS];
        for block in numbers {
            if let Some(used) = used.get_mut(calendar.hour(*block)) {
                *used = true;
            }
        }
        let mut longest = 0;
        for (first, hour) in (0_u32..).zip(0..HOURS) {
            // the hours before it, back around the clock
            let before = used[..hour].iter().rev().chain(used[hour..].iter().rev());
            let pause = before.take_while(|used| !**used).count();
            if used[hour] && pause > longest {
                (longest, calendar.begins) = (pause, first);
            }
        }
        calendar
    }

    /// The hour of the clock of a block.
    fn hour(&self, block: i64) -> usize {
        self.shown(block, 0).1
    }

    fn day(&self, block: i64) -> NaiveDate {
        self.shown(block, self.begins).0
    }

    /// What the clocks showed at a block's begin so many hours before.
    fn shown(&self, block: i64, hours_before: u32) -> (NaiveDate, usize) {
        let at = DateTime::from_timestamp(block.saturating_mul(self.block_s), 0);
        let shown = self.zone.show(at.unwrap_or_default()).naive_local();
        let before = Duration::hours(hours_before.into());
        let shown = shown.checked_sub_signed(before).unwrap_or(shown);
        (shown.date(), shown.hour() as usize)
    }

    /// Whether an hour of the clock can be told of a block.
    fn has_hours(&self) -> bool {
        self.block_s <= 3600
    }
}

/// Values by day of both sides.
#[derive(Debug, Default)]
pub struct Days {
    sides: [BTreeMap<NaiveDate, Mean>; 2],
}

impl Days {
    /// Takes the blocks of a region in, with its weight. `of` says how many values some blocks have and what
    /// they say together.
    pub fn add<T>(
        &mut self,
        sides: &[BTreeMap<i64, T>; 2],
        calendar: &Calendar,
        weight: f64,
        of: impl Fn(&[&T]) -> Option<(u64, Measures)>,
    ) {
        let hours = sides.each_ref().map(|blocks| {
            let hours = blocks.keys().map(|block| calendar.hour(*block));
            hours.collect::<BTreeSet<usize>>()
        });
        let counts = |block: i64| {
            let hour = calendar.hour(block);
            !calendar.has_hours() || hours.iter().all(|hours| hours.contains(&hour))
        };
        let said = sides.each_ref().map(|blocks| {
            let mut days: BTreeMap<NaiveDate, (Vec<&T>, BTreeSet<usize>)> = BTreeMap::new();
            for (block, values) in blocks.iter().filter(|(block, _)| counts(**block)) {
                let (all, hours) = days.entry(calendar.day(*block)).or_default();
                all.push(values);
                hours.insert(calendar.hour(*block));
            }
            let fullest = days.values().map(|(_, hours)| hours.len()).max();
            let half = fullest.unwrap_or(0).div_ceil(2);
            let whole = days
                .into_iter()
                .filter(|(_, (_, hours))| hours.len() >= half);
            let said = whole.filter_map(|(day, (values, _))| {
                let (n, measures) = of(&values)?;
                (n >= FEWEST_VALUES).then_some((day, measures))
            });
            said.collect::<BTreeMap<NaiveDate, Measures>>()
        });
        if said.iter().any(BTreeMap::is_empty) {
            return;
        }
        // what is usual in the region, so that a day without it is not lower or higher for that
        let usual = usual(&said);
        for (into, days) in self.sides.iter_mut().zip(said) {
            for (day, measures) in days {
                let mean = into.entry(day).or_default();
                mean.add(less(measures, usual), weight);
            }
        }
    }

    /// The values of each side, less what is usual.
    pub fn values(&self) -> [Vec<Measures>; 2] {
        self.sides
            .each_ref()
            .map(|days| days.values().map(Mean::mean).collect())
    }
}

/// The median of the days of both sides.
fn usual(sides: &[BTreeMap<NaiveDate, Measures>; 2]) -> Measures {
    let mut usual = [None; COUNT];
    for (place, usual) in usual.iter_mut().enumerate() {
        let all = sides.iter().flat_map(BTreeMap::values);
        *usual = median(values(all, place));
    }
    usual
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK_S: i64 = 600;

    /// The number of the block at an hour of a day since 1970.
    fn block(day: i64, hour: i64) -> i64 {
        (day * 24 + hour) * 6
    }

    fn days(sides: &[BTreeMap<i64, (u64, f64)>; 2], zone: Zone) -> [Vec<f64>; 2] {
        let all = sides.iter().flat_map(BTreeMap::keys);
        let calendar = Calendar::of(zone, BLOCK_S, all);
        let mut days = Days::default();
        days.add(sides, &calendar, 1.0, |values: &[&(u64, f64)]| {
            let n = values.iter().map(|(n, _)| n).sum();
            let middle = median(values.iter().map(|(_, value)| *value).collect())?;
            Some((n, [Some(middle), None, None]))
        });
        days.values().map(|side| values(&side, 0))
    }

    #[test]
    fn a_night_is_one_day_though_midnight_lies_in_it() {
        let night = |day: i64, value: f64| {
            let hours = [(day, 22), (day, 23), (day + 1, 0), (day + 1, 6)];
            hours.map(|(day, hour)| (block(day, hour), (30, value)))
        };
        let a = (0..4).flat_map(|day| night(day, 10.0)).collect();
        let b = (10..15).flat_map(|day| night(day, 13.0)).collect();
        let [a, b] = days(&[a, b], Zone::Utc);
        assert_eq!((a.len(), b.len()), (4, 5));
        assert!((b[0] - a[0] - 3.0).abs() < 1e-9);
    }

    // the second side has no hour 20, in which the first one is slow
    #[test]
    fn hours_that_only_one_side_has_do_not_count() {
        let a = (0..4).flat_map(|day| [(block(day, 8), (30, 10.0)), (block(day, 20), (90, 50.0))]);
        let b = (7..11).map(|day| (block(day, 8), (30, 10.0)));
        let [a, b] = days(&[a.collect(), b.collect()], Zone::Utc);
        assert_eq!((a, b), (vec![0.0; 4], vec![0.0; 4]));
    }

    #[test]
    fn a_day_of_few_values_or_of_less_than_half_its_hours_does_not_count() {
        let whole = |day: i64| (0..24).map(move |hour| (block(day, hour), (30, 10.0)));
        let a = (0..4).flat_map(whole);
        let short = (0..11).map(|hour| (block(30, hour), (30, 99.0)));
        let b = (20..24).flat_map(whole).chain(short);
        let [_, b] = days(&[a.collect(), b.collect()], Zone::Utc);
        assert_eq!(b, vec![0.0; 4]);
        let few = |day: i64| (block(day, 8), (19, 10.0));
        let [a, _] = days(
            &[(0..4).map(few).collect(), (7..11).map(few).collect()],
            Zone::Utc,
        );
        assert!(a.is_empty());
    }

    #[test]
    fn days_begin_at_midnight_of_the_zone_where_there_is_no_pause() {
        let berlin: Zone = "+01:00".parse().unwrap();
        let all: Vec<i64> = (0..24).map(|hour| block(0, hour)).collect();
        let calendar = Calendar::of(berlin, BLOCK_S, all.iter());
        let date = |day| NaiveDate::from_ymd_opt(1970, 1, day).unwrap();
        assert_eq!(calendar.day(block(0, 22)), date(1));
        assert_eq!(calendar.day(block(0, 23)), date(2));
    }
}
