//! Files of rows, written by the program as a process: appended, locked, refused, rolled.

use std::process::Stdio;

use crate::command::{Rows, finished, run_into, start, turnprobe};

#[test]
fn a_second_run_continues_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes mit Umläuten.csv");
    for _ in 0..2 {
        assert_eq!(run_into(&file, "probe --lab -n 3 -i 0").code, Some(0));
    }
    let rows = Rows::in_file(&file);
    assert_eq!(rows.column("slot"), ["0", "1", "2", "0", "1", "2"]);
    let runs: std::collections::BTreeSet<_> = rows.column("run_id").into_iter().collect();
    assert_eq!(runs.len(), 2);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches("\"datetime\"").count(), 1, "one header");
    let end = if cfg!(windows) { "\"\r\n" } else { "\"\n" };
    assert!(text.ends_with(end));
}

#[test]
fn a_row_stays_under_one_and_a_half_kilobytes() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    run_into(&file, "probe --lab -n 4 -i 0");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.lines().skip(1).all(|row| row.len() < 1536));
}

#[test]
fn a_file_in_use_is_refused_with_its_absolute_path_and_can_be_read_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    let mut first = turnprobe("probe --lab -n 1000 -i 20ms --output");
    let mut first = start(first.arg(&file).stdout(Stdio::null()));
    while std::fs::read_to_string(&file).map_or(0, |text| text.lines().count()) < 2 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let said = run_into(&file, "probe --lab -n 1");
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(said.code, Some(3));
    said.err_has(&file.to_string_lossy());
    said.err_has("in use");
    // the killed run left whole rows and no lock
    assert_eq!(run_into(&file, "probe --lab -n 1").code, Some(0));
    let rows = Rows::in_file(&file);
    assert!(rows.column("Status").iter().all(|status| *status == "OK"));
}

#[test]
fn foreign_files_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("other.csv", "\"name\",\"value\"\r\n\"a\",\"1\"\r\n"),
        ("semicolon.csv", "datetime;remotehost\n"),
        (
            "real.csv",
            "\"datetime\",\"world\"\n\"2026-01-01 00:00:00Z\",\"real\"\n",
        ),
    ] {
        let file = dir.path().join(name);
        std::fs::write(&file, text).unwrap();
        let said = run_into(&file, "probe --lab -n 1");
        assert_eq!(said.code, Some(3), "{name}: {}", said.stdout);
        said.err_has(name);
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            text,
            "{name} was touched"
        );
    }
}

#[test]
fn a_file_with_the_references_columns_is_continued_by_the_world_that_began_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lab.csv");
    for _ in 0..2 {
        run_into(&file, "probe --lab -n 2 -i 0 --columns reference").ended(0);
    }
    assert_eq!(Rows::in_file(&file).rows.len(), 4);
    let before = std::fs::read(&file).unwrap();
    let line = "probe 127.0.0.1:9 -n 1 --columns reference";
    let said = run_into(&file, line).ended(3);
    said.err_has("holds lab rows");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    // a failed probe of a real target
    let file = dir.path().join("real.csv");
    for _ in 0..2 {
        run_into(&file, line).ended(1);
    }
    assert_eq!(Rows::in_file(&file).rows.len(), 2);
    let said = run_into(&file, "probe --lab -n 1").ended(3);
    said.err_has("could not be determined");
}

#[test]
fn a_run_refused_for_its_second_file_leaves_the_first_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (new, bad) = (dir.path().join("new.csv"), dir.path().join("bad.csv"));
    std::fs::write(&bad, "\"name\"\n").unwrap();
    for option in ["--output", "--packets"] {
        let line = if option == "--packets" {
            "probe --lab --burst 5/s --for 1s"
        } else {
            "probe --lab -n 1"
        };
        let mut command = turnprobe(line);
        command.arg("--output").arg(&new).arg(option).arg(&bad);
        finished(start(&mut command)).ended(3);
        assert!(!new.exists(), "{option}");
    }
}

#[test]
fn an_older_file_is_continued_in_its_own_columns() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("old.csv");
    std::fs::write(&file, "\"Status\",\"world\",\"remotehost\"\r\n").unwrap();
    let said = run_into(&file, "probe --lab -n 1 --quiet").ended(0);
    assert!(
        said.stderr.contains("datetime"),
        "left-out columns are named: {}",
        said.stderr
    );
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "\"Status\",\"world\",\"remotehost\"\r\n\"OK\",\"lab\",\"tr.teams.microsoft.com\"\r\n"
    );
}

