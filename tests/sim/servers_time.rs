//! Servers that take their time, and segments that overtake each other, on a path that loses
//! nothing: nobody says that something was lost.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::link::{Link, SERVER};
use crate::path::{Fate, Path, Segment, Way};
use crate::relay;
use crate::rows::{Row, rows};
use crate::witness::SYN;

/// What OpenSSL's buffer of a handshake holds: it is handed on when it is full.
const BUFFER: usize = 4096;

/// Handshakes of each kind: more of them with `.ci/full`.
fn count() -> usize {
    match std::env::var("COUNTS").as_deref() {
        Ok("full") => 1_000,
        _ => 80,
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A certificate that makes a flight of some 5 KB.
fn config(version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
    let names: Vec<_> = (0..190)
        .map(|n| format!("relay-{n:04}.teams.test"))
        .collect();
    relay::config_of(version, &[relay::certificate(&names)])
}

/// Probes of a server on a path of so much each way that sends what it has so, while segments have
/// their fates.
fn probes(
    purpose: &str,
    delay: Duration,
    arguments: &str,
    fates: impl FnMut(&Segment) -> Fate + Send + 'static,
    send: impl Fn(&mut std::net::TcpStream, &[u8]) -> std::io::Result<()> + Send + Sync + 'static,
) -> Vec<Row> {
    let path = Path::with_fates(purpose, delay, fates);
    let version = if arguments.contains("1.3") {
        &rustls::version::TLS13
    } else {
        &rustls::version::TLS12
    };
    let config = config(version);
    relay::serve(&path.server, move |stream| {
        relay::greet_by(stream, &config, &send);
    });
    let line = format!("{SERVER}:443 -n {} -i 0 {arguments}", count());
    let rows = rows(&path.client, &line);
    assert_eq!(rows.len(), count());
    for row in &rows {
        assert_eq!(row["Status"], "OK", "{row:?}");
        assert!(!row["explain"].starts_with("lost"), "{purpose}: {row:?}");
        assert_ne!(row["tls_flight_lost"], "true", "{purpose}: {row:?}");
    }
    rows
}

/// Most rows have these values: a busy machine may hold a segment up for longer than its fate says,
/// which a client sees as it is. That no row speaks of loss is asserted of each, in [`probes`].
fn have(rows: &[Row], expected: &[(&str, &str)]) {
    let has = |row: &&Row| {
        expected
            .iter()
            .all(|(column, value)| row[*column] == *value)
    };
    let right = rows.iter().filter(has).count();
    let other = rows.iter().find(|row| !has(row));
    assert!(right * 100 >= rows.len() * 80, "{right}: {other:?}");
}

const NOTHING: [(&str, &str); 3] = [
    ("explain", "none"),
    ("tls_flight_windows", "1"),
    ("tls_flight_lost", "false"),
];

const UNTOLD: [(&str, &str); 3] = [
    ("explain", "loss-or-server"),
    ("tls_flight_windows", "1"),
    ("tls_flight_lost", ""),
];

fn arrives(_: &Segment) -> Fate {
    Fate::Arrives
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_server_that_signs_behind_a_full_buffer_is_not_said_to_lose_anything() {
    for (delay, pause, expected) in [
        (0, 5, NOTHING),
        (0, 50, NOTHING),
        (0, 300, UNTOLD),
        (20, 8, NOTHING),
        (20, 50, NOTHING),
        (20, 120, UNTOLD),
        (20, 300, UNTOLD),
    ] {
        for tls in ["1.2", "1.3"] {
            let arguments = format!("--concurrency 4 --tls {tls}");
            let purpose = format!("signs-{delay}-{pause}-{tls}");
            let rows = probes(
                &purpose,
                ms(delay),
                &arguments,
                arrives,
                move |to, flight| {
                    let (first, rest) = flight.split_at(BUFFER.min(flight.len()));
                    to.write_all(first)?;
                    if !rest.is_empty() {
                        std::thread::sleep(ms(pause));
                    }
                    to.write_all(rest)
                },
            );
            have(&rows, &expected);
        }
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_server_that_drips_is_slow_and_loses_nothing() {
    for delay in [0, 5, 20] {
        let purpose = format!("drips-{delay}");
        let rows = probes(
            &purpose,
            ms(delay),
            "--concurrency 32",
            arrives,
            |to, flight| {
                for piece in flight.chunks(100) {
                    to.write_all(piece)?;
                    std::thread::sleep(ms(50));
                }
                Ok(())
            },
        );
        have(&rows, &[("explain", "slow-server")]);
    }
}

/// The second segment of the flight comes in behind the third.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn segments_that_overtake_each_other_are_not_said_to_be_lost() {
    for delay in [0, 2, 20] {
        for thinks in [0, 30] {
            let purpose = format!("swaps-{delay}-{thinks}");
            let swaps = |segment: &Segment| match (segment.way, segment.nth) {
                (Way::ToClient, Some(1)) => Fate::Late(Duration::from_micros(800)),
                _ => Fate::Arrives,
            };
            let rows = probes(
                &purpose,
                ms(delay),
                "--concurrency 2",
                swaps,
                move |to, flight| {
                    std::thread::sleep(ms(thinks));
                    to.write_all(flight)
                },
            );
            let overtaken = rows.iter().filter(|row| row["tcp_end_out_of_order"] != "0");
            assert!(overtaken.count() * 10 >= count() * 8);
            have(&rows, &[("explain", "none"), ("tls_flight_windows", "1")]);
        }
    }
}

/// On a path with a round trip segments that come all at once show that none was sent again; a
/// single one does not.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_server_that_thinks_for_300_ms_is_slow_where_nothing_else_explains_it() {
    let rows = probes(
        "thinks",
        ms(20),
        "--concurrency 4",
        arrives,
        |to, flight| {
            if flight.len() > BUFFER {
                std::thread::sleep(ms(300));
            }
            to.write_all(flight)
        },
    );
    have(
        &rows,
        &[("explain", "slow-server"), ("tls_flight_lost", "false")],
    );

    let link = Link::new("thinks-alone");
    let small = relay::tls(&["tr.teams.microsoft.com".to_owned()]);
    relay::serve(&link.server, move |stream| {
        std::thread::sleep(ms(300));
        relay::greet(stream, &small);
    });
    let arguments = format!("{SERVER}:443 -n 20 -i 0 --concurrency 4");
    have(&crate::rows::rows(&link.client, &arguments), &UNTOLD);
}

/// The ClientHello, or all that the server says, takes so much longer than this end waits before it
/// sends the ClientHello again: the server gets it twice, and says so.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn what_was_late_and_was_sent_again_is_not_said_to_be_lost() {
    for way in [Way::ToServer, Way::ToClient] {
        let late = move |segment: &Segment| match (way, segment.nth) {
            (Way::ToServer, Some(0)) if segment.way == way => Fate::Late(ms(400)),
            // the acknowledgement of the ClientHello too, which is no SYN's
            (Way::ToClient, _) if segment.way == way && segment.flags & SYN == 0 => {
                Fate::Late(ms(400))
            }
            _ => Fate::Arrives,
        };
        for tls in ["1.2", "1.3"] {
            let arguments = format!("--concurrency 8 --tls {tls}");
            let purpose = format!("late-{way:?}-{tls}").to_lowercase();
            let rows = probes(&purpose, ms(20), &arguments, late, |to, flight| {
                to.write_all(flight)
            });
            let again = rows.iter().filter(|row| row["tcp_end_retransmits"] != "0");
            assert!(again.count() * 10 >= count() * 8);
            have(&rows, &[("explain", "loss-or-server")]);
        }
    }
}

/// A relay over UDP answers after a while; the program is stopped for a part of it, or not.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_late_answer_over_udp_blames_neither_path_nor_relay_unless_it_lay_in_this_machine() {
    let link = Link::new("late-udp");
    let socket = crate::link::inside(&link.server, || {
        std::net::UdpSocket::bind("0.0.0.0:3478").unwrap()
    });
    std::thread::spawn(move || {
        let mut request = [0; 2048];
        while let Ok((length, from)) = socket.recv_from(&mut request) {
            std::thread::sleep(ms(500));
            let id: [u8; 12] = request[8..20].try_into().unwrap();
            let id = turnprobe::wire::stun::TransactionId(id);
            let kind = turnprobe::wire::stun::kind::BINDING_SUCCESS;
            let answer = turnprobe::wire::stun::Builder::new(kind, id)
                .finish()
                .unwrap();
            assert!(length >= 20);
            socket.send_to(&answer, from).unwrap();
        }
    });
    let arguments = format!("udp://{SERVER}:3478 --ask binding -n 5 -i 0");
    for row in rows(&link.client, &arguments) {
        assert_eq!(row["Status"], "OK", "{row:?}");
        assert_eq!(row["explain"], "path-or-relay", "{row:?}");
    }
    let arguments = format!("udp://{SERVER}:3478 --ask binding -n 1 --format csv -q");
    let child = crate::rows::turnprobe(&link.client, &arguments)
        .spawn()
        .unwrap();
    std::thread::sleep(ms(300));
    crate::process::signal(&child, "STOP");
    std::thread::sleep(ms(1_000));
    crate::process::signal(&child, "CONT");
    let output = child.wait_with_output().unwrap();
    let rows = crate::rows::parse(std::str::from_utf8(&output.stdout).unwrap());
    assert_eq!(rows[0]["explain"], "local-delay", "{:?}", rows[0]);
}
