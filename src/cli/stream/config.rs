//! From raw flags to a validated burst or watch. Nothing is opened, started or sent here.

use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::args::LimitsArg;
use crate::cli::args::{FormatArg, ProbeArgs, TransportArg};
use crate::cli::config::{
    StdoutFormat, columns, families, files, is_stdout, labels, limits, profile, resolver, roll,
    suits_addresses, targets,
};
use crate::cli::tcp::{local_end, reachable, without_tcp};
use crate::lab::LabOptions;
use crate::pace::Pace;
use crate::probe::Plan;
use crate::record::{Burst, Packet, Transport, World};
use crate::schema::{Column, RowKind};
use crate::sink::{FileSpec, Format, Profile};
use crate::stats::packets::{CLIENT, EDGE, Limits};
use crate::stream::Shape;
use crate::target::Target;

/// A validated burst or watch.
#[derive(Debug)]
pub struct Settings {
    /// When bursts begin; none for a watch.
    pub bursts: Option<Pace>,
    /// Where packets go.
    pub targets: Vec<Target>,
    /// How they follow each other.
    pub shape: Shape,
    /// What they are judged by.
    pub judged_by: Limits,
    /// Whether the distance is measured too.
    pub hops: bool,
    /// How names are resolved, and for whom the rate is too high.
    pub plan: Plan,
    /// Files for rows.
    pub files: Vec<FileSpec<Burst>>,
    /// A file for every packet.
    pub packets: Option<FileSpec<Packet>>,
    /// What stdout gets.
    pub stdout: Stdout,
    /// CSV profile.
    pub profile: Profile,
    /// Labels, separated by one space.
    pub label: String,
    /// Whether only errors are printed.
    pub quiet: bool,
    /// Share of rows without an answer, in percent, that is still a success.
    pub max_failed: Option<f64>,
    /// The lab, when it is wanted.
    pub lab: Option<LabOptions>,
}

/// What stdout gets.
#[derive(Debug)]
pub enum Stdout {
    /// Nothing but the outages of a watch.
    Nothing,
    /// Blocks and lines.
    Text,
    /// Rows.
    Rows(StdoutFormat, Vec<&'static Column<Burst>>),
}

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

impl TryFrom<&ProbeArgs> for Settings {
    type Error = anyhow::Error;

