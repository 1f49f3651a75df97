//! What a row of any kind says to the metrics, read by the names of its columns.

use chrono::{DateTime, Utc};

use crate::record::{Phase, TurnReply};
use crate::schema::{Column, Dialect, RowKind, Value};

/// What a row says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetricSample {
    /// What was measured: `tr.teams.microsoft.com:443`.
    pub target: String,
    /// What was spoken: `tls`.
    pub transport: String,
    /// The proxy that was gone through; empty where none was.
    pub proxy: String,
    /// The relay's region; empty where it is not known.
    pub region: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// The cause of the failure; none where there was none.
    pub cause: Option<String>,
    /// Completed phases in microseconds, in the order of [`Phase::ALL`].
    pub phases: [Option<u64>; Phase::ALL.len()],
    /// The whole of it in microseconds, also until a failure.
    pub total_us: Option<u64>,
    /// SYN segments sent again.
    pub syn_retransmits: u64,
    /// Packets sent, of those that count what is lost of them.
    pub sent: Option<u64>,
    /// Of these, those that got no answer in time.
    pub lost: Option<u64>,
    /// The end of the relay's certificate.
    pub not_after: Option<DateTime<Utc>>,
    /// The version of TLS: `1.2`.
    pub tls_version: Option<String>,
    /// The version of the Internet protocol: 4 or 6.
    pub ip_version: Option<u8>,
}

/// Reads samples from rows of a kind. A column that the kind does not have says nothing.
#[derive(Debug)]
pub struct Reader<R: 'static> {
    host: MaybeColumn<R>,
    port: MaybeColumn<R>,
    transport: MaybeColumn<R>,
    proxy: MaybeColumn<R>,
    region: MaybeColumn<R>,
    cause: MaybeColumn<R>,
    failed_phase: MaybeColumn<R>,
    reply: MaybeColumn<R>,
    phases: [MaybeColumn<R>; Phase::ALL.len()],
    total: MaybeColumn<R>,
    syn_retransmits: MaybeColumn<R>,
    sent: MaybeColumn<R>,
    lost: MaybeColumn<R>,
    not_after: MaybeColumn<R>,
    tls_version: MaybeColumn<R>,
    remote: MaybeColumn<R>,
}

type MaybeColumn<R> = Option<&'static Column<R>>;

impl<R: RowKind> Reader<R> {
    /// Of the columns of this kind.
    pub fn new() -> Self {
        let of = R::column;
        Self {
            host: of("remotehost"),
            port: of("Port"),
            transport: of("transport"),
            proxy: of("proxy"),
            region: of("region"),
            cause: of("cause"),
            failed_phase: of("failed_phase"),
            reply: of("turn_reply"),
            phases: Phase::ALL.map(|phase| of(&format!("{}_us", phase.as_str()))),
            total: of("total_us"),
            syn_retransmits: of("tcp_syn_retransmits"),
            // requests that need no answer are not lost where none comes
            sent: of("lost").and_then(|_| of("sent")),
            lost: of("lost"),
            not_after: of("NotAfter"),
            tls_version: of("tls_version"),
            remote: of("remoteip"),
        }
    }

    /// What a row says.
    pub fn read(&self, row: &R) -> MetricSample {
        let failed = text(self.failed_phase, row);
        let mut phases = Phase::ALL.map(|_| None);
        for ((time, column), phase) in phases.iter_mut().zip(self.phases).zip(Phase::ALL) {
            // a failed phase holds the time until the failure, which is no time of the phase; an error that was answered
            // has its round trip
            let is_answered =
                || phase == Phase::Turn && TurnReply::is_answer_word(&text(self.reply, row));
            *time = number(column, row).filter(|_| failed != phase.as_str() || is_answered());
        }
        let (host, port) = (text(self.host, row), number(self.port, row));
        MetricSample {
            target: match port {
                None => host,
                Some(port) if host.contains(':') => format!("[{host}]:{port}"),
                Some(port) => format!("{host}:{port}"),
            },
            // kinds that speak one thing alone have no column for it
            transport: match R::DIALECT.and_then(Dialect::spoken) {
                Some(spoken) if self.transport.is_none() => spoken.to_owned(),
                _ => text(self.transport, row),
            },
            proxy: text(self.proxy, row),
            region: text(self.region, row),
            started: row.started(),
            cause: some(text(self.cause, row)),
            phases,
            total_us: number(self.total, row),
            syn_retransmits: number(self.syn_retransmits, row).unwrap_or(0),
            sent: number(self.sent, row),
            lost: number(self.lost, row),
            not_after: time(self.not_after, row),
            tls_version: some(text(self.tls_version, row)),
            ip_version: some(text(self.remote, row)).map(|ip| if ip.contains(':') { 6 } else { 4 }),
        }
    }
}

impl<R: RowKind> Default for Reader<R> {
    fn default() -> Self {
        Self::new()
    }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn text<R>(column: MaybeColumn<R>, row: &R) -> String {
    match column.map(|column| (column.read)(row)) {
        Some(Value::Text(text)) => text.into_owned(),
        _ => String::new(),
    }
}

fn number<R>(column: MaybeColumn<R>, row: &R) -> Option<u64> {
    match (column?.read)(row) {
        Value::Integer(number) => Some(number),
        _ => None,
    }
}

fn time<R>(column: MaybeColumn<R>, row: &R) -> Option<DateTime<Utc>> {
    match (column?.read)(row) {
        Value::Seconds(at) | Value::Micros(at) => Some(at),
        _ => None,
    }
}
