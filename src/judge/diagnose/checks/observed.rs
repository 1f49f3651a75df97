//! How a check reads by the facts alone, and its simplest forms: connects, and what relays replied.

use super::odd::Odd;
use crate::judge::diagnose::facts::{ConnectFacts, Fact, RelayReply, Reply, WhyUnknown};
use crate::judge::diagnose::finding::{Datum, Evidence};

/// How the facts alone see it.
pub(super) enum Observed {
    /// It is well, by these numbers.
    Ok(Vec<Evidence>),
    /// It was looked at, and does not read as all right: what was seen, with its numbers.
    Odd(Odd, Vec<Evidence>),
    /// Nothing is known of it.
    Unknown(WhyUnknown),
}

/// A number behind it.
pub(super) fn told(
    name: &'static str,
    value: Datum,
    n: Option<u64>,
    source: &'static str,
) -> Evidence {
    Evidence {
        name,
        value,
        n,
        source,
    }
}

/// Of a fact that is known or not.
pub(super) fn of<T>(fact: &Fact<T>, seen: impl FnOnce(&T) -> Observed) -> Observed {
    match fact {
        Fact::Known(value) => seen(value),
        Fact::Unknown(why) => Observed::Unknown(why.clone()),
    }
}

/// All right, or else that.
pub(super) fn ok_if(is_ok: bool, else_odd: Odd) -> Observed {
    if is_ok {
        Observed::Ok(Vec::new())
    } else {
        Observed::Odd(else_odd, Vec::new())
    }
}

/// So many of so many that are as they should be; all right where all are.
pub(super) fn all_of(
    name: &'static str,
    (good, n): (usize, usize),
    source: &'static str,
    else_odd: Odd,
) -> Observed {
    if n > 0 && good == n {
        return Observed::Ok(Vec::new());
    }
    let good = Datum::Count(good as u64);
    Observed::Odd(else_odd, vec![told(name, good, Some(n as u64), source)])
}

/// Whether a connection came up.
pub(super) fn open(connects: &ConnectFacts, source: &'static str) -> Observed {
    if connects.is_open() == Some(true) {
        return Observed::Ok(Vec::new());
    }
    let up = Datum::Count(connects.up().count() as u64);
    let n = connects.tried.len() as u64;
    Observed::Odd(Odd::NotUp, vec![told("up", up, Some(n), source)])
}

/// What a relay replied on port 443.
pub(super) fn talk(talk: &RelayReply, source: &'static str) -> Observed {
    reply_seen(talk.reply, source)
}

/// What a relay replied.
pub(super) fn reply_seen(reply: Reply, source: &'static str) -> Observed {
    let odd = |odd| Observed::Odd(odd, Vec::new());
    match reply {
        Reply::Success | Reply::Error(401) => Observed::Ok(Vec::new()),
        // silence within a short wait is nothing odd yet
        Reply::NotConnected | Reply::Silent => Observed::Unknown(WhyUnknown::NotReached),
        Reply::Error(error) => {
            let told = told("error", Datum::Number(error.into()), None, source);
            Observed::Odd(Odd::ReplyError, vec![told])
        }
        Reply::Closed => odd(Odd::ReplyClosed),
        Reply::Http => odd(Odd::ReplyHttp),
        Reply::Malformed => odd(Odd::ReplyMalformed),
    }
}
