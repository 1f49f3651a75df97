//! Name servers that cannot be reached, change, answer too much or never end.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use crate::link::{Link, SERVER, filter, resolvers};
use crate::name_server::{TRUNCATED, address, alias, by_tcp, healthy, long_name, message, serve};
use crate::relay;
use crate::rows::{in_file, number, row, rows, turnprobe};
use crate::witness::{Packet, Witness};

const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);
const NAME: &str = "tr.teams.microsoft.com:443 --dns-timeout 1500ms";

/// A link whose client asks the server for names.
fn link(purpose: &str) -> Link {
    let link = Link::new(purpose);
    std::fs::write(resolvers(&link.client), format!("nameserver {SERVER}\n")).unwrap();
    link
}

fn queries(packets: &[Packet]) -> usize {
    packets
        .iter()
        .filter(|packet| packet.icmp.is_none() && packet.ports.1 == "53")
        .count()
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_lost_query_is_not_sent_again_and_ends_with_the_limit() {
    let link = link("dns-lost");
    healthy(&link.server, SERVER, ADDRESS);
    filter(
        &link.server,
        "chain input { type filter hook input priority 0; udp dport 53 drop\n}",
    );
    let witness = Witness::watch(&link.client, "eth0");
    let row = row(&link.client, NAME);
    // one for each kind of address
    assert_eq!(queries(&witness.packets(&link.client)), 2);
    assert_eq!(
        (row["Status"].as_str(), row["failed_phase"].as_str()),
        ("dns-timeout", "dns")
    );
    assert_eq!(
        (row["dns_queries"].as_str(), row["resolver"].as_str()),
        ("2", "")
    );
    assert!(number(&row, "dns_us") >= 1_500_000);
    assert_eq!(
        (row["remoteip"].as_str(), row["connect_us"].as_str()),
        ("", "")
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn what_icmp_says_of_the_name_server_is_heard_where_the_kernel_passes_it_on() {
    let link = link("dns-icmp");
    // of a datagram Linux passes on only the messages that it takes for final (ip(7), IP_RECVERR)
    for (with, cause) in [
        ("port-unreachable", "dns-no-resolver"),
        ("admin-prohibited", "dns-no-resolver"),
        ("host-prohibited", "dns-no-resolver"),
        ("host-unreachable", "dns-timeout"),
        ("net-unreachable", "dns-timeout"),
    ] {
        filter(
            &link.server,
            &format!(
                "chain input {{ type filter hook input priority 0;
            udp dport 53 reject with icmp type {with}\n}}"
            ),
        );
        let witness = Witness::watch(&link.client, "eth0");
        let row = row(&link.client, NAME);
        let packets = witness.packets(&link.client);
        // who hears nothing asks for the other kind of address, too
        let asked = if cause == "dns-timeout" { 2 } else { 1 };
        assert_eq!(queries(&packets), asked, "{with}");
        assert!(packets.iter().any(|packet| packet.icmp.is_some()), "{with}");
        assert_eq!(row["Status"], cause, "{with}: {}", row["detail"]);
        assert!(
            row["detail"].starts_with("10.77.0.2:53: "),
            "{}",
            row["detail"]
        );
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_name_server_without_a_route_is_none_and_a_local_firewall_is_a_local_error() {
    let link = link("dns-local");
    let away = row(&link.client, &format!("{NAME} --resolver 192.0.2.53"));
    assert_eq!(away["Status"], "dns-no-resolver", "{}", away["detail"]);
    filter(
        &link.client,
        "chain output { type filter hook output priority 0; udp dport 53 drop\n}",
    );
    let refused = row(&link.client, NAME);
    assert_eq!(
        refused["Status"], "dns-local-error",
        "{}",
        refused["detail"]
    );
    assert!(
        refused["detail"].contains("not permitted"),
        "{}",
        refused["detail"]
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_name_server_whose_address_nobody_has_costs_its_share_and_the_next_one_is_asked() {
    let link = link("dns-nobody");
    healthy(&link.server, SERVER, ADDRESS);
    relay::healthy(&link.server);
    // in this network, and ARP is not answered: Linux keeps to itself that nobody is there
    let alone = format!("{NAME} --resolver 10.77.0.99 -n 3");
    let rows = rows(&link.client, &alone);
    assert_eq!(rows.len(), 3);
    for row in rows {
        assert_eq!(row["Status"], "dns-timeout", "{}", row["detail"]);
        assert!((1_500_000..20_000_000).contains(&number(&row, "dns_us")));
    }
    let both = format!("nameserver 10.77.0.99\nnameserver {SERVER}\n");
    std::fs::write(resolvers(&link.client), both).unwrap();
    let row = row(&link.client, NAME);
    assert_eq!(
        (row["Status"].as_str(), row["resolver"].as_str()),
        ("OK", "10.77.0.2:53"),
        "{}",
        row["detail"]
    );
    // half the limit each
    assert_eq!(row["dns_queries"], "2");
    assert!(number(&row, "dns_us") >= 750_000);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn name_servers_that_change_in_the_middle_of_a_series_are_followed() {
    let link = link("dns-change");
    link.server
        .output("ip", &["address", "add", "10.77.0.3/24", "dev", "eth0"]);
    healthy(&link.server, SERVER, ADDRESS);
    healthy(&link.server, "10.77.0.3", Ipv4Addr::new(10, 77, 0, 3));
    relay::healthy(&link.server);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    let mut series = turnprobe(&link.client, &format!("{NAME} -n 30 -i 100ms -q --output"));
    let series = series.arg(&file).spawn().unwrap();
    while std::fs::read_to_string(&file).map_or(0, |text| text.lines().count()) < 10 {
        std::thread::sleep(Duration::from_millis(20));
    }
    // as long as before, in one write, as a file that is shared between namespaces must be
    let resolvers = std::fs::File::options()
        .write(true)
        .open(resolvers(&link.client))
        .unwrap();
    resolvers
        .write_all_at(b"nameserver 10.77.0.3\n", 0)
        .unwrap();
    let output = series.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let mut rows = in_file(&file);
    rows.sort_by_key(|row| number(row, "slot"));
    let changed = rows.partition_point(|row| row["remoteip"] == SERVER);
    assert!(
        changed >= 9 && changed < rows.len(),
        "changed with row {changed}"
    );
    for (index, row) in rows.iter().enumerate() {
        let address = if index < changed { SERVER } else { "10.77.0.3" };
        assert_eq!(
            (row["Status"].as_str(), row["remoteip"].as_str()),
            ("OK", address)
        );
        assert_eq!(row["resolver"], format!("{address}:53"));
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn sixty_four_kilobytes_of_addresses_are_counted_and_the_first_is_probed() {
    let link = link("dns-64k");
    relay::healthy(&link.server);
    // 12 bytes of header, 28 of question, 16 for each record: 65,528 of 65,535
    by_tcp(&link.server, SERVER, |query| {
        let others = (1..4093_u16).map(|n| {
            let [high, low] = n.to_be_bytes();
            address(Ipv4Addr::new(10, 78, high, low))
        });
        let all: Vec<_> = [address(ADDRESS)].into_iter().chain(others).collect();
        message(query, 0, &all)
    });
    let row = row(&link.client, &format!("{NAME} --columns all"));
    assert_eq!(
        (row["Status"].as_str(), row["dns_addresses"].as_str()),
        ("OK", "4093")
    );
    assert_eq!(
        (row["dns_queries"].as_str(), row["remoteip"].as_str()),
        ("2", SERVER)
    );
    let bytes: usize = row.values().map(String::len).sum();
    assert!(bytes < 1536, "a row of {bytes} bytes");
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn sixty_four_kilobytes_of_aliases_end_after_the_32nd_and_in_a_bounded_row() {
    let link = link("dns-aliases");
    by_tcp(&link.server, SERVER, |query| {
        let first = alias(&[0xc0, 12], &long_name(0));
        let more = (0..160).map(|n| alias(&long_name(n), &long_name(n + 1)));
        message(
            query,
            0,
            &[first].into_iter().chain(more).collect::<Vec<_>>(),
        )
    });
    let row = row(&link.client, NAME);
    assert_eq!(row["Status"], "dns-loop", "{}", row["detail"]);
    // the name asked for, and what 32 aliases lead to
    assert_eq!(row["dns_chain"].split(' ').count(), 33);
    let bytes: usize = row.values().map(String::len).sum();
    assert!(bytes < 8192, "a row of {bytes} bytes");
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_name_server_that_drips_over_tcp_ends_with_the_limit() {
    let link = link("dns-drip");
    let cut = |query: &[u8]| message(query, TRUNCATED, &[]);
    serve(&link.server, SERVER, cut, |query, stream| {
        let answer = message(query, 0, &[address(ADDRESS)]);
        let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
        for byte in [&length, &answer[..]].concat() {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_secs(1));
        }
    });
    let row = row(&link.client, NAME);
    assert_eq!(row["Status"], "dns-truncated", "{}", row["detail"]);
    assert!(
        row["detail"].contains("no answer within"),
        "{}",
        row["detail"]
    );
    assert!(number(&row, "dns_us") >= 1_500_000);
}
