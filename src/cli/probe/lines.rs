//! One line per probe, as ping prints it, as wide as the terminal.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

use super::cells::{LineCell, cell, ms};
use crate::doc::lines::offset as offset_name;
use crate::doc::{FittedFields, Style, styled, width, wrapped};
use crate::measure::probe::text::paths::note;
use crate::record::{
    Cause, Explanation, Failure, Outcome, Record, Transport, TurnReply, plain, unknown_attribute,
};
use crate::zone::Zone;

pub use super::cells::LineLayout;

/// What stands before the cause of a failure.
const INDENT: &str = "       ";

/// The same where there is little room.
const SHORT_INDENT: &str = "  ";

/// Columns under which there is little room.
const LITTLE: usize = 60;

/// Makes the lines, the head before the first one and wherever it changes.
#[derive(Debug)]
pub struct ProbeLines {
    layout: LineLayout,
    zone: Zone,
    /// The longest target, where there are several.
    hosts: Option<usize>,
    /// The longest address so far.
    address: usize,
    head: Option<LinesHead>,
    /// How each target fails that does, over each transport.
    failing: HashMap<LineKey, Failing>,
}

/// What stands above the lines, and what it depends on.
#[derive(Debug)]
struct LinesHead {
    columns: usize,
    address: usize,
    offset: FixedOffset,
    day: NaiveDate,
    shown: Vec<LineCell>,
    layout: FittedFields,
}

/// Target and port, transport, and whether it goes through a proxy.
type LineKey = (Arc<str>, u16, Transport, bool);

/// A failure that goes on: it is told once, and then counted.
#[derive(Debug)]
struct Failing {
    cause: Cause,
    since: DateTime<Utc>,
    count: u64,
    /// When the count was told last.
    told: DateTime<Utc>,
}

impl Failing {
    /// How often by now, below the line of a probe.
    fn counted(&self, zone: Zone, columns: usize) -> String {
        let said = format!(
            "{}, {} times since {}",
            self.cause.as_str(),
            self.count,
            zone.show(self.since).format("%H:%M:%S")
        );
        below(&said, columns)
    }
}

/// How often the count of a failure that goes on is told.
const COUNTED: TimeDelta = TimeDelta::seconds(60);

impl ProbeLines {
    /// Lines of this layout for these targets; colours are the stream's business.
    pub fn new(layout: LineLayout, zone: Zone, hosts: &[String]) -> Self {
        let longest = hosts.iter().map(|host| width(host)).max();
        Self {
            layout,
            zone,
            hosts: longest.filter(|_| hosts.len() > 1),
            address: 0,
            head: None,
            failing: HashMap::new(),
        }
    }

    /// The line of a probe, and what is told below it, for a terminal of so many columns.
    pub fn of(&mut self, record: &Record, columns: usize) -> String {
        let mut text = String::new();
        self.begin(record, columns, &mut text);
        let is_told = self.tell_failing(record, columns, &mut text);
        if let Some(head) = &self.head {
            let line = head.layout.line(|place| {
                let what = head.shown[place];
                cell(what, record, self.zone)
            });
            let _ = writeln!(text, "{line}");
        }
        told(record, is_told, columns, &mut text);
        if let Some(failing) = self.failing.get_mut(&key(record))
            && record.started - failing.told >= COUNTED
        {
            failing.told = record.started;
            text.push_str(&failing.counted(self.zone, columns));
        }
        text
    }

    /// The head, where it is not the one above; a new day is told with it.
    fn begin(&mut self, record: &Record, columns: usize, text: &mut String) {
        let address = record.remote.map_or(0, |its| its.ip().to_string().len());
        self.address = self.address.max(address);
        let shown = self.zone.show(record.started);
        let (offset, day) = (*shown.offset(), shown.date_naive());
        if let Some(head) = &mut self.head {
            let is_next = head.day != day;
            head.day = day;
            if is_next {
                let _ = writeln!(text, "{day}");
            }
            let as_before = (head.columns, head.address) == (columns, self.address);
            if as_before && head.offset == offset {
                return;
            }
        }
        let zone = offset_name(self.zone, record.started);
        let fields = self.layout.fields(&zone, self.hosts, self.address);
        let (shown, fields): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        // the last column stays free: some terminals wrap there
        let layout = FittedFields::new(fields, columns.saturating_sub(1));
        let is_as_above = self
            .head
            .as_ref()
            .is_some_and(|above| above.layout == layout);
        if !is_as_above {
            let _ = writeln!(text, "{}", layout.head());
        }
        self.head = Some(LinesHead {
            columns,
            address: self.address,
            offset,
            day,
            shown,
            layout,
        });
    }

