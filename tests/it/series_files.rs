//! The generated series and the files for users that depend on the columns.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use turnprobe::record::Record;
use turnprobe::schema::{Kind, RowKind as _};

use crate::generator::counts::REFERENCE_COUNTS;
use crate::generator::{Form, Host, NIGHT_ROWS, Plan};

/// Three days of two machines, as `examples/sample-series.csv.gz` has them.
fn sample() -> Vec<u8> {
    let plan = Plan {
        rows: 2 * 3 * 720,
        hosts: vec![
            Host {
                name: "berlin-01",
                label: "access=fibre data=synthetic",
                further_us: 0,
            },
            Host {
                name: "munich-02",
                label: "access=vpn data=synthetic",
                further_us: 7_500,
            },
        ],
        days: 3,
        start_s: 1_613_088_000, // 2021-02-12 00:00:00Z
        interval_us: 118_000_000,
        slow: [2, 5, 1, 1],
        bare: 9,
        nameless: 3,
        outage_s: 1_500,
        gap_s: 1_200,
        ..Plan::night(Form::Turnprobe, 0, 7)
    };
    let columns = "datetime remotehost remotename remoteip Port Status Subject NotAfter NotBefore \
                   Issuer Thumbprint run_id slot host label world tool_version transport region \
                   started_utc failed_phase cause detail dns_us connect_us tls_us total_us \
                   resolver dns_ttls tcp_syn_retransmits in_teams_range";
    let columns: Vec<&str> = columns.split_whitespace().collect();
    let mut text = Vec::new();
    plan.write_columns(&columns, &mut text).unwrap();
    text
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

// After a change of the generator: take the file that the failed test names.
#[test]
fn the_sample_series_is_what_the_generator_makes() {
    let made = sample();
    let mut kept = Vec::new();
    if let Ok(file) = std::fs::File::open(example("sample-series.csv.gz")) {
        flate2::read::GzDecoder::new(file)
            .read_to_end(&mut kept)
            .unwrap();
    }
    if kept != made {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sample-series.csv.gz");
        let file = std::fs::File::create(&path).unwrap();
        let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::best());
        packed.write_all(&made).unwrap();
        packed.finish().unwrap();
        panic!(
            "examples/sample-series.csv.gz differs from {}",
            path.display()
        );
    }
}

// After a change of the columns: take the file that the failed test names.
#[test]
fn the_power_query_types_every_default_column_as_the_table_does() {
    let kept = std::fs::read_to_string(example("power-query.m")).unwrap();
    let (before, rest) = kept.split_once("Wanted = {\n").unwrap();
    let (_, behind) = rest.split_once("\n    },").unwrap();
    let typed: Vec<String> = Record::defaults()
        .iter()
        .map(|column| {
            let kind = match column.kind {
                Kind::Integer | Kind::Signed => "Int64.Type",
                Kind::Text | Kind::List => "type text",
                Kind::Time => "type datetimezone",
                Kind::Flag => "type logical",
            };
            format!("        {{\"{}\", {kind}}}", column.name)
        })
        .collect();
    let made = format!(
        "{before}Wanted = {{\n{}\n    }},{behind}",
        typed.join(",\n")
    );
    if kept != made {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("power-query.m");
        std::fs::write(&path, made).unwrap();
        panic!("examples/power-query.m differs from {}", path.display());
    }
}

fn rows(
    plan: &Plan,
) -> (
    Vec<StringRecord>,
    impl Fn(&StringRecord, &str) -> String + use<>,
) {
    let mut text = Vec::new();
    plan.write(&mut text).unwrap();
    let mut reader = csv::Reader::from_reader(&text[..]);
    let names = reader.headers().unwrap().clone();
    let rows = reader.records().map(Result::unwrap).collect();
    let cell = move |row: &StringRecord, name: &str| {
        let place = names.iter().position(|known| known == name).unwrap();
        row[place].to_owned()
    };
    (rows, cell)
}

// The numbers are those that the reference printed.
#[test]
fn the_reference_night_has_the_counts_that_were_printed() {
    let (rows, cell) = rows(&Plan::reference(Form::EndToEnd));
    assert_eq!(rows.len() as u64, NIGHT_ROWS);
    let mut times: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut addresses = BTreeMap::new();
    let (mut bare, mut bare_and_nameless) = (0, 0);
    for row in &rows {
        let name = cell(row, "remotename");
        let region = name.split('.').nth(1).unwrap_or_default().to_owned();
        let took = cell(row, "connecttimems").parse().unwrap();
        times.entry(region).or_default().push(took);
        *addresses.entry(cell(row, "remoteip")).or_insert(0) += 1;
        if cell(row, "Thumbprint").is_empty() {
            bare += 1;
            bare_and_nameless += i32::from(name.is_empty());
        }
    }
    assert_eq!((bare, bare_and_nameless), (31, 8));
    assert_eq!(addresses.remove(""), Some(8));
    assert_eq!(addresses.len(), 119);
    assert!(
        addresses
            .values()
            .all(|count| (1_700..2_200).contains(count))
    );
    let slow = |region: &str| times[region].iter().filter(|ms| **ms > 1000).count();
    assert_eq!(
        ["francecentral", "northeurope", "ukwest", "westeurope"].map(slow),
        [5, 14, 2, 2]
    );
    for counts in &REFERENCE_COUNTS {
        let times = &times[counts.region];
        assert_eq!(times.len() as u64, counts.n);
        assert_eq!(times.iter().min(), Some(&counts.min_ms));
        assert_eq!(times.iter().max(), Some(&counts.max_ms));
        // in integers up to the last division
        let n = i128::from(counts.n);
        let sum: i128 = times.iter().map(|ms| i128::from(*ms)).sum();
        let squares: i128 = times.iter().map(|ms| i128::from(*ms).pow(2)).sum();
        let (mean, stddev) = (
            sum as f64 / n as f64,
            ((n * squares - sum * sum) as f64 / (n * (n - 1)) as f64).sqrt(),
        );
        assert!(
            (mean - counts.mean_ms.parse::<f64>().unwrap()).abs() < 1e-12,
            "{mean}"
        );
        let printed: f64 = counts.stddev_ms.parse().unwrap();
        assert!((stddev - printed).abs() < 1e-13, "{stddev} {printed}");
    }
}

#[test]
fn a_night_of_ours_has_its_outage_its_gap_and_its_new_certificate() {
    let (rows, cell) = rows(&Plan::night(Form::Turnprobe, NIGHT_ROWS / 10, 1));
    let timeouts = rows
        .iter()
        .filter(|row| cell(row, "cause") == "connect-timeout")
        .count();
    assert!((1_310..=1_315).contains(&timeouts), "{timeouts}"); // 180 s at 7.3 a second
    let thumbprints: BTreeSet<String> = rows.iter().map(|row| cell(row, "Thumbprint")).collect();
    assert_eq!(thumbprints.len(), 3); // two and none
    let slots: Vec<u64> = rows
        .iter()
        .map(|row| cell(row, "slot").parse().unwrap())
        .collect();
    let jumps: Vec<u64> = slots
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .filter(|step| *step != 1)
        .collect();
    assert_eq!(jumps, [4_381]); // 600 s
    for row in &rows {
        let part = |name: &str| cell(row, name).parse().unwrap_or(0);
        assert_eq!(
            part("dns_us") + part("connect_us") + part("tls_us"),
            part("total_us")
        );
        if part("connect_us") > 1_000_000 {
            assert!(part("tcp_syn_retransmits") > 0);
        }
    }
}
