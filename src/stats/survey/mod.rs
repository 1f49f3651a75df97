//! Rows of files folded into everything that a report says. Streaming: memory depends on groups,
//! not on rows.
//!
//! A row goes into one cell of what stays the same from row to row (`steady`), one of its relay
//! (`relays`), one of its time (`timeline`), and through a short window that puts rows in order
//! (`series`). The tables are made of the cells at the end.

mod bursts;
mod groups;
mod held;
mod measured;
mod relays;
mod series;
mod slots;
mod slow;
mod steady;
mod timeline;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

pub use bursts::{BurstGroup, Bursts, VERDICTS};
pub use groups::{Groups, SEPARATOR, part};
pub use held::{HeldGroup, HeldRows};
pub use measured::{Measured, Taken};
pub use relays::{AddressCount, Relays};
pub use series::{Gap, Outage, Series};
pub use slow::{Explanation, SlowRegion, SlowRow, SlowRows};
pub use steady::{HourCell, SeenCertificate, Steady};
pub use timeline::{Bucket, RegionTimes};

use crate::record::{Dialect, Field, Layout, Metric, Row, Zone};
use series::Sighting;
use slots::Slots;
use timeline::Timeline;

/// Causes and lists of TTLs that are told apart.
const MOST_NAMES: usize = 1_000;

/// Series that are told apart.
const MOST_SERIES: usize = 1_000;

/// What a survey is asked for.
#[derive(Debug, Clone)]
pub struct SurveyOptions {
    /// Zone of hours and days.
    pub zone: Zone,
    /// Connects over this many microseconds are slow.
    pub slow_us: u64,
    /// Tables by columns of the file, besides those that are always made.
    pub by: Vec<Vec<String>>,
    /// Most groups of a table.
    pub most_groups: usize,
    /// Whether all rows of each slot are there, so that missed slots can be counted.
    pub whole_slots: bool,
}

/// Names with their numbers, up to a cap; the number 0 stands for all beyond it.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<Box<str>, u32>,
    counts: Vec<u64>,
}

/// A table by columns of the user's choice.
#[derive(Debug)]
pub struct Chosen {
    /// The columns.
    pub columns: Vec<String>,
    /// Rows by the values of the columns, separated by [`SEPARATOR`].
    pub groups: Groups,
}

/// The fold.
#[derive(Debug)]
pub struct Survey {
    options: SurveyOptions,
    /// All rows together.
    pub all: Measured,
    /// Rows without a time.
    pub without_time: u64,
    /// Rows of the lab.
    pub of_the_lab: u64,
    /// Causes of failures.
    pub causes: Names,
    /// TTLs of the chains.
    pub ttls: Names,
    /// By what stays the same.
    pub steady: Steady,
    /// By relay.
    pub relays: Relays,
    /// Slow connects.
    pub slow: SlowRows,
    /// Bursts and watches.
    pub bursts: Bursts,
    /// Held connections and their samples.
    pub held: HeldRows,
    /// By the user's columns.
    pub chosen: Vec<Chosen>,
    timeline: Timeline,
    slots: Slots,
    series: Vec<Series>,
    series_names: Vec<[String; 3]>,
    series_of: HashMap<Option<usize>, usize>,
}

impl Survey {
    /// Nothing taken in yet.
    pub fn new(options: SurveyOptions) -> Self {
        let most = options.most_groups;
        let chosen = options.by.iter().map(|columns| Chosen {
            columns: columns.clone(),
            groups: Groups::new(most),
        });
        Self {
            all: Measured::default(),
            without_time: 0,
            of_the_lab: 0,
            causes: Names::default(),
            ttls: Names::default(),
            steady: Steady::new(options.zone, most),
            relays: Relays::new(most),
            slow: SlowRows::new(options.slow_us),
            bursts: Bursts::default(),
            held: HeldRows::default(),
            chosen: chosen.collect(),
            timeline: Timeline::new(options.slow_us),
            slots: Slots::default(),
            series: Vec::new(),
            series_names: Vec::new(),
            series_of: HashMap::new(),
            options,
        }
    }

    /// What it was asked for.
    pub fn options(&self) -> &SurveyOptions {
        &self.options
    }

