//! The summary of a run, the report of the file that it wrote, and the rows of that file counted by hand: they say the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::command::{Rows, has, report_json, run_into};

/// The columns of a file by name, row for row.
type Cells<'a> = HashMap<&'a str, &'a str>;

const METRICS: [&str; 6] = ["dns", "connect", "proxy", "tls", "turn", "total"];

/// Count, smallest, mean, median, 95th percentile and largest in milliseconds.
type Figures = [Option<f64>; 6];

fn by_hand(mut us: Vec<u64>) -> Option<Figures> {
    us.sort_unstable();
    let n = us.len();
    // the nearest rank, where that many values lie beyond it
    let rank =
        |percent: usize| (n * (100 - percent) >= 100).then(|| us[(n * percent).div_ceil(100) - 1]);
    let ms = |us: u64| us as f64 / 1e3;
    let mean = us.iter().sum::<u64>() as f64 / n as f64 / 1e3;
    (n > 0).then(|| {
        [
            Some(n as f64),
            Some(ms(us[0])),
            Some(mean),
            rank(50).map(ms),
            rank(95).map(ms),
            Some(ms(us[n - 1])),
        ]
    })
}

/// What a row took for a metric, where the phase was completed, or answered with an error.
fn took(row: &Cells<'_>, metric: &str) -> Option<u64> {
    let us = row[&*format!("{metric}_us")].parse().ok();
    let is_answered = metric == "turn" && row["turn_reply"].parse::<u16>().is_ok();
    let is_whole = match metric {
        "total" => row["cause"].is_empty(),
        _ => row["failed_phase"] != metric || is_answered,
    };
    us.filter(|_| is_whole)
}

/// Tables of times in a summary by what stands before their heads, line for line.
fn tables(summary: &str) -> BTreeMap<(String, String), Figures> {
    let mut found = BTreeMap::new();
    let mut title = None;
    for line in summary.lines() {
        let name: String = line.chars().take(10).collect();
        let cells: String = line.chars().skip(10).collect();
        let cells: Vec<&str> = cells.split_whitespace().collect();
        if cells.starts_with(&["n", "min", "avg"]) {
            title = Some(name.trim().to_owned());
        } else if line.is_empty() || cells.len() != 7 {
            title = None;
        } else if let Some(title) = &title {
            let [n, min, avg, p50, p95, _, max] = cells[..] else {
                continue;
            };
            let cell = |text: &str| text.parse().ok();
            found.insert(
                (title.clone(), name.trim().to_owned()),
                [n, min, avg, p50, p95, max].map(cell),
            );
        }
    }
    found
}

/// Whether a figure of a summary is this one to the digits that are shown: three at least.
fn is_shown(shown: Option<f64>, exact: Option<f64>) -> bool {
    match (shown, exact) {
        (Some(shown), Some(exact)) => (shown - exact).abs() <= (exact * 0.005).max(0.000_6),
        (shown, exact) => shown.is_none() && exact.is_none(),
    }
}

