//! What is compared, and what a row has of it.

use crate::schema::{Dialect, Id, Metric, Row, id};
use crate::stats::PacketCounts;
use crate::words::words;

words! {
    /// Times that are compared: the phases of probes, by the numbers of their [`Metric`], and round trips of many
    /// packets, of which a row has a summary.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Timed {
        /// Name resolution.
        Dns = "dns",
        /// TCP connect; to the proxy where there is one.
        Connect = "connect",
        /// The tunnel through a proxy.
        Proxy = "proxy",
        /// TLS handshake.
        Tls = "tls",
        /// TURN request to reply.
        Turn = "turn",
        /// The whole probe.
        Total = "total",
        /// Round trips: of the packets of a burst, or as the kernel has them of a held connection.
        Rtt = "rtt",
        /// From a request on a held connection to its answer.
        Answer = "answer",
    }
}

impl Timed {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The column that has it in microseconds.
    pub fn exact(self) -> Id {
        match self {
            Self::Dns => id!(dns_us),
            Self::Connect => id!(connect_us),
            Self::Proxy => id!(proxy_us),
            Self::Tls => id!(tls_us),
            Self::Turn => id!(turn_us),
            Self::Total => id!(total_us),
            Self::Rtt => id!(rtt_p50_us),
            Self::Answer => id!(answer_p50_us),
        }
    }
}

// the times of a row stand where those of its phases do
const _: () = assert!(Metric::COUNT == 6 && Metric::Total as usize == Timed::Total as usize);

/// Values that a summary is taken for.
const PARTS: u64 = 20;

/// What a row says of many packets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// What they are of.
    pub what: Timed,
    /// How many.
    pub n: u64,
    /// Shares of them, rising, and what these do not exceed, in microseconds.
    points: [Option<(f64, u64)>; 5],
}

impl Summary {
    /// Values that have the quantiles of the summary, each with how many it stands for: between two of them as if the
    /// packets lay evenly.
    pub fn values(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let parts = PARTS.min(self.n);
        let up_to = move |part: u64| {
            let all = u128::from(self.n).saturating_mul(part.into());
            u64::try_from(all.checked_div(parts.into()).unwrap_or(0)).unwrap_or(u64::MAX)
        };
        (0..parts).map(move |part| {
            let share = (part as f64 + 0.5) / parts as f64;
            let n = up_to(part.saturating_add(1)).saturating_sub(up_to(part));
            (self.at(share), n)
        })
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // times of days at most, not negative
    fn at(&self, share: f64) -> u64 {
        let mut before: Option<(f64, u64)> = None;
        for (up_to, us) in self.points.iter().flatten() {
            if share <= *up_to {
                let Some((from, low)) = before.filter(|(from, _)| from < up_to) else {
                    return *us;
                };
                let part = (share - from) / (up_to - from);
                let more = us.saturating_sub(low) as f64 * part;
                return low.saturating_add(more.round() as u64);
            }
            before = Some((*up_to, *us));
        }
        before.map_or(0, |(_, us)| us)
    }
}

/// The longest time that is believed: a day.
const LONGEST_US: u64 = 86_400_000_000;

/// Columns of a summary: how many, least, median, 95th and 99th percentile, largest.
type Columns = (Timed, Id, [Option<Id>; 5]);

const OF_BURSTS: [Columns; 1] = [(
    Timed::Rtt,
    id!(received),
    [
        Some(id!(rtt_min_us)),
        Some(id!(rtt_p50_us)),
        Some(id!(rtt_p95_us)),
        Some(id!(rtt_p99_us)),
        Some(id!(rtt_max_us)),
    ],
)];

const OF_HELD: [Columns; 2] = [
    (
        Timed::Rtt,
        id!(samples),
        [
            Some(id!(rtt_min_us)),
            Some(id!(rtt_p50_us)),
            Some(id!(rtt_p95_us)),
            Some(id!(rtt_p99_us)),
            Some(id!(rtt_max_us)),
        ],
    ),
    (
        Timed::Answer,
        id!(answered),
        [
            Some(id!(answer_min_us)),
            Some(id!(answer_p50_us)),
            Some(id!(answer_p95_us)),
            None,
            Some(id!(answer_max_us)),
        ],
    ),
];

/// What a row says of many packets; nothing, at no cost, for those of single probes.
pub fn summaries<'a>(row: &'a Row<'_>) -> impl Iterator<Item = Summary> + 'a {
    let columns: &[Columns] = match row.layout.dialect {
        Dialect::Bursts => &OF_BURSTS,
        Dialect::Held => &OF_HELD,
        _ => &[],
    };
    columns.iter().filter_map(|(what, n, columns)| {
        let n = row.number(*n).filter(|n| *n > 0)?;
        let time = |column: Option<Id>| row.number(column?).filter(|us| *us <= LONGEST_US);
        let mut points = [None; 5];
        for ((point, column), share) in points
            .iter_mut()
            .zip(columns)
            .zip([0.0, 0.5, 0.95, 0.99, 1.0])
        {
            *point = time(*column).map(|us| (share, us));
        }
        // without a median it is none
        points[1]?;
        Some(Summary {
            what: *what,
            n,
            points,
        })
    })
}

/// Packets sent and of them lost, of a row of many. Requests on a held connection, which the relay need not
/// answer, count where it answers any.
pub fn packets(row: &Row<'_>) -> Option<(u64, u64)> {
    let [sent, lost] = match row.layout.dialect {
        Dialect::Bursts => PacketCounts::of(row).counted()?,
        Dialect::Held => {
            let answered = row.number(id!(answered)).filter(|answered| *answered > 0)?;
            let sent = row.number(id!(sent))?;
            [sent, sent.checked_sub(answered)?]
        }
        _ => return None,
    };
    (sent > 0).then_some((sent, lost))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(n: u64, points: [Option<u64>; 5]) -> Vec<(u64, u64)> {
        let mut of = Summary {
            what: Timed::Rtt,
            n,
            points: [None; 5],
        };
        for ((point, us), share) in of
            .points
            .iter_mut()
            .zip(points)
            .zip([0.0, 0.5, 0.95, 0.99, 1.0])
        {
            *point = us.map(|us| (share, us));
        }
        of.values().collect()
    }

    // by hand: half of them from 10 to 20 ms, so the first of twenty, at 2.5 %, has 10.5 and the tenth, at 47.5 %,
    // 19.5; nine twentieths from 20 to 38, two ms a twentieth; the last one, at 97.5 %, lies 0.625 of the way to 42
    #[test]
    fn a_summary_is_taken_for_values_that_have_its_quantiles() {
        let points = [
            Some(10_000),
            Some(20_000),
            Some(38_000),
            Some(42_000),
            Some(90_000),
        ];
        let values = of(750, points);
        assert_eq!(values.len(), 20);
        assert_eq!(values.iter().map(|(_, n)| n).sum::<u64>(), 750);
        let at = |place: usize| values[place].0;
        assert_eq!(
            [at(0), at(9), at(10), at(18), at(19)],
            [10_500, 19_500, 21_000, 37_000, 40_500]
        );
    }

    // a burst of few packets has no 95th percentile; three are 16.7, 50 and 83.3 %
    #[test]
    fn of_few_packets_there_are_no_more_values_than_packets() {
        let values = of(3, [Some(10_000), Some(20_000), None, None, Some(50_000)]);
        assert_eq!(values, [(13_333, 1), (20_000, 1), (40_000, 1)]);
        assert_eq!(of(1, [Some(7), Some(7), None, None, Some(7)]), [(7, 1)]);
    }
}
