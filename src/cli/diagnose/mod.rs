//! `turnprobe diagnose`: one look at the whole way to the relays, and whose fault it is.

pub mod args;
mod config;
mod progress;

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;

use super::exit::{Exit, Failure};
use super::files::json;
use super::run::world::{in_the_lab, started as begun, this_run};
use super::values::Color;
use super::{message, signals, terminal};
use crate::clock::Wall;
use crate::judge::diagnose::Facts;
use crate::lab::LabOptions;
use crate::measure::Stop;
use crate::measure::diagnose::{Looking, facts};
use crate::net::Opener;
use crate::net::trust::Judge;
use crate::target::Target;
use args::DiagnoseArgs;
use progress::Progress;

/// Looks and judges.
pub fn run(args: &DiagnoseArgs, color: Color) -> Result<Exit, Failure> {
    let target = config::target(args).map_err(Failure::usage)?;
    let facts = look(args, &target)?;
    let mut out = terminal::stdout(color);
    let _ = writeln!(out, "{}", json(&facts).map_err(Failure::io)?);
    Ok(Exit::Done)
}

/// Looks at the whole way.
fn look(args: &DiagnoseArgs, target: &Target) -> Result<Facts, Failure> {
    let wall = Wall::system();
    let stop = Stop::default();
    let _interrupted = signals::listen(Some(stop.clone()))
        .context("signals cannot be heard, perhaps for want of file descriptors (ulimit -n)")
        .map_err(Failure::io)?;
    let lab = args.lab.then(|| LabOptions {
        faults: args.lab_fault.clone(),
        ..LabOptions::default()
    });
    let started = wall.now();
    let (lab, world) = begun(lab, &wall).map_err(Failure::io)?;
    let plan = config::plan(args);
    let plan = match &lab {
        Some(lab) => in_the_lab(plan, lab),
        None => plan,
    };
    let run = Arc::new(this_run("", world, &wall));
    let judge = Judge::new(plan.public_roots.clone(), plan.os_store.clone());
    let opener = Opener::new(plan, wall).map_err(Failure::io)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.context("no event queue").map_err(Failure::io)?;
    let progress = Progress::new(args.quiet || args.monitoring_plugin);
    let options = config::options(args);
    let tell = |what: &str| progress.show(what);
    let found = runtime.block_on(
        Looking {
            opener: &opener,
            judge: &judge,
            target,
            run: &run,
            options: &options,
            stop,
            tell: &tell,
        }
        .all(),
    );
    // a system call that hangs must not keep the program
    runtime.shutdown_background();
    progress.finish();
    drop(lab);
    if let Some(why) = judge.take_os_problem() {
        message::note(&format!(
            "whether this system trusts the certificates could not be told: {why}"
        ));
    }
    Ok(facts(&found, (&run, started), (&opener, target), &options))
}
