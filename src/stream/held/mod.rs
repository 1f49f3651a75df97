//! One TLS connection a slot, held open, one at a time: requests inside it, and the kernel's
//! numbers beside them.
//!
//! `pacer` is the thread that says when. Not here: the connection and its end (`probe`), the
//! arithmetic (`stats::hold`), where rows go (the receiver of the channel).

mod pacer;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::{Why, send, stopped};
use crate::clock::{self, Wall};
use crate::pace::{Next, Pace};
use crate::probe::packets::told;
use crate::probe::{Held, Meter, Opened, Prober, Session, Slot};
use crate::record::{Cause, EndedBy, Failure, Hold, HoldFigures, Record, Run, Sample};
use crate::stats::Distribution;
use crate::stats::hold::{Fold, Sum};
use crate::target::Targets;

use pacer::{Look, Pacer};

/// Looks that may wait, so that no look ever waits for a disk: minutes of them.
const WAITING: usize = 1 << 14;

/// From look to look at most: a packet of audio.
const LOOK: Duration = Duration::from_millis(20);

/// What to run.
#[derive(Debug)]
pub struct Holds {
    /// Opens connections.
    pub prober: Prober,
    /// What all rows share.
    pub run: Arc<Run>,
    /// The wall clock.
    pub wall: Wall,
    /// Where they go; slots take them in turn.
    pub targets: Targets,
    /// How each is held.
    pub shape: Shape,
    /// Whether anybody wants the samples.
    pub samples: bool,
}

/// How a connection is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// For how long.
    pub length: Duration,
    /// From request to request.
    pub interval: Duration,
}

impl Shape {
    /// From look to look at the kernel's numbers: 20 ms or less, a whole part of the interval.
    pub fn step(&self) -> Duration {
        Duration::from_nanos(nanos(self.interval) / self.looks_per_request())
    }

    fn looks_per_request(&self) -> u64 {
        nanos(self.interval).div_ceil(nanos(LOOK)).max(1)
    }

    /// Looks while requests are due.
    fn looks(&self) -> u64 {
        nanos(self.length).div_ceil(nanos(self.step()).max(1))
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What comes of it while it runs.
#[derive(Debug)]
pub enum Output {
    /// A row.
    Hold(Box<Hold>),
    /// A sample of the kernel's numbers.
    Sample(Box<Sample>),
}

/// What came of it in the end.
#[derive(Debug)]
pub struct End {
    /// Rows.
    pub rows: u64,
    /// Slots of the schedule that could not run.
    pub missed: u64,
    /// All connections together.
    pub totals: Totals,
    /// Why it ended.
    pub why: Why,
}

/// Held connections together.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// How many ended how.
    pub ended: BTreeMap<EndedBy, u64>,
    /// Time that they were held.
    pub held: Duration,
    /// Requests sent.
    pub sent: u64,
    /// Requests not sent.
    pub missed: u64,
    /// Messages that answered no request.
    pub ignored: u64,
    /// Samples and answers.
    pub sum: Sum,
}

impl Totals {
    /// Connections.
    pub fn connections(&self) -> u64 {
        self.ended.values().sum()
    }

    /// The figures of all of them.
    pub fn figures(&self) -> HoldFigures {
        HoldFigures {
            sent: self.sent,
            missed: self.missed,
            ignored: self.ignored,
            ..self.sum.figures()
        }
    }

    fn add(&mut self, held: &Held, figures: &HoldFigures, sum: &Sum) {
        *self.ended.entry(held.end.by).or_default() += 1;
        self.held += held.end.held;
        self.sent += figures.sent;
        self.missed += figures.missed;
        self.ignored += figures.ignored;
        self.sum.merge(sum);
    }
}

impl Holds {
    /// Holds connections by the schedule, to its end or until `stop` turns true.
    pub async fn run(
        self,
        mut pace: Pace,
        out: mpsc::Sender<Output>,
        mut stop: watch::Receiver<bool>,
    ) -> End {
        let (mut rows, mut totals) = (0, Totals::default());
        let start = clock::now();
        let why = loop {
            if *stop.borrow() {
                break Why::Stopped;
            }
            let since = clock::now().saturating_duration_since(start);
            let (number, lag) = match pace.next(since) {
                Next::Done => break Why::Complete,
                Next::Wait(due) => {
                    tokio::select! {
                        () = tokio::time::sleep_until((start + due).into()) => {}
                        () = stopped(&mut stop) => {}
                    }
                    continue;
                }
                Next::Fire { slot, lag } => (slot, lag),
            };
            let slot = Slot {
                number,
                target: self.targets.of_slot(number).clone(),
                // one connection at a time: whatever politeness costs is waited for
                due: None,
            };
            let opened = tokio::select! {
                opened = self.prober.open(&slot) => opened,
                () = stopped(&mut stop) => break Why::Stopped,
            };
            let Opened { record, session } = match opened {
                Ok(opened) => opened,
                Err(address) => break Why::TooMuch(address),
            };
            let record = Record { lag, ..record };
            let mut row = Box::new(self.row(&record));
            rows += 1;
            let Some(mut session) = session else {
                send(&out, Output::Hold(row)).await;
                continue;
            };
            let held = self.hold(&mut session, &record, &mut row, &out, &mut stop);
            match held.await {
                Ok((held, figures, sum)) => {
                    totals.add(&held, &figures, &sum);
                    row.figures = Some(figures);
                    row.bytes_sent = record.tcp.bytes_sent.map(|sent| sent + held.sent);
                    let received = record.tcp.bytes_received;
                    row.bytes_received = received.map(|received| received + held.received);
                    row.end = Some(held.end);
                }
                Err(error) => {
                    row.outcome = Failure::new(Cause::ConnectLocalError, told(&error)).into();
                }
            }
            send(&out, Output::Hold(row)).await;
            session.close().await;
        };
        End {
            rows,
            missed: pace.missed(),
            totals,
            why,
        }
    }

