//! What comes of all rows in the end.

use crate::record::HttpReply;
use std::collections::BTreeMap;

use super::{
    Bucket, ByTransport, ChosenTable, Clocks, Dimensions, Egress, Measured, Names, PhaseLevel,
    RegionLevel, Relays, Series, SeriesName, SlowRows,
};
use crate::endpoints::Ranges;
use crate::record::World;
use crate::schema::Reachability;
use crate::stats::paths::Paths;
use crate::stats::{HourCounts, RowFold};
use crate::zone::Zone;

/// What came of the rows.
#[derive(Debug)]
pub struct SurveyResult<K> {
    /// What was asked for.
    pub options: SurveyOptions,
    /// All rows together.
    pub all: Measured,
    /// Rows without a time.
    pub without_time: u64,
    /// Rows that an equal one of their series stands beside.
    pub copies: u64,
    /// Rows by [`World`], those of which it cannot be told left out.
    pub worlds: [u64; World::COUNT],
    /// Slots without a row; none where no row has a slot.
    pub missed_slots: Option<u64>,
    /// What happened to the clocks.
    pub clocks: Clocks,
    /// Microseconds from the earliest to the latest row, however the clock was set in between.
    pub span_us: Option<u64>,
    /// Causes of failures.
    pub causes: Names,
    /// When there were failures that were no loss.
    pub not_lost: NotLost,
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
    pub chosen: Vec<ChosenTable>,
    /// Length of a bucket of the timeline.
    pub bucket_s: i64,
    /// The timeline by the start of each bucket in seconds since 1970.
    pub timeline: BTreeMap<i64, Bucket>,
    /// Names of the hosts in the timeline, by number.
    pub hosts: Vec<String>,
    /// Series with host, target and transport.
    pub series: Vec<(SeriesName, Series)>,
    /// What they were like, hour by hour, by the number of the series and that of the region.
    pub levels: Vec<((usize, usize), RegionLevel)>,
    /// Rows of series and regions beyond those.
    pub beyond_levels: u64,
    /// How long names took, by the number of the series; of one without names nothing need be there.
    pub names: Vec<PhaseLevel>,
    /// Rows of these series that a filter left out.
    pub beside: u64,
    /// The first and the last row of any series that a filter left out, in microseconds since 1970.
    pub left_out: Option<[i64; 2]>,
    pub(super) other_series: Option<usize>,
}

impl<K: Default> SurveyResult<K> {
    /// Of no rows.
    pub(super) fn new(options: SurveyOptions) -> Self {
        let most = options.most_groups;
        let chosen = options.by.iter().map(|columns| ChosenTable {
            columns: columns.clone(),
            groups: ByTransport::new(most),
        });
        Self {
            chosen: chosen.collect(),
            all: Measured::default(),
            without_time: 0,
            copies: 0,
            worlds: [0; World::COUNT],
            missed_slots: None,
            clocks: Clocks::default(),
            span_us: None,
            causes: Names::default(),
            not_lost: NotLost::default(),
            explanations: Names::default(),
            ttls: Names::default(),
            paths: Paths::default(),
            http_replies: BTreeMap::new(),
            dimensions: Dimensions::new(options.zone, most),
            relays: Relays::new(most, options.ranges.clone(), options.rejudge),
            egress: Egress::new(most),
            slow: SlowRows::new(options.slow_us),
            kinds: K::default(),
            bucket_s: 0,
            timeline: BTreeMap::new(),
            hosts: Vec::new(),
            series: Vec::new(),
            levels: Vec::new(),
            beyond_levels: 0,
            names: Vec::new(),
            beside: 0,
            left_out: None,
            other_series: None,
            options,
        }
    }
}

impl<K> SurveyResult<K> {
    /// Rows of a world.
    pub fn of_world(&self, world: World) -> u64 {
        self.worlds[world as usize]
    }

    /// The series that all beyond the cap share.
    pub fn other_series(&self) -> Option<&(SeriesName, Series)> {
        self.series.get(self.other_series?)
    }
}

impl<K: RowFold> SurveyResult<K> {
    /// All rows that were taken in, details of others included.
    pub fn rows(&self) -> u64 {
        self.all.rows.saturating_add(self.kinds.details())
    }
}

/// When there were failures that were no loss.
#[derive(Debug, Default)]
pub struct NotLost {
    /// Answers with an error.
    pub errors: HourCounts,
    /// Alerts, and certificates that cannot be used.
    pub undecided: HourCounts,
    /// Failures of the computers that measured.
    pub here: HourCounts,
}

impl NotLost {
    /// Takes a row that failed in.
    pub(super) fn add(&mut self, reachability: Reachability, at: Option<i64>) {
        match reachability {
            Reachability::Answered => self.errors.add(at),
            Reachability::Undecided => self.undecided.add(at),
            Reachability::FailedHere => self.here.add(at),
            Reachability::Lost => {}
        }
    }

    /// Notes failures of which nobody knows when they were, or whether they were losses.
    pub(super) fn forget(&mut self) {
        for hours in [&mut self.errors, &mut self.undecided, &mut self.here] {
            hours.forget();
        }
    }
}

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
    /// How long an outage lasts at least, in microseconds; none where the number of lost rows decides.
    pub outage_us: Option<u64>,
    /// Ranges of Teams, for rows that do not say themselves whether their address is in them.
    pub ranges: Ranges,
    /// Whether they go before what rows say, but for rows of the lab.
    pub rejudge: bool,
}
