//! Files as they come, read through the whole of the module.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

mod broken;
mod dialects;
mod foreign;
mod lengths;
mod lost;
mod names;
#[cfg(unix)]
mod pipe;
mod properties;
mod same;
mod saved;
mod times;
mod units;

use super::{Input, ReadSummary, read};
use crate::schema::Row;

/// Header and a row of End2End-TCP's earlier version.
const EARLY: &str = concat!(
    r#""datetime","Computername","remotename","remoteip","Port","Status","CN","Subject","NotAfter","NotBefore","Issuer","Thumbprint","SerialNumber","SignatureAlgorithmFriendlyName","connecttimems","tlstimems","totaltimems""#,
    "\n",
    r#""2021-02-01 00:22:51Z","tr..","b-tr-teasc-euno-05.northeurope.cloudapp.azure.com","52.114.251.80","443","OK","CN=tr.teams.microsoft.com","CN=tr.teams.microsoft.com","26.11.2021 16:52:50","26.11.2020 16:52:50","CN=Mi..","xx","x","sha256RSA","33","112","126""#,
    "\n",
    r#""2021-02-01 00:22:52Z","tr..","b-tr-teasc-euno-16.northeurope.cloudapp.azure.com","52.114.248.34","443","OK","CN=tr.teams.microsoft.com","CN=tr.teams.microsoft.com","26.11.2021 16:52:50","26.11.2020 16:52:50","CN=Mi..","xx","xx","sha256RSA","30","106","119""#,
    "\n",
);

/// Rows as owned cells, with their times.
struct Taken {
    names: Vec<String>,
    rows: Vec<(Option<String>, Vec<String>)>,
    summary: ReadSummary,
}

impl Taken {
    /// The cells of a column of the last layout.
    fn column(&self, name: &str) -> Vec<&str> {
        let place = self.names.iter().position(|known| known == name).unwrap();
        self.rows.iter().map(|row| row.1[place].as_str()).collect()
    }

    fn times(&self) -> Vec<&str> {
        let times = self.rows.iter().map(|row| row.0.as_deref());
        times.map(|at| at.unwrap_or("-")).collect()
    }

    fn problems(&self) -> Vec<String> {
        let line = |line: Option<u64>| line.map_or_else(String::new, |line| format!("{line}: "));
        let problems = self.summary.problems.iter();
        problems
            .map(|p| format!("{}{}", line(p.line), p.what))
            .collect()
    }
}

fn taken(inputs: Vec<Input>, zone: &str) -> Taken {
    let mut reading = read(
        inputs,
        zone.parse().unwrap(),
        Arc::new(AtomicBool::new(false)),
    );
    let mut rows = Vec::new();
    let mut names = Vec::new();
    while let Some(batch) = reading.next() {
        names = batch.layout.names().to_vec();
        rows.extend(batch.rows().map(|row: Row<'_>| {
            let cells = (0..row.layout.names().len()).map(|place| row.cell(place).to_owned());
            (row.at.map(|at| at.to_rfc3339()), cells.collect())
        }));
        reading.recycle(batch);
    }
    Taken {
        names,
        rows,
        summary: reading.finish(),
    }
}

/// A file of these bytes, with the clocks of Berlin.
fn of(bytes: impl AsRef<[u8]>) -> Taken {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("it.csv");
    std::fs::write(&path, bytes).unwrap();
    taken(vec![Input::File(path)], "Europe/Berlin")
}

#[test]
#[ignore = "a measurement"]
fn speed_against_a_bare_loop_of_the_csv_crate() {
    let paths = std::env::var_os("CSV").unwrap();
    for path in std::env::split_paths(&paths) {
        for _ in 0..4 {
            let start = crate::clock::now();
            let mut builder = csv::ReaderBuilder::new();
            let mut reader = builder.flexible(true).from_path(&path).unwrap();
            let mut record = csv::ByteRecord::new();
            let mut count = 0;
            while reader.read_byte_record(&mut record).unwrap() {
                count += 1;
            }
            let bare = start.elapsed();
            let start = crate::clock::now();
            let stop = Arc::new(AtomicBool::new(false));
            let inputs = vec![Input::File(path.clone())];
            let mut reading = read(inputs, crate::zone::Zone::Utc, stop);
            let mut rows = 0;
            let mut sum = 0;
            while let Some(batch) = reading.next() {
                for row in batch.rows() {
                    rows += 1;
                    sum += row.times()[crate::schema::Metric::Connect as usize].unwrap_or(0);
                }
                reading.recycle(batch);
            }
            let ours = start.elapsed();
            let problems = reading.finish().problems;
            println!(
                "{} csv {count} {bare:?}, ours {rows} {ours:?} {sum} {problems:?}",
                path.display()
            );
        }
    }
}
