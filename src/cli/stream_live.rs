//! The live line of bursts, watches and held connections.

use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::live_line::{Front, LiveLine, is_seen, left, ms};
use super::run::View;
use crate::clock;

/// Where packets or requests stand.
#[derive(Debug, Clone, Copy, Default)]
pub struct StreamProgress {
    /// Sent.
    pub sent: u64,
    /// Lost packets; requests over TCP are answered in the end, or the connection ends.
    pub lost: Option<u64>,
    /// Answered requests.
    pub answered: u64,
    /// The last round trip.
    pub last: Option<Duration>,
    /// Their median.
    pub p50: Option<Duration>,
    /// Their 95th percentile.
    pub p95: Option<Duration>,
}

/// The line.
#[derive(Debug)]
pub struct StreamLive {
    line: LiveLine,
    started: Instant,
    length: Option<Duration>,
}

impl StreamLive {
    /// Starts to show, where somebody can see it. `length` is that of the whole, where it has an end.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(view: View, length: Option<Duration>) -> anyhow::Result<Option<Self>> {
        if view.quiet || !is_seen() {
            return Ok(None);
        }
        let length = length.map(|whole| whole.saturating_sub(view.waited));
        let line = LiveLine::start(Front::Bare, forms(&StreamProgress::default(), length));
        Ok(Some(Self {
            line: line.context("no thread for the status line")?,
            started: clock::now(),
            length,
        }))
    }

    /// Shows where it stands.
    pub fn show(&self, progress: &StreamProgress) {
        let elapsed = clock::now().saturating_duration_since(self.started);
        let left = self.length.map(|length| length.saturating_sub(elapsed));
        self.line.show(forms(progress, left));
    }

    /// Takes the line away.
    pub fn finish(self) {
        self.line.finish();
    }
}

/// The line, the longest form first; each has a legend. The median stays longer than the time left.
fn forms(progress: &StreamProgress, time_left: Option<Duration>) -> Vec<String> {
    let StreamProgress {
        sent,
        lost,
        answered,
        last,
        p50,
        p95,
    } = *progress;
    let left = time_left.map_or_else(String::new, |time| format!(" | {}", left(time)));
    let (counts, few) = match lost {
        Some(lost) => (
            format!("{sent} sent, {lost} lost"),
            format!("{sent}/{lost} sent/lost"),
        ),
        None => (
            format!("{sent} sent, {answered} answered"),
            format!("{sent}/{answered} sent/answered"),
        ),
    };
    let [last, p50, p95] = [last, p50, p95].map(ms);
    vec![
        format!("{counts} | round trip {last} ms, p50 {p50}, p95 {p95}{left}"),
        format!("{counts} | {last}/{p50}/{p95} ms last/p50/p95{left}"),
        format!("{few} | {p50}/{p95} ms p50/p95{left}"),
        format!("{few} | {p50} ms p50{left}"),
        format!("{few} | {p50}/{p95} ms p50/p95"),
        format!("{few} | {p50} ms p50"),
        few,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_has_its_legend_and_forty_columns_show_the_median() {
        let progress = StreamProgress {
            sent: 180_000,
            lost: Some(1_234),
            last: Some(Duration::from_micros(12_400)),
            p50: Some(Duration::from_micros(9_140)),
            p95: Some(Duration::from_millis(120)),
            ..StreamProgress::default()
        };
        let forms = forms(&progress, Some(Duration::from_secs(3_599)));
        assert_eq!(
            forms[0],
            "180000 sent, 1234 lost | round trip 12 ms, p50 9.1, p95 120 | 0:59:59 left"
        );
        assert!(forms.iter().all(|form| form.contains("lost")), "{forms:?}");
        let fits = |columns: usize| forms.iter().find(|form| form.len() < columns).unwrap();
        assert_eq!(*fits(80), forms[0]);
        assert_eq!(
            fits(60),
            "180000/1234 sent/lost | 9.1/120 ms p50/p95 | 0:59:59 left"
        );
        assert_eq!(fits(40), "180000/1234 sent/lost | 9.1 ms p50");
        assert_eq!(fits(30), "180000/1234 sent/lost");
    }
}
