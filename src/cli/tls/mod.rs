//! `turnprobe tls`: the versions and suites of a relay, its certificates, and who answers.

pub mod args;
mod config;
mod pem;

use std::net::IpAddr;
use std::sync::Arc;

use super::exit::{Exit, FatalError};
use super::files::{DocumentFormat, json};
use super::list::judged_by;
use super::run::world::{event_queue, in_the_lab, started, this_run, with_port};
use super::status::StatusLine;
use super::stranger::stranger;
use super::values::Color;
use super::{message, signals, terminal};
use crate::clock::Wall;
use crate::doc::{self, Room};
use crate::lab::LabOptions;
use crate::measure::Stop;
use crate::measure::ladder::finished::{Grade, Ladder, LadderRelay};
use crate::measure::ladder::runner::LadderRun;
use crate::measure::ladder::script::ScriptStep;
use crate::measure::ladder::{Rung, build, differences, sections};
use crate::net::trust::Judge;
use crate::net::{Destination, Leads, Lookup, Opener};
use crate::record::{Run, Transport, World, plain};
use crate::schema::RowKind as _;
use crate::sink;
use crate::target::Target;
use args::TlsArgs;
use pem::Pem;

/// Addresses of one answer that are asked.
const MOST_ADDRESSES: usize = 16;

/// Asks.
pub fn run(args: &TlsArgs, color: Color) -> Result<Exit, FatalError> {
    let target = config::target(args).map_err(FatalError::usage)?;
    let plan = config::plan(args, &target).map_err(FatalError::usage)?;
    plan.local_end.check().map_err(FatalError::usage)?;
    let wall = Wall::system();
    let (list, now) = (args.list.list().map_err(FatalError::io)?, wall.now());
    let stop = Stop::default();
    let interrupted = signals::listen(Some(stop.clone())).map_err(FatalError::io)?;
    let pem = args.pem.as_deref().map(Pem::open).transpose();
    let pem = pem.map_err(FatalError::io)?;
    let lab = args.lab.then(|| LabOptions {
        faults: args.lab_fault.clone(),
        ..LabOptions::default()
    });
    let (lab, world) = started(lab, &wall).map_err(FatalError::io)?;
    let plan = match &lab {
        Some(lab) => in_the_lab(plan, lab),
        None => judged_by(&list, plan, now),
    };
    let run = Arc::new(this_run("", world, &wall));
    let judge = Judge::new(plan.public_roots.clone(), plan.os_store.clone());
    let opener = Opener::new(plan, wall).map_err(FatalError::io)?;
    let runtime = event_queue().map_err(FatalError::io)?;
    let asked = runtime.block_on(ask(args, (&opener, &judge), &target, &run, &stop));
    drop(lab);
    let (mut ladder, failure) =
        asked.map_err(|address| FatalError::usage(anyhow::anyhow!(too_much(address))))?;
    if world == World::Real {
        ladder.list = Some(list.facts(now.date_naive()));
    }
    for note in opener.names().news() {
        message::note(&note);
    }
    if let Some(failure) = failure {
        message::error(&failure);
        return Ok(if interrupted.yes() {
            Exit::Interrupted
        } else {
            Exit::Failed
        });
    }
    if let Some(pem) = pem {
        message::note(&pem.write(&ladder).map_err(FatalError::io)?);
    }
    let tells = ladder.tells();
    if ladder.interrupted && !tells {
        return Ok(Exit::Interrupted);
    }
    print(ladder, &run, &target, args.format, color).map_err(FatalError::io)?;
    if let Some(problem) = judge.take_os_problem() {
        let effect = "could not tell whether this system trusts the certificates";
        message::note(&problem.words(effect));
    }
    if interrupted.yes() {
        message::note("interrupted: this is what was known by then");
    }
    Ok(if tells { Exit::Done } else { Exit::Failed })
}

fn too_much(address: IpAddr) -> String {
    format!(
        "--interval under 100ms is too fast for {}; add --i-own-this-server if it is yours",
        stranger(address)
    )
}

