//! How long name resolution and TLS handshakes took from each computer over each transport, four hours by four hours.
//!
//! For each there is one entry of 16 bytes: 2.6 MB for a month of a thousand computers.

use crate::record::Arrange as _;
use std::collections::BTreeMap;

use super::{ParsedRow, SeriesName};
use crate::schema::{Metric, RolledUp};
use crate::stats::Rough;
use crate::stats::units::HOUR_US;

/// Hours of a piece of time: a day is made of several, as hours of a day differ.
const PIECE: i64 = 4;

/// Pieces that are kept of a computer and transport: more than 13 years.
const MOST_PIECES: usize = 30_000;

/// The longest interval of a roll-up that tells the day, in seconds.
const DAY_S: u64 = 86_400;

/// The phases that are followed.
const PHASES: [Metric; 2] = [Metric::Dns, Metric::Tls];

/// A piece of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct TimePiece {
    /// Pieces since 1970.
    number: u32,
    /// Medians of the phases, in microseconds.
    p50_us: [u32; PHASES.len()],
    /// Values of each, as far as they can be counted here.
    values: [u16; PHASES.len()],
}

/// The median of a phase in a piece of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhaseMedian {
    /// Its first hour, since 1970.
    pub hour: i64,
    /// In microseconds.
    pub p50_us: u64,
    /// Values that it is of; 65,535 stand for more, too.
    pub values: u64,
}

/// A computer over a transport.
#[derive(Debug)]
pub struct PhaseLevel {
    /// The computer.
    pub host: String,
    /// The transport.
    pub transport: String,
    pieces: Vec<TimePiece>,
    now: Option<u32>,
    times: [Rough; PHASES.len()],
}

/// All of them.
#[derive(Debug, Default)]
pub struct PhaseLevels {
    known: Vec<PhaseLevel>,
    places: BTreeMap<[String; 2], usize>,
    /// Places by the number of the series, from 1 on.
    of_series: Vec<usize>,
}

impl PhaseLevels {
    /// Takes a row of a series in.
    pub(super) fn add(&mut self, taken: &ParsedRow<'_>, series: usize, name: &SeriesName) {
        let times = PHASES.map(|phase| taken.time(phase));
        let Some(at) = taken.at.filter(|_| times.iter().any(Option::is_some)) else {
            return;
        };
        let Some(level) = self.level_at(at, series, name) else {
            return;
        };
        for (of_phase, took) in level.times.iter_mut().zip(times) {
            if let Some(took) = took {
                of_phase.add(took);
            }
        }
    }

    /// Takes in what a roll-up has.
    pub(super) fn add_rolled(
        &mut self,
        at: i64,
        rolled: &RolledUp,
        series: usize,
        name: &SeriesName,
    ) {
        if rolled.interval_s > DAY_S {
            return;
        }
        let Some(level) = self.level_at(at, series, name) else {
            return;
        };
        for (of_phase, phase) in level.times.iter_mut().zip(PHASES) {
            of_phase.add_buckets(&rolled.times[phase as usize].buckets);
        }
    }

    /// All of them, each in the order of time.
    pub(super) fn finish(mut self) -> Vec<PhaseLevel> {
        for level in &mut self.known {
            level.close();
            level.put_in_order();
        }
        self.known
    }

    /// What a moment of a series belongs to.
    fn level_at(
        &mut self,
        at: i64,
        series: usize,
        [host, _, transport]: &SeriesName,
    ) -> Option<&mut PhaseLevel> {
        if self.of_series.len() <= series {
            self.of_series.resize(series.saturating_add(1), 0);
        }
        let known = self.of_series.get_mut(series)?;
        if *known == 0 {
            let key = [host.clone(), transport.clone()];
            let place = *self.places.entry(key).or_insert_with(|| {
                self.known.push(PhaseLevel {
                    host: host.clone(),
                    transport: transport.clone(),
                    pieces: Vec::new(),
                    now: None,
                    times: Default::default(),
                });
                self.known.len()
            });
            *known = place;
        }
        let level = self.known.get_mut(known.saturating_sub(1))?;
        level.turn_to(u32::try_from(at.div_euclid(HOUR_US).div_euclid(PIECE)).ok()?);
        Some(level)
    }
}

