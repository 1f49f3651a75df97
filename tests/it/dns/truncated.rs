//! Answers that do not fit into a UDP packet.

use turnprobe::net::{Limits, Plan};

use super::{ask, resolve};
use crate::rows::{PATIENT, ms};
use crate::servers::dns::DnsServer;
use crate::servers::wire::{a, filler};

#[test]
fn a_truncated_answer_is_fetched_over_tcp_and_both_queries_are_counted() {
    let server = DnsServer::start(|query| {
        vec![if query.over_tcp {
            query.answer(&[a("relay.test", 9)], &[])
        } else {
            query.truncated()
        }]
    });
    let row = resolve(server.plan());
    assert_eq!(row.cells(["dns_queries", "dns_ttls"]), ["2", "9"]);
    let over: Vec<_> = server.queries().iter().map(|q| q.over_tcp).collect();
    assert_eq!(over, [false, true]);
}

#[test]
fn a_truncated_answer_may_end_in_the_middle_of_a_record() {
    let server = DnsServer::start(|query| {
        let mut reply = query.answer(&[a("relay.test", 9)], &[]);
        if !query.over_tcp {
            reply[2] |= 0x02;
            reply.truncate(reply.len() - 5);
        }
        vec![reply]
    });
    assert_eq!(resolve(server.plan()).cell("dns_queries"), "2");
}

#[test]
fn truncated_with_no_tcp_behind_it_is_a_cause_of_its_own_and_says_tcp() {
    let server = DnsServer::without_tcp(|query| vec![query.truncated()]);
    let row = ask(server.plan());
    row.assert_failed("dns-truncated", &["TCP", "refused"]);
    // for either kind of address one over UDP that comes, and one over TCP that does not
    assert_eq!((row.cell("dns_queries"), server.count()), ("4", 2));
}

#[test]
fn truncated_over_tcp_as_well_is_malformed() {
    let server = DnsServer::start(|query| vec![query.truncated()]);
    ask(server.plan()).assert_failed("dns-malformed", &["TCP"]);
    assert_eq!((server.count(), server.count_a()), (4, 2));
}

#[test]
fn an_empty_message_over_tcp_is_malformed() {
    let server = DnsServer::start(|query| {
        if query.over_tcp {
            // an empty message; then the connection stays open until the client is done
            return vec![Vec::new()];
        }
        vec![query.truncated()]
    });
    ask(server.plan()).assert_failed("dns-malformed", &[]);
}

#[test]
fn a_tcp_server_that_keeps_silent_ends_with_the_limit() {
    let server = DnsServer::start(|query| {
        if query.over_tcp {
            return Vec::new();
        }
        vec![query.truncated()]
    });
    let plan = Plan {
        limits: Limits {
            dns: ms(400),
            ..PATIENT
        },
        ..server.plan()
    };
    let row = ask(plan);
    row.assert_failed("dns-truncated", &["TCP", "no answer"]);
    let took: u64 = row.cell("dns_us").parse().unwrap();
    assert!((400_000..10_000_000).contains(&took), "{took}");
}

#[test]
fn an_answer_of_64_kilobytes_is_read_over_tcp() {
    let server = DnsServer::start(|query| {
        if !query.over_tcp {
            return vec![query.truncated()];
        }
        let mut answers = vec![filler("relay.test", 13_000); 5];
        answers.push(a("relay.test", 9));
        let reply = query.answer(&answers, &[]);
        // RFC 1035 section 4.2.2: the length has 16 bits
        assert!((65_000..65_536).contains(&reply.len()), "{}", reply.len());
        vec![reply]
    });
    let row = resolve(server.plan());
    assert_eq!(row.cells(["dns_queries", "dns_addresses"]), ["2", "1"]);
}
