//! The engine: the schedule gives out slots, a task measures each, its rows and events go into a channel, until a stop
//! rule ends it. Here: slots, places, the stop, the grace, the drain, the same for every kind. Not here: what a slot does
//! (its [`Task`]), when it is due (`pace`), where rows go (the receiver of the channel).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinError, JoinHandle, JoinSet};

use super::Stop;
use super::stop::GRACE;
use crate::clock;
use crate::net::Refusal;
use crate::pace::{Next, Pace};
use crate::target::{Target, Targets};

/// Rows and events that may wait for being taken.
const WAITING: usize = 64;

/// One slot of the schedule, about to run.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Its number.
    pub number: u64,
    /// What is measured.
    pub target: Target,
    /// When its time is; `None` when slots run back to back.
    pub due: Option<Due>,
}

/// The time of a slot in the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When it was to start.
    pub at: Instant,
    /// Time from slot to slot: one that politeness would hold up for as long is missed.
    pub interval: Duration,
}

impl Slot {
    /// How late it is by now.
    pub fn lag(&self) -> Option<Duration> {
        (self.due).map(|due| clock::now().saturating_duration_since(due.at))
    }
}

/// What came of a slot besides what it yielded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotOutcome {
    /// Carry on.
    Done,
    /// Politeness would have held it up until the next slot was due: nothing was sent to the
    /// address, and there is no row.
    Missed,
    /// It had not begun to measure when the grace after a stop was over: there is no row.
    CutOff,
    /// It asks for more than the address of a stranger may get; nothing was sent there.
    TooMuch(IpAddr),
}

impl From<Refusal> for SlotOutcome {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooLate => Self::Missed,
            Refusal::TooMuch(address) => Self::TooMuch(address),
        }
    }
}

