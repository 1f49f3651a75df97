//! Bursts: what a row says of each fault, what is refused, what a reader sees.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use crate::command::{Rows, number, on_wine, one_row, own_addresses, run};
use crate::servers::bindings::{UdpServer, answer};

/// The row of a burst of a second with these options, and the exit code.
fn burst(options: &str) -> (impl Fn(&str) -> String + use<>, Option<i32>) {
    // so patient that a busy machine loses nothing
    one_row(&format!(
        "probe --burst 50/s --for 1s --answer-timeout 5s --format csv -q {options}"
    ))
}

#[test]
fn a_healthy_burst_loses_nothing_and_carries_the_facts_of_its_name() {
    let (cell, code) = burst("--lab --transport udp");
    assert_eq!(code, Some(0));
    // what a busy machine cannot send in time is not sent, and told
    assert_eq!(number(&cell, "sent") + number(&cell, "missed"), 50);
    for (column, value) in [
        ("lost", "0"),
        ("loss_ppm", "0"),
        ("loss_low_ppm", "0"),
        ("send_errors", "0"),
        ("reordered", "0"),
        ("duplicates", "0"),
        ("ignored", "0"),
        ("late", "0"),
        ("interval_us", "20000"),
        ("worst_window_lost", "0"),
        ("mode", "burst"),
        ("world", "lab"),
        ("Status", "OK"),
        ("cause", ""),
        ("remotehost", "tr.teams.microsoft.com"),
        ("region", "francecentral"),
        ("in_teams_range", "true"),
        ("dns_ttls", "0 0 0 10"),
        ("slot", "0"),
        ("hops", ""),
        ("worst_15s_sent", ""),
        ("verdict_loss", "too-few-packets"),
        ("verdict_burst_loss", "pass"),
        ("limits", "client"),
    ] {
        assert_eq!(cell(column), value, "{column}");
    }
    // Wilson with none lost: z² / (n + z²), z = 1.96
    let sent: f64 = cell("sent").parse().unwrap();
    let high: f64 = cell("loss_high_ppm").parse().unwrap();
    assert!((high - 3.841_458_8 / (sent + 3.841_458_8) * 1e6).abs() <= 1.0);
    // the region of the first relay is 25 ms away; where relays share an address, any
    assert!(number(&cell, "rtt_min_us") >= 18_000);
    assert!(number(&cell, "rtt_min_us") <= number(&cell, "rtt_p50_us"));
    assert!(number(&cell, "rtt_p50_us") <= number(&cell, "rtt_max_us"));
    assert!(number(&cell, "dns_us") > 0);
}

#[test]
fn lost_answers_are_lost_packets() {
    let (cell, code) = burst("--lab --lab-fault udp-loss --lab-fault-share 20");
    assert_eq!(code, Some(0), "something answered");
    let (sent, lost) = (number(&cell, "sent"), number(&cell, "lost"));
    // the lab counts: every fifth datagram is hit
    assert_eq!(lost, sent / 5);
    assert_eq!(number(&cell, "received"), sent - lost);
    let share = number(&cell, "loss_ppm");
    assert_eq!(share, (lost * 2_000_000 + sent) / (2 * sent));
    assert!(number(&cell, "loss_low_ppm") < share && share < number(&cell, "loss_high_ppm"));
    assert_eq!(number(&cell, "worst_window_lost"), 2);
    assert_eq!(cell("verdict_burst_loss"), "fail");
    assert_eq!(cell("verdict_loss"), "fail");
}

#[test]
fn answers_that_come_twice_are_counted_once() {
    let (cell, _) = burst("--lab --lab-fault udp-duplicate --lab-fault-share 20");
    let sent = number(&cell, "sent");
    assert_eq!(number(&cell, "received"), sent);
    assert_eq!(number(&cell, "duplicates"), sent / 5);
}

