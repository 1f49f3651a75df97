//! Names of columns in files of other programs, and which kind of row they make.

use crate::measure::probe::{COLUMNS, REFERENCE_COLUMNS};
use crate::measure::rows::{ROWS, RowFacts};
use crate::schema::{Alias, Dialect, Id, id};

/// Names that stand for a column of ours; of several for one, the first that a file has counts.
pub(super) static ALIASES: &[Alias] = &[
    ("Timestamp", id!(datetime)),
    ("Computername", id!(remotehost)),
    ("url", id!(remotehost)),
    ("remoteudpport", id!(Port)),
    ("answerreceived", id!(Status)),
    ("Duration", id!(totaltimems)),
    ("CallStartTime", id!(datetime)),
    ("Timestamp-UTC", id!(datetime)),
    ("LossRate-%", id!(PacketLossRate)),
    ("AverageLatency-Ms", id!(RoundTripLatencyInMs)),
    ("AverageJitter-Ms", id!(AverageJitterInMs)),
    // a sample of ours has no other time
    ("at_utc", id!(started_utc)),
    // nor has a roll-up, whose target has the port in it
    ("start_utc", id!(started_utc)),
    ("target", id!(remotehost)),
];

/// Columns of End2End and of the Network Assessment Tool that no statistics ask for.
pub(super) const OTHERS: &[&str] = &[
    "minroundtrip",
    "successrttcount",
    "maxroundtrip",
    "httpbytes",
    "avg10",
    "Message",
    "httpstatuscode",
    "statuspacketloss",
    "statusavg2min",
    "statusmax2avg",
    "LocalIP",
    "ProxyUsed",
    "ReflexiveIP",
];

/// The column that a name stands for, in any case of letters.
pub(super) fn meant(name: &str) -> Option<Id> {
    let alias = ALIASES
        .iter()
        .find(|(alias, _)| alias.eq_ignore_ascii_case(name));
    alias.map(|(_, id)| *id).or_else(|| Id::find(name))
}

/// The kind of row, other than probes, whose columns these are: one is there that no other kind
/// has, or two where it is a word, and none that probes have and it has not.
fn kind_of_row(names: &[String]) -> Option<Dialect> {
    let is_probe = |row: &RowFacts| row.dialect == Some(Dialect::Turnprobe);
    let of_probes = |name: &str| ROWS.iter().any(|row| is_probe(row) && (row.has)(name));
    let mut left: Vec<&RowFacts> = ROWS.iter().collect();
    for row in ROWS.iter().rev().filter(|row| !is_probe(row)) {
        let Some(dialect) = row.dialect else {
            continue;
        };
        left.retain(|other| other.what != row.what);
        let is_own = |name: &str| (row.has)(name) && !left.iter().any(|other| (other.has)(name));
        let own: Vec<&String> = names.iter().filter(|name| is_own(name)).collect();
        let is_telling = own.len() > 1 || own.iter().any(|name| name.contains('_'));
        let has_others = names.iter().any(|name| of_probes(name) && !(row.has)(name));
        if is_telling && !has_others {
            return Some(dialect);
        }
    }
    None
}

/// What wrote a file with these columns, when it is ours or End2End-TCP's.
pub(super) fn kind(names: &[String]) -> Dialect {
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if let Some(dialect) = kind_of_row(names) {
        return dialect;
    }
    if has("Computername") && !has("remotehost") {
        return Dialect::End2EndTcpEarly;
    }
    let ours = COLUMNS[REFERENCE_COLUMNS..].iter();
    if ours.map(|column| column.name).any(has) {
        Dialect::Turnprobe
    } else {
        Dialect::End2EndTcp
    }
}
