//! From raw flags to a validated plan. Nothing is opened, started or sent here.

mod rate;
pub(in crate::cli) mod transports;

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use rustls::pki_types::ServerName;

use super::args::{FormatArg, ProbeArgs, ProfileArg, RollArg, TlsArg};
use super::tcp::reachable;
use crate::lab::LabOptions;
use crate::pace::Pace;
use crate::probe::dns::{Families, Resolver, SystemServers};
use crate::probe::{Limits, Plan, TlsVersion};
use crate::record::World;
use crate::schema::{COLUMNS, Column, REFERENCE_COLUMNS, RowKind, default_columns};
use crate::series::Series;
use crate::sink::{FileSpec, Format, Profile, Roll};
use crate::target::{Host, Target};

/// A validated series.
#[derive(Debug)]
pub struct Settings {
    /// When and what.
    pub series: Series,
    /// How each probe runs.
    pub plan: Plan,
    /// Files for rows.
    pub files: Vec<FileSpec>,
    /// What stdout gets.
    pub stdout: Stdout,
    /// Whether anything but plain TLS is done.
    pub has_turn: bool,
    /// CSV profile of stdout.
    pub profile: Profile,
    /// Labels, separated by one space.
    pub label: String,
    /// Whether only errors are printed.
    pub quiet: bool,
    /// Share of failures, in percent, that is still a success.
    pub max_failed: Option<f64>,
    /// The lab, when it is wanted.
    pub lab: Option<LabOptions>,
    /// Time from slot to slot.
    pub interval: Duration,
    /// The shortest one that strangers' addresses may get.
    pub polite: Duration,
    /// Time to go on for.
    pub duration: Option<Duration>,
}

/// What stdout gets while the series runs.
#[derive(Debug)]
pub enum Stdout {
    /// Nothing: the rows go to files, or nothing is wanted.
    Nothing,
    /// One line per probe.
    Lines,
    /// Rows.
    Rows(StdoutFormat, Vec<&'static Column>),
}

/// Form of the rows on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StdoutFormat {
    /// CSV.
    Csv,
    /// JSON Lines.
    Jsonl,
    /// The reference's list.
    List,
}

/// A timer's finest step.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

/// Longest interval and limit; longer ones are mistakes.
const LONGEST_INTERVAL: Duration = Duration::from_secs(24 * 3600);
const LONGEST_LIMIT: Duration = Duration::from_secs(600);
const LONGEST_SERIES: Duration = Duration::from_secs(3650 * 24 * 3600);

impl TryFrom<ProbeArgs> for Settings {
    type Error = anyhow::Error;

    fn try_from(args: ProbeArgs) -> anyhow::Result<Self> {
        let targets = targets(&args)?;
        let mut plan = plan(&args, &targets)?;
        ensure!(
            args.count != Some(0),
            "--count 0 would do nothing; give 1 or more"
        );
        ensure!(
            args.interval.is_zero()
                || (SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&args.interval),
            "--interval must be from 1ms to 24h, or 0 for back to back"
        );
        suits_addresses(&args, &targets)?;
        ensure!(
            args.duration
                .is_none_or(|d| !d.is_zero() && d <= LONGEST_SERIES),
            "--duration must be more than 0 and at most 3650 days"
        );
        let world = if args.lab { World::Lab } else { World::Real };
        let profile = profile(&args);
        let columns = match args.columns.as_deref() {
            Some("reference") => Some(COLUMNS[..REFERENCE_COLUMNS].iter().collect()),
            other => other.map(columns).transpose()?,
        };
        let files = files(&args, profile, columns.as_deref(), world, false)?;
        plan.fast = rate::is_fast(args.interval, &targets, &plan);
        let polite = rate::polite(&targets, &plan);
        // a slot with all addresses takes several probes' time
        let longest = targets.iter().map(|target| plan.longest(target)).max();
        let longest = longest.unwrap_or_default() * if args.all_addresses { 8 } else { 1 };
        let concurrency = args
            .concurrency
            .map_or_else(|| default_concurrency(longest, args.interval), usize::from);
        let has_turn = transports::has_turn(&plan, &targets);
        let stdout = stdout(&args, columns, has_turn);
        ensure!(
            args.csv_profile.is_none() || makes_csv(&files, &stdout),
            "--csv-profile needs CSV: give --output FILE.csv or --format csv"
        );
        let pace = Pace::new(args.interval, args.count, args.duration);
        let lab = args.lab.then(|| LabOptions {
            faults: args.lab_fault.clone(),
            fault_share: args.lab_fault_share,
            ..LabOptions::default()
        });
        Ok(Self {
            series: Series {
                pace,
                targets,
                concurrency,
            },
            plan,
            files,
            stdout,
            has_turn,
            profile,
            label: labels(&args.label)?,
            quiet: args.quiet,
            max_failed: args.max_failed,
            lab,
            interval: args.interval,
            polite,
            duration: args.duration,
        })
    }
}

