//! The fields of a probe's line: which ones there are, their order of importance, and their contents.

use std::time::Duration;

use crate::doc::{Field, Style, number};
use crate::record::{Outcome, Phase, Record, Transport, TurnReply};
use crate::zone::Zone;

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

/// A field of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineCell {
    Time,
    Slot,
    Over,
    Host,
    Address,
    Region,
    Took(Phase),
    Turn,
    Total,
    Result,
    NameServer,
    SeenAs,
    Expires,
    Certificate,
}

use LineCell::{
    Address, Certificate, Expires, Host, NameServer, Over, Region, Result, SeenAs, Slot, Time,
    Took, Total, Turn,
};

/// What is more important than what, by layout; what is not named here is left out.
#[rustfmt::skip]
const TLS: &[LineCell] = &[
    Time, Result, Total, Address, Took(Phase::Connect), Took(Phase::Tls), Took(Phase::Dns), Region,
    Expires, Certificate, Slot, NameServer, Host,
];

#[rustfmt::skip]
const TRANSPORTS: &[LineCell] = &[
    Time, Result, Over, Turn, Took(Phase::Connect), Took(Phase::Tls), Address, Region,
    Took(Phase::Dns), Total, SeenAs, Slot, Expires, NameServer, Host, Certificate,
];

#[rustfmt::skip]
const PROXY: &[LineCell] = &[
    Time, Result, Total, Over, Took(Phase::Proxy), Took(Phase::Connect), Took(Phase::Tls), Address,
    Took(Phase::Dns), Region, Expires, Slot, Certificate, NameServer, Host,
];

/// The order on a line.
#[rustfmt::skip]
const ORDER: &[LineCell] = &[
    Time, Slot, Over, Host, Address, Region, Took(Phase::Dns), Took(Phase::Connect),
    Took(Phase::Proxy), Took(Phase::Tls), Turn, Total, Result, SeenAs, NameServer, Expires,
    Certificate,
];

impl LineLayout {
    /// The fields in their order. `zone` stands above the times; `hosts` is the length of the longest
    /// target where there are several, `address` that of the longest address.
    pub(super) fn fields(
        self,
        zone: &str,
        hosts: Option<usize>,
        address: usize,
    ) -> Vec<(LineCell, Field)> {
        let mut ranks = match self {
            Self::Tls => TLS.to_vec(),
            Self::Transports => TRANSPORTS.to_vec(),
            Self::Proxy => PROXY.to_vec(),
        };
        // of several targets nobody knows which is meant
        if hosts.is_some() {
            ranks.retain(|what| *what != Host);
            ranks.insert(3, Host);
        }
        let fields = ORDER.iter().filter_map(|what| {
            let rank = ranks.iter().position(|ranked| ranked == what)?;
            Some((*what, self.field(*what, zone, hosts, address, rank)))
        });
        fields.collect()
    }

    fn field(
        self,
        what: LineCell,
        zone: &str,
        hosts: Option<usize>,
        address: usize,
        rank: usize,
    ) -> Field {
        /// As `tr.teams.microsoft.com`.
        const HOST: usize = 22;
        match what {
            Time => Field::whole(zone, 8, rank),
            Slot => Field::number("slot", 5, rank),
            Over => Field::whole("over", if self == Self::Proxy { 13 } else { 9 }, rank).after(1),
            Host => Field::words("host", hosts.unwrap_or(HOST), 16, rank),
            Address => Field::whole("address", address.max(15), rank).after(1),
            Region => Field::words("region", 18, 14, rank).after(1),
            Took(phase) => {
                let columns = match phase {
                    Phase::Connect => 7,
                    Phase::Tls if self != Self::Tls => 5,
                    _ => 6,
                };
                Field::number(phase.as_str(), columns, rank)
            }
            Turn => Field::number("turn", 6, rank),
            Total => Field::number("total", 6, rank),
            Result => {
                let field = Field::whole("ms", 4, rank);
                field.after(if self == Self::Transports { 1 } else { 2 })
            }
            SeenAs => Field::whole("this end seen as", 21, rank),
            NameServer => Field::whole("name server", 15, rank),
            Expires => Field::whole("expires", 10, rank),
            Certificate => Field::words("certificate", 24, 16, rank),
        }
    }
}

/// What stands in a field.
pub(super) fn cell(what: LineCell, record: &Record, zone: Zone) -> (String, Style) {
    let failed = record.outcome.cause().map(crate::record::Cause::phase);
    let certificate = record.tls.certificate.as_ref();
    let text = match what {
        Time => zone.show(record.started).format("%H:%M:%S").to_string(),
        Slot => record.slot.to_string(),
        Over => over(record),
        Host => record.host.to_string(),
        Address => or_none(record.remote.map(|its| its.ip().to_string())),
        Region => or_none(Some(record.region.clone())),
        Took(phase) if failed == Some(phase) => number::NONE.to_owned(),
        Took(phase) => ms(record.times.of(phase)),
        Turn => turn(record),
        Total => ms(record.times.total().filter(|_| failed.is_none())),
        Result => return result(&record.outcome),
        SeenAs => or_none(record.turn.mapped_address.map(|its| its.to_string())),
        NameServer => or_none(record.dns.resolver.as_ref().map(|its| {
            let its = its.strip_suffix(":53").unwrap_or(its);
            its.to_owned()
        })),
        Expires => or_none(certificate.and_then(|its| its.not_after).map(|until| {
            let until = zone.show(until);
            until.format("%Y-%m-%d").to_string()
        })),
        Certificate => or_none(certificate.map(|its| {
            let name = &its.common_name;
            name.strip_prefix("CN=").unwrap_or(name).to_owned()
        })),
    };
    (crate::record::plain(&text).into_owned(), Style::Plain)
}

fn or_none(text: Option<String>) -> String {
    let text = text.filter(|text| !text.is_empty());
    text.unwrap_or_else(|| number::NONE.to_owned())
}

fn result(outcome: &Outcome) -> (String, Style) {
    match outcome {
        Outcome::Ok => ("OK".to_owned(), Style::Plain),
        Outcome::Failed(_) => ("FAIL".to_owned(), Style::Bad),
    }
}

/// The transport; with UDP the port, as a relay has several.
fn over(record: &Record) -> String {
    let over = match record.transport {
        Transport::Tls => "tls".to_owned(),
        Transport::Tcp => "tcp".to_owned(),
        Transport::Udp => format!("udp {}", record.remote.map_or(record.port, |r| r.port())),
        Transport::PseudoTls => "pseudo".to_owned(),
    };
    match record.via {
        Some(_) => over + ", proxy",
        None => over,
    }
}

/// The round trip, also of an error; silence is no failure inside TLS and must be seen all the same.
fn turn(record: &Record) -> String {
    match record.turn.reply {
        Some(TurnReply::Silent) => "silent".to_owned(),
        _ => ms(record.turn_round_trip()),
    }
}

/// Milliseconds.
pub(super) fn ms(took: Option<Duration>) -> String {
    took.map_or_else(
        || number::NONE.to_owned(),
        |took| number::millis(took.as_secs_f64() * 1e3),
    )
}
