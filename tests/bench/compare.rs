//! Benchmark of `turnprobe compare`: `cargo bench --bench compare`, and `-- --smoke` for a short run that only
//! shows that it works.
//!
//! Two nights of ten times the reference's rows (2 x 2,297,480), generated; measured: wall time of the comparison
//! over that of the reports of both files, at most those and a second; its peak resident memory, under 64 MiB.
//! Figures go to `tests/bench/runs/DATE-compare.txt`. Linux only: memory comes from /proc.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a benchmark stops when it cannot measure

#[path = "figures.rs"]
mod figures;
#[path = "../it/generator/mod.rs"]
#[allow(dead_code)] // the tests use more of it
mod generator;

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use figures::{peak_mib, spread};
use generator::{Form, NIGHT_ROWS, Plan};
use turnprobe::clock;

const GOAL_MORE_S: f64 = 1.0;
const GOAL_MIB: f64 = 64.0;

fn main() {
    let smoke = std::env::args().any(|word| word == "--smoke" || word == "--test");
    let (rows, times) = if smoke {
        (20_000, 1)
    } else {
        (10 * NIGHT_ROWS, 3)
    };
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let files = [("a.csv", 2021), ("b.csv", 2022)].map(|(name, seed)| {
        let file = dir.path().join(name);
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&file).unwrap());
        let plan = Plan::night(Form::Turnprobe, rows, seed);
        plan.write(&mut out).unwrap();
        file
    });
    let [a, b] = files.each_ref().map(PathBuf::as_path);
    // brings both into the page cache
    let mib = peak_mib(start("compare", &[a, b]));
    let time = |command: &str, files: &[&Path]| {
        let from = clock::now();
        assert!(start(command, files).wait().unwrap().success());
        clock::now().duration_since(from).as_secs_f64()
    };
    let (mut compares, mut reports) = (Vec::new(), Vec::new());
    for _ in 0..times {
        reports.push(time("report", &[a]) + time("report", &[b]));
        compares.push(time("compare", &[a, b]));
    }
    let (compare, report) = (spread(&mut compares).1, spread(&mut reports).1);
    let text = format!(
        "2 x {rows} rows: compare {compare:.2} s, the two reports {report:.2} s (goal: at most these and \
         {GOAL_MORE_S:.0} s), peak resident memory {mib:.1} MiB (goal under {GOAL_MIB:.0})\n"
    );
    print!("{text}");
    if smoke {
        assert!(mib < GOAL_MIB);
    } else {
        figures::keep("compare", &(figures::machine() + &text));
    }
}

fn start(command: &str, files: &[&Path]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_turnprobe"))
        .args([command, "--format", "json"])
        .args(files)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}
