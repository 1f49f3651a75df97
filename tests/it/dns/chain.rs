//! Chains of aliases.

use super::{ask, resolve};
use crate::servers::dns::DnsServer;
use crate::servers::wire::{A, Query, Rr, a, cname, name, soa};

/// relay.test -> n1.test -> n2.test -> ... of so many aliases, and no address.
fn aliases(count: usize) -> Vec<Rr> {
    (0..count).map(|n| cname(&hop(n), 1, &hop(n + 1))).collect()
}

fn hop(n: usize) -> String {
    if n == 0 {
        "relay.test".to_owned()
    } else {
        format!("n{n}.test")
    }
}

#[test]
fn a_chain_in_one_answer_costs_one_query_and_keeps_every_ttl() {
    let server = DnsServer::start(|query| {
        assert!(query.asks("relay.test", A));
        vec![query.answer(
            &[
                cname("relay.test", 0, "world.relay.test"),
                cname(
                    "world.relay.test",
                    300,
                    "a-04.westeurope.cloudapp.azure.com",
                ),
                a("a-04.westeurope.cloudapp.azure.com", 10),
            ],
            &[],
        )]
    });
    let row = resolve(server.plan());
    assert_eq!(
        row.cell("dns_chain"),
        "relay.test world.relay.test a-04.westeurope.cloudapp.azure.com"
    );
    assert_eq!(
        row.cells(["dns_ttls", "dns_queries", "dns_addresses"]),
        ["0 300 10", "1", "1"]
    );
    assert_eq!(
        row.cells(["remotename", "region", "resolver"]),
        [
            "a-04.westeurope.cloudapp.azure.com",
            "westeurope",
            &server.address().to_string()
        ]
    );
    assert_eq!(server.count(), 1);
}

#[test]
fn the_records_of_a_chain_may_come_in_any_order_and_any_case() {
    let server = DnsServer::start(|query| {
        let answers = [
            a("C.test", 3),
            cname("B.TEST", 2, "c.TEST"),
            a("elsewhere.test", 99),
            cname("Relay.Test", 1, "b.test"),
        ];
        vec![query.answer(&answers, &[])]
    });
    let row = resolve(server.plan());
    assert_eq!(
        row.cells(["dns_chain", "dns_ttls", "dns_queries", "dns_addresses"]),
        ["relay.test b.test c.TEST", "1 2 3", "1", "1"]
    );
}

#[test]
fn an_answer_with_the_first_alias_only_is_followed_hop_by_hop() {
    let server = DnsServer::start(|query| {
        let answer = match query {
            q if q.asks("relay.test", A) => cname("relay.test", 11, "b.test"),
            q if q.asks("b.test", A) => cname("b.test", 22, "c.test"),
            _ => a("c.test", 33),
        };
        vec![query.answer(&[answer], &[])]
    });
    let row = resolve(server.plan());
    assert_eq!(
        row.cells(["dns_chain", "dns_ttls", "dns_queries"]),
        ["relay.test b.test c.test", "11 22 33", "3"]
    );
    let asked: Vec<_> = server.queries().iter().map(|q| q.name().to_vec()).collect();
    assert_eq!(asked, [name("relay.test"), name("b.test"), name("c.test")]);
}

#[test]
fn a_circle_is_told_after_one_query_with_the_chain_up_to_it() {
    let server = DnsServer::start(|query| {
        let answers = [
            cname("relay.test", 5, "b.test"),
            cname("b.test", 6, "c.test"),
            cname("c.test", 7, "b.test"),
        ];
        vec![query.answer(&answers, &[])]
    });
    let row = ask(server.plan());
    row.assert_failed("dns-loop", &["b.test"]);
    assert_eq!(
        row.cells(["dns_chain", "dns_ttls", "dns_queries"]),
        ["relay.test b.test c.test", "5 6 7", "1"]
    );
    assert_eq!(server.count(), 1);
}

#[test]
fn a_circle_over_several_queries_is_told_as_well() {
    let server = DnsServer::start(|query| {
        let answer = if query.asks("relay.test", A) {
            cname("relay.test", 5, "b.test")
        } else {
            cname("b.test", 6, "RELAY.test")
        };
        vec![query.answer(&[answer], &[])]
    });
    let row = ask(server.plan());
    row.assert_failed("dns-loop", &["RELAY.test"]);
    assert_eq!(row.cell("dns_queries"), "2");
}

#[test]
fn a_name_that_is_its_own_alias_is_a_circle() {
    let server =
        DnsServer::start(|query| vec![query.answer(&[cname("relay.test", 5, "relay.test")], &[])]);
    ask(server.plan()).assert_failed("dns-loop", &["relay.test"]);
}

#[test]
fn twenty_aliases_are_followed() {
    let server = DnsServer::start(|query| {
        let mut answers = aliases(20);
        answers.push(a("n20.test", 9));
        vec![query.answer(&answers, &[])]
    });
    let row = resolve(server.plan());
    assert_eq!(row.cell("dns_chain").split(' ').count(), 21);
    assert_eq!(row.cell("dns_ttls").split(' ').count(), 21);
    assert_eq!(row.cells(["remotename", "dns_queries"]), ["n20.test", "1"]);
}

#[test]
fn thirty_two_aliases_are_followed_and_the_thirty_third_is_too_many() {
    let with = |count: usize| {
        DnsServer::start(move |query| {
            let mut answers = aliases(count);
            answers.push(a(&hop(count), 9));
            vec![query.answer(&answers, &[])]
        })
    };
    assert_eq!(resolve(with(32).plan()).cell("remotename"), "n32.test");
    ask(with(33).plan()).assert_failed("dns-loop", &["32"]);
}

#[test]
fn forty_aliases_are_a_loop_and_the_row_keeps_what_was_walked() {
    let server = DnsServer::start(|query| {
        let mut answers = aliases(40);
        answers.push(a("n40.test", 9));
        vec![query.answer(&answers, &[])]
    });
    let row = ask(server.plan());
    row.assert_failed("dns-loop", &["32"]);
    assert_eq!(row.cell("dns_chain").split(' ').count(), 33);
    assert_eq!(row.cell("dns_queries"), "1");
}

#[test]
fn an_endless_chain_over_many_queries_is_a_loop() {
    let number = |query: &Query| -> usize {
        let first = String::from_utf8(query.name()[1..].to_vec()).unwrap();
        first
            .strip_prefix('n')
            .and_then(|rest| rest.split(['\u{4}', '\0']).next().unwrap().parse().ok())
            .unwrap_or(0)
    };
    let server = DnsServer::start(move |query| {
        let n = number(query);
        vec![query.answer(&[cname(&hop(n), 1, &hop(n + 1))], &[])]
    });
    let row = ask(server.plan());
    row.assert_failed("dns-loop", &["32"]);
    // names n0 to n32 were asked for, one after the other
    assert_eq!((row.cell("dns_queries"), server.count()), ("33", 33));
    assert_eq!(row.cell("remotename"), "n32.test");
}

#[test]
fn a_denial_at_the_end_of_a_chain_keeps_the_chain() {
    let server = DnsServer::start(|query| {
        let answers = [
            cname("relay.test", 4, "b.test"),
            cname("b.test", 5, "gone.test"),
        ];
        vec![query.reply(3, &answers, &[soa("test")])]
    });
    let row = ask(server.plan());
    row.assert_failed("dns-nxdomain", &["gone.test"]);
    assert_eq!(
        row.cells(["dns_chain", "dns_ttls", "dns_queries", "remotename"]),
        ["relay.test b.test gone.test", "4 5", "2", "gone.test"]
    );
    assert_eq!(server.count(), 2);
}
