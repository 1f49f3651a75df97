//! What stays the same from row to row: host, target, label, transport, resolver, certificate, hour.
//!
//! Rows are put together in one cell for each combination of these and a quarter of an hour; a
//! cell that is left behind goes into the groups of every dimension. So a row costs one cell and
//! not one group for each dimension. Combinations are only a way to be fast: there may be any
//! number of them, and what is told apart depends on the cap of each dimension alone.

mod rolled;

use crate::record::Counter as _;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike, NaiveDate, Timelike};

use super::by_transport::{ByTransport, Transports};
use super::groups::{Groups, SEPARATOR, is_same, part, target};
use super::series_names::SeriesNames;
use super::{Measured, ParsedRow};
use crate::schema::{Metric, Row, THROUGH, id};
use crate::stats::Distribution;
use crate::zone::Zone;

/// Cells that are kept open.
const MOST_OPEN: usize = 1_024;

/// Combinations that are known at once; with more, all are forgotten and looked up again.
const MOST_COMBINATIONS: usize = 4_096;

/// Days of the heat map.
pub const MOST_DAYS: usize = 400;

/// Zones differ by quarters of an hour, so an hour of any zone is made of these.
const QUARTER_US: i64 = 900_000_000;

/// Dimensions of a combination.
const DIMENSIONS: usize = 5;

/// Cells of a row that make its combination.
const CELLS: usize = 9;

/// What a combination is part of.
#[derive(Debug, Clone, Copy)]
struct Combination {
    /// Groups of hosts, targets, labels, resolvers and certificates of its transport.
    groups: [Option<u32>; DIMENSIONS],
    transport: usize,
    /// The group of its transport.
    over: Option<u32>,
    series: usize,
}

/// What roll-ups of many hosts have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct RolledKey {
    transport: usize,
    /// The group of its transport.
    over: Option<u32>,
    /// Groups of targets and labels of its transport.
    groups: [Option<u32>; 2],
    day: Option<NaiveDate>,
    hour: Option<u32>,
}

/// A combination by its number, and a quarter of an hour.
type QuarterKey = (usize, Option<i64>);

/// A certificate as the first row with it has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CertificateFacts {
    /// Subject.
    pub subject: String,
    /// Issuer.
    pub issuer: String,
    /// Validity as the file has it (End2End wrote local time).
    pub not_before: String,
    /// See `not_before`.
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
    /// Round trips of requests to TURN servers.
    pub turn: Distribution,
}

/// By day and hour.
pub type Heat = BTreeMap<NaiveDate, [Option<Box<HourCell>>; 24]>;

/// Brings rows into their hour; whether an earlier day had to leave.
fn heat_up(heat: &mut Heat, day: NaiveDate, hour: u32, measured: &Measured) -> bool {
    // a year beyond four digits is a mistake of a clock or of a stranger
    if !(1970..=9999).contains(&day.year()) {
        return false;
    }
    let hours = heat.entry(day).or_default();
    if let Some(place) = hours.get_mut(hour as usize) {
        let cell = place.get_or_insert_default();
        cell.rows.raise(measured.rows);
        cell.failed.raise(measured.failed);
        cell.connect.merge(measured.times(Metric::Connect));
        cell.turn.merge(measured.times(Metric::Turn));
    }
    let is_full = heat.len() > MOST_DAYS;
    if is_full {
        heat.pop_first();
    }
    is_full
}

