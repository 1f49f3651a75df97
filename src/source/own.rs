//! Which columns make a file one that is read: two that nobody else has, and one of times.
//!
//! Not here: how a line becomes names (`header`), what a file that is none of these looks like
//! (`foreign`), which status words there are (`words`).

use crate::schema::{Dialect, Id};

use super::dialect::{OTHERS, kind};

/// Columns of ours and of End2End-TCP's that other programs may well have too: none of them tells
/// who wrote a file.
const COMMON: &[&str] = &[
    "local_ip",
    "local_port",
    "bytes_sent",
    "bytes_received",
    "tls_version",
    "tls_cipher",
    "tls_group",
    "tls_alpn",
    "tool_version",
    "run_id",
    "in_flight",
    "out_of_order",
    "send_error",
    "send_errors",
    "send_window",
    "rtt_us",
    "jitter_us",
    "interval_us",
];

/// Columns without an underscore that nobody else has.
const WORDS: &[&str] = &[
    "dnstimems",
    "connecttimems",
    "tlstimems",
    "totaltimems",
    "remoteudpport",
    "answerreceived",
    "averagertt",
    "minroundtrip",
    "maxroundtrip",
    "successrttcount",
    "avg10",
    "httpbytes",
    "httpstatuscode",
];

/// Columns of End2End-UDP3478, which has no times.
const UDP: &[&str] = &[
    "remoteudpport",
    "answerreceived",
    "averagertt",
    "minroundtrip",
    "maxroundtrip",
    "successrttcount",
];

/// Columns of End2End-HTTP that nobody else has.
const HTTP: &[&str] = &["avg10", "httpbytes", "httpstatuscode"];

/// The columns of End2End-Ping in the order of its later versions. None of the first seven is rare, all of
/// them are.
pub(super) const PING: [&str; 10] = [
    "Timestamp",
    "RemoteIP",
    "Min",
    "Avg",
    "Max",
    "Total",
    "Lost",
    "statuspacketloss",
    "statusavg2min",
    "statusmax2avg",
];

/// How many of them every version has.
pub(super) const PING_LEAST: usize = 7;

/// Columns of the Network Assessment Tool for Skype for Business that nobody else has.
const SKYPE: &[&str] = &[
    "PacketLossRate",
    "RoundTripLatencyInMs",
    "AverageJitterInMs",
    "PacketReorderRatio",
];

/// Columns of the one for Teams.
const TEAMS: &[&str] = &["LossRate-%", "AverageLatency-Ms", "AverageJitter-Ms"];

/// The whole header of End2End-HTTP's first version, in its spelling: none of its columns is rare,
/// all five in this order are.
const FIRST_HTTP: &[&str] = &["timestamp", "status", "duration", "url", "Message"];

/// Columns that tell of a probe's target in a file that has nothing but columns of ours: only there,
/// as other programs have such names too.
const TARGETS: &[&str] = &["remotehost", "remotename", "remoteip"];

/// What a header lacks to be one of a file that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lack {
    /// Two columns that nobody else has; the one that is there, if one is.
    Own(Option<String>),
    /// A column of times.
    Time,
}

/// What wrote a file with these columns.
pub(super) fn dialect(names: &[String]) -> Result<Dialect, Lack> {
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    let of = |known: &[&str]| known.iter().filter(|name| has(name)).count();
    let is_ping = |name: &String| PING.iter().any(|known| known.eq_ignore_ascii_case(name));
    if of(&PING[..PING_LEAST]) == PING_LEAST && names.iter().all(is_ping) {
        return Ok(Dialect::End2EndPing);
    }
    if has("CallStartTime") && of(SKYPE) >= 2 {
        return Ok(Dialect::SkypeAssessment);
    }
    if has("Timestamp-UTC") && of(TEAMS) >= 2 {
        return Ok(Dialect::TeamsAssessment);
    }
    if of(UDP) >= 2 {
        return Ok(Dialect::End2EndUdp);
    }
    if names == FIRST_HTTP || has("Timestamp") && of(HTTP) >= 2 {
        return Ok(Dialect::End2EndHttp);
    }
    let mut own: Vec<&String> = Vec::new();
    for name in names.iter().filter(|name| is_own(name)) {
        if !own.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            own.push(name);
        }
    }
    let timed = ["datetime", "started_utc", "at_utc", "sent_utc", "start_utc"]
        .into_iter()
        .any(has);
    // what `--columns` may have chosen: nobody else has only names of ours, each spelled as we do
    let is_ours =
        |name: &String| Id::find(name).is_some_and(|id| id.is_ours() && id.name() == name);
    let chosen = timed && names.iter().all(is_ours) && own.len().saturating_add(of(TARGETS)) > 0;
    match own[..] {
        [] | [_] if !chosen => Err(Lack::Own(own.first().map(|name| (*name).clone()))),
        _ if timed => Ok(kind(names)),
        _ => Err(Lack::Time),
    }
}

/// Whether nobody else has a column of this name.
fn is_own(name: &str) -> bool {
    let is = |known: &&str| known.eq_ignore_ascii_case(name);
    if WORDS.iter().any(is) {
        return true;
    }
    name.contains('_')
        && !COMMON.iter().any(is)
        && !OTHERS.iter().any(is)
        && Id::find(name).is_some_and(Id::is_ours)
}
