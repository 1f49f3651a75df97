//! What a scheduled task needs night after night: options from a file, files that are finished.

use std::path::Path;
use std::process::Command;

use crate::command::{Rows, finished, report_json, run_into, start, turnprobe};

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// A path as it is written in a file of settings.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}

#[test]
fn a_task_needs_nothing_but_its_profile_in_the_file_beside_the_program() {
    let program = Path::new(env!("CARGO_BIN_EXE_turnprobe"));
    let name = program.file_name().unwrap();
    // on the disk of the program, so that it need not be copied
    let beside = tempfile::tempdir_in(program.parent().unwrap()).unwrap();
    let own = beside.path().join(name);
    let linked = std::fs::hard_link(program, &own);
    linked
        .or_else(|_| std::fs::copy(program, &own).map(drop))
        .unwrap();
    let data = tempfile::tempdir().unwrap();
    let [rows, log] = ["probes.csv", "night.log"].map(|name| quoted(&data.path().join(name)));
    let text = format!(
        "\u{feff}# Nacht\r\nlab = true\r\n\r\n[profile.night]\r\ncount = 3\r\ninterval = 0\r\noutput = {rows}\r\n\
         label = ['site=Köln', 'access=DSL']\r\nroll = 'month'\r\nquiet = true\r\n\r\n\
         [profile.wrong]\r\nlog = {log}\r\ninterval = 'soon'\r\n\r\n[profile.idle]\r\nlog = {log}\r\nkeep = '90d'\r\n"
    );
    std::fs::write(beside.path().join("turnprobe.toml"), text).unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new(&own);
        let command = command.args(words).current_dir(std::env::temp_dir());
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), stderr)
    };
    let said = run(&["probe", "--profile", "night"]);
    assert_eq!(said, (Some(0), String::new()));
    let [file] = &names(data.path())[..] else {
        panic!("{:?}", names(data.path()));
    };
    let rows = Rows::in_file(&data.path().join(file));
    assert_eq!(rows.column("label"), ["site=Köln access=DSL"; 3]);
    assert!(rows.column("world").iter().all(|world| *world == "lab"));
    // what is wrong stands in the log that the file names, as nobody sees stderr
    for (profile, line, what) in [
        (
            "wrong",
            14,
            "(interval): invalid value 'soon' for '--interval <TIME>'",
        ),
        ("idle", 18, "(keep): --keep does nothing without --roll"),
    ] {
        let (code, said) = run(&["probe", "--profile", profile]);
        assert_eq!(code, Some(2));
        let place = format!("turnprobe.toml, line {line} {what}");
        let log = std::fs::read_to_string(data.path().join("night.log")).unwrap();
        for text in [&said, &log] {
            assert_eq!(text.matches(&place).count(), 1, "{text}");
        }
    }
}

#[test]
fn a_password_in_the_file_is_in_no_message() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x.toml");
    #[rustfmt::skip]
    let cases = [
        ("proxy = 'http://who:secret@proxy.example:99999'", "tls"),
        ("proxy = 'http://who:secret@proxy.example:3128'", "probe --transport udp"),
        ("proxy = 'http://who:secret@proxy.example:3128'", "probe --burst 50/s"),
        ("proxy = 'ftp://who:secret@proxy.example'", "probe"),
        ("proxy = ['http://who:secret@proxy.example']", "probe"),
        ("proxy = \"http://who:secret\\@proxy.example\"", "probe"),
        ("proxy = http://who:secret@proxy.example", "probe"),
    ];
    for (text, line) in cases {
        std::fs::write(&file, text).unwrap();
        let said = finished(start(turnprobe(line).arg("--config").arg(&file)));
        assert_eq!(said.code, Some(2), "{text}");
        assert!(!said.stderr.contains("secret"), "{}", said.stderr);
        said.err_has("line 1");
    }
}