#[test]
fn an_answer_that_a_later_one_overtakes_is_reordered() {
    let (cell, _) = burst("--lab --lab-fault udp-reorder --lab-fault-share 50");
    let (sent, reordered) = (number(&cell, "sent"), number(&cell, "reordered"));
    assert_eq!(number(&cell, "lost"), 0);
    // every second one, save perhaps the last, which nothing follows
    assert!(
        (sent / 2 - 2..=sent / 2).contains(&reordered),
        "{reordered} of {sent}"
    );
    assert_eq!(cell("verdict_reordering"), "fail");
}

#[test]
fn delayed_answers_show_in_the_longest_round_trip() {
    let (cell, _) = burst("--lab --lab-fault udp-delay --lab-fault-share 50");
    assert_eq!(number(&cell, "lost"), 0);
    // 150 ms more than the nearest region
    assert!(number(&cell, "rtt_max_us") >= 168_000);
    assert!(number(&cell, "rtt_p95_us") >= 150_000);
    assert_eq!(cell("verdict_rtt"), "fail");
}

#[test]
fn answers_with_other_transaction_ids_and_garbage_are_ignored_and_counted() {
    let (cell, _) = burst("--lab --lab-fault udp-wrong-id --lab-fault-share 20");
    let sent = number(&cell, "sent");
    assert_eq!(number(&cell, "ignored"), sent / 5);
    assert_eq!(number(&cell, "lost"), sent / 5);
    let (cell, _) = burst("--lab --lab-fault udp-garbage --lab-fault-share 20");
    let sent = number(&cell, "sent");
    assert_eq!(number(&cell, "ignored"), sent / 5);
    assert_eq!(number(&cell, "lost"), 0);
}

#[test]
fn every_packet_has_a_transaction_id_of_its_own() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let server = {
        let seen = Arc::clone(&seen);
        UdpServer::start(move |_, request| {
            seen.lock().unwrap().push(request.to_vec());
            vec![answer(request, None)]
        })
    };
    let (cell, _) = burst(&server.address().to_string());
    let seen = seen.lock().unwrap();
    assert_eq!(number(&cell, "sent"), seen.len() as u64);
    // 20 bytes: a Binding without attributes, with the cookie
    assert!(
        seen.iter()
            .all(|request| request.len() == 20 && request[..8] == *b"\0\x01\0\0\x21\x12\xA4\x42")
    );
    let ids: HashSet<_> = seen.iter().map(|request| &request[8..]).collect();
    assert_eq!(ids.len(), seen.len());
}

#[test]
fn an_error_is_an_answer_too() {
    let server = UdpServer::start(|_, request| vec![answer(request, Some(400))]);
    let (cell, code) = burst(&server.address().to_string());
    assert_eq!((cell("lost").as_str(), code), ("0", Some(0)));
}

#[test]
fn an_answer_after_the_limit_is_late_and_its_packet_lost() {
    // the first answer comes once half of the burst is sent, others at once
    let mut first = Vec::new();
    let server = UdpServer::start(move |number, request| match number {
        0 => {
            first = request.to_vec();
            Vec::new()
        }
        25 => vec![answer(&first, None), answer(request, None)],
        _ => vec![answer(request, None)],
    });
    let line = "--burst 50/s --for 1s --answer-timeout 400ms --format csv -q";
    let said = run(&format!("probe {} {line}", server.address()));
    let rows = Rows::of(&said.stdout);
    let [late, lost] = ["late", "lost"].map(|name| rows.column(name)[0].parse::<u64>().unwrap());
    // a busy machine may be late with others too
    assert!(late >= 1 && lost >= late, "{late} late, {lost} lost");
    assert_eq!(rows.column("ignored"), ["0"]);
}

