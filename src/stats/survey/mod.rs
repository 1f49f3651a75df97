//! Rows of files folded into everything that a report says. Streaming: memory depends on groups,
//! not on rows.
//!
//! A row goes into one cell of what stays the same from row to row (`dimensions`), one of its relay
//! (`relays`), one of its time (`timeline`), and through a short window that puts rows in order
//! (`series`). The tables are made of the cells at the end.

mod axis;
mod bucket;
mod by_transport;
mod chosen;
mod dimensions;
mod egress;
mod finished;
mod gaps;
pub(super) mod groups;
mod hosts;
mod known_rollups;
mod lanes;
mod levels;
mod lost_runs;
mod measured;
mod names;
mod observation;
mod phase_levels;
mod relays;
mod rolled;
mod series;
mod series_names;
mod silences;
mod slots;
mod slow;
mod span;
mod timeline;
mod unread;
mod waits;

use super::RowFold;
use super::paths::CertificateRow;
use crate::record::Counter as _;
use crate::record::HttpReply;
use std::borrow::Cow;

pub use axis::Change;
pub use bucket::{Bucket, BucketCell, CellKey, MOST_REGIONS};
pub use by_transport::ByTransport;
pub use chosen::{ChosenTable, DIMENSIONS, is_column, value};
pub use dimensions::{CertificateFacts, Dimensions, HourCell, MOST_DAYS};
pub use egress::{Egress, EgressChange};
pub use finished::{NotLost, SurveyOptions, SurveyResult};
pub use gaps::{Gap, Presence, of_all as gaps_of_all};
pub use groups::{Groups, OTHER, SEPARATOR, capped, part, target};
pub use levels::{LevelHour, MOST_LEVELS, RegionLevel};
pub use lost_runs::{LostHour, LostRuns, Outage, RolledLosses, Runs};
pub use measured::{Measured, ParsedRow};
pub use names::Names;
pub use phase_levels::{PhaseLevel, PhaseMedian};
pub use relays::{AddressCount, Relays, region};
pub use series::Series;
pub use series_names::SeriesName;
pub use silences::Silence;
pub use slow::{SlowRegion, SlowRow, SlowRows, SynLoss};
pub use unread::UnreadRows;
pub use waits::AnswerWithin;

use crate::record::TlsPath;
use crate::schema::{Dialect, Metric, Reachability, Row, id};
use axis::RowClocks;
use hosts::Hosts;
use known_rollups::KnownRollups;
use lanes::Lanes;
use levels::RegionLevels;
pub use observation::WATCH_OUTAGE_US;
use observation::{Observation, RowReply, requests};
use series::Ordered;
pub use slots::{Clocks, Leap};
use slots::{SlotEntry, Slots};
use span::RowSpan;
use timeline::Timeline;

/// The fold.
#[derive(Debug)]
pub struct SurveyFold<K> {
    /// What comes of the rows, as far as it is known while they come.
    sums: SurveyResult<K>,
    timeline: Timeline,
    hosts: Hosts,
    slots: Slots,
    span: RowSpan,
    series: Vec<Series>,
    levels: RegionLevels,
    /// How long names took, by the number of the series.
    names: Vec<PhaseLevel>,
    rollups: KnownRollups,
    lanes: Lanes,
}

impl<K: RowFold> SurveyFold<K> {
    /// Nothing taken in yet.
    pub fn new(options: SurveyOptions) -> Self {
        Self {
            timeline: Timeline::new(options.slow_us),
            hosts: Hosts::default(),
            slots: Slots::default(),
            span: RowSpan::default(),
            series: Vec::new(),
            levels: RegionLevels::default(),
            names: Vec::new(),
            rollups: KnownRollups::default(),
            lanes: Lanes::default(),
            sums: SurveyResult::new(options),
        }
    }

    /// What it was asked for.
    pub fn options(&self) -> &SurveyOptions {
        &self.sums.options
    }