/// How each probe runs, but for its pace.
pub(super) fn plan(args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<Plan> {
    let plan = Plan {
        resolver: resolver(&args.resolver)?,
        families: reachable(args.tcp.source, families(args)),
        all_addresses: args.all_addresses,
        address: args.address,
        sni: args.sni.as_deref().map(server_name).transpose()?,
        limits: limits(args)?,
        tls: match args.tls {
            TlsArg::V12 => TlsVersion::V12,
            TlsArg::V13 => TlsVersion::V13,
            TlsArg::Auto => TlsVersion::Auto,
        },
        own_server: args.i_own_this_server,
        ..Plan::default()
    };
    transports::plan(args, targets, plan)
}

/// The dialect of CSV.
pub(super) fn profile(args: &ProbeArgs) -> Profile {
    match args.csv_profile {
        None => Profile::Plain,
        Some(ProfileArg::Excel) => Profile::Excel,
        Some(ProfileArg::ExcelDe) => Profile::ExcelDe,
    }
}

/// The targets; those that name no port have this one.
pub(super) fn targets(args: &ProbeArgs) -> anyhow::Result<Vec<Target>> {
    let parse = |text: &String| text.parse::<Target>().map_err(anyhow::Error::from);
    args.targets.iter().map(parse).collect()
}

/// The kinds of addresses.
pub(super) fn families(args: &ProbeArgs) -> Families {
    match (args.ipv4, args.ipv6, args.all_addresses) {
        (true, ..) => Families::OnlyV4,
        (_, true, _) => Families::OnlyV6,
        (.., true) => Families::Both,
        _ => Families::PreferV4,
    }
}

/// Addresses on the command line must be of the kind that is asked for, and of the lab's world.
pub(super) fn suits_addresses(args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<()> {
    let literal = targets.iter().filter_map(|target| match target.host {
        Host::Address(address) => Some(address),
        Host::Name(_) => None,
    });
    for address in literal.chain(args.address) {
        let misfit = match (args.ipv4, args.ipv6) {
            (true, _) if address.is_ipv6() => Some("-4"),
            (_, true) if address.is_ipv4() => Some("-6"),
            _ => None,
        };
        if let Some(flag) = misfit {
            bail!("{flag} does not fit the address {address}");
        }
        ensure!(
            !args.lab || address.to_canonical().is_loopback(),
            "{address}: the lab has only loopback addresses; leave --lab out, or the address"
        );
    }
    Ok(())
}

pub(super) fn limits(args: &ProbeArgs) -> anyhow::Result<Limits> {
    let limits = [
        ("dns", args.dns_timeout),
        ("connect", args.connect_timeout),
        ("tls", args.tls_timeout),
        ("turn", args.turn_timeout),
    ];
    for (phase, limit) in limits {
        ensure!(
            limit >= Duration::from_millis(1) && limit <= LONGEST_LIMIT,
            "--{phase}-timeout must be from 1ms to 10m"
        );
    }
    Ok(Limits {
        dns: args.dns_timeout,
        connect: args.connect_timeout,
        tls: args.tls_timeout,
        turn: args.turn_timeout,
    })
}

/// So many that an outage, in which every probe takes all its time, costs no slot.
fn default_concurrency(longest: Duration, interval: Duration) -> usize {
    if interval.is_zero() {
        return 1;
    }
    let probes = longest.as_nanos().div_ceil(interval.as_nanos());
    usize::try_from(probes).unwrap_or(usize::MAX).clamp(8, 64)
}

pub(super) fn resolver(text: &str) -> anyhow::Result<Resolver> {
    let wrong = || format!("--resolver {text}: give system, os, an address or address:port");
    Ok(match text {
        "system" => Resolver::System(SystemServers::default()),
        "os" => Resolver::Os,
        _ => {
            let inner = text
                .strip_prefix('[')
                .and_then(|t| t.strip_suffix(']'))
                .unwrap_or(text);
            let server = match inner.parse::<IpAddr>() {
                Ok(address) => SocketAddr::new(address, 53),
                Err(_) => text.parse().with_context(wrong)?,
            };
            ensure!(
                server.port() != 0,
                "--resolver {text}: the port may not be 0"
            );
            Resolver::Servers(vec![server])
        }
    })
}

fn server_name(text: &str) -> anyhow::Result<ServerName<'static>> {
    let wrong = || format!("--sni {text}: neither a host name nor an address");
    match text.parse().with_context(wrong)? {
        Host::Address(address) => Ok(ServerName::from(address)),
        Host::Name(name) => ServerName::try_from(name.to_string()).with_context(wrong),
    }
}

/// The columns of a list of names.
pub(super) fn columns<R: RowKind>(text: &str) -> anyhow::Result<Vec<&'static Column<R>>> {
    if text == "all" {
        return Ok(R::table().iter().collect());
    }
    let mut seen = HashSet::new();
    let mut chosen = Vec::new();
    for name in text.split(',').map(str::trim) {
        let Some(column) = R::column(name) else {
            let what = match R::WHAT {
                "probe" => "",
                what => &format!(" {what}"),
            };
            bail!("--columns: there is no column `{name}`; `turnprobe schema{what}` lists them");
        };
        ensure!(seen.insert(name), "--columns: `{name}` stands twice");
        chosen.push(column);
    }
    Ok(chosen)
}

