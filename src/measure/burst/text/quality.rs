//! The figures against Microsoft's table: its lines with the measured values, and one line that summarises them.

use std::time::Duration;

use crate::doc::lines::{line, ms, percent};
use crate::doc::{self, Cell, Room, Style, Table, styled};
use crate::judge::limits::{QualityLimits, judge};
use crate::record::{Figures, LimitVerdict, LossWindow};
use crate::stats::share;
use crate::zone::Zone;

/// A line of the table.
struct QualityLine {
    name: &'static str,
    /// As it stands in the table.
    measured: Cell,
    /// In words; empty where nothing was measured.
    words: String,
    limit: String,
    verdict: LimitVerdict,
}

impl QualityLine {
    fn of_time(
        name: &'static str,
        time: Option<Duration>,
        limit: Duration,
        verdict: LimitVerdict,
    ) -> Self {
        let words = time.map(ms).unwrap_or_default();
        Self {
            name,
            measured: Cell::of(time.map(ms), Cell::from),
            words,
            limit: ms(limit),
            verdict,
        }
    }

    /// Some of all; none where there is no window or nothing in it.
    fn of_share(
        name: &'static str,
        some_of: Option<(u64, u64)>,
        limit: u64,
        verdict: LimitVerdict,
    ) -> Self {
        let words = some_of.and_then(|(some, all)| {
            let share = share(some, all)?;
            Some(format!("{} of {all}", percent(share.ppm)))
        });
        Self {
            name,
            measured: Cell::of(some_of, |(some, all)| Cell::Of(some, all)),
            words: words.unwrap_or_default(),
            limit: percent(limit),
            verdict,
        }
    }
}

fn judged(figures: &Figures, limits: &QualityLimits) -> [QualityLine; 5] {
    let verdicts = judge(figures, limits);
    // where no 15 s were measured, what there is
    let all = (figures.sent > 0).then(|| LossWindow {
        lost: figures.lost(),
        sent: figures.sent,
    });
    let window = |window: Option<LossWindow>| window.map(|it| (it.lost, it.sent));
    let reordered = (figures.received > 0).then_some((figures.reordered, figures.received));
    [
        QualityLine::of_time("round trip, p95", figures.rtt_p95, limits.rtt, verdicts.rtt),
        QualityLine::of_share(
            "loss in any 200 ms",
            window(figures.worst_window),
            limits.burst_loss,
            verdicts.burst_loss,
        ),
        QualityLine::of_share(
            "loss in any 15 s",
            window(figures.worst_15s.or(all)),
            limits.loss,
            verdicts.loss,
        ),
        QualityLine::of_time(
            "jitter in any 15 s",
            figures.jitter_15s.or(figures.jitter),
            limits.jitter,
            verdicts.jitter,
        ),
        QualityLine::of_share(
            "reordering",
            reordered,
            limits.reordering,
            verdicts.reordering,
        ),
    ]
}

/// The figures against the lines of the table, at most so many columns wide.
pub fn table(figures: &Figures, limits: &QualityLimits, columns: usize) -> String {
    let table = Table::of("limits", "", judged(figures, limits))
        .key("line", limits.path, |line| line.name)
        .numbers("measured", "measured", |line| line.measured.clone())
        .numbers("limit", "limit", |line| format!("< {}", line.limit))
        .words("verdict", "verdict", |line| said(line.verdict))
        .table();
    let room = Room {
        columns,
        rows: None,
        hint: "",
        marks: false,
    };
    doc::terminal_table(&table, Zone::Utc, &room)
}

fn said(verdict: LimitVerdict) -> Cell {
    match verdict {
        LimitVerdict::Pass => Cell::Text("pass".into(), Style::Good),
        LimitVerdict::Fail => Cell::Text("fail".into(), Style::Bad),
        LimitVerdict::TooFew => Cell::from("too few packets"),
    }
}

/// The lines that fail, with what was measured; none where no line does.
pub fn failed_lines(figures: &Figures, limits: &QualityLimits) -> Option<String> {
    let failed = of(&judged(figures, limits), LimitVerdict::Fail, |line| {
        format!("{} {}", line.name, line.words)
    });
    (!failed.is_empty()).then(|| failed.join("; "))
}

/// What the table says in one line.
pub fn verdict(figures: &Figures, limits: &QualityLimits) -> String {
    let lines = judged(figures, limits);
    let few = of(&lines, LimitVerdict::TooFew, |line| line.name.to_owned());
    let (word, style, text) = match (failed_lines(figures, limits), lines.len() - few.len()) {
        (Some(failed), _) => ("fail", Style::Bad, format!("fail: {failed}")),
        (None, 0) => (
            "",
            Style::Plain,
            "could not tell: too few packets".to_owned(),
        ),
        (None, _) if few.is_empty() => ("pass", Style::Good, "pass: each line".to_owned()),
        (None, passed) => {
            let (all, few) = (lines.len(), few.join(", "));
            let text = format!("{passed} of {all} lines pass; too few packets for {few}");
            ("", Style::Plain, text)
        }
    };
    let mut out = String::new();
    line(&mut out, "", &text);
    out.replacen(word, &styled(word, style), 1)
}

/// Of the lines with a verdict.
fn of(
    lines: &[QualityLine],
    verdict: LimitVerdict,
    what: impl Fn(&QualityLine) -> String,
) -> Vec<String> {
    let lines = lines.iter().filter(|line| line.verdict == verdict);
    lines.map(what).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::limits::CLIENT;

    fn burst(lost: u64, sent: u64) -> Figures {
        let received = sent - lost;
        Figures {
            sent,
            received,
            loss: share(lost, sent),
            worst_window: Some(LossWindow { lost: 0, sent: 10 }),
            worst_15s: Some(LossWindow { lost, sent }),
            rtt_p95: Some(Duration::from_millis(40)),
            jitter_15s: Some(Duration::from_millis(3)),
            jitter_15s_count: received.saturating_sub(1),
            reordering: share(0, received),
            ..Figures::default()
        }
    }

    fn line_of(figures: &Figures) -> String {
        let text = verdict(figures, &CLIENT);
        ["\x1b[31m", "\x1b[32m", "\x1b[0m"]
            .iter()
            .fold(text, |text, code| text.replace(code, ""))
    }

    #[test]
    fn one_line_says_what_the_table_says() {
        // 300 of 750 are 40 %
        assert_eq!(
            line_of(&burst(300, 750)),
            "fail: loss in any 15 s 40 % of 750\n"
        );
        let slow = Figures {
            rtt_p95: Some(Duration::from_millis(312)),
            ..burst(300, 750)
        };
        assert_eq!(
            line_of(&slow),
            "fail: round trip, p95 312 ms; loss in any 15 s 40 % of 750\n"
        );
        assert_eq!(
            line_of(&burst(0, 750)),
            "4 of 5 lines pass; too few packets for reordering\n"
        );
        // z² / (n + z²) < 0.05 % needs n > 7679
        assert_eq!(line_of(&burst(0, 7_700)), "pass: each line\n");
        let nothing = Figures::default();
        assert_eq!(line_of(&nothing), "could not tell: too few packets\n");
        assert_eq!(failed_lines(&burst(0, 750), &CLIENT), None);
    }
}