#[test]
fn where_nothing_answers_the_row_says_so_and_the_exit_code_is_1() {
    let line = "probe --burst 50/s --for 1s --answer-timeout 100ms --format csv -q";
    let said = run(&format!("{line} --lab --lab-fault silent"));
    let rows = Rows::of(&said.stdout);
    assert_eq!(
        (rows.column("cause"), said.code),
        (vec!["turn-silent"], Some(1))
    );
    let detail = rows.column("detail")[0];
    assert!(detail.contains("within 100 ms"), "{detail}");
    assert_eq!(rows.column("loss_ppm"), ["1000000"]);
    assert_eq!(rows.column("rtt_p50_us"), [""]);
    let said = run(&format!("{line} --lab --lab-fault dns-nxdomain"));
    let rows = Rows::of(&said.stdout);
    assert_eq!(
        (rows.column("cause"), said.code),
        (vec!["dns-nxdomain"], Some(1))
    );
    assert_eq!(rows.column("sent"), [""], "nothing was sent, and not 0");
    assert_eq!(rows.column("verdict_loss"), [""]);
    assert_ne!(rows.column("dns_us"), [""]);
}

#[test]
fn a_closed_port_is_told_from_silence() {
    if on_wine() {
        return; // it does not tell that a port is unreachable
    }
    let closed = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let said = run(&format!(
        "probe {address} --burst 50/s --for 1s --format csv -q"
    ));
    let rows = Rows::of(&said.stdout);
    assert_eq!(rows.column("cause"), ["turn-port-unreachable"]);
    assert_eq!(rows.column("received"), ["0"]);
    assert_eq!(said.code, Some(1));
}

#[test]
fn the_port_is_3478_where_none_is_named() {
    let line = "probe 127.0.0.1 --burst 1/s --for 1s --answer-timeout 50ms --format csv -q";
    let said = run(line);
    assert_eq!(Rows::of(&said.stdout).column("Port"), ["3478"]);
}

#[test]
fn the_distance_in_hops_is_measured_on_request() {
    let (cell, _) = burst("--lab --hops");
    assert_eq!(cell("hops"), "1");
    let said = run("probe --lab --burst 50/s --for 1s --hops");
    said.out_has("; 1 hop away\n");
}

#[test]
fn the_distance_is_searched_with_the_only_local_port_of_the_burst() {
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let (cell, _) = burst(&format!("--lab --hops --source-port {port}"));
    assert_eq!(
        (cell("local_port"), cell("hops")),
        (port.to_string(), "1".to_owned())
    );
    let said = run(&format!(
        "probe --lab --watch -i 50ms -n 10 --hops --source-port {port}"
    ));
    said.out_has("1 hop away");
}

#[test]
fn a_distance_that_is_not_found_is_said() {
    // falls silent in the middle of the burst
    let server = || {
        UdpServer::start(|number, request| match number {
            0..10 => vec![answer(request, None)],
            _ => Vec::new(),
        })
    };
    let what = "distance not found: the relay does not answer";
    let relay = server();
    let line = format!("probe {} --burst 20/s --for 1s --hops", relay.address());
    let said = run(&line);
    assert!(
        said.stdout.replace("\n    ", " ").contains(what),
        "{}",
        said.stdout
    );
    assert!(!said.stderr.contains(what), "told once");
    let relay = server();
    let line = format!(
        "probe {} --burst 20/s --for 1s --hops --format csv",
        relay.address()
    );
    let said = run(&line);
    assert_eq!(Rows::of(&said.stdout).column("hops"), [""]);
    said.err_has(what);
}

#[test]
fn more_than_strangers_may_get_is_refused_before_a_packet_is_sent() {
    for line in [
        "203.0.113.7 --burst 51/s",
        "203.0.113.7 --burst 50/s --for 61s",
        "203.0.113.7 --watch -i 99ms",
    ] {
        let said = run(&format!("probe {line} --format csv"));
        assert_eq!(said.code, Some(2), "{line}: {}", said.stderr);
        for part in ["203.0.113.7", "--burst 50/s", "--i-own-this-server"] {
            assert!(said.stderr.contains(part), "{line}: {}", said.stderr);
        }
    }
    // one's own machine is nobody else's
    let server = UdpServer::start(|_, request| vec![answer(request, None)]);
    let line = format!("probe {} --burst 200/s --for 1s -q", server.address());
    assert_eq!(run(&line).code, Some(0));
}