    /// Takes a row of a file in and says what was odd about it.
    pub fn add(&mut self, row: &Row<'_>, file: usize) -> OddRow {
        self.sums.kinds.take(row);
        if row.layout.dialect == Dialect::RollUps {
            return self.add_rolled(row, file);
        }
        if let Some(world) = row.world() {
            self.sums.worlds[world as usize].raise(1);
        }
        if K::is_detail(row) {
            return OddRow::default();
        }
        let taken = ParsedRow::of(row);
        self.sums.without_time.raise(u64::from(taken.at.is_none()));
        let cause = (!taken.ok).then(|| self.sums.causes.count(row.cause()));
        match row.get(id!(explain)) {
            "" => {}
            why if why == crate::record::Explanation::None.as_str() => {}
            why => {
                self.sums.explanations.count(why);
            }
        }
        match row.get(id!(dns_ttls)) {
            "" => {}
            ttls => {
                self.sums.ttls.count(ttls);
            }
        }
        self.way(row, &taken);
        let (named, transport) = self.sums.dimensions.add(&taken);
        let all = &mut self.sums.dimensions.series;
        let is_other = all.other() == Some(named);
        let number = if is_other {
            named
        } else {
            let beside = || all.beside(named);
            self.lanes.number(named, row, (taken.at, file), beside)
        };
        if number != named {
            self.sums.dimensions.label_as(named, number);
        }
        let place = self.sums.relays.add(&taken, transport);
        let host = if is_other {
            relays::OTHER
        } else {
            self.hosts.number(number, row)
        };
        let region = place.region;
        self.timeline.add(&taken, CellKey { host, region });
        self.sums.slow.add(&taken, place.region);
        let SlotEntry { leap, placed, run } = self.slot(row, taken.at);
        let leap = leap.filter(|_| self.sums.options.whole_slots);
        if let Some(at) = taken.at {
            self.span.add(at, placed, run);
        }
        self.sums.egress.add(&taken, run, transport);
        for chosen in &mut self.sums.chosen {
            chosen.add(&taken, self.sums.options.zone, transport);
        }
        let reachability = taken.reachability();
        if !taken.ok {
            self.sums.not_lost.add(reachability, taken.at);
        }
        let reply = match (reachability, cause) {
            (Reachability::FailedHere | Reachability::Undecided, _) => RowReply::Here,
            (Reachability::Lost, Some(cause)) => RowReply::Nothing(cause),
            _ => RowReply::Answer,
        };
        let series = self.series_of(number);
        series.count(cause, reachability, taken.at);
        let ordered = match taken.at {
            // rows of different series have no order
            _ if is_other => Ordered::default(),
            None => {
                series.see_address(place.address);
                Ordered::default()
            }
            Some(at) => series.order(Observation {
                at,
                axis: placed.map_or(at, |placed| placed.axis),
                set: placed.map_or(0, |placed| placed.set),
                run,
                reply,
                requests: requests(row),
                region: place.region,
                address: place.address,
                file: u32::try_from(file).unwrap_or(u32::MAX),
                measured: taken.brief(),
            }),
        };
        let key = (number, place.region);
        self.levels.add(&taken, key, reply, ordered.late);
        let took = taken.time(Metric::Dns).filter(|_| !is_other);
        if let Some((at, took)) = taken.at.zip(took) {
            self.names_of(number).add(at, took);
        }
        let is_copy = ordered.copy_of.is_some();
        self.sums.copies.raise(u64::from(is_copy));
        OddRow {
            late: ordered.late,
            copy_of: ordered.copy_of.map(|file| file as usize),
            time: row.has_odd_time(),
            leap,
            series: Some(named),
        }
    }

    /// The series of a number.
    fn series_of(&mut self, number: usize) -> &mut Series {
        let limit = self.sums.options.outage_us;
        let length = self.series.len().max(number.saturating_add(1));
        self.series.resize_with(length, || Series::new(limit));
        &mut self.series[number]
    }

    /// How long the names of a series took.
    fn names_of(&mut self, number: usize) -> &mut PhaseLevel {
        let length = self.names.len().max(number.saturating_add(1));
        self.names.resize_with(length, PhaseLevel::default);
        &mut self.names[number]
    }

    /// Takes a row's slot in, where it has one.
    fn slot(&mut self, row: &Row<'_>, at: Option<i64>) -> SlotEntry {
        match row.slot() {
            Some(slot) => self
                .slots
                .add(row.get(id!(run_id)), slot, at, RowClocks::of(row)),
            None => SlotEntry::default(),
        }
    }

