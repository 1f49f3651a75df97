//! Bursts as text: a block per burst, and the summary of bursts and watches. Not here: the lines of a watch (`watch`),
//! and where lines break (`narrowed`).

mod quality;
pub mod watch;

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::doc::lines::{WIDTH, failed, line, millis, ms, percent};
use crate::doc::text::time;
use crate::judge::limits::QualityLimits;
use crate::measure::burst::Burst;
use crate::measure::burst::fold::WatchOutages;
use crate::record::{Distance, Figures, Outcome, plain};
use crate::stats::FailuresByCause;
use crate::zone::Zone;
pub use quality::{failed_lines, table, verdict};
use watch::{distance, outages_list};

/// A burst in a block of lines.
pub fn block(burst: &Burst, limits: &QualityLimits, zone: Zone, columns: usize) -> String {
    let mut out = String::new();
    let address = burst.remote.map_or_else(String::new, |a| format!("  {a}"));
    let region = match &*burst.region {
        "" => String::new(),
        region => format!("  {}", plain(region)),
    };
    line(
        &mut out,
        "",
        &format!(
            "burst {}  {}{address}{region}",
            burst.slot,
            time(zone, burst.started)
        ),
    );
    if let Some(figures) = &burst.figures {
        let mut what = format!("{} packets, one every {}", figures.sent, ms(burst.interval));
        if let Some(took) = burst.dns_took {
            let _ = write!(what, "; name resolved in {}", ms(took));
        }
        if let Some(found) = &burst.distance {
            let _ = write!(what, "; {}", distance(found));
        }
        line(&mut out, "  ", &what);
    }
    if let Outcome::Failed(failure) = &burst.outcome {
        failed(&mut out, "  ", "", failure);
    }
    if burst.outcome.is_ok() && !burst.met.is_empty() {
        let text = format!("besides answers: {}", plain(&burst.met));
        line(&mut out, "  ", &text);
    }
    if !burst.dns.told.is_empty() {
        line(
            &mut out,
            "  ",
            &format!("name resolution: {}", plain(&burst.dns.told)),
        );
    }
    if let Some(figures) = &burst.figures {
        out += &lines(figures);
        out += &table(figures, limits, columns);
        out += &verdict(figures, limits);
    }
    out
}

/// The figures in lines.
fn lines(figures: &Figures) -> String {
    let mut out = String::new();
    let mut add = |name: &str, text: &str| line(&mut out, "  ", &format!("{name:<10}{text}"));
    add("lost", &lost(figures));
    let times = [
        ("min", figures.rtt_min),
        ("p50", figures.rtt_p50),
        ("p95", figures.rtt_p95),
        ("p99", figures.rtt_p99),
        ("max", figures.rtt_max),
    ];
    let times: Vec<_> = times
        .iter()
        .map(|(name, time)| format!("{name} {}", millis(*time)))
        .collect();
    add("rtt ms", &times.join("  "));
    if let (Some(jitter), Some(max)) = (figures.jitter, figures.jitter_max) {
        let text = format!(
            "{} mean change of the round trip, smoothed at most {}",
            ms(jitter),
            ms(max)
        );
        add("jitter", &text);
    }
    let others = format!(
        "{} reordered, {} duplicates, {} late, {} ignored",
        figures.reordered, figures.duplicates, figures.late, figures.ignored
    );
    add("answers", &others);
    let mut sending = format!("{} missed", figures.missed);
    if figures.send_errors > 0 {
        let _ = write!(sending, ", {} refused by this system", figures.send_errors);
    }
    if let Some(lag) = figures.send_lag_p99 {
        let _ = write!(sending, ", p99 {} late", ms(lag));
    }
    add("sending", &sending);
    out
}

fn lost(figures: &Figures) -> String {
    let mut out = format!("{} of {}", figures.lost(), figures.sent);
    if let Some(loss) = figures.loss {
        let _ = write!(
            out,
            ", {} (95 % interval {} to {})",
            percent(loss.ppm),
            percent(loss.low_ppm),
            percent(loss.high_ppm)
        );
    }
    out
}

/// What is summed up.
#[derive(Debug)]
pub struct BurstSummary<'a> {
    /// What was measured, for the headline.
    pub targets: &'a str,
    /// Whether it was stopped before its time.
    pub stopped: bool,
    /// Bursts, and how many of them something answered; none of a watch.
    pub bursts: Option<(u64, u64)>,
    /// Slots that could not run.
    pub missed: u64,
    /// Bursts, or a watch, that had sent nothing yet when an interruption cut them off: they gave no row.
    pub cut_off: usize,
    /// All packets together.
    pub figures: &'a Figures,
    /// By what they are judged.
    pub limits: &'a QualityLimits,
    /// Times without answers; none of bursts.
    pub outages: Option<&'a WatchOutages>,
    /// The distance of a relay that was watched.
    pub distance: Option<&'a Distance>,
    /// Since when nothing could be sent, and why, where a watch never came to that.
    pub unmeasured: Option<&'a (DateTime<Utc>, Outcome)>,
    /// Why rows had no answer.
    pub failures: &'a FailuresByCause,
    /// Rows with answers in which something else was met besides lost packets, and what in the first of them.
    pub met: Option<&'a (u64, String)>,
    /// Whether the only burst was told in full already.
    pub told: bool,
    /// Where times are shown.
    pub zone: Zone,
    /// Columns of what it is shown on.
    pub columns: usize,
}

