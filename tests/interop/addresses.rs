//! Names with IPv6 addresses and with several: which are probed, against what dig says of bind9.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::authority::{NAME, RSA, self_signed};
use crate::dig::dig;
use crate::namespace::Namespace;
use crate::probe::{list, probe, probe_once};
use crate::servers::{Bind9, pair, s_server};

#[test]
#[ignore = "needs root, bind9 and openssl; .ci/run runs it"]
fn a_host_with_only_ipv6_is_reached_by_default_and_with_6_but_not_with_4() {
    let mut namespace = Namespace::new("ipv6");
    // its name server is one of IPv6 too
    namespace.resolv_conf("nameserver ::1\n");
    Bind9::at("::1")
        .zone("x.example", "tov6 3 IN CNAME v6\nv6 4 IN AAAA ::1\n")
        .start(&mut namespace);
    self_signed(namespace.dir(), "v6", "/CN=v6", RSA);
    let (key, pem) = pair(namespace.dir(), "v6");
    s_server(&mut namespace, "[::1]:443", &["-key", &key, "-cert", &pem]);
    namespace.wait_for("[::1]:443");
    let answer = dig(&namespace, "tov6.x.example", "AAAA", &[]);
    for (options, queries) in [(&[][..], "2"), (&["-6"], "1"), (&["--all-addresses"], "2")] {
        let row = probe_once(&namespace, &[options, &["tov6.x.example"]].concat());
        answer.agrees_with(&row);
        assert_eq!(
            (row["Status"].as_str(), row["Port"].as_str()),
            ("OK", "443")
        );
        assert_eq!(
            (row["remoteip"].as_str(), row["local_ip"].as_str()),
            ("::1", "::1")
        );
        assert_eq!(row["dns_queries"], queries, "{options:?}");
    }
    let row = probe_once(&namespace, &["-4", "tov6.x.example"]);
    assert_eq!(row["Status"], "dns-no-data");
}

#[test]
#[ignore = "needs root, bind9 and openssl; .ci/run runs it"]
fn all_addresses_are_a_row_each_and_the_one_that_is_closed_says_so() {
    let mut namespace = Namespace::with_relays("all-addresses");
    Bind9::at("127.0.0.1")
        .zone(
            "teams.microsoft.com",
            "tr 0 IN CNAME relay\nrelay 9 IN A 10.0.1.1\nrelay 9 IN A 10.0.1.2\n\
             relay 9 IN A 10.0.1.3\nrelay 9 IN AAAA fd00::1\n",
        )
        .start(&mut namespace);
    self_signed(namespace.dir(), "relay", "/CN=relay", RSA);
    let (key, pem) = pair(namespace.dir(), "relay");
    let open = ["10.0.1.1:443", "10.0.1.3:443", "[fd00::1]:443"];
    for listen in open {
        s_server(&mut namespace, listen, &["-key", &key, "-cert", &pem]);
    }
    for listen in open {
        namespace.wait_for(listen);
    }
    let v4 = dig(&namespace, NAME, "A", &[]);
    let v6 = dig(&namespace, NAME, "AAAA", &[]);
    let rows = probe(&namespace, &["-n", "2", "-i", "200ms", "--all-addresses"]);
    assert_eq!(rows.len(), 8);
    for slot in ["0", "1"] {
        let of_slot: Vec<_> = rows.iter().filter(|row| row["slot"] == slot).collect();
        let met: BTreeSet<IpAddr> = of_slot
            .iter()
            .map(|r| r["remoteip"].parse().unwrap())
            .collect();
        assert_eq!(met, v4.addresses.union(&v6.addresses).copied().collect());
        for row in of_slot {
            assert_eq!(list(&row["dns_chain"]), v4.chain);
            assert_eq!(
                (row["dns_ttls"].as_str(), row["dns_addresses"].as_str()),
                ("0 9", "4")
            );
            assert_eq!(row["dns_queries"], "2");
            let closed = row["remoteip"] == "10.0.1.2";
            assert_eq!(row["Status"], if closed { "connect-refused" } else { "OK" });
        }
    }
    // without the option one address is probed, IPv4 before IPv6
    let row = probe_once(&namespace, &[]);
    v4.agrees_with(&row);
    assert_eq!(row["dns_queries"], "1");
}
