//! The system's resolver: unbound in front of bind9, several name servers, a resolv.conf that
//! changes or is not there.

use std::collections::BTreeSet;
use std::path::Path;

use crate::dig::dig;
use crate::namespace::{Namespace, run, wait_until};
use crate::probe::{Row, list, probe, probe_once, start, start_as};
use crate::servers::{Bind9, queries, unbound, unbound_queries};

const ZONE: &str = "tr 0 IN CNAME relay\nrelay 300 IN A 127.0.1.1\n";
const NAME: &str = "tr.x.example";

fn number(row: &Row, column: &str) -> u64 {
    row[column]
        .parse()
        .unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

/// Nothing listens at the address that the names lead to: only their DNS is of interest.
fn is_resolved(row: &Row) {
    assert_eq!(row["Status"], "connect-refused", "{row:?}");
}

#[test]
#[ignore = "needs root, bind9 and unbound; .ci/run runs it"]
fn each_of_twenty_probes_asks_unbound_afresh_and_shows_the_ttls_that_dig_shows() {
    let mut namespace = Namespace::new("unbound");
    let log = Bind9::at("127.0.0.2")
        .zone("x.example", ZONE)
        .start(&mut namespace);
    let file = unbound(&mut namespace, "127.0.0.2", &["x.example"]);
    let before = dig(&namespace, NAME, "A", &[]);
    let (asked, passed_on) = (unbound_queries(&namespace, &file), queries(&log, NAME));
    let rows = probe(&namespace, &["-n", "20", "-i", "150ms", NAME]);
    assert_eq!(unbound_queries(&namespace, &file) - asked, 20);
    // TTL 0: unbound keeps the CNAME for the rest of the second and no longer
    assert!(queries(&log, NAME) - passed_on >= 2);
    let after = dig(&namespace, NAME, "A", &[]);
    assert_eq!((rows.len(), before.ttls[0].as_str()), (20, "0"));
    let ttl = |ttls: &[&str]| -> u32 { ttls[1].parse().unwrap() };
    let mut last = before.ttls[1].parse().unwrap();
    for row in &rows {
        is_resolved(row);
        assert_eq!(
            (row["dns_queries"].as_str(), row["resolver"].as_str()),
            ("1", "127.0.0.1:53")
        );
        assert_eq!(list(&row["dns_chain"]), before.chain);
        // the address comes from unbound's memory, where its TTL runs down between dig and dig
        let ttls = list(&row["dns_ttls"]);
        assert_eq!((ttls.len(), ttls[0]), (2, "0"));
        assert!(ttl(&ttls) <= last, "{row:?}");
        last = ttl(&ttls);
    }
    let end: u32 = after.ttls[1].parse().unwrap();
    assert!(end <= last && last < 300, "{end} {last}");
}

#[test]
#[ignore = "needs root, bind9 and unbound; .ci/run runs it"]
fn the_failures_that_unbound_reports_have_the_causes_that_dig_names() {
    let mut namespace = Namespace::new("unbound-failures");
    Bind9::at("127.0.0.2")
        .zone(
            "x.example",
            "tonothing 7 IN CNAME nothing\ntotext 8 IN CNAME text\ntext 5 IN TXT \"x\"\n\
             circle 5 IN CNAME elcric\nelcric 6 IN CNAME circle\n",
        )
        .config("zone \"broken.example\" { type primary; file \"there-is-none\"; };\n")
        .start(&mut namespace);
    let file = unbound(
        &mut namespace,
        "127.0.0.2",
        &["x.example", "broken.example"],
    );
    let control = ["-c", file.to_str().unwrap()];
    let refuse = ["local_zone", "refused.example", "refuse"];
    namespace.output("unbound-control", &[&control[..], &refuse].concat());
    for (name, status, cause) in [
        ("tonothing.x.example", "NXDOMAIN", "dns-nxdomain"),
        ("totext.x.example", "NOERROR", "dns-no-data"),
        ("a.refused.example", "REFUSED", "dns-refused"),
        ("a.broken.example", "SERVFAIL", "dns-servfail"),
    ] {
        let answer = dig(&namespace, name, "A", &[]);
        assert_eq!(answer.status, status, "{name}");
        let row = probe_once(&namespace, &[name]);
        assert_eq!(row["Status"], cause);
        assert_eq!(list(&row["dns_chain"]), answer.chain);
        assert_eq!(row["resolver"], answer.server);
    }
    // unbound does not show circles as bind9 does: what it says is what the row says
    let answer = dig(&namespace, "circle.x.example", "A", &[]);
    let row = probe_once(&namespace, &["circle.x.example"]);
    let expected = if answer.circle {
        "dns-loop"
    } else {
        "dns-servfail"
    };
    assert_eq!(row["Status"], expected, "{answer:?} {row:?}");
}

#[test]
#[ignore = "needs root, bind9 and nftables; .ci/run runs it"]
fn a_dead_first_server_costs_a_query_and_the_second_one_answers_as_for_every_other_program() {
    let mut namespace = Namespace::new("first-dead");
    namespace.resolv_conf("nameserver 127.0.0.1\nnameserver 127.0.0.2\noptions timeout:1\n");
    Bind9::at("127.0.0.2")
        .zone("x.example", ZONE)
        .start(&mut namespace);
    let answer = dig(&namespace, NAME, "A", &["@127.0.0.2"]);
    // nothing listens at the first: the port unreachable says so at once
    let row = probe_once(&namespace, &[NAME]);
    is_resolved(&row);
    answer.agrees_with(&row);
    assert_eq!(row["dns_queries"], "2");
    assert!(number(&row, "dns_us") < 1_000_000, "{row:?}");
    // the first is silent: it gets its share of the limit, the half
    run(&mut namespace.command(
        "nft",
        &[
            "add table ip t; add chain ip t in { type filter hook input priority 0; }; \
           add rule ip t in ip daddr 127.0.0.1 udp dport 53 drop",
        ],
    ));
    let rows = probe(
        &namespace,
        &["-n", "3", "-i", "100ms", "--dns-timeout", "2s", NAME],
    );
    for row in &rows {
        is_resolved(row);
        answer.agrees_with(row);
        assert_eq!(row["dns_queries"], "2");
        assert!(
            (1_000_000..2_000_000).contains(&number(row, "dns_us")),
            "{row:?}"
        );
    }
    let said = namespace.output("getent", &["ahostsv4", NAME]);
    assert!(said.starts_with("127.0.1.1 "), "{said}");
    // the only one silent: asked for either kind of address
    namespace.resolv_conf("nameserver 127.0.0.1\n");
    let row = probe_once(&namespace, &["--dns-timeout", "500ms", NAME]);
    assert_eq!(
        (row["Status"].as_str(), row["dns_queries"].as_str()),
        ("dns-timeout", "2")
    );
    assert!(
        (500_000..1_000_000).contains(&number(&row, "dns_us")),
        "{row:?}"
    );
}

#[test]
#[ignore = "needs root and bind9; .ci/run runs it"]
fn a_first_server_that_refuses_is_passed_over_but_one_that_denies_the_name_is_believed() {
    let mut namespace = Namespace::new("first-refuses");
    namespace.resolv_conf("nameserver 127.0.0.1\nnameserver 127.0.0.2\n");
    Bind9::at("127.0.0.1")
        .without_recursion()
        .zone("y.example", "other 5 IN A 127.0.1.2\n")
        .start(&mut namespace);
    Bind9::at("127.0.0.2")
        .zone("x.example", ZONE)
        .zone("y.example", "tr 5 IN A 127.0.1.1\n")
        .start(&mut namespace);
    assert_eq!(
        dig(&namespace, NAME, "A", &["@127.0.0.1"]).status,
        "REFUSED"
    );
    let row = probe_once(&namespace, &[NAME]);
    is_resolved(&row);
    dig(&namespace, NAME, "A", &["@127.0.0.2"]).agrees_with(&row);
    assert_eq!(row["dns_queries"], "2");
    let row = probe_once(&namespace, &["tr.y.example"]);
    let answer = dig(&namespace, "tr.y.example", "A", &["@127.0.0.1"]);
    assert_eq!(
        (answer.status.as_str(), row["Status"].as_str()),
        ("NXDOMAIN", "dns-nxdomain")
    );
    answer.agrees_with(&row);
    // the system's own resolver comes to the same address and the same failure
    let row = probe_once(&namespace, &["--resolver", "os", NAME]);
    let said = namespace.output("getent", &["ahostsv4", NAME]);
    assert!(said.starts_with(&format!("{} ", row["remoteip"])), "{said}");
    assert_eq!(
        (row["resolver"].as_str(), row["dns_chain"].as_str()),
        ("os", "")
    );
    let row = probe_once(&namespace, &["--resolver", "os", "tr.y.example"]);
    assert_eq!(row["Status"], "dns-nxdomain");
    let getent = namespace
        .command("getent", &["ahostsv4", "tr.y.example"])
        .status()
        .unwrap();
    assert_eq!(getent.code(), Some(2)); // getent(1): one or more keys not found
}

#[test]
#[ignore = "needs root and bind9; .ci/run runs it"]
fn another_resolv_conf_is_followed_in_the_middle_of_a_series() {
    let mut namespace = Namespace::new("changes");
    Bind9::at("127.0.0.1")
        .zone("x.example", "relay 5 IN A 127.0.1.1\n")
        .start(&mut namespace);
    Bind9::at("127.0.0.2")
        .zone("x.example", "relay 6 IN A 127.0.1.2\n")
        .start(&mut namespace);
    let series = start(&namespace, &["-i", "50ms", "relay.x.example"]);
    let met = |column: &str, value: &str| series.so_far().iter().any(|row| row[column] == value);
    wait_until("the first server is asked", || {
        met("resolver", "127.0.0.1:53")
    });
    // of the same length: only the time tells that it is another
    namespace.resolv_conf("nameserver 127.0.0.2\n");
    wait_until("the second server is asked", || {
        met("resolver", "127.0.0.2:53")
    });
    namespace.resolv_conf("nameserver 127.0.0.9\n");
    wait_until("a server that is not there is asked", || {
        met("Status", "dns-no-resolver")
    });
    // without a server the file stands for this machine (resolv.conf(5))
    namespace.resolv_conf("");
    wait_until("the first server is asked again", || {
        series.so_far().last().unwrap()["resolver"] == "127.0.0.1:53"
    });
    let mut rows = series.stop();
    rows.sort_by_key(|row| number(row, "slot"));
    let mut phases: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["resolver"].as_str(),
                row["remoteip"].as_str(),
                row["dns_ttls"].as_str(),
            )
        })
        .collect();
    phases.dedup();
    assert_eq!(
        phases,
        [
            ("127.0.0.1:53", "127.0.1.1", "5"),
            ("127.0.0.2:53", "127.0.1.2", "6"),
            ("", "", ""),
            ("127.0.0.1:53", "127.0.1.1", "5"),
        ]
    );
}