#[test]
fn a_torn_row_is_cut_off_and_shown() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    run_into(&file, "probe --lab -n 2 -i 0");
    let whole = std::fs::read(&file).unwrap();
    let torn = [&whole[..], b"\"2026-11-22 00:00:00Z\",\"torn"].concat();
    std::fs::write(&file, torn).unwrap();
    let said = run_into(&file, "probe --lab -n 1");
    said.err_has("2026-11-22 00:00:00Z");
    let kept = format!("{}.torn", file.display());
    said.err_has(&kept);
    let torn = std::fs::read_to_string(kept).unwrap();
    assert_eq!(torn, "\"2026-11-22 00:00:00Z\",\"torn");
    let after = std::fs::read(&file).unwrap();
    assert!(after.starts_with(&whole));
    assert_eq!(Rows::in_file(&file).rows.len(), 3);
}

#[test]
fn a_torn_row_of_any_kind_is_kept_beside_its_file() {
    let dir = tempfile::tempdir().unwrap();
    for (kind, line) in [
        ("burst", "probe --lab --burst 5/s --for 1s -n 1 --output"),
        ("packets", "probe --lab --burst 5/s --for 1s -n 1 --packets"),
        ("hold", "probe --lab --hold 1s -n 1 --output"),
        ("samples", "probe --lab --hold 1s -n 1 --samples"),
        ("rolled", "probe --lab -n 1 --roll month --output"),
    ] {
        for ending in ["csv", "jsonl"] {
            let place = dir.path().join(format!("{kind}-{ending}"));
            std::fs::create_dir(&place).unwrap();
            let named = place.join(format!("x.{ending}"));
            let run = || {
                let mut command = turnprobe(line);
                finished(start(command.arg(&named)))
            };
            let said = run();
            assert_eq!(said.code, Some(0), "{kind} {}", said.stderr);
            let file = std::fs::read_dir(&place).unwrap().next().unwrap();
            let file = file.unwrap().path();
            let whole = std::fs::read(&file).unwrap();
            // half of the last row again, without its end
            let row = whole.trim_ascii_end();
            let start = row.iter().rposition(|byte| *byte == b'\n');
            let row = &row[start.map_or(0, |at| at + 1)..];
            let torn = &row[..row.len() / 2];
            std::fs::write(&file, [&whole[..], torn].concat()).unwrap();
            let said = run();
            assert_eq!(said.code, Some(0), "{kind} {}", said.stderr);
            let kept = format!("{}.torn", file.display());
            assert!(said.stderr.contains(&kept), "{kind} {}", said.stderr);
            assert_eq!(std::fs::read(&kept).unwrap(), torn, "{kind}");
            let after = std::fs::read(&file).unwrap();
            assert!(after.len() > whole.len() && after.starts_with(&whole));
            // what another program appends is left alone
            let foreign = [&after[..], b"foo"].concat();
            std::fs::write(&file, &foreign).unwrap();
            let said = run();
            assert_eq!(said.code, Some(3), "{kind} {}", said.stderr);
            said.err_has(file.to_str().unwrap());
            assert_eq!(std::fs::read(&file).unwrap(), foreign, "{kind}");
        }
    }
}

#[test]
fn lines_that_windows_powershell_appends_in_utf_16_are_never_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    run_into(&file, "probe --lab -n 3 -i 0");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut content = text.clone().into_bytes();
    for line in text.lines().skip(1).take(2) {
        let units = format!("{line}\r\n");
        content.extend(units.encode_utf16().flat_map(u16::to_le_bytes));
    }
    std::fs::write(&file, &content).unwrap();
    let said = run_into(&file, "probe --lab -n 1");
    assert_eq!((said.code, said.stdout.as_str()), (Some(3), ""));
    said.err_has("UTF-16");
    assert_eq!(std::fs::read(&file).unwrap(), content);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    let mut report = turnprobe("report --format json");
    let said = finished(start(report.arg(&file)));
    said.out_has("\"rows\": 5");
}

#[test]
fn a_missing_directory_is_named_before_the_first_probe() {
    let dir = tempfile::tempdir().unwrap();
    let said = run_into(&dir.path().join("gone/probes.csv"), "probe --lab -n 1").ended(3);
    said.err_has("there is no directory");
    assert_eq!(said.stdout, "");
}

#[test]
fn rolled_files_bear_the_local_date() {
    let dir = tempfile::tempdir().unwrap();
    run_into(
        &dir.path().join("probes.csv"),
        "probe --lab -n 1 --roll month",
    )
    .ended(0);
    let names: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 1);
    let stem = names[0]
        .strip_prefix("probes-")
        .and_then(|n| n.strip_suffix(".csv"))
        .unwrap();
    assert!(
        stem.len() == 7 && stem.starts_with("20") && &stem[4..5] == "-",
        "{names:?}"
    );
}

