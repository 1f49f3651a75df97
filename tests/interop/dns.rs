//! Answers of bind9, good and bad: each row against what dig says of the same server.

use crate::dig::dig;
use crate::namespace::{Namespace, run};
use crate::probe::{Row, list, probe_once};
use crate::servers::{Bind9, queries};

/// A row of a name that has an address where nothing listens: only its DNS is of interest.
fn resolved(namespace: &Namespace, name: &str, options: &[&str]) -> Row {
    let row = probe_once(namespace, &[options, &[name]].concat());
    assert_eq!(row["Status"], "connect-refused", "{row:?}");
    row
}

#[test]
#[ignore = "needs root and bind9; .ci/run runs it"]
fn names_that_do_not_exist_and_names_without_addresses_are_told_apart_as_dig_does() {
    let mut namespace = Namespace::new("negative");
    Bind9::at("127.0.0.1")
        .zone(
            "x.example",
            "tonothing 7 IN CNAME nothing\ntotext 8 IN CNAME text\ntext 5 IN TXT \"no address\"\n\
             tov6 9 IN CNAME v6\nv6 4 IN AAAA ::1\n",
        )
        .start(&mut namespace);
    #[rustfmt::skip]
    let cases = [
        ("nothing.x.example", &[][..], "A", "NXDOMAIN", "dns-nxdomain", "2"),
        ("tonothing.x.example", &[], "A", "NXDOMAIN", "dns-nxdomain", "2"),
        ("nothing.x.example", &["-6"], "AAAA", "NXDOMAIN", "dns-nxdomain", "1"),
        ("nothing.x.example", &["--all-addresses"], "A", "NXDOMAIN", "dns-nxdomain", "2"),
        // asked for A and for AAAA, as these above
        ("text.x.example", &[], "A", "NOERROR", "dns-no-data", "2"),
        ("totext.x.example", &[], "A", "NOERROR", "dns-no-data", "2"),
        ("totext.x.example", &["-4"], "A", "NOERROR", "dns-no-data", "1"),
        ("totext.x.example", &["-6"], "AAAA", "NOERROR", "dns-no-data", "1"),
        ("tov6.x.example", &["-4"], "A", "NOERROR", "dns-no-data", "1"),
    ];
    for (name, options, kind, status, cause, queries) in cases {
        let answer = dig(&namespace, name, kind, &[]);
        assert_eq!(answer.status, status);
        assert!(answer.addresses.is_empty());
        let row = probe_once(&namespace, &[options, &[name]].concat());
        answer.agrees_with(&row);
        assert_eq!(
            (row["Status"].as_str(), row["cause"].as_str()),
            (cause, cause)
        );
        assert_eq!(
            (row["failed_phase"].as_str(), row["remoteip"].as_str()),
            ("dns", "")
        );
        assert_eq!(row["dns_queries"], queries, "{name} {options:?}");
    }
}

#[test]
#[ignore = "needs root and bind9; .ci/run runs it"]
fn failures_and_refusals_of_a_server_keep_the_chain_that_led_there() {
    let mut namespace = Namespace::new("failures");
    Bind9::at("127.0.0.1")
        .zone(
            "x.example",
            "torefused 5 IN CNAME a.refused.example.\ntobroken 6 IN CNAME a.broken.example.\n\
             tonowhere 7 IN CNAME a.nowhere.example.\n",
        )
        .config(
            "zone \"refused.example\" { type primary; file \"x.example.zone\"; check-names ignore; \
               allow-query { none; }; };\n\
             zone \"broken.example\" { type primary; file \"there-is-none\"; };\n\
             zone \"nowhere.example\" { type forward; forward only; forwarders { 127.0.9.9; }; };\n",
        )
        .start(&mut namespace);
    for (name, status, cause) in [
        ("a.refused.example", "REFUSED", "dns-refused"),
        ("a.broken.example", "SERVFAIL", "dns-servfail"),
        ("tobroken.x.example", "SERVFAIL", "dns-servfail"),
        ("a.nowhere.example", "SERVFAIL", "dns-servfail"),
        ("tonowhere.x.example", "SERVFAIL", "dns-servfail"),
    ] {
        let answer = dig(&namespace, name, "A", &[]);
        assert_eq!(answer.status, status);
        let row = probe_once(&namespace, &[name]);
        answer.agrees_with(&row);
        assert_eq!(row["Status"], cause);
        assert_eq!(row["detail"], format!("127.0.0.1:53: answered {status}"));
    }
    // bind9 gives the CNAME without a word on its target; asked for that, it refuses
    let answer = dig(&namespace, "torefused.x.example", "A", &[]);
    assert_eq!(answer.status, "NOERROR");
    assert_eq!(
        dig(&namespace, &answer.chain[1], "A", &[]).status,
        "REFUSED"
    );
    let row = probe_once(&namespace, &["torefused.x.example"]);
    answer.agrees_with(&row);
    assert_eq!(
        (row["Status"].as_str(), row["dns_queries"].as_str()),
        ("dns-refused", "4")
    );
}

