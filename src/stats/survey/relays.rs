//! The relays: address, name, region.
//!
//! A relay that is met often costs one cell a row; beyond a number of these cells a row goes right
//! into the groups of its region, address and name, each of which has a cap of its own.

use crate::record::Counter as _;
use std::borrow::Cow;
use std::collections::HashMap;
use std::net::SocketAddr;

use super::by_transport::ByTransport;
use super::groups::{self, SEPARATOR, is_same, part};
use super::{Measured, ParsedRow};
use crate::endpoints::{self, Ranges};
use crate::record::{Transport, World};
use crate::schema::{RolledUp, Row, id};

/// Number of the region of all rows whose own is beyond the cap.
pub const OTHER: usize = 0;

/// Cells for each group: an address may have several names over time, and a name several addresses.
const CELLS_EACH: usize = 4;

/// Places for the relays that came last.
const LATEST: usize = 1_024;

/// Most addresses that are counted one by one beyond those that have a group.
const MOST_COUNTED: usize = 100_000;

/// A relay that has a cell of its own.
#[derive(Debug)]
struct RelayCell {
    place: RelayPlace,
    transport: usize,
    /// What its rows have for an address, a name and a region.
    cells: [Box<str>; 3],
    /// Its groups.
    address: Option<u32>,
    name: Option<u32>,
    measured: Measured,
}

/// Rows by relay.
#[derive(Debug)]
pub struct Relays {
    most: usize,
    known: Vec<RelayCell>,
    /// Of each transport.
    numbers: Vec<HashMap<Box<str>, usize>>,
    /// The last relays, each in a place by its address: the next row of that is most likely of the same one.
    latest: Vec<usize>,
    region_numbers: HashMap<Box<str>, usize>,
    /// Names of the regions by number; the first one is that of [`OTHER`].
    region_names: Vec<String>,
    /// Rows by region, by address, by name; all of them when the fold is finished.
    regions: ByTransport,
    addresses: ByTransport,
    names: ByTransport,
    counts: HashMap<Box<str>, AddressCount>,
    /// Whether addresses came that are not counted one by one.
    pub capped: bool,
    key: String,
    ranges: Ranges,
    rejudge: bool,
}

/// How often an address was seen.
#[derive(Debug, Clone, Copy)]
pub struct AddressCount {
    number: u32,
    /// Rows with it.
    pub rows: u64,
    /// Whether it lies in the published ranges.
    pub in_range: bool,
    /// Whether the list says so, and not the row itself.
    pub by_list: bool,
    /// Number of the region of the first row with it.
    pub region: usize,
}

/// Where a row belongs.
#[derive(Debug, Clone, Copy)]
pub struct RelayPlace {
    /// Number of the region.
    pub region: usize,
    /// Number of the address; none where the row has none, or beyond the cap.
    pub address: Option<u32>,
}

impl Relays {
    /// At most this many regions, addresses and names with a group of their own; by these ranges, before
    /// the rows themselves if so wanted.
    pub fn new(most: usize, ranges: Ranges, rejudge: bool) -> Self {
        Self {
            most,
            ranges,
            rejudge,
            known: Vec::new(),
            numbers: Vec::new(),
            latest: vec![usize::MAX; LATEST],
            region_numbers: HashMap::new(),
            region_names: vec![groups::OTHER.to_owned()],
            regions: ByTransport::new(most),
            addresses: ByTransport::new(most),
            names: ByTransport::new(most),
            counts: HashMap::new(),
            capped: false,
            key: String::new(),
        }
    }

    /// Takes a row in, with the number of its transport.
    pub fn add(&mut self, taken: &ParsedRow<'_>, transport: usize) -> RelayPlace {
        let row = taken.row;
        if self.numbers.len() <= transport {
            let transports = transport.saturating_add(1);
            self.numbers.resize_with(transports, HashMap::new);
        }
        let cells = [id!(remoteip), id!(remotename), id!(region)];
        let cells = cells.map(|field| part(row.get(field)));
        let latest = latest_place(&cells[0]);
        if let Some(relay) = self.known.get_mut(self.latest[latest]) {
            let mut both = relay.cells.iter().zip(&cells);
            if relay.transport == transport && both.all(|(known, cell)| is_same(known, cell)) {
                relay.measured.add(taken);
                return relay.place;
            }
        }
        self.key.clear();
        for cell in &cells {
            self.key.push_str(cell);
            self.key.push(SEPARATOR);
        }
        if let Some(number) = self.numbers[transport].get(self.key.as_str()) {
            self.latest[latest] = *number;
            let relay = &mut self.known[*number];
            relay.measured.add(taken);
            return relay.place;
        }
        let address = cells[0].as_ref();
        let region = self.region(row);
        let address_group = self.addresses.of(transport).number(address);
        let name = row.text(id!(remotename));
        let name_group = self.names.of(transport).number(&part(&name));
        if self.known.len() < self.most.saturating_mul(CELLS_EACH) {
            let place = RelayPlace {
                region,
                address: self.count(taken, address, region, 0),
            };
            let mut measured = Measured::default();
            measured.add(taken);
            let number = self.known.len();
            self.numbers[transport].insert(self.key.as_str().into(), number);
            self.latest[latest] = number;
            self.known.push(RelayCell {
                place,
                transport,
                cells: cells.map(|cell| cell.into_owned().into()),
                address: address_group,
                name: name_group,
                measured,
            });
            return place;
        }
        self.region_group(transport, region).add(taken);
        self.addresses.of(transport).at(address_group).add(taken);
        self.names.of(transport).at(name_group).add(taken);
        RelayPlace {
            region,
            address: self.count(taken, address, region, 1),
        }
    }

