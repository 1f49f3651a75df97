//! What becomes of a row's cells: its time, its certificate's key, its place in a batch; and the
//! layout that is in force.

use crate::record::Counter as _;
use std::rc::Rc;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::schema::{Dialect, Layout};
use crate::stats::survey::UnreadRows;
use crate::zone::Zone;

use super::batch::Batch;
use super::evidence::FormatEvidence;
use super::form::{LayoutInForce, RowTime, end_row, time_of};
use super::header::{self, Header};
use super::mended::{Fit, MendedRows};
use super::shown_twice::ShownTwice;
use super::stamps::Stamps;
use super::tails::Tails;
use super::time::Clock;
use super::trouble::{Trouble, TroubleKind};
use super::units::ToldUnits;
use super::words::Unknown;

mod decided;
mod lengths;
mod notes;
mod of_json;
mod outcome;
mod same;

use outcome::has_unknown_outcome;
pub(super) use same::HostNames;
use same::SameCells;

/// Takes full batches; leaves one that can be filled, and says whether to go on.
pub(super) trait Deliver {
    /// Takes the rows of a batch.
    fn deliver(&mut self, batch: &mut Batch) -> bool;
}

/// Takes nothing.
pub(super) struct Nobody;

impl Deliver for Nobody {
    fn deliver(&mut self, _: &mut Batch) -> bool {
        true
    }
}

/// Rows of one file.
pub(super) struct Rows<'a> {
    /// Where the row that is being made stands.
    pub batch: Batch,
    /// What wrote the file, by its first header.
    pub dialect: Option<Dialect>,
    /// Rows so far.
    pub count: u64,
    /// Time of the earliest row.
    pub first: Option<DateTime<Utc>>,
    /// Time of the latest row.
    pub last: Option<DateTime<Utc>>,
    /// Rows of separators only.
    pub blank: u64,
    /// Whether the last row may lack the end of its last cell.
    pub unended: bool,
    /// Whether it has the columns of packets; nothing is read then.
    pub packets: bool,
    /// Whether nobody takes rows any more.
    pub stopped: bool,
    /// Rows that were left out because nobody writes the word of their outcome.
    unknown_outcomes: Unknown,
    /// When these were.
    pub unread: UnreadRows,
    /// Rows with an unknown word for what their certificates tell.
    unknown_paths: Unknown,
    /// Where rows are only looked at, for what they tell of the file; none are delivered then.
    pub survey: Option<FormatEvidence>,
    /// What the file was found to tell.
    evidence: Option<Rc<FormatEvidence>>,
    /// How it is read by that.
    told: Vec<String>,
    units: ToldUnits,
    given_up: bool,
    /// Whether rows of it were delivered.
    delivered: bool,
    file: usize,
    csv: Option<LayoutInForce>,
    json: Option<LayoutInForce>,
    clock: Clock,
    stamps: Stamps,
    /// Headers of End2End-Ping that are there again.
    headers_again: u64,
    /// Requests of rows of End2End-UDP3478 that were answered: those without an answer, and all; and such rows that say that
    /// there was none.
    requests: [u64; 3],
    mended: MendedRows,
    /// How long its rows are, where some have another number of cells than their header.
    pub tails: Option<Tails>,
    /// Such rows that were read.
    pub other_lengths: u64,
    /// Cells that are the same in another form.
    pub same: SameCells,
    out: &'a mut dyn Deliver,
}

/// How a row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowEnd {
    /// It counts.
    Whole,
    /// It counts, but its time cannot be read though there should be one.
    Timeless,
    /// It can be read in two ways and is not ended: only the rest of the file tells which is meant.
    Undecided,
}