#[test]
#[ignore = "needs root and bind9; .ci/run runs it"]
fn circles_and_endless_chains_are_loops_and_long_ones_are_followed_to_their_end() {
    let mut namespace = Namespace::new("loops");
    let chain = |from: &str, length: usize| -> String {
        (0..length)
            .map(|n| format!("{from}{n} {n} IN CNAME {from}{}\n", n + 1))
            .collect()
    };
    let records = "circle 5 IN CNAME elcric\nelcric 6 IN CNAME circle\nself 5 IN CNAME SELF\n\
                   long9 20 IN A 127.0.1.1\nendless40 20 IN A 127.0.1.1\n"
        .to_owned()
        + &chain("long", 9)
        + &chain("endless", 40);
    Bind9::at("127.0.0.1")
        .zone("x.example", &records)
        .start(&mut namespace);
    for name in ["circle.x.example", "self.x.example"] {
        let answer = dig(&namespace, name, "A", &[]);
        assert!(answer.circle, "{answer:?}");
        let row = probe_once(&namespace, &[name]);
        answer.agrees_with(&row);
        assert_eq!(
            (row["Status"].as_str(), row["dns_queries"].as_str()),
            ("dns-loop", "1")
        );
    }
    let answer = dig(&namespace, "long0.x.example", "A", &[]);
    assert_eq!(
        (answer.chain.len(), answer.status.as_str()),
        (10, "NOERROR")
    );
    answer.agrees_with(&resolved(&namespace, "long0.x.example", &[]));
    // bind9 itself gives up on the way: SERVFAIL and the part that it walked
    let answer = dig(&namespace, "endless0.x.example", "A", &[]);
    assert_eq!(answer.status, "SERVFAIL");
    assert!(answer.chain.len() > 10, "{answer:?}");
    let row = probe_once(&namespace, &["endless0.x.example"]);
    answer.agrees_with(&row);
    assert_eq!(row["Status"], "dns-servfail");
}

#[test]
#[ignore = "needs root and bind9; .ci/run runs it"]
fn a_chain_that_leads_from_one_server_to_another_is_walked_to_its_end() {
    let mut namespace = Namespace::new("hops");
    namespace.resolv_conf("nameserver 127.0.0.1\nnameserver 127.0.0.2\n");
    let first = Bind9::at("127.0.0.1")
        .without_recursion()
        .zone("x.example", "relay 5 IN CNAME relay.y.example.\n")
        .start(&mut namespace);
    let second = Bind9::at("127.0.0.2")
        .without_recursion()
        .zone(
            "y.example",
            "relay 6 IN CNAME last\nlast 7 IN A 127.0.1.1\n",
        )
        .start(&mut namespace);
    let row = resolved(&namespace, "relay.x.example", &[]);
    let ours = (queries(&first, ""), queries(&second, ""));
    let one = dig(&namespace, "relay.x.example", "A", &["@127.0.0.1"]);
    let refused = dig(&namespace, "relay.y.example", "A", &["@127.0.0.1"]);
    let two = dig(&namespace, "relay.y.example", "A", &["@127.0.0.2"]);
    assert_eq!(refused.status, "REFUSED");
    assert_eq!(
        list(&row["dns_chain"]),
        [&one.chain[..1], &two.chain].concat()
    );
    assert_eq!(list(&row["dns_ttls"]), [one.ttls, two.ttls].concat());
    assert_eq!(row["resolver"], two.server);
    // the CNAME, the refusal, the rest
    assert_eq!((row["dns_queries"].as_str(), ours), ("3", (2, 1)));
}

