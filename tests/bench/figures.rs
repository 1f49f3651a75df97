//! What benchmarks write down: the machine, the spread of a figure, what a process takes, the dated file.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use turnprobe::clock::Wall;

/// Machine and versions.
pub fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let model = read("/proc/cpuinfo");
    let model = model
        .lines()
        .find_map(|line| line.strip_prefix("model name\t: "));
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map_or_else(
        |_| String::new(),
        |o| String::from_utf8_lossy(&o.stdout).into_owned(),
    );
    format!(
        "turnprobe {}, {}, {} processors, {}, Linux {}\n",
        env!("CARGO_PKG_VERSION"),
        model.unwrap_or("unknown processor").trim(),
        std::thread::available_parallelism().map_or(1, usize::from),
        rustc.trim(),
        read("/proc/sys/kernel/osrelease").trim(),
    )
}

/// Keeps the figures beside the benchmark.
pub fn keep(benchmark: &str, report: &str) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/runs");
    std::fs::create_dir_all(&dir).unwrap();
    let day = Wall::system().now().format("%Y-%m-%d");
    std::fs::write(dir.join(format!("{day}-{benchmark}.txt")), report).unwrap();
}

/// Smallest, median and largest.
pub fn spread(values: &mut [f64]) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (
        values[0],
        values[values.len() / 2],
        values[values.len() - 1],
    )
}

/// The largest resident set of a process, asked every millisecond until it ends: the kernel keeps
/// the peak, so that only growth in the last millisecond can be missed.
#[allow(dead_code)] // not all of them run processes
pub fn peak_mib(mut child: Child) -> f64 {
    let status = format!("/proc/{}/status", child.id());
    let mut kib = 0_u64;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kib = kib.max(peak.unwrap_or(0));
        if let Some(code) = child.try_wait().unwrap() {
            assert!(code.success());
            return kib as f64 / 1024.0;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// CPU time of the processes that this one has waited for (proc(5): fields 16 and 17 of stat, in ticks).
#[allow(dead_code)] // not all of them run processes
pub fn cpu_of_children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit_once(')').unwrap().1;
    let ticks = fields.split_whitespace().skip(13).take(2);
    let ticks: u64 = ticks.map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

/// CPU time of each thread of a process until it ends, which has to go well, by the names of the threads; asked every 5 ms, so
/// that what a thread does behind that, or one that lives for less, is missed (proc(5): schedstat, in nanoseconds).
#[allow(dead_code)] // not all of them run processes
pub fn cpu_by_thread(mut child: Child) -> BTreeMap<String, Duration> {
    let tasks = format!("/proc/{}/task", child.id());
    let mut threads = BTreeMap::new();
    loop {
        for task in std::fs::read_dir(&tasks).into_iter().flatten().flatten() {
            let read = |name: &str| std::fs::read_to_string(task.path().join(name)).ok();
            let Some((name, stat)) = read("comm").zip(read("schedstat")) else {
                continue;
            };
            let took = stat
                .split_whitespace()
                .next()
                .and_then(|took| took.parse().ok());
            // one that has ended, as all have at last, says nothing any more
            if let Some(took @ 1_u64..) = took {
                threads.insert(task.file_name(), (name.trim().to_owned(), took));
            }
        }
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut cpu = BTreeMap::new();
    for (name, took) in threads.into_values() {
        *cpu.entry(name).or_default() += Duration::from_nanos(took);
    }
    cpu
}
