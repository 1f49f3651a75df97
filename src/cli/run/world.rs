//! The lab or the real network, and what identifies a run.

use std::collections::HashMap;
use std::fmt::Write as _;

use anyhow::{Context as _, bail, ensure};
use rustls::RootCertStore;
use tokio::runtime::Runtime;

use crate::clock::Wall;
use crate::endpoints::LAB_RANGES;
use crate::lab::{Lab, LabOptions};
use crate::net::dns::Resolver;
use crate::net::trust::{OsStore, Roots};
use crate::net::{Plan, Proxy};
use crate::record::{Run, Transport, World};
use crate::target::{Host, Target};

/// The lab, where one is asked for, and the world that rows are of.
pub(in crate::cli) fn started(
    options: Option<LabOptions>,
    wall: &Wall,
) -> anyhow::Result<(Option<Lab>, World)> {
    let Some(options) = options else {
        return Ok((None, World::Real));
    };
    let lab = Lab::start(options, wall).context("the lab could not be started")?;
    Ok((Some(lab), World::Lab))
}

/// The plan with everything swapped that makes a healthy lab read as healthy.
pub(in crate::cli) fn in_the_lab(plan: Plan, lab: &Lab) -> Plan {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(lab.roots());
    let mut os_store = roots.clone();
    os_store.add_parsable_certificates([lab.inspector()]);
    Plan {
        resolver: match plan.resolver {
            Resolver::System(_) => Resolver::Servers(vec![lab.resolver()]),
            // the command line takes no resolver beside --lab
            chosen => chosen,
        },
        finds_filters: false,
        proxy: plan.proxy.map(|proxy| match proxy.port {
            0 => Proxy {
                host: Host::Address(lab.proxy().ip()),
                port: lab.proxy().port(),
                ..proxy
            },
            _ => proxy,
        }),
        // behind a proxy that resolves names nothing else tells that the relay is the lab's
        own_server: true,
        port: Some(lab.port()),
        os_store: OsStore::Given(os_store),
        public_roots: Roots::Given(roots),
        ranges: LAB_RANGES,
        ranges_warning: None,
        ..plan
    }
}

/// What all rows of this run share.
pub(in crate::cli) fn this_run(label: &str, world: World, wall: &Wall) -> Run {
    Run {
        host: gethostname::gethostname().to_string_lossy().into_owned(),
        ..Run::new(&run_id(wall), label.to_owned(), world)
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

/// What the tasks of a command run on: one thread.
pub(in crate::cli) fn event_queue() -> anyhow::Result<Runtime> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().context("no event queue")
}

/// Targets of one transport in a few words.
pub(in crate::cli) fn headline(targets: &[Target], transport: Transport, world: World) -> String {
    let name = |target: &Target| match world {
        World::Lab => target.host.to_string(),
        World::Real => with_port(target, target.port_for(transport)),
    };
    few(targets.iter().map(name).collect(), world)
}

/// A target with the port that it comes to.
pub(in crate::cli) fn with_port(target: &Target, port: u16) -> String {
    let target = Target {
        port: Some(port),
        ..target.clone()
    };
    target.to_string()
}

/// A few names in one line.
pub(in crate::cli) fn few(names: Vec<String>, world: World) -> String {
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

/// The labels of a run, separated by one space.
pub(super) fn labels(labels: &[String]) -> anyhow::Result<String> {
    let mut keys = HashMap::new();
    for label in labels {
        let Some((key, value)) = label.split_once('=') else {
            bail!("--label {label}: write it as KEY=VALUE, such as access=Telekom");
        };
        ensure!(
            !key.is_empty() && !value.is_empty(),
            "--label {label}: neither key nor value may be empty"
        );
        ensure!(
            !label.contains(|c: char| c.is_whitespace() || c.is_control()),
            "--label {label}: no spaces, as labels are separated by one; write - or _ instead"
        );
        if let Some(other) = keys.insert(key, label) {
            bail!(
                "--label {label}: the key `{key}` is already in --label {other}; leave one of \
                 them out, or give it another key"
            );
        }
    }
    Ok(labels.join(" "))
}
