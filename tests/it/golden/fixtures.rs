//! Rows that were never measured: full, empty, as large as can be, hostile.

mod held;
mod packets;
mod probes;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::library::*;

pub use held::{holds, samples};
pub use packets::{bursts, packets};
pub use probes::{failures, probes};

/// What a stranger may send, in every text of a row in turn.
const HOSTILE: [&str; 10] = [
    "=cmd|' /C calc'!A0",
    "\"quoted\", comma; semicolon\ttab",
    "two\r\nlines and\u{0}nul",
    "\u{1b}[31mred\u{7}\u{9b}0m",
    "left\u{202e}right\u{200b}zero\u{feff}mark\u{2028}line",
    "Grüße aus Köln 漢字 🦀 e\u{301}",
    "@SUM(A1),+1;-1\t=2",
    "'=already marked",
    " spaces  inside ",
    "＝full width",
];

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn clock(step_us: i64, suspended: Duration) -> ClockChange {
    ClockChange {
        step_us: Some(step_us),
        suspended: Some(suspended),
    }
}

/// So many seconds after the first row.
fn later(seconds: i64) -> DateTime<Utc> {
    at("2026-03-29T00:59:58.999999Z") + chrono::Duration::seconds(seconds)
}

fn us(us: u64) -> Duration {
    Duration::from_micros(us)
}

#[allow(clippy::unnecessary_wraps)] // fields want it so
fn some_us(n: u64) -> Option<Duration> {
    Some(us(n))
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn socket(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn run(text: &str) -> Arc<Run> {
    let (id, host) = match text {
        "" => ("20260329T005958Z-0badcafe".to_owned(), "berlin-01"),
        text => (text.to_owned(), text),
    };
    Arc::new(Run {
        id,
        host: host.to_owned(),
        label: match text {
            "" => "access=fibre site=Köln".to_owned(),
            text => format!("note={text}"),
        },
        world: World::Lab,
        tool_version: "9.8.7",
    })
}

fn failed(cause: Cause, detail: &str) -> Outcome {
    Failure::new(cause, detail).into()
}

fn times(of: &[(Phase, u64)]) -> PhaseTimes {
    let mut times = PhaseTimes::default();
    for (phase, took) in of {
        times.set(*phase, us(*took));
    }
    times
}

fn link(name: &str, ttl: Option<u32>) -> Cname {
    let name = name.to_owned();
    Cname { name, ttl }
}

fn dns() -> Dns {
    Dns {
        resolver: Some("192.0.2.53:53".to_owned()),
        chain: vec![
            link("tr.teams.microsoft.com", Some(0)),
            link("worldaz.tr.teams.microsoft.com", Some(3600)),
            link("a-tr-teasc-euwe-01.westeurope.cloudapp.azure.com", Some(10)),
        ],
        addresses: Some(2),
        queries: Some(3),
        local_delay: None,
        ..Dns::default()
    }
}

fn certificate() -> Certificate {
    Certificate {
        common_name: "CN=tr.teams.microsoft.com".to_owned(),
        subject: "CN=tr.teams.microsoft.com, O=\"Contoso, Ltd\", C=US".to_owned(),
        issuer: "CN=Microsoft RSA TLS CA 01, O=Microsoft Corporation, C=US".to_owned(),
        not_after: Some(at("2027-11-26T16:52:50Z")),
        not_before: Some(at("2025-11-26T16:52:50Z")),
        thumbprint: "3A6E1AFFB01B4E092E4027DCF2FA874FA4D302A0".to_owned(),
        sha256: "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF".to_owned(),
        serial_number: "00E1234567890".to_owned(),
        signature_algorithm: "sha256RSA".to_owned(),
        key: "rsa-2048".to_owned(),
        sans: "tr.teams.microsoft.com *.relay.teams.microsoft.com".to_owned(),
        faults: String::new(),
    }
}

fn tls(suite: u16, version: u16) -> Tls {
    Tls {
        version: Some(version),
        suite: Some(suite),
        group: Some("x25519".to_owned()),
        alpn: Some("stun.turn".to_owned()),
        chain_length: Some(3),
        certificate: Some(Arc::new(certificate())),
        trust_public: Some(Trust::Trusted),
        trust_os: Some(Trust::Trusted),
        path: Some(TlsPath::Direct),
        path_evidence: "chain to a public root".to_owned(),
        bad_dates: String::new(),
        flight: ServerFlight {
            first_byte: some_us(21_500),
            bytes: Some(4_321),
            windows: Some(1),
            lost: Some(false),
            hello_retry: false,
            unexplained: None,
            servers: some_us(1_500),
            local_delay: some_us(99),
        },
        http_reply: None,
    }
}

fn numbers() -> TcpNumbers {
    TcpNumbers {
        rtt: some_us(21_234),
        rttvar: some_us(3_210),
        min_rtt: some_us(20_001),
        retransmits: Some(3),
        retransmitted_bytes: Some(1_448),
        timeouts: Some(2),
        reordered: Some(1),
        out_of_order: Some(4),
        data_segments_in: Some(7),
        dsack: Some(5),
        dup_acks: Some(6),
        cwnd: Some(14_480),
        send_window: Some(65_535),
        receive_window: Some(131_072),
        window_limited: some_us(7_000),
        pmtu: Some(1_500),
        bytes_acked: Some(2_222),
        bytes_out: None,
        bytes_received: Some(5_555),
        in_flight: Some(49),
        since_data: some_us(40_000),
        since_ack: some_us(19_999),
    }
}
