//! One socket with its packets in flight.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::BurstShape;
use super::trouble::BurstTrouble;
use crate::clock::{self, Wall};
use crate::measure::burst::fold::{Fate, Ledger, Settled};
use crate::net::LocalEnd;
use crate::net::packets::{Flow, Lasting, SocketEvent};
use crate::pace::{Next, Pace};

/// Events that may wait, so that neither the schedule nor the stamps of arrival ever wait for a
/// disk: minutes of packets.
const WAITING: usize = 1 << 16;

/// How often packets are settled.
const TICK: Duration = Duration::from_millis(100);

/// So long an answer may be on its way from its stamp to the ledger.
const MARGIN: Duration = Duration::from_millis(100);

/// After the last answer, copies and overtaken ones are waited for as long.
const LINGER: Duration = Duration::from_millis(200);

/// A packet is known for as long after it was sent, in addition to the limit.
const REMEMBERED: Duration = Duration::from_secs(10);

/// How often a session without answers looks for another address of this end.
const LOOK_ROUND: Duration = Duration::from_secs(1);

/// How long answers are waited for once the run is stopped.
const GRACE: Duration = Duration::from_secs(2);

/// Longest sleep of the sending thread at a time: it looks whether it is stopped.
const NAP: Duration = Duration::from_millis(50);

/// One socket with its packets under way.
pub(super) struct PacketSession {
    events: mpsc::Receiver<SocketEvent>,
    ledger: Ledger,
    start: Instant,
    last_answer: Instant,
    looked_round: Instant,
    stop: StopOnDrop,
    /// Keeps the receiving thread.
    flow: Arc<Flow>,
    /// When it was stopped, from the first packet.
    stopped_at: Option<Duration>,
    /// Whether answers are waited for no more, as it was stopped.
    is_cut_off: bool,
    /// Packets that were missed, once all are sent.
    pub done: Option<u64>,
    pub trouble: BurstTrouble,
    /// Address of this end since the socket was opened anew, and when that was.
    pub moved: Option<(SocketAddr, DateTime<Utc>)>,
}

impl PacketSession {
    /// Opens the socket and begins to send.
    ///
    /// # Errors
    ///
    /// When the system refuses the socket or a thread.
    pub fn begin(
        remote: SocketAddr,
        local: &LocalEnd,
        wall: Wall,
        shape: &BurstShape,
        lasting: Lasting,
    ) -> io::Result<Self> {
        let (sender, events) = mpsc::channel(WAITING);
        let per_interval = shape.interval.as_nanos().max(1);
        let span = (shape.limit + REMEMBERED).as_nanos() / per_interval;
        let remembered = usize::try_from(span).unwrap_or(WAITING).clamp(64, WAITING);
        let flow = Flow::start(remote, local, lasting, remembered, sender, wall)?;
        let flow = Arc::new(flow);
        let stop = Arc::new(AtomicBool::new(false));
        let start = clock::now();
        let pace = Pace::new(shape.interval, shape.packets, None);
        let (sending, stopped, interval) = (Arc::clone(&flow), Arc::clone(&stop), shape.interval);
        std::thread::Builder::new()
            .name("pace".to_owned())
            .spawn(move || send_all(&sending, pace, interval, start, &stopped))?;
        Ok(Self {
            events,
            ledger: Ledger::new(shape.limit),
            start,
            last_answer: start,
            looked_round: start,
            stop: StopOnDrop(stop),
            flow,
            stopped_at: None,
            is_cut_off: false,
            done: None,
            trouble: BurstTrouble::default(),
            moved: None,
        })
    }

    /// Address of this end.
    pub fn local(&self) -> Option<SocketAddr> {
        self.flow.local()
    }

    /// Ends it and waits until the socket is closed, so that its local port is free.
    pub async fn close(self) {
        let Self {
            mut events,
            stop,
            flow,
            ..
        } = self;
        drop(stop);
        drop(flow);
        // the socket goes before the last sender of events
        while events.recv().await.is_some() {}
    }

    /// Waits a moment and takes in what happened; tells what each answer was.
    pub async fn advance(&mut self, mut note: impl FnMut(Fate)) {
        // not woken for each: whatever matters was stamped on the threads of the socket
        crate::timer::sleep(TICK).await;
        // those that come meanwhile wait for the next time: a flood must not keep the end away
        for _ in 0..WAITING {
            match self.events.try_recv() {
                Ok(event) => self.take(event, &mut note),
                Err(_) => break,
            }
        }
    }

