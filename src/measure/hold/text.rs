//! Held connections as text: a block per connection, and the summary. 80 columns wide.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::doc::lines::{WIDTH, failed, line, millis, ms, seconds};
use crate::doc::text::time;
use crate::measure::hold::Hold;
use crate::measure::probe::text::paths::{note, sentences};
use crate::record::{EndedBy, HoldFigures, Outcome, Phase, plain};
use crate::stats::FailuresByCause;
use crate::stats::paths::Paths;
use crate::zone::Zone;

/// A held connection in a block of lines.
pub fn block(row: &Hold, zone: Zone) -> String {
    let mut out = String::new();
    let address = row.remote.map_or_else(String::new, |a| format!("  {a}"));
    let region = match &*row.region {
        "" => String::new(),
        region => format!("  {}", plain(region)),
    };
    let when = time(zone, row.started);
    let head = format!("connection {}  {when}{address}{region}", row.slot);
    line(&mut out, "", &head);
    let phases: Vec<_> = [Phase::Dns, Phase::Connect, Phase::Proxy, Phase::Tls]
        .into_iter()
        .filter_map(|phase| Some(format!("{} {}", phase.as_str(), ms(row.times.of(phase)?))))
        .collect();
    if !phases.is_empty() {
        line(&mut out, "  ", &phases.join(", "));
    }
    if let Outcome::Failed(failure) = &row.outcome {
        failed(&mut out, "  ", "", failure);
    }
    if !row.dns.told.is_empty() {
        line(
            &mut out,
            "  ",
            &format!("name resolution: {}", plain(&row.dns.told)),
        );
    }
    if let Some(end) = &row.end {
        let (time, wanted) = (seconds(end.held), seconds(row.length));
        let mut what = format!("{:<11}{time} of {wanted}, {}", "held", end.by.as_str());
        if !end.detail.is_empty() {
            let _ = write!(what, ": {}", plain(&end.detail));
        }
        line(&mut out, "  ", &what);
    }
    let certificate = row.tls.certificate.as_ref();
    let issuer = certificate.map_or("", |its| its.issuer.as_str());
    let path = row.tls.path;
    if let Some(said) = path.and_then(|path| note(path, issuer, &row.tls.path_evidence)) {
        line(&mut out, "  ", &said);
    }
    if let Some(its) = certificate.filter(|its| !its.faults.is_empty()) {
        let said = format!("the certificate: {}", plain(&its.faults));
        line(&mut out, "  ", &said);
    }
    if let Some(taken) = &row.tls.alpn {
        line(&mut out, "  ", &format!("ALPN: took {}", plain(taken)));
    }
    if let Some(figures) = &row.figures {
        let proxy = row.via.as_ref().map(|via| &*via.proxy);
        out += &lines(figures, Some(row.interval), proxy);
    }
    out
}

/// The figures in lines.
fn lines(figures: &HoldFigures, interval: Option<Duration>, proxy: Option<&str>) -> String {
    let mut out = String::new();
    let mut add = |name: &str, text: &str| line(&mut out, "  ", &format!("{name:<11}{text}"));
    let mut requests = format!("{} sent", figures.sent);
    if let Some(interval) = interval {
        let _ = write!(requests, ", one every {}", ms(interval));
    }
    let _ = write!(
        requests,
        "; {} answered, {} missed",
        figures.answered, figures.missed
    );
    add("requests", &requests);
    if figures.answered > 0 {
        let times = times(&[
            ("min", figures.answer_min),
            ("p50", figures.answer_p50),
            ("p95", figures.answer_p95),
            ("max", figures.answer_max),
        ]);
        add("answers ms", &times);
    }
    if figures.rtt_min.is_some() {
        let times = times(&[
            ("min", figures.rtt_min),
            ("p50", figures.rtt_p50),
            ("p95", figures.rtt_p95),
            ("p99", figures.rtt_p99),
            ("max", figures.rtt_max),
        ]);
        add("rtt ms", &times);
    }
    if let Some(jitter) = figures.jitter {
        let text = format!(
            "{} mean change of the kernel's smoothed round trip",
            ms(jitter)
        );
        add("jitter", &text);
    }
    if let Some(again) = figures.retransmits {
        let mut text = format!("{again} {}", one(again, "segment", "segments"));
        for (count, name, names) in [
            (figures.retransmitted_bytes, "byte", "bytes"),
            (figures.timeouts, "timeout", "timeouts"),
        ] {
            if let Some(count) = count {
                let _ = write!(text, ", {count} {}", one(count, name, names));
            }
        }
        add("resent", &text);
    }
    if let (Some(stalls), Some(longest), Some(all)) =
        (figures.stalls, figures.longest_stall, figures.stalled)
    {
        let text = match stalls {
            0 => "none of 200 ms or more".to_owned(),
            _ => format!("{stalls}, longest {}, together {}", ms(longest), ms(all)),
        };
        add("stalls", &text);
    }
    if figures.retransmits.is_none() && figures.rtt_min.is_none() {
        add("kernel", "this system does not provide these numbers");
    } else if let Some(proxy) = proxy {
        let text = format!(
            "rtt, jitter, resent and stalls are those of the path to the proxy {}",
            plain(proxy)
        );
        add("kernel", &text);
    }
    out
}

fn times(times: &[(&str, Option<Duration>)]) -> String {
    let times: Vec<_> = times
        .iter()
        .map(|(name, time)| format!("{name} {}", millis(*time)))
        .collect();
    times.join("  ")
}