impl BurstSummary<'_> {
    /// The summary as text, each line ended.
    pub fn render(&self) -> String {
        let stopped = if self.stopped { ", interrupted" } else { "" };
        let room = WIDTH - "---  ---".len() - stopped.len();
        let targets = plain(self.targets);
        let shown: String = if targets.chars().count() > room {
            targets
                .chars()
                .take(room - 3)
                .chain("...".chars())
                .collect()
        } else {
            targets.into_owned()
        };
        let mut out = format!("--- {shown}{stopped} ---\n");
        let cut_off = match self.cut_off {
            0 => String::new(),
            count => format!(", {count} cut off"),
        };
        if let Some((bursts, answered)) = self.bursts {
            let _ = writeln!(
                out,
                "{bursts} burst{}, {answered} answered, {} missed slots{cut_off}, {} packets",
                if bursts == 1 { "" } else { "s" },
                self.missed,
                self.figures.sent
            );
        } else {
            let mut text = format!("{} packets{cut_off}", self.figures.sent);
            if let Some(found) = self.distance {
                let _ = write!(text, "; {}", distance(found));
            }
            line(&mut out, "", &text);
        }
        let has_figures = self.figures.sent > 0;
        if self.told {
            if has_figures {
                out += &verdict(self.figures, self.limits);
            }
            return out;
        }
        if has_figures {
            out += &lines(self.figures);
        }
        out += &self.reasons();
        if let Some((since, Outcome::Failed(failure))) = self.unmeasured {
            let since = time(self.zone, *since);
            let text = format!("nothing could be measured since {since}: {failure}");
            line(&mut out, "", &text);
        }
        match self.outages {
            // of what was not measured nothing is known
            Some(outages) if !has_figures && outages.count() == 0 => {}
            Some(outages) => out += &outages_list(outages, self.zone),
            None => {}
        }
        if has_figures {
            out += &table(self.figures, self.limits, self.columns);
            out += &verdict(self.figures, self.limits);
        }
        out
    }

    /// Why rows had no answer, and what was met where they had.
    fn reasons(&self) -> String {
        let mut out = String::new();
        let rows = if self.bursts.is_some() {
            "burst"
        } else {
            "minute"
        };
        // a watch that could measure nothing says so itself
        if self.unmeasured.is_none() {
            for said in self.failures.sentences() {
                line(&mut out, "", &format!("{rows}s without an answer: {said}"));
            }
        }
        if let Some((count, first)) = self.met {
            let s = if *count == 1 { "" } else { "s" };
            let of = if *count == 1 { "" } else { ", in the first" };
            let text = format!(
                "besides answers, in {count} {rows}{s}{of}: {}",
                plain(first)
            );
            line(&mut out, "", &text);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::doc::lines::narrowed;
    use crate::judge::limits::CLIENT;
    use crate::record::LossWindow;
    use crate::stats::share;

    #[test]
    fn the_table_has_a_verdict_on_each_line_within_80_columns() {
        let figures = Figures {
            sent: 750,
            received: 730,
            loss: share(20, 750),
            worst_window: Some(LossWindow { lost: 1, sent: 10 }),
            worst_15s: Some(LossWindow {
                lost: 20,
                sent: 750,
            }),
            rtt_p95: Some(Duration::from_micros(25_340)),
            jitter_15s: Some(Duration::from_micros(411)),
            jitter_15s_count: 729,
            reordering: share(0, 730),
            ..Figures::default()
        };
        let text = table(&figures, &CLIENT, 80);
        assert!(text.contains("\x1b[31mfail\x1b[0m"), "{text}");
        let mut plain = text.clone();
        for code in ["\x1b[31m", "\x1b[32m", "\x1b[0m"] {
            plain = plain.replace(code, "");
        }
        insta::assert_snapshot!(plain, @r"
        client to Microsoft edge  measured    limit  verdict
        round trip, p95           25.34 ms < 100 ms  pass
        loss in any 200 ms         1 of 10   < 10 %  too few packets
        loss in any 15 s         20 of 750    < 1 %  fail
        jitter in any 15 s        0.411 ms  < 30 ms  pass
        reordering                0 of 730 < 0.05 %  too few packets
        ");
        let summary = BurstSummary {
            targets: &"relay.example:3478, ".repeat(10),
            stopped: true,
            bursts: Some((1_000_000, 999_999)),
            missed: 1_000,
            cut_off: 0,
            figures: &figures,
            limits: &CLIENT,
            outages: None,
            distance: None,
            unmeasured: None,
            failures: &FailuresByCause::default(),
            met: None,
            told: false,
            zone: Zone::Utc,
            columns: 80,
        };
        let text = narrowed(&summary.render(), 80);
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }
}