    /// What the certificate of a row tells of the way.
    fn way(&mut self, row: &Row<'_>, taken: &ParsedRow<'_>) {
        if let Some(reply) = HttpReply::of_word(row.get(id!(http_reply))) {
            self.sums.http_replies.entry(reply).or_default().raise(1);
        }
        let word = row.get(id!(tls_path));
        let path = TlsPath::of_word(word);
        // a file may have one without the others
        let certificate = [id!(Thumbprint), id!(Issuer), id!(Subject)];
        if word.is_empty() && certificate.iter().all(|id| row.get(*id).is_empty()) {
            return;
        }
        let told = CertificateRow {
            path,
            has_column: row.layout.has(id!(tls_path)),
            is_ours: row.layout.dialect.is_ours(),
            evidence: &row.text(id!(tls_path_evidence)),
            at: taken.at,
            host: row.get(id!(host)),
        };
        self.sums.paths.take(told, || {
            let name = row.through(row.text(id!(remotehost)));
            [name, row.text(id!(Issuer))].map(Cow::into_owned)
        });
    }

    /// Notes a row that a filter leaves out: it counts nowhere, but without those of known series there would seem to be
    /// gaps, and outages would seem to last; and whoever measured what was left out is no witness.
    pub fn pass_by(&mut self, row: &Row<'_>, file: usize) {
        if row.layout.dialect == Dialect::RollUps {
            // without an order there are neither gaps nor outages
            return;
        }
        let known = self.sums.dimensions.series.known(row);
        let known = known.map(|series| self.lanes.known(series, row, file));
        let at = row.at.map(|at| at.timestamp_micros());
        if let Some(at) = at {
            let [first, last] = self.sums.left_out.unwrap_or([at; 2]);
            self.sums.left_out = Some([first.min(at), last.max(at)]);
        }
        if let (Some(number), Some(at)) = (known, at) {
            self.sums.beside.raise(1);
            let SlotEntry { placed, run, .. } = self.slot(row, Some(at));
            self.series[number].order(Observation {
                at,
                axis: placed.map_or(at, |placed| placed.axis),
                set: placed.map_or(0, |placed| placed.set),
                run,
                reply: RowReply::Beside {
                    answered: row.was_answered(),
                },
                requests: 1,
                region: relays::OTHER,
                address: None,
                file: u32::MAX,
                measured: 0,
            });
        }
    }

    /// Ends the fold: what waited for its order is brought in, and every cell is closed.
    pub fn finish(mut self) -> SurveyResult<K> {
        self.sums.kinds.finish();
        let (timeline, ()) = rayon::join(
            || self.timeline.finish(),
            || {
                self.sums.dimensions.close_all();
                self.sums.relays.finish();
                self.sums.egress.finish();
                // all rows have an hour, a day, or none: either makes the whole
                for measured in self.sums.dimensions.days.measured() {
                    self.sums.all.merge(measured);
                }
                for series in &mut self.series {
                    series.finish();
                }
            },
        );
        let mut sums = self.sums;
        (sums.bucket_s, sums.timeline) = timeline;
        let missed_slots = sums.options.whole_slots.then(|| self.slots.missed());
        sums.missed_slots = missed_slots.flatten();
        sums.clocks = self.slots.clocks();
        sums.span_us = self.span.length();
        sums.hosts = self.hosts.into_names();
        sums.other_series = sums.dimensions.series.other();
        let names = std::mem::take(&mut sums.dimensions.series).into_names();
        sums.series = names.into_iter().zip(self.series).collect();
        sums.beyond_levels = self.levels.beyond();
        sums.levels = self.levels.finish();
        self.names.iter_mut().for_each(PhaseLevel::finish);
        sums.names = self.names;
        sums
    }

    /// By how many microseconds clocks were set so far, forward and back.
    pub fn moved_us(&self) -> u64 {
        self.slots.moved_us()
    }

    /// Host, target and transport of a series.
    pub fn series_name(&self, number: usize) -> &SeriesName {
        self.sums.dimensions.series.name(number)
    }
}

/// The metric that slow rows, charts and the heat map are made of.
pub const CHARTED: Metric = Metric::Connect;

/// What was odd about a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OddRow {
    /// It came too late to be brought into the order of time: it counts everywhere but in the outages.
    pub late: bool,
    /// An equal row of its series was there before, in the file of this number.
    pub copy_of: Option<usize>,
    /// Its TLS time is shorter than the connect that it should hold: that cell does not count.
    pub time: bool,
    /// Its slot is out of reach for its run: it counts everywhere but in the missed slots.
    pub leap: Option<Leap>,
    /// Number of its series; a detail of another row has none.
    pub series: Option<usize>,
}
