//! What is an outage, and what are lost probes.

/// How often lost probes alone may look like an outage in all rows of a series.
const BY_CHANCE: f64 = 0.01;

/// Lost rows in a row that an outage has at least, however rare losses are.
const FEWEST: u64 = 3;

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
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts far below 2^53
    pub fn of(rows: u64, lost: u64) -> Self {
        let n = rows.max(1) as f64;
        let share = (lost.min(rows) as f64 / n).clamp(0.0, 1.0);
        // of rows most of which are lost the losses are the rule, and a run of them no chance
        let p = share.min(0.5);
        let wanted = if p > 0.0 {
            ((BY_CHANCE / n).ln() / p.ln()).ceil()
        } else {
            0.0
        };
        let rows = if lost >= rows {
            // where all is lost, chance has no part in it; of one or two rows it may
            FEWEST
        } else {
            (wanted.max(0.0) as u64).max(FEWEST)
        };
        Self { rows, share }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
