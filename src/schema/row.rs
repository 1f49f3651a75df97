//! Rows read back from files: the same fields as [`Record`](crate::record::Record), borrowed from the file's text
//! and parsed when they are asked for.

use std::borrow::Cow;
use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::dialect::Dialect;
use super::ids::{Id, id};
use super::layout::Layout;
use super::metric::Metric;
use super::rolled::RolledUp;
use super::through::through;
use super::typed_cells::{Lists, list_text};
use crate::record::{Cause, Phase, Transport, TurnReply, World, without_marks};

/// A row of a file.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Where its columns stand.
    pub layout: &'a Layout,
    /// All cells, one behind the other.
    pub text: &'a str,
    /// Where each cell ends in `text`.
    pub ends: &'a [u32],
    /// Bytes of `text` between two cells: 0, or 1 for a separator, or 3 for one between quotes, the first of which
    /// stands in front of the first cell then.
    pub gap: u8,
    /// Cells that came as lists of numbers: their text is empty.
    pub lists: Lists<'a>,
    /// When the probe started; none where the row has no time that can be read.
    pub at: Option<DateTime<Utc>>,
    /// Line of the file that it stands in, from 1.
    pub line: u64,
    /// What was parsed of it before, where somebody did that.
    pub parsed: Option<&'a Parsed>,
}

/// What is asked of nearly every row, parsed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    ok: bool,
    world: Option<World>,
    slot: Option<u64>,
    times: [Option<u64>; Metric::COUNT],
    pub(super) rolled: Option<Box<RolledUp>>,
}

impl Parsed {
    /// Of a row, and of what it is where it is known to be a roll-up.
    pub fn of(row: &Row<'_>, rolled: Option<Box<RolledUp>>) -> Self {
        let row = Row {
            parsed: None,
            ..*row
        };
        Self {
            ok: row.is_ok(),
            world: row.world(),
            slot: row.slot(),
            times: row.times(),
            rolled,
        }
    }
}

impl<'a> Row<'a> {
    /// Of cells that follow each other with nothing between, in the first line of a file.
    pub fn new(
        layout: &'a Layout,
        text: &'a str,
        ends: &'a [u32],
        at: Option<DateTime<Utc>>,
    ) -> Self {
        Self {
            layout,
            text,
            ends,
            gap: 0,
            lists: Lists::default(),
            at,
            line: 1,
            parsed: None,
        }
    }

