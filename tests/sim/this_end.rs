//! This end of the connection: address, class and window as they were asked for.

use crate::link::{Link, SERVER, filter};
use crate::relay;
use crate::rows::{number, row};

#[test]
#[ignore = "needs root, nftables and tshark"]
fn every_packet_carries_the_class_that_was_asked_for() {
    let link = Link::new("dscp");
    relay::healthy(&link.server);
    filter(
        &link.server,
        "chain input { type filter hook input priority 0; tcp dport 443 ip dscp != ef drop
}",
    );
    let marked = row(&link.client, &format!("{SERVER}:443 --dscp EF"));
    assert_eq!(marked["Status"], "OK");
    let plain = row(
        &link.client,
        &format!("{SERVER}:443 --connect-timeout 300ms"),
    );
    assert_eq!(plain["Status"], "connect-timeout");
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn of_two_addresses_the_source_is_the_one_that_was_asked_for() {
    let link = Link::new("source");
    relay::healthy(&link.server);
    let second = ["address", "add", "10.77.0.9/24", "dev", "eth0"];
    link.client.output("ip", &second);
    filter(
        &link.server,
        "chain input { type filter hook input priority 0; tcp dport 443 ip saddr != 10.77.0.9 drop
}",
    );
    let row = row(&link.client, &format!("{SERVER}:443 --source 10.77.0.9"));
    assert_eq!(
        (row["Status"].as_str(), row["local_ip"].as_str()),
        ("OK", "10.77.0.9")
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_small_receive_buffer_makes_a_small_window() {
    let link = Link::new("window");
    relay::healthy(&link.server);
    let usual = row(&link.client, &format!("{SERVER}:443"));
    let small = row(&link.client, &format!("{SERVER}:443 --receive-buffer 8192"));
    let window = |row| number(row, "tcp_end_receive_window");
    // Linux doubles what it is given: never more than that
    assert!(window(&small) <= 16_384, "{}", window(&small));
    assert!(window(&usual) > 16_384, "{}", window(&usual));
}
