//! A path on which time passes: how many round trips each phase takes, and what a lost segment
//! costs.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::link::SERVER;
use crate::path::{Fate, Path, Segment, Way};
use crate::relay;
use crate::rows::{Row, number, row, rows};
use crate::witness::{Packet, Witness, attempts, syns};

const DELAY: Duration = Duration::from_millis(20);

/// A round trip in microseconds. Nothing on the path is faster.
const ROUND_TRIP: u64 = 40_000;

/// So much the wall clock of the witness may be set right during a round trip or two, in
/// microseconds.
const SLEWED: u64 = 2_000;

/// The least that several rows have in a column.
fn least(rows: &[Row], column: &str) -> u64 {
    rows.iter().map(|row| number(row, column)).min().unwrap()
}

/// A certificate of some 12 KB: nine segments.
pub fn large_certificate() -> Arc<ServerConfig> {
    large_certificate_of(&rustls::version::TLS12)
}

/// The same with another version of TLS.
pub fn large_certificate_of(version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
    let names: Vec<_> = (0..550)
        .map(|n| format!("relay-{n:04}.teams.test"))
        .collect();
    relay::config_of(version, &[relay::certificate(&names)])
}

fn serve(path: &Path, config: Arc<ServerConfig>) {
    relay::serve(&path.server, move |stream| relay::greet(stream, &config));
}

/// A path that loses every segment that is chosen, and tells which ones it lost.
fn losing(
    purpose: &str,
    chosen: impl Fn(&Segment) -> bool + Send + 'static,
) -> (Path, Receiver<Segment>) {
    let (tell, lost) = channel();
    let path = Path::with_fates(purpose, DELAY, move |segment| {
        if !chosen(segment) {
            return Fate::Arrives;
        }
        tell.send(segment.clone()).unwrap();
        Fate::Lost
    });
    (path, lost)
}

/// A probe while the witness watches the client's end.
fn probe(path: &Path) -> (Row, Vec<Packet>) {
    let witness = Witness::watch(&path.client, "eth0");
    let row = row(&path.client, &format!("{SERVER}:443"));
    let mut attempts = attempts(&witness.packets(&path.client));
    assert_eq!(attempts.len(), 1);
    assert_eq!(row["Status"], "OK", "{}", row["detail"]);
    assert_eq!(row["tcp_syn_retransmits"], "0");
    (row, attempts.remove(0))
}