impl PhaseLevel {
    /// The medians of a phase in the order of time.
    pub fn medians(&self, phase: Metric) -> impl Iterator<Item = PhaseMedian> + '_ {
        let place = PHASES.iter().position(|one| *one == phase);
        let pieces = place
            .into_iter()
            .flat_map(|place| self.pieces.iter().map(move |piece| (place, piece)));
        let medians = pieces.map(|(place, piece)| PhaseMedian {
            hour: i64::from(piece.number).saturating_mul(PIECE),
            p50_us: piece.p50_us[place].into(),
            values: piece.values[place].into(),
        });
        medians.filter(|median| median.values > 0)
    }

    fn turn_to(&mut self, piece: u32) {
        if self.now != Some(piece) {
            self.close();
            self.now = Some(piece);
        }
    }

    fn close(&mut self) {
        let times = std::mem::take(&mut self.times);
        let Some(number) = self.now.take() else {
            return;
        };
        if self.pieces.len() >= MOST_PIECES {
            return;
        }
        let [dns, tls] = times.each_ref().map(|times| {
            let p50_us = times.at(500).unwrap_or(0);
            u32::try_from(p50_us).unwrap_or(u32::MAX)
        });
        self.pieces.push(TimePiece {
            number,
            p50_us: [dns, tls],
            values: times.map(|times| u16::try_from(times.total()).unwrap_or(u16::MAX)),
        });
    }

    /// Rows at the edge of a piece may come in any order: of each phase the median is that of the most values.
    fn put_in_order(&mut self) {
        self.pieces.arrange_by_key(|piece| piece.number);
        self.pieces.dedup_by(|next, kept| {
            if next.number != kept.number {
                return false;
            }
            for place in 0..PHASES.len() {
                if next.values[place] > kept.values[place] {
                    kept.p50_us[place] = next.p50_us[place];
                }
                kept.values[place] = kept.values[place].saturating_add(next.values[place]);
            }
            true
        });
        self.pieces.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::schema::{Dialect, Layout, Row};

    // by hand: 10, 20 and 30 us from 0:00 to 4:00, 40 us from 4:00 on, and one of the first piece that comes late
    #[test]
    fn each_computer_has_the_medians_of_its_pieces_of_time() {
        let layout = Layout::new(Dialect::Turnprobe, vec!["dns_us".into()]);
        let mut levels = PhaseLevels::default();
        let rows = [
            (0, "10"),
            (3_600, "20"),
            (14_399, "30"),
            (14_400, "40"),
            (7_200, "99"),
        ];
        for host in 0..40 {
            let name = [format!("pc{host}"), String::new(), "tls".to_owned()];
            for (second, dns) in rows {
                let ends = [u32::try_from(dns.len()).unwrap()];
                let row = Row::new(&layout, dns, &ends, DateTime::from_timestamp(second, 0));
                levels.add(&ParsedRow::of(&row), host, &name);
            }
        }
        let found = levels.finish();
        assert_eq!(found.len(), 40);
        for (host, level) in found.iter().enumerate() {
            assert_eq!(level.host, format!("pc{host}"));
            let medians: Vec<_> = level.medians(Metric::Dns).collect();
            let median = |hour, p50_us, values| PhaseMedian {
                hour,
                p50_us,
                values,
            };
            assert_eq!(medians, [median(0, 20, 4), median(4, 40, 1)]);
            assert_eq!(level.medians(Metric::Tls).count(), 0);
        }
    }

    #[test]
    fn series_of_a_computer_over_a_transport_share_a_level() {
        let mut levels = PhaseLevels::default();
        for (series, (target, transport)) in [("a", "tls"), ("b", "tls"), ("a", "udp")]
            .iter()
            .enumerate()
        {
            let name = ["pc", target, transport].map(str::to_owned);
            assert!(levels.level_at(0, series, &name).is_some());
        }
        let transports = levels.finish().into_iter().map(|level| level.transport);
        assert_eq!(transports.collect::<Vec<_>>(), ["tls", "udp"]);
    }
}
