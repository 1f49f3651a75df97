//! SYNs and SYN-ACKs that get lost: the row says what tshark saw.

use std::collections::BTreeSet;

use crate::link::{Link, SERVER, filter};
use crate::relay;
use crate::rows::{Row, number, row, rows};
use crate::witness::{Packet, Witness, attempts, syns};

/// So much the wall clock of the witness may be set right against the monotonic one of the
/// program while a SYN is waited for, in microseconds.
const SLEWED: u64 = 2_000;

/// Four probes at once while the server's end of the cable has the rules; each row with what
/// the witness saw of its connection.
fn four_probes(purpose: &str, rules: &str, options: &str) -> Vec<(Row, Vec<Packet>)> {
    let link = Link::new(purpose);
    relay::healthy(&link.server);
    filter(&link.server, rules);
    let witness = Witness::watch(&link.client, "eth0");
    let rows = rows(
        &link.client,
        &format!("{SERVER}:443 -n 4 -i 100ms {options}"),
    );
    let attempts = attempts(&witness.packets(&link.client));
    assert_eq!((rows.len(), attempts.len()), (4, 4));
    seen(rows, attempts)
}

/// Each row with what the witness saw of its connection: that of its port, and in order what is
/// left, as a row without a connection has none.
pub fn seen(rows: Vec<Row>, mut attempts: Vec<Vec<Packet>>) -> Vec<(Row, Vec<Packet>)> {
    let mut of_its_port = |row: &Row| {
        let is_its = |attempt: &Vec<Packet>| attempt[0].ports.0 == row["local_port"];
        let place = attempts.iter().position(is_its)?;
        Some(attempts.remove(place))
    };
    let found: Vec<_> = rows.iter().map(&mut of_its_port).collect();
    let mut left = attempts.into_iter();
    let probes = rows.into_iter().zip(found);
    probes
        .map(|(row, attempt)| {
            let has_port = !row["local_port"].is_empty();
            let attempt = attempt.or_else(|| left.next().filter(|_| !has_port));
            let attempt = attempt.unwrap_or_else(|| panic!("nobody saw {row:?}"));
            (row, attempt)
        })
        .collect()
}

/// Each row has as many SYNs that were sent again as the witness saw.
pub fn counts_agree(probes: &[(Row, Vec<Packet>)]) {
    for (row, attempt) in probes {
        counts_agree_in(row, attempt);
    }
}

pub fn counts_agree_in(row: &Row, attempt: &[Packet]) {
    let saw = syns(attempt).len();
    let counted = number(row, "tcp_syn_retransmits");
    assert_eq!(counted + 1, saw as u64, "SYNs of {row:?}");
}

/// The row's connect time is the witness's from the first SYN to the first SYN-ACK.
fn connect_times_agree(probes: &[(Row, Vec<Packet>)]) {
    let excess = probes.iter().map(|(row, attempt)| {
        let answered = attempt.iter().find(|packet| packet.is_syn_ack()).unwrap();
        let seen = answered.at - syns(attempt)[0];
        let connect = number(row, "connect_us");
        assert!(
            connect + SLEWED > seen,
            "{connect} us, and the witness saw {seen}"
        );
        connect.saturating_sub(seen)
    });
    // a busy machine holds one stamp up, not the same one of every probe
    let least = excess.min().unwrap();
    assert!(least < 10_000, "{least} us more than the witness saw");
}

/// Every row has the witness's count. Those whose SYNs went out so often as the rules have it stay:
/// all of them, or one less where the machine stood still at the wrong moment.
fn retransmits_agree(probes: &mut Vec<(Row, Vec<Packet>)>, expected: usize) {
    counts_agree(probes);
    probes.retain(|(_, attempt)| syns(attempt).len() == expected + 1);
    assert!(probes.len() >= 3, "{} of 4", probes.len());
    for (row, _) in probes {
        assert_eq!(row["Status"], "OK", "{}", row["detail"]);
        let why = if expected > 0 { "lost-syn" } else { "none" };
        assert_eq!(row["explain"], why, "{row:?}");
    }
}

/// Sets have their size from the beginning, room for each port: none grows while packets come at
/// once, and no rule fails for want of room.
pub const LOSES_FIRST: &str = "set once { type inet_service; size 65535; flags dynamic; }
    chain input { type filter hook input priority 0;
        tcp flags & (syn|ack) == syn tcp sport != @once add @once { tcp sport } drop
    }";

pub const LOSES_TWO: &str = "set once { type inet_service; size 65535; flags dynamic; }
    set twice { type inet_service; size 65535; flags dynamic; }
    chain input { type filter hook input priority 0;
        tcp flags & (syn|ack) == syn tcp sport != @once add @once { tcp sport } drop
        tcp flags & (syn|ack) == syn tcp sport != @twice add @twice { tcp sport } drop
    }";

