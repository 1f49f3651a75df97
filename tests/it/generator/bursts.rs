//! Bursts of the hosts of a plan, as a file of this program's: one an interval of each, to the first region.

use std::io::{self, Write};

use super::cells::{self, Probe};
use super::faults::Fault;
use super::{Plan, REGIONS, Series};

const COLUMNS: &[&str] = &[
    "started_utc",
    "run_id",
    "slot",
    "mode",
    "host",
    "label",
    "world",
    "remotehost",
    "remoteip",
    "Port",
    "region",
    "Status",
    "cause",
    "dns_us",
    "seconds",
    "interval_us",
    "sent",
    "received",
    "lost",
    "loss_ppm",
    "worst_15s_lost",
    "worst_15s_sent",
    "rtt_min_us",
    "rtt_p50_us",
    "rtt_p95_us",
    "rtt_p99_us",
    "rtt_max_us",
    "jitter_us",
    "limits",
    "verdict_rtt",
    "verdict_burst_loss",
    "verdict_loss",
    "verdict_jitter",
    "verdict_reordering",
];

/// Packets of a burst.
const SENT: u64 = 750;

impl Plan {
    /// Writes bursts instead of probes.
    pub fn write_bursts(&self, out: &mut impl Write) -> io::Result<()> {
        let mut line = Vec::new();
        cells::push_line(COLUMNS.iter().copied(), &mut line);
        let mut series = Series::new(self);
        for number in 0..self.rows {
            let mut probe = series.probe(number);
            probe.region = 0;
            let hits = self
                .faults
                .iter()
                .filter(|planted| planted.strikes(self, &probe));
            let lost = hits.map(|planted| match planted.what {
                Fault::UdpLoss(lost) => lost,
                _ => 0,
            });
            let lost = lost.sum();
            let cells: Vec<String> = COLUMNS
                .iter()
                .map(|name| cell(&probe, name, lost))
                .collect();
            cells::push_line(cells.iter().map(String::as_str), &mut line);
        }
        out.write_all(&line)
    }
}

fn cell(probe: &Probe, name: &str, lost: u64) -> String {
    let rtt = probe.rtt_us;
    let number = match name {
        "seconds" => 15,
        "interval_us" => 20_000,
        "sent" | "worst_15s_sent" => SENT,
        "received" => SENT - lost,
        "lost" | "worst_15s_lost" => lost,
        "loss_ppm" => lost * 1_000_000 / SENT,
        "rtt_min_us" => rtt,
        "rtt_p50_us" => rtt + 900,
        "rtt_p95_us" => rtt + 3_000,
        "rtt_p99_us" => rtt + 5_000,
        "rtt_max_us" => rtt + 9_000,
        "jitter_us" => 700,
        "Port" => 3478,
        "mode" => return "burst".to_owned(),
        "region" => return REGIONS[probe.region].name.to_owned(),
        "limits" => return "client".to_owned(),
        // Microsoft wants less than one in a hundred in any 15 s
        "verdict_loss" if lost * 100 >= SENT => return "fail".to_owned(),
        "verdict_rtt" | "verdict_burst_loss" | "verdict_loss" | "verdict_jitter"
        | "verdict_reordering" => return "pass".to_owned(),
        _ => return probe.cell(name),
    };
    number.to_string()
}
