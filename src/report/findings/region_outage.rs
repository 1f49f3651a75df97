//! Outages of a region: its relays did not answer, while those of other regions did.

use crate::arrange::Arrange as _;
use std::collections::BTreeMap;

use super::region_chance::{HoursOut, fewest_at, fewest_meanwhile};
use super::region_rows::{answered_or_lost, may_be_merged};
use crate::judge::outages::OutageRule;
use crate::measure::folds::Finished;
use crate::report::build::KnownOutages;
use crate::stats::survey::{self, OTHER, Silence};

/// Lost rows in a row to the relays of a region, at least: others were answered in between.
const FEWEST: u64 = 5;

/// Silences of one region, of one or several series, that overlap.
#[derive(Debug)]
pub(super) struct RegionOutage {
    pub(super) region: usize,
    /// The first row behind the last answer that one of its series had before.
    pub(super) from: i64,
    /// The first answer behind the last of its rows; that row where there is none.
    pub(super) to: i64,
    pub(super) rows: u64,
    /// Whether no answer was seen behind it.
    pub(super) open: bool,
    /// Whether no answer was seen before it.
    pub(super) begun: bool,
    /// Causes by number.
    pub(super) causes: BTreeMap<u32, u64>,
    /// By the number of the series.
    of: BTreeMap<usize, Vec<OutagePart>>,
}

/// What one series had of it.
#[derive(Debug)]
struct OutagePart {
    from: i64,
    second: i64,
    to: i64,
    last_but_one: i64,
    last: i64,
    open: bool,
    before: Option<i64>,
    rows: u64,
    /// Of them in runs of lost rows that are outages of the series by themselves.
    in_outages: u64,
    /// None where it is too little to be an outage by itself.
    enough: Option<Enough>,
}

/// What made a silence an outage: lost rows, or microseconds if a length was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Enough {
    pub(super) amount: u64,
    /// So much was needed.
    pub(super) least: u64,
}

impl RegionOutage {
    /// Bounds it by the answers of all of its series: it began behind the last one before it, and ended with the first one
    /// behind it. A row that a series lost while another still had answers, or had them again, is chance.
    fn bound(&mut self) {
        let parts = || self.of.values().flatten();
        let answered = parts().filter_map(|part| part.before).max();
        let behind = |at: i64| answered.is_none_or(|answered| at >= answered);
        let from = parts().flat_map(|part| [part.from, part.second]);
        let from = from.filter(|from| behind(*from)).min();
        let end = parts().filter(|part| !part.open).map(|part| part.to).min();
        let is_before_end = |at: i64| end.is_none_or(|end| at <= end);
        // where two of one series lie beside it, the silences are not of one length
        let are_one = parts().all(|part| behind(part.second) && is_before_end(part.last_but_one));
        let last = parts().map(|part| part.last).max();
        if let Some(from) = from.filter(|from| are_one && is_before_end(*from)) {
            self.leave_out(from, end);
            (self.from, self.begun) = (from, answered.is_none());
            (self.to, self.open) = (end.or(last).unwrap_or(self.to), end.is_none());
            return;
        }
        let answers = parts().filter(|part| !part.open && Some(part.to) >= last);
        let to = answers.map(|part| part.to).min();
        let from = parts().map(|part| part.from);
        let from = from.filter(|from| behind(*from)).min();
        if let Some(to) = to {
            (self.to, self.open) = (to, false);
        }
        let (Some(from), Some(to)) = (from, to.or(last)) else {
            return;
        };
        let is_most = to.abs_diff(from) / 3 >= self.length() / 4;
        if to >= from && is_most {
            (self.from, self.begun) = (from, answered.is_none());
            self.to = to;
        }
    }

    /// Leaves out the rows of its series before it and behind it, of each one at most.
    fn leave_out(&mut self, from: i64, end: Option<i64>) {
        for part in self.of.values_mut().flatten() {
            let before = u64::from(part.from < from);
            let behind = u64::from(end.is_some_and(|end| part.last > end));
            let rows = part.rows.saturating_sub(before + behind);
            self.rows = self.rows.saturating_sub(part.rows - rows);
            part.rows = rows;
            part.in_outages = part.in_outages.min(rows);
        }
    }

