//! Rows of files folded into everything that a report says. Streaming: memory depends on groups,
//! not on rows.
//!
//! A row goes into one cell of what stays the same from row to row (`dimensions`), one of its relay
//! (`relays`), one of its time (`timeline`), and through a short window that puts rows in order
//! (`series`). The tables are made of the cells at the end.

mod axis;
mod by_transport;
mod chosen;
mod dimensions;
mod egress;
mod finished;
mod gaps;
mod groups;
mod hosts;
mod levels;
mod lost_runs;
mod measured;
mod names;
mod odd;
mod options;
mod relays;
mod series;
mod series_names;
mod slots;
mod slow;
mod span;
mod timeline;

use super::RowFold;
use super::paths::{Paths, Told};
use crate::record::Counter as _;
use crate::record::HttpReply;
use std::collections::BTreeMap;

pub use axis::Change;
pub use by_transport::ByTransport;
pub use chosen::{Chosen, DIMENSIONS, is_column, value};
pub use dimensions::{Dimensions, HourCell, MOST_DAYS, SeenCertificate};
pub use egress::{Egress, EgressChange};
pub use finished::Finished;
pub use gaps::{Gap, Presence, of_all as gaps_of_all};
pub use groups::{Groups, SEPARATOR, part, target};
pub use levels::{Level, LevelHour};
pub use lost_runs::{LostRuns, Outage, Runs};
pub use measured::{Measured, Taken};
pub use names::Names;
pub use odd::Odd;
pub use options::SurveyOptions;
pub use relays::{AddressCount, OTHER_NAME as OTHER_REGIONS, Relays, region};
pub use series::Series;
pub use series_names::SeriesName;
pub use slow::{SlowRegion, SlowRow, SlowRows, SynLoss};
pub use timeline::{Bucket, Cell, CellKey, MOST_REGIONS};

use crate::record::{TlsPath, World};
use crate::schema::{Metric, Row, id};
use axis::Said;
use hosts::Hosts;
use levels::Levels;
use series::{Came, Heard, Observation, Ordered};
use slots::{Added, Slots};
pub use slots::{Clocks, Leap};
use span::Span;
use timeline::Timeline;

/// The fold.
#[derive(Debug)]
pub struct Survey<K> {
    options: SurveyOptions,
    /// All rows together.
    pub all: Measured,
    /// Rows without a time.
    pub without_time: u64,
    /// Rows by [`World`], those of which it cannot be told left out.
    pub worlds: [u64; World::COUNT],
    /// Causes of failures.
    pub causes: Names,
    /// Where the time of slow probes went.
    pub explanations: Names,
    /// TTLs of the chains.
    pub ttls: Names,
    /// What the certificates tell of the way.
    pub paths: Paths,
    /// What HEADs inside TLS got, and how often.
    pub http_replies: BTreeMap<HttpReply, u64>,
    /// By what stays the same.
    pub dimensions: Dimensions,
    /// By relay.
    pub relays: Relays,
    /// By the address of this end.
    pub egress: Egress,
    /// Slow connects.
    pub slow: SlowRows,
    /// What each kind of measurement adds.
    pub kinds: K,
    /// By the user's columns.
    pub chosen: Vec<Chosen>,
    timeline: Timeline,
    hosts: Hosts,
    slots: Slots,
    span: Span,
    series: Vec<Series>,
    levels: Levels,
    beside: u64,
}

impl<K: RowFold> Survey<K> {
    /// Nothing taken in yet.
    pub fn new(options: SurveyOptions) -> Self {
        let most = options.most_groups;
        let chosen = options.by.iter().map(|columns| Chosen {
            columns: columns.clone(),
            groups: ByTransport::new(most),
        });
        Self {
            all: Measured::default(),
            without_time: 0,
            worlds: [0; World::COUNT],
            causes: Names::default(),
            explanations: Names::default(),
            ttls: Names::default(),
            paths: Paths::default(),
            http_replies: BTreeMap::new(),
            dimensions: Dimensions::new(options.zone, most),
            relays: Relays::new(most, options.ranges.clone(), options.rejudge),
            egress: Egress::new(most),
            slow: SlowRows::new(options.slow_us),
            kinds: K::default(),
            chosen: chosen.collect(),
            timeline: Timeline::new(options.slow_us),
            hosts: Hosts::default(),
            slots: Slots::default(),
            span: Span::default(),
            series: Vec::new(),
            levels: Levels::default(),
            beside: 0,
            options,
        }
    }