/// The files that `--output` names; `other_files`: whether there are more that roll.
pub(super) fn files<R: RowKind>(
    args: &ProbeArgs,
    profile: Profile,
    columns: Option<&[&'static Column<R>]>,
    world: World,
    other_files: bool,
) -> anyhow::Result<Vec<FileSpec<R>>> {
    let to_stdout = args.output.iter().filter(|path| is_stdout(path));
    ensure!(to_stdout.count() < 2, "--output names stdout (-) twice");
    let mut files: Vec<FileSpec<R>> = Vec::new();
    for path in args.output.iter().filter(|path| !is_stdout(path)) {
        let format = Format::from_path(path)?;
        let path = std::path::absolute(path)
            .with_context(|| format!("--output {}: not a path", path.display()))?;
        ensure!(
            files.iter().all(|file| file.path != path),
            "--output names {} twice",
            path.display()
        );
        let columns = columns.map_or_else(R::defaults, <[_]>::to_vec);
        files.push(FileSpec {
            path,
            format,
            columns,
            profile,
            roll: roll(args),
            world,
        });
    }
    ensure!(
        args.roll.is_none() || other_files || !files.is_empty(),
        "--roll needs a file: give --output FILE"
    );
    Ok(files)
}

/// How often a new file is begun.
pub(super) fn roll(args: &ProbeArgs) -> Option<Roll> {
    args.roll.map(|roll| match roll {
        RollArg::Hour => Roll::Hour,
        RollArg::Day => Roll::Day,
        RollArg::Month => Roll::Month,
    })
}

fn makes_csv(files: &[FileSpec], stdout: &Stdout) -> bool {
    files.iter().any(|file| file.format == Format::Csv)
        || matches!(stdout, Stdout::Rows(StdoutFormat::Csv, _))
}

pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The reference's list; with a turn phase also what it found, which the reference has no place for.
fn list_columns(has_turn: bool) -> Vec<&'static Column> {
    let reference = COLUMNS[..REFERENCE_COLUMNS].iter();
    let ours = ["transport", "detail"];
    let turn = COLUMNS
        .iter()
        .filter(|column| has_turn && (ours.contains(&column.name) || is_of_turn(column.name)));
    reference.chain(turn).collect()
}

fn is_of_turn(name: &str) -> bool {
    name.starts_with("turn_") || ["mapped_address", "alternate_server"].contains(&name)
}

fn stdout(args: &ProbeArgs, columns: Option<Vec<&'static Column>>, has_turn: bool) -> Stdout {
    let rows = args.format.is_some() || args.output.iter().any(|path| is_stdout(path));
    if !rows {
        let lines = args.output.is_empty() && !args.quiet;
        return if lines {
            Stdout::Lines
        } else {
            Stdout::Nothing
        };
    }
    let format = match args.format {
        None | Some(FormatArg::Csv) => StdoutFormat::Csv,
        Some(FormatArg::Jsonl) => StdoutFormat::Jsonl,
        Some(FormatArg::List) => StdoutFormat::List,
    };
    let columns = columns.unwrap_or_else(|| match format {
        StdoutFormat::List => list_columns(has_turn),
        _ => default_columns(),
    });
    Stdout::Rows(format, columns)
}

pub(super) fn labels(labels: &[String]) -> anyhow::Result<String> {
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
    }
    Ok(labels.join(" "))
}

#[cfg(test)]
mod tests;
