//! The columns of a probe. This table is the CSV's contract; new columns only ever come at the end.

use std::net::SocketAddr;

use chrono::{DateTime, Utc};

use crate::record::{
    Ask, Cause, Certificate, Explanation, FastOpen, Phase, Record, Trust, cipher_algorithm,
    hash_algorithm, key_exchange_algorithm, ssl_protocol, suite_name, version_name,
};
use crate::schema::column::{Column, Kind, of, on_request};
use crate::schema::row_kind::RowKind;
use crate::schema::value::{Value, hex, list, number, owned, socket, text, time_ms, time_us, word};

/// Number of columns that the reference wrote; they come first.
pub const REFERENCE_COLUMNS: usize = 22;

/// A column by its name in the header.
pub fn column(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}

/// The columns that are written unless the user chooses others.
pub fn default_columns() -> Vec<&'static Column> {
    COLUMNS.iter().filter(|column| column.default).collect()
}

fn cert<'a>(record: &'a Record, read: impl Fn(&'a Certificate) -> Value<'a>) -> Value<'a> {
    record
        .tls
        .certificate
        .as_deref()
        .map_or(Value::Missing, read)
}

/// A word of .NET's for the session's cipher suite.
fn suite(record: &Record, name: fn(&str) -> &'static str) -> Value<'_> {
    word(record.tls.suite.map(|suite| name(&suite_name(suite))))
}

/// Status or cause of a record.
fn status(record: &Record) -> &'static str {
    record.outcome.cause().map_or("OK", Cause::code)
}

