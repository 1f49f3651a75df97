//! The loop: the schedule starts probes, their rows go into a channel, until a stop rule ends it.
//!
//! Not here: what a probe does (`probe`), where rows go (the receiver of the channel).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinError, JoinSet};

use crate::clock;
use crate::pace::{Next, Pace};
use crate::probe::{Due, Prober, Slot, Verdict};
use crate::record::Record;
use crate::target::Targets;

/// How long probes in flight may go on after a stop.
const GRACE: Duration = Duration::from_secs(2);

/// What to run.
#[derive(Debug, Clone)]
pub struct Series {
    /// When probes start.
    pub pace: Pace,
    /// What is probed; several take turns.
    pub targets: Targets,
    /// Most probes in flight.
    pub concurrency: usize,
}

/// How a series ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Probes started.
    pub started: u64,
    /// Slots that could not run.
    pub missed: u64,
    /// Probes that were still in flight when the grace after a stop was over: they gave no row.
    pub cut_off: usize,
    /// Why it ended before its time, if it did.
    pub why: Why,
}

/// Why a series ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// All slots were given out and every probe is done.
    Complete,
    /// It was stopped from outside.
    Stopped,
    /// It was too fast for the address of a stranger.
    TooFast(IpAddr),
}

impl Series {
    /// Runs to the end, or until `stop` turns true; probes in flight then get a short grace, which
    /// ends at once when `stop` is sent again.
    pub async fn run(
        mut self,
        prober: Arc<Prober>,
        rows: mpsc::Sender<Record>,
        mut stop: watch::Receiver<bool>,
    ) -> End {
        let places = Arc::new(Semaphore::new(self.concurrency));
        let mut flying: JoinSet<Verdict> = JoinSet::new();
        let start = clock::now();
        let mut started = 0;
        let mut landed = Landed::default();
        let mut why = Why::Complete;
        while why == Why::Complete {
            if *stop.borrow() {
                why = Why::Stopped;
                break;
            }
            let now = since(start);
            let (number, lag) = match self.pace.next(now) {
                Next::Done => break,
                Next::Wait(due) => {
                    why = wait(start + due, &mut flying, &mut landed, &mut stop).await;
                    continue;
                }
                Next::Fire { slot, lag } => (slot, lag),
            };
            let place = match places.clone().try_acquire_owned() {
                Ok(place) => place,
                // back to back: the next probe starts when a place is free
                Err(_) if lag.is_none() => tokio::select! {
                    biased;
                    () = stopped(&mut stop) => { why = Why::Stopped; break }
                    place = places.clone().acquire_owned() => match place {
                        Ok(place) => place,
                        Err(_) => break,
                    },
                },
                Err(_) => {
                    self.pace.give_back();
                    tokio::task::yield_now().await;
                    continue;
                }
            };
            while let Some(verdict) = flying.try_join_next() {
                landed.take(&verdict);
            }
            if let Some(address) = landed.too_fast {
                why = Why::TooFast(address);
                break;
            }
            let slot = Slot {
                number,
                target: self.targets.of_slot(number).clone(),
                due: lag.map(|lag| Due {
                    at: start + now.saturating_sub(lag),
                    interval: self.pace.interval(),
                }),
            };
            let (prober, rows) = (prober.clone(), rows.clone());
            started += 1;
            flying.spawn(async move {
                let verdict = prober.probe(&slot, &rows).await;
                drop(place);
                verdict
            });
        }
        drop(rows);
        let cut_off = drain(flying, &mut landed, &mut why, &mut stop).await;
        prober.settle().await;
        End {
            started: started - landed.missed,
            missed: self.pace.missed() + landed.missed,
            cut_off,
            why,
        }
    }
}

/// What came of the probes that are done.
#[derive(Debug, Default)]
struct Landed {
    /// Slots that could not run after all.
    missed: u64,
    /// The series is too fast for this stranger.
    too_fast: Option<IpAddr>,
}

impl Landed {
    fn take(&mut self, verdict: &Result<Verdict, JoinError>) {
        match verdict {
            Ok(Verdict::Missed) => self.missed += 1,
            Ok(Verdict::TooFast(address)) => self.too_fast = Some(*address),
            Ok(Verdict::Done) | Err(_) => {}
        }
    }
}

/// Waits for the next slot and takes in what lands meanwhile.
async fn wait(
    until: Instant,
    flying: &mut JoinSet<Verdict>,
    landed: &mut Landed,
    stop: &mut watch::Receiver<bool>,
) -> Why {
    let due = tokio::time::sleep_until(until.into());
    tokio::pin!(due);
    loop {
        tokio::select! {
            biased;
            () = stopped(stop) => return Why::Stopped,
            Some(verdict) = flying.join_next(), if !flying.is_empty() => {
                landed.take(&verdict);
                if let Some(address) = landed.too_fast {
                    return Why::TooFast(address);
                }
            }
            () = &mut due => return Why::Complete,
        }
    }
}

/// Waits for the probes in flight: to their end when the series is complete, for the grace when
/// it was stopped, or until it is stopped again. Tells how many did not make it.
async fn drain(
    mut flying: JoinSet<Verdict>,
    landed: &mut Landed,
    why: &mut Why,
    stop: &mut watch::Receiver<bool>,
) -> usize {
    while *why == Why::Complete {
        tokio::select! {
            verdict = flying.join_next() => match verdict {
                None => return 0,
                Some(verdict) => {
                    landed.take(&verdict);
                    if let Some(address) = landed.too_fast {
                        *why = Why::TooFast(address);
                    }
                }
            },
            () = stopped(stop) => *why = Why::Stopped,
        }
    }
    let grace = tokio::time::sleep(GRACE);
    tokio::pin!(grace);
    stop.mark_unchanged();
    while !flying.is_empty() {
        tokio::select! {
            biased;
            Some(verdict) = flying.join_next() => landed.take(&verdict),
            Ok(()) = stop.changed() => break,
            () = &mut grace => break,
        }
    }
    flying.len()
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // nobody can stop it any more
        std::future::pending::<()>().await;
    }
}

fn since(start: Instant) -> Duration {
    clock::now().saturating_duration_since(start)
}