#[test]
fn a_german_excel_gets_its_csv() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    run_into(
        &file,
        "probe --lab -n 1 --csv-profile excel-de --columns datetime,SerialNumber,world",
    );
    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines = text
        .strip_prefix('\u{feff}')
        .expect("a byte order mark")
        .lines();
    assert_eq!(
        lines.next(),
        Some("\"datetime\";\"SerialNumber\";\"world\"")
    );
    let row: Vec<_> = lines.next().unwrap().split(';').collect();
    assert!(row[0].len() == 21 && !row[0].contains('Z'), "{row:?}");
    assert!(row[1].contains("6B:00:"), "{row:?}");
}

#[test]
fn a_renamed_file_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    let old = dir.path().join("old.csv");
    let child = start(turnprobe("probe --lab -n 40 -i 50ms --output").arg(&file));
    wait_for_rows(&file, 3);
    std::fs::rename(&file, &old).unwrap();
    let said = finished(child).ended(0);
    let count = Rows::in_file(&file).rows.len() + Rows::in_file(&old).rows.len();
    // a busy machine may miss slots; no row is lost
    let sent = format!("{count} sent, {count} ok");
    assert!(said.stdout.contains(&sent), "{sent}: {}", said.stdout);
}

/// Waits until the file holds more than so many rows.
pub fn wait_for_rows(file: &std::path::Path, rows: usize) {
    while std::fs::read_to_string(file).map_or(0, |text| text.lines().count()) <= rows {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use crate::command::{ended, signal};
    use std::process::Command;

    #[test]
    fn interrupt_and_terminate_end_a_series_in_order() {
        for name in ["-INT", "-TERM", "-HUP"] {
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join("probes.csv");
            let child = start(turnprobe("probe --lab -i 50ms --output").arg(&file));
            wait_for_rows(&file, 2);
            signal(&child, name);
            let said = finished(child);
            assert_eq!(said.code, Some(0), "{name}: {}", said.stderr);
            assert!(
                said.stdout.contains("interrupted"),
                "{name}: {}",
                said.stdout
            );
            let rows = Rows::in_file(&file);
            let sent = format!("{} sent, {} ok", rows.rows.len(), rows.rows.len());
            assert!(
                said.stdout.contains(&sent),
                "{name}: {sent}: {}",
                said.stdout
            );
        }
    }

    #[test]
    fn interrupted_before_anything_was_measured_is_130() {
        let mut command = turnprobe("probe --lab --lab-fault dns-timeout --dns-timeout 1m");
        let child = start(&mut command);
        std::thread::sleep(std::time::Duration::from_millis(700));
        signal(&child, "-INT");
        let said = finished(child);
        assert_eq!(said.code, Some(130), "{}{}", said.stdout, said.stderr);
    }

    #[test]
    fn rows_that_no_file_takes_are_kept_elsewhere_and_then_shown_none_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let temporary = dir.path().join("tmp");
        std::fs::create_dir(&temporary).unwrap();
        let file = dir.path().join("probes.csv");
        // the largest file is 4 KiB: the header and two rows, then the system refuses
        let script = format!(
            "ulimit -f 4; export TMPDIR='{}'; exec '{}' probe --lab -n 50 -i 20ms --output '{}'",
            temporary.display(),
            env!("CARGO_BIN_EXE_turnprobe"),
            file.display()
        );
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{stderr}");
        let kept = dir.path().join("probes.pending.csv");
        let [elsewhere] = &std::fs::read_dir(&temporary).unwrap().collect::<Vec<_>>()[..] else {
            panic!("{stderr}");
        };
        let mut slots = Vec::new();
        let mut header = String::new();
        for file in [&file, &kept, &elsewhere.as_ref().unwrap().path()] {
            let rows = Rows::in_file(file);
            assert!(!rows.rows.is_empty() && rows.rows.len() < 10);
            slots.extend(
                rows.column("slot")
                    .iter()
                    .map(|slot| slot.parse::<u64>().unwrap()),
            );
            let text = std::fs::read_to_string(file).unwrap();
            assert!(text.ends_with("\"\n"));
            header = text.lines().next().unwrap().to_owned();
        }
        let shown: Vec<_> = stderr
            .lines()
            .filter(|line| line.starts_with('"'))
            .collect();
        assert_eq!(told_last(&stderr, shown.len()), error(&stderr), "{stderr}");
        assert!(error(&stderr).contains("no space left"), "{stderr}");
        assert!(
            error(&stderr).contains("could not be kept anywhere"),
            "{stderr}"
        );
        let shown = Rows::of(&format!("{header}\n{}\n", shown.join("\n")));
        slots.extend(
            shown
                .column("slot")
                .iter()
                .map(|slot| slot.parse::<u64>().unwrap()),
        );
        slots.sort_unstable();
        assert_eq!(slots, (0..50).collect::<Vec<_>>());
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains("50 sent"), "{stdout}");
    }

    // a disk that is full, which Linux alone has as a file
    #[cfg(target_os = "linux")]
    #[test]
    fn a_log_that_cannot_be_written_is_told_once_and_stops_nothing() {
        let said =
            crate::command::run("probe --lab -n 1 --format csv --columns datetime --log /dev/full")
                .ended(0);
        assert_eq!(
            said.stderr.matches("cannot be written").count(),
            1,
            "{}",
            said.stderr
        );
        assert!(said.stderr.contains("--log /dev/full"), "{}", said.stderr);
    }

    #[test]
    fn a_series_goes_on_while_its_directory_has_another_name() {
        let dir = tempfile::tempdir().unwrap();
        let (inner, away) = (dir.path().join("inner"), dir.path().join("away"));
        std::fs::create_dir(&inner).unwrap();
        let file = inner.join("probes.csv");
        let child = start(turnprobe("probe --lab -i 50ms --output").arg(&file));
        wait_for_rows(&file, 1);
        std::fs::rename(&inner, &away).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(500));
        std::fs::rename(&away, &inner).unwrap();
        // it is tried again though nothing else happens
        let rows = Rows::in_file(&file).rows.len();
        wait_for_rows(&file, rows + 1);
        signal(&child, "-INT");
        let said = finished(child).ended(0);
        let name = inner.to_string_lossy();
        said.err_has(&name);
        said.err_has("can be written again");
        // every probe that was sent has one row; they come as they end
        let rows = Rows::in_file(&file);
        let mut slots = rows.column("slot");
        slots.sort_unstable();
        slots.dedup();
        let sent = format!("\n{} sent,", slots.len());
        assert!(said.stdout.contains(&sent), "{slots:?}{}", said.stdout);
        assert_eq!(slots.len(), rows.rows.len());
    }

    #[test]
    fn a_second_file_that_is_refused_leaves_no_first_one() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (dir.path().join("first.csv"), dir.path().join("second.csv"));
        // its torn end can be kept nowhere
        std::fs::write(&second, "\"slot\",\"world\"\n\"1\",\"la").unwrap();
        std::fs::create_dir(dir.path().join("second.csv.torn")).unwrap();
        let mut command = turnprobe("probe --lab -n 1 -q");
        command
            .arg("--output")
            .arg(&first)
            .arg("--output")
            .arg(&second);
        finished(start(&mut command)).ended(3);
        assert!(!first.exists());
    }

    /// The first error.
    fn error(stderr: &str) -> &str {
        let mut lines = stderr.lines();
        lines.find(|line| line.contains("error: ")).unwrap()
    }

    /// The line before the last one, which must tell of so many rows.
    fn told_last(stderr: &str, orphans: usize) -> &str {
        let [.., why, last] = stderr.lines().collect::<Vec<_>>()[..] else {
            panic!("{stderr}");
        };
        let rows = match orphans {
            1 => "1 row could not be written: see above".to_owned(),
            rows => format!("{rows} rows could not be written: see above"),
        };
        assert_eq!(last, format!("turnprobe: error: {rows}"), "{stderr}");
        why
    }

    #[test]
    fn a_second_interruption_cuts_the_grace_short_and_ends_with_the_summary() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("probes.csv");
        let line = "probe --lab --lab-fault tls-stall --lab-fault-share 30 -i 50ms --output";
        let child = start(turnprobe(line).arg(&file));
        wait_for_rows(&file, 5);
        signal(&child, "-INT");
        std::thread::sleep(std::time::Duration::from_millis(300));
        let second = turnprobe::clock::now();
        signal(&child, "-INT");
        let said = finished(child).ended(0);
        assert!(
            second.elapsed().as_millis() < 1_600,
            "{:?}",
            second.elapsed()
        );
        let rows = Rows::in_file(&file).rows.len();
        let sent = format!("{rows} sent, ");
        assert!(said.stdout.contains(&sent), "{sent}: {}", said.stdout);
        said.out_has(" cut off");
    }

    #[test]
    fn probes_that_an_interruption_cuts_off_are_counted() {
        let child = start(turnprobe("probe --lab --lab-fault silent -i 100ms"));
        std::thread::sleep(std::time::Duration::from_secs(1));
        signal(&child, "-INT");
        let said = finished(child);
        assert_eq!(said.code, Some(130), "nothing was measured to its end");
        said.out_has("0 sent");
        said.out_has(" cut off");
    }

    #[test]
    fn a_series_under_nohup_outlives_its_terminal() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("probes.csv");
        let script = format!(
            "trap '' HUP; exec '{}' probe --lab -n 10 -i 100ms -q --output '{}'",
            env!("CARGO_BIN_EXE_turnprobe"),
            file.display()
        );
        let child = Command::new("bash").args(["-c", &script]).spawn().unwrap();
        wait_for_rows(&file, 2);
        signal(&child, "-HUP");
        assert_eq!(ended(child), Some(0));
        let rows = Rows::in_file(&file);
        assert_eq!(rows.column("slot").last(), Some(&"9"));
    }
}

