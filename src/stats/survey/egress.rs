//! The address of this end as the relays saw it: that of the line, or of the access provider's NAT.
//!
//! Only rows over UDP (and TURN) tell it. It is lent to the other rows of their slot, whichever comes first: rows wait until
//! so many others have come.

use crate::record::Counter as _;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use super::by_transport::ByTransport;
use super::measured::ParsedRow;
use crate::schema::{Metric, Row, id};

/// Rows that wait for the address of their slot.
const MOST_WAITING: usize = 64;

/// An address is left for another one when it was there for so many rows: behind a NAT with many it changes all the time.
const STEADY: u64 = 10;

/// Changes that are kept, the first.
const MOST_CHANGES: usize = 100;

/// Hosts whose address is followed.
const MOST_HOSTS: usize = 1_000;

/// Another address after a steady one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressChange {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Of which host; empty where the file does not say.
    pub host: String,
    /// The address before.
    pub from: IpAddr,
    /// The address since.
    pub to: IpAddr,
}

/// A row that waits, with what a group takes of it.
#[derive(Debug)]
struct WaitingRow {
    run: u64,
    slot: Option<u64>,
    transport: usize,
    address: Option<IpAddr>,
    at: Option<i64>,
    ok: bool,
    times: [Option<u64>; Metric::COUNT],
}

/// The address of a host.
#[derive(Debug)]
struct CurrentAddress {
    address: IpAddr,
    rows: u64,
}

/// Rows by the address of this end.
#[derive(Debug)]
pub struct Egress {
    /// By address.
    pub groups: ByTransport,
    /// Changes, in the order of the rows.
    pub changes: Vec<EgressChange>,
    hosts: HashMap<Box<str>, CurrentAddress>,
    waiting: VecDeque<WaitingRow>,
    /// How many of them have an address.
    told: usize,
}

impl Egress {
    /// At most this many addresses.
    pub fn new(most: usize) -> Self {
        Self {
            groups: ByTransport::new(most),
            changes: Vec::new(),
            hosts: HashMap::new(),
            waiting: VecDeque::new(),
            told: 0,
        }
    }

    /// Takes a row in, with the numbers of its run and of its transport.
    pub fn add(&mut self, taken: &ParsedRow<'_>, run: u64, transport: usize) {
        let slot = taken.row.slot().filter(|_| run != 0);
        let own = of(taken.row);
        if own.is_none() && slot.is_none() {
            return;
        }
        let is_same = |one: &WaitingRow| slot.is_some() && (one.run, one.slot) == (run, slot);
        if own.is_some() {
            // those of its slot that came before it
            let same = self.waiting.iter_mut().filter(|one| is_same(one));
            for one in same.filter(|one| one.address.is_none()) {
                one.address = own;
                self.told.raise(1);
            }
            self.follow(taken, own);
        }
        // one of its slot that came before it
        let lent = || {
            if self.told == 0 {
                return None;
            }
            let mut same = self.waiting.iter().rev().filter(|one| is_same(one));
            same.find_map(|one| one.address)
        };
        let address = own.or_else(lent);
        self.told.raise(usize::from(address.is_some()));
        self.waiting.push_back(WaitingRow {
            run,
            slot,
            transport,
            address,
            at: taken.at,
            ok: taken.ok,
            times: taken.times,
        });
        if self.waiting.len() > MOST_WAITING {
            self.pass();
        }
    }

    /// Ends the fold.
    pub fn finish(&mut self) {
        while !self.waiting.is_empty() {
            self.pass();
        }
    }

    fn pass(&mut self) {
        if let Some(one) = self.waiting.pop_front()
            && let Some(address) = one.address
        {
            self.told.lower(1);
            let groups = self.groups.of(one.transport);
            let group = groups.of(&address.to_string());
            group.put(one.at, one.ok, &one.times);
        }
    }

    fn follow(&mut self, taken: &ParsedRow<'_>, address: Option<IpAddr>) {
        let (Some(address), Some(at)) = (address, taken.at) else {
            return;
        };
        let host = taken.row.get(id!(host));
        let Some(current) = self.hosts.get_mut(host) else {
            if self.hosts.len() < MOST_HOSTS {
                self.hosts
                    .insert(host.into(), CurrentAddress { address, rows: 1 });
            }
            return;
        };
        if current.address == address {
            current.rows.raise(1);
            return;
        }
        if current.rows >= STEADY && self.changes.len() < MOST_CHANGES {
            self.changes.push(EgressChange {
                at,
                host: taken.row.text(id!(host)).into_owned(),
                from: current.address,
                to: address,
            });
        }
        *current = CurrentAddress { address, rows: 1 };
    }
}

/// The address of this end as a row tells it, without the port.
pub fn of(row: &Row<'_>) -> Option<IpAddr> {
    let text = row.get(id!(mapped_address));
    if text.is_empty() {
        return None;
    }
    let with_port = text.parse::<SocketAddr>().map(|socket| socket.ip());
    with_port.or_else(|_| text.parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Dialect, Layout};

    /// Rows of slot, transport and address of this end, one a second, and what is told of them.
    fn folded(rows: &[(u64, &str, &str)]) -> (Vec<(String, String, u64)>, Vec<EgressChange>) {
        let names = ["slot", "transport", "mapped_address"];
        let layout = Layout::new(Dialect::Turnprobe, names.map(str::to_owned).to_vec());
        let mut egress = Egress::new(10);
        for (second, (slot, transport, mapped)) in rows.iter().enumerate() {
            let slot = slot.to_string();
            let text = format!("{slot}{transport}{mapped}");
            let ends = [slot.len(), slot.len() + transport.len(), text.len()];
            let ends = ends.map(|end| u32::try_from(end).unwrap());
            let row = Row::new(
                &layout,
                &text,
                &ends,
                chrono::DateTime::from_timestamp(i64::try_from(second).unwrap(), 0),
            );
            egress.add(&ParsedRow::of(&row), 7, usize::from(*transport == "udp"));
        }
        egress.finish();
        let mut found = Vec::new();
        for (transport, groups) in egress.groups.sets() {
            let name = ["tls", "udp"][transport];
            let all = groups.iter();
            found.extend(all.map(|(key, one)| (name.to_owned(), key.to_owned(), one.rows)));
        }
        found.sort_unstable();
        (found, egress.changes)
    }

    #[test]
    fn the_address_is_lent_to_the_rows_of_the_slot_whichever_came_first() {
        let (found, _) = folded(&[
            (0, "tls", ""),
            (0, "udp", "203.0.113.7:50000"),
            (1, "udp", "203.0.113.7:50001"),
            (1, "tls", ""),
            // nothing told it
            (2, "tls", ""),
            (3, "udp", "[2001:db8::1]:3478"),
        ]);
        let expected = [
            ("tls", "203.0.113.7", 2),
            ("udp", "2001:db8::1", 1),
            ("udp", "203.0.113.7", 2),
        ];
        let expected = expected.map(|(a, b, n)| (a.to_owned(), b.to_owned(), n));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_change_is_one_after_a_steady_address_only() {
        let mut rows = vec![(0, "udp", "203.0.113.7:1"); 12];
        rows.push((12, "udp", "198.51.100.9:1"));
        // of a NAT with several addresses each change says nothing
        rows.extend([(13, "udp", "198.51.100.8:1"), (14, "udp", "198.51.100.9:1")]);
        let (_, changes) = folded(&rows);
        assert_eq!(changes.len(), 1);
        assert_eq!(
            (changes[0].at, changes[0].to.to_string()),
            (12_000_000, "198.51.100.9".to_owned())
        );
    }
}
