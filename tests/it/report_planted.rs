//! Faults that are planted in a calm series, one or two at a time: which findings a report has of them, and that it
//! has no others.

use std::path::Path;

use serde_json::Value;

use crate::command::{finished, start, turnprobe};
use crate::generator::faults::Fault::{ClockSet, Level, Lost, Outage, Shows, SynLost, UdpLoss};
use crate::generator::faults::Whom::{Everybody, Host, Region, Site};
use crate::generator::faults::{Planted, plant};
use crate::generator::{Certificate, Plan};

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

#[test]
fn show() {
    let dir = tempfile::tempdir().unwrap();
    let day = |faults| Plan::calm(1, 60, faults);
    let month = |faults| Plan::calm(28, 600, faults);
    let cases: Vec<(&str, Plan)> = vec![
        ("calm day", day(vec![])),
        ("calm month", month(vec![])),
        (
            "outage host",
            day(vec![plant(
                Outage,
                Host("pc2"),
                10 * HOUR,
                10 * HOUR + 25 * MINUTE,
            )]),
        ),
        (
            "outage everybody",
            day(vec![plant(
                Outage,
                Everybody,
                10 * HOUR,
                10 * HOUR + 25 * MINUTE,
            )]),
        ),
        (
            "outage site",
            day(vec![plant(
                Outage,
                Site("site=Sued"),
                10 * HOUR,
                10 * HOUR + 25 * MINUTE,
            )]),
        ),
        (
            "outage region",
            day(vec![plant(Outage, Region("ukwest"), 10 * HOUR, 12 * HOUR)]),
        ),
        ("lost", day(vec![plant(Lost(300), Everybody, 0, DAY)])),
        (
            "level 120",
            month(vec![plant(Level(120), Host("pc2"), 20 * DAY, 28 * DAY)]),
        ),
        (
            "level 150",
            month(vec![plant(Level(150), Host("pc2"), 20 * DAY, 28 * DAY)]),
        ),
        (
            "rose",
            month(vec![
                plant(Lost(50), Host("pc2"), 0, 23 * DAY),
                plant(Lost(8), Host("pc2"), 23 * DAY, 28 * DAY),
            ]),
        ),
        ("syn", day(vec![plant(SynLost(40), Host("pc3"), 0, DAY)])),
        (
            "expired",
            day(vec![plant(
                Shows(Certificate::Expired),
                Everybody,
                12 * HOUR,
                DAY,
            )]),
        ),
        (
            "renewed",
            day(vec![plant(
                Shows(Certificate::New),
                Everybody,
                12 * HOUR,
                DAY,
            )]),
        ),
        (
            "inspected",
            day(vec![plant(
                Shows(Certificate::Inspected),
                Site("site=Sued"),
                12 * HOUR,
                DAY,
            )]),
        ),
        (
            "clock",
            day(vec![plant(ClockSet(300), Host("pc1"), 12 * HOUR, DAY)]),
        ),
    ];
    for (name, plan) in cases {
        let path = dir.path().join("rows.csv");
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        let columns = "started_utc remotehost remotename remoteip Port Status Subject NotAfter NotBefore Issuer Thumbprint run_id slot host label world transport region failed_phase cause dns_us connect_us tls_us total_us tcp_syn_retransmits tls_path clock_step_us";
        plan.write_columns(&columns.split(' ').collect::<Vec<_>>(), &mut file)
            .unwrap();
        drop(file);
        let said = finished(start(turnprobe("report --format json").arg(&path)));
        let report: Value = serde_json::from_str(&said.stdout).unwrap();
        println!("== {name}: {}", report["verdict"]);
        for f in report["findings"].as_array().unwrap() {
            println!("   {f}");
        }
        println!("   clocks {}", report["clocks"]);
    }
    let plan = Plan::calm(
        1,
        900,
        vec![plant(UdpLoss(12), Host("pc2"), 6 * HOUR, 9 * HOUR)],
    );
    let path = dir.path().join("bursts.csv");
    plan.write_bursts(&mut std::fs::File::create(&path).unwrap())
        .unwrap();
    let said = finished(start(turnprobe("report --format json").arg(&path)));
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    println!("== udp {}", report["verdict"]);
    for f in report["findings"].as_array().unwrap() {
        println!("   {f}");
    }
    let _ = Path::new("");
    let _: Option<Planted> = None;
}
