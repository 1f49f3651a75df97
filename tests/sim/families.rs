//! The kind of address that is asked for follows the routes, and name servers on one link.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::link::resolvers;
use crate::name_server::{address, address6, asks_for_v6, message, serve};
use crate::namespace::Namespace;
use crate::rows::{row, rows};

const NAME: &str = "relay.case.test:9";

/// A namespace with these networks, and a name server on `own` that has 127.0.0.1 and ::1.
fn host(purpose: &str, own: &str, networks: &[&str]) -> Namespace {
    let namespace = Namespace::new(purpose);
    let ip = |line: &str| namespace.output("ip", &line.split(' ').collect::<Vec<_>>());
    ip("link add eth0 type veth peer name eth1");
    ip("link set eth0 up");
    ip("link set eth1 up");
    for line in networks {
        ip(line);
    }
    serve(
        &namespace,
        own,
        |query| {
            let record = if asks_for_v6(query) {
                address6(Ipv6Addr::LOCALHOST)
            } else {
                address(Ipv4Addr::LOCALHOST)
            };
            message(query, 0, &[record])
        },
        |_, _| {},
    );
    std::fs::write(resolvers(&namespace), format!("nameserver {own}\n")).unwrap();
    namespace
}

const V4: &str = "address add 10.78.0.1/24 dev eth0";
const V4_OUT: &str = "route add default via 10.78.0.2";
const V6: &str = "address add fd00:78::1/64 dev eth0 nodad";
const V6_OUT: &str = "-6 route add default via fd00:78::2";

#[test]
#[ignore = "needs root, nftables and tshark"]
fn the_kind_of_address_follows_the_routes_and_flags_do_not_ask_them() {
    for (purpose, own, networks, remote) in [
        ("none", "127.0.0.1", &[][..], "127.0.0.1"),
        ("v4", "127.0.0.1", &[V4, V4_OUT], "127.0.0.1"),
        ("v6", "::1", &[V6, V6_OUT], "::1"),
        ("v6-near", "::1", &[V6], "::1"),
        // a network for IPv4 is no way out
        ("v6-out", "::1", &[V4, V6, V6_OUT], "::1"),
        ("both", "127.0.0.1", &[V4, V4_OUT, V6, V6_OUT], "127.0.0.1"),
    ] {
        let host = host(&format!("routes-{purpose}"), own, networks);
        for who in ["", "--resolver os"] {
            let row = row(&host, &format!("{NAME} {who}"));
            assert_eq!(row["remoteip"], remote, "{purpose} {who}: {row:?}");
            let queries = if who.is_empty() { "1" } else { "" };
            assert_eq!(row["dns_queries"], queries, "{purpose} {who}");
        }
        for (flag, remotes) in [
            ("-4", &["127.0.0.1"][..]),
            ("-6", &["::1"]),
            ("--all-addresses", &["127.0.0.1", "::1"]),
        ] {
            let rows = rows(&host, &format!("-n 1 {NAME} {flag}"));
            let met: Vec<_> = rows.iter().map(|row| row["remoteip"].as_str()).collect();
            assert_eq!(met, remotes, "{purpose} {flag}");
        }
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_name_server_of_one_link_is_asked_on_its_interface() {
    let host = host(
        "one-link",
        "127.0.0.1",
        &["address add fe80::78/64 dev eth0 nodad"],
    );
    let scope = host.output("cat", &["/sys/class/net/eth0/ifindex"]);
    let named = "fe80::78%eth0";
    serve(
        &host,
        // the number of the interface, as the standard library reads it
        &format!("fe80::78%{}", scope.trim()),
        |query| message(query, 0, &[address(Ipv4Addr::new(127, 0, 0, 78))]),
        |_, _| {},
    );
    let by_flag = row(&host, &format!("{NAME} --resolver {named}"));
    std::fs::write(resolvers(&host), format!("nameserver {named}\n")).unwrap();
    let by_file = row(&host, NAME);
    for row in [by_flag, by_file] {
        assert_eq!(row["remoteip"], "127.0.0.78", "{row:?}");
        assert_eq!(row["resolver"], format!("[fe80::78%{}]:53", scope.trim()));
    }
}
