//! One procedure for every kind of measurement: a validated plan to a running engine, rows to
//! their places, the summary, the exit code.
//!
//! `kind` is what a kind adds, `outputs` opens what rows go to, `waiting` waits for files that are held, `dispatcher` takes them in, `goals` makes
//! the exit code, `world` is the lab or the real network.
//! Not here: what a kind measures (`measure`), its flags and what it tells (the commands).

mod clocks;
mod dispatcher;
mod goals;
mod kind;
pub(super) mod outputs;
mod waiting;
pub(super) mod world;

use std::sync::Arc;

use tokio::time::MissedTickBehavior;

pub(super) use kind::{Counts, FinishedRun, MeasurementKind, Told, View};

use super::args::ProbeArgs;
use super::config::zone;
use super::exit::{Exit, FatalError};
use super::list::{ListArgs, judged_by};
use super::metrics;
use super::signals;
use super::summary::print_summary;
use super::values::Color;
use super::{message, terminal};
use crate::clock::Wall;
use crate::doc::lines::{WIDTH, narrowed};
use crate::lab::LabOptions;
use crate::measure::{Engine, Stop, Why};
use crate::net::{Opener, Plan};
use crate::sink;
use crate::sink::metrics::MetricsPlan;
use crate::zone::Zone;
use clocks::ClockReporter;
use dispatcher::Dispatcher;
use goals::{Goals, verdict};
use kind::TaskRow;
use outputs::{OpeningResult, Outputs};
use world::{event_queue, in_the_lab, labels, this_run};

/// A validated plan of a kind.
#[derive(Debug)]
pub(super) struct RunPlan<K: MeasurementKind> {
    /// How it is measured and told.
    pub kind: K,
    /// When, and what.
    pub engine: Engine,
    /// How paths are places.
    pub path: Plan,
    /// Where rows go.
    pub outputs: Outputs<TaskRow<K>, K::Detail>,
    /// Labels, separated by one space.
    pub label: String,
    /// Whether only errors are printed.
    pub quiet: bool,
    /// What must hold for the run to be a success.
    pub goals: Goals,
    /// The lab, when it is wanted.
    pub lab: Option<LabOptions>,
    /// The list that says which addresses are of Teams.
    pub list: ListArgs,
    /// Where metrics go, if anywhere.
    pub metrics: Option<MetricsPlan>,
    /// Where times are shown.
    pub zone: Zone,
}

impl<K: MeasurementKind> RunPlan<K> {
    /// The plan with what all kinds have in common.
    ///
    /// # Errors
    ///
    /// When a label is none, or metrics cannot go where they shall.
    pub fn new(
        args: &ProbeArgs,
        kind: K,
        engine: Engine,
        path: Plan,
        outputs: Outputs<TaskRow<K>, K::Detail>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            kind,
            engine,
            path,
            outputs,
            label: labels(&args.label)?,
            quiet: args.quiet,
            goals: Goals::of(args),
            lab: args.lab.then(|| LabOptions {
                faults: args.lab_fault.clone(),
                fault_share: args.lab_fault_share,
                ..LabOptions::default()
            }),
            list: args.list.clone(),
            metrics: args.metrics.plan(&|name| std::env::var_os(name))?,
            zone: zone(args),
        })
    }
}

