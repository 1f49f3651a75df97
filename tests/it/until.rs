//! `--until`, `--log` and `man --out`: what a scheduled task of every night and a package need.

use turnprobe::clock::{Wall, local};

use crate::command::{Rows, finished, run, start, turnprobe};

#[test]
fn a_series_ends_at_a_time_of_the_day_and_its_messages_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("night.log");
    std::fs::write(&log, "before\n").unwrap();
    // in two seconds, or three
    let soon = local(Wall::system().now()) + chrono::TimeDelta::seconds(3);
    let line = format!(
        "probe --lab -i 200ms --format csv -q --until {} --log {}",
        soon.format("%H:%M:%S"),
        log.display()
    );
    let mut command = turnprobe(&line);
    // a note that is always there: nobody listens at this collector
    command.args(["--otlp", "http://127.0.0.1:1"]);
    let said = finished(start(command)).ended(0);
    let rows = Rows::of(&said.stdout);
    assert!((2..=20).contains(&rows.rows.len()), "{}", rows.rows.len());
    let log = std::fs::read_to_string(&log).unwrap();
    let mut lines = log.lines();
    assert_eq!(lines.next(), Some("before"));
    let note = lines.next().unwrap();
    let (time, text) = note.split_once(' ').unwrap();
    assert!(chrono::DateTime::parse_from_rfc3339(time).is_ok(), "{note}");
    assert!(text.starts_with("turnprobe: note: "), "{note}");
    for (options, word) in [
        ("--until 8h", "HH:MM"),
        ("--until 06:41 --duration 1h", "cannot go with"),
    ] {
        let said = run(&format!("probe --lab {options}")).ended(2);
        said.err_has(word);
    }
    run(&format!(
        "probe --lab -n 1 --log {}",
        dir.path().join("x").join("y.log").display()
    ))
    .ended(3);
}

#[test]
fn a_log_in_utf_16_is_refused_and_stays_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("night.log");
    let text = b"\xff\xfea\0\n\0";
    std::fs::write(&log, text).unwrap();
    let said = run(&format!("probe --lab -n 1 --log {}", log.display())).ended(3);
    said.err_has("is encoded in UTF-16: convert it to UTF-8 or choose another file");
    assert_eq!(std::fs::read(&log).unwrap(), text);
}

/// What a command says of the variable TZ, that being this.
#[cfg(unix)]
fn said_of_zone(line: &str, zone: &str) -> [usize; 2] {
    let mut command = turnprobe(line);
    command.env("TZ", zone);
    let said = finished(start(command));
    let told = format!("the variable TZ is `{zone}`, which is no time zone of this system");
    [said.stderr, said.stdout].map(|text| text.replace('\n', " ").matches(&told).count())
}

#[cfg(unix)]
#[test]
fn a_variable_that_names_no_zone_is_told_once_by_whoever_shows_local_times() {
    let dir = tempfile::tempdir().unwrap();
    let rows = dir.path().join("rows.csv");
    run(&format!("probe --lab -n 1 -q --output {}", rows.display())).ended(0);
    let rows = rows.display();
    let report = format!("report --format json --time-zone local {rows}");
    let compare = format!("compare --format json --time-zone local {rows} {rows}");
    assert_eq!(
        said_of_zone("probe --lab -n 2 -i 0", "Europe/Belin"),
        [1, 0]
    );
    assert_eq!(
        said_of_zone("probe --lab -n 1 --hold 100ms", "Europe/Belin"),
        [1, 0]
    );
    // among the notes, too
    assert_eq!(said_of_zone(&report, "Europe/Belin"), [1, 1]);
    assert_eq!(said_of_zone(&compare, "Europe/Belin")[0], 1);
    for (line, zone) in [
        ("probe --lab -n 1 --utc", "Europe/Belin"),
        ("probe --lab -n 1", "Europe/Berlin"),
        ("probe --lab -n 1", "CET-1CEST,M3.5.0,M10.5.0/3"),
        (&format!("report --format json {rows}"), "Europe/Belin"),
    ] {
        assert_eq!(said_of_zone(line, zone), [0, 0], "{line} {zone}");
    }
}

#[test]
fn all_man_pages_are_written_and_every_option_has_its_text() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("man");
    run(&format!("man --out {}", folder.display())).ended(0);
    let page = std::fs::read_to_string(folder.join("turnprobe-probe.1")).unwrap();
    // an option, then its text in the next line
    let lines: Vec<&str> = page.lines().collect();
    let options = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with("\\fB\\-"));
    let without: Vec<&str> = options
        .filter(|(at, _)| {
            lines
                .get(at + 1)
                .is_none_or(|text| text.trim().is_empty() || text.starts_with('.'))
        })
        .map(|(_, line)| *line)
        .collect();
    assert!(without.is_empty(), "{without:?}");
    for name in [
        "turnprobe.1",
        "turnprobe-endpoints-check.1",
        "turnprobe-diagnose.1",
    ] {
        assert!(folder.join(name).is_file(), "{name}");
    }
}
