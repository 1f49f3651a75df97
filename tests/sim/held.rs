//! A held connection over a cable that is dead for a moment.

use std::io::Read as _;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use crate::link::{Link, SERVER, filter};
use crate::namespace::Namespace;
use crate::relay;
use crate::rows::{in_file, no_panic, number, parse, said, turnprobe};
use crate::witness::{Witness, attempts, sent_again};

const DEAD: &str = "chain input { type filter hook input priority 0; tcp dport 443 drop
    }
    chain output { type filter hook output priority 0; tcp sport 443 drop
    }";

/// A relay that does its handshake and answers nothing inside: its kernel acknowledges.
fn silent(namespace: &Namespace) {
    let config = relay::tls(&["tr.teams.microsoft.com".to_owned()]);
    relay::serve(namespace, move |mut stream| {
        if relay::shake_hands(&mut stream, &config).is_some() {
            let mut buffer = [0; 4096];
            while stream.read(&mut buffer).is_ok_and(|read| read > 0) {}
        }
    });
}

/// Starts a connection that is held, with its samples in a file, and waits for the first second.
fn begun(cable: &Link, hold: &str, samples: &Path) -> Child {
    let line = format!("{SERVER}:443 --hold {hold} --format csv -q --samples");
    let mut command = turnprobe(&cable.client, &line);
    let mut child = command.arg(samples).spawn().unwrap();
    let taken = || std::fs::read_to_string(samples).map_or(0, |text| text.lines().count());
    while taken() < 50 {
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_cable_that_is_dead_for_a_moment_is_a_stall_with_segments_sent_again() {
    let link = Link::new("stall");
    silent(&link.server);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("samples.csv");
    let witness = Witness::watch(&link.client, "eth0");
    let child = begun(&link, "6s", &file);
    filter(&link.server, DEAD);
    std::thread::sleep(Duration::from_millis(600));
    filter(&link.server, "");
    let output = child.wait_with_output().unwrap();
    no_panic(&output);
    let attempts = attempts(&witness.packets(&link.client));
    let rows = parse(&String::from_utf8(output.stdout.clone()).unwrap());
    assert_eq!((rows.len(), attempts.len()), (1, 1), "{}", said(&output));
    let row = &rows[0];
    assert_eq!(
        (row["Status"].as_str(), row["ended_by"].as_str()),
        ("OK", "done"),
        "{row:?}"
    );
    assert_eq!(row["answered"], "0");
    let (again, seen) = (number(row, "retransmits"), sent_again(&attempts[0]));
    let longest = number(row, "longest_stall_us");
    println!("a stall of {longest} us; {again} retransmitted segments, the witness saw {seen}");
    assert_eq!(number(row, "stalls"), 1, "{row:?}");
    // it ends when a segment gets through: a new request, or what a timer sends again, and those
    // double from 200 ms on (RFC 6298 section 5.5)
    assert!((550_000..3_000_000).contains(&longest), "{longest} us");
    assert!(again >= 1 && number(row, "retransmitted_bytes") > 0);
    assert_eq!(again, seen, "segments sent again");
    // the samples tell the same
    let samples = in_file(&file);
    assert_eq!(samples.len() as u64, number(row, "samples"));
    let last = samples.last().unwrap();
    assert_eq!(number(last, "retransmits"), again, "no SYN was lost");
    let waited = samples.iter().map(|sample| number(sample, "since_ack_us"));
    assert!(waited.max().unwrap() >= 500_000);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn where_nothing_is_lost_nothing_stalls_and_the_kernels_round_trip_is_that_of_the_cable() {
    let cable = Link::new("calm");
    silent(&cable.server);
    let line = format!("{SERVER}:443 --hold 3s --format csv -q");
    // on a busy machine a timer may go off before an answer that is there was read
    let calm = (0..3).find_map(|_| {
        let witness = Witness::watch(&cable.client, "eth0");
        let output = turnprobe(&cable.client, &line).output().unwrap();
        no_panic(&output);
        let again = sent_again(&attempts(&witness.packets(&cable.client))[0]);
        let row = parse(&String::from_utf8(output.stdout).unwrap()).remove(0);
        assert_eq!(row["ended_by"], "done");
        assert_eq!(number(&row, "retransmits"), again);
        (again == 0).then_some(row)
    });
    let row = &calm.expect("something was sent again in each of three runs");
    for column in ["retransmitted_bytes", "timeouts", "stalls"] {
        assert_eq!(row[column], "0", "{column}");
    }
    assert_eq!(number(row, "longest_stall_us"), 0);
    // microseconds on a cable of this machine, and what a delayed ACK adds (RFC 1122 section 4.2.3.2)
    assert!(number(row, "rtt_p50_us") < 200_000, "{row:?}");
}

/// Linux gives a connection up when its timers went off often enough (tcp(7), tcp_retries2).
#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_cable_that_stays_dead_ends_with_this_system_giving_up() {
    let link = Link::new("gone");
    silent(&link.server);
    let few = "net.ipv4.tcp_retries2=3";
    link.client.output("sysctl", &["-w", few]);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("samples.csv");
    let child = begun(&link, "40s", &file);
    filter(&link.server, DEAD);
    let output = child.wait_with_output().unwrap();
    no_panic(&output);
    assert!(output.status.success(), "{}", said(&output));
    let row = &parse(&String::from_utf8(output.stdout).unwrap())[0];
    assert_eq!(
        (row["Status"].as_str(), row["ended_by"].as_str()),
        ("OK", "timeout"),
        "{row:?}"
    );
    assert!(!row["detail"].is_empty());
    assert!(number(row, "held_us") < 30_000_000, "{row:?}");
    assert_eq!(number(row, "stalls"), 1, "it never ended");
    assert!(number(row, "timeouts") >= 3);
}