/// Groups by what stays the same from row to row.
#[derive(Debug)]
pub struct Dimensions {
    zone: Zone,
    /// By host.
    pub hosts: ByTransport,
    /// By target.
    pub targets: ByTransport,
    /// By label.
    pub labels: ByTransport,
    /// By transport.
    pub transports: Groups,
    /// Transports by the numbers that the groups of each have.
    pub transport_names: Transports,
    /// By resolver.
    pub resolvers: ByTransport,
    /// By thumbprint.
    pub certificates: ByTransport,
    /// By hour of day, `00` to `23`.
    pub hours: ByTransport,
    /// By day, `2021-02-12`.
    pub days: ByTransport,
    /// By day and hour.
    pub heat: Heat,
    /// The same of what went through a proxy: a connect to it is no connect to a relay.
    pub heat_through: Heat,
    /// Whether earlier days had to leave the heat map.
    pub heat_capped: bool,
    /// Certificates by thumbprint.
    pub certificate_facts: HashMap<String, CertificateFacts>,
    /// Series.
    pub series: SeriesNames,
    /// Their first labels, by number.
    pub series_labels: HashMap<usize, String>,
    combinations: Vec<Combination>,
    numbers: HashMap<Box<str>, usize>,
    key: String,
    /// Cells of the last row, and the number of its combination.
    last: Option<([String; CELLS], usize)>,
    open: Vec<(QuarterKey, Measured)>,
    /// Places of the open cells.
    places: HashMap<QuarterKey, usize>,
    last_place: usize,
    rolled: HashMap<RolledKey, Measured>,
}

impl Dimensions {
    /// At most this many groups in each dimension.
    pub fn new(zone: Zone, most: usize) -> Self {
        let groups = || ByTransport::new(most);
        Self {
            zone,
            hosts: groups(),
            targets: groups(),
            labels: groups(),
            transports: Groups::new(most),
            transport_names: Transports::default(),
            resolvers: groups(),
            certificates: groups(),
            hours: groups(),
            days: groups(),
            heat: Heat::new(),
            heat_through: Heat::new(),
            heat_capped: false,
            certificate_facts: HashMap::new(),
            series: SeriesNames::default(),
            series_labels: HashMap::new(),
            combinations: Vec::new(),
            numbers: HashMap::new(),
            key: String::new(),
            last: None,
            open: Vec::new(),
            places: HashMap::new(),
            last_place: 0,
            rolled: HashMap::new(),
        }
    }

    /// Takes a row in and gives the numbers of its series and of its transport.
    pub fn add(&mut self, taken: &ParsedRow<'_>) -> (usize, usize) {
        let number = self.number(taken.row);
        let quarter = taken.at.map(|at| at.div_euclid(QUARTER_US));
        let place = self.place((number, quarter));
        self.open[place].1.add(taken);
        let of = self.combinations[number];
        (of.series, of.transport)
    }

    /// Brings every open cell into the groups.
    pub fn close_all(&mut self) {
        self.close_rolled();
        self.places.clear();
        for ((number, quarter), measured) in std::mem::take(&mut self.open) {
            self.close(number, quarter, &measured);
        }
    }

    /// Where a cell stands; one is made if need be.
    fn place(&mut self, key: QuarterKey) -> usize {
        // the next row is most likely of the same cell
        if self
            .open
            .get(self.last_place)
            .is_some_and(|(known, _)| *known == key)
        {
            return self.last_place;
        }
        let known = self.places.get(&key).copied();
        self.last_place = known.unwrap_or_else(|| {
            if self.open.len() >= MOST_OPEN {
                self.close_all();
            }
            self.open.push((key, Measured::default()));
            self.places.insert(key, self.open.len().saturating_sub(1));
            self.open.len().saturating_sub(1)
        });
        self.last_place
    }

    fn close(&mut self, number: usize, quarter: Option<i64>, measured: &Measured) {
        let shown = quarter
            .and_then(|quarter| DateTime::from_timestamp_micros(quarter.checked_mul(QUARTER_US)?))
            .map(|at| self.zone.show(at).naive_local());
        let day = shown.map(|shown| shown.date());
        let hour = shown.map(|shown| shown.hour());
        let of = self.combinations[number];
        for (dimension, group) in self.dimensions().into_iter().zip(of.groups) {
            dimension.of(of.transport).at(group).merge(measured);
        }
        self.put((of.transport, of.over), (day, hour), measured);
    }

