//! Which outages of watches are more than chance, and which of them rows show as well.

use crate::judge::outages::OutageRule;
use crate::measure::burst::finished::BurstTotals;
use crate::report::model::ReportedSeries;
use crate::stats::units::seconds;

/// Judges the outages of watches: by the length that was asked for, else like lost rows in a row, with packets in their
/// place.
pub fn judge(bursts: &mut [BurstTotals], limit_us: Option<u64>, series: &[ReportedSeries]) {
    for burst in bursts {
        let rule = OutageRule::of(burst.sent, burst.lost);
        let (host, target) = (&burst.host, &burst.target);
        for outage in &mut burst.longest_outages {
            outage.is_certain = match limit_us {
                Some(limit) => outage.seconds >= seconds(limit),
                None => outage.packets == 0 || outage.packets >= rule.rows,
            };
            let of_it = series.iter().filter(|one| {
                one.host.eq_ignore_ascii_case(host) && one.target.eq_ignore_ascii_case(target)
            });
            let mut rows = of_it.flat_map(|one| &one.longest_outages);
            outage.is_in_rows = rows.any(|rows| rows.from <= outage.to && outage.from <= rows.to);
        }
    }
}
