//! From raw flags to validated held connections. Nothing is opened, started or sent here.

use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::cli::args::{FormatArg, ProbeArgs, TransportArg};
use crate::cli::config::{
    StdoutFormat, columns, files, is_stdout, labels, plan, profile, roll, suits_addresses, targets,
};
use crate::lab::LabOptions;
use crate::pace::Pace;
use crate::probe::Plan;
use crate::record::{Hold, Sample, Transport, World};
use crate::schema::{Column, RowKind};
use crate::sink::{FileSpec, Format, Profile};
use crate::stream::held::Shape;
use crate::target::Target;

/// Validated held connections.
#[derive(Debug)]
pub struct Settings {
    /// When connections begin.
    pub pace: Pace,
    /// Where they go.
    pub targets: Vec<Target>,
    /// How each is held.
    pub shape: Shape,
    /// How they are opened, and for whom this is too much.
    pub plan: Plan,
    /// Files for rows.
    pub files: Vec<FileSpec<Hold>>,
    /// A file for every sample.
    pub samples: Option<FileSpec<Sample>>,
    /// What stdout gets.
    pub stdout: Stdout,
    /// CSV profile.
    pub profile: Profile,
    /// Labels, separated by one space.
    pub label: String,
    /// Whether only errors are printed.
    pub quiet: bool,
    /// Share of failed rows, in percent, that is still a success.
    pub max_failed: Option<f64>,
    /// The lab, when it is wanted.
    pub lab: Option<LabOptions>,
}

/// What stdout gets.
#[derive(Debug)]
pub enum Stdout {
    /// Nothing but the summary.
    Nothing,
    /// A block a connection.
    Text,
    /// Rows.
    Rows(StdoutFormat, Vec<&'static Column<Hold>>),
}

/// What strangers get without `--i-own-this-server`.
const POLITE_RATE: u32 = 50;
const POLITE_LENGTH: Duration = Duration::from_secs(60);

/// The bounds of the time.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(3600);

/// Between two connections at least: the last answers are waited for, the end is an orderly one.
const PAUSE: Duration = Duration::from_secs(2);

impl TryFrom<&ProbeArgs> for Settings {
    type Error = anyhow::Error;

    fn try_from(args: &ProbeArgs) -> anyhow::Result<Self> {
        let targets = targets(args)?;
        fits(args, &targets)?;
        suits_addresses(args, &targets)?;
        let (shape, pace) = schedule(args)?;
        let world = if args.lab { World::Lab } else { World::Real };
        let profile = profile(args);
        let columns = args.columns.as_deref().map(columns).transpose()?;
        let has_samples = args.hold.samples.is_some();
        let files = files(args, profile, columns.as_deref(), world, has_samples)?;
        let samples = samples(args, profile, world)?;
        let same = |other: &FileSpec<Sample>| files.iter().any(|file| file.path == other.path);
        ensure!(
            !samples.as_ref().is_some_and(same),
            "--samples and --output name the same file; their columns differ, give two files"
        );
        let stdout = stdout(args, columns);
        ensure!(
            args.csv_profile.is_none() || makes_csv(&files, samples.as_ref(), &stdout),
            "--csv-profile needs CSV: give --output FILE.csv or --format csv"
        );
        let plan = Plan {
            fast: args.hold.hold_rate > POLITE_RATE || shape.length > POLITE_LENGTH,
            ..plan(args, &targets)?
        };
        Ok(Self {
            pace,
            targets,
            shape,
            plan,
            files,
            samples,
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

/// Only TLS can be held.
fn fits(args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<()> {
    ensure!(
        args.transport.iter().all(|t| *t == TransportArg::Tls),
        "--hold holds a TLS connection: give --transport tls, or leave --transport out"
    );
    let of_tls = |target: &Target| target.transport.is_none_or(|said| said == Transport::Tls);
    if let Some(other) = targets.iter().find(|target| !of_tls(target)) {
        anyhow::bail!("--hold holds a TLS connection: give {other} as a plain host or as tls://");
    }
    ensure!(
        !args.tcp.fast_open && args.tcp.receive_buffer.is_none(),
        "--fast-open and --receive-buffer are told by plain probes: leave them out, or --hold"
    );
    ensure!(
        args.count != Some(0),
        "--count 0 would do nothing; give 1 or more"
    );
    ensure!(
        args.duration.is_none_or(|d| !d.is_zero()),
        "--duration must be more than 0"
    );
    Ok(())
}

fn schedule(args: &ProbeArgs) -> anyhow::Result<(Shape, Pace)> {
    let length = args.hold.hold.unwrap_or_default();
    ensure!(
        (SHORTEST..=LONGEST).contains(&length),
        "--hold must be from 1s to 1h, and up to 60s without --i-own-this-server"
    );
    let shape = Shape {
        length,
        interval: Duration::from_secs(1) / args.hold.hold_rate,
    };
    let count = match (args.count, args.duration) {
        (None, None) => Some(1),
        (count, _) => count,
    };
    let pace = Pace::new(args.interval.max(length + PAUSE), count, args.duration);
    Ok((shape, pace))
}

fn samples(
    args: &ProbeArgs,
    profile: Profile,
    world: World,
) -> anyhow::Result<Option<FileSpec<Sample>>> {
    let Some(path) = &args.hold.samples else {
        return Ok(None);
    };
    let format = Format::from_path(path)?;
    let path = std::path::absolute(path)
        .with_context(|| format!("--samples {}: not a path", path.display()))?;
    Ok(Some(FileSpec {
        path,
        format,
        columns: Sample::defaults(),
        profile,
        roll: roll(args),
        world,
    }))
}

fn makes_csv(
    files: &[FileSpec<Hold>],
    samples: Option<&FileSpec<Sample>>,
    stdout: &Stdout,
) -> bool {
    files.iter().any(|file| file.format == Format::Csv)
        || samples.is_some_and(|file| file.format == Format::Csv)
        || matches!(stdout, Stdout::Rows(StdoutFormat::Csv, _))
}

fn stdout(args: &ProbeArgs, columns: Option<Vec<&'static Column<Hold>>>) -> Stdout {
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
    Stdout::Rows(format, columns.unwrap_or_else(Hold::defaults))
}