fn counted<'a>(words: impl Iterator<Item = &'a str>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for word in words.filter(|word| !word.is_empty()) {
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn the_summary_of_a_run_and_the_report_of_its_file_are_what_the_rows_are_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("rows.csv");
    let said = run_into(
        &file,
        "probe --lab -n 60 -i 0 --transport tls,udp --turn-timeout 200ms --lab-fault-share 40 --lab-fault reset \
         --lab-fault tls-alert --lab-fault udp-loss --lab-fault turn-500",
    );
    let summary = said.stdout.split_once("\n---").unwrap().1;
    let rows = Rows::in_file(&file);
    let names: Vec<&str> = rows.header.iter().collect();
    let rows: Vec<Cells<'_>> = rows
        .rows
        .iter()
        .map(|row| names.iter().copied().zip(row).collect())
        .collect();
    let report = report_json("", &[&file]);

    // counts
    let failed = rows.iter().filter(|row| !row["cause"].is_empty()).count();
    let (all, ok) = (rows.len(), rows.len() - failed);
    assert_eq!(all, 120);
    let counts = format!("{all} sent, {ok} ok, {failed} failed (");
    assert!(summary.contains(&counts), "{counts}: {summary}");
    let overview = &report["overview"];
    assert_eq!(
        [&overview["rows"], &overview["ok"], &overview["failed"]],
        [all, ok, failed]
    );
    let causes = counted(rows.iter().map(|row| row["cause"]));
    assert!(causes.len() >= 4, "{causes:?}");
    for (cause, n) in &causes {
        has(summary, &format!("\n{n:>9}  {cause} "));
    }
    let listed = overview["failed_by_cause"].as_array().unwrap().iter();
    let listed = listed.map(|one| {
        (
            one["name"].as_str().unwrap().to_owned(),
            one["count"].as_u64().unwrap(),
        )
    });
    assert_eq!(listed.collect::<BTreeMap<_, _>>(), causes);
    // an error of the server's own is an answer, an alert is no loss
    let silent = rows
        .iter()
        .filter(|row| row["cause"] == "turn-silent")
        .count();
    let without = format!("udp without an answer: {silent} of 60");
    assert!(summary.replace('\n', " ").contains(&without), "{summary}");
    for series in report["series"].as_array().unwrap() {
        let own = || {
            rows.iter()
                .filter(|row| series["transport"] == row["transport"])
        };
        let of = |causes: &[&str]| own().filter(|row| causes.contains(&row["cause"])).count();
        assert_eq!(series["answered"], of(&["", "turn-server-error"]));
        assert_eq!(series["undecided"], of(&["tls-alert"]));
        assert_eq!(series["rows"], own().count());
    }

    // times, transport for transport
    let tables = tables(summary);
    let groups = report["tables"].as_array().unwrap().iter();
    let groups = groups.filter(|table| table["by"][0] == "transport");
    let groups: Vec<_> = groups
        .flat_map(|table| table["groups"].as_array().unwrap())
        .collect();
    assert_eq!(groups.len(), 2);
    for group in groups {
        let transport = group["key"][0].as_str().unwrap();
        let own = || rows.iter().filter(|row| row["transport"] == transport);
        assert_eq!(group["n"], own().count());
        assert_eq!(
            group["failed"],
            own().filter(|row| !row["cause"].is_empty()).count()
        );
        for metric in METRICS {
            let exact = by_hand(own().filter_map(|row| took(row, metric)).collect());
            let told = &group[metric];
            let reported = told["n"].as_f64().map(|n| {
                let names = ["min_ms", "mean_ms", "p50_ms", "p95_ms", "max_ms"];
                let [min, mean, p50, p95, max] = names.map(|name| told[name].as_f64());
                [Some(n), min, mean, p50, p95, max]
            });
            let is_same = |(one, other): (&Option<f64>, &Option<f64>)| match (one, other) {
                (Some(one), Some(other)) => (one - other).abs() < 1e-9,
                (one, other) => one == other,
            };
            let both = reported.iter().flatten().zip(exact.iter().flatten());
            assert!(
                reported.is_some() == exact.is_some() && both.clone().all(is_same),
                "{transport} {metric}: {reported:?} in the report, {exact:?} by hand"
            );
            let shown = tables.get(&(transport.to_owned(), metric.to_owned()));
            let mut both = shown.into_iter().flatten().zip(exact.iter().flatten());
            assert!(
                shown.is_some() == exact.is_some()
                    && both.all(|(shown, exact)| is_shown(*shown, *exact)),
                "{transport} {metric}: {shown:?} in the summary, {exact:?} by hand"
            );
        }
    }

    // pairs: slots in which both ways had a round trip to the same address
    let trips = |transport, column: &str| {
        let own = rows.iter().filter(move |row| row["transport"] == transport);
        let trips = own.filter_map(|row| {
            Some((
                (row["slot"], row["remoteip"]),
                row[column].parse::<u64>().ok()?,
            ))
        });
        trips.collect::<BTreeMap<_, _>>()
    };
    let mut tcp = trips("tls", "connect_us");
    // the kernel's own where it tells
    tcp.extend(trips("tls", "tcp_rtt_us"));
    let silent: BTreeSet<_> = rows
        .iter()
        .filter(|row| row["cause"] == "turn-silent")
        .map(|row| row["slot"])
        .collect();
    let mut udp = trips("udp", "turn_us");
    udp.retain(|(slot, _), _| !silent.contains(slot));
    let (tcp, udp): (Vec<u64>, Vec<u64>) = tcp
        .iter()
        .filter_map(|(place, us)| Some((*us, *udp.get(place)?)))
        .unzip();
    assert!(tcp.len() >= 30, "{tcp:?}");
    for (name, us) in [("tcp rtt", tcp), ("turn", udp)] {
        let shown = tables[&("TCP, UDP".to_owned(), name.to_owned())];
        let exact = by_hand(us).unwrap();
        assert!(
            shown
                .into_iter()
                .zip(exact)
                .all(|(shown, exact)| is_shown(shown, exact)),
            "{name}: {shown:?} {exact:?}"
        );
    }

    if crate::command::on_wine() {
        // its relays of the lab share an address
        return;
    }
    // relays, and by region
    let relays: BTreeSet<_> = rows
        .iter()
        .map(|row| (row["remoteip"], row["region"]))
        .collect();
    assert_eq!(report["addresses"]["distinct"], relays.len());
    has(summary, &format!("\n{} distinct address", relays.len()));
    for (region, n) in counted(relays.iter().map(|(_, region)| *region)) {
        assert!(
            summary.contains(&format!("\n{n:>9}  {region}\n")),
            "{region}: {summary}"
        );
    }
}

