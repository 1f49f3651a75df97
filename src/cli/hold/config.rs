//! From raw flags to validated held connections. Nothing is opened, started or sent here.

use std::time::Duration;

use anyhow::ensure;

use super::HoldKind;
use crate::cli::args::ProbeArgs;
use crate::cli::config::{columns, has_slots, plan, suits_addresses, targets, zone};
use crate::cli::run::RunPlan;
use crate::cli::run::outputs::{Choice, Outputs};
use crate::measure::Engine;
use crate::measure::hold::Hold;
use crate::measure::hold::HoldShape;
use crate::net::Plan;
use crate::pace::Pace;
use crate::record::Transport;
use crate::schema::RowKind;
use crate::target::Target;

/// What strangers get without `--i-own-this-server`.
const POLITE_RATE: u32 = 50;
const POLITE_LENGTH: Duration = Duration::from_secs(60);

/// The bounds of the time.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(3600);

/// Between two connections at least: the last answers are waited for, the end is an orderly one.
const PAUSE: Duration = Duration::from_secs(2);

/// The validated held connections.
pub(in crate::cli) fn job(args: &ProbeArgs) -> anyhow::Result<RunPlan<HoldKind>> {
    let targets = targets(args)?;
    fits(args, &targets)?;
    suits_addresses(args, &targets)?;
    let (shape, pace) = schedule(args)?;
    let choice = Choice {
        columns: args.columns.as_deref().map(columns).transpose()?,
        list: Hold::defaults(),
        details: (args.hold.samples.as_deref()).map(|path| ("--samples", path)),
    };
    let outputs = Outputs::new(args, choice)?;
    let path = Plan {
        fast: args.hold.hold_rate > POLITE_RATE || shape.length > POLITE_LENGTH,
        ..plan(args, &targets)?
    };
    let pauses = pace
        .slots()
        .map(|slots| u32::try_from(slots.saturating_sub(1)));
    let pauses = pauses.map(|pauses| pace.interval().saturating_mul(pauses.unwrap_or(u32::MAX)));
    let held = HoldKind {
        shape,
        length: pauses.map(|pauses| pauses.saturating_add(shape.length)),
        live: None,
        zone: zone(args),
    };
    let engine = Engine {
        pace,
        targets,
        concurrency: 1,
    };
    RunPlan::new(args, held, engine, path, outputs)
}

/// The shortest time from one connection to the next; none where none is held.
pub(in crate::cli) fn shortest_interval(args: &ProbeArgs) -> Option<Duration> {
    args.hold.hold.map(|length| length.saturating_add(PAUSE))
}

/// Only TLS can be held.
fn fits(args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<()> {
    ensure!(
        args.transport.iter().all(|t| *t == Transport::Tls),
        "--hold holds a TLS connection: give --transport tls, or leave --transport out"
    );
    let of_tls = |target: &Target| target.transport.is_none_or(|said| said == Transport::Tls);
    if let Some(other) = targets.iter().find(|target| !of_tls(target)) {
        anyhow::bail!("--hold holds a TLS connection: give {other} as a plain host or as tls://");
    }
    has_slots(args)
}

fn schedule(args: &ProbeArgs) -> anyhow::Result<(HoldShape, Pace)> {
    let length = args.hold.hold.unwrap_or_default();
    ensure!(
        (SHORTEST..=LONGEST).contains(&length),
        "--hold must be from 1s to 1h, and up to 60s without --i-own-this-server"
    );
    let shape = HoldShape {
        length,
        interval: Duration::from_secs(1) / args.hold.hold_rate,
    };
    let count = match (args.count, args.duration) {
        (None, None) => Some(1),
        (count, _) => count,
    };
    let shortest = shortest_interval(args).unwrap_or_default();
    let pace = Pace::new(args.interval.max(shortest), count, args.duration);
    Ok((shape, pace))
}