impl<'a> Rows<'a> {
    pub fn new(batch: Batch, file: usize, zone: Zone, out: &'a mut dyn Deliver) -> Self {
        let mut rows = Self {
            batch,
            dialect: None,
            count: 0,
            first: None,
            last: None,
            blank: 0,
            unended: false,
            packets: false,
            stopped: false,
            unknown_outcomes: Unknown::default(),
            unread: UnreadRows::default(),
            unknown_paths: Unknown::default(),
            survey: None,
            evidence: None,
            told: Vec::new(),
            units: ToldUnits::default(),
            given_up: false,
            delivered: false,
            file,
            csv: None,
            json: None,
            clock: Clock::new(zone),
            stamps: Stamps::default(),
            headers_again: 0,
            requests: [0; 3],
            mended: MendedRows::default(),
            tails: None,
            other_lengths: 0,
            same: SameCells::default(),
            out,
        };
        let empty = Batch::default();
        rows.batch.reuse(empty.layout, file);
        rows
    }

    /// For a look at more rows of the same layout.
    pub fn for_survey<'b>(&self, out: &'b mut dyn Deliver) -> Rows<'b> {
        let mut rows = Rows::new(Batch::default(), self.file, Zone::Utc, out);
        rows.survey = Some(FormatEvidence::default());
        let again = |form: &LayoutInForce| {
            LayoutInForce::new((*form.layout).clone(), form.separator, form.usual, true)
        };
        rows.csv = self.csv.as_ref().map(again);
        rows.json = self.json.as_ref().map(again);
        rows
    }

    /// Forgets the row that is being made, and those before where nobody has them yet, and takes no more.
    pub fn give_up(&mut self) {
        self.batch.drop_row();
        self.given_up = true;
        if self.delivered {
            return;
        }
        let layout = Arc::clone(&self.batch.layout);
        self.batch.reuse(layout, self.file);
        self.count = 0;
        (self.first, self.last) = (None, None);
        self.unread = UnreadRows::default();
        [self.unknown_outcomes, self.unknown_paths] = Default::default();
        self.requests = [0; 3];
    }

    /// Whether somebody has some of its rows.
    pub fn are_delivered(&self) -> bool {
        self.delivered
    }

    /// The layout of CSV, made ready for a row.
    #[inline]
    pub fn csv(&mut self) -> Option<&LayoutInForce> {
        let form = self.csv.as_ref()?;
        if !Arc::ptr_eq(&self.batch.layout, &form.layout) {
            let layout = Arc::clone(&form.layout);
            self.deliver(layout);
        }
        self.csv.as_ref()
    }

    /// Whether the first cell may be the name of a column.
    #[inline]
    pub fn begins_like_a_header(&self) -> bool {
        let first = self.batch.current().cell(0);
        match first.as_bytes().first() {
            Some(byte) if byte.is_ascii_digit() => false,
            None => self.batch.is_blank(),
            Some(_) => header::is_known(first.trim_matches(['\u{feff}', '"'])),
        }
    }

    /// Puts a header in force, and says what is wrong with its being there.
    pub fn use_header(&mut self, header: Header) -> Option<TroubleKind> {
        if header::are_packets(header.layout.names()) {
            self.packets = true;
            return None;
        }
        let before = self.csv.as_ref();
        let kind = before.map(|csv| {
            let same = csv.is_of(&header);
            if same {
                TroubleKind::Header
            } else {
                TroubleKind::OtherHeader
            }
        });
        if kind == Some(TroubleKind::Header) && header.layout.dialect == Dialect::End2EndPing {
            self.headers_again.raise(1);
            return None;
        }
        if kind != Some(TroubleKind::Header) {
            self.dialect.get_or_insert(header.layout.dialect);
            self.units.layout(&header.layout);
            let again = header::named_again(header.layout.names());
            let again = again.filter(|told| !self.told.contains(told));
            self.told.extend(again);
            let mut form = LayoutInForce::new(
                header.layout,
                header.separator,
                [None; 2],
                self.survey.is_some() || self.evidence.is_some(),
            );
            form.decide(self.evidence.clone());
            form.tell_units(&mut self.units);
            self.csv = Some(form);
        }
        kind
    }

    /// Ends the row that is being made.
    #[inline]
    pub fn finish(&mut self, line: u64, trouble: &mut Trouble) -> RowEnd {
        let requests = self.requests;
        if self.dialect == Some(Dialect::End2EndUdp) {
            self.count_requests();
        }
        let ended = self.end(false, line, trouble).unwrap_or(RowEnd::Whole);
        if ended == RowEnd::Undecided {
            // it comes again
            self.requests = requests;
        }
        ended
    }

    /// The same of one of JSON Lines.
    pub fn finish_json(&mut self, line: u64, trouble: &mut Trouble) -> Option<RowEnd> {
        self.end(true, line, trouble)
    }

    /// Ends the row that is being made, of JSON Lines or CSV; none without a layout.
    #[inline]
    fn end(&mut self, is_json: bool, line: u64, trouble: &mut Trouble) -> Option<RowEnd> {
        let form = if is_json {
            &mut self.json
        } else {
            &mut self.csv
        };
        let Some(form) = form else {
            self.batch.drop_row();
            return None;
        };
        let batch = &mut self.batch;
        self.same.trim(batch);
        if let Some(evidence) = &mut self.survey {
            evidence.take(&form.layout, &form.cells, &batch.current());
            batch.drop_row();
            return Some(RowEnd::Whole);
        }
        self.same.spell(batch, form.places.names);
        let unknown = [&mut self.unknown_outcomes, &mut self.unknown_paths];
        if has_unknown_outcome(batch, form, unknown, line, trouble) {
            let row = batch.current();
            let clocks = (&mut self.clock, &mut self.stamps);
            if !form.places.is_totals(&row)
                && let Some(at) = time_of(&row, form, clocks)
            {
                // its series is that of the others
                form.mend_unread(batch, line);
                self.unread.add(&batch.current(), at.timestamp_micros());
            }
            batch.drop_row();
            return Some(RowEnd::Whole);
        }
        let clocks = (&mut self.clock, &mut self.stamps);
        let timed = end_row(batch, form, clocks, line, trouble);
        Some(self.counted(timed))
    }

    /// Puts the row that is being made right where its dialect is known to write it with another number
    /// of fields; it stays as it is where that is not so.
    pub fn mend(&mut self) -> Fit {
        let Some(form) = &self.csv else {
            return Fit::No;
        };
        let cells = match self.mended.cells(&self.batch, &form.layout) {
            Ok(cells) => cells,
            Err(fit) => return fit,
        };
        self.batch.drop_row();
        for cell in &cells {
            self.batch.cell(cell);
        }
        Fit::Yes
    }

    /// The same where it lacks the empty cells at its end, or has more of them; the file must have been looked at.
    pub fn fill(&mut self) -> bool {
        if let Some(evidence) = &mut self.survey {
            evidence.tails.take(&self.batch.current());
            return false;
        }
        let (Some(form), Some(tails)) = (&self.csv, &self.tails) else {
            return false;
        };
        let Some(cells) = lengths::whole(tails, &self.batch, form) else {
            return false;
        };
        self.batch.drop_row();
        for cell in &cells {
            self.batch.cell(cell);
        }
        self.other_lengths.raise(1);
        true
    }

    /// Times by the clocks of the zone, and by UTC.
    pub fn clocks(&self) -> (u64, u64) {
        (self.clock.by_zone, self.clock.by_utc)
    }

    /// What the clocks of the zone showed twice, for a file that goes on from another.
    pub fn shown_twice(&mut self) -> &mut ShownTwice {
        &mut self.clock.twice
    }

    /// Sends what is there.
    pub fn flush(&mut self) {
        let layout = Arc::clone(&self.batch.layout);
        self.deliver(layout);
    }

    #[inline]
    fn counted(&mut self, timed: RowTime) -> RowEnd {
        match timed {
            RowTime::Undecided => return RowEnd::Undecided,
            RowTime::LeftOut => return RowEnd::Whole,
            RowTime::At(_) | RowTime::Never | RowTime::Unreadable => {}
        }
        self.count.raise(1);
        if let RowTime::At(at) = timed {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
        if self.batch.is_full() {
            self.flush();
        }
        match timed {
            RowTime::Unreadable => RowEnd::Timeless,
            _ => RowEnd::Whole,
        }
    }

    fn deliver(&mut self, layout: Arc<Layout>) {
        if !self.batch.is_empty() {
            self.delivered = true;
            self.stopped |= !self.out.deliver(&mut self.batch);
        }
        self.batch.reuse(layout, self.file);
    }
}
