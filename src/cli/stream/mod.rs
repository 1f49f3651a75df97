//! `turnprobe probe --burst` and `--watch`: settings to running packets, rows to their places, the
//! summary, the exit code.

mod args;
mod config;

use std::io::Write;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::{mpsc, watch};

pub use args::{StreamArgs, rate};
pub use config::Settings;
use config::Stdout;

use super::args::{Color, ProbeArgs};
use super::exit::{Exit, Failure};
use super::outlet::{Ending, Outlet};
use super::probe::{
    Counts, begin, few, file_outlet, in_the_lab, prepare, rows_to_stdout, stdout_outlet, this_run,
    verdict, with_port,
};
use super::signals::Interrupted;
use super::summary::print_summary;
use super::{message, signals, terminal};
use crate::clock::Wall;
use crate::lab::Lab;
use crate::probe::packets::UdpProber;
use crate::record::{Burst, Distance, Packet, Transport, World};
use crate::report::burst::{Summary, block};
use crate::report::watch::{change, distance, minute, minutes, moved};
use crate::sink::{Sink, SinkError};
use crate::stats::packets::Limits;
use crate::stream::{Output, Stream, Why};
use crate::target::Target;

/// Runs the command.
pub fn run(args: &ProbeArgs, color: Color) -> Result<Exit, Failure> {
    let settings = Settings::try_from(args).map_err(Failure::usage)?;
    settings.plan.local_end.check().map_err(Failure::usage)?;
    let wall = Wall::system();
    // before any event queue, as those panic for want of descriptors
    let (stop, stopped) = watch::channel(false);
    let interrupted = signals::listen(stop.clone())
        .context("signals cannot be heard, perhaps for want of file descriptors (ulimit -n)")
        .map_err(Failure::io)?;
    // files before anything else: what cannot be kept must not be measured
    let files = prepare(&settings.files, &wall)?;
    let packets = prepare(settings.packets.as_slice(), &wall)?;
    let (files, packets) = (begin(files)?, begin(packets)?);
    let lab = settings.lab.clone().map(|lab| Lab::start(lab, &wall));
    let lab = lab.transpose().context("the lab could not be started");
    let lab = lab.map_err(Failure::io)?;
    let (plan, world) = match &lab {
        Some(lab) => (in_the_lab(settings.plan, lab), World::Lab),
        None => (settings.plan, World::Real),
    };
    let prober = UdpProber {
        plan,
        run: Arc::new(this_run(&settings.label, world, &wall)),
        wall,
    };
    let only_stdout = files.is_empty() && packets.is_empty();
    let rows_on_stdout = matches!(settings.stdout, Stdout::Rows(..));
    let mut desk = Desk {
        interrupted: interrupted.clone(),
        rows: Vec::new(),
        packets: None,
        text: None,
        // outages are told live wherever a reader may be
        aloud: !settings.quiet,
        rows_on_stdout,
        watching: settings.bursts.is_none(),
        limits: settings.judged_by,
    };
    if !files.is_empty() {
        let outlet = file_outlet(files, &stop, &stopped).map_err(Failure::io)?;
        desk.rows.push(outlet);
    }
    if !packets.is_empty() {
        desk.packets = Some(file_outlet(packets, &stop, &stopped).map_err(Failure::io)?);
    }
    if let Stdout::Rows(format, columns) = &settings.stdout {
        match rows_to_stdout(*format, columns, settings.profile) {
            Err(SinkError::Closed { .. }) if only_stdout => return Ok(Exit::Done),
            Err(SinkError::Closed { .. }) => {}
            sink => {
                let sink = sink.map_err(Failure::io)?;
                let outlet = stdout_outlet(sink, only_stdout, &stop, &stopped);
                desk.rows.push(outlet.map_err(Failure::io)?);
            }
        }
    } else if !settings.quiet {
        let text = Text(terminal::stdout(color));
        let outlet = stdout_outlet(Box::new(text), only_stdout, &stop, &stopped);
        desk.text = Some((
            outlet.map_err(Failure::io)?,
            matches!(settings.stdout, Stdout::Text),
        ));
    }
    let name = |target: &Target| match world {
        World::Lab => target.host.to_string(),
        World::Real => with_port(target, target.port_for(Transport::Udp)),
    };
    let targets = few(settings.targets.iter().map(name).collect(), world);
    let stream = Stream {
        prober,
        targets: settings.targets,
        shape: settings.shape,
        limits: settings.judged_by,
        hops: settings.hops,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.context("no event queue").map_err(Failure::io)?;
    let summary_stop = stopped.clone();
    let (end, ending) = runtime.block_on(async {
        let (out, mut taken) = mpsc::channel(1024);
        let running = match settings.bursts {
            Some(pace) => tokio::spawn(stream.bursts(pace, out, stopped)),
            None => tokio::spawn(stream.watch(out, stopped)),
        };
        desk.begin().await;
        while let Some(output) = taken.recv().await {
            desk.take(output).await;
        }
        (running.await, desk.finish().await)
    });
    drop(lab);
    let end = end
        .context("the measurement broke off")
        .map_err(Failure::io)?;
    if let Why::TooMuch(address) = end.why {
        return Err(too_much(address));
    }
    ending.tell();
    let unheard = ending.closed && only_stdout;
    if !settings.quiet && !unheard {
        let watching = args.stream.watch;
        let summary = Summary {
            targets: &targets,
            stopped: interrupted.yes(),
            bursts: (!watching).then_some((end.rows, end.answered)),
            missed: end.missed,
            figures: &end.figures,
            limits: &settings.judged_by,
            outages: watching.then_some(&end.outages),
            distance: end.distance.as_ref(),
            unmeasured: end.unmeasured.as_ref(),
            told: !watching && end.rows == 1 && matches!(settings.stdout, Stdout::Text),
        };
        let to_stderr = rows_on_stdout || ending.stuck;
        print_summary(&summary.render(), to_stderr, &summary_stop);
    }
    let counts = Counts {
        rows: end.rows,
        ok: end.answered,
        heard: end.answered,
    };
    Ok(verdict(
        counts,
        ending,
        interrupted.yes(),
        only_stdout,
        settings.max_failed,
    ))
}

/// Where rows are taken in on the main thread. Nothing here ever waits for a terminal.
struct Desk {
    interrupted: Interrupted,
    rows: Vec<Outlet<Burst>>,
    packets: Option<Outlet<Packet>>,
    /// Text on stdout, and whether rows are told there, too, and not only outages.
    text: Option<(Outlet<String>, bool)>,
    /// Whether more than errors is told.
    aloud: bool,
    rows_on_stdout: bool,
    watching: bool,
    limits: Limits,
}

impl Desk {
    async fn begin(&mut self) {
        if self.watching {
            self.tell(minutes()).await;
        }
    }

    async fn take(&mut self, output: Output) {
        self.interrupted.measured();
        match output {
            Output::Burst(burst) => {
                if let Some(found @ Distance::Unknown(_)) = &burst.distance
                    && !self.watching
                {
                    self.remark(&format!("burst {}: {}", burst.slot, distance(found)));
                }
                let text = if self.watching {
                    minute(&burst)
                } else {
                    block(&burst, &self.limits)
                };
                self.tell(text).await;
                let burst: Arc<Burst> = Arc::from(burst);
                for outlet in &mut self.rows {
                    outlet.send(&burst).await;
                }
            }
            Output::Packet(packet) => {
                if let Some(outlet) = &mut self.packets {
                    outlet.send(&Arc::from(packet)).await;
                }
            }
            Output::Change(what) => self.tell_live(change(&what)).await,
            Output::Moved { from, to, at } => self.tell_live(moved(from, to, at)).await,
            Output::Distance(found) => {
                if matches!(found, Distance::Unknown(_)) {
                    self.remark(&distance(&found));
                }
                self.tell(distance(&found) + "\n").await;
            }
        }
    }

    /// Tells what a reader wants to know at once, also where the rows go to a file.
    async fn tell_live(&mut self, text: String) {
        match &mut self.text {
            Some((outlet, _)) if self.aloud => outlet.send(&Arc::new(text)).await,
            None if self.aloud && self.rows_on_stdout => message::note(text.trim_end()),
            _ => {}
        }
    }

    /// Says on stderr what nobody reads on stdout.
    fn remark(&self, text: &str) {
        let is_told = matches!(self.text, Some((_, true)));
        if self.aloud && !is_told {
            message::note(text);
        }
    }

    async fn tell(&mut self, text: String) {
        if let Some((outlet, true)) = &mut self.text {
            outlet.send(&Arc::new(text)).await;
        }
    }

    async fn finish(self) -> Ending {
        let mut ending = Ending::default();
        for outlet in self.rows {
            ending = ending.and(outlet.finish().await);
        }
        if let Some(outlet) = self.packets {
            ending = ending.and(outlet.finish().await);
        }
        if let Some((outlet, _)) = self.text {
            ending = ending.and(outlet.finish().await);
        }
        ending
    }
}

/// Text on stdout; verdicts are coloured, which the stream strips where that is not wanted.
pub(in crate::cli) struct Text(pub Box<dyn Write + Send>);

impl Sink<String> for Text {
    fn name(&self) -> String {
        "stdout".to_owned()
    }

    fn write(&mut self, text: &String) -> Result<(), SinkError> {
        let mut coloured = String::with_capacity(text.len() + 64);
        for line in text.split_inclusive('\n') {
            coloured += &in_colour(line);
        }
        self.0
            .write_all(coloured.as_bytes())
            .and_then(|()| self.0.flush())
            .map_err(|error| SinkError::from_io("stdout", error))
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        self.0
            .flush()
            .map_err(|error| SinkError::from_io("stdout", error))
    }
}

fn in_colour(line: &str) -> String {
    const PLAIN: &str = "\x1b[0m";
    for (word, colour) in [("fail", "\x1b[31m"), ("pass", "\x1b[32m")] {
        if let Some(start) = line.trim_end().strip_suffix(word) {
            return format!("{start}{colour}{word}{PLAIN}\n");
        }
    }
    let red = |word: &str| line.replacen(word, &format!("\x1b[31m{word}{PLAIN}"), 1);
    if line.starts_with("outage ") {
        red("outage")
    } else if line.contains("FAIL ") {
        red("FAIL")
    } else {
        line.to_owned()
    }
}

fn too_much(address: std::net::IpAddr) -> Failure {
    Failure::usage(anyhow::anyhow!(
        "{address} is neither loopback nor private: at most --burst 50/s --for 60s, or --watch with --interval 100ms \
         or more; give --i-own-this-server if it is yours"
    ))
}
