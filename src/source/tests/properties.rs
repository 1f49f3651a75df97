//! What our sinks and the csv crate write comes back, with the csv crate and serde_json as oracles.

use std::io::Write;
use std::sync::{Arc, Mutex};

use chrono::DateTime;
use proptest::prelude::*;

use super::of;
use crate::measure::probe::COLUMNS;
use crate::record::{
    Cause, Certificate, Dns, Failure, Outcome, PhaseTimes, Record, Run, Tcp, Tls, Transport, World,
};
use crate::schema::Column;
use crate::sink::{Profile, Sink, SinkError, csv_stream, jsonl_stream};

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn record(texts: &[String; 4], slot: u64, micros: i64, ok: bool) -> Record {
    let certificate = Certificate {
        subject: texts[0].clone(),
        issuer: texts[1].clone(),
        thumbprint: format!("{micros:X}"),
        sha256: format!("{:X}", slot.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        ..Certificate::default()
    };
    Record {
        run: Arc::new(Run::new(&texts[2], String::new(), World::Real)),
        slot,
        host: "relay".into(),
        port: 443,
        transport: Transport::Tls,
        started: DateTime::from_timestamp_micros(micros).unwrap(),
        lag: None,
        outcome: if ok {
            Outcome::Ok
        } else {
            Failure::new(Cause::ConnectTimeout, texts[3].clone()).into()
        },
        times: PhaseTimes::default(),
        dns: Dns::default(),
        remote: None,
        via: None,
        region: String::new(),
        in_teams_range: Some(ok),
        tcp: Tcp::default(),
        tls: Tls {
            certificate: Some(Arc::new(certificate)),
            ..Tls::default()
        },
        turn: crate::record::Turn::default(),
        explanation: None,
        clock: crate::record::ClockChange::default(),
    }
}

fn written(
    records: &[Record],
    open: impl Fn(Box<dyn Write + Send>, &[&'static Column]) -> Result<Box<dyn Sink>, SinkError>,
) -> Vec<u8> {
    let columns: Vec<&'static Column> = COLUMNS.iter().collect();
    let shared = Shared::default();
    let mut sink = open(Box::new(shared.clone()), &columns).unwrap();
    for record in records {
        sink.write(record).unwrap();
    }
    drop(sink);
    std::mem::take(&mut shared.0.lock().unwrap())
}

/// The rows as the csv crate reads them, hexadecimal without colons, and without blanks around cells.
fn by_csv(bytes: &[u8], separator: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .from_reader(bytes);
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let cells = row.iter().zip(COLUMNS).map(|(cell, column)| {
            let hex = ["Thumbprint", "SerialNumber", "cert_sha256"].contains(&column.name);
            if hex {
                cell.replace(':', "")
            } else {
                cell.trim().to_owned()
            }
        });
        cells.collect()
    });
    rows.collect()
}

fn cells(taken: &super::Taken) -> Vec<Vec<String>> {
    taken.rows.iter().map(|row| row.1.clone()).collect()
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let text = || "[ -~\"\"',;\t\n\\\\ü€=+-]{0,12}";
    let row = (
        [text(), text(), text(), text()],
        any::<u64>(),
        // rows are of the years 2000 to 2100
        946_684_800_000_000..4_000_000_000_000_000_i64,
        any::<bool>(),
    )
        .prop_map(|(texts, slot, micros, ok)| record(&texts, slot, micros, ok));
    prop::collection::vec(row, 1..20)
}

/// Problems, but for those of probes that worked and have no time, which nobody writes.
fn but_for_times(taken: &super::Taken) -> Vec<String> {
    let mut problems = taken.problems();
    problems.retain(|problem| !problem.contains("that worked, without a time"));
    problems
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_cell_of_our_csv_comes_back(records in records()) {
        for profile in [Profile::Plain, Profile::Excel, Profile::ExcelDe] {
            let bytes = written(&records, |out, columns| csv_stream(out, columns, profile));
            let taken = of(&bytes);
            prop_assert_eq!(but_for_times(&taken), [""; 0]);
            let separator = u8::try_from(profile.separator()).unwrap();
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            prop_assert_eq!(cells(&taken), by_csv(bytes, separator));
            let times: Vec<_> = records.iter().map(|r| r.started.to_rfc3339()).collect();
            prop_assert_eq!(taken.times(), times);
        }
    }

    #[test]
    fn every_value_of_our_json_lines_comes_back(records in records()) {
        let bytes = written(&records, jsonl_stream);
        let taken = of(&bytes);
        prop_assert_eq!(but_for_times(&taken), [""; 0]);
        for (line, row) in bytes.split(|byte| *byte == b'\n').zip(&taken.rows) {
            let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(line).unwrap();
            for (name, cell) in taken.names.iter().zip(&row.1) {
                let expected = match &object[name] {
                    serde_json::Value::Null => String::new(),
                    serde_json::Value::String(text) => text.trim().to_owned(),
                    serde_json::Value::Array(items) => items
                        .iter()
                        .map(|item| item.as_str().map_or(item.to_string(), str::to_owned))
                        .collect::<Vec<_>>()
                        .join(" "),
                    other => other.to_string(),
                };
                prop_assert_eq!(cell, &expected, "{}", name);
            }
        }
        let times: Vec<_> = records.iter().map(|r| r.started.to_rfc3339()).collect();
        prop_assert_eq!(taken.times(), times);
    }

    #[test]
    fn what_the_csv_crate_writes_comes_back(
        rows in prop::collection::vec(["[a-z\"',;\tü ]{0,8}", "[a-z\"',;\tü ]{0,8}", "[a-z0-9]{1,8}"], 0..30),
        separator in prop::sample::select(vec![b',', b';', b'\t']),
        always in any::<bool>(),
        crlf in any::<bool>(),
    ) {
        let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let end = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new()
            .delimiter(separator)
            .quote_style(style)
            .terminator(end)
            .from_writer(Vec::new());
        writer.write_record(["minroundtrip", "remoteip", "maxroundtrip"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let taken = of(writer.into_inner().unwrap());
        prop_assert_eq!(taken.problems(), [""; 0]);
        prop_assert_eq!(cells(&taken), rows.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).collect::<Vec<Vec<_>>>());
    }

    #[test]
    fn every_line_is_a_row_or_counted_as_a_problem(
        cuts in prop::collection::vec(prop::option::of(2_usize..40), 1..40)
    ) {
        let whole = "\"2021-02-12 13:46:01Z\",\"52.112.1.1\",\"OK\"";
        let mut text = "\"datetime\",\"remoteip\",\"Status\"\n".to_owned();
        for cut in &cuts {
            text.push_str(&whole[..cut.unwrap_or(whole.len())]);
            text.push('\n');
        }
        let taken = of(text);
        let left_out: u64 = taken.summary.problems.iter().map(|problem| problem.count).sum();
        prop_assert_eq!(taken.rows.len() as u64 + left_out, cuts.len() as u64);
        prop_assert!(taken.rows.len() >= cuts.iter().filter(|cut| cut.is_none()).count());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut with_header = b"datetime,remoteip\n".to_vec();
        with_header.extend_from_slice(&bytes);
        of(&bytes);
        of(&with_header);
    }

    #[test]
    fn no_text_of_the_letters_of_csv_makes_it_panic(
        text in "[\"\n,;{}a\0ü\r]{0,80}"
    ) {
        let taken = of(format!("datetime,remoteip\n{text}"));
        prop_assert_eq!(taken.summary.files[0].rows, taken.rows.len() as u64);
    }
}