fn one(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// What is summed up.
#[derive(Debug)]
pub struct HoldSummary<'a> {
    /// What was measured, for the headline.
    pub targets: &'a str,
    /// Whether it was stopped before its time.
    pub stopped: bool,
    /// Rows.
    pub rows: u64,
    /// Slots that could not run.
    pub missed_slots: u64,
    /// Connections that were not open yet when an interruption cut them off: they gave no row.
    pub cut_off: usize,
    /// How many connections ended how.
    pub ended: &'a [(EndedBy, u64)],
    /// Time that they were held.
    pub held: Duration,
    /// All of them together.
    pub figures: &'a HoldFigures,
    /// What the certificates tell of the way.
    pub paths: &'a Paths,
    /// The proxy that they led through.
    pub proxy: Option<&'a str>,
    /// Why there was no connection to hold.
    pub failures: &'a FailuresByCause,
    /// What was seen at the first of those that ended early, by how they ended.
    pub ends: &'a BTreeMap<&'static str, String>,
    /// Whether the only connection was told in full already.
    pub told: bool,
}

impl HoldSummary<'_> {
    /// The summary as text, each line ended.
    pub fn render(&self) -> String {
        let stopped = if self.stopped { ", interrupted" } else { "" };
        let room = WIDTH - "---  ---".len() - stopped.len();
        let targets = plain(self.targets);
        let shown: String = if targets.chars().count() > room {
            let kept = targets.chars().take(room - 3);
            kept.chain("...".chars()).collect()
        } else {
            targets.into_owned()
        };
        let mut out = format!("--- {shown}{stopped} ---\n");
        let held: u64 = self.ended.iter().map(|(_, count)| count).sum();
        let mut counts = format!(
            "{} {}, {held} held",
            self.rows,
            one(self.rows, "connection", "connections")
        );
        if held > 0 {
            let _ = write!(counts, " for {} in all", seconds(self.held));
        }
        let _ = write!(counts, ", {} missed slots", self.missed_slots);
        if self.cut_off > 0 {
            let _ = write!(counts, ", {} cut off", self.cut_off);
        }
        line(&mut out, "", &counts);
        if held > 0 {
            let ended: Vec<_> = self
                .ended
                .iter()
                .map(|(by, count)| format!("{count} {}", by.as_str()))
                .collect();
            line(&mut out, "", &format!("ended: {}", ended.join(", ")));
        }
        if !self.told {
            for (by, seen) in self.ends {
                line(&mut out, "", &format!("{by}, the first: {}", plain(seen)));
            }
        }
        if !self.told {
            for said in self.failures.sentences() {
                line(&mut out, "", &format!("not held: {said}"));
            }
        }
        for said in sentences(self.paths) {
            line(&mut out, "", &said);
        }
        if held > 0 && !self.told {
            out += &lines(self.figures, None, self.proxy);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn us(us: u64) -> Duration {
        Duration::from_micros(us)
    }

    #[test]
    fn the_figures_fit_eighty_columns() {
        let figures = HoldFigures {
            sent: 3_000,
            missed: 1,
            answered: 2_998,
            samples: 3_001,
            rtt_min: Some(us(25_200)),
            rtt_p50: Some(us(26_400)),
            rtt_p95: Some(us(126_600)),
            rtt_p99: Some(us(127_300)),
            rtt_max: Some(us(1_030_400)),
            jitter: Some(us(190)),
            answer_min: Some(us(25_300)),
            answer_p50: Some(us(26_500)),
            answer_p95: Some(us(26_900)),
            answer_max: Some(us(655_000)),
            retransmits: Some(4),
            retransmitted_bytes: Some(1_532),
            timeouts: Some(1),
            stalls: Some(1),
            longest_stall: Some(us(640_000)),
            stalled: Some(us(640_000)),
            ..HoldFigures::default()
        };
        let summary = HoldSummary {
            targets: &"relay.example:443, ".repeat(10),
            stopped: true,
            rows: 3,
            missed_slots: 0,
            cut_off: 0,
            ended: &[(EndedBy::Done, 1), (EndedBy::RelayClosed, 1)],
            held: Duration::from_millis(93_100),
            figures: &figures,
            paths: &Paths::default(),
            proxy: None,
            failures: &FailuresByCause::default(),
            ends: &BTreeMap::new(),
            told: false,
        };
        insta::assert_snapshot!(summary.render(), @r"
        --- relay.example:443, relay.example:443, relay.example:443,..., interrupted ---
        3 connections, 2 held for 1 min 33 s in all, 0 missed slots
        ended: 1 done, 1 relay-closed
          requests   3000 sent; 2998 answered, 1 missed
          answers ms min 25.3  p50 26.5  p95 26.9  max 655
          rtt ms     min 25.2  p50 26.4  p95 126.6  p99 127.3  max 1030
          jitter     0.19 ms mean change of the kernel's smoothed round trip
          resent     4 segments, 1532 bytes, 1 timeout
          stalls     1, longest 640 ms, together 640 ms
        ");
    }

    #[test]
    fn a_system_that_tells_no_numbers_is_said_to() {
        let figures = HoldFigures {
            sent: 100,
            answered: 1,
            answer_min: Some(us(25_300)),
            ..HoldFigures::default()
        };
        let text = lines(&figures, None, None);
        assert!(text.contains("this system does not provide"), "{text}");
        assert!(!text.contains("stalls"), "{text}");
    }
}
