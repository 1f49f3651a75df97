//! The rows of the golden files, made with the types of the library, and the sinks that write them.
//! Everything that the golden tests use of this crate stands here.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use turnprobe::clock::Wall;
use turnprobe::lab::Fault;
use turnprobe::record::{
    Ask, Burst, Cause, Certificate, Column, Distance, Dns, EndedBy, Explanation, Failure, FastOpen,
    Figures, Hold, HoldEnd, HoldFigures, Ignored, Link, Mode, Outcome, Packet, Phase, PhaseTimes,
    Place, Record, RowKind, Run, Sample, ServerFlight, Share, Tcp, TcpNumbers, Tls, Transport,
    Trust, Turn, TurnReply, Verdict, Verdicts, Window, World,
};
use turnprobe::sink::{self, FileSpec, Format, Profile, Sink};

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

/// Every file of rows, written into the folder; and the same rows as stdout would get them.
pub fn write_all(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    let probes = probes();
    // a row for each cause, where the phases and the columns of an outcome are one profile's matter
    let all = [probes.clone(), failures()].concat();
    out.extend(forms(
        folder,
        "probe",
        &probes,
        &["excel.csv", "excel-de.csv", "jsonl", "list"],
    ));
    out.extend(forms(folder, "probe", &all, &["csv"]));
    let all = ["csv", "excel.csv", "excel-de.csv", "jsonl", "list"];
    out.extend(forms(folder, "burst", &bursts(), &all));
    out.extend(forms(folder, "packet", &packets(), &all));
    out.extend(forms(folder, "hold", &holds(), &all));
    out.extend(forms(folder, "sample", &samples(), &all));
    out
}

/// The names of the lab's faults.
pub fn lab_faults() -> Vec<&'static str> {
    Fault::ALL.iter().map(|fault| fault.as_str()).collect()
}

fn forms<R: RowKind>(
    folder: &Path,
    kind: &str,
    rows: &[R],
    forms: &[&str],
) -> Vec<(String, Vec<u8>)> {
    let columns: Vec<&'static Column<R>> = R::table().iter().collect();
    let mut out = Vec::new();
    for form in forms {
        let name = format!("{kind}.{form}");
        let (format, profile) = match *form {
            "csv" => (Some(Format::Csv), Profile::Plain),
            "excel.csv" => (Some(Format::Csv), Profile::Excel),
            "excel-de.csv" => (Some(Format::Csv), Profile::ExcelDe),
            "jsonl" => (Some(Format::Jsonl), Profile::Plain),
            _ => (None, Profile::Plain),
        };
        // the other dialects differ by cell, and a list is long: some rows suffice
        let every = if ["csv", "jsonl"].contains(form) {
            1
        } else {
            3
        };
        let rows: Vec<R> = rows.iter().step_by(every).cloned().collect();
        if let Some(format) = format {
            let spec = FileSpec {
                path: folder.join(&name),
                format,
                columns: columns.clone(),
                profile,
                roll: None,
                world: World::Lab,
            };
            let (sink, notes) = sink::open(&spec, &Wall::system()).unwrap();
            assert!(notes.is_empty(), "{notes:?}");
            write(sink, &rows);
        }
        let shared = Shared::default();
        let stream = Box::new(shared.clone());
        let sink = match format {
            Some(Format::Csv) => sink::csv_stream(stream, &columns, profile),
            Some(Format::Jsonl) => sink::jsonl_stream(stream, &columns),
            None => sink::list_stream(stream, &columns),
        };
        write(sink.unwrap(), &rows);
        out.push((name, shared.0.lock().unwrap().clone()));
    }
    out
}

fn write<R>(mut sink: Box<dyn Sink<R>>, rows: &[R]) {
    for row in rows {
        sink.write(row).unwrap();
    }
    sink.finish().unwrap();
}

/// What was written, for the sink and for the test.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// So many seconds after the first row.
fn later(seconds: i64) -> DateTime<Utc> {
    at("2026-03-29T00:59:58.999999Z") + chrono::Duration::seconds(seconds)
}

