//! How long name resolution or TLS handshakes took, four hours by four hours.
//!
//! Names are followed by series, handshakes by series and region: a median of several would move with how many rows there are
//! of each. There is one entry of 8 bytes: 1.4 MB for a month of a thousand series.

use crate::arrange::Arrange as _;
use crate::stats::Rough;
use crate::stats::units::HOUR_US;

/// Hours of a piece of time: a day is made of several, as hours of a day differ.
const PIECE: i64 = 4;

/// Pieces that are kept of a series: more than 13 years.
const MOST_PIECES: usize = 30_000;

/// The longest interval of a roll-up that tells the day, in seconds.
pub(super) const DAY_S: u64 = 86_400;

/// A piece of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TimePiece {
    /// Pieces since 1970.
    number: u32,
    /// The bin of the median.
    p50: u16,
    /// Values, as far as they can be counted here.
    values: u16,
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

/// A phase of a series over time.
#[derive(Debug, Default)]
pub struct PhaseLevel {
    pieces: Vec<TimePiece>,
    now: Option<u32>,
    times: Rough,
}

impl PhaseLevel {
    /// Takes in what the phase of a row took, in microseconds since 1970 and microseconds.
    pub(super) fn add(&mut self, at: i64, took: u64) {
        if self.turn_to(at) {
            self.times.add(took);
        }
    }

    /// Takes in the buckets of a roll-up.
    pub(super) fn add_buckets(&mut self, at: i64, buckets: &[(i16, u32)]) {
        if self.turn_to(at) {
            self.times.add_buckets(buckets);
        }
    }

    /// Ends it: nothing more comes.
    pub(super) fn finish(&mut self) {
        self.close();
        self.put_in_order();
    }

    /// The medians in the order of time.
    pub fn medians(&self) -> impl Iterator<Item = PhaseMedian> + '_ {
        self.pieces.iter().map(|piece| PhaseMedian {
            hour: i64::from(piece.number).saturating_mul(PIECE),
            p50_us: Rough::middle(piece.p50),
            values: piece.values.into(),
        })
    }

    /// Whether there is such a piece.
    fn turn_to(&mut self, at: i64) -> bool {
        let Ok(piece) = u32::try_from(at.div_euclid(HOUR_US).div_euclid(PIECE)) else {
            return false;
        };
        if self.now != Some(piece) {
            self.close();
            self.now = Some(piece);
        }
        true
    }

    fn close(&mut self) {
        let times = std::mem::take(&mut self.times);
        let (Some(number), Some(p50_us)) = (self.now.take(), times.at(500)) else {
            return;
        };
        if self.pieces.len() >= MOST_PIECES {
            return;
        }
        self.pieces.push(TimePiece {
            number,
            p50: Rough::bin(p50_us),
            values: u16::try_from(times.total()).unwrap_or(u16::MAX),
        });
    }

    /// Rows at the edge of a piece may come in any order, and files one after the other: the median is that of the most values.
    fn put_in_order(&mut self) {
        self.pieces.arrange_by_key(|piece| piece.number);
        let same = self.pieces.chunk_by(|one, next| one.number == next.number);
        let pieces = same.filter_map(|same| {
            let most = same.iter().rev().max_by_key(|piece| piece.values)?;
            let values = same.iter().map(|piece| piece.values);
            Some(TimePiece {
                values: values.fold(0, u16::saturating_add),
                ..*most
            })
        });
        self.pieces = pieces.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn medians(rows: &[(i64, u64)]) -> Vec<PhaseMedian> {
        let mut level = PhaseLevel::default();
        for (second, took) in rows {
            level.add(second * 1_000_000, *took);
        }
        level.finish();
        level.medians().collect()
    }

    fn median(hour: i64, p50_us: u64, values: u64) -> PhaseMedian {
        PhaseMedian {
            hour,
            p50_us,
            values,
        }
    }

    // by hand: 10, 20 and 30 us from 0:00 to 4:00, 40 us from 4:00 on, and one of the first piece that comes late
    #[test]
    fn pieces_of_time_have_their_medians() {
        let rows = [
            (0, 10),
            (3_600, 20),
            (14_399, 30),
            (14_400, 40),
            (7_200, 99),
        ];
        assert_eq!(medians(&rows), [median(0, 20, 4), median(4, 40, 1)]);
        assert!(medians(&[]).is_empty());
        assert!(medians(&[(-1, 10)]).is_empty());
    }

    // by hand: one piece in three parts of 2, 3 and 4 rows; more than those of the first two together has none of them
    #[test]
    fn of_several_parts_of_a_piece_the_one_with_the_most_values_has_the_median() {
        let part = |n: usize, took: u64| {
            let rows = vec![(0, took); n].into_iter();
            rows.chain([(14_400, 7)])
        };
        let rows: Vec<(i64, u64)> = part(2, 10).chain(part(3, 20)).chain(part(4, 30)).collect();
        assert_eq!(medians(&rows), [median(0, 30, 9), median(4, 7, 3)]);
    }
}
