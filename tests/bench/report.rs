//! Benchmarks of `turnprobe report`, as ratios in pairs within one run:
//! `cargo bench --bench report`, and `-- --smoke` for a short run that only shows that it works.
//!
//! A night like the reference's (229,748 rows) and ten times that, generated; measured:
//!
//! 1. wall time of the whole report (`--format json` into a file) over that of a bare loop of the
//!    csv crate in one thread that makes only the table by region and counts addresses and
//!    thumbprints; both as processes, files in the page cache: at most 1.35 on End2End-TCP's 22 columns
//!    at both sizes, at most 1.1 on our own columns. It is a ratio of two threads to one, so it holds
//!    where two processors are free
//! 2. peak resident memory of the report: under 64 MiB at both sizes
//!
//! Figures go to `tests/bench/runs/DATE-report.txt`. Linux only: memory comes from /proc.
//! `-- make end2end|early|turnprobe ROWS FILE` writes a series, `-- bare FILE` runs the loop alone.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a benchmark stops when it cannot measure

#[path = "bare_report.rs"]
mod bare_report;
#[path = "figures.rs"]
mod figures;
#[path = "../it/generator/mod.rs"]
#[allow(dead_code)] // the tests use more of it
mod generator;

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use figures::{peak_mib, spread};
use generator::{Form, NIGHT_ROWS, Plan};
use serde_json::Value;
use turnprobe::clock;

const GOAL_MIB: f64 = 64.0;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    match words[..] {
        ["bare", file, ..] => return print!("{}", bare_report::run(Path::new(file))),
        ["make", form, rows, file, ..] => {
            return make(form_named(form), rows.parse().unwrap(), Path::new(file));
        }
        _ => {}
    }
    let smoke = words.contains(&"--smoke") || words.contains(&"--test");
    let (mut text, sizes) = if smoke {
        (
            String::new(),
            vec![(Form::EndToEnd, 20_000, 1), (Form::Turnprobe, 20_000, 1)],
        )
    } else {
        (
            figures::machine() + &load(),
            vec![
                (Form::EndToEnd, NIGHT_ROWS, 7),
                (Form::Turnprobe, NIGHT_ROWS, 5),
                (Form::EndToEnd, 10 * NIGHT_ROWS, 5),
                (Form::Turnprobe, 10 * NIGHT_ROWS, 3),
            ],
        )
    };
    let mut missed = Vec::new();
    for (form, rows, pairs) in sizes {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let file = dir.path().join("night.csv");
        make(form, rows, &file);
        let output = dir.path().join("report.json");
        let goal = goal_ratio(form);
        let figures = measure(&file, &output, rows, pairs, goal);
        let _ = writeln!(text, "{form:?}, {rows} rows, {}", figures.text);
        if figures.mib >= GOAL_MIB {
            missed.push(format!("{form:?}, {rows} rows: {:.1} MiB", figures.mib));
        }
        if !smoke && figures.ratio > goal {
            missed.push(format!("{form:?}, {rows} rows: ratio {:.2}", figures.ratio));
        }
    }
    for miss in &missed {
        let _ = writeln!(text, "goal missed: {miss}");
    }
    print!("{text}");
    if smoke {
        assert!(missed.is_empty());
    } else {
        figures::keep("report", &text);
    }
}

/// What the report takes at most, in times of the bare loop.
fn goal_ratio(form: Form) -> f64 {
    match form {
        Form::EndToEnd | Form::Early => 1.35,
        Form::Turnprobe => 1.1,
    }
}

/// What else the machine did before: above 0.5 or so the ratios say little.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let minute = text.split_whitespace().next().unwrap_or("unknown");
    format!("load of the last minute at the start: {minute}\n")
}

fn form_named(name: &str) -> Form {
    match name {
        "end2end" => Form::EndToEnd,
        "early" => Form::Early,
        "turnprobe" => Form::Turnprobe,
        other => panic!("no form {other}: end2end, early, turnprobe"),
    }
}

fn make(form: Form, rows: u64, file: &Path) {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file).unwrap());
    Plan::night(form, rows, 2021).write(&mut out).unwrap();
}

struct Figures {
    text: String,
    ratio: f64,
    mib: f64,
}

fn measure(file: &Path, output: &PathBuf, rows: u64, pairs: usize, goal: f64) -> Figures {
    let bare = |output: &PathBuf| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("bare").arg(file);
        start(&mut command, output)
    };
    let report = |output: &PathBuf| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_turnprobe"));
        command.args(["report", "--format", "json"]).arg(file);
        start(&mut command, output)
    };
    // the first of each brings the file into the page cache, and shows that both counted all rows
    ended(bare(output));
    let counted = std::fs::read_to_string(output).unwrap();
    assert!(counted.ends_with(&format!("{rows} rows\n")), "{counted}");
    let mib = peak_mib(report(output));
    let said: Value = serde_json::from_str(&std::fs::read_to_string(output).unwrap()).unwrap();
    assert_eq!(said["overview"]["rows"], rows);

    let time = |run: &dyn Fn(&PathBuf) -> Child| {
        let start = clock::now();
        ended(run(output));
        clock::now().duration_since(start).as_secs_f64()
    };
    let (mut bare_s, mut report_s, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..pairs {
        // each goes first in turn
        let (theirs, own) = if pair % 2 == 0 {
            let theirs = time(&bare);
            (theirs, time(&report))
        } else {
            let own = time(&report);
            (time(&bare), own)
        };
        bare_s.push(theirs);
        report_s.push(own);
        ratios.push(own / theirs);
    }
    let (low, ratio, high) = spread(&mut ratios);
    let (bare_s, report_s) = (spread(&mut bare_s).1, spread(&mut report_s).1);
    let mb = std::fs::metadata(file).unwrap().len() as f64 / 1e6;
    let text = format!(
        "{mb:.0} MB\n\
         \x20 report {report_s:.3} s ({:.0} MB/s), bare csv loop {bare_s:.3} s\n\
         \x20 ratio in {pairs} pairs: median {ratio:.2} ({low:.2} to {high:.2}), goal at most \
         {goal}\n\
         \x20 peak resident memory {mib:.1} MiB (goal under {GOAL_MIB:.0})",
        mb / report_s
    );
    Figures { text, ratio, mib }
}

fn start(command: &mut Command, output: &PathBuf) -> Child {
    command
        .stdin(Stdio::null())
        .stdout(File::create(output).unwrap())
        .spawn()
        .unwrap()
}

fn ended(mut child: Child) {
    assert!(child.wait().unwrap().success());
}
