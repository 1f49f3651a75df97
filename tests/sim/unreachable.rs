//! Resets, ICMP messages and missing routes: every one has its cause.

use crate::bursts::answer_bindings;
use crate::link::{Link, SERVER, filter};
use crate::rows::{number, row};
use crate::witness::{Packet, Witness, attempts, syns};

fn rejects(with: &str) -> String {
    format!(
        "chain input {{ type filter hook input priority 0; tcp dport 443 reject with {with}
}}"
    )
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_reset_in_answer_to_the_syn_is_a_refusal() {
    let link = Link::new("reset");
    filter(&link.server, &rejects("tcp reset"));
    let witness = Witness::watch(&link.client, "eth0");
    let row = row(&link.client, &format!("{SERVER}:443"));
    let attempts = attempts(&witness.packets(&link.client));
    assert_eq!((attempts.len(), syns(&attempts[0]).len()), (1, 1));
    let reset = attempts[0].iter().find(|packet| packet.is_reset()).unwrap();
    assert_eq!(reset.source, SERVER);
    assert_eq!(
        (row["Status"].as_str(), row["failed_phase"].as_str()),
        ("connect-refused", "connect")
    );
    assert_eq!(row["tcp_syn_retransmits"], "0");
    assert!(number(&row, "connect_us") + 2_000 > reset.at - syns(&attempts[0])[0]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn each_icmp_message_has_its_cause() {
    let link = Link::new("icmp");
    // RFC 792 and 1812: type 3 with its codes; errno by the kernel's table for each
    for (with, code, cause) in [
        ("net-unreachable", 0, "connect-net-unreachable"),
        ("host-unreachable", 1, "connect-host-unreachable"),
        ("port-unreachable", 3, "connect-refused"),
        ("net-prohibited", 9, "connect-net-unreachable"),
        ("host-prohibited", 10, "connect-host-unreachable"),
        ("admin-prohibited", 13, "connect-host-unreachable"),
    ] {
        filter(&link.server, &rejects(&format!("icmp type {with}")));
        let witness = Witness::watch(&link.client, "eth0");
        let row = row(&link.client, &format!("{SERVER}:443"));
        let packets = witness.packets(&link.client);
        let message = packets.iter().find(|packet| packet.icmp.is_some()).unwrap();
        assert_eq!(message.icmp, Some((3, code)), "{with}");
        // an answer that comes before connect() has returned is heard with the second SYN
        let syns = packets.iter().filter(|packet| packet.is_syn()).count();
        assert_eq!(
            number(&row, "tcp_syn_retransmits") + 1,
            syns as u64,
            "{with}"
        );
        assert_eq!(row["Status"], cause, "{with}: {}", row["detail"]);
        assert_eq!(row["failed_phase"], "connect");
        let is_prohibited = with.ends_with("prohibited");
        let says = if is_prohibited { "refused by" } else { "says" };
        for words in [says, SERVER, "ICMP"] {
            assert!(row["detail"].contains(words), "{with}: {}", row["detail"]);
        }
        assert!(!row["detail"].contains("no route to host"), "{with}");
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn without_a_route_nothing_is_sent_and_the_net_is_unreachable() {
    let link = Link::new("route");
    let witness = Witness::watch(&link.client, "eth0");
    let row = row(&link.client, "192.0.2.1:443");
    let packets = witness.packets(&link.client);
    assert!(!packets.iter().any(Packet::is_syn));
    assert_eq!(row["Status"], "connect-net-unreachable");
    assert_eq!(row["remoteip"], "192.0.2.1");
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn routes_that_lead_nowhere_are_told_apart() {
    let link = Link::new("nowhere");
    for (kind, cause) in [
        ("unreachable", "connect-host-unreachable"),
        ("prohibit", "connect-local-error"),
        ("blackhole", "connect-local-error"),
    ] {
        link.client
            .output("ip", &["route", "replace", kind, "192.0.2.0/24"]);
        let row = row(&link.client, "192.0.2.1:443");
        assert_eq!(row["Status"], cause, "{kind}: {}", row["detail"]);
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_neighbour_that_nobody_is_cannot_be_reached() {
    let link = Link::new("neighbour");
    let row = row(&link.client, "10.77.0.99:443");
    // the kernel asks three times for its hardware address
    assert_eq!(
        row["Status"], "connect-host-unreachable",
        "{}",
        row["detail"]
    );
    let row = self::row(
        &link.client,
        "10.77.0.99 --transport udp --turn-timeout 20s",
    );
    assert_eq!(row["Status"], "turn-host-unreachable", "{}", row["detail"]);
    assert_eq!(row["turn_reply"], "icmp");
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn each_icmp_message_about_a_datagram_has_its_cause_in_probes_and_bursts_alike() {
    let link = Link::new("icmp-udp");
    answer_bindings(&link.server);
    // RFC 792 and 1812: type 3 with codes 0 to 3, 9, 10 and 13
    for (with, cause) in [
        ("net-unreachable", "turn-net-unreachable"),
        ("host-unreachable", "turn-host-unreachable"),
        ("prot-unreachable", "turn-host-unreachable"),
        ("port-unreachable", "turn-port-unreachable"),
        ("net-prohibited", "turn-net-unreachable"),
        ("host-prohibited", "turn-host-unreachable"),
        ("admin-prohibited", "turn-host-unreachable"),
    ] {
        let rejects = |last: u32| {
            format!(
                "chain input {{ type filter hook input priority 0;
                    udp dport 3478 numgen inc mod 10 <= {last} reject with icmp type {with}
                }}"
            )
        };
        filter(&link.server, &rejects(9));
        let probe = row(&link.client, &format!("{SERVER} --transport udp"));
        assert_eq!(probe["cause"], cause, "{with}: {}", probe["detail"]);
        assert_eq!(probe["turn_reply"], "icmp", "{with}");
        let says = if with.ends_with("prohibited") {
            "refused by"
        } else {
            "says"
        };
        for words in [says, SERVER, "ICMP"] {
            assert!(probe["detail"].contains(words), "{}", probe["detail"]);
        }
        // at once, and not at the limit of 3 s
        assert!(number(&probe, "turn_us") < 1_000_000, "{with}");
        let burst = row(&link.client, &format!("{SERVER} --burst 50/s --for 1s"));
        assert_eq!(burst["cause"], cause, "{with}: {}", burst["detail"]);
        let messages = format!("{} ICMP messages: ", burst["sent"]);
        assert!(
            burst["detail"].starts_with(&messages),
            "{}",
            burst["detail"]
        );
        // those that get through are answered all the same
        filter(&link.server, &rejects(4));
        let burst = row(&link.client, &format!("{SERVER} --burst 50/s --for 1s"));
        assert_eq!(burst["Status"], "OK", "{with}: {}", burst["detail"]);
        // five in a row of each ten
        let (lost, received) = (number(&burst, "lost"), number(&burst, "received"));
        assert!(lost.abs_diff(received) <= 5, "{with}: {lost}, {received}");
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn icmp_messages_cost_no_more_processor_than_answers() {
    let link = Link::new("icmp-cost");
    filter(
        &link.server,
        "chain input { type filter hook input priority 0;
            udp dport 3478 reject with icmp type host-unreachable
        }",
    );
    let program = env!("CARGO_BIN_EXE_turnprobe");
    let script = format!("{program} probe {SERVER} --burst 50/s --for 4s -q; times");
    let times = link.client.output("bash", &["-c", &script]);
    // the last line is that of the children: user and system, such as 0m0.031s 0m0.040s
    let seconds = |time: &str| {
        let (minutes, seconds) = time.trim_end_matches('s').split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
    };
    let spent: f64 = times
        .lines()
        .last()
        .unwrap()
        .split_whitespace()
        .map(seconds)
        .sum();
    assert!(spent < 1.0, "{spent} s of processor in 5 s");
}
