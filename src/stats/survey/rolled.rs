//! Roll-ups in the same cells as rows. What only the order of rows tells, or what single rows have, is not known of them.

use super::relays::OTHER;
use super::{CellKey, OddRow, SurveyFold};
use crate::record::Counter as _;
use crate::schema::{Metric, RolledUp, Row, causes, id};
use crate::stats::{Outcomes, RowFold};

/// The longest interval of which an hour can be told, in seconds.
const HOUR_S: u64 = 3_600;

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
            self.level(at, &rolled, (number, region));
            if !is_other {
                let name = self.sums.dimensions.series.name(number);
                self.phases.add_rolled(at, &rolled, number, name);
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

    /// What the path was like in the hour of a roll-up.
    fn level(&mut self, at: i64, rolled: &RolledUp, key: (usize, usize)) {
        if rolled.interval_s > HOUR_S {
            return;
        }
        // over UDP there is no connect
        let [connect, turn] = [Metric::Connect, Metric::Turn].map(|of| &rolled.times[of as usize]);
        let trips = if connect.n == 0 { turn } else { connect };
        let outcomes = Outcomes::of_rolled(rolled);
        let rows = [
            outcomes.telling(),
            outcomes.lost(),
            rolled.probes,
            rolled.failed,
        ];
        self.levels.add_rolled(at, key, trips, rows);
    }
}
