//! One packet an interval on one socket, without an end; a row a minute.
//!
//! Memory does not grow with time: the packets of the last limit and ten seconds, two folds, the
//! longest outages.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, watch};

use super::session::Session;
use super::{End, Output, Shape, Stream, Why, cause_of, distance, send, silence, stopped};
use crate::clock;
use crate::probe::packets::Lasting;
use crate::record::{Burst, Distance, Failure, Mode, Outcome};
use crate::stats::packets::{Fold, Outages, judge};

/// Span of a row.
const MINUTE: Duration = Duration::from_secs(60);

/// How long answers are waited for once the run is stopped.
const GRACE: Duration = Duration::from_secs(2);

/// After a name that cannot be resolved, or a socket that cannot be had.
const RETRY: Duration = Duration::from_secs(5);

/// How often is told what is new meanwhile.
const LOOK: Duration = Duration::from_secs(1);

/// What is kept while it runs.
struct Kept {
    fold: Fold,
    outages: Outages,
    rows: u64,
    answered: u64,
    distance: Option<Distance>,
}

/// Nothing can be sent.
struct Blocked {
    since: DateTime<Utc>,
    at: Instant,
    why: Outcome,
}

impl Blocked {
    /// Notes it; tells when it has become an outage.
    async fn note(&self, outages: &mut Outages, out: &mpsc::Sender<Output>) {
        let length = clock::now().saturating_duration_since(self.at);
        if let Some(change) = outages.blocked(self.since, length) {
            send(out, Output::Change(change)).await;
        }
    }
}

/// The minute under way.
struct Minute {
    number: u64,
    row: Burst,
    fold: Fold,
    first: u64,
    last: u64,
}

impl Stream {
    /// Watches the first target until all packets are sent or `stop` turns true.
    ///
    /// A name that cannot be resolved, or a socket that cannot be had, is tried again soon; it is
    /// an outage, and gives a row a minute.
    pub async fn watch(self, out: mpsc::Sender<Output>, mut stop: watch::Receiver<bool>) -> End {
        let interval = self.shape.interval;
        let mut kept = Kept {
            fold: Fold::new(interval),
            outages: Outages::new(interval),
            rows: 0,
            answered: 0,
            distance: None,
        };
        let mut blocked: Option<Blocked> = None;
        // the slot of the next row
        let mut next = 0;
        let mut start = clock::now();
        let all = self.shape.packets.map(|packets| self.shape.length(packets));
        // what a failure has cost is not made up for
        let left = |start: Instant| {
            let since = clock::now().saturating_duration_since(start);
            all.map(|all| all.saturating_sub(since))
        };
        let why = loop {
            if blocked.is_some() && left(start).is_some_and(|left| left.is_zero()) {
                break Why::Complete;
            }
            let at = clock::now();
            let minute = at.saturating_duration_since(start).as_secs() / MINUTE.as_secs();
            let mut row = self.blank(minute.max(next), Mode::Watch, self.targets.of_slot(0));
            let lookup = tokio::select! {
                lookup = self.prober.lookup(self.targets.of_slot(0)) => lookup,
                () = stopped(&mut stop) => break Why::Stopped,
            };
            if let Some(remote) = self.take(lookup, &mut row) {
                if self.prober.too_much_for(remote.ip()) {
                    break Why::TooMuch(remote.ip());
                }
                // the search is no part of the schedule
                let searched = clock::now();
                self.search(remote, &mut kept, &out, &mut stop).await;
                start += clock::now().saturating_duration_since(searched);
                row.distance.clone_from(&kept.distance);
                let packets =
                    left(start).map(|left| left.as_nanos().div_ceil(interval.as_nanos().max(1)));
                let shape = Shape {
                    packets: packets.map(|packets| u64::try_from(packets).unwrap_or(u64::MAX)),
                    ..self.shape
                };
                match Session::begin(&self.prober, remote, &shape, Lasting::Renewed) {
                    Ok(session) => {
                        if let Some(blocked) = blocked.take() {
                            blocked.note(&mut kept.outages, &out).await;
                        }
                        row.local = session.local();
                        break self
                            .follow(session, row, remote, &mut kept, &out, &mut stop)
                            .await;
                    }
                    Err(error) => {
                        let told = crate::probe::packets::told(&error);
                        row.outcome = Failure::new(cause_of(error.kind()), told).into();
                    }
                }
            }
            let blocked = blocked.get_or_insert(Blocked {
                since: row.started,
                at,
                why: Outcome::Ok,
            });
            blocked.why = row.outcome.clone();
            blocked.note(&mut kept.outages, &out).await;
            if minute >= next {
                next = minute + 1;
                kept.rows += 1;
                send(&out, Output::Burst(Box::new(row))).await;
            }
            if !pause(left(start), blocked, &mut kept.outages, &out, &mut stop).await {
                break Why::Stopped;
            }
        };
        if let Some(blocked) = &blocked {
            blocked.note(&mut kept.outages, &out).await;
        }
        End {
            rows: kept.rows,
            answered: kept.answered,
            missed: 0,
            figures: kept.fold.figures(),
            outages: kept.outages,
            distance: kept.distance,
            unmeasured: blocked.map(|blocked| (blocked.since, blocked.why)),
            why,
        }
    }