/// The packets with data of one side.
fn data<'a>(attempt: &'a [Packet], port: &str) -> Vec<&'a Packet> {
    let data = attempt.iter();
    data.filter(|packet| packet.ports.0 == port && packet.length > 0)
        .collect()
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn the_connect_takes_one_round_trip_and_the_handshake_of_tls_1_2_two() {
    let path = Path::new("trips", DELAY);
    relay::healthy(&path.server);
    let witness = Witness::watch(&path.client, "eth0");
    let rows = rows(&path.client, &format!("{SERVER}:443 -n 5 -i 300ms"));
    let attempts = attempts(&witness.packets(&path.client));
    assert_eq!((rows.len(), attempts.len()), (5, 5));
    for (row, attempt) in rows.iter().zip(&attempts) {
        assert_eq!(
            (row["Status"].as_str(), row["tls_version"].as_str()),
            ("OK", "TLSv1.2")
        );
        let round_trip = number(row, "tcp_rtt_us");
        assert!(round_trip >= ROUND_TRIP, "{round_trip} us");
        assert_eq!(row["tcp_min_rtt_us"], row["tcp_rtt_us"]);
        let answered = attempt.iter().find(|packet| packet.is_syn_ack()).unwrap();
        let seen = answered.at - syns(attempt)[0];
        assert!(round_trip + SLEWED > seen, "{round_trip} and {seen} us");
        assert!(number(row, "connect_us") >= round_trip, "{row:?}");
        assert!(number(row, "tls_us") >= 2 * ROUND_TRIP, "{row:?}");
    }
    assert!(least(&rows, "tcp_rtt_us") < ROUND_TRIP + 5_000);
    assert!(least(&rows, "connect_us") < ROUND_TRIP + 10_000);
    assert!(least(&rows, "tls_us") < 3 * ROUND_TRIP);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_lost_segment_of_the_servers_flight_costs_one_round_trip() {
    let (path, lost) = losing("segment", |segment| {
        segment.way == Way::ToClient && segment.nth == Some(1)
    });
    serve(&path, large_certificate());
    let (row, attempt) = probe(&path);
    let lost: Vec<_> = lost.try_iter().collect();
    let [lost] = &lost[..] else {
        panic!("{lost:?}");
    };
    assert_eq!(lost.ports.0.to_string(), row["local_port"]);
    let flight = data(&attempt, "443");
    let place = |packet: &&Packet| packet.sequence == Some(lost.sequence);
    assert_eq!(flight.iter().copied().filter(|p| place(p)).count(), 1);
    // what came in its place, and what had come before it that stands behind it
    let again = flight.iter().copied().find(place).unwrap();
    let beyond = flight.iter().copied().find(|p| p.sequence > again.sequence);
    assert_eq!(again.length, lost.length);
    let late = again.at.saturating_sub(beyond.unwrap().at);
    assert!(late + SLEWED > ROUND_TRIP, "{late} us");
    assert!(number(&row, "tls_us") >= 3 * ROUND_TRIP, "{row:?}");
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_lost_flight_of_one_segment_costs_the_servers_timer() {
    let (path, lost) = losing("flight", |segment| {
        segment.way == Way::ToClient && segment.nth == Some(0)
    });
    relay::healthy(&path.server);
    let (row, attempt) = probe(&path);
    let lost: Vec<_> = lost.try_iter().collect();
    assert_eq!(lost.len(), 1);
    let flight = data(&attempt, "443");
    assert_eq!(
        (flight[0].sequence, flight[0].length),
        (Some(1), lost[0].length)
    );
    // the least that Linux waits before it sends again (TCP_RTO_MIN of net/tcp.h)
    assert!(number(&row, "tls_us") >= 2 * ROUND_TRIP + 200_000);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_lost_client_hello_is_sent_again_and_the_witness_sees_both() {
    let (path, lost) = losing("hello", |segment| {
        segment.way == Way::ToServer && segment.nth == Some(0)
    });
    relay::healthy(&path.server);
    let (row, attempt) = probe(&path);
    assert_eq!(lost.try_iter().count(), 1);
    let hello = data(&attempt, &row["local_port"]);
    let again = |packet: &Packet| (packet.sequence, packet.length);
    assert_eq!(hello[0].sequence, Some(1));
    assert_eq!(again(hello[0]), again(hello[1]));
    let waited = hello[1].at - hello[0].at;
    assert!(waited + SLEWED > 200_000, "{waited} us");
    assert!(number(&row, "tls_us") + SLEWED >= 2 * ROUND_TRIP + waited);
}

/// Handshakes with a server whose first flight may have so many segments (RFC 6928).
fn with_initial_window(segments: usize) -> Vec<Row> {
    let path = Path::new(&format!("window-{segments}"), DELAY);
    let route = "route change 10.77.0.0/24 dev eth0 proto kernel scope link src 10.77.0.2 initcwnd";
    let mut route: Vec<_> = route.split(' ').collect();
    let segments = segments.to_string();
    route.push(&segments);
    path.server.output("ip", &route);
    serve(&path, large_certificate());
    let rows = rows(&path.client, &format!("{SERVER}:443 -n 4 -i 400ms"));
    assert!(rows.iter().all(|row| row["Status"] == "OK"));
    rows
}

/// With a window of two, the nine segments go as two, four and the rest: two round trips more.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_certificate_beyond_the_servers_first_window_takes_more_round_trips() {
    let wide = least(&with_initial_window(10), "tls_us");
    let narrow = least(&with_initial_window(2), "tls_us");
    assert!((2 * ROUND_TRIP..3 * ROUND_TRIP).contains(&wide), "{wide}");
    assert!(narrow >= 4 * ROUND_TRIP, "{narrow}");
}
