//! What a series was like, hour by hour and day by day: the round trip to each region, and the rows without an answer.

use crate::arrange::Arrange as _;
use std::collections::BTreeMap;

use super::ParsedRow;
use super::observation::RowReply;
use super::phase_levels::{DAY_S, PhaseLevel};
use super::silences::{Silence, Silences};
use super::waits::Waits;
use crate::record::Counter as _;
use crate::schema::{Metric, RolledUp};
use crate::stats::units::HOUR_US;
use crate::stats::{Distribution, Outcomes};

/// Series and regions that are followed.
pub const MOST_LEVELS: usize = 2_000;

/// Hours of one that are kept: more than two years.
const MOST_HOURS: usize = 20_000;

/// The longest interval of a roll-up of which an hour can be told, in seconds.
const HOUR_S: u64 = 3_600;

/// An hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelHour {
    /// Hours since 1970.
    pub number: i64,
    /// Median of the round trips in it, in microseconds.
    pub p50_us: u64,
    /// Round trips.
    pub values: u64,
    /// Rows that tell something of the path.
    pub rows: u64,
    /// Of them without an answer.
    pub lost: u64,
    /// All rows.
    pub all: u64,
    /// Of them failed, in whatever way.
    pub failed: u64,
    /// All rows over IPv4 and over IPv6, each with how many of them failed; those without an address are in neither.
    pub families: [[u64; 2]; 2],
}

/// A series to a region.
#[derive(Debug, Default)]
pub struct RegionLevel {
    /// Its hours, in the order of time.
    pub hours: Vec<LevelHour>,
    /// When the region's relays answered nothing, in the order of time.
    pub silences: Vec<Silence>,
    /// How long answers were waited for.
    pub waits: Waits,
    /// How long TLS handshakes took.
    pub handshakes: PhaseLevel,
    listening: Silences,
    now: Option<i64>,
    trips: Distribution,
    rows: u64,
    lost: u64,
    all: u64,
    failed: u64,
    families: [[u64; 2]; 2],
}

/// All of them, by the number of the series and that of the region.
#[derive(Debug, Default)]
pub struct RegionLevels {
    places: BTreeMap<(usize, usize), usize>,
    known: Vec<((usize, usize), RegionLevel)>,
    last: usize,
    beyond: u64,
}

impl RegionLevels {
    /// Takes a row in, with what it says of the path, and whether it is out of order.
    pub(super) fn add(
        &mut self,
        taken: &ParsedRow<'_>,
        key: (usize, usize),
        reply: RowReply,
        is_late: bool,
    ) {
        let Some(at) = taken.at else { return };
        let Some(level) = self.level(key) else {
            self.beyond.raise(1);
            return;
        };
        level.turn_to(at);
        // over UDP there is no connect
        let trip = taken.time(Metric::Connect);
        if let Some(trip) = trip.or_else(|| taken.time(Metric::Turn)) {
            level.trips.add_micros(trip);
        }
        if let Some(took) = taken.time(Metric::Tls) {
            level.handshakes.add(at, took);
        }
        level.all.raise(1);
        level.failed.raise(u64::from(!taken.ok));
        if let Some(is_v6) = taken.is_over_ipv6() {
            let [rows, failed] = &mut level.families[usize::from(is_v6)];
            rows.raise(1);
            failed.raise(u64::from(!taken.ok));
        }
        let cause = match reply {
            RowReply::Answer => None,
            RowReply::Nothing(cause) => Some(cause),
            RowReply::Here | RowReply::Beside { .. } => return,
        };
        level.rows.raise(1);
        level.lost.raise(u64::from(cause.is_some()));
        if !is_late {
            level.listening.add(at, cause);
            level.waits.add(at, cause.is_none());
        }
    }

    /// Takes in what a roll-up has of an hour, and what it has of a day.
    pub(super) fn add_rolled(&mut self, at: i64, key: (usize, usize), rolled: &RolledUp) {
        if rolled.interval_s > DAY_S {
            return;
        }
        let Some(level) = self.level(key) else {
            self.beyond.raise(rolled.probes);
            return;
        };
        let [connect, turn, tls] =
            [Metric::Connect, Metric::Turn, Metric::Tls].map(|of| &rolled.times[of as usize]);
        level.handshakes.add_buckets(at, &tls.buckets);
        if rolled.interval_s > HOUR_S {
            return;
        }
        level.turn_to(at);
        // over UDP there is no connect
        let trips = if connect.n == 0 { turn } else { connect };
        level.trips.merge_rolled(trips);
        let outcomes = Outcomes::of_rolled(rolled);
        level.rows.raise(outcomes.telling());
        level.lost.raise(outcomes.lost());
        level.all.raise(rolled.probes);
        level.failed.raise(rolled.failed);
    }

    /// Rows of those that are not followed.
    pub fn beyond(&self) -> u64 {
        self.beyond
    }

