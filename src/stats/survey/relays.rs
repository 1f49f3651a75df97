//! The relays: address, name, region.

use std::borrow::Cow;
use std::collections::HashMap;

use super::groups::{Groups, SEPARATOR, part};
use super::{Measured, Taken};
use crate::endpoints::{self, TEAMS_RANGES};
use crate::record::{Field, Row};

/// Number of the region of all rows whose own is beyond the cap.
const OTHER: usize = 0;

/// An address may have several names over time, and a name several addresses.
const NAMES_EACH: usize = 4;

/// Most addresses that are counted one by one beyond those that have a group.
const MOST_COUNTED: usize = 100_000;

/// A relay that has a group of its own.
#[derive(Debug)]
pub struct Relay {
    /// Its address as the file has it.
    pub address: String,
    /// The last name of its chain.
    pub name: String,
    /// Number of its region in [`Relays::regions`].
    pub region: usize,
    /// Number of its address.
    pub address_number: u32,
    /// Its rows.
    pub measured: Measured,
}

/// Rows by relay.
#[derive(Debug)]
pub struct Relays {
    most: usize,
    known: Vec<Relay>,
    numbers: HashMap<Box<str>, usize>,
    /// Rows of relays beyond the cap, by region.
    beyond: HashMap<usize, Measured>,
    regions: HashMap<Box<str>, usize>,
    /// Names of the regions by number; the first one is that of [`OTHER`].
    names: Vec<String>,
    addresses: HashMap<Box<str>, AddressCount>,
    /// Whether addresses came that are not counted one by one.
    pub capped: bool,
    key: String,
}

/// How often an address was seen.
#[derive(Debug, Clone, Copy)]
pub struct AddressCount {
    number: u32,
    /// Rows with it.
    pub rows: u64,
    /// Whether it lies in the published ranges.
    pub in_range: bool,
}

/// Where a row belongs.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Number of the region.
    pub region: usize,
    /// Number of the address; none where the row has none, or beyond the cap.
    pub address: Option<u32>,
}

impl Relays {
    /// At most this many relays with a group of their own.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            known: Vec::new(),
            numbers: HashMap::new(),
            beyond: HashMap::new(),
            regions: HashMap::new(),
            names: vec!["(other)".to_owned()],
            addresses: HashMap::new(),
            capped: false,
            key: String::new(),
        }
    }

    /// Takes a row in.
    pub fn add(&mut self, taken: &Taken<'_>) -> Place {
        let row = taken.row;
        self.key.clear();
        for field in [Field::RemoteIp, Field::RemoteName, Field::Region] {
            self.key.push_str(&part(row.get(field)));
            self.key.push(SEPARATOR);
        }
        if let Some(number) = self.numbers.get(self.key.as_str()) {
            let relay = &mut self.known[*number];
            relay.measured.add(taken);
            let has_address = !relay.address.is_empty();
            return Place {
                region: relay.region,
                address: has_address.then_some(relay.address_number),
            };
        }
        let region = self.region(taken);
        if self.known.len() < self.most * NAMES_EACH {
            let address = part(row.get(Field::RemoteIp)).into_owned();
            let address_number = self.count(taken, &address, 0).unwrap_or(u32::MAX);
            let has_address = !address.is_empty();
            let mut measured = Measured::default();
            measured.add(taken);
            self.numbers
                .insert(self.key.as_str().into(), self.known.len());
            self.known.push(Relay {
                address,
                name: part(&row.text(Field::RemoteName)).into_owned(),
                region,
                address_number,
                measured,
            });
            return Place {
                region,
                address: has_address.then_some(address_number),
            };
        }
        self.beyond.entry(region).or_default().add(taken);
        let address = part(row.get(Field::RemoteIp)).into_owned();
        Place {
            region,
            address: self.count(taken, &address, 1),
        }
    }

    /// The name of a region by its number.
    pub fn region_name(&self, number: usize) -> &str {
        &self.names[number]
    }

    /// Rows by region, by address and by name.
    pub fn groups(&self) -> [Groups; 3] {
        let mut regions = Groups::new(self.most);
        let mut addresses = Groups::new(self.most);
        let mut names = Groups::new(self.most);
        let key = |number: usize| (number != OTHER).then(|| self.names[number].as_str());
        for relay in &self.known {
            regions.of(key(relay.region)).merge(&relay.measured);
            addresses.of(Some(&relay.address)).merge(&relay.measured);
            names.of(Some(&relay.name)).merge(&relay.measured);
        }
        for (region, measured) in &self.beyond {
            regions.of(key(*region)).merge(measured);
            addresses.of(None).merge(measured);
            names.of(None).merge(measured);
        }
        [regions, addresses, names]
    }

    /// Addresses with the rows of each, in no order.
    pub fn addresses(&self) -> impl Iterator<Item = (&str, AddressCount)> {
        let mut rows: HashMap<u32, u64> = HashMap::new();
        for relay in &self.known {
            *rows.entry(relay.address_number).or_default() += relay.measured.rows;
        }
        self.addresses.iter().map(move |(address, count)| {
            let more = rows.get(&count.number).copied().unwrap_or_default();
            (
                address.as_ref(),
                AddressCount {
                    rows: count.rows + more,
                    ..*count
                },
            )
        })
    }

    /// The number of an address; rows of relays with a group are counted there and not here.
    fn count(&mut self, taken: &Taken<'_>, address: &str, rows: u64) -> Option<u32> {
        if address.is_empty() {
            return None;
        }
        if let Some(count) = self.addresses.get_mut(address) {
            count.rows += rows;
            return Some(count.number);
        }
        if self.addresses.len() >= MOST_COUNTED {
            self.capped = true;
            return None;
        }
        let number = u32::try_from(self.addresses.len()).ok()?;
        let in_range = match taken.row.get(Field::InTeamsRange) {
            "true" => true,
            "false" => false,
            _ => taken
                .row
                .address()
                .is_some_and(|address| TEAMS_RANGES.iter().any(|range| range.contains(address))),
        };
        self.addresses.insert(
            address.into(),
            AddressCount {
                number,
                rows,
                in_range,
            },
        );
        Some(number)
    }

    fn region(&mut self, taken: &Taken<'_>) -> usize {
        let region = region(taken.row);
        let region = part(&region);
        if let Some(number) = self.regions.get(region.as_ref()) {
            return *number;
        }
        if self.names.len() > self.most {
            return OTHER;
        }
        self.names.push(region.as_ref().to_owned());
        let number = self.names.len() - 1;
        self.regions.insert(region.into(), number);
        number
    }
}

/// The region of a row: its column, else by its relay's name.
pub fn region<'a>(row: &Row<'a>) -> Cow<'a, str> {
    let region = row.text(Field::Region);
    if !region.is_empty() {
        return region;
    }
    match row.text(Field::RemoteName) {
        Cow::Borrowed(name) => Cow::Borrowed(endpoints::region(name)),
        Cow::Owned(name) => Cow::Owned(endpoints::region(&name).to_owned()),
    }
}