    /// What it was asked for.
    pub fn options(&self) -> &SurveyOptions {
        &self.options
    }

    /// Takes a row of a file in and says what was odd about it.
    pub fn add(&mut self, row: &Row<'_>, file: usize) -> Odd {
        self.kinds.take(row);
        if let Some(world) = row.world() {
            self.worlds[world as usize].raise(1);
        }
        if K::is_detail(row) {
            return Odd::default();
        }
        let taken = Taken::of(row);
        self.without_time.raise(u64::from(taken.at.is_none()));
        let cause = (!taken.ok).then(|| self.causes.count(row.cause()));
        match row.get(id!(explain)) {
            "" => {}
            why if why == crate::record::Explanation::None.as_str() => {}
            why => {
                self.explanations.count(why);
            }
        }
        match row.get(id!(dns_ttls)) {
            "" => {}
            ttls => {
                self.ttls.count(ttls);
            }
        }
        self.way(row, &taken);
        let (number, transport) = self.dimensions.add(&taken);
        let place = self.relays.add(&taken, transport);
        let is_other = self.dimensions.series.other() == Some(number);
        let host = if is_other {
            relays::OTHER
        } else {
            self.hosts.number(number, row)
        };
        let region = place.region;
        self.timeline.add(&taken, CellKey { host, region });
        self.slow.add(&taken, place.region);
        let Added { leap, placed, run } = self.slot(row, taken.at);
        let leap = leap.filter(|_| self.options.whole_slots);
        if let Some(at) = taken.at {
            self.span.add(at, placed, run);
        }
        self.egress.add(&taken, run, transport);
        for chosen in &mut self.chosen {
            chosen.add(&taken, self.options.zone, transport);
        }
        // an error that was answered is no loss: the path works
        let answered = taken.ok || row.was_answered();
        let here = !taken.ok && row.failed_here();
        let undecided = !taken.ok && row.is_undecided();
        let is_telling = !here && !undecided;
        let lost = is_telling.then_some(!answered);
        self.levels.add(&taken, (number, place.region), lost);
        let limit = self.options.outage_us;
        self.series
            .resize_with(self.series.len().max(number.saturating_add(1)), || {
                Series::new(limit)
            });
        let series = &mut self.series[number];
        let ok = taken.ok;
        let came = Came {
            ok,
            answered,
            here,
            undecided,
        };
        series.count(came, taken.at);
        let ordered = match taken.at {
            // rows of different series have no order
            _ if self.dimensions.series.other() == Some(number) => Ordered::default(),
            None => {
                series.see_address(place.address);
                Ordered::default()
            }
            Some(at) => series.order(Observation {
                at,
                axis: placed.map_or(at, |placed| placed.axis),
                set: placed.map_or(0, |placed| placed.set),
                run,
                heard: match cause {
                    Some(_) if here || undecided => Heard::Here,
                    Some(cause) if !answered => Heard::Nothing(cause),
                    _ => Heard::Answer,
                },
                region: place.region,
                address: place.address,
                file: u32::try_from(file).unwrap_or(u32::MAX),
                measured: taken.brief(),
            }),
        };
        Odd {
            late: ordered.late,
            copy_of: ordered.copy_of.map(|file| file as usize),
            time: row.has_odd_time(),
            leap,
            series: Some(number),
        }
    }

