//! Held TLS connections, one a slot, one at a time: requests inside, and the kernel's numbers
//! beside them.
//!
//! `pacer` is the thread that says when. Not here: the connection and its end (`net`), the
//! arithmetic (`measure::hold::fold`), where rows go (the receiver of the channel).

pub mod columns;
pub mod finished;
pub mod fold;
mod pacer;
pub mod row;
pub mod sample_columns;
pub mod sections;
mod shape;
pub mod text;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::certified::{self, Certified};
use super::{Out, Slot, SlotOutcome, Stop, Task};
use crate::clock;
use crate::measure::hold::fold::{ConnectionFold, HeldGroup, Sum};
use crate::net::packets::told;
use crate::net::trust::Judge;
use crate::net::{
    Destination, Handshake, HeldSession, Leads, Meter, Opener, Refusal, Session, Visit,
};
use crate::record::{
    Cause, ClockChange, Dns, Failure, HoldFigures, Outcome, Phase, PhaseTimes, Run, Tls, Transport,
};
use crate::schema::LiveRow;
use crate::schema::through::through;
use crate::stats::paths::Paths;
use crate::stats::{Distribution, FailuresByCause};
use crate::target::Target;

use pacer::{KernelLook, Pacer};
pub use row::{Hold, Sample};
pub use shape::HoldShape;

/// Looks that may wait, so that no look ever waits for a disk: minutes of them.
const WAITING: usize = 1 << 14;

/// Holds connections.
#[derive(Debug)]
pub struct Holds {
    opener: Opener,
    run: Arc<Run>,
    shape: HoldShape,
    samples: Samples,
    judge: Judge,
    totals: Mutex<HoldTotals>,
}

/// Whether anybody wants the samples of the kernel's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Samples {
    /// Each of them is told.
    Told,
    /// Only the figures made of them.
    Folded,
}

/// Held connections together.
#[derive(Debug, Clone, Default)]
pub struct HoldTotals {
    /// Their rows, as a report of them has it.
    pub rows: HeldGroup,
    /// Requests not sent.
    pub missed: u64,
    /// Messages that answered no request.
    pub ignored: u64,
    /// Samples and answers.
    pub sum: Sum,
    /// What the certificates tell of the way.
    pub paths: Paths,
    /// Why there was no connection to hold.
    pub failures: FailuresByCause,
    /// What was seen at the first of those that ended early, by how they ended.
    pub ends: BTreeMap<&'static str, String>,
    /// The proxy that all of them led through.
    pub proxy: Option<Arc<str>>,
    /// What came of the requests up to now, of the connection too that is held just now.
    pub now: Now,
}

/// Requests up to now.
#[derive(Debug, Clone, Default)]
pub struct Now {
    /// Times from a request to its answer.
    pub answers: Distribution,
    /// The last one of these.
    pub last: Option<Duration>,
    meter: Option<Arc<Meter>>,
}

impl HoldTotals {
    /// Requests sent up to now.
    pub fn sent_by_now(&self) -> u64 {
        let meter = self.now.meter.as_ref();
        let now = meter.map_or(0, |meter| meter.sent.load(Ordering::Relaxed));
        self.rows.sent.saturating_add(now)
    }

    /// The figures of all of them.
    pub fn figures(&self) -> HoldFigures {
        HoldFigures {
            sent: self.rows.sent,
            missed: self.missed,
            ignored: self.ignored,
            ..self.sum.figures()
        }
    }

    /// Takes a row in, with the samples and answers where a connection was held.
    fn add(&mut self, row: &Hold, sum: Option<&Sum>) {
        self.rows.add(&LiveRow(row));
        self.failures.take(&row.outcome);
        if let Some(end) = row.end.as_ref().filter(|end| !end.detail.is_empty()) {
            let first = self.ends.entry(end.by.as_str());
            first.or_insert_with(|| end.detail.clone());
        }
        if let Some((figures, sum)) = row.figures.as_ref().zip(sum) {
            self.missed += figures.missed;
            self.ignored += figures.ignored;
            self.sum.merge(sum);
        }
        self.proxy = row.via.as_ref().map(|via| Arc::clone(&via.proxy));
        self.now.meter = None;
    }
}