/// Runs a job.
pub(super) fn run<K: MeasurementKind>(job: RunPlan<K>, color: Color) -> Result<Exit, FatalError> {
    let RunPlan {
        kind,
        engine,
        path,
        outputs,
        label,
        quiet,
        goals,
        lab,
        list,
        metrics,
        zone,
    } = job;
    path.local_end.check().map_err(FatalError::usage)?;
    let wall = Wall::system();
    let list = list.list().map_err(FatalError::io)?;
    let path = judged_by(&list, path, wall.now());
    // before any event queue, as those panic for want of descriptors
    let stop = Stop::default();
    let interrupted = signals::listen(Some(stop.clone())).map_err(FatalError::io)?;
    let (is_text, rows_on_stdout) = (outputs.stdout.is_text(), outputs.stdout.is_rows());
    let wants_text = is_text || (kind.tells_live() && !quiet && !rows_on_stdout);
    // files before anything else: what cannot be kept must not be measured
    let places = match outputs.open(wants_text, color, (&wall, &stop))? {
        OpeningResult::Done(places) => places,
        OpeningResult::Unread => return Ok(Exit::Done),
        OpeningResult::Interrupted => return Ok(Exit::Interrupted),
    };
    let mut kind = kind;
    kind.waited(places.waited);
    let engine = Engine {
        pace: engine.pace.without(places.waited),
        ..engine
    };
    let (lab, world) = world::started(lab, &wall).map_err(FatalError::io)?;
    let targets = kind.headline(&path, &engine, world);
    let path = match &lab {
        Some(lab) => in_the_lab(path, lab),
        None => path,
    };
    let run = Arc::new(this_run(&label, world, &wall));
    let metrics = metrics.map(|plan| sink::metrics::start(&metrics::of_run(plan, &run), &wall));
    let metrics = metrics.transpose().map_err(FatalError::io)?;
    let opener = Opener::new(path, wall).map_err(FatalError::io)?;
    let names = opener.names();
    let clocks = ClockReporter::new(opener.steps().clone(), zone);
    let task = Arc::new(kind.task(opener, run, !places.details.is_empty()));
    let only_stdout = places.is_only_stdout();
    let view = View {
        is_unseen: !is_text && !rows_on_stdout,
        is_text,
        world,
        quiet,
        waited: places.waited,
        zone,
    };
    let dispatcher = Dispatcher::new(kind, places, metrics, interrupted.clone(), view, &stop);
    let mut dispatcher = dispatcher.map_err(FatalError::io)?;
    let runtime = event_queue().map_err(FatalError::io)?;
    let (end, ending, kind) = runtime
        .block_on(async {
            dispatcher.begin().await?;
            let mut running = engine.start(Arc::clone(&task), stop.clone());
            let mut look = tokio::time::interval(clocks::EVERY);
            look.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                let output = tokio::select! {
                    biased;
                    output = running.next() => output,
                    _ = look.tick() => {
                        clocks.look();
                        dispatcher.each_second(&task);
                        continue;
                    }
                };
                let Some(output) = output else { break };
                dispatcher.take(output).await;
                if let Some(note) = K::note(&task) {
                    message::note(&note);
                }
                names.news().iter().for_each(|note| message::note(note));
            }
            clocks.look();
            let (ending, kind) = dispatcher.finish().await;
            let end = running.end().await;
            anyhow::Ok((end, ending, kind))
        })
        .map_err(FatalError::io)?;
    drop(lab);
    match end.why {
        Why::TooMuch(address) => {
            return Err(FatalError::usage(anyhow::anyhow!(kind.too_much(address))));
        }
        Why::Broken => return Err(FatalError::io(anyhow::anyhow!("the measurement broke off"))),
        Why::Complete | Why::Stopped => {}
    }
    ending.tell();
    let interrupted = interrupted.yes();
    let unheard = ending.closed && only_stdout;
    if !quiet && !unheard {
        let to_stderr = rows_on_stdout || ending.stuck;
        // a summary that everybody can read is no wider than it ever was
        let columns = if to_stderr {
            WIDTH
        } else {
            terminal::columns().min(WIDTH)
        };
        let mut summary = kind.summary(&FinishedRun {
            targets: &targets,
            task: &task,
            end: &end,
            interrupted,
            told: is_text,
            zone,
            columns,
        });
        summary.push_str(&clocks.summary());
        for said in names.summary() {
            summary.push_str(&said);
            summary.push('\n');
        }
        print_summary(&narrowed(&summary, columns), color, to_stderr, &stop);
    }
    ending.tell_last();
    let counts = kind.counts(&task);
    Ok(verdict(
        &counts,
        &ending,
        interrupted,
        only_stdout,
        &goals,
        quiet.then_some(&targets),
    ))
}
