//! From raw flags to a validated burst or watch. Nothing is opened, started or sent here.

use std::time::Duration;

use anyhow::{bail, ensure};

use super::BurstKind;
use crate::cli::args::ProbeArgs;
use crate::cli::config::local_end::{local_end, reachable};
use crate::cli::config::{
    columns, families, has_slots, limits, resolver, suits_addresses, targets, zone,
};
use crate::cli::run::RunPlan;
use crate::cli::run::outputs::{Choice, Outputs};
use crate::cli::values::LimitsArg;
use crate::judge::limits::{CLIENT, EDGE};
use crate::measure::Engine;
use crate::measure::burst::Burst;
use crate::measure::burst::{BurstOptions, BurstShape};
use crate::net::Plan;
use crate::pace::Pace;
use crate::record::{Mode, Transport};
use crate::schema::RowKind;
use crate::target::Target;

/// What strangers get without `--i-own-this-server`: packets a second and length of a burst, and
/// the interval of a watch.
const POLITE_RATE: u32 = 50;
const POLITE_LENGTH: Duration = Duration::from_secs(60);
const POLITE_INTERVAL: Duration = Duration::from_millis(100);

/// The shortest burst, the longest one of all, and the bounds of the other times.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(3600);
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);
const LONGEST_ANSWER: Duration = Duration::from_secs(10);

/// Between two bursts at least, in addition to the wait for answers.
const PAUSE: Duration = Duration::from_secs(1);

/// The validated bursts or watch.
pub(in crate::cli) fn job(args: &ProbeArgs) -> anyhow::Result<RunPlan<BurstKind>> {
    let stream = &args.stream;
    let flag = if stream.watch { "--watch" } else { "--burst" };
    ensure!(
        args.transport.iter().all(|t| *t == Transport::Udp),
        "{flag} uses UDP only: give --transport udp, or leave --transport out"
    );
    let targets = targets(args)?;
    let mut said = targets.iter().filter_map(|target| target.transport);
    if let Some(other) = said.find(|said| *said != Transport::Udp) {
        let without = match other {
            Transport::Tcp => "tcp:// or ?transport=tcp",
            _ => "tls:// or turns:",
        };
        bail!("{flag} uses UDP only: give the target without {without}");
    }
    suits_addresses(args, &targets)?;
    has_slots(args)?;
    ensure!(
        (Duration::from_millis(10)..=LONGEST_ANSWER).contains(&stream.answer_timeout),
        "--answer-timeout must be from 10ms to 10s"
    );
    let PacketSchedule { shape, pace, fast } = match stream.burst {
        Some(rate) => burst(args, rate)?,
        None => watch(args, &targets)?,
    };
    let choice = Choice {
        columns: args.columns.as_deref().map(columns).transpose()?,
        list: Burst::defaults(),
        details: stream.packets.as_deref().map(|path| ("--packets", path)),
    };
    let outputs = Outputs::new(args, choice)?;
    let path = Plan {
        resolver: resolver(&args.resolver)?,
        families: reachable(args.tcp.source, families(args)),
        address: args.address,
        limits: limits(args)?,
        fast,
        own_server: args.i_own_this_server,
        local_end: local_end(args, &targets)?,
        ..Plan::default()
    };
    let options = BurstOptions {
        mode: if stream.watch {
            Mode::Watch
        } else {
            Mode::Burst
        },
        shape,
        limits: match stream.limits {
            LimitsArg::Client => CLIENT,
            LimitsArg::Edge => EDGE,
        },
        hops: stream.hops,
    };
    let stream = BurstKind {
        length: length(&pace, &options.shape),
        options,
        live: None,
        watch: stream
            .watch
            .then(|| Pace::new(args.interval, args.count, args.duration)),
        zone: zone(args),
        minutes: None,
    };
    let engine = Engine {
        pace,
        targets,
        concurrency: 1,
    };
    RunPlan::new(args, stream, engine, path, outputs)
}

/// From the first packet to the last one, where there is one.
fn length(pace: &Pace, shape: &BurstShape) -> Option<Duration> {
    let packets = u32::try_from(shape.packets?).unwrap_or(u32::MAX);
    let pauses = u32::try_from(pace.slots()?.saturating_sub(1)).unwrap_or(u32::MAX);
    let one = shape.interval.saturating_mul(packets);
    Some(pace.interval().saturating_mul(pauses).saturating_add(one))
}

/// When packets are sent.
struct PacketSchedule {
    shape: BurstShape,
    /// When slots begin: each burst is one, a watch is the only one.
    pace: Pace,
    /// Whether it is more than strangers may get.
    fast: bool,
}

/// The shortest time from one burst to the next; none where there is none.
pub(in crate::cli) fn shortest_interval(args: &ProbeArgs) -> Option<Duration> {
    args.stream.burst?;
    let answers = args
        .stream
        .length
        .saturating_add(args.stream.answer_timeout);
    Some(answers.saturating_add(PAUSE))
}

fn burst(args: &ProbeArgs, rate: u32) -> anyhow::Result<PacketSchedule> {
    let length = args.stream.length;
    ensure!(
        (SHORTEST..=LONGEST).contains(&length),
        "--for must be from 1s to 1h; more than 60s only to loopback, private addresses or with --i-own-this-server"
    );
    let packets = length.as_nanos() * u128::from(rate) / 1_000_000_000;
    let shape = BurstShape {
        interval: Duration::from_secs(1) / rate,
        packets: Some(u64::try_from(packets)?),
        limit: args.stream.answer_timeout,
    };
    let interval = args
        .interval
        .max(shortest_interval(args).unwrap_or_default());
    let count = match (args.count, args.duration) {
        (None, None) => Some(1),
        (count, _) => count,
    };
    let fast = rate > POLITE_RATE || length > POLITE_LENGTH;
    Ok(PacketSchedule {
        shape,
        pace: Pace::new(interval, count, args.duration),
        fast,
    })
}

fn watch(args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<PacketSchedule> {
    ensure!(
        (SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&args.interval),
        "--interval of a watch must be from 10ms to 60s; under 100ms only to loopback, private addresses or with \
         --i-own-this-server"
    );
    ensure!(
        targets.len() == 1,
        "--watch follows one target; start the program once for each"
    );
    let shape = BurstShape {
        interval: args.interval,
        packets: Pace::new(args.interval, args.count, args.duration).slots(),
        limit: args.stream.answer_timeout,
    };
    Ok(PacketSchedule {
        shape,
        pace: Pace::new(Duration::ZERO, Some(1), None),
        fast: args.interval < POLITE_INTERVAL,
    })
}