impl Task for Holds {
    type Row = Hold;
    /// A sample of the kernel's numbers.
    type Event = Box<Sample>;

    const GRACE: Option<Duration> = None;

    async fn slot(
        self: Arc<Self>,
        slot: Slot,
        out: Out<Hold, Box<Sample>>,
        stop: Stop,
    ) -> SlotOutcome {
        let mut row = self.blank(&slot);
        let opened = tokio::select! {
            opened = self.open(&slot.target, &mut row) => opened,
            () = stop.grace_is_over() => return SlotOutcome::CutOff,
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(refusal) => return refusal.into(),
        };
        let Some(mut open) = opened else {
            self.totals().add(&row, None);
            row.clock = self.opener.steps().claim_now();
            out.row(row).await;
            return SlotOutcome::Done;
        };
        let OpenConnection {
            session,
            handshake,
            to,
            lost_syn,
        } = &mut open;
        let asked = stop.token();
        // the system's verifier may take its time: the requests must not wait for it
        let certify = async {
            let by = (&self.judge, &self.opener);
            let handshake = handshake.as_ref()?;
            Certified::of(handshake, by, to, None).await
        };
        let holding = self.hold((session, *lost_syn), &row, &out, &asked);
        let (result, certified) = tokio::join!(holding, certify);
        if let Some(certified) = certified {
            certified.note(&mut row.tls);
            let proxy = row.via.as_ref().map_or("", |via| &*via.proxy);
            let name = through(Cow::Borrowed(&*row.host), proxy);
            self.totals().paths.take_tls(&row.tls, &name, row.started);
        }
        let sum = match result {
            Ok((held, figures, sum)) => {
                row.figures = Some(figures);
                row.bytes_sent = row.bytes_sent.map(|sent| sent + held.sent);
                let received = row.bytes_received;
                row.bytes_received = received.map(|received| received + held.received);
                row.end = Some(held.end);
                Some(sum)
            }
            Err(error) => {
                let failure = Failure::new(Cause::ConnectLocalError, told(&error));
                row.outcome = failure.into();
                None
            }
        };
        self.totals().add(&row, sum.as_ref());
        row.clock = self.opener.steps().claim_now();
        // the row may have to wait, the relay must not
        tokio::join!(out.row(row), open.session.close());
        SlotOutcome::Done
    }
}

/// A connection that can be held.
struct OpenConnection {
    session: Session,
    handshake: Option<Handshake>,
    to: Destination,
    /// Whether a SYN of it was lost.
    lost_syn: bool,
}

impl Holds {
    /// Connections over the paths of an opener.
    pub fn new(opener: Opener, run: Arc<Run>, shape: HoldShape, samples: Samples) -> Self {
        let plan = opener.plan();
        let judge = Judge::new(plan.public_roots.clone(), plan.os_store.clone());
        Self {
            judge,
            opener,
            run,
            shape,
            samples,
            totals: Mutex::default(),
        }
    }

    /// What the user should know of the judgements so far; told once.
    pub fn take_note(&self) -> Option<String> {
        certified::take_note(&self.judge)
    }