pub const LOSES_ANSWER: &str = "set once { type inet_service; size 65535; flags dynamic; }
    chain output { type filter hook output priority 0;
        tcp flags & (syn|ack) == syn|ack tcp dport != @once add @once { tcp dport } drop
    }";

const LOSES_ALL: &str = "chain input { type filter hook input priority 0; tcp dport 443 drop
}";

#[test]
#[ignore = "needs root, nftables and tshark"]
fn where_nothing_is_lost_the_connect_time_is_the_time_from_syn_to_syn_ack() {
    let mut probes = four_probes("nothing", "", "");
    retransmits_agree(&mut probes, 0);
    connect_times_agree(&probes);
    for (row, attempt) in &probes {
        let answered = attempt.iter().find(|packet| packet.is_syn_ack()).unwrap();
        // the kernel's sample begins when the SYN is built and ends when its answer is taken
        assert!(number(row, "tcp_rtt_us") + SLEWED > answered.at - syns(attempt)[0]);
        assert!(
            !attempt.iter().any(Packet::is_reset),
            "the end was not orderly"
        );
        // of each end one, which a busy one's late answer may make it send again
        let fins = attempt.iter().filter(|packet| packet.is_fin());
        let ends: BTreeSet<_> = fins.map(|packet| &packet.ports).collect();
        assert_eq!(ends.len(), 2, "ends with a FIN");
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_first_syn_that_is_lost_shows_as_one_second_and_one_retransmit() {
    let mut probes = four_probes("first", LOSES_FIRST, "");
    retransmits_agree(&mut probes, 1);
    connect_times_agree(&probes);
    for (row, _) in &probes {
        assert!(number(row, "connect_us") > 990_000, "{}", row["connect_us"]);
        assert!(number(row, "tcp_mss") > 0);
    }
}

/// Karn's rule (RFC 6298 section 3): a segment that was sent twice gives no sample. What Linux
/// takes from the timestamps' echo instead may count from the SYN that was lost.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn after_a_lost_syn_there_is_no_round_trip_with_timestamps_or_without() {
    let link = Link::new("karn");
    relay::healthy(&link.server);
    for (timestamps, used) in [("1", true), ("0", false)] {
        filter(&link.server, LOSES_FIRST);
        let setting = format!("net.ipv4.tcp_timestamps={timestamps}");
        link.server.output("sysctl", &["-w", &setting]);
        let row = row(&link.client, &format!("{SERVER}:443"));
        assert_eq!(row["tcp_syn_retransmits"], "1");
        assert_eq!(row["tcp_options"].contains("timestamps"), used);
        for column in ["tcp_rtt_us", "tcp_rttvar_us", "tcp_min_rtt_us"] {
            assert_eq!(row[column], "", "{column}");
        }
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn two_lost_syns_show_as_two_retransmits_and_the_kernels_own_times() {
    let mut probes = four_probes("two", LOSES_TWO, "");
    retransmits_agree(&mut probes, 2);
    connect_times_agree(&probes);
    for (row, attempt) in &probes {
        let last = syns(attempt)[2] - syns(attempt)[0];
        assert!(number(row, "connect_us") + SLEWED > last);
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_lost_syn_ack_looks_like_a_lost_syn() {
    let mut probes = four_probes("answer", LOSES_ANSWER, "");
    retransmits_agree(&mut probes, 1);
    connect_times_agree(&probes);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn where_every_syn_is_lost_the_limit_ends_the_probe_and_all_syns_are_counted() {
    let probes = four_probes("all", LOSES_ALL, "--connect-timeout 2500ms");
    for (row, attempt) in &probes {
        assert_eq!(row["Status"], "connect-timeout");
        assert_eq!(
            (row["cause"].as_str(), row["failed_phase"].as_str()),
            ("connect-timeout", "connect")
        );
        assert!(number(row, "connect_us") >= 2_500_000);
        assert_eq!(
            number(row, "tcp_syn_retransmits") + 1,
            syns(attempt).len() as u64
        );
        assert!(syns(attempt).len() > 1);
        let empty = ["tcp_rtt_us", "tcp_mss", "local_ip", "tls_us", "bytes_sent"];
        assert!(
            empty.iter().all(|column| row[*column].is_empty()),
            "{row:?}"
        );
        assert_eq!(row["remoteip"], SERVER);
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_firewall_of_this_system_that_drops_looks_like_a_lost_syn() {
    let link = Link::new("own");
    filter(
        &link.client,
        "chain output { type filter hook output priority 0; tcp dport 443 drop
}",
    );
    let row = row(
        &link.client,
        &format!("{SERVER}:443 --connect-timeout 1500ms"),
    );
    assert_eq!(row["Status"], "connect-timeout");
    assert_eq!(row["tcp_syn_retransmits"], "1");
}
