//! One diagnosis from start to end, and the exit code that follows from it.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;

use super::args::DiagnoseArgs;
use super::{config, print};
use crate::cli::exit::{Exit, FatalError, PluginState};
use crate::cli::list::judged_by;
use crate::cli::run::world::{event_queue, in_the_lab, started as begun, this_run};
use crate::cli::signals::Interrupted;
use crate::cli::status::StatusLine;
use crate::cli::{message, signals};
use crate::clock::Wall;
use crate::judge::diagnose::{Diagnosis, Facts, VerdictOutcome};
use crate::lab::LabOptions;
use crate::measure::Stop;
use crate::measure::diagnose::Looking;
use crate::net::Opener;
use crate::net::trust::Judge;
use crate::report::diagnose::bundle::SentChain;
use crate::target::Target;

/// What a look came to.
pub(super) struct Seen {
    pub facts: Facts,
    /// The certificates of each relay; none where the facts come from a file.
    pub chains: Option<Vec<SentChain>>,
    pub was_interrupted: bool,
}

impl Seen {
    /// What was seen before.
    pub fn saved(facts: Facts) -> Self {
        Self {
            facts,
            chains: None,
            was_interrupted: false,
        }
    }
}

/// Whether a look ended before it knew anything.
pub(super) fn is_empty(facts: &Facts, judged: &Diagnosis) -> bool {
    judged.verdict.outcome == VerdictOutcome::CouldNotTell
        && facts.tcp.relays.known().is_none()
        && facts.udp.cells.known().is_none()
}

/// What a plugin says that was ended before it knew anything.
pub(super) const INTERRUPTED: &str = "interrupted before anything was known";

/// What ends a look, and whether the user did.
pub(super) struct Ended {
    pub stop: Stop,
    pub by_user: Interrupted,
}

/// Listens for signals.
pub(super) fn listen(args: &DiagnoseArgs) -> Result<Ended, FatalError> {
    let stop = Stop::default();
    let by_user = signals::listen(Some(stop.clone())).map_err(FatalError::io)?;
    if args.monitoring_plugin {
        by_user.ends_with(|| {
            print::plugin_unknown(INTERRUPTED);
            Exit::Plugin(PluginState::Unknown)
        });
    }
    Ok(Ended { stop, by_user })
}

/// How the program ends.
pub(super) fn exit(args: &DiagnoseArgs, judged: &Diagnosis) -> Exit {
    let outcome = judged.verdict.outcome;
    if args.monitoring_plugin {
        return Exit::Plugin(match outcome {
            VerdictOutcome::Ok => PluginState::Ok,
            VerdictOutcome::Warning => PluginState::Warning,
            VerdictOutcome::Fault => PluginState::Critical,
            VerdictOutcome::CouldNotTell => PluginState::Unknown,
        });
    }
    match outcome {
        VerdictOutcome::Ok | VerdictOutcome::Warning => Exit::Done,
        VerdictOutcome::Fault | VerdictOutcome::CouldNotTell => Exit::Failed,
    }
}

/// Looks at the whole way.
pub(super) fn look(
    args: &DiagnoseArgs,
    target: &Target,
    ended: &Ended,
) -> Result<Seen, FatalError> {
    let wall = Wall::system();
    let lab = args.lab.then(|| LabOptions {
        faults: args.lab_fault.clone(),
        ..LabOptions::default()
    });
    let started = wall.now();
    let (lab, world) = begun(lab, &wall).map_err(FatalError::io)?;
    let list = args.list.list().map_err(FatalError::io)?;
    let plan = judged_by(&list, config::plan(args), started);
    let plan = match &lab {
        Some(lab) => in_the_lab(plan, lab),
        None => plan,
    };
    let run = Arc::new(this_run("", world, &wall));
    let judge = Judge::new(plan.public_roots.clone(), plan.os_store.clone());
    let opener = Opener::new(plan, wall).map_err(FatalError::io)?;
    let runtime = event_queue().map_err(FatalError::io)?;
    let progress = StatusLine::with_clock(args.quiet || args.monitoring_plugin);
    let options = config::options(args, &list);
    let tell = |what: &str| progress.show(|| format!("checking {what}"));
    let looking = Looking {
        opener: &opener,
        judge: &judge,
        target,
        run: &run,
        started,
        options: &options,
        stop: ended.stop.clone(),
        tell: &tell,
    };
    // on the heap: it is too much for the stack of a Windows program
    let found = runtime.block_on(Box::pin(looking.all()));
    // a system call that hangs must not keep the program
    runtime.shutdown_background();
    progress.finish();
    drop(lab);
    if let Some(problem) = judge.take_os_problem() {
        let effect = "could not tell whether this system trusts the certificates";
        message::note(&problem.words(effect));
    }
    if let Some(other) = options
        .comparison
        .filter(|other| is_systems(&found.facts, *other))
    {
        message::note(&format!(
            "--compare-resolver {other}: it is a name server of this system, so there is nothing to compare with"
        ));
    }
    let chains = found.certificates.iter().map(|sent| chain(sent));
    Ok(Seen {
        facts: found.facts,
        chains: Some(chains.collect()),
        was_interrupted: ended.by_user.yes(),
    })
}

/// Whether a name server is one of the system's.
fn is_systems(facts: &Facts, server: SocketAddr) -> bool {
    let all = facts.names.system.known().map_or(&[][..], Vec::as_slice);
    all.iter().any(|one| one.server == server.into())
}

/// The certificates that a relay sent.
fn chain(sent: &[CertificateDer<'_>]) -> SentChain {
    let with_sum = |der: &CertificateDer<'_>| {
        let sum = ring::digest::digest(&ring::digest::SHA256, der);
        let sum = sum.as_ref().iter().map(|byte| format!("{byte:02X}"));
        (der.to_vec(), sum.collect())
    };
    sent.iter().map(with_sum).collect()
}