    /// All of them, each in the order of time.
    pub fn finish(mut self) -> Vec<((usize, usize), RegionLevel)> {
        for (_, level) in &mut self.known {
            level.close();
            level.put_in_order();
            level.handshakes.finish();
            level.waits.break_off();
            level.silences = std::mem::take(&mut level.listening).finish();
        }
        self.known
    }

    fn level(&mut self, key: (usize, usize)) -> Option<&mut RegionLevel> {
        if self
            .known
            .get(self.last)
            .is_none_or(|(last, _)| *last != key)
        {
            let place = self.places.get(&key).copied();
            self.last = match place {
                Some(place) => place,
                None if self.known.len() >= MOST_LEVELS => return None,
                None => {
                    self.places.insert(key, self.known.len());
                    self.known.push((key, RegionLevel::default()));
                    self.known.len().saturating_sub(1)
                }
            };
        }
        self.known.get_mut(self.last).map(|(_, level)| level)
    }
}

impl RegionLevel {
    fn turn_to(&mut self, at: i64) {
        let hour = at.div_euclid(HOUR_US);
        if self.now != Some(hour) {
            self.close();
            self.now = Some(hour);
        }
    }

    fn close(&mut self) {
        let trips = std::mem::take(&mut self.trips);
        let counts = [
            &mut self.rows,
            &mut self.lost,
            &mut self.all,
            &mut self.failed,
        ];
        let [rows, lost, all, failed] = counts.map(std::mem::take);
        let families = std::mem::take(&mut self.families);
        let Some(number) = self.now.take() else {
            return;
        };
        if self.hours.len() >= MOST_HOURS {
            return;
        }
        let moments = trips.moments();
        self.hours.push(LevelHour {
            number,
            // of one value, that value
            p50_us: trips.quantile(500).or(moments.min()).unwrap_or(0),
            values: moments.count(),
            rows,
            lost,
            all,
            failed,
            families,
        });
    }

    /// Rows at the edge of an hour may come in any order: what is left of an hour goes to the most of it.
    fn put_in_order(&mut self) {
        self.hours.arrange_by_key(|hour| hour.number);
        self.hours.dedup_by(|next, kept| {
            if next.number != kept.number {
                return false;
            }
            if next.values > kept.values {
                (kept.p50_us, kept.values) = (next.p50_us, next.values);
            }
            kept.rows.raise(next.rows);
            kept.lost.raise(next.lost);
            kept.all.raise(next.all);
            kept.failed.raise(next.failed);
            for (sum, more) in kept.families.iter_mut().zip(next.families) {
                sum[0].raise(more[0]);
                sum[1].raise(more[1]);
            }
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::schema::{Dialect, Layout, Row};

    /// Takes rows in, each with a second and the milliseconds of its connect; without any it was lost.
    fn levels(rows: &[(i64, &str)]) -> Vec<LevelHour> {
        let layout = Layout::new(
            Dialect::Turnprobe,
            vec!["connect_us".into(), "Status".into()],
        );
        let mut levels = RegionLevels::default();
        for (second, connect) in rows {
            let lost = connect.is_empty();
            let status = if lost { "connect-timeout" } else { "OK" };
            let text = format!("{connect}{status}");
            let ends = [connect.len(), text.len()].map(|end| u32::try_from(end).unwrap());
            let row = Row::new(&layout, &text, &ends, DateTime::from_timestamp(*second, 0));
            let reply = if lost {
                RowReply::Nothing(0)
            } else {
                RowReply::Answer
            };
            levels.add(&ParsedRow::of(&row), (0, 1), reply, false);
        }
        let mut found = levels.finish();
        assert_eq!(found.len(), 1);
        found.remove(0).1.hours
    }

    // by hand: 10, 20, 30 us in the first hour with a lost row, 40 us in the next; one row of the first hour comes late
    #[test]
    fn hours_have_their_medians_and_losses_also_where_rows_come_late() {
        let hour = |number, p50_us, values, rows, lost| LevelHour {
            number,
            p50_us,
            values,
            rows,
            lost,
            all: rows,
            failed: lost,
            families: [[0; 2]; 2],
        };
        let rows = [
            (0, "10"),
            (1, "20"),
            (2, "30"),
            (3, ""),
            (3_600, "40"),
            (3_599, "99"),
        ];
        assert_eq!(levels(&rows), [hour(0, 20, 3, 5, 1), hour(1, 40, 1, 1, 0)]);
    }

    // by hand: a row of each of 2,003 series, then another one of the first and of the last
    #[test]
    fn rows_of_what_is_not_followed_are_counted() {
        let layout = Layout::new(Dialect::Turnprobe, Vec::new());
        let row = Row::new(&layout, "", &[], DateTime::from_timestamp(0, 0));
        let mut levels = RegionLevels::default();
        for series in (0..2_003).chain([0, 2_002]) {
            levels.add(&ParsedRow::of(&row), (series, 1), RowReply::Answer, false);
        }
        assert_eq!(levels.beyond(), 4);
        assert_eq!(levels.finish().len(), 2_000);
    }
}
