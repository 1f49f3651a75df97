//! What is refused, how often, and what a reader sees.

use crate::command::{Rows, run};

#[test]
fn what_makes_no_sense_is_a_usage_error_that_names_the_fix() {
    #[rustfmt::skip]
    let cases = [
        ("--hold 500ms", "from 1s to 1h"),
        ("--hold 2h", "from 1s to 1h"),
        ("--hold soon", "90s, 8h41m or 500ms"),
        ("--hold 2s --transport udp", "give --transport tls"),
        ("--hold 2s --transport tls,udp", "give --transport tls"),
        ("--hold 2s stun:a.example", "as a plain host or as tls://"),
        ("--hold 2s udp://a.example", "as a plain host or as tls://"),
        ("--hold 2s --burst 50/s", "--burst cannot go with --hold: leave one of them out"),
        ("--hold 2s --watch", "--watch cannot go with --hold: leave one of them out"),
        ("--hold 2s --ask binding", "--ask does nothing with --hold: leave one of them out"),
        ("--hold 2s --ports 443", "--ports does nothing with --hold: leave one of them out"),
        ("--hold 2s --all-addresses", "--all-addresses does nothing with --hold: leave one of them out"),
        ("--hold 2s --concurrency 2", "--concurrency does nothing with --hold: leave one of them out"),
        ("--hold 2s --hops", "--burst"),
        ("--hold 2s --hold-rate 0/s", "such as 50/s"),
        ("--hold-rate 10/s", "--hold"),
        ("--samples a.csv", "--hold"),
        ("--hold 2s -o - --columns loss_ppm", "turnprobe schema hold"),
        ("--hold 2s -o a.csv --samples a.csv", "two files"),
        ("--hold 2s --samples a.txt", ".csv or .jsonl"),
        ("--hold 2s --csv-profile excel", "--csv-profile does nothing without CSV"),
        ("--hold 2s -n 0", "give 1 or more"),
    ];
    for (line, part) in cases {
        let said = run(&format!("probe --lab {line}"));
        assert_eq!(said.code, Some(2), "{line}: {}", said.stderr);
        assert!(said.stderr.contains(part), "{line}: {}", said.stderr);
        assert_eq!(said.stdout, "", "{line}");
    }
}

#[test]
fn more_than_strangers_may_get_is_refused_before_a_packet_is_sent() {
    for line in ["--hold 61s", "--hold 2s --hold-rate 51/s"] {
        let said = run(&format!("probe 203.0.113.7 {line} --format csv"));
        assert_eq!(said.code, Some(2), "{line}: {}", said.stderr);
        for part in ["203.0.113.7", "--hold 60s", "--i-own-this-server"] {
            assert!(said.stderr.contains(part), "{line}: {}", said.stderr);
        }
    }
}

#[test]
fn slots_lie_apart_by_the_time_of_a_connection_and_targets_take_turns() {
    let line = "probe tr.teams.microsoft.com world.tr.teams.microsoft.com --lab --hold 1s -n 2";
    let said = run(&format!("{line} --hold-rate 5/s -i 1s --format csv -q")).ended(0);
    let rows = Rows::of(&said.stdout);
    assert_eq!(rows.column("slot"), ["0", "1"]);
    let hosts = ["tr.teams.microsoft.com", "world.tr.teams.microsoft.com"];
    assert_eq!(rows.column("remotehost"), hosts);
    assert_eq!(rows.column("interval_us"), ["200000"; 2]);
    for place in 0..2 {
        let of = |name: &str| rows.column(name)[place].parse::<u64>().unwrap();
        assert_eq!(of("sent") + of("missed"), 5);
    }
}

#[test]
fn a_reader_gets_a_block_a_connection_and_a_summary_within_80_columns() {
    let said =
        run("probe --lab --hold 1s -n 2 --lab-fault tls-alert --lab-fault-share 50").ended(0);
    let lines: Vec<_> = said.stdout.lines().collect();
    assert!(
        lines.iter().all(|line| line.chars().count() <= 80),
        "{}",
        said.stdout
    );
    let blocks = lines.iter().filter(|line| line.starts_with("connection "));
    assert_eq!(blocks.count(), 2, "{}", said.stdout);
    for part in [
        " s of 1 s, done",
        "one every 20 ms;",
        "FAIL tls-alert: handshake_failure",
        "--- tr.teams.microsoft.com (lab) ---",
        "2 connections, 1 held for ",
        " in all, 0 missed slots",
        "ended: 1 done",
    ] {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }
    assert!(!said.stdout.contains('\x1b'), "colours in a pipe");
    assert_eq!(said.stderr, "");
    let line = "probe --lab --hold 1s -n 2 --lab-fault tls-alert --lab-fault-share 50 -q";
    assert_eq!(run(&format!("{line} --max-failed 49")).code, Some(1));
}
