//! The report of a fleet's day of roll-ups, from Parquet: `cargo bench --bench rollups --features parquet`, and
//! `-- --smoke` for a short run that only shows that it works.
//!
//! 10,000 probes, one roll-up each every five minutes: 2.88 million, each of 300 probes with the times of four
//! phases, generated. Measured: CPU time (user and system, both threads) and peak resident memory of the whole report
//! (`--format json` into a file), file in the page cache: under 30 s and 256 MiB, whether roll-ups of a probe follow each other
//! or those of an interval.
//!
//! Figures go to `tests/bench/runs/DATE-rollups.txt`. Linux only: both come from /proc.
//! `-- make PROBES INTERVALS probe|interval FILE` writes roll-ups, as Parquet or CSV by the ending of the name.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a benchmark stops when it cannot measure

#[path = "figures.rs"]
#[allow(dead_code)] // other benchmarks use more of it
mod figures;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use figures::{cpu_of_children, peak_mib};
use serde_json::Value;
use turnprobe::measure::rows::ROWS;
use turnprobe::schema::Kind;
use turnprobe::sink::parquet::ParquetWriter;
use turnprobe::stats::Distribution;

const GOAL_S: f64 = 30.0;
const GOAL_MIB: f64 = 256.0;

/// Probes of a roll-up.
const EACH: u64 = 300;

/// Regions of the relays, and how many roll-ups differ of each.
const REGIONS: usize = 20;
const DIFFERENT: usize = 500;

const PHASES: [&str; 4] = ["dns", "connect", "tls", "total"];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    if let ["make", probes, intervals, order, file, ..] = words[..] {
        let [probes, intervals] = [probes, intervals].map(|n| n.parse().unwrap());
        return make([probes, intervals], order == "probe", Path::new(file));
    }
    let smoke = words.contains(&"--smoke") || words.contains(&"--test");
    let size = if smoke { [200, 12] } else { [10_000, 288] };
    let mut text = if smoke {
        String::new()
    } else {
        figures::machine()
    };
    for (is_by_probe, order) in [(true, "a probe"), (false, "an interval")] {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let file = dir.path().join("rollups.parquet");
        make(size, is_by_probe, &file);
        let output = dir.path().join("report.json");
        let before = cpu_of_children();
        let mut command = Command::new(env!("CARGO_BIN_EXE_turnprobe"));
        command.args(["report", "--format", "json"]).arg(&file);
        let mib = peak_mib(start(&mut command, &output));
        let cpu = cpu_of_children().saturating_sub(before).as_secs_f64();
        let said: Value = serde_json::from_str(&std::fs::read_to_string(&output).unwrap()).unwrap();
        assert_eq!(said["overview"]["rows"], size[0] * size[1] * EACH);
        let mb = std::fs::metadata(&file).unwrap().len() as f64 / 1e6;
        let _ = writeln!(
            text,
            "{} roll-ups, those of {order} together, {mb:.0} MB: {cpu:.1} s of CPU (goal under {GOAL_S:.0}), peak resident \
             memory {mib:.1} MiB (goal under {GOAL_MIB:.0})",
            size[0] * size[1],
        );
        if mib >= GOAL_MIB || cpu >= GOAL_S {
            text += "goal missed\n";
        }
    }
    print!("{text}");
    if smoke {
        assert!(!text.contains("goal missed"));
    } else {
        figures::keep("rollups", &text);
    }
}

/// xorshift64 (Marsaglia 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    /// Between 0 and 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The cells of a roll-up that tell what was measured.
type Cells = HashMap<String, String>;

/// Round trips of a region with a long tail, as the cells of a roll-up.
fn measured(region: usize, random: &mut Random) -> Cells {
    let failed = if random.below(50) == 0 { 3 } else { 0 };
    let mut cells = Cells::new();
    let trip = 5_000.0 + 9_000.0 * region as f64;
    let mut whole = vec![0.0; usize::try_from(EACH - failed).unwrap()];
    for (phase, trips) in PHASES.into_iter().zip([0.4, 1.0, 2.2]) {
        let mut times = Distribution::default();
        for whole in &mut whole {
            let tail = 1.0 / (1.02 - random.share());
            let us = trips * trip * (1.0 + 0.08 * random.share()) + 60.0 * tail * tail;
            *whole += us;
            times.add(Duration::from_secs_f64(us / 1e6));
        }
        put(phase, &times, &mut cells);
    }
    let mut times = Distribution::default();
    for us in whole {
        times.add(Duration::from_secs_f64(us / 1e6));
    }
    put("total", &times, &mut cells);
    let mut cell = |name: &str, text: String| cells.insert(name.to_owned(), text);
    cell("probes", EACH.to_string());
    cell("failed", failed.to_string());
    cell("answered", (EACH - failed).to_string());
    for name in ["failed_here", "undecided", "first_s"] {
        cell(name, "0".to_owned());
    }
    cell("last_s", "299".to_owned());
    if failed > 0 {
        cell("causes", format!("connect-timeout:{failed}"));
        cell("longest_outage_us", "2000000".to_owned());
    }
    cell("lost_in_a_row", failed.to_string());
    cell("syn_retransmits", failed.to_string());
    cell("addresses", "7".to_owned());
    cells
}

