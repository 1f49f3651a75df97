//! `turnprobe endpoints probe`: which of the known names and ports answer from here.

mod found;
mod told;

use crate::arrange::Arrange as _;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::args::EndpointsProbeArgs;
use super::show::print;
use crate::cli::exit::{Exit, FatalError};
use crate::cli::list::judged_by;
use crate::cli::run::world::{event_queue, in_the_lab, started, this_run};
use crate::cli::status::StatusLine;
use crate::cli::values::Color;
use crate::cli::{config, message, signals};
use crate::clock::Wall;
use crate::endpoints::{List, MEDIA, RELAYS, TEAMS};
use crate::lab::LabOptions;
use crate::measure::probe::Prober;
use crate::measure::{Out, Output, Slot, Stop};
use crate::net::dns::Families;
use crate::net::{Limits, NameLog, Opener, POLITE_PER_SECOND, Plan, Question};
use crate::record::{Record, Transport};
use crate::target::{Host, Target};
use found::{Asked, ProbedEndpoints, Wanted};

/// From one request to the next.
const SPACING: Duration = Duration::from_millis(1_000 / POLITE_PER_SECOND as u64);

/// Probes.
pub(super) fn run(args: &EndpointsProbeArgs, color: Color) -> Result<Exit, FatalError> {
    config::resolver(&args.resolver).map_err(FatalError::usage)?;
    let list = args.show.by.list().map_err(FatalError::io)?;
    let wall = Wall::system();
    let stop = Stop::default();
    let interrupted = signals::listen(Some(stop.clone())).map_err(FatalError::io)?;
    let lab = args.lab.then(LabOptions::default);
    let (lab, world) = started(lab, &wall).map_err(FatalError::io)?;
    let now = wall.now();
    let families = match (args.ipv4, args.ipv6) {
        (true, _) => Families::OnlyV4,
        (_, true) => Families::OnlyV6,
        _ => Families::Routed,
    };
    let plan = |transport, question| {
        let plan = Plan {
            resolver: config::resolver(&args.resolver).map_err(FatalError::usage)?,
            families,
            limits: Limits::default(),
            transports: vec![transport],
            question,
            ..Plan::default()
        };
        match &lab {
            Some(lab) => Ok(in_the_lab(plan, lab)),
            None => Ok(judged_by(&list, plan, now)),
        }
    };
    let run = Arc::new(this_run("", world, &wall));
    let opener = |plan| Opener::new(plan, wall.clone()).map_err(FatalError::io);
    // a bare connect, and a request
    let tcp = opener(plan(Transport::Tcp, Question::Nothing)?)?;
    let udp = opener(plan(Transport::Udp, Question::Usual)?)?;
    let names = [tcp.names(), udp.names()];
    let wanted = wanted(&list, lab.as_ref().map(crate::lab::Lab::port));
    let runtime = event_queue().map_err(FatalError::io)?;
    let probers = [tcp, udp].map(|opener| Arc::new(Prober::new(opener, Arc::clone(&run))));
    let asked = runtime.block_on(ask(&wanted, &probers, &stop, args.quiet));
    let warning = list.warning(now.date_naive()).filter(|_| lab.is_none());
    drop(lab);
    tell(&names, warning);
    if asked.is_empty() && interrupted.yes() {
        return Ok(Exit::Interrupted);
    }
    let found = ProbedEndpoints::new(&run, &list, (now, asked, wanted.len()), interrupted.yes());
    let (document, lines) = (told::document(&found, &list), told::lines(&found));
    print(args.show.format, color, &document, &found, &lines).map_err(FatalError::io)?;
    if interrupted.yes() {
        message::note("interrupted: this is what was known by then");
    }
    Ok(if found.answered() {
        Exit::Done
    } else {
        Exit::Failed
    })
}

/// Notes of the name resolutions and of the list, each once.
fn tell(names: &[Arc<NameLog>; 2], warning: Option<String>) {
    let notes = names.iter().flat_map(|names| names.news());
    for note in notes.chain(warning).collect::<BTreeSet<String>>() {
        message::note(&note);
    }
}

/// What is contacted: each name at its ports, in the lab at its one.
fn wanted(list: &List, lab: Option<u16>) -> Vec<Wanted> {
    let ports = |id, transport| {
        let set = list.set(id);
        let ports = set.map(|set| match transport {
            Transport::Udp => &set.udp,
            _ => &set.tcp,
        });
        let all = ports
            .into_iter()
            .flatten()
            .flat_map(crate::endpoints::Ports::iter);
        match lab {
            Some(port) => vec![port],
            None => all.collect::<BTreeSet<u16>>().into_iter().collect(),
        }
    };
    let (tcp, udp) = (ports(TEAMS, Transport::Tcp), ports(MEDIA, Transport::Udp));
    let relays = RELAYS.iter().map(|relay| (relay.name, true));
    let of_list = list.set(TEAMS).into_iter().flat_map(|set| &set.names);
    let of_list = of_list.filter(|name| !name.is_wildcard());
    // the lab has relays and no web servers
    let of_list = of_list.filter(|_| lab.is_none());
    let of_list = of_list.map(|name| (name.text(), false));
    let mut wanted = Vec::new();
    let mut seen = BTreeSet::new();
    let fresh = relays.chain(of_list).filter(|(name, _)| seen.insert(*name));
    for (name, is_relay) in fresh {
        let one = |transport, port| Wanted {
            name: name.to_owned(),
            transport,
            port,
        };
        wanted.extend(tcp.iter().map(|port| one(Transport::Tcp, *port)));
        if is_relay {
            wanted.extend(udp.iter().map(|port| one(Transport::Udp, *port)));
        }
    }
    wanted
}

/// Asks one after the other without waiting for answers; what is known when all have theirs, or at the stop.
async fn ask(
    wanted: &[Wanted],
    [tcp, udp]: &[Arc<Prober>; 2],
    stop: &Stop,
    quiet: bool,
) -> Vec<Asked> {
    let (sender, mut came) = mpsc::channel::<Output<Record, Infallible>>(wanted.len().max(1));
    let mut asking = JoinSet::new();
    let mut asked = Vec::new();
    let mut next = wanted.iter().zip(0..);
    let mut timer = tokio::time::interval(SPACING);
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut sender = Some(sender);
    let progress = StatusLine::new(quiet);
    loop {
        tokio::select! {
            biased;
            () = stop.asked() => break,
            output = came.recv() => {
                let Some(output) = output else { break };
                asked.extend(output.into_row().and_then(|row| Asked::of(&row, wanted)));
                progress.show(|| format!("{} of {} are known", asked.len(), wanted.len()));
            }
            _ = timer.tick(), if sender.is_some() => {
                let Some((one, number)) = next.next() else {
                    // the channel ends with the last request
                    sender = None;
                    continue;
                };
                let prober = Arc::clone(if one.transport == Transport::Udp { udp } else { tcp });
                let slot = Slot { number, target: target(one), due: None };
                let out = sender.clone().map(Out::new);
                asking.spawn(async move {
                    if let Some(out) = out {
                        prober.probe(&slot, &out).await;
                    }
                });
            }
        }
    }
    progress.finish();
    // those without an answer yet say nothing
    asking.abort_all();
    asked.arrange_by_key(|asked| asked.number);
    asked
}

fn target(wanted: &Wanted) -> Target {
    Target {
        host: Host::Name(wanted.name.as_str().into()),
        port: Some(wanted.port),
        transport: Some(wanted.transport),
        ask: None,
    }
}