    /// Takes in what a roll-up measured of a region, and gives the number of that. Of addresses and names roll-ups say nothing.
    pub fn add_rolled(&mut self, row: &Row<'_>, rolled: &RolledUp, transport: usize) -> usize {
        let region = self.region(row);
        self.region_group(transport, region).merge_rolled(rolled);
        region
    }

    /// Ends the fold: every cell goes into its groups.
    pub fn finish(&mut self) {
        let mut rows: HashMap<u32, u64> = HashMap::new();
        for relay in std::mem::take(&mut self.known) {
            if let Some(number) = relay.place.address {
                rows.entry(number).or_default().raise(relay.measured.rows);
            }
            let (transport, measured) = (relay.transport, &relay.measured);
            self.region_group(transport, relay.place.region)
                .merge(measured);
            let addresses = self.addresses.of(transport);
            addresses.at(relay.address).merge(measured);
            self.names.of(transport).at(relay.name).merge(measured);
        }
        self.numbers.clear();
        for count in self.counts.values_mut() {
            count
                .rows
                .raise(rows.get(&count.number).copied().unwrap_or_default());
        }
    }

    /// The name of a region by its number.
    pub fn region_name(&self, number: usize) -> &str {
        &self.region_names[number]
    }

    /// The number of a region by its name.
    pub fn region_number(&self, name: &str) -> Option<usize> {
        self.region_numbers.get(name).copied()
    }

    /// Rows by region, by address and by name, when the fold is finished.
    pub fn groups(&self) -> [&ByTransport; 3] {
        [&self.regions, &self.addresses, &self.names]
    }

    /// Addresses with the rows of each, in no order, when the fold is finished.
    pub fn addresses(&self) -> impl Iterator<Item = (&str, AddressCount)> {
        self.counts
            .iter()
            .map(|(address, count)| (address.as_ref(), *count))
    }

    /// The number of an address.
    pub fn address_number(&self, address: &str) -> Option<u32> {
        self.counts.get(address).map(|count| count.number)
    }

    /// The name of the region of an address, when the fold is finished.
    pub fn region_of(&self, address: &str) -> Option<&str> {
        let count = self.counts.get(address)?;
        Some(self.region_name(count.region))
    }

    fn region_group(&mut self, transport: usize, number: usize) -> &mut Measured {
        let regions = self.regions.of(transport);
        if number == OTHER {
            return regions.at(None);
        }
        regions.of(&self.region_names[number])
    }

    /// The number of an address; rows of relays with a cell are counted when that is closed.
    fn count(
        &mut self,
        taken: &ParsedRow<'_>,
        address: &str,
        region: usize,
        rows: u64,
    ) -> Option<u32> {
        if address.is_empty() {
            return None;
        }
        if let Some(count) = self.counts.get_mut(address) {
            count.rows.raise(rows);
            return Some(count.number);
        }
        if self.counts.len() >= MOST_COUNTED {
            self.capped = true;
            return None;
        }
        let number = u32::try_from(self.counts.len()).ok()?;
        let itself = match taken.row.get(id!(in_teams_range)) {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        let itself = itself.filter(|_| !self.rejudge || taken.row.world() == Some(World::Lab));
        self.counts.insert(
            address.into(),
            AddressCount {
                number,
                rows,
                in_range: itself.unwrap_or_else(|| in_range(&self.ranges, taken.row)),
                by_list: itself.is_none(),
                region,
            },
        );
        Some(number)
    }

    fn region(&mut self, row: &Row<'_>) -> usize {
        let region = region_on_its_way(row);
        let region = part(&region);
        if let Some(number) = self.region_numbers.get(region.as_ref()) {
            return *number;
        }
        if self.region_names.len() > self.most {
            return OTHER;
        }
        self.region_names.push(region.as_ref().to_owned());
        let number = self.region_names.len().saturating_sub(1);
        self.region_numbers.insert(region.into(), number);
        number
    }
}

/// Where the relay of an address stands among the last ones: by a few bytes of its begin and its end.
#[inline]
fn latest_place(address: &str) -> usize {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = address.as_bytes();
    let eight = |eight: Option<&[u8; 8]>| eight.map_or(0, |eight| u64::from_le_bytes(*eight));
    let [begin, end] = [bytes.first_chunk(), bytes.last_chunk()].map(eight);
    let mixed = (begin ^ end.rotate_left(32)).wrapping_mul(MIX);
    // the highest bits depend on all
    usize::from((mixed >> 48) as u16) % LATEST
}

/// The region of a row with the proxy that it was gone through, so that no chart puts the two ways together.
fn region_on_its_way<'a>(row: &Row<'a>) -> Cow<'a, str> {
    row.through(region(row))
}

/// The region of a row: its column, else by its relay's name.
pub fn region<'a>(row: &Row<'a>) -> Cow<'a, str> {
    let region = row.text(id!(region));
    if !region.is_empty() {
        return region;
    }
    match row.text(id!(remotename)) {
        Cow::Borrowed(name) => Cow::Borrowed(endpoints::region(name)),
        Cow::Owned(name) => Cow::Owned(endpoints::region(&name).to_owned()),
    }
}

/// Whether the address of a row lies in the ranges; TCP 443 where it has no port.
fn in_range(ranges: &Ranges, row: &Row<'_>) -> bool {
    let is_udp = row.transport().starts_with(Transport::Udp.as_str());
    let port = row.get(id!(Port)).parse().unwrap_or(443);
    row.address()
        .is_some_and(|address| ranges.contains(SocketAddr::new(address, port), is_udp))
}