    /// What came of all slots so far.
    pub fn totals(&self) -> MutexGuard<'_, HoldTotals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a connection to the first address of a target, and notes what was learned on the way;
    /// none when a phase failed.
    async fn open(
        &self,
        target: &Target,
        row: &mut Hold,
    ) -> Result<Option<OpenConnection>, Refusal> {
        let lookup = self.opener.resolve(target, Leads::ThroughProxy).await;
        if let Some(took) = lookup.took {
            row.times.set(Phase::Dns, took);
        }
        let first = lookup.first();
        (row.dns, row.region, row.via) = (lookup.dns, lookup.region, lookup.via);
        let route = match first {
            Ok(route) => route,
            Err(failure) => {
                row.outcome = failure.into();
                return Ok(None);
            }
        };
        // one connection at a time: whatever politeness costs is waited for
        self.opener.admit(route, Visit::Heavy).await?;
        let to = route.to(target, row.port);
        row.remote = to.remote();
        row.in_teams_range = self.opener.in_range(&to, Transport::Tls);
        let secured = self.opener.secure(&to).await;
        row.times.add(secured.times);
        row.via = secured.via;
        row.tls = secured.tls;
        let tcp = secured.tcp;
        let local = tcp.local.zip(tcp.local_port);
        row.local = local.map(|(ip, port)| SocketAddr::new(ip, port));
        (row.bytes_sent, row.bytes_received) = (tcp.bytes_sent, tcp.bytes_received);
        match secured.session {
            Ok(session) => Ok(Some(OpenConnection {
                session,
                handshake: secured.handshake,
                to,
                lost_syn: tcp.syn_retransmits.is_some_and(|lost| lost > 0),
            })),
            Err(failure) => {
                row.outcome = failure.into();
                Ok(None)
            }
        }
    }

    /// Holds one session to its end.
    ///
    /// # Errors
    ///
    /// When the system gives no descriptor or no thread.
    async fn hold(
        &self,
        (session, lost_syn): (&mut Session, bool),
        row: &Hold,
        out: &Out<Hold, Box<Sample>>,
        stop: &CancellationToken,
    ) -> io::Result<(HeldSession, HoldFigures, Sum)> {
        let meter = Arc::new(Meter::default());
        let (looks, mut looked) = mpsc::channel(WAITING);
        // a request that is not taken before the next one is due is missed
        let (due, requests) = mpsc::channel(1);
        let (kernel, wall) = (session.kernel()?, self.opener.wall().clone());
        // one beginning for whoever says when and whoever holds
        let start = clock::now();
        let meter_of = Arc::clone(&meter);
        let pacer = Pacer::start((kernel, wall, start), self.shape, meter_of, looks, due)?;
        self.totals().now.meter = Some(Arc::clone(&meter));
        let mut fold = ConnectionFold::new(lost_syn);
        let mut answers = Distribution::default();
        let driving = async {
            let answered = |round_trip| {
                answers.add(round_trip);
                let now = &mut self.totals().now;
                now.answers.add(round_trip);
                now.last = Some(round_trip);
            };
            let held = session.hold(start, requests, &meter, stop, answered).await;
            let missed = pacer.missed() + held.waited;
            // takes the last look and ends the other loop
            drop(pacer);
            (held, missed)
        };
        let looking = async {
            while let Some(look) = looked.recv().await {
                fold.add(look.sequence, look.at, &look.numbers);
                if self.samples == Samples::Told {
                    out.event(self.sample(row, &look)).await;
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

    /// A row of a connection of which nothing is known yet.
    fn blank(&self, slot: &Slot) -> Hold {
        Hold {
            run: Arc::clone(&self.run),
            slot: slot.number,
            host: slot.target.host.to_string().into(),
            port: self.opener.port(&slot.target, Transport::Tls),
            started: self.opener.steps().look().wall,
            lag: slot.lag(),
            outcome: Outcome::Ok,
            times: PhaseTimes::default(),
            dns: Dns::default(),
            remote: None,
            via: None,
            local: None,
            region: String::new(),
            in_teams_range: None,
            tls: Tls::default(),
            length: self.shape.length,
            interval: self.shape.interval,
            end: None,
            figures: None,
            bytes_sent: None,
            bytes_received: None,
            clock: ClockChange::default(),
        }
    }

    fn sample(&self, row: &Hold, look: &KernelLook) -> Box<Sample> {
        Box::new(Sample {
            run: Arc::clone(&self.run),
            slot: row.slot,
            host: Arc::clone(&row.host),
            remote: row.remote,
            port: row.port,
            via: row.via.clone(),
            sequence: look.sequence,
            wall: look.wall,
            at: look.at,
            sent: look.sent,
            answered: look.answered,
            numbers: look.numbers,
        })
    }
}