fn us(us: u64) -> Duration {
    Duration::from_micros(us)
}

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

fn link(name: &str, ttl: Option<u32>) -> Link {
    let name = name.to_owned();
    Link { name, ttl }
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
        place: Place::First,
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
        flight: ServerFlight {
            first_byte: some_us(21_500),
            bytes: Some(4_321),
            windows: Some(1),
            lost: Some(false),
            hello_retry: false,
            local_delay: some_us(99),
        },
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
        dsack: Some(5),
        dup_acks: Some(6),
        cwnd: Some(14_480),
        send_window: Some(65_535),
        receive_window: Some(131_072),
        window_limited: some_us(7_000),
        pmtu: Some(1_500),
        bytes_acked: Some(2_222),
        bytes_received: Some(5_555),
        in_flight: Some(49),
        since_data: some_us(40_000),
        since_ack: some_us(19_999),
    }
}

fn tcp() -> Tcp {
    Tcp {
        local: Some(ip("192.0.2.17")),
        local_port: Some(50_123),
        rtt: some_us(22_345),
        rttvar: some_us(11_172),
        min_rtt: some_us(22_344),
        syn_retransmits: Some(1),
        mss: Some(1_448),
        wscale: Some(8),
        rcv_wscale: Some(7),
        options: Some("timestamps sack".to_owned()),
        offered: Some("timestamps sack wscale".to_owned()),
        congestion: Some("cubic".to_owned()),
        fast_open: Some(FastOpen::CookieAsked),
        bytes_sent: Some(517),
        bytes_received: Some(4_444),
        end: numbers(),
    }
}

fn turn(reply: TurnReply) -> Turn {
    Turn {
        ask: Some(Ask::Allocate),
        reply: Some(reply),
        realm: "rtcmedia".to_owned(),
        software: "MS relay 1.0".to_owned(),
        attempts: Some(1),
        mapped_address: Some(socket("198.51.100.7:50123")),
        alternate_server: Some(socket("52.112.0.2:3478")),
        ignored: Some(Ignored {
            garbage: 1,
            wrong_id: 2,
            duplicates: 3,
        }),
    }
}

/// Every column filled, over TLS.
fn full(slot: u64) -> Record {
    Record {
        run: run(""),
        slot,
        host: "tr.teams.microsoft.com".into(),
        port: 443,
        transport: Transport::Tls,
        started: later(i64::try_from(slot).unwrap()),
        lag: some_us(312),
        outcome: Outcome::Ok,
        times: times(&[
            (Phase::Dns, 28_499),
            (Phase::Proxy, 1_500),
            (Phase::Connect, 22_500),
            (Phase::Tls, 66_501),
            (Phase::Turn, 25_999),
        ]),
        dns: dns(),
        remote: Some(socket("52.115.3.8:443")),
        region: "westeurope".to_owned(),
        in_teams_range: Some(true),
        tcp: tcp(),
        tls: tls(0xc030, 0x0303),
        turn: turn(TurnReply::Error(401)),
        explanation: Some(Explanation::None),
    }
}

/// Nothing measured.
fn bare(slot: u64) -> Record {
    Record {
        lag: None,
        times: PhaseTimes::default(),
        dns: Dns::default(),
        remote: None,
        region: String::new(),
        in_teams_range: None,
        tcp: Tcp::default(),
        tls: Tls::default(),
        turn: Turn::default(),
        explanation: None,
        ..full(slot)
    }
}

