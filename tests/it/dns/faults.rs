//! Servers that refuse, fail, keep silent, or answer what is no answer.

use turnprobe::net::Limits;

use super::{ask, resolve};
use crate::rows::{PATIENT, ms, plan};
use crate::servers::closed::ClosedUdp;
use crate::servers::dns::DnsServer;
use crate::servers::wire::{a, soa};
use turnprobe::clock;
use turnprobe::net::Plan;
use turnprobe::net::dns::{Families, Resolver};

/// The server's plan with so much time for the dns phase.
fn within(server: &DnsServer, limit: u64) -> Plan {
    Plan {
        limits: Limits {
            dns: ms(limit),
            ..PATIENT
        },
        ..server.plan()
    }
}

#[test]
fn response_codes_have_their_causes() {
    // RFC 1035 section 4.1.1; what the IANA registry has no short name for shows its number
    for (rcode, cause, detail) in [
        (1, "dns-servfail", "FORMERR"),
        (2, "dns-servfail", "SERVFAIL"),
        (3, "dns-nxdomain", "relay.test"),
        (4, "dns-servfail", "NOTIMP"),
        (5, "dns-refused", "REFUSED"),
        (11, "dns-servfail", "11"),
    ] {
        let server = DnsServer::start(move |query| vec![query.reply(rcode, &[], &[])]);
        let row = ask(server.plan());
        row.assert_failed(cause, &[detail, &server.address().to_string()]);
        // the other kind of address may be there all the same
        assert_eq!(row.cell("dns_queries"), "2", "{rcode}");
        assert_eq!((server.count(), server.count_a()), (2, 1), "{rcode}");
    }
}

#[test]
fn an_address_beside_nxdomain_is_taken_and_told() {
    // RFC 1035 section 4.1.1: 3 says that the name does not exist
    let server = DnsServer::start(|query| vec![query.reply(3, &[a("relay.test", 9)], &[])]);
    let row = resolve(server.plan());
    assert_eq!(row.cell("dns_addresses"), "1");
    let detail = row.cell("detail");
    assert!(
        detail.contains("NXDOMAIN and an address")
            && detail.contains(&server.address().to_string()),
        "{detail}"
    );
    let healthy = DnsServer::start(|query| vec![query.answer(&[a("relay.test", 9)], &[])]);
    assert!(!resolve(healthy.plan()).cell("detail").contains("NXDOMAIN"));
}

#[test]
fn an_error_may_leave_the_question_out() {
    let server = DnsServer::start(|query| {
        let mut reply = query.reply(5, &[], &[]);
        reply.truncate(12);
        reply[4..6].copy_from_slice(&[0, 0]);
        vec![reply]
    });
    ask(server.plan()).assert_failed("dns-refused", &["REFUSED"]);
}

#[test]
fn a_server_that_trips_over_edns_is_not_sent_any() {
    let server = DnsServer::start(|query| {
        if query.has_more() {
            return vec![query.reply(1, &[], &[])];
        }
        vec![query.answer(&[a("relay.test", 9)], &[])]
    });
    let row = resolve(server.plan());
    assert_eq!(row.cell("dns_queries"), "1");
    assert_eq!(server.count(), 1);
}

#[test]
fn a_forged_answer_with_a_wrong_id_does_not_stop_the_right_one() {
    let server = DnsServer::start(|query| {
        let right = query.answer(&[a("relay.test", 9)], &[]);
        let mut forged = query.reply(3, &[], &[]);
        forged[0] ^= 0xFF;
        vec![forged, right]
    });
    let row = resolve(server.plan());
    assert_eq!(row.cells(["dns_ttls", "dns_queries"]), ["9", "1"]);
}

#[test]
fn garbage_with_a_wrong_id_is_a_timeout_that_says_what_was_ignored() {
    let server = DnsServer::start(|query| {
        let mut garbage = vec![0x5A; 40];
        garbage[0] = !query.bytes[0];
        vec![garbage]
    });
    let row = ask(within(&server, 300));
    row.assert_failed("dns-timeout", &["ignored 40 bytes", "id"]);
    // one for each kind of address
    assert_eq!(row.cell("dns_queries"), "2");
}

#[test]
fn an_undecodable_answer_with_the_right_id_fails_at_once() {
    let start = clock::now();
    let server = DnsServer::start(|query| {
        let mut reply = query.answer(&[a("relay.test", 9)], &[]);
        reply.truncate(reply.len() - 3);
        vec![reply]
    });
    let row = ask(server.plan());
    row.assert_failed("dns-malformed", &["unusable answer"]);
    assert!(start.elapsed() < PATIENT.dns, "it waited for the limit");
}

#[test]
fn what_is_broken_behind_the_answers_is_not_looked_at() {
    let server = DnsServer::start(|query| {
        let mut reply = query.answer(&[a("relay.test", 0x8000_0009)], &[]);
        reply[11] = 1;
        // an OPT record that is cut off
        reply.extend_from_slice(&[0, 0, 41, 4]);
        vec![reply]
    });
    // RFC 2181 section 8: a TTL with the top bit set is zero
    assert_eq!(resolve(server.plan()).cell("dns_ttls"), "0");
}

