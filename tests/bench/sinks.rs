//! What the sinks cost beside the probes: `cargo bench --bench sinks`, and `-- --smoke` for a short run that only shows that
//! it works.
//!
//! A series of 100 probes a second with all sinks at once (CSV, a store, roll-ups of both, a page that Prometheus scrapes
//! every five seconds, a file for a node exporter, a collector every ten); the relays are the lab without its delays, in a
//! process of its own, and probes go to one by its address, without DNS. Measured: CPU time of the threads of the sinks, in
//! parts of that of the others, which probe: under 5 %. Beside it the same series without any sink, each first in turn: what
//! handing the rows over adds to the threads that probe, which is less than one run differs from another.
//!
//! Figures go to `tests/bench/runs/DATE-sinks.txt`. Linux only: CPU time comes from /proc.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a benchmark stops when it cannot measure

#[path = "figures.rs"]
mod figures;
#[path = "world.rs"]
#[allow(dead_code)] // other benchmarks use more of it
mod world;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use figures::{cpu_by_thread, spread};
use world::Relays;

const GOAL_PERCENT: f64 = 5.0;

/// Threads that a series has without any sink.
const PROBING: [&str; 4] = ["turnprobe", "connect", "trust-os", "signals"];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.get(1).is_some_and(|arg| arg == "serve") {
        return world::serve(Path::new(&args[2]));
    }
    let smoke = args.iter().any(|arg| arg == "--smoke" || arg == "--test");
    let (pairs, probes) = if smoke { (1, 200) } else { (5, 3_000) };
    let relays = Relays::start();
    let asked = Arc::new(AtomicU64::new(0));
    let collector = collector(&asked);
    let metrics = free_port();
    let (mut added, mut handed, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..pairs {
        let bare = || cpu_ms(&relays, probes, &[])[0];
        let with_sinks = || {
            let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
            let file = |name: &str| dir.path().join(name).display().to_string();
            let sinks = [
                format!("--output={}", file("rows.csv")),
                format!("--store={}", file("rows.db")),
                "--rollup=5s".to_owned(),
                format!("--rollup-output={}", file("rollups.csv")),
                format!("--metrics=127.0.0.1:{metrics}"),
                format!("--metrics-textfile={}", file("probes.prom")),
                format!("--otlp=http://{collector}"),
            ];
            let scraping = scrape(metrics);
            let cpu = cpu_ms(&relays, probes, &sinks);
            drop(scraping);
            let rows = std::fs::read_to_string(file("rows.csv")).unwrap();
            // slots that a busy machine missed have no row, with sinks and without
            assert!(rows.lines().count() as u64 > probes / 2);
            assert!(std::fs::metadata(file("rollups.csv")).unwrap().len() > 0);
            cpu
        };
        let (theirs, [probing, sinking]) = if pair % 2 == 0 {
            let theirs = bare();
            (theirs, with_sinks())
        } else {
            let own = with_sinks();
            (bare(), own)
        };
        alone.push(theirs);
        added.push(sinking / probing * 100.0);
        handed.push((probing - theirs) / theirs * 100.0);
    }
    assert!(asked.load(Ordering::Relaxed) > 0);
    let ([low, percent, high], [less, handed, more]) =
        (spread(&mut added).into(), spread(&mut handed).into());
    let text = format!(
        "a probe without sinks {:.3} ms of CPU, 100 a second; the threads of all sinks together add {percent:.1} % ({low:.1} to \
         {high:.1}) in {pairs} runs of {probes} probes, goal under {GOAL_PERCENT}; the threads that probe took {handed:+.1} % \
         ({less:+.1} to {more:+.1}) of what they take without sinks\n",
        spread(&mut alone).1,
    );
    print!("{text}");
    // it is seen that there are threads of both
    assert!(percent > 0.0);
    if !smoke {
        figures::keep("sinks", &(figures::machine() + &text));
    }
}

/// CPU time of a probe of a series with these sinks, in milliseconds: that of the threads that probe, and of the others.
fn cpu_ms(relays: &Relays, probes: u64, sinks: &[String]) -> [f64; 2] {
    let child = Command::new(env!("CARGO_BIN_EXE_turnprobe"))
        .args(["probe", "-q", "-i", "10ms", "-n", &probes.to_string()])
        .arg("--sni=tr.teams.microsoft.com")
        .args(sinks)
        // by its address: of a name in public an address of this machine is a DNS filter's
        .arg(relays.first().to_string())
        .env("OTEL_METRIC_EXPORT_INTERVAL", "10000")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut took = [Duration::ZERO; 2];
    for (name, cpu) in cpu_by_thread(child) {
        took[usize::from(!PROBING.contains(&name.as_str()))] += cpu;
    }
    took.map(|cpu| cpu.as_secs_f64() * 1e3 / probes as f64)
}

/// A collector that takes whatever comes, and counts it.
fn collector(asked: &Arc<AtomicU64>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::clone(asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let asked = Arc::clone(&asked);
            std::thread::spawn(move || answer(stream, &asked));
        }
    });
    address
}

fn answer(mut stream: TcpStream, asked: &AtomicU64) {
    let mut text = Vec::new();
    let mut room = vec![0; 65_536];
    while let Ok(count @ 1..) = stream.read(&mut room) {
        text.extend_from_slice(&room[..count]);
        let Some(head) = text.windows(4).position(|end| end == b"\r\n\r\n") else {
            continue;
        };
        let said = String::from_utf8_lossy(&text[..head]).to_ascii_lowercase();
        let length = said
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
        if text.len() < head + 4 + length {
            continue;
        }
        text.drain(..head + 4 + length);
        asked.fetch_add(1, Ordering::Relaxed);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Asks for the metrics every five seconds, until what it gives is dropped.
fn scrape(port: u16) -> std::sync::mpsc::Sender<()> {
    let (until, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let pause = Duration::from_secs(5);
        while ended.recv_timeout(pause) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
                let ask = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
                let _ = stream.write_all(ask);
                let _ = stream.read_to_end(&mut Vec::new());
            }
        }
    });
    until
}