    fn try_from(args: &ProbeArgs) -> anyhow::Result<Self> {
        let stream = &args.stream;
        let flag = if stream.watch { "--watch" } else { "--burst" };
        ensure!(
            args.transport.iter().all(|t| *t == TransportArg::Udp),
            "{flag} goes over UDP alone: give --transport udp, or leave --transport out"
        );
        let targets = targets(args)?;
        let other = targets
            .iter()
            .find(|target| target.transport == Some(Transport::Tls));
        ensure!(
            other.is_none(),
            "{flag} goes over UDP alone: give the target without tls:// or turns:"
        );
        suits_addresses(args, &targets)?;
        without_tcp(args, flag)?;
        ensure!(
            args.count != Some(0),
            "--count 0 would do nothing; give 1 or more"
        );
        ensure!(
            args.duration.is_none_or(|d| !d.is_zero()),
            "--duration must be more than 0"
        );
        ensure!(
            (Duration::from_millis(10)..=LONGEST_ANSWER).contains(&stream.answer_timeout),
            "--answer-timeout must be from 10ms to 10s"
        );
        let (shape, bursts, fast) = match stream.burst {
            Some(rate) => burst(args, rate)?,
            None => watch(args, &targets)?,
        };
        let world = if args.lab { World::Lab } else { World::Real };
        let profile = profile(args);
        let columns = args.columns.as_deref().map(columns).transpose()?;
        let files = files(
            args,
            profile,
            columns.as_deref(),
            world,
            stream.packets.is_some(),
        )?;
        let packets = packets(args, profile, world)?;
        ensure!(
            packets
                .iter()
                .all(|packets| files.iter().all(|file| file.path != packets.path)),
            "--packets and --output name the same file; their columns differ, give two files"
        );
        let stdout = stdout(args, columns);
        ensure!(
            args.csv_profile.is_none() || makes_csv(&files, packets.as_ref(), &stdout),
            "--csv-profile needs CSV: give --output FILE.csv or --format csv"
        );
        let plan = Plan {
            resolver: resolver(&args.resolver)?,
            families: reachable(args.tcp.source, families(args)),
            address: args.address,
            limits: limits(args)?,
            fast,
            own_server: args.i_own_this_server,
            local_end: local_end(args, &targets)?,
            ..Plan::default()
        };
        Ok(Self {
            bursts,
            targets,
            shape,
            judged_by: match stream.limits {
                LimitsArg::Client => CLIENT,
                LimitsArg::Edge => EDGE,
            },
            hops: stream.hops,
            plan,
            files,
            packets,
            stdout,
            profile,
            label: labels(&args.label)?,
            quiet: args.quiet,
            max_failed: args.max_failed,
            lab: args.lab.then(|| LabOptions {
                faults: args.lab_fault.clone(),
                fault_share: args.lab_fault_share,
                ..LabOptions::default()
            }),
        })
    }
}

type Schedule = (Shape, Option<Pace>, bool);

fn burst(args: &ProbeArgs, rate: u32) -> anyhow::Result<Schedule> {
    let length = args.stream.length;
    ensure!(
        (SHORTEST..=LONGEST).contains(&length),
        "--for must be from 1s to 1h; more than 60s only to loopback, private addresses or with --i-own-this-server"
    );
    let packets = length.as_nanos() * u128::from(rate) / 1_000_000_000;
    let shape = Shape {
        interval: Duration::from_secs(1) / rate,
        packets: Some(u64::try_from(packets)?),
        limit: args.stream.answer_timeout,
    };
    let interval = args.interval.max(length + shape.limit + PAUSE);
    let count = match (args.count, args.duration) {
        (None, None) => Some(1),
        (count, _) => count,
    };
    let fast = rate > POLITE_RATE || length > POLITE_LENGTH;
    Ok((shape, Some(Pace::new(interval, count, args.duration)), fast))
}

fn watch(args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<Schedule> {
    ensure!(
        (SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&args.interval),
        "--interval of a watch must be from 10ms to 60s; under 100ms only to loopback, private addresses or with \
         --i-own-this-server"
    );
    ensure!(
        targets.len() == 1,
        "--watch follows one target; start the program once for each"
    );
    let shape = Shape {
        interval: args.interval,
        packets: Pace::new(args.interval, args.count, args.duration).slots(),
        limit: args.stream.answer_timeout,
    };
    Ok((shape, None, args.interval < POLITE_INTERVAL))
}

fn packets(
    args: &ProbeArgs,
    profile: Profile,
    world: World,
) -> anyhow::Result<Option<FileSpec<Packet>>> {
    let Some(path) = &args.stream.packets else {
        return Ok(None);
    };
    let format = Format::from_path(path)?;
    let path = std::path::absolute(path)
        .with_context(|| format!("--packets {}: not a path", path.display()))?;
    Ok(Some(FileSpec {
        path,
        format,
        columns: Packet::defaults(),
        profile,
        roll: roll(args),
        world,
    }))
}

fn makes_csv(
    files: &[FileSpec<Burst>],
    packets: Option<&FileSpec<Packet>>,
    stdout: &Stdout,
) -> bool {
    files.iter().any(|file| file.format == Format::Csv)
        || packets.is_some_and(|file| file.format == Format::Csv)
        || matches!(stdout, Stdout::Rows(StdoutFormat::Csv, _))
}

fn stdout(args: &ProbeArgs, columns: Option<Vec<&'static Column<Burst>>>) -> Stdout {
    let rows = args.format.is_some() || args.output.iter().any(|path| is_stdout(path));
    if !rows {
        let text = args.output.is_empty() && !args.quiet;
        return if text { Stdout::Text } else { Stdout::Nothing };
    }
    let format = match args.format {
        None | Some(FormatArg::Csv) => StdoutFormat::Csv,
        Some(FormatArg::Jsonl) => StdoutFormat::Jsonl,
        Some(FormatArg::List) => StdoutFormat::List,
    };
    Stdout::Rows(format, columns.unwrap_or_else(Burst::defaults))
}
