//! The columns of a version at a relay.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::finished::Offer;
use crate::measure::ladder::Rung;
use crate::record::Run;
use crate::schema::column::{Column, Kind, of};
use crate::schema::dialect::Dialect;
use crate::schema::group::{Group, count, table};
use crate::schema::groups::{HasPeer, HasRun, by_fields};
use crate::schema::row_kind::RowKind;
use crate::schema::value::{Value, list, number, optional, text, word};

type Of = Group<Rung>;

fn flag(value: Option<bool>) -> Value<'static> {
    value.map_or(Value::Missing, Value::Flag)
}

/// Those that were taken.
fn taken(offers: &[Offer]) -> Value<'_> {
    let taken = offers.iter().filter(|offer| offer.taken == Some(true));
    list(taken.map(|offer| offer.offer))
}

/// The columns of a version, in the order of the file.
#[rustfmt::skip]
const PIECES: &[&[Column<Rung>]] = &[
    &[of("datetime", Kind::Time, "UTC", "start, before the name resolution", |r| Value::Seconds(r.started))],
    &Of::RUN.pick(["run_id", "host", "world", "tool_version"]),
    &Of::HOST.pick(["remotehost"]),
    &[of("remotename", Kind::Text, "", "last name of the CNAME chain", |r| text(&r.name))],
    &Of::PEER.pick(["remoteip", "Port"]),
    &[
        of("version", Kind::Text, "", "SSL 2.0, SSL 3.0, or TLS 1.0 to TLS 1.3", |r| word(Some(r.version.version.as_str()))),
        of("accepted", Kind::Flag, "", "whether the relay accepts it; empty if that could not be determined", |r| flag(r.version.accepted)),
        of("refused_by", Kind::Text, "", "how it was refused: alert with its name, EOF, reset, silence, or what was answered instead", |r| text(&r.version.refused_by)),
        of("suites", Kind::List, "", "cipher suites by their IANA names, in the relay's order of preference", |r| list(r.version.suites.iter())),
        of("suites_are_all", Kind::Flag, "", "whether the list is complete", |r| if r.version.accepted == Some(true) { Value::Flag(r.version.suites_are_all) } else { Value::Missing }),
        of("order", Kind::Text, "", "whose order of suites counts: server, client, or mixed", |r| word(r.version.order.map(crate::record::Order::as_str))),
        of("groups", Kind::List, "", "key exchange groups by their IANA names, in the relay's order of preference", |r| list(r.version.groups.iter())),
        of("dh_bits", Kind::Integer, "bits", "size of the smallest prime of a finite field exchange (DHE)", |r| number(r.version.dh_bits.map(u64::from))),
        of("extended_master_secret", Kind::Flag, "", "whether the relay has it (RFC 7627); TLS 1.3 needs none", |r| flag(r.version.extended_master_secret)),
        of("secure_renegotiation", Kind::Flag, "", "whether the relay has it (RFC 5746); TLS 1.3 needs none", |r| flag(r.version.secure_renegotiation)),
        of("compression", Kind::Flag, "", "whether the relay compresses", |r| flag(r.version.compression)),
        of("resumption", Kind::Flag, "", "whether a second handshake resumed the session of the first", |r| flag(r.version.resumption)),
        of("ocsp_stapling", Kind::Flag, "", "whether the certificate's status was stapled (OCSP)", |r| flag(r.version.ocsp_stapling)),
        of("alpn", Kind::List, "", "application protocols that the relay took, of stun.turn and http/1.1", |r| taken(&r.relay.alpn)),
        of("without_sni", Kind::Text, "", "what a ClientHello without a name gets", |r| optional(r.relay.without_sni.as_deref())),
        of("wrong_sni", Kind::Text, "", "what a ClientHello with a wrong name gets", |r| optional(r.relay.wrong_sni.as_deref())),
        of("cert_sha256", Kind::Text, "", "SHA-256 of the relay's certificate", |r| r.relay.certificates.first().map_or(Value::Missing, |sent| crate::schema::value::hex(&sent.sha256))),
        of("tls_path", Kind::Text, "", "what the certificates show about the path, as in a row of a probe", |r| word(r.relay.tls_path.map(crate::record::TlsPath::as_str))),
        of("tls_path_evidence", Kind::Text, "", "the evidence for it", |r| text(&r.relay.tls_path_evidence)),
        of("verdict", Kind::Text, "", "verdict on the relay's versions", |r| text(&r.relay.verdict.text)),
        of("stopped", Kind::Text, "", "why it was not tested completely", |r| text(&r.relay.stopped)),
        of("http_reply", Kind::Text, "", "what a HEAD inside TLS got, as in a row of a probe; empty when none was sent", |r| r.relay.http_reply.map_or(Value::Missing, |reply| Value::Text(reply.word()))),
        of("connections", Kind::Integer, "", "connections to this relay", |r| Value::Integer(r.relay.connections.into())),
        of("proxy", Kind::Text, "", "proxy that the path led through, as in a row of a probe", |r| text(&r.proxy)),
    ],
];

/// What some of them mean here.
const MEANINGS: &[(&str, &str)] = &[("Port", "TCP port that was connected to")];

pub(crate) static LADDER: [Column<Rung>; count(PIECES)] = table(PIECES, MEANINGS);

by_fields!(Rung: HasHost);

impl RowKind for Rung {
    const WHAT: &'static str = "ladder";
    const MEANING: &'static str =
        "A version of SSL or TLS at a relay: accepted or how refused, and with what";
    const DIALECT: Option<Dialect> = None;
    const COLUMNS: &'static [Column<Self>] = &LADDER;

    fn started(&self) -> DateTime<Utc> {
        self.started
    }
}

impl HasRun for Rung {
    fn run(&self) -> &Run {
        &self.run
    }

    fn slot(&self) -> u64 {
        0
    }
}

impl HasPeer for Rung {
    fn remote_ip(&self) -> Option<IpAddr> {
        self.remote
    }

    fn port(&self) -> u16 {
        self.relay.port
    }
}