#[test]
fn a_flood_of_datagrams_is_counted_and_the_burst_goes_on() {
    let server = UdpServer::start(|number, request| {
        let strangers = if number == 0 { 5_000 } else { 0 };
        let mut answers = vec![b"stranger".to_vec(); strangers];
        answers.push(answer(request, None));
        answers
    });
    let (cell, code) = burst(&server.address().to_string());
    assert_eq!(code, Some(0));
    // the system drops what is not read in time
    assert!((1_000..=5_000).contains(&number(&cell, "ignored")));
    assert!(number(&cell, "lost") < number(&cell, "sent"));
    assert_eq!(number(&cell, "sent") + number(&cell, "missed"), 50);
}

#[test]
fn what_makes_no_sense_is_a_usage_error_that_names_the_fix() {
    #[rustfmt::skip]
    let cases = [
        ("--burst 0/s", "such as 50/s"),
        ("--burst 50/s --for 0s", "from 1s to 1h; more than 60s only to loopback, private addresses or with"),
        ("--burst 50/s --transport tls", "give --transport udp"),
        ("--burst 50/s --watch", "--burst cannot go with --watch: leave one of them out"),
        ("--for 5s", "--for does nothing without --burst: give --burst"),
        ("--watch --for 5s", "--for does nothing with --watch, as it is for --burst: leave one of them out"),
        ("--packets a.csv", "--burst"),
        ("--watch -i 0", "from 10ms to 60s"),
        ("--watch a.example b.example", "one target"),
        ("--burst 50/s --all-addresses", "--all-addresses does nothing with --burst: leave one of them out"),
        ("--burst 50/s -o - --columns tls_us", "turnprobe schema burst"),
        ("--burst 50/s -o - --columns reference", "turnprobe schema burst"),
        ("--burst 50/s -o a.csv --packets a.csv", "two files"),
        ("--burst 50/s --answer-timeout 1m", "from 10ms to 10s"),
    ];
    for (line, part) in cases {
        let said = run(&format!("probe --lab {line}"));
        assert_eq!(said.code, Some(2), "{line}: {}", said.stderr);
        assert!(said.stderr.contains(part), "{line}: {}", said.stderr);
        assert_eq!(said.stdout, "", "{line}");
    }
}

#[test]
fn a_reader_gets_a_block_a_burst_and_a_summary_within_80_columns() {
    let said = run("probe --lab --burst 50/s --for 1s -n 2 --limits edge").ended(0);
    let lines: Vec<_> = said.stdout.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 80));
    let blocks = lines
        .iter()
        .filter(|line| line.starts_with("burst "))
        .count();
    assert_eq!(blocks, 2, "{}", said.stdout);
    // each block and the summary have the table
    for name in [
        "customer edge to Microsoft edge",
        "round trip, p95",
        "loss in any 200 ms",
        "loss in any 15 s",
        "jitter in any 15 s",
        "reordering",
    ] {
        let found = lines.iter().filter(|line| line.starts_with(name));
        let in_tables = found.filter(|line| line.contains(" < ") || line.contains("limit"));
        assert_eq!(in_tables.count(), 3, "{name}");
    }
    // one second at 50/s: too few packets for 15 s and for the shares of this row
    let last = lines.iter().rev().take(2).rev().copied();
    assert_eq!(
        last.collect::<Vec<_>>(),
        [
            "1 of 5 lines pass; too few packets for loss in any 200 ms, loss in any 15 s,",
            "  jitter in any 15 s, reordering",
        ]
    );
    said.out_has("< 60 ms");
    said.out_has("2 bursts, 2 answered, 0 missed slots");
    if own_addresses() {
        assert!(said.stdout.contains("northeurope"), "targets take turns");
    }
    assert!(!said.stdout.contains('\x1b'), "colours in a pipe");
    assert_eq!(said.stderr, "");
}