    /// The time in which all of its series agree.
    pub(super) fn core(&self) -> Option<[i64; 2]> {
        let parts = || self.of.values().flatten();
        let answered = parts().filter_map(|part| part.before).max();
        let behind = answered.map_or(i64::MIN, |answered| answered.saturating_add(1));
        let answers = parts().filter(|part| !part.open).map(|part| part.to);
        let to = answers.map(|to| to.saturating_sub(1)).min();
        let core = [
            self.from.max(behind),
            to.map_or(self.to, |to| to.min(self.to)),
        ];
        (core[0] <= core[1]).then_some(core)
    }

    /// Takes in the lost rows of others that are too few to be an outage by themselves: nobody else got through.
    fn take_in_few(&mut self, rows: &Finished, known: &KnownOutages<'_>) {
        let Some([from, to]) = self.core() else {
            return;
        };
        let slack = self.length() / 4;
        let earliest = self.from.saturating_sub_unsigned(slack);
        let latest = self.to.saturating_add_unsigned(slack);
        for ((number, region), level) in &rows.levels {
            if *region != self.region || self.of.contains_key(number) {
                continue;
            }
            let silence = level.silences.iter().find(|silence| {
                let is_silent = silence.before.is_none_or(|before| before < from)
                    && (silence.open || silence.to > to);
                let is_then = silence.second <= to && silence.last_but_one >= from;
                let is_alike = silence.second >= earliest && silence.last_but_one <= latest;
                is_silent && is_then && is_alike
            });
            if let Some(silence) =
                silence.filter(|one| is_of_the_region(rows, known, (*number, *region), one))
            {
                let mut silence = silence.clone();
                let beside = u64::from(silence.from < earliest) + u64::from(silence.last > latest);
                silence.rows = silence.rows.saturating_sub(beside);
                let in_outages = in_outages(known, (*number, *region), &silence);
                self.take(*number, &silence, in_outages.min(silence.rows), None);
            }
        }
    }

    fn take(&mut self, number: usize, silence: &Silence, in_outages: u64, enough: Option<Enough>) {
        self.rows = self.rows.saturating_add(silence.rows);
        for (cause, count) in &silence.causes {
            *self.causes.entry(*cause).or_default() += count;
        }
        self.of.entry(number).or_default().push(OutagePart {
            from: silence.from,
            second: silence.second,
            to: silence.to,
            last_but_one: silence.last_but_one,
            last: silence.last,
            open: silence.open,
            before: silence.before,
            rows: silence.rows,
            in_outages,
            enough,
        });
    }

    /// Rows of it that are in no run of lost rows that the tables have.
    pub(super) fn is_in_pieces(&self) -> bool {
        let mut parts = self.of.values().flatten();
        parts.any(|part| part.rows > part.in_outages)
    }

    /// What its series had of it: the number of each, the first and the last lost row, and what made it an outage.
    pub(super) fn lost(&self) -> impl Iterator<Item = (usize, [i64; 2], Option<Enough>)> + '_ {
        let of = self.of.iter();
        of.flat_map(|(number, parts)| {
            let parts = parts.iter();
            parts.map(|part| (*number, [part.from, part.last], part.enough))
        })
    }

    /// Its length in microseconds.
    pub(super) fn length(&self) -> u64 {
        self.to.abs_diff(self.from)
    }

    /// The numbers of its series.
    pub(super) fn series(&self) -> impl Iterator<Item = usize> + '_ {
        self.of.keys().copied()
    }

    /// Rows of it, of series of a transport or all.
    pub(super) fn rows_over(&self, rows: &Finished, transport: Option<&str>) -> u64 {
        let is_over = |number: &usize| {
            transport.is_none_or(|transport| rows.series[*number].0[2] == transport)
        };
        let of = self.of.iter().filter(|(number, _)| is_over(number));
        of.flat_map(|(_, parts)| parts).map(|part| part.rows).sum()
    }

    /// Whether an outage of a series is a piece of it.
    pub(super) fn holds(&self, number: usize, outage: &survey::Outage) -> bool {
        outage.region == Some(self.region)
            && self.of.get(&number).is_some_and(|parts| {
                let mut parts = parts.iter();
                parts.any(|part| part.from <= outage.from && outage.to <= part.to)
            })
    }

    /// Lost rows of a series that are in it, and in no outage of the series by itself.
    pub(super) fn beyond(&self, number: usize) -> u64 {
        let parts = self.of.get(&number).into_iter().flatten();
        parts
            .map(|part| part.rows.saturating_sub(part.in_outages))
            .sum()
    }
}

