//! `explain` on a path with a round trip: each lost segment of the handshake, a long way, a narrow
//! window. Each impairment is made a hundred times.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;

use crate::link::SERVER;
use crate::path::{Fate, Path, Segment, Way};
use crate::relay;
use crate::round_trips::{large_certificate, large_certificate_of};
use crate::rows::{Row, number, rows};
use crate::witness::SYN;

const DELAY: Duration = Duration::from_millis(20);

/// A hundred probes on a path; the server's flight has ten segments.
fn hundred(
    purpose: &str,
    delay: Duration,
    is_lost: impl FnMut(&Segment) -> bool + Send + 'static,
) -> Vec<Row> {
    probes(purpose, delay, large_certificate(), "-n 100", is_lost)
}

/// Probes of a relay with such a configuration.
fn probes(
    purpose: &str,
    delay: Duration,
    config: Arc<ServerConfig>,
    arguments: &str,
    mut is_lost: impl FnMut(&Segment) -> bool + Send + 'static,
) -> Vec<Row> {
    let path = Path::with_fates(purpose, delay, move |segment| {
        if is_lost(segment) {
            Fate::Lost
        } else {
            Fate::Arrives
        }
    });
    relay::serve(&path.server, move |stream| relay::greet(stream, &config));
    let all = format!("{SERVER}:443 -i 0 --concurrency 8 {arguments}");
    let rows = rows(&path.client, &all);
    assert!(rows.iter().all(|row| row["Status"] == "OK"));
    rows
}

fn explained(rows: &[Row], why: &str) {
    let right = rows.iter().filter(|row| row["explain"] == why).count();
    let other = rows.iter().find(|row| row["explain"] != why);
    assert!(right * 100 >= rows.len() * 95, "{right} {why}: {other:?}");
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_clean_path_needs_no_explanation_and_two_round_trips() {
    let again = Arc::new(Mutex::new(HashSet::new()));
    let (ports, mut seen) = (Arc::clone(&again), HashSet::new());
    let rows = hundred("explain-clean", DELAY, move |segment| {
        let place = (segment.ports, segment.way, segment.sequence);
        if segment.length > 0 && !seen.insert(place) {
            ports.lock().unwrap().insert(segment.ports.0.to_string());
        }
        false
    });
    explained(&rows, "none");
    let again = again.lock().unwrap();
    for row in &rows {
        // a machine that stands still may make an end send again what was not lost
        if !again.contains(&row["local_port"]) {
            assert!(!row["explain"].starts_with("lost"), "{row:?}");
            assert_eq!(row["tls_flight_lost"], "false", "{row:?}");
        }
    }
    let whole = rows.iter().filter(|row| row["tls_flight_windows"] == "1");
    assert!(whole.count() >= 95, "flights in one piece");
    let mut tenths: Vec<_> = rows
        .iter()
        .map(|row| number(row, "tls_round_trips_tenths"))
        .collect();
    tenths.sort_unstable();
    assert!((20..30).contains(&tenths[50]), "{tenths:?}");
}

/// What stands behind a lost segment lies there for a round trip; behind the last one nothing does,
/// and its probe comes as late as a server that took its time.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn any_lost_segment_of_the_servers_flight_but_the_last_is_a_loss_in_tls() {
    for nth in 0..10 {
        let rows = hundred(&format!("explain-flight-{nth}"), DELAY, move |segment| {
            segment.way == Way::ToClient && segment.nth == Some(nth)
        });
        let (why, lost) = match nth {
            9 => ("loss-or-server", ""),
            _ => ("lost-in-tls", "true"),
        };
        explained(&rows, why);
        let told = rows.iter().filter(|row| row["tls_flight_lost"] == lost);
        assert!(told.count() >= 95, "{nth}");
    }
}

/// The client's ChangeCipherSpec in the middle of the flight is no end of it.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn tls_1_3_has_the_same_flight_and_the_same_losses() {
    let config = || large_certificate_of(&rustls::version::TLS13);
    let arguments = "--tls 1.3 -n 30";
    let clean = probes("explain-13-clean", DELAY, config(), arguments, |_| false);
    explained(&clean, "none");
    assert!(
        clean
            .iter()
            .all(|row| number(row, "tls_flight_bytes") > 11_000)
    );
    for nth in [0, 1, 4, 8, 9] {
        let purpose = format!("explain-13-{nth}");
        let rows = probes(&purpose, DELAY, config(), arguments, move |segment| {
            segment.way == Way::ToClient && segment.nth == Some(nth)
        });
        let is_last = nth == 9;
        explained(
            &rows,
            if is_last {
                "loss-or-server"
            } else {
                "lost-in-tls"
            },
        );
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_lost_segment_of_the_client_is_a_loss_in_tls_and_counted() {
    for nth in [0, 1] {
        let rows = hundred(&format!("explain-client-{nth}"), DELAY, move |segment| {
            segment.way == Way::ToServer && segment.nth == Some(nth)
        });
        explained(&rows, "lost-in-tls");
        assert!(
            rows.iter()
                .all(|row| number(row, "tcp_end_retransmits") > 0)
        );
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_lost_syn_or_syn_ack_is_told_on_a_long_way_too() {
    for way in [Way::ToServer, Way::ToClient] {
        let purpose = format!("explain-{way:?}").to_lowercase();
        // SYNs of each port of the client, and of the way's own end
        let syns = Arc::new(Mutex::new(HashMap::<_, (u64, u64)>::new()));
        let seen = Arc::clone(&syns);
        let rows = hundred(&purpose, DELAY, move |segment| {
            if segment.flags & SYN == 0 {
                return false;
            }
            let mut seen = seen.lock().unwrap();
            let (clients, ways) = seen.entry(segment.ports.0.to_string()).or_default();
            *clients += u64::from(segment.way == Way::ToServer);
            *ways += u64::from(segment.way == way);
            segment.way == way && *ways == 1
        });
        explained(&rows, "lost-syn");
        let syns = syns.lock().unwrap();
        for row in &rows {
            let (sent, _) = &syns[&row["local_port"]];
            assert_eq!(number(row, "tcp_syn_retransmits") + 1, *sent, "{row:?}");
        }
        let twice = syns.values().filter(|(sent, _)| *sent == 2).count();
        assert!(twice >= 99, "{twice} of 100 lost one");
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_round_trip_of_120_ms_is_a_slow_path() {
    let rows = hundred("explain-slow", Duration::from_millis(60), |_| false);
    explained(&rows, "slow-path");
}

/// With a window of two, the nine segments go as two, four and the rest.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_narrow_initial_window_shows_as_three_windows_and_as_no_loss() {
    let path = Path::new("explain-window", DELAY);
    let route =
        "route change 10.77.0.0/24 dev eth0 proto kernel scope link src 10.77.0.2 initcwnd 2";
    path.server
        .output("ip", &route.split(' ').collect::<Vec<_>>());
    let config = large_certificate();
    relay::serve(&path.server, move |stream| relay::greet(stream, &config));
    let rows = rows(&path.client, &format!("{SERVER}:443 -n 20 -i 400ms"));
    let right = rows.iter().filter(|row| {
        row["tls_flight_windows"] == "3"
            && row["tls_flight_lost"] == "false"
            && row["explain"] == "none"
    });
    assert!(right.count() >= 19, "{:?}", rows[0]);
}