/// A command in the namespace that sees another directory as /etc.
fn with_etc(namespace: &Namespace, etc: &Path) -> std::process::Command {
    let script = format!(
        "mount --bind {} /etc && exec {} probe \"$@\"",
        etc.display(),
        env!("CARGO_BIN_EXE_turnprobe")
    );
    namespace.command("sh", &["-c", &script, "sh"])
}

#[test]
#[ignore = "needs root and bind9; .ci/run runs it"]
fn without_a_resolv_conf_this_machine_is_asked_until_one_is_put_in_its_place() {
    let mut namespace = Namespace::new("no-resolver");
    Bind9::at("127.0.0.2")
        .zone("x.example", ZONE)
        .start(&mut namespace);
    let answer = dig(&namespace, NAME, "A", &["@127.0.0.2"]);
    let etc = namespace.dir().join("etc");
    std::fs::create_dir(&etc).unwrap();
    let program = with_etc(&namespace, &etc);
    let series = start_as(&namespace, program, &["-i", "50ms", NAME]);
    wait_until("three rows are written", || series.so_far().len() >= 3);
    // as the tools that manage it do: a new file takes the place of the old one
    std::fs::write(etc.join("new"), "nameserver 127.0.0.2\n").unwrap();
    std::fs::rename(etc.join("new"), etc.join("resolv.conf")).unwrap();
    wait_until("three rows have a resolver", || {
        let rows = series.so_far();
        rows.iter()
            .filter(|row| !row["resolver"].is_empty())
            .count()
            >= 3
    });
    let rows = series.stop();
    let (without, with): (Vec<_>, Vec<_>) = rows
        .iter()
        .partition(|row| row["Status"] == "dns-no-resolver");
    assert!(without.len() >= 3 && with.len() >= 3, "{rows:?}");
    for row in without {
        assert_eq!(
            (row["dns_queries"].as_str(), row["resolver"].as_str()),
            ("1", "")
        );
        assert!(row["detail"].starts_with("127.0.0.1:53: "), "{row:?}");
    }
    for row in with {
        is_resolved(row);
        answer.agrees_with(row);
    }
    for empty in ["", "# nothing\noptions timeout:1\n"] {
        namespace.resolv_conf(empty);
        let row = probe_once(&namespace, &[NAME]);
        assert_eq!(row["Status"], "dns-no-resolver", "{row:?}");
    }
}

