//! What stays the same from row to row: host, target, label, transport, resolver, certificate, hour.
//!
//! Rows are put together in one cell for each combination of these and a quarter of an hour; a
//! cell that is left behind goes into the groups of every dimension. So a row costs one cell and
//! not one group for each dimension.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike, NaiveDate, Timelike};

use super::groups::{Groups, SEPARATOR, part};
use super::{Measured, Taken};
use crate::record::{Field, Metric, Row, Zone};
use crate::stats::Distribution;

/// Cells that are kept open.
const MOST_OPEN: usize = 64;

/// Combinations that are told apart.
const MOST_COMBINATIONS: usize = 4_096;

/// Days of the heat map.
const MOST_DAYS: usize = 400;

/// Zones differ by quarters of an hour, so an hour of any zone is made of these.
const QUARTER_US: i64 = 900_000_000;

/// The fields that make a combination, in the order of its key.
const FIELDS: [Field; 7] = [
    Field::Host,
    Field::RemoteHost,
    Field::Port,
    Field::Transport,
    Field::Label,
    Field::Resolver,
    Field::Thumbprint,
];

/// A combination of what stays the same.
#[derive(Debug, Clone)]
pub struct Combination {
    /// The machine that probed.
    pub host: String,
    /// What was probed, `host:port`.
    pub target: String,
    /// What was spoken.
    pub transport: String,
    label: String,
    resolver: String,
    thumbprint: String,
}

/// A certificate as the first row with it has it.
#[derive(Debug, Clone, Default)]
pub struct SeenCertificate {
    /// Subject.
    pub subject: String,
    /// Issuer.
    pub issuer: String,
    /// Begin of the validity.
    pub not_before: String,
    /// End of the validity.
    pub not_after: String,
}

/// Rows of one hour of one day.
#[derive(Debug, Clone, Default)]
pub struct HourCell {
    /// Rows.
    pub rows: u64,
    /// Of them failed.
    pub failed: u64,
    /// Connect times.
    pub connect: Distribution,
}

/// Groups by what stays the same from row to row.
#[derive(Debug)]
pub struct Steady {
    zone: Zone,
    /// By host.
    pub hosts: Groups,
    /// By target.
    pub targets: Groups,
    /// By label.
    pub labels: Groups,
    /// By transport.
    pub transports: Groups,
    /// By resolver.
    pub resolvers: Groups,
    /// By thumbprint.
    pub certificates: Groups,
    /// By hour of day, `00` to `23`.
    pub hours: Groups,
    /// By day, `2021-02-12`.
    pub days: Groups,
    /// By day and hour.
    pub heat: BTreeMap<NaiveDate, [Option<Box<HourCell>>; 24]>,
    /// Certificates by thumbprint.
    pub seen_certificates: HashMap<String, SeenCertificate>,
    combinations: Vec<Combination>,
    numbers: HashMap<Box<str>, usize>,
    key: String,
    last_key: String,
    last_number: Option<usize>,
    open: Vec<(Option<usize>, Option<i64>, Measured)>,
}

impl Steady {
    /// At most this many groups in each dimension.
    pub fn new(zone: Zone, most: usize) -> Self {
        let groups = || Groups::new(most);
        Self {
            zone,
            hosts: groups(),
            targets: groups(),
            labels: groups(),
            transports: groups(),
            resolvers: groups(),
            certificates: groups(),
            hours: groups(),
            days: groups(),
            heat: BTreeMap::new(),
            seen_certificates: HashMap::new(),
            combinations: Vec::new(),
            numbers: HashMap::new(),
            key: String::new(),
            last_key: String::new(),
            last_number: None,
            open: Vec::new(),
        }
    }

    /// Takes a row in and gives the number of its combination; none beyond the cap.
    pub fn add(&mut self, taken: &Taken<'_>) -> Option<usize> {
        let number = self.number(taken.row);
        let quarter = taken.at.map(|at| at.div_euclid(QUARTER_US));
        let found = self
            .open
            .iter()
            .position(|(n, q, _)| *n == number && *q == quarter);
        let place = found.unwrap_or_else(|| {
            if self.open.len() >= MOST_OPEN {
                self.close_all();
            }
            self.open.push((number, quarter, Measured::default()));
            self.open.len() - 1
        });
        self.open[place].2.add(taken);
        // the next row is most likely of the same cell
        self.open.swap(0, place);
        number
    }