    /// Holds one session to its end.
    ///
    /// # Errors
    ///
    /// When the system gives no descriptor or no thread.
    async fn hold(
        &self,
        session: &mut Session,
        record: &Record,
        row: &mut Hold,
        out: &mpsc::Sender<Output>,
        stop: &mut watch::Receiver<bool>,
    ) -> io::Result<(Held, HoldFigures, Sum)> {
        let meter = Arc::new(Meter::default());
        let (looks, mut looked) = mpsc::channel(WAITING);
        // a request that is not taken before the next one is due is missed
        let (due, requests) = mpsc::channel(1);
        let (kernel, wall) = (session.kernel()?, self.wall.clone());
        let pacer = Pacer::start(kernel, self.shape, Arc::clone(&meter), wall, looks, due)?;
        let lost_syn = record.tcp.syn_retransmits.is_some_and(|lost| lost > 0);
        let mut fold = Fold::new(self.shape.step(), lost_syn);
        let mut answers = Distribution::default();
        let driving = async {
            let answered = |round_trip| answers.add(round_trip);
            let held = session.hold(requests, &meter, stop, answered).await;
            let missed = pacer.missed() + held.waited;
            // takes the last look and ends the other loop
            drop(pacer);
            (held, missed)
        };
        let looking = async {
            while let Some(look) = looked.recv().await {
                fold.add(look.at, &look.numbers);
                if self.samples
                    && let Some(remote) = row.remote
                {
                    send(out, self.sample(row, remote, &look)).await;
                }
            }
        };
        let ((held, missed), ()) = tokio::join!(driving, looking);
        let mut sum = fold.sum().clone();
        sum.answers = answers;
        let figures = HoldFigures {
            sent: meter.sent.load(Ordering::Relaxed),
            missed,
            ignored: held.ignored,
            ..sum.figures()
        };
        Ok((held, figures, sum))
    }

    /// A row of a connection of which nothing is known but how it was opened.
    fn row(&self, record: &Record) -> Hold {
        let local = record.tcp.local.zip(record.tcp.local_port);
        Hold {
            run: Arc::clone(&self.run),
            slot: record.slot,
            host: Arc::clone(&record.host),
            port: record.port,
            started: record.started,
            lag: record.lag,
            outcome: record.outcome.clone(),
            times: record.times,
            dns: record.dns.clone(),
            remote: record.remote,
            local: local.map(|(ip, port)| SocketAddr::new(ip, port)),
            region: record.region.clone(),
            in_teams_range: record.in_teams_range,
            tls: record.tls.clone(),
            length: self.shape.length,
            interval: self.shape.interval,
            end: None,
            figures: None,
            bytes_sent: record.tcp.bytes_sent,
            bytes_received: record.tcp.bytes_received,
        }
    }

    fn sample(&self, row: &Hold, remote: SocketAddr, look: &Look) -> Output {
        Output::Sample(Box::new(Sample {
            run: Arc::clone(&self.run),
            slot: row.slot,
            host: Arc::clone(&row.host),
            remote,
            sequence: look.sequence,
            wall: look.wall,
            at: look.at,
            sent: look.sent,
            answered: look.answered,
            numbers: look.numbers,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_20_ms_apart_at_most_and_hit_every_request() {
        let of = |rate: u32, seconds| {
            let shape = Shape {
                length: Duration::from_secs(seconds),
                interval: Duration::from_secs(1) / rate,
            };
            (shape.looks_per_request(), shape.looks())
        };
        assert_eq!(of(50, 60), (1, 3_000));
        assert_eq!(of(1, 60), (50, 3_000));
        assert_eq!(of(200, 2), (1, 400));
        // 1 s / 40 = 25 ms are two looks
        assert_eq!(of(40, 1), (2, 80));
    }
}
