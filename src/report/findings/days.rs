//! Days, computers, regions and round trips in the sentences about levels.

use chrono::{DateTime, Utc};

use super::found::{Inputs, name};
use crate::doc::number::counted;
use crate::judge::levels::{FEWEST_BASE, Shift};
use crate::schema::THROUGH;

pub(super) fn since(about: &Inputs<'_>, from: i64, until: Option<i64>) -> String {
    let from = about.day(day(from));
    match until {
        None => format!("since {from}"),
        Some(until) => format!("from {from} until {}", about.day(day(until))),
    }
}

pub(super) fn host_or(host: &str) -> String {
    match host {
        "" => "From here".to_owned(),
        host => name(host),
    }
}

pub(super) fn day(number: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(number.saturating_mul(86_400), 0).unwrap_or_default()
}

/// What a region is called, and several.
pub(super) const REGION: [&str; 2] = ["region", "regions"];

pub(super) fn regions(count: usize) -> String {
    counted(count as u64, REGION[0], REGION[1])
}

/// What a level of a transport is of: over UDP there is no connect, and through a proxy it is the one to the proxy.
pub(super) fn trip(transport: &str) -> &'static str {
    match transport {
        "udp" => "round trip",
        through if through.contains(THROUGH) => "connect to the proxy",
        _ => "connect",
    }
}

/// How long it was otherwise before a shift, and why that is certain: of an early one, the days behind it say so.
pub(super) fn steady(shift: &Shift) -> String {
    let why = match (shift.base_days >= FEWEST_BASE, shift.until) {
        (true, _) => "all of these days are far outside what was usual",
        (false, None) => "those are far outside what was usual since",
        (false, Some(_)) => "all of these days are far outside what was usual after them",
    };
    format!(
        "before it was steady for {} (certain: {why})",
        counted(shift.base_days as u64, "day", "days")
    )
}
