//! The summary at the end of a series, at most 80 columns wide.

mod added;
mod answers;
mod connections;
pub mod http;
pub mod paths;
mod times;
mod versus;

use std::fmt::Write as _;

use crate::doc::wrapped;
use crate::record::plain;
use crate::stats::Tally;
use answers::answers;
use connections::connections;
use times::{TimesTable, share};
use versus::versus;

/// What is summed up.
#[derive(Debug)]
pub struct SeriesSummary<'a> {
    /// The rows.
    pub tally: &'a Tally,
    /// Slots that could not run.
    pub missed: u64,
    /// Probes in flight that an interruption cut off: they gave no row.
    pub cut_off: usize,
    /// What was probed, for the headline.
    pub targets: &'a str,
    /// Whether it was stopped before its time.
    pub stopped: bool,
    /// Whether the receive window was chosen: then its ceiling is told.
    pub window_chosen: bool,
    /// Whether an application protocol was asked for: then it is told whether one was taken.
    pub alpn_asked: bool,
    /// Whether each failure was told when it was measured.
    pub told: bool,
    /// Columns that it may take, up to 80.
    pub columns: usize,
}

impl SeriesSummary<'_> {
    /// The summary as text, each line ended.
    pub fn render(&self) -> String {
        let mut out = String::new();
        let tally = self.tally;
        let stopped = if self.stopped { ", interrupted" } else { "" };
        let room = self
            .columns
            .saturating_sub("---  ---".len() + stopped.len());
        let _ = writeln!(out, "--- {}{stopped} ---", shortened(self.targets, room));
        let _ = writeln!(
            out,
            "{} sent, {} ok, {} failed{}, {} missed slots{}",
            tally.outcomes.rows,
            tally.outcomes.ok,
            tally.outcomes.failed(),
            share(tally.outcomes.failed(), tally.outcomes.rows),
            self.missed,
            if self.cut_off > 0 {
                format!(", {} cut off", self.cut_off)
            } else {
                String::new()
            },
        );
        for (cause, count) in tally.failures.counts() {
            // what comes behind a semicolon is about the columns of the row
            let meaning = cause.meaning().split(';').next().unwrap_or_default();
            times::counted_line(&mut out, count, cause.as_str(), meaning, self.columns);
            let seen = plain(tally.failures.first(cause));
            if !self.told && !seen.is_empty() {
                times::below(&mut out, &format!("seen: {seen}"), self.columns);
            }
        }
        if tally.lost_syns > 0 {
            let is_proxied = tally.ways.keys().any(|way| way.through_proxy);
            let _ = writeln!(
                out,
                "{} retransmitted, in {} of {} probes{}",
                counted(tally.lost_syns, "SYN"),
                tally.rows_with_lost_syn,
                tally.outcomes.rows,
                if is_proxied {
                    "; through a proxy, on the path to it"
                } else {
                    ""
                }
            );
        }
        for said in paths::sentences(&tally.paths) {
            for line in wrapped(&said, self.columns) {
                let _ = writeln!(out, "{line}");
            }
        }
        if let Some(said) = http::sentence(&tally.http_replies) {
            for line in wrapped(&said, self.columns) {
                let _ = writeln!(out, "{line}");
            }
        }
        out.push_str(&answers(tally, self.alpn_asked, self.columns));
        out.push_str(&connections(tally, self.window_chosen, self.columns));
        let several = tally.ways.len() > 1;
        for (way, its) in &tally.ways {
            if its.times.taken().next().is_none() {
                continue;
            }
            let word = way.transport.as_str();
            let title = match (several, way.through_proxy) {
                (false, _) => "ms".to_owned(),
                (true, false) => word.to_owned(),
                (true, true) => format!("{word} through the proxy"),
            };
            let table = TimesTable::new(&title, self.columns, &mut out);
            for (metric, times) in its.times.taken() {
                table.row(metric.as_str(), times, &mut out);
            }
        }
        if let Some(added) = &tally.added {
            out.push_str(&added::added(added, self.columns));
        }
        out.push_str(&versus(tally, self.columns));
        let addresses = tally.addresses.len();
        if addresses > 0 {
            let _ = writeln!(
                out,
                "\n{addresses} distinct address{}{}",
                if addresses == 1 { "" } else { "es" },
                self.regions()
            );
        }
        out
    }

    fn regions(&self) -> String {
        let regions = &self.tally.regions;
        if regions.is_empty() {
            return String::new();
        }
        let mut out = ", by region:".to_owned();
        for (region, count) in regions {
            let _ = write!(out, "\n  {count:>7}  {region}");
        }
        out
    }
}

/// The text, or as much of it as fits, with dots.
fn shortened(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let cut: String = text.chars().take(room.saturating_sub(3)).collect();
    cut + "..."
}

/// `1 SYN`, `2 SYNs`.
fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let tally = Tally::default();
        let summary = SeriesSummary {
            tally: &tally,
            missed: 0,
            cut_off: 3,
            targets: "tr.example:443",
            stopped: true,
            window_chosen: false,
            alpn_asked: false,
            told: false,
            columns: 80,
        };
        let text = summary.render();
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        assert!(text.contains("tr.example:443, interrupted"));
        assert!(text.contains("0 missed slots, 3 cut off"));
        let targets = "relay.example:443, ".repeat(20);
        let summary = SeriesSummary {
            targets: &targets,
            ..summary
        };
        assert!(
            summary
                .render()
                .lines()
                .all(|line| line.chars().count() <= 80)
        );
    }
}
