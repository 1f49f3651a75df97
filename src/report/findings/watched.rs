//! The outages that the minutes of a watch tell of, with the packets of which they are made.

use super::event::{length, weight, whom};
use super::found::{Inputs, RankedFinding};
use crate::doc::number::counted;
use crate::judge::severity::Severity;
use crate::measure::burst::finished::{BurstTotals, MinuteOutage};
use crate::stats::survey::{Outage, SeriesName};
use crate::stats::units::moment;

/// An outage, and whose it is.
#[derive(Clone, Copy)]
pub(super) struct WatchFinding<'a> {
    burst: &'a BurstTotals,
    outage: &'a MinuteOutage,
}

impl WatchFinding<'_> {
    /// How long it lasted, in microseconds.
    pub(super) fn length(&self) -> u64 {
        let [from, to] = self.times();
        to.abs_diff(from)
    }

    /// Its packets.
    pub(super) fn packets(&self) -> u64 {
        self.outage.packets
    }

    /// Its begin and its end.
    pub(super) fn times(&self) -> [i64; 2] {
        [self.outage.from, self.outage.to].map(|at| at.timestamp_micros())
    }

    /// The finding.
    pub(super) fn told(&self, about: &Inputs<'_>) -> RankedFinding {
        let MinuteOutage {
            from, to, packets, ..
        } = *self.outage;
        let transport = "udp".to_owned();
        let name: SeriesName = [
            self.burst.host.clone(),
            self.burst.target.clone(),
            transport,
        ];
        let what = match packets {
            0 => "nothing could be sent".to_owned(),
            _ => format!("{} in a row lost", counted(packets, "packet", "packets")),
        };
        let text = format!(
            "No answer for {} from {} to {}: {}, {what}. A watch shows when, and not where: diagnose, or another computer \
             beside it, shows that.",
            length(self.length()),
            about.time(from),
            about.time(to),
            whom(&[&name]),
        );
        RankedFinding::new(Severity::Fail, weight(self.length(), 1), "outage", text)
            .host(&self.burst.host)
            .when(Some(from), Some(to))
            .n(packets)
    }
}

/// Those that are more than chance.
pub(super) fn all<'a>(about: &Inputs<'a>) -> impl Iterator<Item = WatchFinding<'a>> {
    let bursts = about.report.kinds.bursts.iter();
    bursts.flat_map(|burst| {
        let outages = burst.longest_outages.iter();
        let certain = outages.filter(|outage| outage.is_certain);
        certain.map(move |outage| WatchFinding { burst, outage })
    })
}

/// Whether rows of a series are part of an outage that a watch tells to the packet.
pub(super) fn holds(about: &Inputs<'_>, number: usize, outage: &Outage) -> bool {
    let [host, target, _] = &about.rows.series[number].0;
    let [from, to] = [outage.from, outage.to].map(moment);
    all(about).any(|one| {
        one.burst.host.eq_ignore_ascii_case(host)
            && one.burst.target.eq_ignore_ascii_case(target)
            && one.outage.from <= to
            && from <= one.outage.to
    })
}
