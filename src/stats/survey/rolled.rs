//! Roll-ups in the same cells as rows. What only the order of rows tells, or what single rows have, is not known of them.

use super::phase_levels::DAY_S;
use super::relays::OTHER;
use super::{CellKey, OddRow, SurveyFold};
use crate::record::Counter as _;
use crate::schema::{Metric, Row, causes, id};
use crate::stats::RowFold;

impl<K: RowFold> SurveyFold<K> {
    /// Takes a roll-up in.
    pub(super) fn add_rolled(&mut self, row: &Row<'_>, file: usize) -> OddRow {
        let Some(rolled) = row.rolled() else {
            return OddRow::default();
        };
        let connects = &rolled.times[Metric::Connect as usize];
        if let Some(world) = row.world() {
            self.sums.worlds[world as usize].raise(rolled.probes);
        }
        if rolled.first.is_none() {
            self.sums.without_time.raise(rolled.probes);
        }
        if rolled.failed > 0 {
            self.sums.not_lost.forget();
        }
        for (cause, n) in causes(row.get(id!(causes))).flatten() {
            self.sums.causes.count_n(cause, n);
        }
        let length_s = i64::try_from(rolled.interval_s).unwrap_or(i64::MAX);
        let (number, transport) = self.sums.dimensions.add_rolled(row, &rolled, length_s);
        let region = self.sums.relays.add_rolled(row, &rolled, transport);
        for chosen in &mut self.sums.chosen {
            chosen.add_rolled((row, &rolled), self.sums.options.zone, transport);
        }
        self.sums.slow.add_rolled(connects, region);
        let is_other = self.sums.dimensions.series.other() == Some(number);
        let host = if is_other {
            OTHER
        } else {
            self.hosts.number(number, row)
        };
        if let Some(at) = row.at.map(|at| at.timestamp_micros()) {
            let key = CellKey { host, region };
            self.timeline.add_rolled(at, length_s, &rolled, key);
            self.levels.add_rolled(at, (number, region), &rolled);
            if !is_other && rolled.interval_s <= DAY_S {
                let names = &rolled.times[Metric::Dns as usize];
                self.names_of(number).add_buckets(at, &names.buckets);
            }
        }
        for at in [rolled.first, rolled.last].into_iter().flatten() {
            self.span.add(at, None, 0);
        }
        let at = row.at.map(|at| at.timestamp_micros());
        self.series_of(number).count_rolled(&rolled, at);
        let is_copy = !is_other && self.rollups.has(row, &rolled, file, [number, region]);
        OddRow {
            series: Some(number),
            copy_of: is_copy.then_some(file),
            ..OddRow::default()
        }
    }
}
