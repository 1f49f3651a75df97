//! IPv4 and IPv6 addresses, and the system's own resolver.

use turnprobe::net::dns::{Families, Resolver};
use turnprobe::net::{Limits, Plan};

use super::{ask, resolve};
use crate::command::has;
use crate::rows::{PATIENT, Row, ms, plan, probe, probe_all, target};
use crate::servers::closed::ClosedTcp;
use crate::servers::dns::DnsServer;
use crate::servers::wire::{A, AAAA, a, aaaa, cname, name, raw_a, soa};

fn only(families: Families, server: &DnsServer) -> Plan {
    Plan {
        families,
        ..server.plan()
    }
}

/// A relay behind an alias with IPv6 addresses only.
fn v6_relay() -> DnsServer {
    DnsServer::start(|query| {
        let alias = cname("relay.test", 7, "b.test");
        vec![match query.kind() {
            AAAA if query.asks("b.test", AAAA) => query.answer(&[aaaa("b.test", 8)], &[]),
            AAAA => query.answer(&[alias, aaaa("b.test", 8)], &[]),
            _ => query.answer(&[alias], &[soa("test")]),
        }]
    })
}

#[test]
fn a_host_without_ipv4_is_reached_over_ipv6() {
    let server = v6_relay();
    let row = ask(server.plan());
    // there may be no IPv6 on this system: only the address counts
    assert_eq!(
        row.cells(["remoteip", "failed_phase", "dns_queries", "dns_addresses"]),
        ["::1", "connect", "2", "1"]
    );
    assert_eq!(
        row.cells(["dns_chain", "dns_ttls"]),
        ["relay.test b.test", "7 8"]
    );
    // the second question is for the end of the chain, so that both belong to the same relay
    let asked: Vec<_> = server.queries().iter().map(|q| q.name().to_vec()).collect();
    assert_eq!(asked, [name("relay.test"), name("b.test")]);
}

#[test]
fn asked_for_ipv4_only_such_a_host_has_no_data() {
    let server = v6_relay();
    let row = ask(only(Families::OnlyV4, &server));
    let says = format!(", says {}", server.address());
    row.assert_failed("dns-no-data", &["b.test", "IPv4", &says]);
    assert_eq!(
        row.cells(["dns_chain", "dns_ttls", "dns_queries"]),
        ["relay.test b.test", "7", "1"]
    );
}

#[test]
fn asked_for_ipv6_only_there_is_no_question_for_ipv4() {
    let server = v6_relay();
    let row = ask(only(Families::OnlyV6, &server));
    assert_eq!(row.cells(["remoteip", "dns_queries"]), ["::1", "1"]);
    assert_eq!((server.count(), server.count_a()), (1, 0));
    let nothing = DnsServer::start(|query| vec![query.answer(&[], &[soa("test")])]);
    ask(only(Families::OnlyV6, &nothing)).assert_failed("dns-no-data", &["relay.test", "IPv6"]);
    assert_eq!((nothing.count(), nothing.count_a()), (1, 0));
}

#[test]
fn a_host_without_any_address_lacks_both_kinds() {
    let server = DnsServer::start(|query| {
        let alias: &[_] = if query.asks("relay.test", A) {
            &[cname("relay.test", 7, "b.test")]
        } else {
            &[]
        };
        vec![query.answer(alias, &[soa("test")])]
    });
    let row = ask(server.plan());
    let says = format!(", says {}", server.address());
    row.assert_failed("dns-no-data", &["b.test", "neither", "IPv4", "IPv6", &says]);
    assert_eq!(
        row.cells(["dns_chain", "dns_ttls", "dns_queries"]),
        ["relay.test b.test", "7", "2"]
    );
    ask(only(Families::Both, &server))
        .assert_failed("dns-no-data", &["b.test", "neither", "IPv4", "IPv6"]);
}

#[test]
fn with_both_families_and_all_addresses_each_address_has_a_row_of_the_same_slot() {
    let server = DnsServer::start(|query| {
        vec![match query.kind() {
            A => query.answer(
                &[
                    raw_a(name("relay.test"), 5, 1),
                    raw_a(name("relay.test"), 5, 2),
                ],
                &[],
            ),
            _ => query.answer(&[aaaa("relay.test", 77)], &[]),
        }]
    });
    let closed = ClosedTcp::new();
    let plan = Plan {
        all_addresses: true,
        ..only(Families::Both, &server)
    };
    let rows = probe_all(plan, target("relay.test", closed.port()));
    let remotes: Vec<_> = rows.iter().map(|row| row.cell("remoteip")).collect();
    assert_eq!(remotes, ["127.0.0.1", "127.0.0.2", "::1"]);
    for row in &rows {
        assert_eq!(
            row.cells(["slot", "dns_addresses", "dns_queries"]),
            ["0", "3", "2"]
        );
        // of the records that answered first
        assert_eq!(row.cell("dns_ttls"), "5");
        assert_eq!(row.cell("dns_us"), rows[0].cell("dns_us"));
    }
    assert_eq!(server.count(), 2);
}

