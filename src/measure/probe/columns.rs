//! The columns of a probe: the contract of the CSV. New ones only ever come at the end.

use std::borrow::Cow;
use std::net::IpAddr;

use chrono::{DateTime, Utc};

use crate::record::{Explanation, Outcome, Record, Tcp, TlsPath, Turn};
use crate::schema::column::{Column, Kind, of, remark};
use crate::schema::dialect::Dialect;
use crate::schema::group::{Group, count, table};
use crate::schema::groups::{
    HasBytes, HasLocalEnd, HasOutcome, HasPeer, HasTcp, HasTurn, by_fields,
};
use crate::schema::row_kind::RowKind;
use crate::schema::stored::{Keep, Stored};
use crate::schema::value::{Value, number, optional, owned, word};

/// Number of columns that the reference wrote; they come first.
pub const REFERENCE_COLUMNS: usize = 22;

/// All columns of a probe, in the order of the file.
pub static COLUMNS: &[Column] = &PROBE;

type Of = Group<Record>;

/// The columns of a probe, in the order of the file.
#[rustfmt::skip]
const PIECES: &[&[Column<Record>]] = &[
    &Of::START.pick(["datetime"]),
    &Of::HOST.pick(["remotehost"]),
    &Of::DNS.pick(["remotename"]),
    &Of::PEER.pick(["remoteip", "Port"]),
    &Of::OUTCOME.pick(["Status"]),
    &Of::DOTNET.pick(["SslProtocol", "CipherAlgorithm", "HashAlgorithm", "KeyExchangeAlgorithm"]),
    &Of::CERTIFICATE.pick([
        "CN", "Subject", "NotAfter", "NotBefore", "Issuer", "Thumbprint", "SerialNumber",
        "SignatureAlgorithmFriendlyName",
    ]),
    &Of::TIMES_MS.pick(["dnstimems", "connecttimems", "tlstimems", "totaltimems"]),
    &Of::RUN.pick(["run_id", "slot", "host", "label", "world", "tool_version"]),
    &[
        of("transport", Kind::Text, "", "what was spoken: tls, udp, tcp, pseudo-tls", |r| word(Some(r.transport.as_str()))),
    ],
    &Of::RELAY.pick(["region"]),
    &Of::START.pick(["started_utc", "lag_us"]),
    &Of::OUTCOME.pick(["failed_phase", "cause", "detail"]),
    &Of::TIMES.pick(["dns_us", "proxy_us", "connect_us", "tls_us", "turn_us", "total_us"]),
    &Of::DNS.pick(["resolver", "dns_chain", "dns_ttls", "dns_addresses", "dns_queries"]),
    &Of::LOCAL_END.pick(["local_ip"]),
    &Of::TCP.pick([
        "tcp_rtt_us", "tcp_rttvar_us", "tcp_min_rtt_us", "tcp_syn_retransmits", "tcp_mss",
        "tcp_wscale", "tcp_options",
    ]),
    &Of::BYTES.pick(["bytes_sent", "bytes_received"]),
    &Of::TLS.pick([
        "tls_version", "tls_cipher", "tls_group", "tls_alpn", "trust_public", "trust_os",
    ]),
    &Of::CERTIFICATE.pick(["cert_key", "cert_sha256"]),
    &Of::TLS.pick(["chain_length"]),
    &Of::CERTIFICATE.pick(["cert_sans"]),
    &Of::RELAY.pick(["in_teams_range"]),
    &Of::TURN.pick([
        "turn_ask", "turn_reply", "turn_realm", "turn_software", "turn_attempts", "mapped_address",
        "alternate_server", "turn_ignored",
    ]),
    &Of::LOCAL_END.pick(["local_port"]),
    &[
        of("explain", Kind::Text, "", "where the time went: none, lost-syn, slow-path, slow-dns, slow-server, lost-in-tls, local-delay, loss-or-server, path-or-relay, proxy-or-beyond; through a proxy it is about the path to the proxy", |r| word(r.explanation.map(Explanation::as_str))),
        of("tls_round_trips_tenths", Kind::Integer, "tenths", "tls_us in tenths of the path's round trip", |r| number(r.tls_round_trips_tenths())),
    ],
    &Of::FLIGHT.pick(["tls_hello_us", "tls_flight_bytes", "tls_flight_windows", "tls_flight_lost"]),
    &Of::TCP.pick(["tcp_rcv_wscale", "tcp_options_offered", "tcp_congestion", "fast_open"]),
    &Of::TCP_END.pick([
        "tcp_end_rtt_us", "tcp_end_min_rtt_us", "tcp_end_retransmits", "tcp_end_timeouts",
        "tcp_end_reordered", "tcp_end_out_of_order", "tcp_end_dsack", "tcp_end_dup_acks",
        "tcp_end_cwnd", "tcp_end_send_window", "tcp_end_receive_window",
        "tcp_end_window_limited_us", "tcp_end_pmtu",
    ]),
    &Of::TLS.pick(["tls_path", "tls_path_evidence"]),
    &Of::CLOCK.pick(["clock_step_us", "suspended_us"]),
    &Of::TLS.pick(["http_reply"]),
    &Of::PROXY.pick(["proxy", "proxy_ip", "proxy_reply"]),
];

