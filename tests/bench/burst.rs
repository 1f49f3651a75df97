//! Benchmarks of bursts and watches:
//! `cargo bench --bench burst`, and `-- --smoke` for a short run that only shows that it works.
//!
//! Packets go to a thread of this process that answers at once. Measured:
//!
//! 1. CPU time of the program for a burst of 50 packets a second, start and end included: under
//!    1 % of one processor
//! 2. how late its packets are sent, from its file of packets: p99 within 1 ms of the schedule on
//!    an idle machine
//! 3. the round trips that it measures, of a path that takes none: what the stamps add
//! 4. resident memory after a day of a packet a second in simulated time, with an outage an hour:
//!    under 20 MiB
//!
//! Figures go to `tests/bench/runs/DATE-burst.txt`. Linux only: CPU time and memory come from
//! /proc.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a benchmark stops when it cannot measure

#[allow(dead_code)] // the other benchmark uses more of it
#[path = "figures.rs"]
mod figures;
#[allow(dead_code)] // the other benchmark uses more of it
#[path = "world.rs"]
mod world;

use std::fmt::Write as _;
use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;

use turnprobe::judge::limits::{CLIENT, judge};
use turnprobe::measure::burst::fold::{Ledger, PacketFold, WatchOutages};
use turnprobe::wire::stun::{Builder, Message, kind};

struct Sizes {
    seconds: u64,
    bursts: usize,
    packets: u64,
}

const FULL: Sizes = Sizes {
    seconds: 15,
    bursts: 4,
    packets: 86_400,
};
const SMOKE: Sizes = Sizes {
    seconds: 2,
    bursts: 1,
    packets: 3_600,
};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.get(1).is_some_and(|arg| arg == "day") {
        day(args[2].parse().unwrap());
        println!("{}", world::peak_memory_kib());
        return;
    }
    let smoke = args.iter().any(|arg| arg == "--smoke" || arg == "--test");
    let sizes = if smoke { SMOKE } else { FULL };
    let mut report = figures::machine();
    bursts(&sizes, &mut report);
    memory(&sizes, &mut report);
    print!("{report}");
    if !smoke {
        figures::keep("burst", &report);
    }
}

/// Answers every Binding; the port.
fn serve() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer) {
            let request = Message::decode(&buffer[..length]).unwrap();
            let answer = Builder::new(kind::BINDING_SUCCESS, request.id()).xor_mapped_address(peer);
            let _ = socket.send_to(&answer.finish().unwrap(), peer);
        }
    });
    port
}

fn bursts(sizes: &Sizes, report: &mut String) {
    let port = serve();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("packets.csv");
    let before = children_cpu();
    for _ in 0..sizes.bursts {
        let line = format!(
            "probe 127.0.0.1:{port} --burst 50/s --for {}s -q",
            sizes.seconds
        );
        let status = Command::new(env!("CARGO_BIN_EXE_turnprobe"))
            .args(line.split_whitespace())
            .arg("--packets")
            .arg(&file)
            .status();
        assert!(status.unwrap().success());
    }
    let took = children_cpu().saturating_sub(before).as_secs_f64();
    let whole = (sizes.seconds * sizes.bursts as u64) as f64;
    let mut reader = csv::Reader::from_path(&file).unwrap();
    let columns = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let (mut lags, mut rtts) = (Vec::new(), Vec::new());
    for row in &rows {
        let cell = |name: &str| &row[columns.iter().position(|column| column == name).unwrap()];
        lags.push(cell("lag_us").parse::<u64>().unwrap());
        rtts.extend(cell("rtt_us").parse::<u64>());
    }
    let _ = writeln!(
        report,
        "{} bursts of 50 packets a second for {} s: {:.2} % of one processor (goal under 1)\n\
         late against the schedule, {} packets: {} (goal p99 1.000)\n\
         round trip over loopback: {}",
        sizes.bursts,
        sizes.seconds,
        took / whole * 100.0,
        rows.len(),
        quantiles(&mut lags),
        quantiles(&mut rtts),
    );
}

fn quantiles(us: &mut [u64]) -> String {
    us.sort_unstable();
    let at = |percent: usize| us[(us.len() * percent).div_ceil(100).max(1) - 1] as f64 / 1e3;
    format!(
        "p50 {:.3} ms, p99 {:.3} ms, max {:.3} ms",
        at(50),
        at(99),
        at(100)
    )
}

fn memory(sizes: &Sizes, report: &mut String) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["day", &sizes.packets.to_string()])
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let mib = text.trim().parse::<f64>().unwrap() / 1024.0;
    let _ = writeln!(
        report,
        "peak resident memory of a watch of {} packets in simulated time: {mib:.1} MiB (goal \
         under 20)",
        sizes.packets
    );
    assert!(mib < 20.0, "{mib} MiB");
}

/// What a watch of a packet a second keeps, in simulated time: each packet is sent, answered after
/// 30 to 45 ms, settled, and folded into its minute and into the whole.
fn day(packets: u64) {
    let second = Duration::from_secs(1);
    let start = chrono::DateTime::UNIX_EPOCH;
    let mut ledger = Ledger::new(second);
    let mut outages = WatchOutages::new(second);
    let (mut all, mut minute) = (PacketFold::new(second), PacketFold::new(second));
    let mut lost = 0;
    for sequence in 0..packets {
        let at = Duration::from_secs(sequence);
        ledger.sent(sequence, at, Duration::ZERO, start + at);
        // each hour 20 s without answers
        if sequence % 3_600 < 3_580 {
            let rtt = Duration::from_micros(30_000 + sequence * 7_919 % 15_000);
            let fate = ledger.answered(sequence, at + rtt);
            all.note(fate);
            minute.note(fate);
        }
        while let Some(packet) = ledger.settle(at) {
            all.add(&packet);
            minute.add(&packet);
            outages.add(&packet);
            if packet.sequence % 60 == 59 {
                lost += minute.figures().lost();
                judge(&minute.figures(), &CLIENT);
                minute = PacketFold::new(second);
            }
        }
    }
    let hours = packets / 3_600;
    assert!(
        outages.count() >= hours.saturating_sub(1),
        "{}",
        outages.count()
    );
    assert!(lost + 60 >= all.figures().lost());
}

/// CPU time of the children that have ended (proc(5): fields 16 and 17 of stat, in ticks).
fn children_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, rest) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks: u64 = fields[13].parse::<u64>().unwrap() + fields[14].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}