/// How one slot is measured.
pub trait Task: Send + Sync + 'static {
    /// What one measurement found.
    type Row: Send + Sync + 'static;
    /// What is told between rows.
    type Event: Send + 'static;

    /// How long slots in flight may go on after a stop; `None` where each comes to its own end
    /// soon after it, with a row of what was measured until then, or is cut off before it measures.
    const GRACE: Option<Duration> = Some(GRACE);

    /// Measures one slot. Rows and events go out as soon as they are whole; `stop` is asked for
    /// when the run is to end.
    fn slot(
        self: Arc<Self>,
        slot: Slot,
        out: Out<Self::Row, Self::Event>,
        stop: Stop,
    ) -> impl Future<Output = SlotOutcome> + Send + 'static;

    /// Waits for what slots have left behind, such as connections that are being closed.
    fn settle(&self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// What a slot yields.
#[derive(Debug)]
pub enum Output<R, E> {
    /// A row.
    Row(Arc<R>),
    /// Something to tell.
    Event(E),
}

impl<R, E> Output<R, E> {
    /// The row, if it is one.
    pub fn into_row(self) -> Option<Arc<R>> {
        match self {
            Self::Row(row) => Some(row),
            Self::Event(_) => None,
        }
    }
}

/// Where a slot's yield goes.
#[derive(Debug)]
pub struct Out<R, E>(mpsc::Sender<Output<R, E>>);

impl<R, E> Out<R, E> {
    /// Into this channel.
    pub fn new(channel: mpsc::Sender<Output<R, E>>) -> Self {
        Self(channel)
    }

    /// Hands a row over; waits while the channel is full.
    pub async fn row(&self, row: R) {
        // nobody left to take rows means that the run is over
        let _ = self.0.send(Output::Row(Arc::new(row))).await;
    }

    /// Hands an event over; waits while the channel is full.
    pub async fn event(&self, event: E) {
        let _ = self.0.send(Output::Event(event)).await;
    }
}

impl<R, E> Clone for Out<R, E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// What to run.
#[derive(Debug, Clone)]
pub struct Engine {
    /// When slots start.
    pub pace: Pace,
    /// What is measured; several take turns.
    pub targets: Targets,
    /// Most slots in flight.
    pub concurrency: usize,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunEnd {
    /// Slots started.
    pub started: u64,
    /// Slots that could not run.
    pub missed: u64,
    /// Slots that were still in flight when the grace after a stop was over: they gave no row.
    pub cut_off: usize,
    /// Why it ended.
    pub why: Why,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// All slots were given out and every one is done.
    Complete,
    /// It was stopped from outside.
    Stopped,
    /// It was too much for the address of a stranger.
    TooMuch(IpAddr),
    /// A slot broke off by a fault of this program.
    Broken,
}

/// A run under way.
#[derive(Debug)]
pub struct Running<R, E> {
    outputs: mpsc::Receiver<Output<R, E>>,
    end: JoinHandle<RunEnd>,
}

impl<R, E> Running<R, E> {
    /// What comes next; none when the run is over.
    pub async fn next(&mut self) -> Option<Output<R, E>> {
        self.outputs.recv().await
    }

    /// The next row; events are passed over.
    pub async fn row(&mut self) -> Option<Arc<R>> {
        loop {
            if let Output::Row(row) = self.next().await? {
                return Some(row);
            }
        }
    }

    /// How it ended.
    pub async fn end(self) -> RunEnd {
        drop(self.outputs);
        self.end.await.unwrap_or(RunEnd {
            started: 0,
            missed: 0,
            cut_off: 0,
            why: Why::Broken,
        })
    }
}

impl Engine {
    /// Starts a run on this event queue. What it yields waits for being taken, and with it the
    /// slots in flight.
    pub fn start<T: Task>(self, task: Arc<T>, stop: Stop) -> Running<T::Row, T::Event> {
        let (sender, outputs) = mpsc::channel(WAITING);
        let end = tokio::spawn(self.run(task, Out::new(sender), stop));
        Running { outputs, end }
    }

    /// Runs to the end, or until it is stopped; slots in flight then get the grace of their task,
    /// which a second stop cuts short.
    async fn run<T: Task>(
        mut self,
        task: Arc<T>,
        out: Out<T::Row, T::Event>,
        stop: Stop,
    ) -> RunEnd {
        let places = Arc::new(Semaphore::new(self.concurrency.max(1)));
        let mut flying = Flying::default();
        let start = clock::now();
        let mut started = 0;
        let mut why = Why::Complete;
        while why == Why::Complete {
            if stop.is_asked() {
                why = Why::Stopped;
                break;
            }
            let now = clock::now().saturating_duration_since(start);
            let (number, lag) = match self.pace.next(now) {
                Next::Done => break,
                Next::Wait(due) => {
                    why = flying.wait_until(start + due, &stop).await;
                    continue;
                }
                Next::Fire { slot, lag } => (slot, lag),
            };
            let place = match places.clone().try_acquire_owned() {
                Ok(place) => place,
                // back to back: the next slot starts when a place is free
                Err(_) if lag.is_none() => tokio::select! {
                    biased;
                    () = stop.asked() => { why = Why::Stopped; break }
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
            flying.look();
            if let Some(early) = flying.ends_the_run() {
                why = early;
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
            let measured = Arc::clone(&task).slot(slot, out.clone(), stop.clone());
            started += 1;
            flying.set.spawn(async move {
                let outcome = measured.await;
                drop(place);
                outcome
            });
        }
        drop(out);
        flying.drain(&mut why, T::GRACE, &stop).await;
        task.settle().await;
        RunEnd {
            started: started - flying.missed,
            missed: self.pace.missed() + flying.missed,
            cut_off: flying.set.len() + flying.cut_off,
            why,
        }
    }
}

/// Slots in flight, and what came of those that are done.
#[derive(Debug, Default)]
struct Flying {
    set: JoinSet<SlotOutcome>,
    /// Slots that could not run after all.
    missed: u64,
    /// Slots that a stop left without a row.
    cut_off: usize,
    /// It is too much for this stranger.
    too_much: Option<IpAddr>,
    /// A slot panicked.
    broken: bool,
}

impl Flying {
    fn take(&mut self, outcome: &Result<SlotOutcome, JoinError>) {
        match outcome {
            Ok(SlotOutcome::Done) => {}
            Ok(SlotOutcome::Missed) => self.missed += 1,
            Ok(SlotOutcome::CutOff) => self.cut_off += 1,
            Ok(SlotOutcome::TooMuch(address)) => self.too_much = Some(*address),
            Err(_) => self.broken = true,
        }
    }

    /// Takes in what is done by now.
    fn look(&mut self) {
        while let Some(outcome) = self.set.try_join_next() {
            self.take(&outcome);
        }
    }

    fn ends_the_run(&self) -> Option<Why> {
        match self.too_much {
            Some(address) => Some(Why::TooMuch(address)),
            None => self.broken.then_some(Why::Broken),
        }
    }

    /// Waits for the next slot and takes in what is done meanwhile.
    async fn wait_until(&mut self, until: Instant, stop: &Stop) -> Why {
        let due = crate::timer::sleep_until(until);
        tokio::pin!(due);
        loop {
            tokio::select! {
                biased;
                () = stop.asked() => return Why::Stopped,
                Some(outcome) = self.set.join_next(), if !self.set.is_empty() => {
                    self.take(&outcome);
                    if let Some(why) = self.ends_the_run() {
                        return why;
                    }
                }
                () = &mut due => return Why::Complete,
            }
        }
    }

    /// Waits for the slots in flight: to their end when the schedule is through, for the grace
    /// when it was stopped, or until it is stopped at once.
    async fn drain(&mut self, why: &mut Why, grace: Option<Duration>, stop: &Stop) {
        while *why == Why::Complete {
            tokio::select! {
                outcome = self.set.join_next() => match outcome {
                    None => return,
                    Some(outcome) => {
                        self.take(&outcome);
                        if let Some(early) = self.ends_the_run() {
                            *why = early;
                        }
                    }
                },
                () = stop.asked() => *why = Why::Stopped,
            }
        }
        let over = async {
            match grace {
                Some(grace) => tokio::select! {
                    () = stop.at_once() => {}
                    () = crate::timer::sleep(grace) => {}
                },
                None => std::future::pending().await,
            }
        };
        tokio::pin!(over);
        while !self.set.is_empty() {
            tokio::select! {
                biased;
                Some(outcome) = self.set.join_next() => self.take(&outcome),
                () = &mut over => break,
            }
        }
        if *why == Why::Complete && self.broken {
            *why = Why::Broken;
        }
    }
}

#[cfg(test)]
mod tests;
