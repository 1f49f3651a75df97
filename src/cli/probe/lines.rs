//! One line per probe, as ping prints it, 80 columns wide.

use std::fmt::Write as _;
use std::time::Duration;

use crate::doc::{number, wrapped};
use crate::measure::probe::text::paths::note;
use crate::record::{Explanation, Failure, Outcome, Phase, Record, Transport, TurnReply, plain};

/// Columns of a line.
const WIDTH: usize = 80;

/// What stands before the cause of a failure.
const INDENT: &str = "       ";

/// What a line has places for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineLayout {
    /// A series of plain TLS probes.
    Tls,
    /// Several transports, or requests to the relay.
    Transports,
    /// Through a proxy, straight as well or not.
    Proxy,
}

/// Makes the lines, the head before the first one.
#[derive(Debug)]
pub struct Lines {
    layout: LineLayout,
    head: bool,
}

impl Lines {
    /// Lines of this layout; colours are the stream's business.
    pub fn new(layout: LineLayout) -> Self {
        Self {
            layout,
            head: false,
        }
    }

    /// The line of a probe.
    pub fn of(&mut self, record: &Record) -> String {
        let mut text = String::new();
        if !self.head {
            self.head = true;
            let _ = match self.layout {
                LineLayout::Tls => writeln!(
                    text,
                    "{:>5}  {:<15} {:<18} {:>7} {:>7} {:>7} {:>7}  ms",
                    "slot", "address", "region", "dns", "connect", "tls", "total"
                ),
                LineLayout::Transports => writeln!(
                    text,
                    "{:>5} {:<9} {:<15} {:<14} {:>6} {:>7} {:>6} {:>6}  ms",
                    "slot", "over", "address", "region", "dns", "connect", "tls", "turn"
                ),
                LineLayout::Proxy => writeln!(
                    text,
                    "{:>5} {:<13} {:<15} {:>6} {:>7} {:>6} {:>6} {:>7}  ms",
                    "slot", "over", "address", "dns", "connect", "proxy", "tls", "total"
                ),
            };
        }
        render(record, self.layout, &mut text);
        text
    }
}

fn render(record: &Record, layout: LineLayout, out: &mut String) {
    const RED: &str = "\x1b[31m";
    const PLAIN: &str = "\x1b[0m";
    let address = record
        .remote
        .map_or_else(|| "-".to_owned(), |a| a.ip().to_string());
    let region = if record.region.is_empty() {
        "-"
    } else {
        &record.region
    };
    let failed = record.outcome.cause().map(crate::record::Cause::phase);
    let cell = |phase| {
        if failed == Some(phase) {
            None
        } else {
            record.times.of(phase)
        }
    };
    let total = if failed.is_some() {
        None
    } else {
        record.times.total()
    };
    let (slot, region) = (record.slot, plain(region));
    let [dns, connect, tls] = [Phase::Dns, Phase::Connect, Phase::Tls].map(|phase| ms(cell(phase)));
    let _ = match layout {
        LineLayout::Tls => write!(
            out,
            "{slot:>5}  {address:<15} {region:<18} {dns:>7} {connect:>7} {tls:>7} {:>7}  ",
            ms(total),
        ),
        LineLayout::Transports => write!(
            out,
            "{slot:>5} {:<9} {address:<15} {region:<14.14} {dns:>6} {connect:>7} {tls:>6} {:>6}  ",
            over(record),
            turn(record),
        ),
        LineLayout::Proxy => write!(
            out,
            "{slot:>5} {:<13} {address:<15} {dns:>6} {connect:>7} {:>6} {tls:>6} {:>7}  ",
            match record.via {
                Some(_) => over(record) + ", proxy",
                None => over(record),
            },
            ms(cell(Phase::Proxy)),
            ms(total),
        ),
    };
    match &record.outcome {
        Outcome::Ok => {
            out.push_str("OK\n");
            names(record, out);
            slow(record, out);
            way(record, out);
            http(record, out);
        }
        Outcome::Failed(Failure { cause, detail }) => {
            let _ = writeln!(out, "{RED}FAIL{PLAIN}");
            let after = record
                .times
                .of(cause.phase())
                .map_or_else(String::new, |took| format!(" after {} ms", ms(Some(took))));
            // a connect that fails is the proxy's where one is gone through
            let whose = match &record.via {
                Some(via) if cause.phase() == Phase::Connect => {
                    format!(", on the way to the proxy {}", plain(&via.proxy))
                }
                _ => String::new(),
            };
            let said = format!("{}{after}: {}{whose}", cause.as_str(), plain(detail));
            for (number, line) in wrapped(&said, WIDTH - INDENT.len()).iter().enumerate() {
                let line = if number == 0 {
                    line.replacen(
                        cause.as_str(),
                        &format!("{RED}{}{PLAIN}", cause.as_str()),
                        1,
                    )
                } else {
                    line.clone()
                };
                let _ = writeln!(out, "{INDENT}{line}");
            }
            names(record, out);
        }
    }
}

/// What the name resolution met on its way, below its line.
fn names(record: &Record, out: &mut String) {
    if record.dns.told.is_empty() {
        return;
    }
    let said = format!("name resolution: {}", plain(&record.dns.told));
    for line in wrapped(&said, WIDTH - INDENT.len()) {
        let _ = writeln!(out, "{INDENT}{line}");
    }
}

/// Where the time of a slow probe went, below its line.
fn slow(record: &Record, out: &mut String) {
    let Some(why) = record.explanation.filter(|why| *why != Explanation::None) else {
        return;
    };
    let mut said = format!("{}: {}", why.as_str(), why.meaning());
    if record.via.is_some() && why.is_of_the_way() {
        said.push_str(", on the way to the proxy");
    }
    if let Some(count @ 1..) = record.tcp.syn_retransmits {
        let _ = write!(said, "; SYNs sent again: {count}");
    }
    for line in wrapped(&said, WIDTH - INDENT.len()) {
        let _ = writeln!(out, "{INDENT}{line}");
    }
}

/// What is wrong with the way to the relay, by its certificate, below its line.
fn way(record: &Record, out: &mut String) {
    let certificate = record.tls.certificate.as_ref();
    let issuer = certificate.map_or("", |its| its.issuer.as_str());
    let path = record.tls.path;
    let said = path.and_then(|path| note(path, issuer, &record.tls.path_evidence));
    for line in wrapped(&said.unwrap_or_default(), WIDTH - INDENT.len()) {
        if !line.is_empty() {
            let _ = writeln!(out, "{INDENT}{line}");
        }
    }
}

/// What a HEAD inside TLS got, below its line.
fn http(record: &Record, out: &mut String) {
    if let Some(reply) = record.tls.http_reply {
        let _ = writeln!(out, "{INDENT}HEAD: {}: {}", reply.word(), reply.meaning());
    }
}

/// The transport; with UDP the port, as a relay has several.
fn over(record: &Record) -> String {
    match record.transport {
        Transport::Tls => "tls".to_owned(),
        Transport::Tcp => "tcp".to_owned(),
        Transport::Udp => format!("udp {}", record.remote.map_or(record.port, |r| r.port())),
        Transport::PseudoTls => "pseudo".to_owned(),
    }
}

/// The round trip, also of an error; silence is no failure inside TLS and must be seen all the same.
fn turn(record: &Record) -> String {
    match record.turn.reply {
        Some(TurnReply::Silent) => "silent".to_owned(),
        _ => ms(record.turn_round_trip()),
    }
}

fn ms(took: Option<Duration>) -> String {
    took.map_or_else(
        || number::NONE.to_owned(),
        |took| number::millis(took.as_secs_f64() * 1e3),
    )
}