/// As large as it can be.
fn largest(slot: u64) -> Record {
    let mut row = full(slot);
    let most = Some(Duration::MAX);
    (row.slot, row.port, row.lag) = (u64::MAX - 1, u16::MAX, most);
    row.started = at("9999-12-31T23:59:60.999999999Z");
    row.times = times(&[(Phase::Dns, u64::MAX / 2), (Phase::Tls, u64::MAX / 32)]);
    row.remote = Some(socket("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"));
    (row.dns.addresses, row.dns.queries) = (Some(usize::MAX), Some(u32::MAX));
    row.dns.chain = vec![link(&"a".repeat(253), Some(u32::MAX))];
    row.tcp = Tcp {
        rtt: most,
        syn_retransmits: Some(u32::MAX),
        mss: Some(u32::MAX),
        wscale: Some(u8::MAX),
        bytes_sent: Some(u64::MAX),
        ..row.tcp
    };
    row.tcp.end.retransmits = Some(u32::MAX);
    row.tcp.end.cwnd = Some(u64::MAX);
    row.turn.ignored = Some(Ignored {
        garbage: u32::MAX,
        wrong_id: u32::MAX,
        duplicates: 1,
    });
    row
}

/// A text in every place where one can come from outside.
fn hostile(slot: u64, text: &str) -> Record {
    let mut row = full(slot);
    let own = || text.to_owned();
    row.run = run(text);
    row.host = text.into();
    row.outcome = failed(Cause::TurnError, text);
    row.region = own();
    row.dns.resolver = Some(own());
    row.dns.chain = vec![
        link(text, None),
        link("plain.example", Some(1)),
        link(text, None),
    ];
    (row.tls.group, row.tls.alpn) = (Some(own()), Some(own()));
    (row.tcp.options, row.tcp.congestion) = (Some(own()), Some(own()));
    (row.turn.realm, row.turn.software) = (own(), own());
    row.tls.certificate = Some(Arc::new(Certificate {
        common_name: own(),
        subject: own(),
        issuer: own(),
        // the program makes these two itself: never more than letters and digits
        thumbprint: text.chars().filter(char::is_ascii_alphanumeric).collect(),
        serial_number: "A6E".to_owned(),
        signature_algorithm: own(),
        key: own(),
        sans: own(),
        ..certificate()
    }));
    row
}

/// Rows of probes: full and empty, each transport, every word of every column, odd values.
fn probes() -> Vec<Record> {
    let mut rows = vec![full(0), bare(1), largest(2)];
    rows.push(Record {
        transport: Transport::Udp,
        port: 3478,
        remote: Some(socket("52.115.3.8:3478")),
        tls: Tls::default(),
        ..full(3)
    });
    rows.push(Record {
        transport: Transport::PseudoTls,
        tls: Tls::default(),
        ..full(4)
    });
    rows.push(Record {
        remote: Some(socket("[2001:db8::1]:443")),
        in_teams_range: Some(false),
        tls: tls(0x1302, 0x0304),
        ..full(5)
    });
    rows.push(Record {
        remote: Some(socket("[::ffff:192.0.2.1]:443")),
        tls: tls(0xfafa, 0x7f1c),
        times: times(&[(Phase::Connect, 0), (Phase::Tls, 499)]),
        ..full(6)
    });
    let trusts = [
        Trust::Expired,
        Trust::NotYetValid,
        Trust::UnknownIssuer,
        Trust::WrongName,
        Trust::BadSignature,
        Trust::Revoked,
        Trust::Other,
    ];
    let replies = [
        TurnReply::Success,
        TurnReply::Error(300),
        TurnReply::Silent,
        TurnReply::Malformed,
        TurnReply::Http,
        TurnReply::Closed,
        TurnReply::Alert,
        TurnReply::Icmp,
    ];
    let suites = [
        0x002f, 0x003d, 0x009c, 0xc02f, 0xc02b, 0xcca8, 0x1301, 0x1303,
    ];
    for (n, reply) in replies.into_iter().enumerate() {
        let mut row = full(10 + n as u64);
        row.turn.reply = Some(reply);
        row.turn.ask = Some([Ask::Allocate, Ask::Binding, Ask::MsAllocate][n % 3]);
        row.tls.trust_public = Some(trusts[n % trusts.len()]);
        row.tls.trust_os = Some(trusts[(n + 1) % trusts.len()]);
        row.tls.suite = Some(suites[n]);
        row.tls.version = Some(0x0300 + u16::try_from(n % 5).unwrap());
        row.tls.flight.lost = Some(n % 2 == 0);
        row.tcp.fast_open = Some(FastOpen::ALL[n % FastOpen::ALL.len()]);
        row.explanation = Some(Explanation::ALL[n % Explanation::ALL.len()]);
        rows.push(row);
    }
    for (n, text) in HOSTILE.into_iter().enumerate() {
        rows.push(hostile(20 + n as u64, text));
    }
    rows
}

