//! Drives the real probe and looks at its rows: each record is written by the CSV sink, read back
//! by the csv crate, and held to what is true of every row.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::RootCertStore;
use turnprobe::clock::Wall;
use turnprobe::measure::probe::COLUMNS;
use turnprobe::measure::probe::Prober;
use turnprobe::net::dns::Resolver;
use turnprobe::net::trust::{OsStore, Roots};
use turnprobe::net::{Limits, Opener, Plan};
use turnprobe::record::{Record, Run, World};
use turnprobe::sink::{Profile, csv_stream};
use turnprobe::target::Target;

/// A row as it stands in the CSV file.
#[derive(Debug, Clone)]
pub struct Row {
    cells: BTreeMap<String, String>,
}

impl Row {
    /// A cell by the name of its column, empty when nothing was measured.
    pub fn cell(&self, column: &str) -> &str {
        &self.cells[column]
    }

    pub fn status(&self) -> &str {
        self.cell("Status")
    }

    pub fn detail(&self) -> &str {
        self.cell("detail")
    }

    /// Several cells at once.
    pub fn cells<const N: usize>(&self, columns: [&str; N]) -> [&str; N] {
        columns.map(|column| self.cell(column))
    }

    fn number(&self, column: &str) -> Option<u64> {
        let cell = self.cell(column);
        (!cell.is_empty()).then(|| cell.parse().unwrap())
    }

    /// Fails unless the row is one of this cause, with all of these in its detail.
    #[track_caller]
    pub fn assert_failed(&self, cause: &str, in_detail: &[&str]) {
        assert_eq!(self.status(), cause, "{}", self.detail());
        for part in in_detail {
            assert!(
                self.detail().contains(part),
                "no `{part}` in `{}`",
                self.detail()
            );
        }
    }

    #[track_caller]
    pub fn assert_ok(&self) {
        assert_eq!(self.status(), "OK", "{}", self.detail());
    }
}

/// A writer that the test can look into.
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

/// The rows of the records, every one held to what is true of all.
pub fn rows(records: &[impl Borrow<Record>]) -> Vec<Row> {
    let columns: Vec<_> = COLUMNS.iter().collect();
    let file = Shared::default();
    let mut sink = csv_stream(Box::new(file.clone()), &columns, Profile::Plain).unwrap();
    for record in records {
        sink.write(record.borrow()).unwrap();
    }
    let bytes = file.0.lock().unwrap().clone();
    let read: Vec<BTreeMap<String, String>> = csv::Reader::from_reader(bytes.as_slice())
        .deserialize()
        .map(Result::unwrap)
        .collect();
    assert_eq!(read.len(), records.len());
    let rows: Vec<_> = read.into_iter().map(|cells| Row { cells }).collect();
    rows.iter().for_each(hold);
    rows
}

/// What is true of every row.
fn hold(row: &Row) {
    phases_add_up(row);
    outcome_agrees(row);
    for (column, cell) in &row.cells {
        let harmless = !cell.chars().any(|c| {
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        });
        assert!(harmless, "{column}: {cell:?}");
        assert!(
            !cell.starts_with(['=', '+', '-', '@']),
            "{column} is a formula: {cell}"
        );
    }
}

const PHASES: [&str; 5] = ["dns", "connect", "proxy", "tls", "turn"];