    /// Takes a row's slot in, where it has one.
    fn slot(&mut self, row: &Row<'_>, at: Option<i64>) -> Added {
        match row.number(id!(slot)) {
            Some(slot) => self
                .slots
                .add(row.get(id!(run_id)), slot, at, Said::of(row)),
            None => Added::default(),
        }
    }

    /// What the certificate of a row tells of the way.
    fn way(&mut self, row: &Row<'_>, taken: &Taken<'_>) {
        if let Some(reply) = HttpReply::of_word(row.get(id!(http_reply))) {
            self.http_replies.entry(reply).or_default().raise(1);
        }
        if row.get(id!(Thumbprint)).is_empty() {
            return;
        }
        let path = TlsPath::of_word(row.get(id!(tls_path)));
        let is_suspicious = || {
            row.get(id!(tls_path_evidence))
                .contains(TlsPath::SUSPICIOUS)
        };
        if path == Some(TlsPath::Direct) && !is_suspicious() {
            self.paths.take_direct();
            return;
        }
        let Some(path) = path else {
            self.paths.take_unjudged();
            return;
        };
        self.paths.take(Told {
            path: Some(path),
            evidence: &row.text(id!(tls_path_evidence)),
            name: &row.through(row.text(id!(remotehost))),
            issuer: &row.text(id!(Issuer)),
            at: taken.at,
        });
    }

    /// Notes a row of a known series that a filter leaves out: it counts nowhere, but without it
    /// there would seem to be gaps, and outages would seem to last.
    pub fn pass_by(&mut self, row: &Row<'_>) {
        let known = self.dimensions.series.known(row);
        if let (Some(number), Some(at)) = (known, row.at) {
            self.beside.raise(1);
            let at = at.timestamp_micros();
            let Added { placed, run, .. } = self.slot(row, Some(at));
            self.series[number].order(Observation {
                at,
                axis: placed.map_or(at, |placed| placed.axis),
                set: placed.map_or(0, |placed| placed.set),
                run,
                heard: Heard::Beside {
                    answered: row.was_answered(),
                },
                region: relays::OTHER,
                address: None,
                file: u32::MAX,
                measured: 0,
            });
        }
    }

    /// Ends the fold: what waited for its order is brought in, and every cell is closed.
    pub fn finish(mut self) -> Finished<K> {
        self.dimensions.close_all();
        self.kinds.finish();
        self.relays.finish();
        self.egress.finish();
        // all rows have an hour, a day, or none: either makes the whole
        for measured in self.dimensions.days.measured() {
            self.all.merge(measured);
        }
        for series in &mut self.series {
            series.finish();
        }
        let (bucket_s, timeline) = self.timeline.finish();
        let other_series = self.dimensions.series.other();
        let names = std::mem::take(&mut self.dimensions.series).into_names();
        let missed_slots = self.options.whole_slots.then(|| self.slots.missed());
        Finished {
            options: self.options,
            all: self.all,
            without_time: self.without_time,
            worlds: self.worlds,
            missed_slots: missed_slots.flatten(),
            clocks: self.slots.clocks(),
            span_us: self.span.length(),
            causes: self.causes,
            explanations: self.explanations,
            ttls: self.ttls,
            paths: self.paths,
            http_replies: self.http_replies,
            dimensions: self.dimensions,
            relays: self.relays,
            egress: self.egress,
            slow: self.slow,
            kinds: self.kinds,
            chosen: self.chosen,
            bucket_s,
            timeline,
            hosts: self.hosts.into_names(),
            series: names.into_iter().zip(self.series).collect(),
            levels: self.levels.finish(),
            beside: self.beside,
            other_series,
        }
    }

    /// By how many microseconds clocks were set so far, forward and back.
    pub fn moved_us(&self) -> u64 {
        self.slots.moved_us()
    }

    /// Host, target and transport of a series.
    pub fn series_name(&self, number: usize) -> &SeriesName {
        self.dimensions.series.name(number)
    }
}

/// The metric that slow rows, charts and the heat map are made of.
pub const CHARTED: Metric = Metric::Connect;
