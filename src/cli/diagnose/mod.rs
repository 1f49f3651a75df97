//! `turnprobe diagnose`: one look at the whole way to the relays, and whose fault it is.

pub mod args;
mod config;
mod print;
mod saved;

use std::sync::Arc;

use anyhow::Context as _;

use super::exit::{Exit, Failure, PluginState};
use super::files::Page;
use super::run::world::{in_the_lab, started as begun, this_run};
use super::status::StatusLine;
use super::values::Color;
use super::{message, signals};
use crate::clock::Wall;
use crate::judge::diagnose::{Diagnosis, Facts, Outcome, diagnose};
use crate::lab::LabOptions;
use crate::measure::Stop;
use crate::measure::diagnose::{Looking, facts};
use crate::net::Opener;
use crate::net::trust::Judge;
use crate::target::Target;
use args::DiagnoseArgs;

/// Looks and judges, or judges what was seen before.
pub fn run(args: &DiagnoseArgs, color: Color) -> Result<Exit, Failure> {
    if args.monitoring_plugin {
        // whatever happens is told on stdout, in the codes of a plugin
        let told = told(args, color).unwrap_or_else(|failure| {
            print::plugin_failure(&failure);
            Exit::Plugin(PluginState::Unknown)
        });
        return Ok(told);
    }
    told(args, color)
}

fn told(args: &DiagnoseArgs, color: Color) -> Result<Exit, Failure> {
    let page = args.html.as_deref().map(Page::open).transpose();
    let page = page.map_err(Failure::io)?;
    let (facts, was_interrupted) = if let Some(file) = &args.facts {
        (saved::read(file).map_err(Failure::io)?, false)
    } else {
        let target = config::target(args).map_err(Failure::usage)?;
        look(args, &target)?
    };
    let judged = diagnose(&facts);
    let is_empty =
        judged.verdict.outcome == Outcome::CouldNotTell && facts.tcp.relays.known().is_none();
    if was_interrupted && is_empty && facts.udp.cells.known().is_none() {
        return Ok(Exit::Interrupted);
    }
    print::result(args, color, (&facts, &judged)).map_err(Failure::io)?;
    if let Some(page) = page {
        print::page(page, args, (&facts, &judged)).map_err(Failure::io)?;
    }
    if was_interrupted {
        message::note("interrupted: this is what was known by then");
    }
    Ok(exit(args, &judged))
}

/// How the program ends.
fn exit(args: &DiagnoseArgs, judged: &Diagnosis) -> Exit {
    let outcome = judged.verdict.outcome;
    if args.monitoring_plugin {
        return Exit::Plugin(match outcome {
            Outcome::Ok => PluginState::Ok,
            Outcome::Warning => PluginState::Warning,
            Outcome::Fault => PluginState::Critical,
            Outcome::CouldNotTell => PluginState::Unknown,
        });
    }
    match outcome {
        Outcome::Ok | Outcome::Warning => Exit::Done,
        Outcome::Fault | Outcome::CouldNotTell => Exit::Failed,
    }
}

/// Looks at the whole way; whether the user ended it.
fn look(args: &DiagnoseArgs, target: &Target) -> Result<(Facts, bool), Failure> {
    let wall = Wall::system();
    let stop = Stop::default();
    let interrupted = signals::listen(Some(stop.clone()))
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
    let progress = StatusLine::with_clock(args.quiet || args.monitoring_plugin);
    let options = config::options(args);
    let tell = |what: &str| progress.show(|| format!("looking at {what}"));
    let looking = Looking {
        opener: &opener,
        judge: &judge,
        target,
        run: &run,
        options: &options,
        stop,
        tell: &tell,
    };
    // on the heap: it is too much for the stack of a Windows program
    let found = runtime.block_on(Box::pin(looking.all()));
    // a system call that hangs must not keep the program
    runtime.shutdown_background();
    progress.finish();
    drop(lab);
    if let Some(why) = judge.take_os_problem() {
        message::note(&format!(
            "whether this system trusts the certificates could not be told: {why}"
        ));
    }
    let facts = facts(&found, (&run, started), (&opener, target), &options);
    Ok((facts, interrupted.yes()))
}