    /// Searches the distance, once and before the first packet: the session may need the only
    /// local port.
    async fn search(
        &self,
        remote: SocketAddr,
        kept: &mut Kept,
        out: &mpsc::Sender<Output>,
        stop: &mut watch::Receiver<bool>,
    ) {
        if !self.hops || kept.distance.is_some() {
            return;
        }
        kept.distance = distance(remote, self.prober.plan.local_end.clone(), stop).await;
        if let Some(found) = &kept.distance {
            send(out, Output::Distance(found.clone())).await;
        }
    }

    /// Follows the packets of a session to its end.
    async fn follow(
        &self,
        mut session: Session,
        mut blank: Burst,
        remote: SocketAddr,
        kept: &mut Kept,
        out: &mpsc::Sender<Output>,
        stop: &mut watch::Receiver<bool>,
    ) -> Why {
        let mut minute = None;
        let mut stopped_at = None;
        loop {
            let Kept { fold, .. } = &mut *kept;
            let of_minute = &mut minute;
            session
                .advance(|fate| {
                    fold.note(fate);
                    if let Some(Minute { fold, .. }) = of_minute {
                        fold.note(fate);
                    }
                })
                .await;
            session.look_round();
            if let Some((to, at)) = session.moved.take() {
                let from = blank.local.replace(to);
                send(out, Output::Moved { from, to, at }).await;
            }
            if stopped_at.is_none() && *stop.borrow() {
                session.stop();
                stopped_at = Some(session.elapsed());
            }
            let grace_is_over = stopped_at.is_some_and(|at| session.elapsed() > at + GRACE);
            let over = session.is_over() || grace_is_over;
            while let Some(packet) = if over {
                session.settle_all()
            } else {
                session.settle()
            } {
                if grace_is_over && packet.rtt.is_none() && !packet.send_error {
                    continue;
                }
                let number = packet.at.as_secs() / MINUTE.as_secs();
                if minute.as_ref().is_some_and(|m: &Minute| m.number != number) {
                    self.close(minute.take(), &mut session, kept, out).await;
                }
                let minute = minute.get_or_insert_with(|| Minute {
                    number,
                    row: Burst {
                        slot: blank.slot + number,
                        started: packet.sent,
                        ..blank.clone()
                    },
                    fold: Fold::new(self.shape.interval),
                    first: packet.sequence,
                    last: packet.sequence,
                });
                minute.last = packet.sequence;
                minute.fold.add(&packet);
                kept.fold.add(&packet);
                send(out, self.packet(0, remote, &packet)).await;
                if let Some(change) = kept.outages.add(&packet) {
                    send(out, Output::Change(change)).await;
                }
            }
            if over {
                self.close(minute, &mut session, kept, out).await;
                return if stopped_at.is_some() {
                    Why::Stopped
                } else {
                    Why::Complete
                };
            }
        }
    }

    /// The row of a minute.
    async fn close(
        &self,
        minute: Option<Minute>,
        session: &mut Session,
        kept: &mut Kept,
        out: &mpsc::Sender<Output>,
    ) {
        let trouble = std::mem::take(&mut session.trouble);
        let Some(mut minute) = minute else { return };
        let figures = minute.fold.figures();
        let row = &mut minute.row;
        row.length = self.shape.length(minute.last + 1 - minute.first);
        if figures.received == 0 {
            row.outcome = silence(&figures, &trouble, &self.shape).into();
        }
        row.verdicts = Some(judge(&figures, &self.limits));
        row.figures = Some(figures);
        kept.rows += 1;
        kept.answered += u64::from(row.outcome.is_ok());
        send(out, Output::Burst(Box::new(minute.row))).await;
    }
}

/// Waits for the next try, but not longer than what is left; `false` when it was stopped.
async fn pause(
    left: Option<Duration>,
    blocked: &Blocked,
    outages: &mut Outages,
    out: &mpsc::Sender<Output>,
    stop: &mut watch::Receiver<bool>,
) -> bool {
    let mut rest = left.unwrap_or(RETRY).min(RETRY);
    while !rest.is_zero() {
        let nap = rest.min(LOOK);
        tokio::select! {
            () = tokio::time::sleep(nap) => {}
            () = stopped(stop) => return false,
        }
        blocked.note(outages, out).await;
        rest = rest.saturating_sub(nap);
    }
    true
}
