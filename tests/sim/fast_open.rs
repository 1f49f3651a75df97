//! TCP Fast Open: what the row says is what went over the cable.

use crate::link::{Link, SERVER, filter};
use crate::namespace::Namespace;
use crate::relay;
use crate::rows::{Row, rows};
use crate::witness::{Witness, attempts};

/// Client and server of Fast Open; 0x400 is for listeners that do not ask for it.
const BOTH_AND_ALL_LISTENERS: &str = "1027";
const CLIENT_ONLY: &str = "1";

fn switch(namespace: &Namespace, value: &str) {
    let setting = format!("net.ipv4.tcp_fastopen={value}");
    namespace.output("sysctl", &["-w", &setting]);
}

fn world(purpose: &str, server: &str) -> Link {
    let link = Link::new(purpose);
    switch(&link.client, CLIENT_ONLY);
    switch(&link.server, server);
    relay::healthy(&link.server);
    link
}

fn three_probes(link: &Link) -> Vec<Row> {
    rows(
        &link.client,
        &format!("{SERVER}:443 -n 3 -i 300ms --fast-open"),
    )
}

fn codes(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row["fast_open"].as_str()).collect()
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn the_first_probe_gets_a_cookie_and_the_next_ones_send_the_hello_in_the_syn() {
    let link = world("tfo", BOTH_AND_ALL_LISTENERS);
    let witness = Witness::watch(&link.client, "eth0");
    let rows = three_probes(&link);
    let attempts = attempts(&witness.packets(&link.client));
    assert_eq!(codes(&rows), ["cookie-asked", "data-acked", "data-acked"]);
    let in_the_syn = attempts.iter().map(|attempt| attempt[0].length > 0);
    assert_eq!(in_the_syn.collect::<Vec<_>>(), [false, true, true]);
    // no connection in secret
    assert_eq!(attempts.len(), 3);
    for row in &rows {
        assert_eq!(
            (row["Status"].as_str(), row["explain"].as_str()),
            ("OK", "none")
        );
    }
    assert!(!rows[0]["connect_us"].is_empty());
    assert_eq!(
        (
            rows[1]["connect_us"].as_str(),
            rows[2]["connect_us"].as_str()
        ),
        ("", "")
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_relay_that_offers_none_gives_no_cookie() {
    let link = world("tfo-none", "0");
    assert_eq!(
        codes(&three_probes(&link)),
        ["cookie-asked", "no-cookie", "no-cookie"]
    );
}

/// Linux tries the experimental option (254) when the proper one (34) got no answer.
#[test]
#[ignore = "needs root, nftables and tshark"]
fn where_the_options_are_stripped_no_cookie_comes() {
    let link = world("tfo-stripped", BOTH_AND_ALL_LISTENERS);
    filter(
        &link.server,
        "chain input { type filter hook input priority 0;
            tcp flags & (syn|ack) == syn reset tcp option fastopen
            tcp flags & (syn|ack) == syn reset tcp option 254
        }",
    );
    let rows = three_probes(&link);
    assert_eq!(codes(&rows), ["cookie-asked", "no-cookie", "no-cookie"]);
    assert!(rows.iter().all(|row| row["explain"] == "none"));
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn where_a_syn_with_data_is_dropped_the_connection_falls_back_and_says_so() {
    let link = world("tfo-dropped", BOTH_AND_ALL_LISTENERS);
    assert_eq!(codes(&three_probes(&link))[0], "cookie-asked");
    // a SYN with the option and 20 bytes of other options has 40 at most: longer is data
    filter(
        &link.server,
        "chain input { type filter hook input priority 0;
            tcp flags & (syn|ack) == syn ip length > 100 drop
        }",
    );
    let rows = rows(&link.client, &format!("{SERVER}:443 -n 1 --fast-open"));
    assert_eq!(codes(&rows), ["syn-lost"]);
    assert_eq!(
        (
            rows[0]["explain"].as_str(),
            rows[0]["tcp_syn_retransmits"].as_str()
        ),
        ("lost-syn", "1")
    );
    assert_eq!(
        (rows[0]["Status"].as_str(), rows[0]["connect_us"].as_str()),
        ("OK", "")
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_relay_that_takes_no_data_any_more_gets_it_again() {
    let link = world("tfo-refused", BOTH_AND_ALL_LISTENERS);
    assert_eq!(codes(&three_probes(&link))[0], "cookie-asked");
    switch(&link.server, "0");
    let rows = rows(&link.client, &format!("{SERVER}:443 -n 1 --fast-open"));
    assert_eq!(codes(&rows), ["data-not-acked"]);
    assert_eq!(
        (rows[0]["Status"].as_str(), rows[0]["explain"].as_str()),
        ("OK", "none")
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_refusal_of_a_syn_with_data_is_a_failed_connect() {
    let link = world("tfo-closed", BOTH_AND_ALL_LISTENERS);
    assert_eq!(codes(&three_probes(&link))[0], "cookie-asked");
    for (rule, cause) in [
        ("reject with tcp reset", "connect-refused"),
        ("drop", "connect-timeout"),
    ] {
        filter(
            &link.server,
            &format!("chain input {{ type filter hook input priority 0; tcp dport 443 {rule}\n}}"),
        );
        let arguments =
            format!("{SERVER}:443 -n 1 --fast-open --tls-timeout 500ms --connect-timeout 500ms");
        let rows = rows(&link.client, &arguments);
        let row = &rows[0];
        assert_eq!(
            (row["Status"].as_str(), row["failed_phase"].as_str()),
            (cause, "connect"),
            "{row:?}"
        );
        let never_there = [
            "tcp_mss",
            "tcp_end_cwnd",
            "tcp_end_pmtu",
            "tcp_options_offered",
        ];
        assert!(
            never_there.iter().all(|column| row[*column].is_empty()),
            "{row:?}"
        );
        assert!(
            !row["connect_us"].is_empty() && row["tls_us"].is_empty(),
            "{row:?}"
        );
    }
}