    /// Brings rows into the groups of their transport and of their time.
    fn put(
        &mut self,
        (transport, over): (usize, Option<u32>),
        (day, hour): (Option<NaiveDate>, Option<u32>),
        measured: &Measured,
    ) {
        self.transports.at(over).merge(measured);
        let hour_name = hour.map_or_else(String::new, |hour| format!("{hour:02}"));
        let day_name = day.map_or_else(String::new, |day| day.to_string());
        self.hours.of(transport).of(&hour_name).merge(measured);
        self.days.of(transport).of(&day_name).merge(measured);
        if let Some((day, hour)) = day.zip(hour) {
            let name = self.transport_names.name(transport);
            let heat = if name.contains(THROUGH) {
                &mut self.heat_through
            } else {
                &mut self.heat
            };
            self.heat_capped |= heat_up(heat, day, hour, measured);
        }
    }

    /// Gives a series the label of another one that is named alike.
    pub fn label_as(&mut self, series: usize, number: usize) {
        if let Some(label) = self.series_labels.get(&series).cloned() {
            self.series_labels.entry(number).or_insert(label);
        }
    }

    /// In the order of [`Combination::groups`].
    fn dimensions(&mut self) -> [&mut ByTransport; DIMENSIONS] {
        [
            &mut self.hosts,
            &mut self.targets,
            &mut self.labels,
            &mut self.resolvers,
            &mut self.certificates,
        ]
    }

    /// The number of a row's combination.
    fn number(&mut self, row: &Row<'_>) -> usize {
        let cells: [&str; CELLS] = [
            row.get(id!(Thumbprint)),
            row.get(id!(remotehost)),
            row.transport(),
            row.get(id!(host)),
            row.get(id!(Port)),
            row.get(id!(proxy)),
            row.get(id!(label)),
            row.get(id!(resolver)),
            row.get(id!(NotAfter)),
        ];
        // the next row is most likely of the same combination
        if let Some((last, number)) = &self.last
            && last
                .iter()
                .zip(cells)
                .all(|(last, cell)| is_same(last, cell))
        {
            return *number;
        }
        self.key.clear();
        for cell in cells {
            self.key.push_str(&part(cell));
            self.key.push(SEPARATOR);
        }
        let known = self.numbers.get(self.key.as_str()).copied();
        let number = known.unwrap_or_else(|| self.new_combination(row));
        let (last, of) = self.last.get_or_insert_default();
        for (last, cell) in last.iter_mut().zip(cells) {
            cell.clone_into(last);
        }
        *of = number;
        number
    }

    fn new_combination(&mut self, row: &Row<'_>) -> usize {
        if self.combinations.len() >= MOST_COMBINATIONS {
            self.close_all();
            self.combinations.clear();
            self.numbers.clear();
            self.last = None;
        }
        let thumbprint = part(row.get(id!(Thumbprint))).to_ascii_uppercase();
        let way = row.way();
        let name = part(&way);
        let transport = self.transport_names.number(&name);
        let over = self.transports.number(&name);
        let of = |dimension: &mut ByTransport, key: &str| dimension.of(transport).number(key);
        let groups = [
            of(&mut self.hosts, &part(&row.text(id!(host)))),
            of(&mut self.targets, &target(row)),
            of(&mut self.labels, &part(&row.text(id!(label)))),
            of(&mut self.resolvers, &part(row.get(id!(resolver)))),
            of(&mut self.certificates, &thumbprint),
        ];
        if groups[DIMENSIONS - 1].is_some()
            && !thumbprint.is_empty()
            && self
                .certificate_facts
                .get(&thumbprint)
                .is_none_or(|known| !has_digits(&known.not_after))
        {
            let seen = CertificateFacts {
                subject: part(&row.text(id!(Subject))).into_owned(),
                issuer: part(&row.text(id!(Issuer))).into_owned(),
                not_before: part(row.get(id!(NotBefore))).into_owned(),
                not_after: part(row.get(id!(NotAfter))).into_owned(),
            };
            self.certificate_facts.insert(thumbprint, seen);
        }
        let series = self.series.of(row);
        let label = part(row.get(id!(label)));
        if !label.is_empty() {
            self.series_labels
                .entry(series)
                .or_insert_with(|| label.into_owned());
        }
        self.combinations.push(Combination {
            groups,
            transport,
            over,
            series,
        });
        let number = self.combinations.len().saturating_sub(1);
        self.numbers.insert(self.key.as_str().into(), number);
        number
    }
}

/// Whether a date can stand there.
fn has_digits(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}
