//! `turnprobe probe --hold`: settings to held connections, rows to their places, the summary, the
//! exit code.

mod args;
mod config;

use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::{mpsc, watch};

pub use args::HoldArgs;
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
use super::stream::Text;
use super::summary::print_summary;
use super::{signals, terminal};
use crate::clock::Wall;
use crate::lab::Lab;
use crate::probe::Prober;
use crate::record::{Hold, Sample, Transport, World};
use crate::report::hold::{Summary, block};
use crate::sink::{Sink, SinkError};
use crate::stream::Why;
use crate::stream::held::{Holds, Output};
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
    let samples = prepare(settings.samples.as_slice(), &wall)?;
    let (files, samples) = (begin(files)?, begin(samples)?);
    let lab = settings.lab.clone().map(|lab| Lab::start(lab, &wall));
    let lab = lab.transpose().context("the lab could not be started");
    let lab = lab.map_err(Failure::io)?;
    let (plan, world) = match &lab {
        Some(lab) => (in_the_lab(settings.plan, lab), World::Lab),
        None => (settings.plan, World::Real),
    };
    let run = Arc::new(this_run(&settings.label, world, &wall));
    let only_stdout = files.is_empty() && samples.is_empty();
    let rows_on_stdout = matches!(settings.stdout, Stdout::Rows(..));
    let is_told = matches!(settings.stdout, Stdout::Text);
    let mut desk =
        Desk::new(interrupted.clone(), files, samples, &stop, &stopped).map_err(Failure::io)?;
    let to_stdout = match &settings.stdout {
        Stdout::Rows(format, columns) => match rows_to_stdout(*format, columns, settings.profile) {
            Err(SinkError::Closed { .. }) if only_stdout => return Ok(Exit::Done),
            Err(SinkError::Closed { .. }) => None,
            sink => Some(sink.map_err(Failure::io)?),
        },
        Stdout::Text | Stdout::Nothing => None,
    };
    if let Some(sink) = to_stdout {
        let outlet = stdout_outlet(sink, only_stdout, &stop, &stopped);
        desk.rows.push(outlet.map_err(Failure::io)?);
    } else if is_told {
        let text = Box::new(Text(terminal::stdout(color)));
        let outlet = stdout_outlet(text, only_stdout, &stop, &stopped);
        desk.text = Some(outlet.map_err(Failure::io)?);
    }
    let targets = headline(&settings.targets, world);
    let holds = Holds {
        prober: Prober::new(plan, Arc::clone(&run), wall.clone()).map_err(Failure::io)?,
        run,
        wall,
        targets: settings.targets,
        shape: settings.shape,
        samples: desk.samples.is_some(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.context("no event queue").map_err(Failure::io)?;
    let summary_stop = stopped.clone();
    let (end, ending) = runtime.block_on(async {
        let (out, mut taken) = mpsc::channel(1024);
        let running = tokio::spawn(holds.run(settings.pace, out, stopped));
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
        let ended = end.totals.ended.iter();
        let ended: Vec<_> = ended.map(|(by, count)| (*by, *count)).collect();
        let summary = Summary {
            targets: &targets,
            stopped: interrupted.yes(),
            rows: end.rows,
            missed_slots: end.missed,
            ended: &ended,
            held: end.totals.held,
            figures: &end.totals.figures(),
            told: end.rows == 1 && is_told,
        };
        let to_stderr = rows_on_stdout || ending.stuck;
        print_summary(&summary.render(), to_stderr, &summary_stop);
    }
    let counts = Counts {
        rows: end.rows,
        ok: end.totals.connections(),
        heard: end.totals.connections(),
    };
    Ok(verdict(
        counts,
        ending,
        interrupted.yes(),
        only_stdout,
        settings.max_failed,
    ))
}

/// What is held, in a few words.
fn headline(targets: &[Target], world: World) -> String {
    let name = |target: &Target| match world {
        World::Lab => target.host.to_string(),
        World::Real => with_port(target, target.port_for(Transport::Tls)),
    };
    few(targets.iter().map(name).collect(), world)
}

/// Where rows are taken in on the main thread. Nothing here ever waits for a terminal.
struct Desk {
    interrupted: Interrupted,
    rows: Vec<Outlet<Hold>>,
    samples: Option<Outlet<Sample>>,
    text: Option<Outlet<String>>,
}

impl Desk {
    /// With threads for the files.
    fn new(
        interrupted: Interrupted,
        files: Vec<Box<dyn Sink<Hold>>>,
        samples: Vec<Box<dyn Sink<Sample>>>,
        stop: &watch::Sender<bool>,
        stopped: &watch::Receiver<bool>,
    ) -> anyhow::Result<Self> {
        let mut desk = Self {
            interrupted,
            rows: Vec::new(),
            samples: None,
            text: None,
        };
        if !files.is_empty() {
            desk.rows.push(file_outlet(files, stop, stopped)?);
        }
        if !samples.is_empty() {
            desk.samples = Some(file_outlet(samples, stop, stopped)?);
        }
        Ok(desk)
    }

    async fn take(&mut self, output: Output) {
        match output {
            Output::Hold(row) => {
                self.interrupted.measured();
                if let Some(outlet) = &mut self.text {
                    outlet.send(&Arc::new(block(&row))).await;
                }
                let row: Arc<Hold> = Arc::from(row);
                for outlet in &mut self.rows {
                    outlet.send(&row).await;
                }
            }
            Output::Sample(sample) => {
                if let Some(outlet) = &mut self.samples {
                    outlet.send(&Arc::from(sample)).await;
                }
            }
        }
    }

    async fn finish(self) -> Ending {
        let mut ending = Ending::default();
        for outlet in self.rows {
            ending = ending.and(outlet.finish().await);
        }
        if let Some(outlet) = self.samples {
            ending = ending.and(outlet.finish().await);
        }
        if let Some(outlet) = self.text {
            ending = ending.and(outlet.finish().await);
        }
        ending
    }
}

fn too_much(address: std::net::IpAddr) -> Failure {
    Failure::usage(anyhow::anyhow!(
        "{address} is neither loopback nor private: at most --hold 60s --hold-rate 50/s; give \
         --i-own-this-server if it is yours"
    ))
}
