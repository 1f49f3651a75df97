//! The rules of the sinks, tried with real files. What is expected comes from the reference or is
//! made by hand.

mod content;
mod ends;
mod error;
mod folded;
mod header;
mod jsonl;
mod replaced;
mod rows;
mod store;
mod torn;
mod upkeep;
mod waiting;

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeZone as _, Utc};
use tempfile::TempDir;

use super::csv::NEWLINE;
use super::{FileSpec, Format, Note, Profile, Sink, SinkError, Upkeep, open};
use crate::clock::Wall;
use crate::record::{
    Certificate, Cname, Dns, Outcome, Phase, PhaseTimes, Record, Run, Tcp, Tls, Transport, Trust,
    Turn, World,
};
use crate::schema::{Column, RowKind as _};

/// The probe of the reference's list.
fn sample() -> Record {
    let mut times = PhaseTimes::default();
    times.set(Phase::Dns, Duration::from_millis(28));
    // the reference's phases do not add up to its total of 120; a proxy's time makes ours do so
    times.set(Phase::Proxy, Duration::from_millis(11));
    times.set(Phase::Connect, Duration::from_millis(22));
    times.set(Phase::Tls, Duration::from_millis(59));
    let link = |name: &str, ttl| Cname {
        name: name.to_owned(),
        ttl: Some(ttl),
    };
    let at = |year| Utc.with_ymd_and_hms(year, 11, 26, 16, 52, 50).unwrap();
    let certificate = Certificate {
        common_name: "CN=tr.teams.microsoft.com".to_owned(),
        subject: "CN=tr.teams.microsoft.com".to_owned(),
        issuer: "CN=Microsoft RSA TLS CA 01, O=Microsoft Corporation, C=US".to_owned(),
        not_after: Some(at(2021)),
        not_before: Some(at(2020)),
        thumbprint: "3A6E1AFFB01B4E092E4027DCF2FA874FA4D302A0".to_owned(),
        serial_number: "6B000364481F8F4E4869832568000000036448".to_owned(),
        signature_algorithm: "sha256RSA".to_owned(),
        ..Certificate::default()
    };
    Record {
        run: run(World::Real),
        slot: 0,
        host: "tr.teams.microsoft.com".into(),
        port: 443,
        transport: Transport::Tls,
        started: started(),
        lag: None,
        outcome: Outcome::Ok,
        times,
        dns: Dns {
            chain: vec![
                link("tr.teams.microsoft.com", 0),
                link("a-tr-teams-frcn-08.francecentral.cloudapp.azure.com", 10),
            ],
            ..Dns::default()
        },
        remote: Some(SocketAddr::new(
            IpAddr::V4(Ipv4Addr::new(52, 112, 173, 78)),
            443,
        )),
        via: None,
        region: "francecentral".to_owned(),
        in_teams_range: Some(true),
        tcp: Tcp::default(),
        tls: Tls {
            version: Some(0x0303),
            suite: Some(0xC030),
            certificate: Some(Arc::new(certificate)),
            trust_public: Some(Trust::Trusted),
            ..Tls::default()
        },
        turn: Turn::default(),
        explanation: None,
        clock: crate::record::ClockChange::default(),
    }
}

fn started() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2021, 2, 12, 13, 46, 1).unwrap() + chrono::Duration::microseconds(123_456)
}

fn run(world: World) -> Arc<Run> {
    Arc::new(Run {
        id: "r1".to_owned(),
        host: "desk".to_owned(),
        label: "access=Telekom site=north".to_owned(),
        world,
        tool_version: "0.1.0",
    })
}

/// A record with that slot, for telling rows apart.
fn slot(slot: u64) -> Record {
    Record { slot, ..sample() }
}

fn lab(number: u64) -> Record {
    Record {
        run: run(World::Lab),
        ..slot(number)
    }
}

fn columns(names: &[&str]) -> Vec<&'static Column> {
    names
        .iter()
        .map(|name| Record::column(name).unwrap())
        .collect()
}

/// A directory of a test and a file in it.
struct Place {
    directory: TempDir,
    path: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(name);
        Self { directory, path }
    }

    fn holding(name: &str, content: impl AsRef<[u8]>) -> Self {
        let place = Self::new(name);
        fs::write(&place.path, content).unwrap();
        place
    }

    fn spec(&self, names: &[&str]) -> FileSpec {
        FileSpec {
            path: self.path.clone(),
            format: Format::from_path(&self.path).unwrap(),
            columns: columns(names),
            profile: Profile::Plain,
            roll: None,
            upkeep: Upkeep::default(),
            world: World::Real,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    fn shown(&self) -> String {
        self.path.to_str().unwrap().to_owned()
    }
}

fn start(spec: &FileSpec) -> Result<(Box<dyn Sink>, Vec<Note>), SinkError> {
    open(spec, &Wall::from_fn(started))
}

/// Opens, writes the rows and finishes.
fn append(spec: &FileSpec, records: &[Record]) -> Vec<Note> {
    let (mut sink, notes) = start(spec).unwrap();
    for record in records {
        sink.write(record).unwrap();
    }
    sink.finish().unwrap();
    notes
}

/// Expects a refusal that leaves the file as it was, to its time.
fn refused(place: &Place, spec: &FileSpec) -> SinkError {
    let hour_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    let file = fs::File::options().write(true).open(&place.path).unwrap();
    file.set_modified(hour_ago).unwrap();
    drop(file);
    let before = place.bytes();
    let error = start(spec).err().expect("it was opened");
    assert_eq!(place.bytes(), before);
    assert_eq!(modified(&place.path), hour_ago, "it was written to");
    assert!(
        error.to_string().contains(&place.shown()),
        "{error} does not name the path"
    );
    error
}

fn modified(path: &Path) -> std::time::SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

/// Lines with the system's line ending.
fn lines(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [*line, NEWLINE]).collect()
}
