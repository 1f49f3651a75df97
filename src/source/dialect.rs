//! Names of columns in files of other programs.

use crate::schema::{Alias, Id, id};

/// Names that stand for a column of ours; of several for one, the first that a file has counts.
pub(super) static ALIASES: &[Alias] = &[
    ("Timestamp", id!(datetime)),
    ("Computername", id!(remotehost)),
    ("url", id!(remotehost)),
    ("remoteudpport", id!(Port)),
    ("answerreceived", id!(Status)),
    ("Duration", id!(totaltimems)),
    // a sample of ours has no other time
    ("at_utc", id!(started_utc)),
];

/// Columns of End2End-UDP3478 and End2End-HTTP that no statistics ask for.
pub(super) const OTHERS: &[&str] = &[
    "minroundtrip",
    "successrttcount",
    "maxroundtrip",
    "httpbytes",
    "avg10",
    "Message",
    "httpstatuscode",
];

/// The column that a name stands for, in any case of letters.
pub(super) fn meant(name: &str) -> Option<Id> {
    let alias = ALIASES
        .iter()
        .find(|(alias, _)| alias.eq_ignore_ascii_case(name));
    alias.map(|(_, id)| *id).or_else(|| Id::find(name))
}
