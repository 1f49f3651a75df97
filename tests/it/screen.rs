//! What a running probe shows on terminals of other widths, and in which zone.

use crate::command::{Rows, run, turnprobe};
use crate::golden::terminal::on_terminal;

fn shown(line: &str, columns: u16) -> String {
    let dir = tempfile::tempdir().unwrap();
    let mut command = turnprobe(line);
    command.env("TZ", "Asia/Tokyo");
    let text = on_terminal(command, dir.path(), columns);
    let codes = ["\x1b[31m", "\x1b[32m", "\x1b[0m"];
    let plain = codes.iter().fold(text, |text, code| text.replace(code, ""));
    for line in plain.lines() {
        let width = line.chars().count();
        assert!(width <= usize::from(columns), "{columns}: {line}");
    }
    plain
}

/// Lines that begin with the time of the day.
fn with_time(text: &str) -> usize {
    let is_time = |line: &&str| {
        let start = line.as_bytes().get(..8).unwrap_or_default();
        let mark = |at: usize| start.get(at) == Some(&b':');
        mark(2) && mark(5)
    };
    text.lines().filter(is_time).count()
}

#[test]
fn a_series_fits_every_terminal_and_says_in_which_zone_its_times_are() {
    let line = "probe --lab -n 4 -i 0 --lab-fault not-tls --lab-fault-share 25";
    for columns in [40, 60, 80, 120, 200] {
        let text = shown(line, columns);
        // Japan has no summer time
        assert!(text.starts_with("UTC+9 "), "{columns}: {text}");
        assert_eq!(with_time(&text), 4, "{columns}: {text}");
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for whole in [
            "4 sent, 3 ok, 1 failed (25 %), 0 missed slots",
            "something other than TLS answered",
            "400 Bad Request",
            "p50",
        ] {
            assert!(words.contains(whole), "{columns}: {whole}: {text}");
        }
        assert_eq!(text.contains("certificate"), columns >= 120, "{text}");
        assert_eq!(
            text.contains("germany") || text.contains("francecentral   "),
            columns >= 80
        );
    }
}

#[test]
fn times_are_utc_where_that_is_asked_for_and_always_in_rows() {
    for line in ["-n 1", "--watch -n 5 -i 20ms", "--burst 50/s --for 1s"] {
        let utc = shown(&format!("probe --lab --utc {line}"), 80);
        let local = shown(&format!("probe --lab {line}"), 80);
        assert!(!utc.contains("+9") && !utc.contains("+09:00"), "{utc}");
        assert!(local.contains("+9") || local.contains("+09:00"), "{local}");
    }
    let mut command = turnprobe("probe --lab -n 1 --format csv -q");
    let said = crate::command::finished(crate::command::start(command.env("TZ", "Asia/Tokyo")));
    let rows = Rows::of(&said.stdout);
    // both are of the same moment, one of them to the microsecond
    let [label, exact] = ["datetime", "started_utc"].map(|name| rows.column(name)[0].to_owned());
    assert!(
        label.ends_with('Z') && exact.ends_with('Z'),
        "{label} {exact}"
    );
    assert_eq!(
        label[..13],
        exact[..13].replace('T', " "),
        "{label} {exact}"
    );
}

#[test]
fn bursts_watches_and_held_connections_fit_a_narrow_terminal() {
    for line in [
        "--watch -n 30 -i 20ms",
        "--burst 50/s --for 1s",
        "--hold 1s",
    ] {
        let text = shown(&format!("probe --lab {line}"), 60);
        assert!(text.contains("---"), "{text}");
    }
}

#[test]
fn a_watch_ends_with_the_table_of_the_whole_watch() {
    let said = run("probe --lab --watch -n 40 -i 20ms");
    let (_, end) = said.stdout.split_once("--- ").unwrap();
    assert!(end.contains("client to Microsoft edge"), "{end}");
    // 40 packets are enough for the round trip, and too few for a loss under 1 %
    assert!(
        end.lines()
            .any(|line| line.starts_with("round trip, p95") && line.ends_with("pass")),
        "{end}"
    );
    assert!(
        end.lines()
            .any(|line| line.starts_with("loss in any 15 s") && line.ends_with("too few packets")),
        "{end}"
    );
    let told = end.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("lines pass; too few packets for"), "{end}");
}