/// A name server that answers for A with this code, or keeps silent, and has IPv6 addresses.
fn failing_v4(rcode: Option<u8>) -> DnsServer {
    DnsServer::start(move |query| match (query.kind(), rcode) {
        (AAAA, _) => vec![query.answer(&[aaaa("relay.test", 8)], &[])],
        (_, Some(rcode)) => vec![query.reply(rcode, &[], &[])],
        (_, None) => Vec::new(),
    })
}

#[test]
fn a_name_whose_ipv4_question_fails_is_reached_over_ipv6_and_the_failure_is_told() {
    for (rcode, told) in [
        (2, "A: dns-servfail: "),
        (3, "A: dns-nxdomain: relay.test does not exist"),
        (5, "A: dns-refused: "),
    ] {
        let server = failing_v4(Some(rcode));
        let row = ask(server.plan());
        assert_eq!(
            row.cells(["remoteip", "dns_queries", "dns_chain", "dns_ttls"]),
            ["::1", "2", "relay.test", "8"]
        );
        assert!(row.detail().contains(told), "{}", row.detail());
    }
}

#[test]
fn a_name_that_fails_for_both_kinds_has_the_failure_of_the_first() {
    let server = DnsServer::start(|query| {
        let alias = cname("relay.test", 7, "b.test");
        vec![match query.kind() {
            A => query.reply(3, &[alias], &[]),
            _ => query.reply(2, &[], &[]),
        }]
    });
    let row = ask(server.plan());
    row.assert_failed("dns-nxdomain", &["b.test", "AAAA: dns-servfail"]);
    assert_eq!(
        row.cells(["dns_chain", "dns_queries"]),
        ["relay.test b.test", "2"]
    );
}

#[test]
fn the_time_of_a_name_that_fails_for_both_kinds_is_that_of_both() {
    let server = DnsServer::start(|query| {
        if query.kind() != A {
            std::thread::sleep(ms(600));
        }
        vec![query.reply(2, &[], &[])]
    });
    let silent = DnsServer::start(|query| match query.kind() {
        A => vec![query.reply(2, &[], &[])],
        _ => Vec::new(),
    });
    for (server, least) in [(server, 600_000), (silent, 1_900_000)] {
        let row = ask(within_two_seconds(Families::Routed, &server));
        row.assert_failed("dns-servfail", &[]);
        let took = |column| row.cell(column).parse::<u64>().unwrap();
        assert!(took("dns_us") >= least, "{}", took("dns_us"));
        assert_eq!(took("total_us"), took("dns_us"));
    }
}

/// All addresses, with two seconds for each kind.
fn all_within_two_seconds(server: &DnsServer) -> Vec<Row> {
    let plan = Plan {
        all_addresses: true,
        limits: Limits {
            dns: ms(2_000),
            ..PATIENT
        },
        ..only(Families::Both, server)
    };
    let closed = ClosedTcp::new();
    probe_all(plan, target("relay.test", closed.port()))
}

#[test]
fn a_kind_that_times_out_is_told_and_costs_the_rows_of_the_other_nothing() {
    let no_v6 = DnsServer::start(|query| match query.kind() {
        A => vec![query.answer(&[a("relay.test", 5)], &[])],
        _ => Vec::new(),
    });
    for (server, address, told) in [
        (no_v6, "127.0.0.1", "AAAA: dns-timeout: "),
        (failing_v4(None), "::1", "A: dns-timeout: "),
    ] {
        let rows = all_within_two_seconds(&server);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].cells(["remoteip", "dns_queries"]), [address, "2"]);
        assert!(rows[0].detail().contains(told), "{}", rows[0].detail());
        let took: u64 = rows[0].cell("dns_us").parse().unwrap();
        assert!(took < 1_900_000, "{took}");
    }
}

/// Two seconds for both kinds, of which the second is asked for when one of them is over.
fn within_two_seconds(families: Families, server: &DnsServer) -> Plan {
    Plan {
        limits: Limits {
            dns: ms(2_000),
            ..PATIENT
        },
        ..only(families, server)
    }
}

#[test]
fn a_name_server_that_drops_one_kind_of_question_does_not_hide_the_other_kind_of_address() {
    let server = failing_v4(None);
    let row = ask(within_two_seconds(Families::Routed, &server));
    assert_eq!(
        row.cells([
            "remoteip",
            "failed_phase",
            "dns_queries",
            "dns_chain",
            "dns_ttls",
            "dns_addresses"
        ]),
        ["::1", "connect", "2", "relay.test", "8", "1"]
    );
    let silence = format!("A: dns-timeout: {}: no answer within ", server.address());
    has(row.detail(), &silence);
    // the wait for the first kind is part of it, and no more than that
    let took: u64 = row.cell("dns_us").parse().unwrap();
    assert!((1_000_000..1_900_000).contains(&took), "{took}");
    assert_eq!(server.count_a(), 1);
    // who wants that kind only gets no other
    let row = ask(within_two_seconds(Families::OnlyV4, &server));
    row.assert_failed("dns-timeout", &["no answer within 2000 ms"]);
    assert_eq!(row.cell("dns_queries"), "1");
}