    /// The cell at a place, empty where the row has none.
    #[inline]
    pub fn cell(&self, place: usize) -> &'a str {
        let Some(end) = self.ends.get(place) else {
            return "";
        };
        self.text
            .get(self.begin(place)..*end as usize)
            .unwrap_or_default()
    }

    /// Where the cell at a place, which the row has, begins in `text`.
    #[inline]
    pub(crate) fn begin(&self, place: usize) -> usize {
        let before = place
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let gap = usize::from(self.gap);
        before.map_or(gap / 2, |end| (*end as usize).saturating_add(gap))
    }

    /// A column's cell, empty where the file has no such column.
    #[inline]
    pub fn get(&self, id: Id) -> &'a str {
        self.layout
            .place_of(id)
            .map_or("", |place| self.cell(place))
    }

    /// A text without the marks that keep a spreadsheet from taking it for a formula.
    pub fn text(&self, id: Id) -> Cow<'a, str> {
        let place = self.layout.place_of(id);
        place.map_or(Cow::Borrowed(""), |place| self.cell_text(place))
    }

    /// The same of the cell at a place, whatever it came as.
    pub fn cell_text(&self, place: usize) -> Cow<'a, str> {
        match self.lists.at(place) {
            Some(numbers) => Cow::Owned(list_text(numbers)),
            None => without_marks(self.cell(place)),
        }
    }

    /// A list that came as numbers.
    pub fn numbers(&self, id: Id) -> Option<&'a [i64]> {
        self.lists.at(self.layout.place_of(id)?)
    }

    /// A whole number.
    pub fn number(&self, id: Id) -> Option<u64> {
        whole(self.get(id))
    }

    /// Its slot of the schedule.
    pub fn slot(&self) -> Option<u64> {
        match self.parsed {
            Some(parsed) => parsed.slot,
            None => self.number(id!(slot)),
        }
    }

    /// Whether the probe worked.
    pub fn is_ok(&self) -> bool {
        if let Some(parsed) = self.parsed {
            return parsed.ok;
        }
        let status = self.get(id!(Status));
        // nearly all, without a look at spaces and letters
        if status == "OK" && self.layout.dialect != Dialect::End2EndUdp {
            return true;
        }
        let status = status.trim();
        match self.layout.dialect {
            // its column of the answer is that of its last packet, of a search for the distance
            Dialect::End2EndUdp => {
                self.has_answers()
                    || ["true", "1", "yes"]
                        .iter()
                        .any(|yes| status.eq_ignore_ascii_case(yes))
                    || status.parse::<u64>().is_ok_and(|answers| answers > 0)
            }
            // an answer that came late, by a limit or against the average before, is one
            Dialect::End2EndHttp => ["OK", "200", "SLOWABS", "SLOWAVG"]
                .iter()
                .any(|answered| status.eq_ignore_ascii_case(answered)),
            _ if status.is_empty() && !self.layout.has(id!(Status)) => {
                self.get(id!(cause)).is_empty() && self.get(id!(failed_phase)).is_empty()
            }
            _ => status.eq_ignore_ascii_case("OK"),
        }
    }

    /// Why it failed: our cause code, or what the file has for a status.
    pub fn cause(&self) -> &'a str {
        let cause = self.get(id!(cause)).trim();
        if !cause.is_empty() {
            return cause;
        }
        match self.get(id!(Status)).trim() {
            _ if self.layout.dialect == Dialect::End2EndUdp => "no answer",
            "" => "no status",
            status => status,
        }
    }

    /// The phase that failed, where the row says so.
    pub fn failed_phase(&self) -> Option<Phase> {
        if self.is_ok() {
            return None;
        }
        if let Some(phase) = Phase::of_word(self.get(id!(failed_phase))) {
            return Some(phase);
        }
        // without the column, a cause of ours says it
        Cause::of_word(self.cause()).map(Cause::phase)
    }

    /// Whether the relay answered, be it with an error. Such a row may have failed, and is no loss.
    pub fn was_answered(&self) -> bool {
        self.is_ok() || self.has_reply()
    }

    /// Whether End2End-UDP3478 counted answers, whatever came of its search for the distance.
    fn has_answers(&self) -> bool {
        self.layout.dialect == Dialect::End2EndUdp
            && self
                .number(id!(successrttcount))
                .is_some_and(|answers| answers > 0)
    }

    /// As [`Record::is_undecided`](crate::record::Record::is_undecided) has it.
    pub fn is_undecided(&self) -> bool {
        self.known_cause().is_some_and(Cause::is_alert) && !self.has_reply()
    }

    /// Whether this computer alone failed, so that the row says nothing of path and relay.
    pub fn failed_here(&self) -> bool {
        self.known_cause().is_some_and(Cause::is_local)
    }

    fn known_cause(&self) -> Option<Cause> {
        if self.is_ok() {
            return None;
        }
        Cause::of_word(self.cause())
    }

    /// Whether a request got a well-formed answer, as [`TurnReply::is_answer`] has it.
    fn has_reply(&self) -> bool {
        TurnReply::is_answer_word(self.get(id!(turn_reply)).trim())
    }

    /// What each [`Metric`] took, in microseconds, by its number; none where the phase failed, did
    /// not run or has no number. The total of our files counts only when the probe worked;
    /// End2End's, which have no phase, whenever there is a number.
    pub fn times(&self) -> [Option<u64>; Metric::COUNT] {
        if let Some(parsed) = self.parsed {
            return parsed.times;
        }
        let ok = self.is_ok();
        let failed = if ok { None } else { self.failed_phase() };
        let connect = self.micros(id!(connect_us), id!(connecttimems));
        let within = |us: Option<u64>| us.filter(|us| *us <= LONGEST_US);
        let of = |phase, took: Option<u64>| {
            // an error that was answered has its round trip
            took.filter(|_| failed != Some(phase) || phase == Phase::Turn && self.has_reply())
        };
        let knows_phases = matches!(self.layout.dialect, Dialect::Turnprobe | Dialect::Held);
        let total = (ok || !knows_phases && failed.is_none())
            .then(|| self.micros(id!(total_us), id!(totaltimems)))
            .flatten();
        [
            of(Phase::Dns, self.micros(id!(dns_us), id!(dnstimems))),
            of(Phase::Connect, connect),
            of(Phase::Proxy, within(self.number(id!(proxy_us)))),
            of(Phase::Tls, self.tls_time()),
            of(Phase::Turn, within(self.turn_time())),
            total,
        ]
    }

    fn tls_time(&self) -> Option<u64> {
        if self.layout.dialect == Dialect::End2EndTcpEarly {
            let from_connect = self.millis(id!(tlstimems))?;
            return from_connect.checked_sub(self.millis(id!(connecttimems))?);
        }
        self.micros(id!(tls_us), id!(tlstimems))
    }

    fn turn_time(&self) -> Option<u64> {
        if self.layout.dialect == Dialect::End2EndUdp {
            // what it averaged before it found no answer are answers to older requests
            let average = self.millis(id!(averagertt)).filter(|_| self.is_ok());
            return average.filter(|us| (1..9_999_000).contains(us));
        }
        self.number(id!(turn_us))
    }

    /// Where it was measured: the row says so, or its address, as no relay of Microsoft's is on
    /// loopback; none where neither tells.
    pub fn world(&self) -> Option<World> {
        if let Some(parsed) = self.parsed {
            return parsed.world;
        }
        match self.get(id!(world)).trim() {
            "" => {}
            said if said.eq_ignore_ascii_case(World::Lab.as_str()) => return Some(World::Lab),
            _ => return Some(World::Real),
        }
        let address = self.get(id!(remoteip));
        match address.as_bytes() {
            // nearly all, without a look at the whole
            [b'1'..=b'9', ..] if !address.starts_with("127.") => Some(World::Real),
            _ if address.trim().is_empty() => None,
            _ => World::guess(self.address()?, &self.text(id!(remotename))),
        }
    }

    /// What was spoken: of files that do not say, what their program speaks.
    pub fn transport(&self) -> &'a str {
        match (self.get(id!(transport)), self.layout.dialect) {
            ("", Dialect::End2EndUdp) => Transport::Udp.as_str(),
            ("", Dialect::End2EndHttp) if self.is_plain_http() => "http",
            ("", Dialect::End2EndHttp) => "https",
            ("", dialect) => dialect.spoken().unwrap_or(Transport::Tls.as_str()),
            (transport, _) => transport,
        }
    }

    /// What was spoken, and the proxy that it went through: `tls`, `tls through http://proxy:8080`. What goes through
    /// one says nothing of what goes straight.
    pub fn way(&self) -> Cow<'a, str> {
        self.through(Cow::Borrowed(self.transport()))
    }

    /// A text about the row with the proxy that it went through.
    pub fn through(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        through(text, &self.text(id!(proxy)))
    }

    /// Whether what was fetched is the URL of a page without TLS.
    fn is_plain_http(&self) -> bool {
        let scheme = self.get(id!(remotehost)).split(':').next();
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"))
    }

    /// The relay's address.
    pub fn address(&self) -> Option<IpAddr> {
        self.get(id!(remoteip)).trim().parse().ok()
    }

    fn micros(&self, exact: Id, millis: Id) -> Option<u64> {
        if self.layout.has(exact) {
            return self.number(exact).filter(|us| *us <= LONGEST_US);
        }
        self.millis(millis)
    }

    /// Milliseconds, whole or with a fraction; what is negative stands for a failure.
    fn millis(&self, id: Id) -> Option<u64> {
        let text = self.get(id);
        if let Some(whole) = whole(text) {
            return whole.checked_mul(1000).filter(|us| *us <= LONGEST_US);
        }
        let value: f64 = text.trim().parse().ok()?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the bounds
        (0.0..86_400_000.0)
            .contains(&value)
            .then(|| (value * 1000.0).round() as u64)
    }

    /// Whether the row's TLS time, which its dialect counts from the start of the connection, is
    /// shorter than the connect: then it has none.
    pub fn has_odd_time(&self) -> bool {
        self.layout.dialect == Dialect::End2EndTcpEarly
            && self.millis(id!(tlstimems)) < self.millis(id!(connecttimems))
            && self.millis(id!(tlstimems)).is_some()
    }
}

/// A whole number, with or without spaces around it: nearly all have none, and need no look for them.
fn whole(text: &str) -> Option<u64> {
    let plain = text.parse().ok();
    plain.or_else(|| text.trim().parse().ok())
}

/// A time that no probe takes: a day.
const LONGEST_US: u64 = 86_400_000_000;

#[cfg(test)]
mod tests;