/// A row for each cause, with what came before its phase.
fn failures() -> Vec<Record> {
    let row = |(n, cause): (usize, &Cause)| {
        let phase = cause.phase();
        let reached = |other: Phase| phase >= other;
        let phases = Phase::ALL
            .into_iter()
            .filter(|p| *p <= phase && *p != Phase::Proxy);
        let all: Vec<_> = phases.map(|p| (p, 10_000 + 1_000 * p as u64)).collect();
        let whole = full(100 + n as u64);
        let transport = match phase {
            Phase::Turn => Transport::ALL[n % 3],
            _ => Transport::Tls,
        };
        Record {
            transport,
            outcome: failed(*cause, &format!("what was seen of {}", cause.as_str())),
            times: times(&all),
            remote: whole.remote.filter(|_| reached(Phase::Connect)),
            in_teams_range: whole.in_teams_range.filter(|_| reached(Phase::Connect)),
            tcp: if reached(Phase::Tls) {
                tcp()
            } else {
                Tcp::default()
            },
            tls: match (transport, phase) {
                (Transport::Tls, Phase::Turn) => tls(0xc030, 0x0303),
                _ => Tls::default(),
            },
            turn: if reached(Phase::Turn) {
                turn(TurnReply::Silent)
            } else {
                Turn::default()
            },
            explanation: None,
            ..whole
        }
    };
    Cause::ALL.iter().enumerate().map(row).collect()
}

fn burst(slot: u64) -> Burst {
    Burst {
        run: run(""),
        slot,
        mode: Mode::Burst,
        host: "tr.teams.microsoft.com".into(),
        port: 3478,
        started: later(60 * i64::try_from(slot).unwrap()),
        lag: some_us(17),
        outcome: Outcome::Ok,
        dns_took: some_us(28_401),
        dns: dns(),
        remote: Some(socket("52.115.3.8:3478")),
        local: Some(socket("192.0.2.17:50123")),
        region: "westeurope".to_owned(),
        in_teams_range: Some(true),
        length: Duration::from_millis(14_980),
        interval: Duration::from_millis(20),
        figures: Some(figures()),
        distance: Some(Distance::Hops(11)),
        verdicts: Some(Verdicts {
            row: "client",
            rtt: Verdict::Pass,
            loss: Verdict::Fail,
            burst_loss: Verdict::TooFew,
            jitter: Verdict::Pass,
            reordering: Verdict::Fail,
        }),
    }
}

fn figures() -> Figures {
    let share = |ppm| Share {
        ppm,
        low_ppm: ppm / 2,
        high_ppm: ppm * 2,
    };
    Figures {
        sent: 750,
        received: 735,
        send_errors: 1,
        missed: 2,
        loss: Some(share(20_000)),
        worst_window: Some(Window { lost: 3, sent: 10 }),
        worst_15s: Some(Window {
            lost: 15,
            sent: 750,
        }),
        rtt_min: some_us(20_000),
        rtt_p50: some_us(21_000),
        rtt_p95: some_us(25_000),
        rtt_p99: some_us(30_000),
        rtt_max: some_us(95_123),
        jitter: some_us(456),
        jitter_count: 734,
        jitter_max: some_us(3_456),
        jitter_15s: some_us(457),
        jitter_15s_count: 733,
        reordered: 4,
        reordering: Some(share(5_442)),
        duplicates: 5,
        late: 6,
        ignored: 7,
        send_lag_p99: some_us(88),
    }
}