    fn take(&mut self, event: SocketEvent, note: &mut impl FnMut(Fate)) {
        match event {
            SocketEvent::Sent {
                sequence,
                at,
                wall,
                lag,
            } => self.ledger.sent(sequence, self.since_start(at), lag, wall),
            SocketEvent::NotSent {
                sequence,
                kind,
                detail,
            } => {
                self.ledger.not_sent(sequence);
                self.trouble.not_sent = Some((kind, detail));
            }
            SocketEvent::Answer { sequence, at } => {
                self.last_answer = at;
                note(self.ledger.answered(sequence, self.since_start(at)));
            }
            SocketEvent::Stranger => note(Fate::Unknown),
            SocketEvent::Moved { local, wall } => self.moved = Some((local, wall)),
            SocketEvent::Unreachable { failure, messages } => {
                let told = self.trouble.unreachable.entry(failure.cause).or_default();
                *told = (told.0 + messages, failure.detail);
            }
            SocketEvent::Done { missed } => self.done = Some(missed),
        }
    }

    /// Once a second without answers: looks whether packets would leave from another address by
    /// now.
    pub fn look_round(&mut self) {
        let now = clock::now();
        let since = |at| now.saturating_duration_since(at);
        if since(self.last_answer) >= LOOK_ROUND && since(self.looked_round) >= LOOK_ROUND {
            self.looked_round = now;
            self.flow.look_round();
        }
    }

    /// The next packet whose fate is known; with the whole run `over`, whatever its time. Nothing is known of one that was cut off.
    pub fn next_settled(&mut self, over: bool) -> Option<Settled> {
        let until = if over {
            Duration::MAX
        } else {
            self.elapsed().saturating_sub(MARGIN)
        };
        loop {
            let packet = self.ledger.settle(until)?;
            let is_known = packet.rtt.is_some() || packet.send_error;
            if is_known || !self.is_cut_off {
                return Some(packet);
            }
        }
    }

    /// Whether it is over. Once the run is stopped nothing more is sent, and answers are waited for a moment.
    pub fn is_over(&mut self, stop: &CancellationToken) -> bool {
        if self.stopped_at.is_none() && stop.is_cancelled() {
            self.stop.0.store(true, Ordering::Relaxed);
            self.stopped_at = Some(self.elapsed());
        }
        let is_past = |at| self.elapsed() > at + GRACE;
        self.is_cut_off = self.stopped_at.is_some_and(is_past);
        self.is_cut_off || self.is_at_its_end()
    }

    /// Whether nothing more is to be waited for: all is sent, and all is answered since a moment.
    fn is_at_its_end(&self) -> bool {
        let quiet = clock::now().saturating_duration_since(self.last_answer) >= LINGER;
        self.done.is_some() && self.ledger.open() == 0 && quiet
    }

    /// Time since the first packet.
    pub fn elapsed(&self) -> Duration {
        self.since_start(clock::now())
    }

    fn since_start(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.start)
    }
}

/// Tells the sending thread to end.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Sends packet n at start + n x interval. One that cannot go out before the next one is due is
/// missed: a stream that catches up would not be paced.
fn send_all(flow: &Flow, mut pace: Pace, interval: Duration, start: Instant, stop: &AtomicBool) {
    let since = |at: Instant| at.saturating_duration_since(start);
    while !stop.load(Ordering::Relaxed) {
        if !flow.has_room() {
            // what is due meanwhile is missed
            std::thread::sleep(NAP);
            continue;
        }
        match pace.next(since(clock::now())) {
            Next::Done => break,
            Next::Wait(due) => {
                let left = due.saturating_sub(since(clock::now()));
                std::thread::sleep(left.min(NAP));
            }
            Next::Fire { slot, .. } => {
                let due = interval.as_nanos() * u128::from(slot);
                let due = Duration::from_nanos(u64::try_from(due).unwrap_or(u64::MAX));
                if !flow.send(slot, |at| since(at).saturating_sub(due)) {
                    break;
                }
            }
        }
    }
    flow.done(pace.missed());
}