/// An answer to one kind of question that cannot be used is no silence, whatever the other kind has.
#[test]
fn an_unusable_answer_to_one_kind_of_question_is_told_beside_the_address_of_the_other() {
    for told in [
        "unusable answer: a question",
        "unusable answer: an answer to another question",
    ] {
        let is_question = told.ends_with("a question");
        let server = DnsServer::start(move |query| match query.kind() {
            A if is_question => {
                let mut reply = query.reply(0, &[], &[]);
                reply[2] &= 0x7f;
                vec![reply]
            }
            A => {
                let mut reply = query.answer(&[a("relay.test", 9)], &[]);
                reply[13] ^= 1;
                vec![reply]
            }
            _ => vec![query.answer(&[aaaa("relay.test", 8)], &[])],
        });
        let row = ask(within_two_seconds(Families::Routed, &server));
        assert_eq!(row.cells(["remoteip", "dns_queries"]), ["::1", "2"]);
        let told = format!("A: dns-malformed: {}: {told}", server.address());
        has(row.detail(), &told);
        assert!(
            !row.detail().contains("no answer within"),
            "{}",
            row.detail()
        );
    }
}

#[test]
fn a_slow_answer_is_taken_where_the_other_kind_of_question_is_dropped_or_has_none() {
    for answers in [false, true] {
        let server = DnsServer::start(move |query| match query.kind() {
            A => {
                std::thread::sleep(ms(1_300));
                vec![query.answer(&[a("relay.test", 5)], &[])]
            }
            _ if answers => vec![query.answer(&[], &[soa("test")])],
            _ => Vec::new(),
        });
        let row = resolve(within_two_seconds(Families::Routed, &server));
        assert_eq!(row.cells(["dns_queries", "dns_ttls"]), ["2", "5"]);
        assert!(!row.detail().contains("AAAA"), "{}", row.detail());
        let took: u64 = row.cell("dns_us").parse().unwrap();
        assert!((1_300_000..1_990_000).contains(&took), "{took}");
    }
}

#[test]
fn a_name_server_that_drops_one_kind_and_has_none_of_the_other_is_told_with_both() {
    let server = DnsServer::start(|query| match query.kind() {
        A => Vec::new(),
        _ => vec![query.answer(&[], &[soa("test")])],
    });
    let row = ask(within_two_seconds(Families::Routed, &server));
    row.assert_failed("dns-timeout", &["no answer within", "AAAA: dns-no-data"]);
    assert_eq!(row.cell("dns_queries"), "2");
}

#[test]
fn a_name_server_that_answers_for_neither_kind_costs_one_limit() {
    let rows = all_within_two_seconds(&DnsServer::silent());
    assert_eq!(rows.len(), 1);
    rows[0].assert_failed("dns-timeout", &["no answer within"]);
    assert_eq!(rows[0].cell("dns_queries"), "2");
    let took: u64 = rows[0].cell("dns_us").parse().unwrap();
    assert!((2_000_000..3_900_000).contains(&took), "{took}");
}

#[test]
fn only_the_first_of_several_addresses_is_probed_but_all_are_counted() {
    let server = DnsServer::start(|query| {
        vec![query.answer(
            &[
                a("relay.test", 5),
                raw_a(name("relay.test"), 5, 2),
                raw_a(name("relay.test"), 5, 3),
            ],
            &[],
        )]
    });
    assert_eq!(resolve(server.plan()).cell("dns_addresses"), "3");
}

#[test]
fn an_ipv6_question_that_fails_does_not_hide_ipv4_addresses() {
    let server = DnsServer::start(|query| {
        vec![match query.kind() {
            A => query.answer(&[a("relay.test", 5)], &[]),
            _ => query.reply(2, &[], &[]),
        }]
    });
    let row = resolve(only(Families::Both, &server));
    assert_eq!(row.cells(["dns_addresses", "dns_queries"]), ["1", "2"]);
    has(row.detail(), "AAAA: dns-servfail: ");
}

#[test]
fn the_systems_own_resolver_knows_localhost() {
    let closed = ClosedTcp::new();
    let row = probe(
        Plan {
            resolver: Resolver::Os,
            ..plan()
        },
        target("localhost", closed.port()),
    );
    row.assert_failed("connect-refused", &[]);
    assert_eq!(row.cells(["remoteip", "resolver"]), ["127.0.0.1", "os"]);
    assert_eq!(row.cells(["dns_ttls", "dns_queries"]), ["", ""]);
}

#[test]
fn an_address_needs_no_name_server() {
    let closed = ClosedTcp::new();
    let row = probe(plan(), target("127.0.0.1", closed.port()));
    row.assert_failed("connect-refused", &[]);
    assert_eq!(
        row.cells(["dns_us", "dns_queries", "dns_chain"]),
        ["", "", ""]
    );
}
