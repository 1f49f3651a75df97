//! The path breaks in the middle of a TLS handshake: what was learned before stays in the row.

use crate::link::{Link, SERVER, filter};
use crate::relay;
use crate::rows::{number, row};
use crate::witness::{Packet, Witness, attempts};

fn input(rules: &str) -> String {
    format!(
        "set greeted {{ type inet_service; size 65535; flags dynamic; }}
        chain input {{ type filter hook input priority 0; {rules}
}}"
    )
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_reset_in_answer_to_the_client_hello_is_a_reset_handshake() {
    let link = Link::new("hello-reset");
    relay::healthy(&link.server);
    filter(
        &link.server,
        &input("tcp dport 443 tcp flags & psh == psh reject with tcp reset"),
    );
    let witness = Witness::watch(&link.client, "eth0");
    let row = row(&link.client, &format!("{SERVER}:443"));
    let attempts = attempts(&witness.packets(&link.client));
    assert!(attempts[0].iter().any(Packet::is_reset));
    assert_eq!(
        (row["Status"].as_str(), row["failed_phase"].as_str()),
        ("tls-reset", "tls")
    );
    assert!(number(&row, "connect_us") > 0 && number(&row, "tls_us") > 0);
    assert!(number(&row, "bytes_sent") > 0);
    assert_eq!(
        (row["bytes_received"].as_str(), row["CN"].as_str()),
        ("0", "")
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_reset_after_the_servers_flight_keeps_the_certificate_in_the_row() {
    let link = Link::new("flight-reset");
    relay::healthy(&link.server);
    let second_flight =
        "tcp dport 443 tcp sport @greeted tcp flags & psh == psh reject with tcp reset
        tcp dport 443 tcp flags & psh == psh add @greeted { tcp sport }";
    filter(&link.server, &input(second_flight));
    let row = row(&link.client, &format!("{SERVER}:443"));
    assert_eq!(
        (row["Status"].as_str(), row["failed_phase"].as_str()),
        ("tls-reset", "tls")
    );
    assert_eq!(row["Subject"], "CN=rcgen self signed cert");
    assert_eq!(
        (row["tls_version"].as_str(), row["chain_length"].as_str()),
        ("TLSv1.2", "1")
    );
    assert!(number(&row, "bytes_received") > 0);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_path_that_goes_dead_after_the_connect_ends_with_the_limit_of_the_handshake() {
    let link = Link::new("dead");
    relay::healthy(&link.server);
    filter(
        &link.server,
        &input("tcp dport 443 tcp flags & psh == psh drop"),
    );
    let row = row(&link.client, &format!("{SERVER}:443 --tls-timeout 1500ms"));
    assert_eq!(
        (row["Status"].as_str(), row["failed_phase"].as_str()),
        ("tls-timeout", "tls")
    );
    assert!(number(&row, "tls_us") >= 1_500_000);
    assert_eq!(
        (
            row["tcp_syn_retransmits"].as_str(),
            row["bytes_received"].as_str()
        ),
        ("0", "0")
    );
    assert!(number(&row, "tcp_rtt_us") > 0);
    let sum = number(&row, "connect_us") + number(&row, "tls_us");
    assert!(
        number(&row, "total_us").abs_diff(sum) <= 1,
        "the phases add up to the total"
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_path_that_goes_dead_between_the_flights_keeps_the_certificate_in_the_row() {
    let link = Link::new("half-dead");
    relay::healthy(&link.server);
    let second_flight = "tcp dport 443 tcp sport @greeted tcp flags & psh == psh drop
        tcp dport 443 tcp flags & psh == psh add @greeted { tcp sport }";
    filter(&link.server, &input(second_flight));
    let row = row(&link.client, &format!("{SERVER}:443 --tls-timeout 1500ms"));
    assert_eq!(row["Status"], "tls-timeout");
    assert_eq!(row["Subject"], "CN=rcgen self signed cert");
    assert!(number(&row, "tls_us") >= 1_500_000);
}
