//! The live status line on stderr, drawn by a thread of its own.

use std::fmt::Write as _;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::message;
use crate::clock;
use crate::record::{Phase, Record};
use crate::stats::{Distribution, Tally};

/// The status line.
#[derive(Debug)]
pub struct Live {
    texts: SyncSender<String>,
    cleared: Receiver<()>,
    started: Instant,
    slots: Option<u64>,
    interval: Duration,
    duration: Option<Duration>,
    drawn: Option<Instant>,
}

impl Live {
    /// Starts to show; `slots` is the number of all slots, where it is known.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(
        slots: Option<u64>,
        interval: Duration,
        duration: Option<Duration>,
    ) -> std::io::Result<Self> {
        let (texts, shown) = sync_channel(1);
        let (done, cleared) = sync_channel(1);
        std::thread::Builder::new()
            .name("status".to_owned())
            .spawn(move || {
                show(&shown);
                let _ = done.send(());
            })?;
        message::status_line(true);
        let of = slots.map_or_else(String::new, |slots| format!(" of {slots}"));
        let _ = texts.try_send(format!("0 ok 0 failed{of}"));
        Ok(Self {
            texts,
            cleared,
            started: clock::now(),
            slots,
            interval,
            duration,
            drawn: None,
        })
    }

    /// Shows where the series stands; never waits.
    pub fn update(&mut self, tally: &Tally, last: &Record) {
        const SELDOM: Duration = Duration::from_millis(100);
        let now = clock::now();
        let finished = self.slots.is_some_and(|slots| last.slot + 1 == slots);
        let lately = |drawn: Instant| now.saturating_duration_since(drawn) < SELDOM;
        if self.drawn.is_some_and(lately) && !finished {
            return;
        }
        self.drawn = Some(now);
        let elapsed = now.saturating_duration_since(self.started);
        let left = self.left(elapsed, last.slot);
        let text = text(tally, last, self.slots, left);
        let _ = self.texts.try_send(text);
    }

    /// Takes the line away.
    pub fn finish(self) {
        drop(self.texts);
        // a terminal that stands still is not waited for
        let _ = self.cleared.recv_timeout(Duration::from_secs(1));
        message::status_line(false);
    }

    fn left(&self, elapsed: Duration, slot: u64) -> Option<Duration> {
        let by_slots = self
            .slots
            .filter(|_| !self.interval.is_zero())
            .map(|slots| {
                let slots = u32::try_from(slots.saturating_sub(slot + 1)).unwrap_or(u32::MAX);
                self.interval.saturating_mul(slots)
            });
        let by_time = self
            .duration
            .map(|duration| duration.saturating_sub(elapsed));
        let left = match (by_slots, by_time) {
            (Some(a), Some(b)) => a.min(b),
            (a, b) => a.or(b)?,
        };
        Some(Duration::from_secs(left.as_secs()))
    }
}

/// The line; in a shorter form where the long one does not fit 80 columns.
fn text(tally: &Tally, last: &Record, slots: Option<u64>, left: Option<Duration>) -> String {
    const WIDTH: usize = 79;
    let mut counts = format!("{} ok {} failed", tally.ok(), tally.failed());
    if let Some(slots) = slots {
        let _ = write!(counts, " of {slots}");
    }
    let figures = |phase| {
        let completed = last
            .outcome
            .cause()
            .is_none_or(|cause| cause.phase() != phase);
        let last = last.times.of(phase).filter(|_| completed);
        figures(last, tally.phase(phase))
    };
    // where nothing connects there is UDP alone
    let shown = match (tally.phase(Phase::Connect), tally.phase(Phase::Turn)) {
        (connect, turn) if connect.moments().count() == 0 && turn.moments().count() > 0 => {
            &[Phase::Turn][..]
        }
        _ => &[Phase::Connect, Phase::Tls],
    };
    let shown: Vec<_> = shown
        .iter()
        .map(|phase| (phase.as_str(), figures(*phase)))
        .collect();
    let left = left.map_or_else(String::new, |left| {
        let seconds = left.as_secs();
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        format!(" | {hours}:{minutes:02}:{:02} left", seconds % 60)
    });
    let named = |(name, [last, median, high]): &(&str, [String; 3])| {
        format!("{name} {last} p50 {median} p95 {high}")
    };
    let parts: Vec<_> = shown.iter().map(named).collect();
    let long = format!("{counts} | {} ms{left}", parts.join(" | "));
    if long.len() <= WIDTH {
        return long;
    }
    let short = |(name, figures): &(&str, [String; 3])| format!("{name} {}", figures.join("/"));
    let short: Vec<_> = shown.iter().map(short).collect();
    let short = short.join(" ");
    let explained = format!("{counts} | {short} ms last/p50/p95{left}");
    if explained.len() <= WIDTH {
        return explained;
    }
    format!("{counts} | {short} ms{left}")
}

/// The last time, median and 95th percentile in milliseconds.
fn figures(last: Option<Duration>, all: &Distribution) -> [String; 3] {
    let ms = |us: u64| ((us + 500) / 1000).to_string();
    let shown = |us: Option<u64>| us.map_or_else(|| "-".to_owned(), ms);
    [
        shown(last.map(crate::record::micros)),
        shown(all.quantile(500)),
        shown(all.quantile(950)),
    ]
}

fn show(texts: &Receiver<String>) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
        bar.set_style(style);
    }
    loop {
        match texts.recv_timeout(Duration::from_millis(200)) {
            Ok(text) => bar.set_message(text),
            Err(RecvTimeoutError::Timeout) => bar.tick(),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    bar.finish_and_clear();
}
