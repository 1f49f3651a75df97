//! What the order of the rows shows: answers, outages and gaps of each series, and the time in which none of them
//! measured.

use super::schedule::{ReportedGaps, gaps};
use crate::arrange::Arrange as _;
use crate::judge::outages::OutageRules;
use crate::measure::folds::Finished;
use crate::report::model::{InRollups, ListedOutage, ReportedSeries};
use crate::schema::through::proxy_of;
use crate::stats::Count;
use crate::stats::survey::{self, SeriesName, gaps_of_all as between};
use crate::stats::units::{moment, percent, seconds};
use crate::stats::wilson;

/// One for each host, target and transport that has rows.
pub fn all(rows: &Finished) -> Vec<ReportedSeries> {
    let series = rows.series.iter();
    series
        .map(|(name, series)| one(rows, name, series))
        .collect()
}

/// The gaps in which no series measured.
pub fn gaps_of_all(rows: &Finished) -> ReportedGaps {
    let series = rows.series.iter().map(|(_, series)| series);
    if series.clone().any(|series| series.rolled.is_some()) {
        return ReportedGaps::default();
    }
    // of a single one its own, whose lengths do not depend on the clock
    if let [(_, one)] = rows.series.as_slice()
        && one.is_in_order()
    {
        return of(rows, one);
    }
    let own = series.clone().flat_map(survey::Series::gaps).collect();
    let presences: Vec<_> = series.flat_map(survey::Series::presences).collect();
    gaps(rows, &between(presences.clone(), own), &presences)
}

/// What makes an outage of a series.
fn outage_rules(series: &survey::Series) -> OutageRules {
    let outcomes = series.outcomes;
    OutageRules::of(outcomes.telling(), outcomes.lost(), &series.lost_runs)
}

/// The outages of all series, as far as they are kept.
pub struct KnownOutages<'a> {
    rows: &'a Finished,
    rules: Vec<OutageRules>,
}

impl<'a> KnownOutages<'a> {
    /// Of these rows.
    pub fn new(rows: &'a Finished) -> Self {
        let rules = rows.series.iter().map(|(_, series)| outage_rules(series));
        Self {
            rows,
            rules: rules.collect(),
        }
    }

    /// Those of a series.
    pub fn of(&self, number: usize) -> impl Iterator<Item = &'a survey::Outage> {
        let series = &self.rows.series[number].1;
        let rules = &self.rules[number];
        series.longest_outages.iter().filter(|outage| {
            let (rule, _) = rules.at(Some(outage.hour()));
            series.lost_runs.is_outage(outage, rule.rows)
        })
    }

    /// What makes an outage of a series.
    pub fn rules(&self, number: usize) -> &OutageRules {
        &self.rules[number]
    }
}

fn one(rows: &Finished, name: &SeriesName, series: &survey::Series) -> ReportedSeries {
    // rows that failed on the computer that measured, and alerts of whoever, say nothing of the relay
    let outcomes = series.outcomes;
    let (telling, lost) = (outcomes.telling(), outcomes.lost());
    let (low, high) = wilson(outcomes.answered, telling).unwrap_or((0.0, 1.0));
    // of rows that are out of order nothing about their order can be told
    let told = series.is_in_order();
    let rules = outage_rules(series);
    let (outages, _) = series.lost_runs.parted(|hour| rules.at(hour).0.rows);
    let is_outage = |outage: &&survey::Outage| {
        let (rule, _) = rules.at(Some(outage.hour()));
        series.lost_runs.is_outage(outage, rule.rows)
    };
    let all = series.longest_outages.iter().filter(|_| told);
    let mut longest: Vec<&survey::Outage> = all.filter(is_outage).collect();
    longest.arrange_by_key(|outage| outage.from);
    let runs = series.latest_runs.iter();
    let lost_runs = runs.filter(|run| told && !is_outage(run));
    // where there are roll-ups, somebody measured, and nobody knows when
    let gaps = if told && series.rolled.is_none() {
        of(rows, series)
    } else {
        ReportedGaps::default()
    };
    let in_rollups = series.rolled.map(|rolled| InRollups {
        rows: rolled.rows,
        lost: rolled.lost,
        lost_in_a_row: rolled.in_a_row,
        longest_s: seconds(rolled.longest_us),
        interval: rolled.at.map(moment),
        is_outage: rolled.lost > 0
            && (series.lost_runs).is_rolled_outage(
                rolled.longest_us,
                rolled.in_a_row,
                rules.in_rollups(&rolled),
            ),
    });
    // which of them are in an outage, roll-ups do not say
    let outside = in_rollups.filter(|rolled| rolled.is_outage);
    let lost_outside = lost.saturating_sub(outside.map_or(0, |rolled| rolled.lost));
    let [host, target, transport] = name.clone();
    ReportedSeries {
        host,
        target,
        proxy: proxy_of(&transport),
        transport,
        outcomes,
        answered_percent: percent(outcomes.answered, telling),
        answered_low_percent: low * 100.0,
        answered_high_percent: high * 100.0,
        outage_rows: rows
            .options
            .outage_us
            .is_none()
            .then_some(rules.always.rows),
        lost_percent: percent(lost, telling),
        // rows without a time are in no order, and so in no outage
        lost_probes: lost_outside.saturating_sub(if told { outages.rows } else { 0 }),
        outages: if told { outages.count } else { 0 },
        outages_s: if told { seconds(outages.us) } else { 0.0 },
        longest_outages: longest
            .into_iter()
            .map(|outage| one_outage(rows, outage))
            .collect(),
        lost_runs: lost_runs.map(|run| one_outage(rows, run)).collect(),
        gaps: gaps.count,
        gaps_s: gaps.seconds,
        longest_gaps: gaps.longest,
        schedule: gaps.schedule,
        rows_out_of_order: series.late,
        in_rollups,
    }
}

/// The gaps of a series.
fn of(rows: &Finished, series: &survey::Series) -> ReportedGaps {
    gaps(rows, &series.gaps(), &series.presences())
}

fn one_outage(rows: &Finished, outage: &survey::Outage) -> ListedOutage {
    let mut causes: Vec<Count> = outage
        .causes
        .iter()
        .map(|(number, count)| Count {
            name: rows.causes.name(*number).to_owned(),
            count: *count,
        })
        .collect();
    causes.arrange_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    ListedOutage {
        from: moment(outage.from),
        to: moment(outage.to),
        seconds: seconds(outage.length),
        open: outage.open,
        begun: outage.begun,
        rows: outage.rows,
        causes,
        event: 0,
    }
}
