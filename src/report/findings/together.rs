//! Which outages of several series are one: it is counted and listed once.

use std::collections::HashMap;

use super::found::Inputs;
use super::joined::joined;
use crate::report::model::ReportedSeries;
use crate::stats::survey;
use crate::stats::units::moment;

/// The numbers of the outages that are kept, each by its series and its beginning.
#[derive(Debug, Default)]
pub(super) struct OutageGroups {
    numbers: HashMap<(usize, i64), usize>,
    count: usize,
}

impl OutageGroups {
    /// Those that can have been one, of different series; of the outage of a region, all of its pieces.
    pub(super) fn of(about: &Inputs<'_>) -> Self {
        let mut together = Self::default();
        let mut of_regions: HashMap<usize, usize> = HashMap::new();
        let mut others: Vec<(usize, &survey::Outage)> = Vec::new();
        for (number, outage) in about.in_order() {
            let mut regional = about.regional.iter();
            let Some(region) = regional.position(|one| one.holds(number, outage)) else {
                others.push((number, outage));
                continue;
            };
            let known = *of_regions.entry(region).or_insert_with(|| together.next());
            together.numbers.insert((number, outage.from), known);
        }
        for one in joined(others.into_iter(), |number| about.usual_us(number)) {
            let next = together.next();
            let of = one.of.iter();
            let numbers = of.map(|(number, outage)| ((*number, outage.from), next));
            together.numbers.extend(numbers);
        }
        together
    }

    fn next(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }

    /// Numbers the outages of series, and tells how many there are in all: of those that are not kept, each is one.
    pub(super) fn number(&self, all: &mut [ReportedSeries]) -> u64 {
        let mut outages = self.count as u64;
        for (number, series) in all.iter_mut().enumerate() {
            let kept = series.longest_outages.len() as u64;
            outages = outages.saturating_add(series.outages.saturating_sub(kept));
            for (from, event) in self.of_series(number) {
                let outages = series.longest_outages.iter_mut();
                for outage in outages.filter(|outage| outage.from == moment(from)) {
                    outage.event = event;
                }
            }
        }
        outages
    }

    fn of_series(&self, wanted: usize) -> impl Iterator<Item = (i64, usize)> + '_ {
        let all = self.numbers.iter();
        let of_it = all.filter(move |((number, _), _)| *number == wanted);
        of_it.map(|((_, from), event)| (*from, *event))
    }
}
