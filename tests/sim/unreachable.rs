//! Resets, ICMP messages and missing routes: every one has its cause.

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
        assert_ne!(row["detail"], "", "{with}");
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
}