fn phases_add_up(row: &Row) {
    let times = PHASES.map(|phase| row.number(&format!("{phase}_us")));
    let total = row.number("total_us");
    if times.iter().all(Option::is_none) {
        assert_eq!(total, None);
    } else {
        assert_eq!(total, Some(times.iter().flatten().sum::<u64>()), "{row:?}");
    }
    for (exact, rounded) in [
        ("dns_us", "dnstimems"),
        ("connect_us", "connecttimems"),
        ("tls_us", "tlstimems"),
        ("total_us", "totaltimems"),
    ] {
        let expected = row.number(exact).map(|us| (us + 500) / 1000);
        assert_eq!(row.number(rounded), expected, "{rounded}");
    }
    // which phases must have a time: all of the transport up to the failed one, dns only where
    // there is a name, turn where something was asked and silence is no result
    let named = row.cell("remotehost").parse::<std::net::IpAddr>().is_err();
    let proxied = !row.cell("proxy").is_empty();
    let last = PHASES
        .iter()
        .position(|phase| *phase == row.cell("failed_phase"))
        .unwrap_or(PHASES.len() - 1);
    for (index, (phase, time)) in PHASES.iter().zip(times).enumerate() {
        let has = match *phase {
            // behind a proxy somebody else may resolve the name
            "dns" if proxied => time.is_some(),
            "dns" => named,
            "proxy" => proxied,
            "turn" => {
                let quiet = row.cell("turn_reply") == "silent" && row.status() == "OK";
                !row.cell("turn_ask").is_empty() && !quiet
            }
            "tls" => !["udp", "tcp"].contains(&row.cell("transport")),
            _ => row.cell("transport") != "udp",
        };
        assert_eq!(
            time.is_some(),
            has && index <= last,
            "{phase}_us of {row:?}"
        );
    }
    let asked = row.cell("turn_attempts") == "1";
    assert_eq!(asked, !row.cell("turn_reply").is_empty(), "{row:?}");
}

fn outcome_agrees(row: &Row) {
    let [status, cause, phase, detail] = row.cells(["Status", "cause", "failed_phase", "detail"]);
    if status == "OK" {
        assert_eq!([cause, phase], ["", ""]);
        // of a row that is OK it tells of the certificate, or of an answer that no client would take
        let is_odd = [
            " cannot be read: ",
            " of the chain (",
            " unknown: a client must discard ",
        ];
        let is_odd = is_odd.iter().any(|odd| detail.contains(odd));
        assert!(detail.is_empty() || is_odd, "{detail}");
    } else {
        assert_eq!(status, cause);
        assert!(PHASES.contains(&phase), "{phase}");
        assert!(
            cause.starts_with(&format!("{phase}-")),
            "{cause} in {phase}"
        );
        assert!(!detail.is_empty(), "{cause} without a detail");
    }
}

/// Runs a future to its end.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// A clock that stands in the middle of the test certificates' validity.
pub fn in_2030() -> Wall {
    let begun = turnprobe::clock::now();
    Wall::from_fn(move || {
        let start: chrono::DateTime<chrono::Utc> = "2030-06-01T12:00:00Z".parse().unwrap();
        start + begun.elapsed()
    })
}

pub fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Limits that no test meets unless it wants to.
pub const PATIENT: Limits = Limits {
    dns: Duration::from_secs(30),
    connect: Duration::from_secs(30),
    proxy: Duration::from_secs(30),
    tls: Duration::from_secs(30),
    turn: Duration::from_secs(30),
};

/// A plan without anything of this system: no name servers, no roots.
pub fn plan() -> Plan {
    Plan {
        resolver: Resolver::Servers(Vec::new()),
        limits: PATIENT,
        public_roots: Roots::Given(RootCertStore::empty()),
        os_store: OsStore::Given(RootCertStore::empty()),
        ..Plan::default()
    }
}

pub fn target(host: &str, port: u16) -> Target {
    let mut target: Target = host.parse().unwrap();
    target.port = Some(port);
    target
}

pub fn prober(plan: Plan) -> Prober {
    let run = Run::new("it", String::new(), World::Real);
    Prober::new(Opener::new(plan, in_2030()).unwrap(), Arc::new(run))
}

/// All rows of one probe.
pub fn probe_all(plan: Plan, target: Target) -> Vec<Row> {
    let prober = prober(plan);
    rows(&run(prober.once(target)))
}

/// The one row of a probe.
pub fn probe(plan: Plan, target: Target) -> Row {
    let mut rows = probe_all(plan, target);
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}