fn bursts() -> Vec<Burst> {
    let mut rows = vec![burst(0)];
    rows.push(Burst {
        lag: None,
        outcome: failed(Cause::DnsTimeout, "no answer within 5 s"),
        dns_took: None,
        dns: Dns::default(),
        remote: None,
        local: None,
        region: String::new(),
        in_teams_range: None,
        figures: None,
        distance: None,
        verdicts: None,
        ..burst(1)
    });
    rows.push(Burst {
        mode: Mode::Watch,
        length: Duration::from_millis(60_500),
        interval: Duration::from_secs(1),
        figures: Some(Figures {
            sent: 60,
            received: 60,
            ..Figures::default()
        }),
        distance: Some(Distance::Unknown("no answer at any".to_owned())),
        ..burst(2)
    });
    rows.push(Burst {
        outcome: failed(Cause::TurnSilent, "nothing came"),
        figures: Some(Figures {
            sent: 750,
            loss: figures().loss,
            ..Figures::default()
        }),
        remote: Some(socket("[2001:db8::1]:3478")),
        local: Some(socket("[::ffff:192.0.2.17]:50123")),
        ..burst(3)
    });
    rows.push(Burst {
        figures: Some(Figures {
            sent: u64::MAX,
            rtt_max: Some(Duration::MAX),
            ..figures()
        }),
        distance: Some(Distance::Hops(u8::MAX)),
        length: Duration::from_secs(u64::MAX),
        ..burst(4)
    });
    for (n, text) in HOSTILE.into_iter().enumerate() {
        let mut row = burst(10 + n as u64);
        row.run = run(text);
        row.host = text.into();
        row.outcome = failed(Cause::TurnMalformed, text);
        row.region = text.to_owned();
        row.dns.chain = vec![link(text, None)];
        rows.push(row);
    }
    rows
}

fn packet(sequence: u64) -> Packet {
    Packet {
        run: run(""),
        slot: 0,
        sequence,
        remote: socket("52.115.3.8:3478"),
        sent: later(0) + chrono::Duration::milliseconds(20 * i64::try_from(sequence).unwrap()),
        lag: us(55),
        rtt: some_us(21_000 + 10 * sequence),
        arrival: Some(sequence),
        reordered: false,
        duplicates: 0,
        send_error: false,
    }
}

fn packets() -> Vec<Packet> {
    let mut rows: Vec<_> = (0..24).map(packet).collect();
    for lost in [5, 17, 18] {
        (rows[lost].rtt, rows[lost].arrival) = (None, None);
    }
    rows[17].send_error = true;
    (rows[20].reordered, rows[20].duplicates) = (true, 2);
    rows.push(Packet {
        slot: u64::MAX,
        remote: socket("[2001:db8::1]:65535"),
        lag: Duration::MAX,
        rtt: Some(Duration::MAX),
        arrival: Some(u64::MAX),
        duplicates: u32::MAX,
        ..packet(24)
    });
    rows.extend(HOSTILE.into_iter().enumerate().map(|(n, text)| Packet {
        run: run(text),
        ..packet(25 + n as u64)
    }));
    rows
}