    /// A combination by its number.
    pub fn combination(&self, number: usize) -> &Combination {
        &self.combinations[number]
    }

    /// Brings every open cell into the groups.
    pub fn close_all(&mut self) {
        for (number, quarter, measured) in std::mem::take(&mut self.open) {
            self.close(number, quarter, &measured);
        }
    }

    fn close(&mut self, number: Option<usize>, quarter: Option<i64>, measured: &Measured) {
        let combination = number.map(|number| &self.combinations[number]);
        let of = |read: fn(&Combination) -> &String| combination.map(|found| read(found).as_str());
        self.hosts.of(of(|found| &found.host)).merge(measured);
        self.targets.of(of(|found| &found.target)).merge(measured);
        self.labels.of(of(|found| &found.label)).merge(measured);
        self.transports
            .of(of(|found| &found.transport))
            .merge(measured);
        self.resolvers
            .of(of(|found| &found.resolver))
            .merge(measured);
        self.certificates
            .of(of(|found| &found.thumbprint))
            .merge(measured);
        let shown = quarter
            .and_then(|quarter| DateTime::from_timestamp_micros(quarter.checked_mul(QUARTER_US)?))
            .map(|at| self.zone.show(at).naive_local());
        let (hour, day) = match shown {
            Some(shown) => (format!("{:02}", shown.hour()), shown.date().to_string()),
            None => (String::new(), String::new()),
        };
        self.hours.of(Some(&hour)).merge(measured);
        self.days.of(Some(&day)).merge(measured);
        if let Some(shown) = shown {
            self.heat_up(shown.date(), shown.hour(), measured);
        }
    }

    fn heat_up(&mut self, day: NaiveDate, hour: u32, measured: &Measured) {
        // a year beyond four digits is a mistake of a clock or of a stranger
        if !(1970..=9999).contains(&day.year()) {
            return;
        }
        let hours = self.heat.entry(day).or_default();
        if let Some(place) = hours.get_mut(hour as usize) {
            let cell = place.get_or_insert_default();
            cell.rows += measured.rows;
            cell.failed += measured.failed;
            cell.connect.merge(measured.times(Metric::Connect));
        }
        if self.heat.len() > MOST_DAYS {
            self.heat.pop_first();
        }
    }

    fn number(&mut self, row: &Row<'_>) -> Option<usize> {
        self.key.clear();
        for field in FIELDS {
            self.key.push_str(&part(row.get(field)));
            self.key.push(SEPARATOR);
        }
        if self.key == self.last_key && self.last_number.is_some() {
            return self.last_number;
        }
        let known = self.numbers.get(self.key.as_str()).copied();
        let number = match known {
            None if self.combinations.len() >= MOST_COMBINATIONS => return None,
            None => self.new_combination(row),
            Some(number) => number,
        };
        std::mem::swap(&mut self.key, &mut self.last_key);
        self.last_number = Some(number);
        Some(number)
    }

    fn new_combination(&mut self, row: &Row<'_>) -> usize {
        let number = self.combinations.len();
        let thumbprint = part(row.get(Field::Thumbprint)).to_ascii_uppercase();
        if !thumbprint.is_empty() && !self.seen_certificates.contains_key(&thumbprint) {
            let seen = SeenCertificate {
                subject: part(&row.text(Field::Subject)).into_owned(),
                issuer: part(&row.text(Field::Issuer)).into_owned(),
                not_before: part(row.get(Field::NotBefore)).into_owned(),
                not_after: part(row.get(Field::NotAfter)).into_owned(),
            };
            self.seen_certificates.insert(thumbprint.clone(), seen);
        }
        self.combinations.push(Combination {
            host: part(&row.text(Field::Host)).into_owned(),
            target: target(row),
            transport: part(row.transport()).into_owned(),
            label: part(&row.text(Field::Label)).into_owned(),
            resolver: part(row.get(Field::Resolver)).into_owned(),
            thumbprint,
        });
        self.numbers.insert(self.key.as_str().into(), number);
        number
    }
}

/// What a row probed, `host:port`.
pub fn target(row: &Row<'_>) -> String {
    let host = row.text(Field::RemoteHost);
    let (host, port) = (part(&host), part(row.get(Field::Port)));
    match (host.is_empty(), port.is_empty()) {
        (_, true) => host.into_owned(),
        (true, false) => format!("port {port}"),
        (false, false) if host.contains(':') => format!("[{host}]:{port}"),
        (false, false) => format!("{host}:{port}"),
    }
}
