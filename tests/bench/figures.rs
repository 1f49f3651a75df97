//! What all benchmarks write down: the machine, the spread of a figure, the dated file.

use std::path::Path;
use std::process::Command;

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