/// Resolves and asks; what came of it, and why there is nothing where the name has no address.
async fn ask(
    args: &TlsArgs,
    (opener, judge): (&Opener, &Judge),
    target: &Target,
    run: &Run,
    stop: &Stop,
) -> Result<(Ladder, Option<String>), IpAddr> {
    let started = opener.wall().now();
    let port = opener.port(target, Transport::Tls);
    let lookup = tokio::select! {
        biased;
        () = stop.asked() => None,
        lookup = opener.resolve(target, Leads::ThroughProxy) => Some(lookup),
    };
    let mut ladder = Ladder {
        tool_version: env!("CARGO_PKG_VERSION"),
        run_id: run.id.clone(),
        world: run.world.as_str(),
        list: None,
        started,
        target: with_port(target, port),
        remotename: String::new(),
        proxy: opener
            .plan()
            .proxy
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        verdict: Grade::default(),
        interrupted: false,
        relays: Vec::new(),
        addresses_left: 0,
        differences: Vec::new(),
    };
    let Some(Lookup { dns, routes, .. }) = lookup else {
        return Ok((
            ladder,
            Some("interrupted before anything was measured".to_owned()),
        ));
    };
    ladder.remotename = dns.last_name().unwrap_or_default().to_owned();
    let routes = match routes {
        Ok(routes) => routes,
        Err(failure) => return Ok((ladder, Some(format!("{}: {failure}", target.host)))),
    };
    let most = if args.all_addresses {
        MOST_ADDRESSES
    } else {
        1
    };
    let all = routes.len();
    let mut asking = LadderRun::new(opener, args.interval, stop);
    let progress = StatusLine::new(args.quiet);
    for route in routes.into_iter().take(most) {
        if asking.is_over() {
            break;
        }
        let to = route.to(target, port);
        let name = opener.server_name(&to);
        let told = |asked: &ScriptStep, connections: u32| {
            progress.show(|| {
                let (place, about) = (place(&to), plain(&asked.about));
                format!("{place}, connection {}: {about}", connections + 1)
            });
        };
        let climbed = asking.climb((route, &to), Some(name), told).await;
        let climbed = match climbed {
            Ok(climbed) => climbed,
            Err(address) => {
                progress.finish();
                return Err(address);
            }
        };
        let walked = asking.walk((opener, judge), (route, &to), &climbed).await;
        ladder.relays.push(build::relay(&climbed, &walked));
    }
    progress.finish();
    asking.close().await;
    ladder.interrupted = stop.is_asked();
    ladder.addresses_left = if args.all_addresses {
        all - ladder.relays.len()
    } else {
        0
    };
    ladder.differences = differences::differences(&ladder.relays);
    ladder.verdict = build::together(&ladder.relays, ladder.addresses_left);
    Ok((ladder, None))
}

/// The relay's address, or its name where only a proxy knows that.
fn place(to: &Destination) -> String {
    let name = || to.host.to_string();
    to.address.map_or_else(name, |address| address.to_string())
}

fn print(
    ladder: Ladder,
    run: &Arc<Run>,
    target: &Target,
    format: DocumentFormat,
    color: Color,
) -> anyhow::Result<()> {
    let room = Room::of(terminal::width());
    let text = match format {
        DocumentFormat::Table => doc::terminal(&sections::document(&ladder), &room),
        DocumentFormat::Markdown => doc::markdown(&sections::document(&ladder), None),
        DocumentFormat::Json => json(&ladder)?,
        DocumentFormat::Csv => return rows(ladder, run, target, color),
    };
    terminal::print(&text, terminal::stdout(color))
}

/// A row for each version of each relay.
fn rows(ladder: Ladder, run: &Arc<Run>, target: &Target, color: Color) -> anyhow::Result<()> {
    let columns = Rung::defaults();
    let out = terminal::stdout(color);
    let written = sink::csv_stream(out, &columns, sink::Profile::Plain).and_then(|mut sink| {
        let host: Arc<str> = target.host.to_string().into();
        let name: Arc<str> = ladder.remotename.as_str().into();
        let proxy: Arc<str> = ladder.proxy.as_str().into();
        for relay in ladder.relays {
            let remote = relay.address.parse().ok();
            let relay: Arc<LadderRelay> = Arc::new(relay);
            for version in relay.versions.clone() {
                sink.write(&Rung {
                    run: Arc::clone(run),
                    started: ladder.started,
                    host: Arc::clone(&host),
                    name: Arc::clone(&name),
                    remote,
                    proxy: Arc::clone(&proxy),
                    relay: Arc::clone(&relay),
                    version,
                })?;
            }
        }
        sink.finish()
    });
    match written {
        Ok(()) | Err(sink::SinkError::Closed(..)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
