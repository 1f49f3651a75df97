//! `turnprobe probe`: settings to a running series, rows to their places, the summary, the exit
//! code.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rustls::RootCertStore;
use tokio::sync::{mpsc, watch};

use super::args::{Color, ProbeArgs};
use super::config::{Settings, Stdout, StdoutFormat};
use super::exit::{Exit, Failure};
use super::lines::{Layout, Lines};
use super::live::Live;
use super::outlet::{Delivery, Ending, Orphans, Outlet};
use super::signals::Interrupted;
use super::summary::print_summary;
use super::{message, outlet, signals, terminal};
use crate::clock::Wall;
use crate::endpoints::{DEFAULT_RELAY, LAB_RANGES};
use crate::lab::Lab;
use crate::probe::dns::Resolver;
use crate::probe::trust::{OsStore, Roots};
use crate::probe::{Plan, Prober};
use crate::record::{Cause, Phase, Record, Run, Transport, World};
use crate::report::summary::Summary;
use crate::schema::{Column, RowKind};
use crate::series::{End, Series, Why};
use crate::sink::{self, FileSpec, Prepared, Sink, SinkError};
use crate::stats::Tally;
use crate::target::Target;

/// Runs the command.
pub fn run(args: ProbeArgs, color: Color) -> Result<Exit, Failure> {
    let settings = Settings::try_from(args).map_err(Failure::usage)?;
    settings.plan.local_end.check().map_err(Failure::usage)?;
    let wall = Wall::system();
    // before any event queue, as those panic for want of descriptors
    let (stop, stopped) = watch::channel(false);
    let interrupted = signals::listen(stop.clone());
    let interrupted = interrupted
        .context("signals cannot be heard, perhaps for want of file descriptors (ulimit -n)")
        .map_err(Failure::io)?;
    // files before anything else: what cannot be kept must not be measured
    let files = begin(prepare(&settings.files, &wall)?)?;
    let lab = settings
        .lab
        .clone()
        .map(|options| Lab::start(options, &wall))
        .transpose();
    let lab = lab
        .context("the lab could not be started")
        .map_err(Failure::io)?;
    let world = if lab.is_some() {
        World::Lab
    } else {
        World::Real
    };
    let window_chosen = settings.plan.local_end.receive_buffer.is_some();
    let targets = headline(&settings.plan, &settings.series, world);
    let to_stdout = match stdout_sink(&settings, color) {
        Err(SinkError::Closed { .. }) if files.is_empty() => return Ok(Exit::Done),
        Err(SinkError::Closed { .. }) => None,
        other => other.map_err(Failure::io)?,
    };
    let prober = prober(settings.plan, &settings.label, lab.as_ref(), wall)?;
    let only_stdout = files.is_empty();
    let rows_on_stdout = matches!(settings.stdout, Stdout::Rows(..));
    let outlets = outlets(files, to_stdout, &stop, &stopped).map_err(Failure::io)?;
    let wanted = matches!(settings.stdout, Stdout::Nothing) && !settings.quiet;
    let live = (wanted && std::io::stderr().is_terminal()).then(|| {
        Live::start(
            settings.series.pace.slots(),
            settings.interval,
            settings.duration,
        )
    });
    let live = live.transpose().context("no thread for the status line");
    let live = live.map_err(Failure::io)?;
    let mut desk = Desk {
        interrupted: interrupted.clone(),
        tally: Tally::default(),
        outlets,
        live,
        hints: world == World::Real && !settings.quiet,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.context("no event queue").map_err(Failure::io)?;
    let (end, ending) = runtime.block_on(async {
        let (series, stopped) = (settings.series, stopped.clone());
        let end = measure(series, Arc::new(prober), &mut desk, stopped).await;
        if let Some(live) = desk.live.take() {
            live.finish();
        }
        let mut ending = Ending::default();
        for outlet in desk.outlets.drain(..) {
            ending = ending.and(outlet.finish().await);
        }
        (end, ending)
    });
    drop(lab);
    if let Why::TooFast(address) = end.why {
        return Err(too_fast(address, settings.polite));
    }
    ending.tell();
    let interrupted = interrupted.yes();
    let unheard = ending.closed && only_stdout;
    if !settings.quiet && !unheard {
        let summary = Summary {
            tally: &desk.tally,
            missed: end.missed,
            cut_off: end.cut_off,
            targets: &targets,
            stopped: interrupted,
            window_chosen,
        };
        let to_stderr = rows_on_stdout || ending.stuck;
        print_summary(&summary.render(), to_stderr, &stopped);
    }
    let counts = Counts {
        rows: desk.tally.rows(),
        ok: desk.tally.ok(),
        heard: desk.tally.heard(),
    };
    Ok(verdict(
        counts,
        ending,
        interrupted,
        only_stdout,
        settings.max_failed,
    ))
}

/// What makes the probes: the user's plan, in the lab with the lab's world in place of the real.
fn prober(plan: Plan, label: &str, lab: Option<&Lab>, wall: Wall) -> Result<Prober, Failure> {
    let (plan, world) = match lab {
        Some(lab) => (in_the_lab(plan, lab), World::Lab),
        None => (plan, World::Real),
    };
    let run = this_run(label, world, &wall);
    Prober::new(plan, Arc::new(run), wall).map_err(Failure::io)
}

/// What all rows of this run share.
pub(super) fn this_run(label: &str, world: World, wall: &Wall) -> Run {
    Run {
        host: gethostname::gethostname().to_string_lossy().into_owned(),
        ..Run::new(&run_id(wall), label.to_owned(), world)
    }
}

/// The threads that write: one for all files, one for stdout.
fn outlets(
    files: Vec<Box<dyn Sink>>,
    to_stdout: Option<Box<dyn Sink>>,
    stop: &watch::Sender<bool>,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<Vec<Outlet>> {
    let only_stdout = files.is_empty();
    let mut outlets = Vec::new();
    if !only_stdout {
        outlets.push(file_outlet(files, stop, stopped)?);
    }
    if let Some(sink) = to_stdout {
        outlets.push(stdout_outlet(sink, only_stdout, stop, stopped)?);
    }
    Ok(outlets)
}

/// The thread that writes to files.
pub(super) fn file_outlet<R: RowKind>(
    files: Vec<Box<dyn Sink<R>>>,
    stop: &watch::Sender<bool>,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<Outlet<R>> {
    let orphans = Orphans::ToStderr(outlet::as_csv);
    let (gone, stopped) = (stop.clone(), stopped.clone());
    Outlet::start(files, Delivery::Sure, orphans, gone, stopped).context("no thread for the files")
}

/// The thread that writes to stdout; with a file the series goes on without it.
pub(super) fn stdout_outlet<R: Send + Sync + 'static>(
    sink: Box<dyn Sink<R>>,
    only_stdout: bool,
    stop: &watch::Sender<bool>,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<Outlet<R>> {
    // a terminal is for eyes only
    let delivery = if std::io::stdout().is_terminal() {
        Delivery::Lossy
    } else {
        Delivery::Patient
    };
    let gone = if only_stdout {
        stop.clone()
    } else {
        watch::channel(false).0
    };
    let (sinks, stopped) = (vec![sink], stopped.clone());
    Outlet::start(sinks, delivery, Orphans::Dropped, gone, stopped).context("no thread for stdout")
}

/// Where rows are taken in on the main thread. Nothing here ever waits for a terminal.
struct Desk {
    interrupted: Interrupted,
    tally: Tally,
    outlets: Vec<Outlet>,
    live: Option<Live>,
    /// Whether a hint may still be given.
    hints: bool,
}

impl Desk {
    async fn take(&mut self, record: Record) {
        self.tally.add(&record);
        self.interrupted.measured();
        self.hint(&record);
        if let Some(live) = &mut self.live {
            live.update(&self.tally, &record);
        }
        let record = Arc::new(record);
        for outlet in &mut self.outlets {
            outlet.send(&record).await;
        }
    }

    /// When the very first probe finds no name service: the lab needs none. For the relay that
    /// everybody can resolve, any failure of the name service counts.
    fn hint(&mut self, record: &Record) {
        if !std::mem::take(&mut self.hints) {
            return;
        }
        let Some(cause) = record.outcome.cause() else {
            return;
        };
        let no_service = matches!(cause, Cause::DnsNoResolver | Cause::DnsTimeout);
        let default = cause.phase() == Phase::Dns && &*record.host == DEFAULT_RELAY;
        if no_service || default {
            message::hint(
                "no name service here? `turnprobe probe --lab` tries everything without a network",
            );
        }
    }
}

/// Runs the series and takes its rows in.
async fn measure(
    series: Series,
    prober: Arc<Prober>,
    desk: &mut Desk,
    stopped: watch::Receiver<bool>,
) -> End {
    let (rows, mut taken) = mpsc::channel(64);
    let series = tokio::spawn(series.run(prober, rows, stopped));
    while let Some(record) = taken.recv().await {
        desk.take(record).await;
    }
    series.await.unwrap_or(End {
        started: 0,
        missed: 0,
        cut_off: 0,
        why: Why::Stopped,
    })
}

/// Opens files for rows; one that is refused leaves all as they were.
pub(super) fn prepare<R: RowKind>(
    specs: &[FileSpec<R>],
    wall: &Wall,
) -> Result<Vec<Prepared<R>>, Failure> {
    let files = specs.iter().map(|spec| sink::prepare(spec, wall));
    files.collect::<Result<_, _>>().map_err(Failure::io)
}

/// Begins files and tells what is to be known of them.
pub(super) fn begin<R: RowKind>(files: Vec<Prepared<R>>) -> Result<Vec<Box<dyn Sink<R>>>, Failure> {
    let mut sinks = Vec::new();
    for file in files {
        let (sink, notes) = file.begin().map_err(Failure::io)?;
        for note in notes {
            message::note(&note.to_string());
        }
        sinks.push(sink);
    }
    Ok(sinks)
}

/// The plan with everything swapped that makes a healthy lab read as healthy.
pub(super) fn in_the_lab(plan: Plan, lab: &Lab) -> Plan {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(lab.roots());
    Plan {
        resolver: match plan.resolver {
            Resolver::System(_) => Resolver::Servers(vec![lab.resolver()]),
            // the command line takes no resolver beside --lab
            chosen => chosen,
        },
        port: Some(lab.port()),
        os_store: OsStore::Given(roots.clone()),
        public_roots: Roots::Given(roots),
        ranges: LAB_RANGES,
        ..plan
    }
}

/// A name for the run that sorts by time and that no two runs share.
fn run_id(wall: &Wall) -> String {
    use ring::rand::SecureRandom as _;
    let mut bytes = [0; 4];
    // without random numbers the time and the process must do
    if ring::rand::SystemRandom::new().fill(&mut bytes).is_err() {
        bytes = std::process::id().to_be_bytes();
    }
    format!(
        "{}-{:08x}",
        wall.now().format("%Y%m%dT%H%M%SZ"),
        u32::from_be_bytes(bytes)
    )
}

/// What is probed, in a few words.
fn headline(plan: &Plan, series: &Series, world: World) -> String {
    let mut transports = BTreeSet::new();
    let mut names = Vec::new();
    for target in &series.targets {
        let ways = plan.ways(target);
        let ports: BTreeSet<_> = ways.iter().map(|way| way.port).collect();
        transports.extend(ways.iter().map(|way| way.transport));
        // several ports, as of TLS and UDP: the name alone
        names.push(match (world, ports.iter().next()) {
            (World::Real, Some(port)) if ports.len() == 1 => Target {
                port: Some(*port),
                ..target.clone()
            }
            .to_string(),
            _ => target.host.to_string(),
        });
    }
    let mut text = few(names, world);
    if !transports.iter().eq([&Transport::Tls]) {
        let words: Vec<_> = transports
            .iter()
            .map(|transport| transport.as_str())
            .collect();
        let _ = write!(text, " over {}", words.join(", "));
    }
    text
}

/// A few names in one line.
pub(super) fn few(names: Vec<String>, world: World) -> String {
    let more = names.len().saturating_sub(3);
    let mut text = names.into_iter().take(3).collect::<Vec<_>>().join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    if world == World::Lab {
        text.push_str(" (lab)");
    }
    text
}

fn stdout_sink(settings: &Settings, color: Color) -> Result<Option<Box<dyn Sink>>, SinkError> {
    let layout = if settings.has_turn {
        Layout::Transports
    } else {
        Layout::Tls
    };
    let profile = settings.profile;
    Ok(match &settings.stdout {
        Stdout::Nothing => None,
        Stdout::Lines => Some(Box::new(Lines::new(terminal::stdout(color), layout))),
        Stdout::Rows(format, columns) => Some(rows_to_stdout(*format, columns, profile)?),
    })
}

/// Rows on stdout.
pub(super) fn rows_to_stdout<R: RowKind>(
    format: StdoutFormat,
    columns: &[&'static Column<R>],
    profile: sink::Profile,
) -> Result<Box<dyn Sink<R>>, SinkError> {
    let out: Box<dyn Write + Send> = Box::new(std::io::stdout());
    match format {
        StdoutFormat::Csv => sink::csv_stream(out, columns, profile),
        StdoutFormat::Jsonl => sink::jsonl_stream(out, columns),
        StdoutFormat::List => sink::list_stream(out, columns),
    }
}

fn too_fast(address: std::net::IpAddr, polite: Duration) -> Failure {
    let polite = humantime::format_duration(polite)
        .to_string()
        .replace(' ', "");
    Failure::usage(anyhow::anyhow!(
        "more than 10 probes a second to {address}, which is neither loopback nor private: give --interval {polite} \
         or more, or --i-own-this-server if it is yours"
    ))
}

/// Rows, of them those that are a success, and those in which something was heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub rows: u64,
    pub ok: u64,
    pub heard: u64,
}

/// The exit code of a series.
pub(super) fn verdict(
    counts: Counts,
    ending: Ending,
    interrupted: bool,
    only_stdout: bool,
    max_failed: Option<f64>,
) -> Exit {
    let Counts { rows, ok, heard } = counts;
    if ending.failed {
        return Exit::Io;
    }
    if ending.closed && only_stdout {
        return Exit::Done;
    }
    if rows == 0 && interrupted {
        return Exit::Interrupted;
    }
    #[allow(clippy::cast_precision_loss)] // counts lie far below 2^53
    let failed = (rows - ok) as f64 * 100.0 / rows.max(1) as f64;
    if heard == 0 || max_failed.is_some_and(|most| failed > most) {
        return Exit::Failed;
    }
    Exit::Done
}