#[test]
#[ignore = "needs root, bind9 and nftables; .ci/run runs it"]
fn an_answer_over_512_bytes_is_fetched_over_tcp_with_a_second_query() {
    let mut namespace = Namespace::new("truncation");
    let records: String = (1..=60)
        .map(|n| format!("many 5 IN A 127.0.2.{n}\n"))
        .collect();
    let log = Bind9::at("127.0.0.1")
        .zone("x.example", &(records + "tomany 0 IN CNAME many\n"))
        .start(&mut namespace);
    assert!(dig(&namespace, "tomany.x.example", "A", &["+ignore"]).truncated);
    let answer = dig(&namespace, "tomany.x.example", "A", &[]);
    assert_eq!((answer.truncated, answer.addresses.len()), (false, 60));
    let before = queries(&log, "tomany.x.example");
    let row = resolved(&namespace, "tomany.x.example", &["-4"]);
    answer.agrees_with(&row);
    assert_eq!(row["dns_queries"], "2");
    assert_eq!(queries(&log, "tomany.x.example") - before, 2);
    // without TCP there is no whole answer, for dig neither
    run(&mut namespace.command(
        "nft",
        &[
            "add table ip t; add chain ip t in { type filter hook input priority 0; }; \
           add rule ip t in tcp dport 53 reject with tcp reset",
        ],
    ));
    let said = namespace
        .command("dig", &["+noedns", "+tries=1", "tomany.x.example"])
        .output();
    let said = String::from_utf8(said.unwrap().stdout).unwrap();
    assert!(said.contains("connection refused"), "{said}");
    let row = probe_once(&namespace, &["tomany.x.example"]);
    assert_eq!(row["Status"], "dns-truncated", "{row:?}");
    assert!(
        row["detail"].contains("over TCP: connection refused"),
        "{row:?}"
    );
    // for A over UDP and TCP, and for AAAA, of which there is none
    assert_eq!(row["dns_queries"], "3");
}

#[test]
#[ignore = "needs root and bind9; .ci/run runs it"]
fn odd_names_in_a_chain_are_printed_and_asked_for_as_dig_does() {
    let mut namespace = Namespace::new("odd-names");
    Bind9::at("127.0.0.1")
        .zone(
            "x.example",
            "odd 1 IN CNAME sp\\032ace\nsp\\032ace 2 IN CNAME do\\.t\n\
             do\\.t 3 IN CNAME -_=\\\"\\\\*/+\n-_=\\\"\\\\*/+ 4 IN CNAME h\\195\\188\n\
             h\\195\\188 5 IN A 127.0.1.1\n\
             formula 1 IN CNAME =sum\n=sum 2 IN A 127.0.1.1\n\
             xn--bcher-kva 3 IN A 127.0.1.1\n\
             totext 6 IN CNAME h\\195\\188.t\\233xt\nh\\195\\188.t\\233xt 7 IN TXT \"x\"\n",
        )
        .start(&mut namespace);
    let answer = dig(&namespace, "odd.x.example", "A", &[]);
    assert_eq!(answer.chain[1], "sp\\032ace.x.example");
    answer.agrees_with(&resolved(&namespace, "odd.x.example", &[]));
    let answer = dig(&namespace, "xn--bcher-kva.x.example", "A", &[]);
    answer.agrees_with(&resolved(&namespace, "bücher.x.example", &[]));
    // no cell is a formula to a spreadsheet
    let answer = dig(&namespace, "formula.x.example", "A", &[]);
    let mut row = resolved(&namespace, "formula.x.example", &[]);
    assert_eq!(row["remotename"], format!("'{}", answer.chain[1]));
    row.insert("remotename".to_owned(), answer.chain[1].clone());
    answer.agrees_with(&row);
    // the second query, for AAAA, is for the odd name itself
    let row = probe_once(&namespace, &["totext.x.example"]);
    dig(&namespace, "totext.x.example", "A", &[]).agrees_with(&row);
    assert_eq!(
        (row["Status"].as_str(), row["dns_queries"].as_str()),
        ("dns-no-data", "2")
    );
}

#[test]
#[ignore = "needs root and bind9; .ci/run runs it"]
fn another_server_and_another_spelling_of_the_name_are_asked_for_as_given() {
    let mut namespace = Namespace::new("resolver-option");
    Bind9::at("127.0.0.1")
        .zone("x.example", "relay 5 IN A 127.0.1.1\n")
        .start(&mut namespace);
    Bind9::at("127.0.0.2")
        .zone(
            "x.example",
            "relay 6 IN CNAME other\nother 7 IN A 127.0.1.2\n",
        )
        .start(&mut namespace);
    dig(&namespace, "relay.x.example", "A", &["@127.0.0.1"]).agrees_with(&resolved(
        &namespace,
        "relay.x.example",
        &[],
    ));
    for resolver in ["127.0.0.2", "127.0.0.2:53"] {
        dig(&namespace, "relay.x.example", "A", &["@127.0.0.2"]).agrees_with(&resolved(
            &namespace,
            "relay.x.example",
            &["--resolver", resolver],
        ));
    }
    let row = resolved(&namespace, "RELAY.X.Example.", &[]);
    assert_eq!(
        (row["remoteip"].as_str(), row["dns_ttls"].as_str()),
        ("127.0.1.1", "5")
    );
}