/// A file as its rows say it by hand, and as its report says it: one group of the kind that `part` names.
fn told(file: &std::path::Path, part: &str) -> (Rows, Value) {
    let report = report_json("", &[file]);
    let groups = report[part].as_array().unwrap();
    assert_eq!(groups.len(), 1, "{report}");
    (Rows::in_file(file), groups[0].clone())
}

fn sum(rows: &Rows, column: &str) -> u64 {
    let cells = rows.column(column).into_iter();
    cells.filter_map(|cell| cell.parse::<u64>().ok()).sum()
}

#[test]
fn the_bursts_of_a_run_come_to_the_same_in_its_summary_and_in_the_report_of_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bursts.csv");
    let said = run_into(
        &file,
        "probe --lab --burst 50/s --for 1s -n 2 -i 3s --answer-timeout 300ms --lab-fault udp-loss --lab-fault-share 20",
    );
    let (rows, group) = told(&file, "bursts");
    let answered = rows
        .column("Status")
        .iter()
        .filter(|it| **it == "OK")
        .count();
    let [sent, lost, reordered, duplicates] =
        ["sent", "lost", "reordered", "duplicates"].map(|column| sum(&rows, column));
    assert!(sent > lost && lost > 0, "{sent} {lost}");
    assert_eq!([&group["bursts"], &group["answered"]], [2, answered]);
    assert_eq!(
        [
            &group["sent"],
            &group["lost"],
            &group["reordered"],
            &group["duplicates"]
        ],
        [sent, lost, reordered, duplicates]
    );
    let summary = said.stdout.rsplit_once("\n---").unwrap().1;
    for said in [
        format!("2 bursts, {answered} answered, 0 missed slots, {sent} packets\n"),
        format!("lost      {lost} of {sent}, "),
        format!("answers   {reordered} reordered, {duplicates} duplicates, "),
    ] {
        assert!(summary.contains(&said), "{said}: {summary}");
    }
}

#[test]
fn the_held_connections_of_a_run_come_to_the_same_in_its_summary_and_in_the_report_of_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("held.csv");
    let said = run_into(&file, "probe --lab --hold 1s -n 2 -i 4s");
    let (rows, group) = told(&file, "held");
    let [sent, answered, missed, us] =
        ["sent", "answered", "missed", "held_us"].map(|column| sum(&rows, column));
    assert!(sent > 0 && answered > 0, "{sent} {answered}");
    assert_eq!([&group["connections"], &group["held"]], [2, 2]);
    assert_eq!([&group["sent"], &group["answered"]], [sent, answered]);
    let held = us as f64 / 1e6;
    assert!((group["held_s"].as_f64().unwrap() - held).abs() < 1e-9);
    let ended = counted(rows.column("ended_by").into_iter());
    let listed = group["ended"].as_array().unwrap().iter();
    let listed = listed.map(|one| {
        let name = one["name"].as_str().unwrap();
        (name.to_owned(), one["count"].as_u64().unwrap())
    });
    assert_eq!(listed.collect::<BTreeMap<_, _>>(), ended);
    let ended: Vec<_> = ended.iter().map(|(by, n)| format!("{n} {by}")).collect();
    let summary = said.stdout.rsplit_once("\n---").unwrap().1;
    for said in [
        "2 connections, 2 held for ".to_owned(),
        format!("ended: {}\n", ended.join(", ")),
        format!("requests   {sent} sent; {answered} answered, {missed} missed\n"),
    ] {
        assert!(summary.contains(&said), "{said}: {summary}");
    }
}
