//! Names that a stranger made up. Expected: the form of master files (RFC 1035 section 5.1), a
//! byte that is no printable ASCII as a backslash and three decimal digits, as `dig` prints it.

use super::{ask, resolve};
use crate::rows::{probe, target};
use crate::servers::closed::ClosedTcp;
use crate::servers::dns::DnsServer;
use crate::servers::wire::{A, Query, labels_of, name, raw_a, raw_cname, soa};

/// relay.test is an alias of these labels below test.
fn target_of(labels: &'static [&'static [u8]]) -> Vec<u8> {
    labels_of(&[labels, &[b"test".as_slice()]].concat())
}

/// The end of the chain comes in the same answer.
fn in_one_answer(labels: &'static [&'static [u8]]) -> DnsServer {
    DnsServer::start(move |query| {
        let target = target_of(labels);
        vec![query.answer(
            &[
                raw_cname(name("relay.test"), 1, target.clone()),
                raw_a(target, 2, 1),
            ],
            &[],
        )]
    })
}

/// The end of the chain has to be asked for.
fn in_two_answers(labels: &'static [&'static [u8]]) -> DnsServer {
    DnsServer::start(move |query| {
        let target = target_of(labels);
        let answer = if query.asks("relay.test", A) {
            raw_cname(name("relay.test"), 1, target)
        } else {
            assert_eq!(query.name(), target, "another name was asked for");
            raw_a(target, 2, 1)
        };
        vec![query.answer(&[answer], &[])]
    })
}

#[track_caller]
fn shows_as(labels: &'static [&'static [u8]], shown: &str) {
    for (server, queries) in [(in_one_answer(labels), "1"), (in_two_answers(labels), "2")] {
        let row = resolve(server.plan());
        assert_eq!(row.cell("dns_chain"), format!("relay.test {shown}"));
        assert_eq!(row.cells(["dns_ttls", "dns_queries"]), ["1 2", queries]);
        // what a spreadsheet would take for a formula has an apostrophe in front
        let cell = row.cell("remotename");
        assert_eq!(cell.strip_prefix('\'').unwrap_or(cell), shown);
    }
}

#[test]
fn a_public_name_on_this_machine_is_blocked_and_a_private_one_is_not() {
    let server =
        || DnsServer::start(|query| vec![query.answer(&[raw_a(query.name().to_vec(), 5, 1)], &[])]);
    let closed = ClosedTcp::new();
    let of = |name| probe(server().plan(), target(name, closed.port()));
    let row = of("relay.contoso.com");
    row.assert_failed(
        "dns-blocked",
        &[
            "relay.contoso.com",
            "answered by 127.0.0.1:",
            "with 127.0.0.1",
        ],
    );
    assert_eq!(
        row.cells(["failed_phase", "remoteip", "dns_queries", "dns_addresses"]),
        ["dns", "", "1", "1"]
    );
    for name in ["relay", "relay.lan", "relay.home.arpa"] {
        of(name).assert_failed("connect-refused", &[]);
    }
}

#[test]
fn control_characters_in_a_name_come_out_escaped() {
    shows_as(&[b"a\0b"], r"a\000b.test");
    shows_as(&[b"\x1b[31mred"], r"\027[31mred.test");
    shows_as(&[b"line\r\nbreak"], r"line\013\010break.test");
    shows_as(&[b"\x7f\x80\xff"], r"\127\128\255.test");
}

#[test]
fn direction_marks_in_a_name_come_out_escaped() {
    // U+202E RIGHT-TO-LEFT OVERRIDE in UTF-8
    shows_as(&[b"gpj\xe2\x80\xaeexe"], r"gpj\226\128\174exe.test");
}

#[test]
fn a_space_in_a_name_does_not_add_an_item_to_the_list() {
    shows_as(&[b"two words"], r"two\032words.test");
}

#[test]
fn a_dot_or_a_backslash_inside_a_label_is_told_from_a_separator() {
    shows_as(&[b"a.b", b"c"], r"a\.b.c.test");
    shows_as(&[br"a\046b"], r"a\\046b.test");
    shows_as(&[b"\"quoted\""], "\\\"quoted\\\".test");
}

#[test]
fn names_that_are_unusual_but_harmless_are_shown_as_they_are() {
    // RFC 2317 section 4, RFC 2782, and labels as people make them
    shows_as(&[b"0/25"], "0/25.test");
    shows_as(&[b"_sip", b"_tls"], "_sip._tls.test");
    shows_as(&[b"-dash-"], "-dash-.test");
    shows_as(&[b"*"], "*.test");
}

#[test]
fn a_name_that_is_a_formula_is_harmless_in_the_csv() {
    let labels: &[&[u8]] = &[b"=cmd|'/C calc'!A0"];
    shows_as(labels, r"=cmd|'/C\032calc'!A0.test");
    let row = resolve(in_one_answer(labels).plan());
    assert!(row.cell("remotename").starts_with("'=cmd|"));
}

#[test]
fn an_odd_name_without_addresses_is_no_data_and_not_malformed() {
    let server = DnsServer::start(|query: &Query| {
        if query.asks("relay.test", A) {
            let alias = raw_cname(name("relay.test"), 1, target_of(&[b"\0odd"]));
            return vec![query.answer(&[alias], &[soa("test")])];
        }
        vec![query.answer(&[], &[soa("test")])]
    });
    let row = ask(server.plan());
    row.assert_failed("dns-no-data", &[r"\000odd.test"]);
    assert_eq!((row.cell("dns_queries"), server.count()), ("2", 2));
}

#[test]
fn an_alias_of_the_root_is_followed() {
    let server = DnsServer::start(|query| {
        let answers: &[_] = if query.asks("relay.test", A) {
            &[raw_cname(name("relay.test"), 1, vec![0])]
        } else {
            assert_eq!(query.name(), [0]);
            &[]
        };
        vec![query.answer(answers, &[])]
    });
    let row = ask(server.plan());
    row.assert_failed("dns-no-data", &[]);
    assert_eq!(row.cell("dns_chain"), "relay.test .");
}

#[test]
fn the_longest_name_that_there_is_fits() {
    // RFC 1035 section 2.3.4: 255 bytes on the wire, 63 a label
    let long = || labels_of(&[&[b'a'; 63], &[b'b'; 63], &[1; 63], &[b'd'; 61]]);
    assert_eq!(long().len(), 255);
    let server = DnsServer::start(move |query| {
        let answer = if query.asks("relay.test", A) {
            raw_cname(name("relay.test"), 1, long())
        } else {
            assert_eq!(query.name(), long());
            raw_a(long(), 2, 1)
        };
        vec![query.answer(&[answer], &[])]
    });
    let row = resolve(server.plan());
    assert!(row.cell("remotename").ends_with(&"d".repeat(61)));
    assert!(row.cell("remotename").contains(&r"\001".repeat(63)));
    assert_eq!(row.cell("dns_queries"), "2");
}