fn put(phase: &str, times: &Distribution, cells: &mut Cells) {
    let moments = times.moments();
    let list = |numbers: Vec<String>| format!("[{}]", numbers.join(","));
    let buckets = times.buckets();
    let of = |number: Option<u64>| number.unwrap_or_default().to_string();
    #[rustfmt::skip]
    let cases = [
        ("n", moments.count().to_string()),
        ("sum_us", moments.sum().to_string()),
        ("sum2_us2", moments.squares().to_string()),
        ("min_us", of(moments.min())),
        ("max_us", of(moments.max())),
        ("buckets", list(buckets .iter() .map(|(bucket, _)| bucket.to_string()) .collect())),
        ("counts", list(buckets.iter().map(|(_, n)| n.to_string()).collect())),
    ];
    for (name, cell) in cases {
        cells.insert(format!("{phase}_{name}"), cell);
    }
}

/// Writes so many probes' roll-ups of so many intervals.
fn make([probes, intervals]: [u64; 2], is_by_probe: bool, file: &Path) {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let known: Vec<Vec<Cells>> = (0..REGIONS)
        .map(|region| {
            (0..DIFFERENT)
                .map(|_| measured(region, &mut random))
                .collect()
        })
        .collect();
    let facts = ROWS.iter().find(|facts| facts.what == "roll-up").unwrap();
    let columns: Vec<(String, Option<Kind>)> = (facts.columns)()
        .iter()
        .map(|column| (column.name.to_owned(), Kind::of_word(column.r#type)))
        .collect();
    let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    let out = BufWriter::with_capacity(1 << 20, File::create(file).unwrap());
    let mut out = if file.extension().is_some_and(|ending| ending == "csv") {
        let mut out = out;
        writeln!(out, "\"{}\"", names.join("\",\"")).unwrap();
        Out::Csv(out)
    } else {
        Out::Parquet(Box::new(
            ParquetWriter::new(out, "turnprobe roll-ups", columns).unwrap(),
        ))
    };
    let mut row = |probe: u64, interval: u64| {
        let region = usize::try_from(probe).unwrap() % REGIONS;
        let measured = &known[region][random.below(DIFFERENT)];
        let minute = interval * 5;
        let cells = names.iter().map(|name| -> Cow<'_, str> {
            match name.as_str() {
                "start_utc" => {
                    format!("2026-11-23 {:02}:{:02}:00Z", minute / 60 % 24, minute % 60).into()
                }
                "interval_s" => "300".into(),
                "run_id" => format!("20261123-000000-{probe:05}").into(),
                "host" => format!("probe-{probe:05}").into(),
                "label" => format!("site={}", probe % 100).into(),
                "world" => "real".into(),
                "tool_version" => env!("CARGO_PKG_VERSION").into(),
                "target" => "tr.teams.microsoft.com:443".into(),
                "transport" => "tls".into(),
                "region" => format!("region{region:02}").into(),
                name => measured.get(name).map_or("", String::as_str).into(),
            }
        });
        out.row(cells);
    };
    if is_by_probe {
        (0..probes).for_each(|probe| (0..intervals).for_each(|interval| row(probe, interval)));
    } else {
        (0..intervals).for_each(|interval| (0..probes).for_each(|probe| row(probe, interval)));
    }
    out.finish();
}

enum Out {
    Csv(BufWriter<File>),
    Parquet(Box<ParquetWriter<BufWriter<File>>>),
}

impl Out {
    fn row<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>) {
        match self {
            Self::Csv(out) => {
                let cells: Vec<Cow<'_, str>> = cells.collect();
                writeln!(out, "\"{}\"", cells.join("\",\"")).unwrap();
            }
            Self::Parquet(writer) => writer.row(cells).unwrap(),
        }
    }

    fn finish(self) {
        let mut out = match self {
            Self::Csv(out) => out,
            Self::Parquet(writer) => writer.finish().unwrap(),
        };
        out.flush().unwrap();
    }
}

fn start(command: &mut Command, output: &Path) -> Child {
    command
        .stdin(Stdio::null())
        .stdout(File::create(output).unwrap())
        .spawn()
        .unwrap()
}
