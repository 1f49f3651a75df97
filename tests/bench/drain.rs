//! How fast rows that waited for a PostgreSQL server get into it: `cargo bench --bench drain --features postgres` as root, with Debian's package
//! postgresql, and `-- --smoke` for a short run that only shows that it works.
//!
//! Rows of the lab in segments of 5,000, as the spool has them, into the tables of a server on the same machine that brings nothing to the disk
//! (`fsync=off`): what the program and the server take, and not the disk. Measured: rows a second, over 20,000, the CPU time of the program alone,
//! and how long it takes to find that all of them are there already.
//!
//! Figures go to `tests/bench/runs/DATE-drain.txt`. Linux only: CPU time comes from /proc.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a benchmark stops when it cannot measure

#[path = "figures.rs"]
#[allow(dead_code)] // other benchmarks use more of it
mod figures;
#[path = "../interop/postgres.rs"]
#[allow(dead_code)] // tests use more of it
mod postgres;

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use turnprobe::clock;
use turnprobe::measure::rows::{ROWS, RowFacts};
use turnprobe::postgres::{Address, DestinationTable, Link, Segment, init};
use turnprobe::schema::StoredTable;

const GOAL: f64 = 20_000.0;

/// Rows of a segment.
const EACH: usize = 5_000;

/// What the server of the tests is started with.
mod namespace {
    use std::process::{Command, Output};

    pub fn run(command: &mut Command) -> Output {
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{command:?}: {said}");
        done
    }
}

fn main() {
    let smoke = std::env::args().any(|arg| arg == "--smoke" || arg == "--test");
    let segments = if smoke { 2 } else { 60 };
    let lines = lines();
    let server = postgres::Postgres::start();
    server.fresh("SELECT 1;");
    let address = Address::read(&server.url("nobody"), None).unwrap();
    let mut link = Link::open(&address).unwrap();
    let tables: Vec<StoredTable> = ROWS.iter().filter_map(RowFacts::table).collect();
    init(&link, &tables).unwrap();
    let is_probes = |table: &&StoredTable| table.stored.table == "probes";
    let target = DestinationTable::new(tables.iter().find(is_probes).unwrap());
    let texts: Vec<String> = (0..segments)
        .map(|number| lines.replace("RUN", &format!("20261122T134601Z-{number:08x}")))
        .collect();
    let rows = EACH * segments;
    let mut text = if smoke {
        String::new()
    } else {
        figures::machine()
    };
    for ids in ["probes", "again"] {
        let (begun, before) = (clock::now(), own_cpu());
        for (number, text) in texts.iter().enumerate() {
            let id = format!("{ids}-{number}");
            let segment = Segment {
                id: &id,
                first: 0,
                text,
            };
            assert_eq!(link.send(&target, &segment).unwrap(), EACH as u64);
        }
        let (took, cpu) = (begun.elapsed(), own_cpu().saturating_sub(before));
        let rate = rows as f64 / took.as_secs_f64();
        let _ = match ids {
            "probes" => writeln!(
                text,
                "{rows} rows of {} bytes: {rate:.0} a second (goal over {GOAL:.0}), {:.1} us of CPU of the program each{}",
                texts[0].len() / EACH,
                cpu.as_secs_f64() * 1e6 / rows as f64,
                if rate < GOAL { ": goal missed" } else { "" },
            ),
            _ => writeln!(
                text,
                "the same that are there already, by other segments: {rate:.0} a second"
            ),
        };
        assert_eq!(server.ask("SELECT count(*) FROM probes"), rows.to_string());
    }
    print!("{text}");
    if !smoke {
        figures::keep("drain", &text);
    }
}

/// Lines of a segment, of a run that is called RUN.
fn lines() -> String {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = dir.path().join("rows.jsonl");
    let status = Command::new(env!("CARGO_BIN_EXE_turnprobe"))
        .args(["probe", "--lab", "-q", "-i", "0", "-n", "200", "--output"])
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let text = std::fs::read_to_string(&file).unwrap();
    let begin = text.find("\"run_id\":\"").unwrap() + 10;
    let run = text[begin..].split('"').next().unwrap();
    let lines = text.lines().cycle().take(EACH);
    let lines = lines.map(|line| line.replace(run, "RUN") + "\n");
    lines.collect()
}

/// CPU time of this process (proc(5): fields 14 and 15 of stat, in ticks).
fn own_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit_once(')').unwrap().1;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}