    /// Takes a row in and says what was odd about it.
    pub fn add(&mut self, row: &Row<'_>) -> Odd {
        if row.layout.dialect == Dialect::Samples {
            self.held.add_sample(row);
            return Odd {
                late: false,
                time: false,
                series: None,
            };
        }
        let taken = Taken::of(row);
        self.without_time += u64::from(taken.at.is_none());
        self.of_the_lab += u64::from(row.get(Field::World) == "lab");
        let cause = (!taken.ok).then(|| self.causes.count(row.cause()));
        match row.get(Field::DnsTtls) {
            "" => {}
            ttls => {
                self.ttls.count(ttls);
            }
        }
        let combination = self.steady.add(&taken);
        let place = self.relays.add(&taken);
        self.timeline.add(&taken, place.region);
        self.slow.add(&taken, place.region);
        if self.options.whole_slots
            && let Some(slot) = row.number(Field::Slot)
        {
            self.slots.add(row.get(Field::RunId), slot);
        }
        self.bursts.add(row);
        self.held.add(row);
        for chosen in &mut self.chosen {
            chosen.add(&taken, self.options.zone);
        }
        let number = self.series_of(combination);
        // an error that was answered is no loss: the path works
        let heard = taken.ok || row.was_heard();
        let is_other = self.series_names[number][0] == OTHER;
        let sighting = taken.at.filter(|_| !is_other).map(|at| Sighting {
            at,
            cause: cause.filter(|_| !heard),
            address: place.address,
        });
        Odd {
            late: self.series[number].add(heard, sighting, place.address),
            time: row.has_odd_time(),
            series: Some(number),
        }
    }

    /// Ends the fold: what waited for its order is brought in, and every cell is closed.
    pub fn finish(mut self) -> Finished {
        self.steady.close_all();
        self.held.close_all();
        // all rows have an hour, a day, or none: either makes the whole
        for (_, measured) in self.steady.days.iter() {
            self.all.merge(measured);
        }
        if let Some(measured) = self.steady.days.overflow() {
            self.all.merge(measured);
        }
        for series in &mut self.series {
            series.finish();
        }
        let (bucket_s, timeline) = self.timeline.finish();
        Finished {
            options: self.options,
            all: self.all,
            without_time: self.without_time,
            of_the_lab: self.of_the_lab,
            missed_slots: self.slots.missed(),
            causes: self.causes,
            ttls: self.ttls,
            steady: self.steady,
            relays: self.relays,
            slow: self.slow,
            bursts: self.bursts,
            held: self.held,
            chosen: self.chosen,
            bucket_s,
            timeline,
            series: self.series_names.into_iter().zip(self.series).collect(),
        }
    }

    /// The number of the series of a combination; beyond the cap they share one.
    fn series_of(&mut self, combination: Option<usize>) -> usize {
        if let Some(number) = self.series_of.get(&combination) {
            return *number;
        }
        let mut name = match combination.map(|number| self.steady.combination(number)) {
            Some(found) => [&found.host, &found.target, &found.transport].map(Clone::clone),
            None => [OTHER; 3].map(str::to_owned),
        };
        let place =
            |names: &[[String; 3]], name: &[String; 3]| names.iter().position(|n| n == name);
        if place(&self.series_names, &name).is_none() && self.series.len() >= MOST_SERIES {
            name = [OTHER; 3].map(str::to_owned);
        }
        let number = place(&self.series_names, &name).unwrap_or_else(|| {
            self.series_names.push(name);
            self.series.push(Series::default());
            self.series.len() - 1
        });
        self.series_of.insert(combination, number);
        number
    }

    /// Host, target and transport of a series.
    pub fn series_name(&self, number: usize) -> &[String; 3] {
        &self.series_names[number]
    }
}

/// What was odd about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odd {
    /// It came too late to be brought into the order of time: it counts everywhere but in the outages.
    pub late: bool,
    /// A time of it is no number, or longer than a day: that cell does not count.
    pub time: bool,
    /// Number of its series; a sample of a held connection has none.
    pub series: Option<usize>,
}

/// Name of what is beyond a cap.
const OTHER: &str = "(other)";

