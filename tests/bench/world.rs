//! The relays of the benchmarks in a process of their own, the two clients, and what /proc says.

use std::fmt::Write as _;
use std::io::Read as _;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tokio::sync::{Semaphore, mpsc};
use turnprobe::clock::{self, Wall};
use turnprobe::lab::{Lab, LabOptions};
use turnprobe::measure::probe::Prober;
use turnprobe::measure::{Engine, Stop};
use turnprobe::net::dns::Resolver;
use turnprobe::net::trust::{OsStore, Roots};
use turnprobe::net::{Opener, Plan};
use turnprobe::pace::Pace;
use turnprobe::record::{Phase, Record, Run, World};
use turnprobe::schema::RowKind as _;
use turnprobe::sink::{self, FileSpec, Format, Profile};
use turnprobe::target::Targets;

const NAME: &str = "tr.teams.microsoft.com";

/// The relays as the clients know them.
pub struct Relays {
    resolver: SocketAddr,
    addresses: Vec<SocketAddr>,
    roots: RootCertStore,
    file: PathBuf,
    process: Option<(Child, tempfile::TempDir)>,
}

/// Runs the lab until the standard input ends; where it is stands in the file.
pub fn serve(file: &Path) {
    let options = LabOptions {
        delays: false,
        ..LabOptions::default()
    };
    let lab = Lab::start(options, &Wall::system()).unwrap();
    let mut text = format!("{}\n", lab.resolver());
    for relay in lab.relays() {
        let _ = write!(text, "{relay} ");
    }
    for root in lab.roots() {
        text.push('\n');
        for byte in root.iter() {
            let _ = write!(text, "{byte:02x}");
        }
    }
    let unfinished = file.with_extension("new");
    std::fs::write(&unfinished, text).unwrap();
    std::fs::rename(unfinished, file).unwrap();
    let _ = std::io::stdin().read(&mut [0]);
}

impl Relays {
    /// Starts the process; on the last processor, where the system can do that.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("relays");
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let program = std::env::current_exe().unwrap();
        let mut command = if Command::new("taskset").arg("-V").output().is_ok() {
            let mut command = Command::new("taskset");
            command
                .arg("-c")
                .arg((processors - 1).to_string())
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        let child = command
            .arg("serve")
            .arg(&file)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        while !file.exists() {
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut relays = Self::known(&file);
        relays.process = Some((child, dir));
        relays
    }

    /// Relays that run already.
    pub fn known(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        let mut lines = text.lines();
        let resolver = lines.next().unwrap().parse().unwrap();
        let addresses = lines
            .next()
            .unwrap()
            .split_whitespace()
            .map(|r| r.parse().unwrap())
            .collect();
        let mut roots = RootCertStore::empty();
        for line in lines {
            let bytes: Vec<u8> = (0..line.len() / 2)
                .map(|i| u8::from_str_radix(&line[2 * i..2 * i + 2], 16).unwrap())
                .collect();
            roots.add(CertificateDer::from(bytes)).unwrap();
        }
        Self {
            resolver,
            addresses,
            roots,
            file: file.to_owned(),
            process: None,
        }
    }

    /// The first relay.
    #[allow(dead_code)] // not all benchmarks run the program itself
    pub fn first(&self) -> SocketAddr {
        self.addresses[0]
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    fn prober(&self) -> Prober {
        let plan = Plan {
            resolver: Resolver::Servers(vec![self.resolver]),
            finds_filters: false,
            port: Some(self.addresses[0].port()),
            public_roots: Roots::Given(self.roots.clone()),
            os_store: OsStore::Given(self.roots.clone()),
            ..Plan::default()
        };
        let run = Run::new("benchmark", String::new(), World::Lab);
        Prober::new(Opener::new(plan, Wall::system()).unwrap(), Arc::new(run))
    }
}

impl Drop for Relays {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.process {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// The yardstick: connect, handshake with the chain checked, close; one after the other.
pub fn bare_loop(relays: &Relays, count: u64) {
    let mut config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS12])
            .unwrap()
            .with_root_certificates(relays.roots.clone())
            .with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    let config = Arc::new(config);
    for turn in 0..count {
        let relay = relays.addresses[usize::try_from(turn).unwrap() % relays.addresses.len()];
        let mut stream = TcpStream::connect(relay).unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from(NAME).unwrap();
        let mut connection = ClientConnection::new(config.clone(), name).unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).unwrap();
        }
        connection.send_close_notify();
        connection.write_tls(&mut stream).unwrap();
    }
}

/// The product: a series back to back, 8 in flight, with every row in a CSV file.
pub fn run_series(relays: &Relays, count: u64) {
    let dir = tempfile::tempdir().unwrap();
    let spec = FileSpec {
        path: dir.path().join("probes.csv"),
        format: Format::Csv,
        columns: Record::defaults(),
        profile: Profile::Plain,
        roll: None,
        upkeep: turnprobe::sink::Upkeep::default(),
        world: World::Lab,
    };
    let (mut sink, _) = sink::open(&spec, &Wall::system()).unwrap();
    let series = Engine {
        pace: Pace::new(Duration::ZERO, Some(count), None),
        targets: Targets::new(vec![NAME.parse().unwrap()]).unwrap(),
        concurrency: 8,
    };
    let prober = Arc::new(relays.prober());
    runtime().block_on(async {
        let mut series = series.start(prober, Stop::default());
        let mut ok = 0;
        while let Some(record) = series.row().await {
            assert!(record.outcome.is_ok(), "{:?}", record.outcome);
            sink.write(&record).unwrap();
            ok += 1;
        }
        series.end().await;
        assert_eq!(ok, count);
    });
    sink.finish().unwrap();
}

/// Connect time and the kernel's round trip of probes that arrive at random, 100 a second.
pub fn poisson(relays: &Relays, count: usize) -> Vec<(Duration, Duration)> {
    let prober = Arc::new(relays.prober());
    let places = Arc::new(Semaphore::new(8));
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    runtime().block_on(async {
        let (rows, mut taken) = mpsc::channel(count + 8);
        let mut due = clock::now();
        for _ in 0..count {
            // exponential gaps with a mean of 10 ms, from xorshift64 (Marsaglia 2003)
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let uniform = ((random >> 11) as f64 + 1.0) / (1_u64 << 53) as f64;
            due += Duration::from_secs_f64(-uniform.ln() / 100.0);
            tokio::time::sleep_until(due.into()).await;
            let (prober, rows) = (prober.clone(), rows.clone());
            let place = places.clone().acquire_owned().await.unwrap();
            tokio::spawn(async move {
                for record in prober.once(NAME.parse().unwrap()).await {
                    rows.send(record).await.unwrap();
                }
                drop(place);
            });
        }
        drop(rows);
        let mut times = Vec::new();
        while let Some(record) = taken.recv().await {
            assert!(record.outcome.is_ok(), "{:?}", record.outcome);
            times.push((
                record.times.of(Phase::Connect).unwrap(),
                record.tcp.rtt.unwrap(),
            ));
        }
        times
    })
}

/// CPU time of this process so far, all threads (proc(5): fields 14 and 15 of stat, in ticks).
pub fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

/// The largest resident set so far, in KiB.
pub fn peak_memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
