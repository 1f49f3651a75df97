//! Days, computers, regions and round trips in the sentences about levels.

use chrono::{DateTime, Utc};

use super::found::{Inputs, name};
use crate::doc::number::counted;
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
