//! UDP.

use super::encrypted::reply_of;
use super::tcp::rejection;
use super::units::{micros, of};
use crate::judge::diagnose::facts::text::Region;
use crate::judge::diagnose::facts::{Fact, Mapping, RelayPortFacts, Size, Udp, WhyUnknown};
use crate::measure::diagnose::looked::Looked;
use crate::net::cells;

pub fn facts(found: &Looked) -> Udp {
    Udp {
        cells: of(&found.udp, |all| {
            all.iter()
                .map(|(port, cell)| told(found, *port, cell))
                .collect()
        }),
        mapped: of(&found.mapped, |all| {
            let seen = all.iter().filter_map(|(remote, mapped)| {
                Some(Mapping {
                    remote: (*remote).into(),
                    mapped: (*mapped)?.into(),
                })
            });
            seen.collect()
        }),
        allocate: of(&found.turn_udp, |asked| reply_of(asked.exchange.turn.reply)),
        sizes: of(&found.sizes, |sizes| {
            let told = sizes.iter().map(|(size, count)| Size {
                ip_bytes: u32::from(*size),
                sent: u64::from(count.sent),
                answered: u64::from(count.answered),
                too_long: u64::from(count.too_long),
            });
            told.collect()
        }),
    }
}

fn told(found: &Looked, port: u16, cell: &cells::RelayPort) -> RelayPortFacts {
    let its = found
        .relays
        .iter()
        .find(|relay| relay.address == cell.remote.ip());
    RelayPortFacts {
        remote: cell.remote.into(),
        port,
        region: Region(its.map(|relay| relay.region.clone()).unwrap_or_default()),
        sent: u64::from(cell.sent),
        answered: u64::from(cell.answered),
        denied: u64::from(cell.denied),
        rejected: u64::from(cell.rejected),
        rejected_by: match rejection(cell.message) {
            Some(rejection) => Fact::Known(rejection),
            None if cell.rejected > 0 => Fact::Unknown(WhyUnknown::NotOnThisSystem),
            None => Fact::Unknown(WhyUnknown::NotAsked),
        },
        rtt_us: cell.rtt.map(micros),
        others: u64::from(cell.others),
    }
}