/// All columns, in the order of the file.
#[rustfmt::skip]
pub static COLUMNS: &[Column] = &[
    // the reference's 22
    of("datetime", Kind::Time, "UTC", "start of the probe", |r| Value::Seconds(r.started)),
    of("remotehost", Kind::Text, "", "host name that was asked for", |r| text(&r.host)),
    of("remotename", Kind::Text, "", "last name of the CNAME chain", |r| r.dns.last_name().map_or(Value::Missing, text)),
    of("remoteip", Kind::Text, "", "address that was connected to", |r| r.remote.map_or(Value::Missing, |a| Value::Text(a.ip().to_string().into()))),
    of("Port", Kind::Integer, "", "port that was connected to", |r| Value::Integer(r.remote.map_or(r.port, |a: SocketAddr| a.port()).into())),
    of("Status", Kind::Text, "", "OK, or the cause code of the failure", |r| Value::Text(status(r).into())),
    of("SslProtocol", Kind::Text, "", "TLS version as .NET names it (Tls12)", |r| word(r.tls.version.map(ssl_protocol))),
    of("CipherAlgorithm", Kind::Text, "", "cipher as .NET names it (Aes256)", |r| suite(r, cipher_algorithm)),
    of("HashAlgorithm", Kind::Text, "", "hash as .NET names it (Sha384)", |r| suite(r, hash_algorithm)),
    of("KeyExchangeAlgorithm", Kind::Text, "", "key exchange as .NET prints it (44550 is ephemeral ECDH)", |r| suite(r, key_exchange_algorithm)),
    of("CN", Kind::Text, "", "common name of the server's certificate (CN=...)", |r| cert(r, |c| text(&c.common_name))),
    of("Subject", Kind::Text, "", "subject of the certificate, as .NET prints it", |r| cert(r, |c| text(&c.subject))),
    of("NotAfter", Kind::Time, "UTC", "end of the certificate's validity", |r| cert(r, |c| c.not_after.map_or(Value::Missing, Value::Seconds))),
    of("NotBefore", Kind::Time, "UTC", "start of the certificate's validity", |r| cert(r, |c| c.not_before.map_or(Value::Missing, Value::Seconds))),
    of("Issuer", Kind::Text, "", "issuer of the certificate, as .NET prints it", |r| cert(r, |c| text(&c.issuer))),
    of("Thumbprint", Kind::Text, "", "SHA-1 of the certificate, hexadecimal", |r| cert(r, |c| hex(&c.thumbprint))),
    of("SerialNumber", Kind::Text, "", "serial number of the certificate, hexadecimal", |r| cert(r, |c| hex(&c.serial_number))),
    of("SignatureAlgorithmFriendlyName", Kind::Text, "", "signature algorithm as .NET names it (sha256RSA)", |r| cert(r, |c| text(&c.signature_algorithm))),
    of("dnstimems", Kind::Integer, "ms", "time of the name resolution, rounded", |r| time_ms(r.times.of(Phase::Dns))),
    of("connecttimems", Kind::Integer, "ms", "time of the TCP connect, rounded", |r| time_ms(r.times.of(Phase::Connect))),
    of("tlstimems", Kind::Integer, "ms", "time of the TLS handshake, rounded", |r| time_ms(r.times.of(Phase::Tls))),
    of("totaltimems", Kind::Integer, "ms", "sum of all phases, rounded", |r| time_ms(r.times.total())),
    // run
    of("run_id", Kind::Text, "", "the run that wrote the row", |r| text(&r.run.id)),
    of("slot", Kind::Integer, "", "number of the slot in the schedule, from 0; a gap is a missed slot", |r| Value::Integer(r.slot)),
    of("host", Kind::Text, "", "machine that measured", |r| text(&r.run.host)),
    of("label", Kind::List, "", "the user's labels, key=value", |r| text(&r.run.label)),
    of("world", Kind::Text, "", "real, or lab for the embedded relays", |r| word(Some(r.run.world.as_str()))),
    of("tool_version", Kind::Text, "", "version of turnprobe", |r| word(Some(r.run.tool_version))),
    of("transport", Kind::Text, "", "what was spoken: tls, udp, pseudo-tls", |r| word(Some(r.transport.as_str()))),
    of("region", Kind::Text, "", "Azure region: the label before .cloudapp.azure.com", |r| text(&r.region)),
    of("started_utc", Kind::Time, "UTC", "start of the probe to the microsecond", |r| Value::Micros(r.started)),
    of("lag_us", Kind::Integer, "us", "how late the probe started against its slot", |r| time_us(r.lag)),
    // outcome
    of("failed_phase", Kind::Text, "", "phase that failed: dns, proxy, connect, tls, turn", |r| word(r.outcome.cause().map(|c| c.phase().as_str()))),
    of("cause", Kind::Text, "", "cause code of the failure, empty when OK", |r| word(r.outcome.cause().map(Cause::code))),
    of("detail", Kind::Text, "", "what exactly was seen", |r| text(r.detail())),
    of("dns_us", Kind::Integer, "us", "time of the name resolution", |r| time_us(r.times.of(Phase::Dns))),
    of("proxy_us", Kind::Integer, "us", "time of the proxy's tunnel", |r| time_us(r.times.of(Phase::Proxy))),
    of("connect_us", Kind::Integer, "us", "time of the TCP connect", |r| time_us(r.times.of(Phase::Connect))),
    of("tls_us", Kind::Integer, "us", "time of the TLS handshake, of pseudo-TLS: of its hello", |r| time_us(r.times.of(Phase::Tls))),
    of("turn_us", Kind::Integer, "us", "time from STUN or TURN request to reply; empty after silence inside TLS", |r| time_us(r.times.of(Phase::Turn))),
    of("total_us", Kind::Integer, "us", "sum of all phases", |r| time_us(r.times.total())),
    // DNS
    of("resolver", Kind::Text, "", "name server that answered, or os", |r| r.dns.resolver.as_deref().map_or(Value::Missing, text)),
    of("dns_chain", Kind::List, "", "names from the one asked for to the last CNAME", |r| list(r.dns.chain.iter().map(|l| l.name.as_str()))),
    of("dns_ttls", Kind::List, "s", "TTL of each name's record, same order", |r| list(r.dns.chain.iter().filter_map(|l| l.ttl))),
    of("dns_addresses", Kind::Integer, "", "distinct addresses in the answer", |r| number(r.dns.addresses.map(|n| n as u64))),
    of("dns_queries", Kind::Integer, "", "queries sent, repeated ones included", |r| number(r.dns.queries.map(u64::from))),
    // TCP, right after connect
    of("local_ip", Kind::Text, "", "address of this end", |r| r.tcp.local.map_or(Value::Missing, |ip| Value::Text(ip.to_string().into()))),
    of("tcp_rtt_us", Kind::Integer, "us", "the kernel's round trip of the SYN; empty after a lost SYN", |r| time_us(r.tcp.rtt)),
    of("tcp_rttvar_us", Kind::Integer, "us", "the kernel's deviation of the round trip", |r| time_us(r.tcp.rttvar)),
    of("tcp_min_rtt_us", Kind::Integer, "us", "the kernel's smallest round trip", |r| time_us(r.tcp.min_rtt)),
    of("tcp_syn_retransmits", Kind::Integer, "", "SYN segments sent again", |r| number(r.tcp.syn_retransmits.map(u64::from))),
    of("tcp_mss", Kind::Integer, "bytes", "maximum segment size for sending", |r| number(r.tcp.mss.map(u64::from))),
    of("tcp_wscale", Kind::Integer, "", "window scale that the relay announced", |r| number(r.tcp.wscale.map(u64::from))),
    of("tcp_options", Kind::List, "", "TCP options in use: timestamps sack wscale ecn", |r| r.tcp.options.as_deref().map_or(Value::Missing, text)),
    of("bytes_sent", Kind::Integer, "bytes", "bytes written to the connection", |r| number(r.tcp.bytes_sent)),
    of("bytes_received", Kind::Integer, "bytes", "bytes read from the connection", |r| number(r.tcp.bytes_received)),
    // TLS
    of("tls_version", Kind::Text, "", "TLS version", |r| r.tls.version.map_or(Value::Missing, |v| owned(version_name(v)))),
    of("tls_cipher", Kind::Text, "", "cipher suite, IANA name", |r| r.tls.suite.map_or(Value::Missing, |s| owned(suite_name(s)))),
    of("tls_group", Kind::Text, "", "key exchange group, IANA name", |r| r.tls.group.as_deref().map_or(Value::Missing, text)),
    of("tls_alpn", Kind::Text, "", "application protocol that the server chose", |r| r.tls.alpn.as_deref().map_or(Value::Missing, text)),
    of("trust_public", Kind::Text, "", "verdict of the public roots: trusted, or the reason", |r| word(r.tls.trust_public.map(Trust::as_str))),
    of("trust_os", Kind::Text, "", "verdict of the system's root store: trusted, or the reason", |r| word(r.tls.trust_os.map(Trust::as_str))),
    of("cert_key", Kind::Text, "", "public key of the certificate: rsa-2048, ec-p256, ed25519", |r| cert(r, |c| text(&c.key))),
    of("cert_sha256", Kind::Text, "", "SHA-256 of the certificate, hexadecimal", |r| cert(r, |c| hex(&c.sha256))),
    of("chain_length", Kind::Integer, "", "certificates that the server sent", |r| number(r.tls.chain_length.map(|n| n as u64))),
    on_request(of("cert_sans", Kind::List, "", "subject alternative names of the certificate", |r| cert(r, |c| text(&c.sans)))),
    // range
    of("in_teams_range", Kind::Flag, "", "whether remoteip lies in Microsoft's published Teams ranges", |r| r.in_teams_range.map_or(Value::Missing, Value::Flag)),
    // STUN and TURN
    of("turn_ask", Kind::Text, "", "what was asked: allocate, binding, ms-allocate", |r| word(r.turn.ask.map(Ask::as_str))),
    of("turn_reply", Kind::Text, "", "success, the error's number, silent, malformed, http, closed, alert, icmp; a number means that the path works", |r| r.turn.reply.map_or(Value::Missing, |reply| owned(reply.word()))),
    of("turn_realm", Kind::Text, "", "realm for which the relay wants credentials", |r| text(&r.turn.realm)),
    of("turn_software", Kind::Text, "", "software of the relay, as it says", |r| text(&r.turn.software)),
    of("turn_attempts", Kind::Integer, "", "requests sent", |r| number(r.turn.attempts.map(u64::from))),
    of("mapped_address", Kind::Text, "", "this end's address and port as the relay saw them", |r| socket(r.turn.mapped_address)),
    of("alternate_server", Kind::Text, "", "other server that the relay names; Microsoft's name themselves", |r| socket(r.turn.alternate_server)),
    of("turn_ignored", Kind::Integer, "", "garbage, answers to other requests and duplicates that came besides", |r| number(r.turn.ignored.map(|i| i.total().into()))),
    of("local_port", Kind::Integer, "", "port of this end", |r| number(r.tcp.local_port.map(u64::from))),
    // where the time went
    of("explain", Kind::Text, "", "where the time went: none, lost-syn, slow-path, slow-dns, slow-server, lost-in-tls, local-delay", |r| word(r.explanation.map(Explanation::code))),
    of("tls_round_trips_tenths", Kind::Integer, "0.1", "tls_us in tenths of the path's round trip", |r| number(r.tls_round_trips_tenths())),
    of("tls_hello_us", Kind::Integer, "us", "from the ClientHello to the server's first byte", |r| time_us(r.tls.flight.first_byte)),
    of("tls_flight_bytes", Kind::Integer, "bytes", "the server's first flight", |r| number(r.tls.flight.bytes)),
    of("tls_flight_windows", Kind::Integer, "", "windows that it took: more than 1 is a wait for acknowledgements", |r| number(r.tls.flight.windows.map(u64::from))),
    of("tls_flight_lost", Kind::Flag, "", "whether a part of it was lost and sent again", |r| r.tls.flight.lost.map_or(Value::Missing, Value::Flag)),
    // TCP, more of right after connect
    of("tcp_rcv_wscale", Kind::Integer, "", "window scale that this end announced", |r| number(r.tcp.rcv_wscale.map(u64::from))),
    of("tcp_options_offered", Kind::List, "", "TCP options that this end offers; one that tcp_options lacks was refused or stripped", |r| r.tcp.offered.as_deref().map_or(Value::Missing, text)),
    of("tcp_congestion", Kind::Text, "", "congestion control of this end", |r| r.tcp.congestion.as_deref().map_or(Value::Missing, text)),
    of("fast_open", Kind::Text, "", "TCP Fast Open: cookie-asked, no-cookie, data-acked, data-not-acked, syn-lost; with --fast-open", |r| word(r.tcp.fast_open.map(FastOpen::code))),
    // TCP, after the last phase
    of("tcp_end_rtt_us", Kind::Integer, "us", "the kernel's smoothed round trip at the end; empty after a lost SYN", |r| time_us(r.tcp.end.rtt)),
    of("tcp_end_min_rtt_us", Kind::Integer, "us", "the kernel's smallest round trip at the end", |r| time_us(r.tcp.end.min_rtt)),
    of("tcp_end_retransmits", Kind::Integer, "", "segments sent again after the SYN", |r| number(r.tcp.retransmits_after_syn().map(u64::from))),
    of("tcp_end_timeouts", Kind::Integer, "", "times that a retransmission timer went off, the SYN's included", |r| number(r.tcp.end.timeouts.map(u64::from))),
    of("tcp_end_reordered", Kind::Integer, "", "times that this end's segments were seen reordered", |r| number(r.tcp.end.reordered.map(u64::from))),
    of("tcp_end_out_of_order", Kind::Integer, "", "segments that came out of order: one before was lost or overtaken", |r| number(r.tcp.end.out_of_order.map(u64::from))),
    of("tcp_end_dsack", Kind::Integer, "", "segments that the relay said it had got twice (RFC 2883)", |r| number(r.tcp.end.dsack.map(u64::from))),
    of("tcp_end_dup_acks", Kind::Integer, "", "duplicate acknowledgements", |r| number(r.tcp.end.dup_acks.map(u64::from))),
    of("tcp_end_cwnd", Kind::Integer, "bytes", "congestion window of this end", |r| number(r.tcp.end.cwnd)),
    of("tcp_end_send_window", Kind::Integer, "bytes", "receive window of the relay", |r| number(r.tcp.end.send_window)),
    of("tcp_end_receive_window", Kind::Integer, "bytes", "receive window of this end", |r| number(r.tcp.end.receive_window)),
    of("tcp_end_window_limited_us", Kind::Integer, "us", "time that this end waited for room in the relay's receive window", |r| time_us(r.tcp.end.window_limited)),
    of("tcp_end_pmtu", Kind::Integer, "bytes", "path MTU that the kernel knows", |r| number(r.tcp.end.pmtu.map(u64::from))),
];

impl RowKind for Record {
    const WHAT: &'static str = "probe";

    fn table() -> &'static [Column<Self>] {
        COLUMNS
    }

    fn started(&self) -> DateTime<Utc> {
        self.started
    }

    fn sets() -> Vec<Vec<&'static Column<Self>>> {
        let reference = COLUMNS[..REFERENCE_COLUMNS].iter().collect();
        vec![Self::defaults(), reference, COLUMNS.iter().collect()]
    }
}
