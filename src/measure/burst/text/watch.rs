//! A watch for a reader: a line a minute, a line an outage, the list of outages.

use std::fmt::Write as _;
use std::net::SocketAddr;

use chrono::{DateTime, Utc};

use crate::doc::lines::{failed, line, millis, moment, seconds};
use crate::doc::{Style, styled};
use crate::measure::burst::Burst;
use crate::measure::burst::fold::{Change, Outages, WatchOutage};
use crate::record::{Distance, Outcome, plain};

/// The heading of [`minute`]'s lines.
pub fn minutes() -> String {
    format!(
        "{:<21}{:>6}{:>6}{:>9}{:>9}{:>9}{:>9}  ms\n",
        "minute", "sent", "lost", "min", "p50", "p95", "max"
    )
}

/// A minute of a watch in a line.
pub fn minute(row: &Burst) -> String {
    let mut out = format!("{:<21}", moment(row.started));
    let Some(figures) = &row.figures else {
        let mut out = String::new();
        let when = format!("{}  ", moment(row.started));
        if let Outcome::Failed(failure) = &row.outcome {
            failed(&mut out, "", &when, failure);
        }
        return out;
    };
    let _ = writeln!(
        out,
        "{:>6}{:>6}{:>9}{:>9}{:>9}{:>9}",
        figures.sent,
        figures.lost(),
        millis(figures.rtt_min),
        millis(figures.rtt_p50),
        millis(figures.rtt_p95),
        millis(figures.rtt_max)
    );
    out
}

/// The distance in words.
pub fn distance(distance: &Distance) -> String {
    match distance {
        Distance::Hops(1) => "1 hop away".to_owned(),
        Distance::Hops(hops) => format!("{hops} hops away"),
        Distance::Unknown(why) => format!("distance not found: {}", plain(why)),
    }
}

/// The line that tells of another address of this end.
pub fn moved(from: Option<SocketAddr>, to: SocketAddr, at: DateTime<Utc>) -> String {
    let mut out = String::new();
    let from = from.map_or_else(String::new, |from| format!(", before from {from}"));
    line(
        &mut out,
        "",
        &format!("{}  sent from {to} now{from}", moment(at)),
    );
    out
}

/// The line that tells of a change.
pub fn change(change: &Change) -> String {
    match change {
        Change::Began(outage) => {
            format!(
                "{} since {}, no answer yet\n",
                red("outage"),
                moment(outage.began)
            )
        }
        Change::Ended(outage) => format!("{} over: {}\n", red("outage"), outage_line(outage)),
    }
}

fn red(word: &str) -> String {
    styled(word, Style::Bad)
}

fn outage_line(outage: &WatchOutage) -> String {
    let lost = match outage.lost {
        0 => "nothing could be sent".to_owned(),
        1 => "1 packet lost".to_owned(),
        lost => format!("{lost} packets lost"),
    };
    let until = match outage.ended {
        None => "until the end".to_owned(),
        Some(ended) if ended.date_naive() == outage.began.date_naive() => {
            ended.format("to %H:%M:%SZ").to_string()
        }
        Some(ended) => ended.format("to %m-%d %H:%M:%SZ").to_string(),
    };
    let (began, length) = (moment(outage.began), seconds(outage.length));
    format!("{began} {until}, {length}, {lost}")
}

/// Most outages that the summary lists.
const LISTED: usize = 20;

/// The outages of a watch, the longest where there are many.
pub(super) fn outages_list(outages: &Outages) -> String {
    let count = outages.count();
    if count == 0 {
        return "no outage of a second or more\n".to_owned();
    }
    let mut out = format!(
        "{count} outage{} of a second or more, {} in all\n",
        if count == 1 { "" } else { "s" },
        seconds(outages.total())
    );
    let all = outages.longest();
    let mut longest: Vec<_> = all.iter().collect();
    longest.sort_by_key(|outage| std::cmp::Reverse(outage.length));
    longest.truncate(LISTED);
    longest.sort_by_key(|outage| outage.began);
    let listed = longest.len();
    for outage in longest {
        let _ = writeln!(out, "  {}", outage_line(outage));
    }
    if count > listed as u64 {
        let _ = writeln!(out, "  these are the {listed} longest");
    }
    out
}
