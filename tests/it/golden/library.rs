//! Everything that the golden tests use of this crate: the types of rows, the sinks that write them,
//! the names of the lab's faults. A module that moves is mended here.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use turnprobe::clock::Wall;
#[cfg(target_os = "linux")]
use turnprobe::lab::Fault;
use turnprobe::sink::{self, FileSpec, Format, Profile, Sink};

pub use turnprobe::record::{
    Ask, Cause, Certificate, ClockChange, Cname, Distance, Dns, EndedBy, Explanation, Failure,
    FastOpen, Figures, HoldEnd, HoldFigures, Ignored, LimitVerdict, LimitVerdicts, LossWindow,
    Mode, Outcome, Phase, PhaseTimes, Record, Run, ServerFlight, Share, Tcp, TcpNumbers, Tls,
    TlsPath, Transport, Trust, Turn, TurnReply, World,
};
pub use turnprobe::schema::{Column, RowKind};

use super::fixtures::{bursts, failures, holds, packets, probes, samples};

/// Every file of rows, written into the folder; and the same rows as stdout would get them.
pub fn write_all(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    let probes = probes();
    // a row for each cause, where the phases and the columns of an outcome are one profile's matter
    let all = [probes.clone(), failures()].concat();
    out.extend(forms(
        folder,
        "probe",
        &probes,
        &["excel.csv", "excel-de.csv", "jsonl", "list"],
    ));
    out.extend(forms(folder, "probe", &all, &["csv"]));
    let all = ["csv", "excel.csv", "excel-de.csv", "jsonl", "list"];
    out.extend(forms(folder, "burst", &bursts(), &all));
    out.extend(forms(folder, "packet", &packets(), &all));
    out.extend(forms(folder, "hold", &holds(), &all));
    out.extend(forms(folder, "sample", &samples(), &all));
    out
}

/// The names of the lab's faults.
#[cfg(target_os = "linux")]
pub fn lab_faults() -> Vec<&'static str> {
    // those of the proxy need one: `proxy` has them
    let faults = Fault::ALL.iter().filter(|fault| !fault.is_of_proxy());
    faults.map(|fault| fault.as_str()).collect()
}

fn forms<R: RowKind>(
    folder: &Path,
    kind: &str,
    rows: &[R],
    forms: &[&str],
) -> Vec<(String, Vec<u8>)> {
    let columns: Vec<&'static Column<R>> = R::COLUMNS.iter().collect();
    let mut out = Vec::new();
    for form in forms {
        let name = format!("{kind}.{form}");
        let (format, profile) = match *form {
            "csv" => (Some(Format::Csv), Profile::Plain),
            "excel.csv" => (Some(Format::Csv), Profile::Excel),
            "excel-de.csv" => (Some(Format::Csv), Profile::ExcelDe),
            "jsonl" => (Some(Format::Jsonl), Profile::Plain),
            _ => (None, Profile::Plain),
        };
        // the other dialects differ by cell, and a list is long: some rows suffice
        let every = if ["csv", "jsonl"].contains(form) {
            1
        } else {
            3
        };
        let rows: Vec<R> = rows.iter().step_by(every).cloned().collect();
        if let Some(format) = format {
            let spec = FileSpec {
                path: folder.join(&name),
                format,
                columns: columns.clone(),
                profile,
                roll: None,
                upkeep: turnprobe::sink::Upkeep::default(),
                world: World::Lab,
            };
            let (sink, notes) = sink::open(&spec, &Wall::system()).unwrap();
            assert!(notes.is_empty(), "{notes:?}");
            write(sink, &rows);
        }
        let shared = Shared::default();
        let stream = Box::new(shared.clone());
        let sink = match format {
            Some(Format::Csv) => sink::csv_stream(stream, &columns, profile),
            Some(Format::Jsonl) => sink::jsonl_stream(stream, &columns),
            None => sink::list_stream(stream, &columns),
        };
        write(sink.unwrap(), &rows);
        out.push((name, shared.0.lock().unwrap().clone()));
    }
    out
}

fn write<R>(mut sink: Box<dyn Sink<R>>, rows: &[R]) {
    for row in rows {
        sink.write(row).unwrap();
    }
    sink.finish().unwrap();
}

/// What was written, for the sink and for the test.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