#[test]
fn a_plugin_whose_file_is_wrong_does_not_know() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x.toml");
    for (text, code) in [
        ("[profile.p]\nmonitoring-plugin = true\nlabb = true", 3),
        ("monitoring-plugin = true\n[profile.p]\nlab = 7", 3),
        ("[profile.p]\nlabb = true", 2),
    ] {
        std::fs::write(&file, text).unwrap();
        let mut command = turnprobe("diagnose --profile p --config");
        finished(start(command.arg(&file))).ended(code);
    }
}

#[test]
fn files_that_have_ended_become_gz_and_old_ones_go_and_both_is_told_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let now = turnprobe::clock::local(turnprobe::clock::Wall::system().now());
    let day = |days: i64, behind: &str| {
        let day = now - chrono::Duration::days(days);
        day.format("probes-%Y-%m-%d").to_string() + behind
    };
    for name in [&day(95, ".csv"), &day(94, ".csv.gz"), "probes-2021-02.csv"] {
        std::fs::write(at(name), "\"slot\"\n\"1\"\n").unwrap();
    }
    // rows of a day that is over, but not for long
    run_into(&at("one.csv"), "probe --lab -n 5 -i 0").ended(0);
    let earlier = day(2, ".csv");
    std::fs::rename(at("one.csv"), at(&earlier)).unwrap();
    let mut command =
        turnprobe("probe --lab -n 40 -i 50ms -q --roll day --keep 90d --compress --log");
    command.arg(at("night.log"));
    let said = finished(start(command.arg("--output").arg(at("probes.csv")))).ended(0);
    let log = std::fs::read_to_string(at("night.log")).unwrap();
    for text in [&said.stderr, &log] {
        assert_eq!(
            text.matches("deleted 2 files that ended more than 90d ago: ")
                .count(),
            1,
            "{text}"
        );
        assert_eq!(text.lines().count(), 1, "{text}");
    }
    let left = names(dir.path());
    let gz = format!("{earlier}.gz");
    for name in ["probes-2021-02.csv", &gz] {
        assert!(left.iter().any(|other| other == name), "{left:?}");
    }
    assert!(!at(&earlier).exists() && left.len() == 4, "{left:?}");
    let report = report_json("", &[at(&gz)]);
    assert_eq!(report["input"]["rows"], 5);
}

/// Whatever happens to the machine, the file or the whole `.gz` is there.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_while_it_compresses_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let old = dir.path().join("probes-2021-02-27.csv");
    let line = |number: u32| format!("\"{number}\",\"{}\"\n", number.wrapping_mul(2_654_435_761));
    let text: String = (0..400_000).map(line).collect();
    let gz = dir.path().join("probes-2021-02-27.csv.gz");
    for wait in [0, 20, 60, 120, 200, 300] {
        if gz.exists() {
            std::fs::remove_file(&gz).unwrap();
        }
        std::fs::write(&old, &text).unwrap();
        let mut command = turnprobe("probe --lab -i 20ms -q --roll day --compress --output");
        let mut run = start(command.arg(dir.path().join("probes.csv")));
        std::thread::sleep(std::time::Duration::from_millis(wait));
        run.kill().unwrap();
        run.wait().unwrap();
        if old.exists() {
            assert_eq!(std::fs::read_to_string(&old).unwrap(), text);
        } else {
            let unpacked = Command::new("gzip").arg("-dc").arg(&gz).output().unwrap();
            assert!(unpacked.status.success() && unpacked.stdout == text.as_bytes());
        }
    }
    // what is left of it is begun anew
    std::fs::write(&old, &text).unwrap();
    let mut command = turnprobe("probe --lab -n 100000 -i 20ms -q --roll day --compress --output");
    let mut run = start(command.arg(dir.path().join("probes.csv")));
    for _ in 0..3000 {
        if !old.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(!old.exists() && gz.exists());
    let part = |name: &String| {
        Path::new(name)
            .extension()
            .is_some_and(|one| one == "turnprobe-part")
    };
    assert!(!names(dir.path()).iter().any(part));
}