    /// Takes note of a failure, or that it is over. Whether the same was told already.
    fn tell_failing(&mut self, record: &Record, columns: usize, text: &mut String) -> bool {
        let key = key(record);
        let cause = record.outcome.cause();
        if let Some(failing) = self.failing.get_mut(&key)
            && Some(failing.cause) == cause
        {
            failing.count = failing.count.saturating_add(1);
            return true;
        }
        if let Some(over) = self.failing.remove(&key).filter(|over| over.count > 1) {
            text.push_str(&over.counted(self.zone, columns));
        }
        if let Some(cause) = cause {
            let failing = Failing {
                cause,
                since: record.started,
                count: 1,
                told: record.started,
            };
            self.failing.insert(key, failing);
        }
        false
    }
}

fn key(record: &Record) -> LineKey {
    let is_through = record.via.is_some();
    (
        Arc::clone(&record.host),
        record.port,
        record.transport,
        is_through,
    )
}

/// What is told below the line of a probe.
fn told(record: &Record, is_told: bool, columns: usize, out: &mut String) {
    match &record.outcome {
        Outcome::Ok => {
            let http = record
                .tls
                .http_reply
                .map(|reply| format!("HEAD: {}: {}", reply.word(), reply.meaning()));
            let all = [names(record), slow(record), way(record), http];
            for said in all.into_iter().flatten().chain(beside(record)) {
                out.push_str(&below(&said, columns));
            }
        }
        Outcome::Failed(_) if is_told => {}
        Outcome::Failed(failure) => {
            out.push_str(&failed(record, failure, columns));
            for said in names(record).into_iter().chain(beside(record)) {
                out.push_str(&below(&said, columns));
            }
        }
    }
}

/// Lines below that of a probe.
fn below(said: &str, columns: usize) -> String {
    let indent = if columns < LITTLE {
        SHORT_INDENT
    } else {
        INDENT
    };
    let room = columns.saturating_sub(indent.len()).max(20);
    let mut out = String::new();
    for line in wrapped(said, room) {
        let _ = writeln!(out, "{indent}{line}");
    }
    out
}

/// The cause of a failure in red, and what was seen.
fn failed(record: &Record, failure: &Failure, columns: usize) -> String {
    let Failure { cause, detail } = failure;
    let after = record
        .times
        .of(cause.phase())
        .map_or_else(String::new, |took| format!(" after {} ms", ms(Some(took))));
    let said = format!("{}{after}: {}", cause.as_str(), plain(detail));
    let red = styled(cause.as_str(), Style::Bad);
    below(&said, columns).replacen(cause.as_str(), &red, 1)
}

/// What the name resolution met on its way.
fn names(record: &Record) -> Option<String> {
    let told = &record.dns.told;
    (!told.is_empty()).then(|| format!("name resolution: {}", plain(told)))
}

/// What else is remarkable about an answer and a certificate.
fn beside(record: &Record) -> Vec<String> {
    let mut all = Vec::new();
    let turn = &record.turn;
    // Microsoft's relays name themselves
    let is_itself = |other: SocketAddr| record.remote.is_some_and(|its| its.ip() == other.ip());
    if let Some(other) = turn.alternate_server.filter(|other| !is_itself(*other)) {
        all.push(format!("the relay names another server: {other}"));
    }
    all.extend(turn.unknown_attribute.map(unknown_attribute));
    let is_answered = turn.reply.is_some_and(TurnReply::is_answer);
    if let Some(ignored) = turn.ignored.filter(|its| is_answered && its.total() > 0) {
        all.push(format!("ignored besides the answer: {ignored}"));
    }
    let certificate = record.tls.certificate.as_deref();
    if let Some(its) = certificate.filter(|its| !its.faults.is_empty()) {
        all.push(format!("the certificate: {}", plain(&its.faults)));
    }
    all
}

/// Where the time of a slow probe went.
fn slow(record: &Record) -> Option<String> {
    let why = record.explanation.filter(|why| *why != Explanation::None)?;
    let mut said = format!("{}: {}", why.as_str(), why.meaning());
    if record.via.is_some() && why.is_of_the_way() {
        said.push_str(", on the path to the proxy");
    }
    if let Some(count @ 1..) = record.tcp.syn_retransmits {
        let _ = write!(said, "; retransmitted SYNs: {count}");
    }
    Some(said)
}

/// What is wrong with the way to the relay, by its certificate.
fn way(record: &Record) -> Option<String> {
    let certificate = record.tls.certificate.as_ref();
    let issuer = certificate.map_or("", |its| its.issuer.as_str());
    note(record.tls.path?, issuer, &record.tls.path_evidence)
}

#[cfg(test)]
mod tests;
