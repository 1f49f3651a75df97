//! Benchmarks of the main job, as ratios in pairs within one run:
//! `cargo bench --bench main_job`, and `-- --smoke` for a short run that only shows that it works.
//!
//! The relays are the lab without its delays, in a process of its own. Measured:
//!
//! 1. client CPU per probe (DNS, connect, TLS, certificate, verdicts, CSV row, 8 in flight) over
//!    that of a bare blocking loop of std and rustls on the same relays: at most 1.3
//! 2. `connect_us` minus the kernel's round trip, Poisson arrivals at 100 a second, at most 8 in
//!    flight (even spacing hides the fault): p50 at most 0.2 ms, p99 at most 0.5 ms
//! 3. resident memory after many probes: under 40 MiB
//! 4. start-up time of `--version`: under 10 ms; size of the program: under 15 MB
//!
//! Figures go to `tests/bench/runs/DATE-main_job.txt`. Linux only: CPU time and memory come from
//! /proc.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a benchmark stops when it cannot measure

#[path = "figures.rs"]
mod figures;
#[path = "world.rs"]
mod world;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use figures::spread;
use turnprobe::clock;
use turnprobe::record::micros;
use world::{Relays, cpu, peak_memory_kib};

struct Sizes {
    pairs: usize,
    probes: u64,
    arrivals: usize,
    many: u64,
    starts: usize,
}

const FULL: Sizes = Sizes {
    pairs: 5,
    probes: 2_000,
    arrivals: 3_000,
    many: 100_000,
    starts: 50,
};
const SMOKE: Sizes = Sizes {
    pairs: 1,
    probes: 100,
    arrivals: 100,
    many: 500,
    starts: 3,
};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.get(1).is_some_and(|arg| arg == "serve") {
        return world::serve(Path::new(&args[2]));
    }
    if args.get(1).is_some_and(|arg| arg == "many") {
        let relays = Relays::known(Path::new(&args[2]));
        world::run_series(&relays, args[3].parse().unwrap());
        println!("{}", peak_memory_kib());
        return;
    }
    let smoke = args.iter().any(|arg| arg == "--smoke" || arg == "--test");
    let sizes = if smoke { SMOKE } else { FULL };
    let relays = Relays::start();
    let mut report = figures::machine();
    cpu_per_probe(&relays, &sizes, &mut report);
    connect_stamp(&relays, &sizes, &mut report);
    memory(&relays, &sizes, &mut report);
    start_up(&sizes, &mut report);
    print!("{report}");
    if !smoke {
        figures::keep("main_job", &report);
    }
}

fn cpu_per_probe(relays: &Relays, sizes: &Sizes, report: &mut String) {
    let mut ratios = Vec::new();
    let mut ours = Vec::new();
    let mut bare = Vec::new();
    world::bare_loop(relays, sizes.probes / 10);
    world::run_series(relays, sizes.probes / 10);
    for _ in 0..sizes.pairs {
        let per_probe = |took: Duration| took.as_secs_f64() * 1e3 / sizes.probes as f64;
        let before = cpu();
        world::bare_loop(relays, sizes.probes);
        let middle = cpu();
        world::run_series(relays, sizes.probes);
        let after = cpu();
        let (theirs, own) = (middle.saturating_sub(before), after.saturating_sub(middle));
        bare.push(per_probe(theirs));
        ours.push(per_probe(own));
        ratios.push(own.as_secs_f64() / theirs.as_secs_f64());
    }
    let (low, ratio, high) = spread(&mut ratios);
    let _ = writeln!(
        report,
        "client CPU per probe: {:.3} ms, bare std + rustls loop {:.3} ms\n\
         ratio in {} pairs of {} probes: median {ratio:.2} ({low:.2} to {high:.2}), goal at most 1.3",
        spread(&mut ours).1,
        spread(&mut bare).1,
        sizes.pairs,
        sizes.probes,
    );
}

fn connect_stamp(relays: &Relays, sizes: &Sizes, report: &mut String) {
    let mut over: Vec<f64> = world::poisson(relays, sizes.arrivals)
        .iter()
        .map(|(connect, rtt)| (micros(*connect) as f64 - micros(*rtt) as f64) / 1e3)
        .collect();
    over.sort_by(f64::total_cmp);
    let at = |q: f64| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a rank
        let rank = (over.len() as f64 * q).ceil() as usize;
        over[rank.max(1) - 1]
    };
    let _ = writeln!(
        report,
        "connect_us minus the kernel's round trip, {} Poisson arrivals at 100/s: p50 {:.3} ms \
         (goal 0.2), p99 {:.3} ms (goal 0.5), max {:.3} ms",
        over.len(),
        at(0.5),
        at(0.99),
        at(1.0),
    );
}

fn memory(relays: &Relays, sizes: &Sizes, report: &mut String) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "many",
            relays.file().to_str().unwrap(),
            &sizes.many.to_string(),
        ])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mib = text.trim().parse::<f64>().unwrap() / 1024.0;
    let _ = writeln!(
        report,
        "peak resident memory after {} probes, 8 in flight: {mib:.1} MiB (goal under 40)",
        sizes.many
    );
}

fn start_up(sizes: &Sizes, report: &mut String) {
    let program = env!("CARGO_BIN_EXE_turnprobe");
    let mut times: Vec<f64> = (0..sizes.starts)
        .map(|_| {
            let start = clock::now();
            assert!(
                Command::new(program)
                    .arg("--version")
                    .output()
                    .unwrap()
                    .status
                    .success()
            );
            clock::now().duration_since(start).as_secs_f64() * 1e3
        })
        .collect();
    let (low, median, high) = spread(&mut times);
    let size = std::fs::metadata(program).unwrap().len() as f64 / 1e6;
    let _ = writeln!(
        report,
        "--version: median {median:.1} ms ({low:.1} to {high:.1}), goal under 10; program {size:.1} \
         MB, goal under 15"
    );
}
