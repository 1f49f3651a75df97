//! From raw flags to a validated series of probes. Nothing is opened, started or sent here.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::ensure;

use super::lines::{LineLayout, ProbeLines};
use super::{Extent, Probes, rate, rollup};
use crate::cli::args::ProbeArgs;
use crate::cli::config::{columns, plan, suits_addresses, targets, transports, zone};
use crate::cli::run::RunPlan;
use crate::cli::run::outputs::{Choice, Outputs};
use crate::measure::Engine;
use crate::measure::probe::columns::REMARKS;
use crate::measure::probe::{COLUMNS, REFERENCE_COLUMNS};
use crate::pace::Pace;
use crate::schema::Column;
use crate::stats::Tally;

/// A timer's finest step.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

/// Longest interval and series; longer ones are mistakes.
const LONGEST_INTERVAL: Duration = Duration::from_secs(24 * 3600);
const LONGEST_SERIES: Duration = Duration::from_secs(3650 * 24 * 3600);

/// The validated series of probes.
pub(in crate::cli) fn job(args: &ProbeArgs) -> anyhow::Result<RunPlan<Probes>> {
    let targets = targets(args)?;
    let mut path = plan(args, &targets)?;
    ensure!(
        args.count != Some(0),
        "--count 0 would do nothing; give 1 or more"
    );
    ensure!(
        args.interval.is_zero() || (SHORTEST_INTERVAL..=LONGEST_INTERVAL).contains(&args.interval),
        "--interval must be from 1ms to 24h, or 0 for back to back"
    );
    suits_addresses(args, &targets)?;
    ensure!(
        args.duration
            .is_none_or(|d| !d.is_zero() && d <= LONGEST_SERIES),
        "--duration must be more than 0 and at most 3650 days"
    );
    let has_turn = transports::has_turn(&path, &targets);
    let columns = match args.columns.as_deref() {
        Some("reference") => Some(COLUMNS[..REFERENCE_COLUMNS].iter().collect()),
        other => other.map(columns).transpose()?,
    };
    let choice = Choice {
        columns,
        list: list_columns(has_turn),
        details: None,
    };
    let outputs = Outputs::new(args, choice)?;
    path.fast = rate::is_fast(args.interval, &targets, &path);
    // a slot with all addresses takes several probes' time
    let longest = targets.iter().map(|target| path.longest(target)).max();
    let longest = longest.unwrap_or_default() * if args.all_addresses { 8 } else { 1 };
    let outputs = rollup::with_rollups(outputs, args, longest)?;
    let concurrency = args
        .concurrency
        .map_or_else(|| default_concurrency(longest, args.interval), usize::from);
    let pace = Pace::new(args.interval, args.count, args.duration);
    let layout = match (&path.proxy, has_turn) {
        (Some(_), _) => LineLayout::Proxy,
        (None, true) => LineLayout::Transports,
        (None, false) => LineLayout::Tls,
    };
    let hosts: BTreeSet<_> = targets.iter().map(|its| its.host.to_string()).collect();
    let hosts: Vec<_> = hosts.into_iter().collect();
    let kind = Probes {
        lines: ProbeLines::new(layout, zone(args), &hosts),
        is_text: false,
        extent: Extent {
            slots: pace.slots(),
            interval: args.interval,
            duration: args.duration,
        },
        polite: rate::polite(&targets, &path),
        alpn_asked: !path.alpn.is_empty(),
        window_chosen: path.local_end.receive_buffer.is_some(),
        tally: if path.compares_direct {
            Tally::of_both_ways()
        } else {
            Tally::default()
        },
        live: None,
        hints: false,
    };
    let engine = Engine {
        pace,
        targets,
        concurrency,
    };
    RunPlan::new(args, kind, engine, path, outputs)
}

/// So many that an outage, in which every probe takes all its time, costs no slot.
fn default_concurrency(longest: Duration, interval: Duration) -> usize {
    if interval.is_zero() {
        return 1;
    }
    let probes = longest.as_nanos().div_ceil(interval.as_nanos());
    usize::try_from(probes).unwrap_or(usize::MAX).clamp(8, 64)
}

/// The reference's list; besides what it has no place for: with a turn phase what that found, and what is wrong with
/// a certificate.
fn list_columns(has_turn: bool) -> Vec<&'static Column> {
    let reference = COLUMNS[..REFERENCE_COLUMNS].iter();
    let ours = ["transport", "detail"];
    let turn = COLUMNS
        .iter()
        .filter(|column| has_turn && (ours.contains(&column.name) || is_of_turn(column.name)));
    let remarks = REMARKS
        .iter()
        .filter(|column| !(has_turn && ours.contains(&column.name)));
    reference.chain(turn).chain(remarks).collect()
}

fn is_of_turn(name: &str) -> bool {
    name.starts_with("turn_") || ["mapped_address", "alternate_server"].contains(&name)
}

#[cfg(test)]
mod tests;
