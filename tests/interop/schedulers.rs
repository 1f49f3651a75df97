//! The examples for systemd and for Windows' Task Scheduler: systemd takes the units, the task is one by Microsoft's
//! description of the format, and the program takes what both give it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::namespace::run;

const PROGRAM: &str = env!("CARGO_BIN_EXE_turnprobe");

fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn example(name: &str) -> String {
    std::fs::read_to_string(in_repository("examples").join(name)).unwrap()
}

/// Replaces what must be there.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

const UNITS: [&str; 5] = [
    "turnprobe.service",
    "turnprobe.timer",
    "turnprobe-report.service",
    "turnprobe-report.timer",
    "turnprobe-alarm@.service",
];

/// The services whose failure somebody is told of.
const WATCHED: [&str; 2] = ["turnprobe.service", "turnprobe-report.service"];

const TASKS: [&str; 2] = ["task-scheduler.xml", "task-scheduler-report.xml"];

/// What systemd has to say of a unit; it wants the program to be there, and the others beside it.
fn verified(name: &str, from: &str, to: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    for unit in UNITS {
        let mut text = example(unit);
        if WATCHED.contains(&unit) {
            let start = format!("ExecStart={PROGRAM} ");
            text = replaced(&text, "ExecStart=turnprobe ", &start);
        }
        if unit == name {
            text = replaced(&text, from, to);
        }
        std::fs::write(dir.path().join(unit), text).unwrap();
    }
    let mut command = Command::new("systemd-analyze");
    let command = command.arg("verify").arg(dir.path().join(name));
    let said = command.output().unwrap();
    let text = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.status.success() || !text.is_empty());
    text
}

#[test]
#[ignore = "needs systemd; .ci/run runs it"]
fn systemd_takes_the_units() {
    for name in UNITS {
        assert_eq!(verified(name, "", ""), "", "{name}");
    }
    #[rustfmt::skip]
    let cases = [
        ("turnprobe.service", "ProtectHome", "ProtectHme", "Unknown key"),
        ("turnprobe.service", "Type=exec", "Type=exce", "Failed to parse service type"),
        ("turnprobe.service", PROGRAM, "/nowhere/turnprobe", "is not executable"),
        ("turnprobe.timer", "22:00:00", "25:00:00", "Failed to parse calendar"),
    ];
    for (name, from, to, says) in cases {
        let said = verified(name, from, to);
        assert!(said.contains(says), "{to}: {said}");
    }
}

#[test]
#[ignore = "beside the other ones; .ci/run runs it"]
fn somebody_is_told_of_a_bad_night() {
    for name in WATCHED {
        let lines: Vec<_> = example(name).lines().map(str::to_owned).collect();
        let has = |line: &str| lines.iter().any(|other| other == line);
        assert!(has("OnFailure=turnprobe-alarm@%n.service"), "{name}");
        // 1 is what makes the alarm
        assert!(
            !lines
                .iter()
                .any(|line| line.starts_with("SuccessExitStatus")),
            "{name}"
        );
        // both have the folder of one user
        assert!(
            has("User=turnprobe") && has("StateDirectory=turnprobe"),
            "{name}"
        );
    }
    // a night that is begun in the morning would go on until the next one
    let makes_up = |name| example(name).lines().any(|line| line == "Persistent=true");
    assert!(!makes_up("turnprobe.timer") && makes_up("turnprobe-report.timer"));
}

/// Whether xmllint finds that a text is a task.
fn linted(text: &str) -> Output {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("task.xml");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--relaxng"]);
    command.arg(in_repository("tests/data/task_scheduler/task.rng"));
    command.arg(file).output().unwrap()
}

#[test]
#[ignore = "needs libxml2-utils; .ci/run runs it"]
fn the_task_for_windows_is_one() {
    for name in TASKS {
        let said = linted(&example(name));
        let text = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(
            said.status.success() && text.contains("validates"),
            "{text}"
        );
    }
    let task = example("task-scheduler.xml");
    for (from, to) in [
        ("DaysInterval", "DayInterval"),
        ("PT5M", "5M"),
        ("PT5M", "PT30S"),
        ("PT7H40M", "7h40m"),
        ("T22:00:00", "T25:00:00"),
        ("IgnoreNew", "Ignore"),
        ("LeastPrivilege", "Least"),
        (
            "<StopIfGoingOnBatteries>false",
            "<StopIfGoingOnBatteries>no",
        ),
        ("2004/02/mit/task", "2004/02/task"),
        ("<DaysInterval>1", "<DaysInterval>0"),
        ("<Exec>", "<Exec><Shell/>"),
    ] {
        let said = linted(&replaced(&task, from, to));
        let text = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(text.contains("fails to validate"), "{to}: {text}");
    }
    // the actions are done as the principal that is described
    for task in TASKS {
        let id = |path: &str| {
            let mut command = Command::new("xmllint");
            let command = command.args(["--xpath", path]);
            let said = run(command.arg(in_repository("examples").join(task)));
            String::from_utf8(said.stdout).unwrap()
        };
        let principal = id("string(//*[local-name()='Principal']/@id)");
        assert_eq!(
            id("string(//*[local-name()='Actions']/@Context)"),
            principal
        );
        assert!(!principal.trim().is_empty());
    }
}

/// The text between two marks.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).unwrap();
    rest.split_once(end).unwrap().0
}

#[test]
#[ignore = "beside the other two; .ci/run runs it"]
fn the_program_takes_what_the_schedulers_give_it() {
    let start = |name| {
        let text = example(name);
        between(&text, "ExecStart=turnprobe ", "\n").to_owned()
    };
    let arguments = |name| {
        let text = example(name);
        between(&text, "<Arguments>", "</Arguments>").to_owned()
    };
    let [night, morning] = WATCHED.map(start);
    let [task_night, task_morning] = TASKS.map(arguments);
    for (night, morning, folder) in [
        (night, morning, "/var/lib/turnprobe/"),
        (task_night, task_morning, r"C:\ProgramData\turnprobe\"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let here = format!("{}/", dir.path().display());
        let [night, morning] = [night, morning].map(|given| replaced(&given, folder, &here));
        run(Command::new(PROGRAM)
            .args(night.split(' '))
            .args(["--lab", "-n", "20", "-i", "0"]));
        // `--roll night` puts the day into the name
        let files = std::fs::read_dir(dir.path()).unwrap();
        let rows = files.filter(|file| {
            let name = file.as_ref().unwrap().file_name();
            let name = name.to_string_lossy();
            name.starts_with("probes-") && name.ends_with(".csv")
        });
        assert_eq!(rows.count(), 1, "{night}");
        run(Command::new(PROGRAM).args(morning.split(' ')));
        let page = std::fs::read_to_string(dir.path().join("night.html")).unwrap();
        assert!(page.contains("class=\"verdict "), "{morning}");
    }
}