/// What came of the rows.
#[derive(Debug)]
pub struct Finished {
    /// What was asked for.
    pub options: SurveyOptions,
    /// All rows together.
    pub all: Measured,
    /// Rows without a time.
    pub without_time: u64,
    /// Rows of the lab.
    pub of_the_lab: u64,
    /// Slots without a row; none where no row has a slot.
    pub missed_slots: Option<u64>,
    /// Causes of failures.
    pub causes: Names,
    /// TTLs of the chains.
    pub ttls: Names,
    /// By what stays the same.
    pub steady: Steady,
    /// By relay.
    pub relays: Relays,
    /// Slow connects.
    pub slow: SlowRows,
    /// Bursts and watches.
    pub bursts: Bursts,
    /// Held connections and their samples.
    pub held: HeldRows,
    /// By the user's columns.
    pub chosen: Vec<Chosen>,
    /// Length of a bucket of the timeline.
    pub bucket_s: i64,
    /// The timeline by the start of each bucket in seconds since 1970.
    pub timeline: BTreeMap<i64, Bucket>,
    /// Series with host, target and transport.
    pub series: Vec<([String; 3], Series)>,
}

impl Finished {
    /// All rows that were taken in, samples of held connections included.
    pub fn rows(&self) -> u64 {
        self.all.rows + self.held.samples
    }
}

impl Names {
    /// Counts a name and gives its number.
    pub fn count(&mut self, name: &str) -> u32 {
        if self.counts.is_empty() {
            self.counts.push(0);
        }
        let name = part(name);
        let number = match self.numbers.get(name.as_ref()) {
            Some(number) => *number,
            None if self.counts.len() > MOST_NAMES => 0,
            None => {
                let number = u32::try_from(self.counts.len()).unwrap_or(0);
                self.counts.push(0);
                self.numbers.insert(name.into_owned().into(), number);
                number
            }
        };
        self.counts[number as usize] += 1;
        number
    }

    /// The name of a number.
    pub fn name(&self, number: u32) -> &str {
        let found = self.numbers.iter().find(|(_, known)| **known == number);
        found.map_or("(other)", |(name, _)| name)
    }

    /// Names with their counts, the most frequent first.
    pub fn counts(&self) -> Vec<(&str, u64)> {
        let named = self.numbers.iter();
        let mut counts: Vec<_> = named
            .map(|(name, number)| (name.as_ref(), self.counts[*number as usize]))
            .collect();
        if let Some(other @ 1..) = self.counts.first().copied() {
            counts.push(("(other)", other));
        }
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        counts
    }
}

impl Chosen {
    fn add(&mut self, taken: &Taken<'_>, zone: Zone) {
        let mut key = String::new();
        for (place, column) in self.columns.iter().enumerate() {
            if place > 0 {
                key.push(SEPARATOR);
            }
            key.push_str(&part(&value(taken.row, column, zone)));
        }
        self.groups.of(Some(&key)).add(taken);
    }
}

/// The value of a dimension by its name, or of a column of the file; empty where the row has none.
pub fn value<'a>(row: &Row<'a>, column: &str, zone: Zone) -> Cow<'a, str> {
    let shown = |form| {
        row.at
            .map(|at| Cow::Owned(zone.show(at).format(form).to_string()))
    };
    match column {
        "region" => relays::region(row),
        "hour" => shown("%H").unwrap_or_default(),
        "day" => shown("%Y-%m-%d").unwrap_or_default(),
        "target" => Cow::Owned(steady::target(row)),
        "transport" => Cow::Borrowed(row.transport()),
        "certificate" => row.text(Field::Thumbprint),
        "address" => row.text(Field::RemoteIp),
        "name" => row.text(Field::RemoteName),
        _ => match row.layout.place(column) {
            Some(place) => row.cell_text(place),
            None => Cow::Borrowed(""),
        },
    }
}

/// Whether a name is that of a dimension that every row has, or of a column of the file.
pub fn is_column(layout: &Layout, name: &str) -> bool {
    !["host", "label", "resolver"].contains(&name) && DIMENSIONS.contains(&name)
        || layout.place(name).is_some()
}

/// The dimensions of the tables that are always made.
pub const DIMENSIONS: [&str; 11] = [
    "region",
    "address",
    "name",
    "certificate",
    "hour",
    "day",
    "target",
    "host",
    "label",
    "transport",
    "resolver",
];

/// The metric that slow rows, charts and the heat map are made of.
pub const CHARTED: Metric = Metric::Connect;