/// What some of them mean here.
#[rustfmt::skip]
const MEANINGS: &[(&str, &str)] = &[
    ("datetime", "start of the probe"),
    ("run_id", "the run that wrote the row"),
    ("label", "the user's labels, key=value"),
    ("world", "real, or lab for the embedded relays"),
    ("region", "Azure region: the label before .cloudapp.azure.com"),
    ("started_utc", "start of the probe to the microsecond"),
    ("detail", "what exactly was seen, which parts of an answer are unknown, what in the certificate cannot be read, and which of its chain is not valid"),
    ("lag_us", "how late the probe started against its slot"),
];

pub(crate) static PROBE: [Column<Record>; count(PIECES)] = table(PIECES, MEANINGS);

/// Lines of a list that are there only where they have something to say: what is on the way of TLS, unless nothing is, what a HEAD
/// got, and the proxy.
#[rustfmt::skip]
pub static REMARKS: [Column; 6] = [
    remark(of("detail", Kind::Text, "", "what exactly was seen", |r| owned(HasOutcome::detail(r)))),
    remark(of("tls_path", Kind::Text, "", "what is on the path, by the certificates", |r| {
        word(r.tls.path.filter(|_| r.tls.has_remark()).map(TlsPath::as_str))
    })),
    remark(of("tls_path_evidence", Kind::Text, "", "the evidence for tls_path", |r| {
        if r.tls.has_remark() { Value::Text(Cow::Borrowed(&r.tls.path_evidence)) } else { Value::Missing }
    })),
    remark(of("http_reply", Kind::Text, "", "what a HEAD inside TLS got", |r| {
        r.tls.http_reply.map_or(Value::Missing, |reply| Value::Text(reply.word()))
    })),
    remark(of("proxy", Kind::Text, "", "proxy that the path led through", |r| optional(r.via.as_ref().map(|via| &*via.proxy)))),
    remark(of("proxy_reply", Kind::Text, "", "what it answered", |r| {
        optional(r.via.as_ref().map(|via| via.reply.as_str()).filter(|reply| !reply.is_empty()))
    })),
];

by_fields!(Record: HasRun, HasClock, HasStart, HasHost, HasDns, HasProxy, HasRelay, HasTimes, HasTls);

impl RowKind for Record {
    const WHAT: &'static str = "probe";
    const MEANING: &'static str = "A probe";
    const DIALECT: Option<Dialect> = Some(Dialect::Turnprobe);
    const STORED: Option<Stored> = Some(Stored::new("probes", "started_utc", Keep::Rows));
    const COLUMNS: &'static [Column<Self>] = &PROBE;

    fn started(&self) -> DateTime<Utc> {
        self.started
    }

    fn sets() -> Vec<Vec<&'static Column<Self>>> {
        let reference = COLUMNS[..REFERENCE_COLUMNS].iter().collect();
        vec![Self::defaults(), reference, COLUMNS.iter().collect()]
    }
}

impl HasPeer for Record {
    // unlike other rows as it was given, an IPv4 address in IPv6 included
    fn remote_ip(&self) -> Option<IpAddr> {
        self.remote.map(|address| address.ip())
    }

    fn port(&self) -> u16 {
        self.remote.map_or(self.port, |address| address.port())
    }
}

impl HasLocalEnd for Record {
    fn local_ip(&self) -> Option<IpAddr> {
        self.tcp.local
    }

    fn local_port(&self) -> Option<u16> {
        self.tcp.local_port
    }
}

impl HasOutcome for Record {
    fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    // a certificate that cannot be read in part is told of, also where all went well
    fn detail(&self) -> Cow<'_, str> {
        Record::detail(self)
    }
}

impl HasTcp for Record {
    fn tcp(&self) -> &Tcp {
        &self.tcp
    }
}

impl HasBytes for Record {
    fn bytes_sent(&self) -> Option<u64> {
        self.tcp.bytes_sent
    }

    fn bytes_received(&self) -> Option<u64> {
        self.tcp.bytes_received
    }
}

impl HasTurn for Record {
    fn turn(&self) -> &Turn {
        &self.turn
    }
}