fn hold(slot: u64) -> Hold {
    Hold {
        run: run(""),
        slot,
        host: "tr.teams.microsoft.com".into(),
        port: 443,
        started: later(120 * i64::try_from(slot).unwrap()),
        lag: some_us(17),
        outcome: Outcome::Ok,
        times: times(&[
            (Phase::Dns, 28_401),
            (Phase::Connect, 22_222),
            (Phase::Tls, 66_666),
        ]),
        dns: dns(),
        remote: Some(socket("52.115.3.8:443")),
        local: Some(socket("192.0.2.17:50123")),
        region: "westeurope".to_owned(),
        in_teams_range: Some(true),
        tls: tls(0xc030, 0x0303),
        length: Duration::from_secs(60),
        interval: Duration::from_millis(20),
        end: Some(HoldEnd {
            by: EndedBy::Done,
            detail: String::new(),
            held: us(60_000_123),
        }),
        figures: Some(HoldFigures {
            sent: 3_000,
            missed: 1,
            answered: 2_998,
            ignored: 2,
            samples: 2_999,
            rtt_min: some_us(20_000),
            rtt_p50: some_us(21_000),
            rtt_p95: some_us(25_000),
            rtt_p99: some_us(30_000),
            rtt_max: some_us(95_123),
            jitter: some_us(456),
            answer_min: some_us(20_100),
            answer_p50: some_us(21_100),
            answer_p95: some_us(25_100),
            answer_max: some_us(640_100),
            retransmits: Some(4),
            retransmitted_bytes: Some(196),
            timeouts: Some(1),
            reordered: Some(2),
            out_of_order: Some(3),
            dsack: Some(5),
            stalls: Some(1),
            longest_stall: some_us(640_000),
            stalled: some_us(640_000),
            cwnd: Some(14_480),
        }),
        bytes_sent: Some(222_000),
        bytes_received: Some(333_000),
    }
}

fn holds() -> Vec<Hold> {
    let mut rows = vec![hold(0)];
    for (n, by) in EndedBy::ALL.into_iter().enumerate() {
        let mut row = hold(1 + n as u64);
        row.end = Some(HoldEnd {
            by,
            detail: format!("what was seen of {}", by.as_str()),
            held: us(1_000_001 * n as u64),
        });
        rows.push(row);
    }
    rows.push(Hold {
        lag: None,
        outcome: failed(Cause::ConnectTimeout, "no answer to the SYN"),
        times: times(&[(Phase::Dns, 20_000), (Phase::Connect, 10_000_000)]),
        local: None,
        tls: Tls::default(),
        end: None,
        figures: None,
        bytes_sent: None,
        bytes_received: None,
        ..hold(10)
    });
    rows.push(Hold {
        lag: None,
        outcome: failed(Cause::DnsNxdomain, ""),
        times: PhaseTimes::default(),
        dns: Dns::default(),
        remote: None,
        region: String::new(),
        in_teams_range: None,
        ..rows[8].clone()
    });
    rows.push(Hold {
        figures: Some(HoldFigures::default()),
        length: Duration::from_secs(u64::MAX),
        bytes_sent: Some(u64::MAX),
        ..hold(12)
    });
    for (n, text) in HOSTILE.into_iter().enumerate() {
        let mut row = hold(20 + n as u64);
        row.run = run(text);
        row.host = text.into();
        row.end.as_mut().unwrap().detail = text.to_owned();
        row.dns.resolver = Some(text.to_owned());
        rows.push(row);
    }
    rows
}

fn sample(sequence: u64) -> Sample {
    let since = Duration::from_millis(20 * sequence);
    Sample {
        run: run(""),
        slot: 0,
        host: "tr.teams.microsoft.com".into(),
        remote: socket("52.115.3.8:443"),
        sequence,
        wall: later(0) + since,
        at: since,
        sent: sequence + 1,
        answered: sequence,
        numbers: TcpNumbers {
            rtt: some_us(21_000 + 100 * (sequence % 7)),
            bytes_acked: Some(1_000 + 49 * sequence),
            ..numbers()
        },
    }
}

fn samples() -> Vec<Sample> {
    let mut rows: Vec<_> = (0..24).map(sample).collect();
    rows[3].numbers = TcpNumbers::default();
    rows.push(Sample {
        slot: u64::MAX,
        remote: socket("[2001:db8::1]:65535"),
        at: Duration::MAX,
        sent: u64::MAX,
        ..sample(24)
    });
    rows.extend(HOSTILE.into_iter().enumerate().map(|(n, text)| Sample {
        run: run(text),
        host: text.into(),
        ..sample(25 + n as u64)
    }));
    rows
}