#[cfg(unix)]
#[test]
fn one_file_is_not_written_to_by_two_of_one_run() {
    let dir = tempfile::tempdir().unwrap();
    let of = |name: &str| dir.path().join(name).display().to_string();
    let same = of("same.csv");
    std::os::unix::fs::symlink("same.csv", of("link.csv")).unwrap();
    std::os::unix::fs::symlink("s.db", of("link.db")).unwrap();
    let log = "give the messages a file of their own";
    for (line, why) in [
        (format!("-o {same} --log {same}"), log),
        (format!("-o {same} --log {}", of("link.csv")), log),
        (
            format!("--store {} --log {}", of("s.db"), of("link.db")),
            log,
        ),
        (
            format!(
                "-o {same} --rollup 1m --rollup-output {0} --log {0}",
                of("r.csv")
            ),
            log,
        ),
        (
            format!("--burst 10/s --packets {0} --log {0}", of("p.csv")),
            log,
        ),
        (
            format!("-o {same} --roll day --log {}", of("same-2026-11-30.csv")),
            log,
        ),
        (format!("-o {same} -o {}", of("link.csv")), "twice"),
        (
            format!("-o {same} --rollup 1m --rollup-output {}", of("link.csv")),
            "is named twice; rows and roll-ups need a file each",
        ),
    ] {
        let said = crate::command::run(&format!("probe --lab -n 1 {line}")).ended(2);
        assert!(said.stderr.contains(why), "{line}: {}", said.stderr);
        assert!(!std::path::Path::new(&same).exists(), "{line}");
    }
}