#[test]
#[ignore = "needs root and bind9; .ci/run runs it"]
fn a_rotating_record_behind_unbound_is_met_in_all_its_forms() {
    let mut namespace = Namespace::new("rotation");
    Bind9::at("127.0.0.2")
        .zone(
            "x.example",
            "tr 0 IN CNAME relay\nrelay 0 IN A 127.0.1.1\nrelay 0 IN A 127.0.1.2\nrelay 0 IN A 127.0.1.3\n",
        )
        .start(&mut namespace);
    unbound(&mut namespace, "127.0.0.2", &["x.example"]);
    let answer = dig(&namespace, NAME, "A", &[]);
    let rows = probe(&namespace, &["-n", "30", "-i", "50ms", NAME]);
    let met: BTreeSet<_> = rows
        .iter()
        .map(|row| row["remoteip"].parse().unwrap())
        .collect();
    assert_eq!(met, answer.addresses);
    for row in &rows {
        answer.agrees_with(row);
    }
}

#[test]
#[ignore = "needs root and bind9; .ci/run runs it"]
fn a_resolv_conf_with_oddities_is_understood_where_other_programs_understand_it() {
    let mut namespace = Namespace::new("odd-resolv-conf");
    Bind9::at("127.0.0.2")
        .zone("x.example", ZONE)
        .start(&mut namespace);
    let answer = dig(&namespace, NAME, "A", &["@127.0.0.2"]);
    for text in [
        "nameserver 127.0.0.2 # behind it a remark\n",
        "; a remark\n\t \n\nnameserver\t127.0.0.2 ",
        "options edns0 trust-ad no-such-thing other:7\nnameserver 127.0.0.2\n",
        "domain c.example\nsearch a.example b.example\nnameserver 127.0.0.2\n",
        "search .\nnameserver 127.0.0.2\n",
        "search two..dots -- b\\ad.example\nnameserver 127.0.0.2\n",
        "lookup file bind\nfamily inet4\nsortlist 127.0.0.0/8\nfrobnicate\nnameserver 127.0.0.2\n",
        "nameserver\nnameserver no-address\nnameserver 127.0.0.2\nnameserver 127.0.0.2\n",
    ] {
        namespace.resolv_conf(text);
        let said = namespace.output("getent", &["ahostsv4", NAME]);
        assert!(said.starts_with("127.0.1.1 "), "{text:?}: {said}");
        let row = probe_once(&namespace, &[NAME]);
        is_resolved(&row);
        answer.agrees_with(&row);
        assert_eq!(row["dns_queries"], "1", "{text:?}");
    }
    // no search list: the name is the one that was given
    namespace.resolv_conf("search x.example\nnameserver 127.0.0.2\n");
    let answer = dig(&namespace, "tr", "A", &["+nosearch", "@127.0.0.2"]);
    let row = probe_once(&namespace, &["tr"]);
    assert_eq!(
        (answer.status.as_str(), row["Status"].as_str()),
        ("SERVFAIL", "dns-servfail")
    );
}