#[test]
fn an_address_of_another_class_is_none() {
    let server = DnsServer::start(|query| {
        let mut reply = query.answer(&[a("relay.test", 9)], &[]);
        let class = reply.len() - 11;
        assert_eq!(reply[class], 1);
        reply[class] = 3;
        vec![reply]
    });
    ask(server.plan()).assert_failed("dns-no-data", &["relay.test"]);
}

#[test]
fn a_pointer_to_itself_in_a_name_is_malformed() {
    let server = DnsServer::start(|query| {
        let mut reply = query.answer(&[], &[]);
        reply[7] = 1;
        // an owner name that points at itself (RFC 1035 section 4.1.4)
        let here = u16::try_from(reply.len()).unwrap() | 0xC000;
        reply.extend_from_slice(&here.to_be_bytes());
        reply.extend_from_slice(&[0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 127, 0, 0, 1]);
        vec![reply]
    });
    ask(server.plan()).assert_failed("dns-malformed", &[]);
}

#[test]
fn an_answer_to_another_question_is_not_taken() {
    let server = DnsServer::start(|query| {
        let mut reply = query.answer(&[a("relay.test", 9)], &[]);
        reply[13] ^= 1; // the first letter of the name
        vec![reply]
    });
    let row = ask(within(&server, 300));
    row.assert_failed("dns-malformed", &["another question"]);
    assert_eq!(row.cell("remoteip"), "");
}

#[test]
fn a_slow_server_is_waited_for() {
    let server = DnsServer::start(|query| {
        std::thread::sleep(ms(300));
        vec![query.answer(&[a("relay.test", 9)], &[])]
    });
    let row = resolve(server.plan());
    let took: u64 = row.cell("dns_us").parse().unwrap();
    assert!(took >= 300_000, "{took}");
    assert_eq!((row.cell("dns_queries"), server.count()), ("1", 1));
}

#[test]
fn a_silent_server_is_a_timeout_at_the_limit_after_a_query_for_each_kind() {
    let server = DnsServer::silent();
    let start = clock::now();
    let row = ask(within(&server, 300));
    row.assert_failed("dns-timeout", &["no answer within"]);
    let took: u64 = row.cell("dns_us").parse().unwrap();
    assert!(took >= 300_000, "{took}");
    assert!(start.elapsed() < ms(10_000));
    // one for each kind of address
    assert_eq!((row.cell("dns_queries"), server.count()), ("2", 2));
}

#[test]
fn a_server_that_floods_with_strays_is_cut_off_at_the_limit() {
    let server = DnsServer::start(|query| {
        let mut forged = query.reply(3, &[], &[]);
        forged[0] ^= 0xFF;
        vec![forged; 5_000]
    });
    let start = clock::now();
    ask(within(&server, 400)).assert_failed("dns-timeout", &["another id"]);
    assert!(start.elapsed() < ms(20_000));
}

#[test]
fn a_closed_port_is_told_at_once() {
    let closed = ClosedUdp::new();
    let start = clock::now();
    let row = ask(Plan {
        resolver: Resolver::Servers(vec![closed.address()]),
        ..plan()
    });
    row.assert_failed("dns-no-resolver", &[&closed.address().to_string()]);
    assert_eq!(row.cell("dns_queries"), "1");
    assert!(start.elapsed() < PATIENT.dns, "it waited for the limit");
}

#[test]
fn no_server_at_all_is_no_resolver() {
    let row = ask(plan());
    row.assert_failed("dns-no-resolver", &[]);
    assert_eq!(row.cell("dns_queries"), "0");
}

#[test]
fn a_name_without_addresses_costs_the_second_query_in_the_default_mode_only() {
    let server = || DnsServer::start(|query| vec![query.answer(&[], &[soa("test")])]);
    let (default, v4) = (server(), server());
    let row = ask(default.plan());
    row.assert_failed("dns-no-data", &["relay.test"]);
    assert_eq!(row.cells(["dns_queries", "dns_addresses"]), ["2", "0"]);
    assert_eq!((default.count(), default.count_a()), (2, 1));
    let row = ask(Plan {
        families: Families::OnlyV4,
        ..v4.plan()
    });
    row.assert_failed("dns-no-data", &["relay.test", "IPv4"]);
    assert_eq!(row.cell("dns_queries"), "1");
    assert_eq!((v4.count(), v4.count_a()), (1, 1));
}

#[test]
fn an_empty_answer_without_soa_is_no_data_too() {
    let server = DnsServer::start(|query| vec![query.answer(&[], &[])]);
    ask(server.plan()).assert_failed("dns-no-data", &["relay.test"]);
    assert_eq!(server.count(), 2);
}