/// All of them, in the order of time.
pub(super) fn all(rows: &Finished, known: &KnownOutages<'_>) -> Vec<RegionOutage> {
    let mut found: Vec<(usize, usize, &Silence, Enough)> = Vec::new();
    let levels = rows.levels.iter();
    let all = levels.map(|(_, level)| answered_or_lost(level, i64::MIN, i64::MAX).0);
    let all = all.fold(0, u64::saturating_add);
    for ((number, region), level) in &rows.levels {
        let name = rows.relays.region_name(*region);
        if name.is_empty() || name == OTHER || level.silences.is_empty() {
            continue;
        }
        let out = HoursOut::of(known, (*number, *region));
        let own = out.rows_beside(level, |_| true);
        let fewest = OutageRule::within(all, own).rows.max(FEWEST);
        let enough =
            |silence: &Silence| match rows.options.outage_us {
                Some(limit) => Enough {
                    amount: silence.to.abs_diff(silence.from),
                    least: limit,
                },
                None => {
                    Enough {
                        amount: silence.rows,
                        least: fewest.max(fewest_at(all, level, silence, &out)).max(
                            fewest_meanwhile(rows, all, (*number, *region), silence, &out),
                        ),
                    }
                }
            };
        let many = level.silences.iter();
        let many = many.filter(|silence| silence.rows >= FEWEST);
        let silences = many.map(|silence| (*number, *region, silence, enough(silence)));
        found.extend(silences.filter(|(number, region, silence, enough)| {
            enough.amount >= enough.least
                && is_of_the_region(rows, known, (*number, *region), silence)
        }));
    }
    found.arrange_by_key(|(_, _, silence, _)| silence.from);
    let mut outages: Vec<RegionOutage> = Vec::new();
    for (number, region, silence, enough) in found {
        let in_outages = in_outages(known, (number, region), silence);
        let known = outages
            .iter()
            .position(|one| one.region == region && silence.from <= one.to);
        let place = known.unwrap_or_else(|| {
            outages.push(RegionOutage {
                region,
                from: silence.from,
                to: silence.to,
                rows: 0,
                open: false,
                begun: false,
                causes: BTreeMap::new(),
                of: BTreeMap::new(),
            });
            outages.len() - 1
        });
        let outage = &mut outages[place];
        outage.to = outage.to.max(silence.to);
        outage.open |= silence.open;
        outage.begun |= silence.before.is_none();
        outage.take(number, silence, in_outages, Some(enough));
    }
    for outage in &mut outages {
        outage.bound();
        outage.take_in_few(rows, known);
    }
    outages
}

/// The outages of a series within a silence, or about it.
fn overlapping<'a>(
    known: &KnownOutages<'a>,
    number: usize,
    silence: &'a Silence,
) -> impl Iterator<Item = &'a survey::Outage> {
    known
        .of(number)
        .filter(|outage| outage.from <= silence.to && outage.to >= silence.from)
}

fn in_outages(
    known: &KnownOutages<'_>,
    (number, region): (usize, usize),
    silence: &Silence,
) -> u64 {
    let all = overlapping(known, number, silence);
    let pieces = all.filter(|outage| outage.region == Some(region));
    pieces.map(|outage| outage.rows).sum()
}

/// Whether other regions answered the series meanwhile, and it measured all the time.
fn is_of_the_region(
    rows: &Finished,
    known: &KnownOutages<'_>,
    (number, region): (usize, usize),
    silence: &Silence,
) -> bool {
    let series = &rows.series[number].1;
    let mut others = rows
        .levels
        .iter()
        .filter(|((of, other), _)| *of == number && *other != region);
    let has_others = others.any(|(_, level)| {
        let (all, lost) = answered_or_lost(level, silence.from, silence.to);
        all > lost
    });
    let length = silence.last.abs_diff(silence.from);
    let of_all = overlapping(known, number, silence).filter(|outage| outage.region != Some(region));
    let together = of_all.map(|outage| {
        outage
            .to
            .min(silence.last)
            .abs_diff(outage.from.max(silence.from))
    });
    has_others
        && !may_be_merged(rows, (number, region), silence)
        && series.is_in_order()
        && together.fold(0, u64::saturating_add) <= length / 2
        && !series
            .gaps()
            .iter()
            .any(|gap| gap.from < silence.to && gap.to > silence.from)
}