#[test]
fn certificates_replace_certificates_and_no_other_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("chain.pem");
    let line = format!("tls --lab -i 0 -q --pem {}", file.display());
    crate::command::run(&line).ended(0);
    // once more over its own
    crate::command::run(&line).ended(0);
    std::fs::write(&file, "a diary").unwrap();
    let said = crate::command::run(&line);
    assert!(
        said.stderr.contains("it has no certificates"),
        "{}",
        said.stderr
    );
    assert_eq!(
        (said.code, std::fs::read(&file).unwrap().as_slice()),
        (Some(3), &b"a diary"[..])
    );
}

#[test]
fn an_interval_that_is_lengthened_is_told() {
    let note = "--interval 500ms is shorter than one measurement takes, so it is ";
    let said = crate::command::run(
        "probe --lab --burst 10/s --for 1s --answer-timeout 1s -n 1 -i 500ms -q",
    );
    // one second, one for the last answers, and one
    assert!(
        said.stderr.contains(&format!("{note}3s here")),
        "{}",
        said.stderr
    );
    let said = crate::command::run("probe --lab --hold 1s -n 1 -i 500ms -q");
    assert!(
        said.stderr.contains(&format!("{note}3s here")),
        "{}",
        said.stderr
    );
    let said = crate::command::run("probe --lab --hold 1s -n 1 -i 3s -q");
    assert!(!said.stderr.contains("shorter"), "{}", said.stderr);
}

#[test]
fn port_0_of_the_metrics_is_told_as_what_it_became() {
    let said = crate::command::run("probe --lab -n 2 -i 100ms --metrics 0 -q").ended(0);
    let (_, port) = said
        .stderr
        .split_once("Prometheus may ask http://127.0.0.1:")
        .unwrap();
    let port: u16 = port.split('/').next().unwrap().parse().unwrap();
    assert!(port > 0);
}
