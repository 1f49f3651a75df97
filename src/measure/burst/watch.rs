//! One packet an interval on one socket, without an end; a row a minute.
//!
//! Memory does not grow with time: the packets of the last limit and ten seconds, two folds, the
//! longest outages.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use super::distance::distance;
use super::session::PacketSession;
use super::trouble::silence;
use super::{BurstOut, BurstShape, Bursts, Event};
use crate::clock;
use crate::judge::limits::judge;
use crate::measure::burst::Burst;
use crate::measure::burst::fold::PacketFold;
use crate::measure::{SlotOutcome, Stop};
use crate::net::Visit;
use crate::net::packets::Lasting;
use crate::net::{Leads, Route};
use crate::record::Outcome;
use crate::target::Target;

/// Span of a row.
const MINUTE: Duration = Duration::from_secs(60);

/// After a name that cannot be resolved, or a socket that cannot be had.
const RETRY: Duration = Duration::from_secs(5);

/// How often is told what is new meanwhile.
const LOOK: Duration = Duration::from_secs(1);

/// Nothing can be sent.
struct Blocked {
    since: DateTime<Utc>,
    at: Instant,
    why: Outcome,
}

/// The minute under way.
struct Minute {
    number: u64,
    row: Burst,
    fold: PacketFold,
    first: u64,
    last: u64,
}

impl Bursts {
    /// Watches a target until all packets are sent or the run is stopped.
    ///
    /// A name that cannot be resolved, or a socket that cannot be had, is tried again soon; it is
    /// an outage, and gives a row a minute.
    pub(super) async fn watch(&self, target: &Target, out: &BurstOut, stop: &Stop) -> SlotOutcome {
        let asked = &stop.token();
        let shape = self.options.shape;
        let mut blocked: Option<Blocked> = None;
        // the slot of the next row
        let mut next = 0;
        let mut start = clock::now();
        let all = shape.packets.map(|packets| shape.length(packets));
        // what a failure has cost is not made up for
        let left = |start: Instant| {
            let since = clock::now().saturating_duration_since(start);
            all.map(|all| all.saturating_sub(since))
        };
        loop {
            if blocked.is_some() && left(start).is_some_and(|left| left.is_zero()) {
                break;
            }
            let at = clock::now();
            let minute = at.saturating_duration_since(start).as_secs() / MINUTE.as_secs();
            let mut row = self.blank(minute.max(next), target);
            // a watch that has rows of what holds it up needs no more of them
            let lookup = tokio::select! {
                lookup = self.opener.resolve(target, Leads::Straight) => lookup,
                () = asked.cancelled(), if blocked.is_some() => break,
                () = stop.grace_is_over() => return SlotOutcome::CutOff,
            };
            if let Some(remote) = self.take(lookup, target, &mut row) {
                if let Err(refusal) = self
                    .opener
                    .admit(Route::direct(remote.ip()), Visit::Heavy)
                    .await
                {
                    return refusal.into();
                }
                // the search is no part of the schedule
                let searched = clock::now();
                self.search(remote, out, asked).await;
                start += clock::now().saturating_duration_since(searched);
                row.distance.clone_from(&self.totals().distance);
                let interval = shape.interval.as_nanos().max(1);
                let packets = left(start).map(|left| left.as_nanos().div_ceil(interval));
                let shape = BurstShape {
                    packets: packets.map(|packets| u64::try_from(packets).unwrap_or(u64::MAX)),
                    ..shape
                };
                match self.session(remote, &shape, Lasting::Renewed) {
                    Ok(session) => {
                        if let Some(blocked) = blocked.take() {
                            self.note(&blocked, out).await;
                        }
                        row.local = session.local();
                        self.follow(session, row, remote, out, asked).await;
                        if stop.is_asked() && self.totals().rows.bursts == 0 {
                            return SlotOutcome::CutOff;
                        }
                        break;
                    }
                    Err(failure) => row.outcome = Outcome::Failed(failure),
                }
            }
            let blocked = blocked.get_or_insert(Blocked {
                since: row.started,
                at,
                why: Outcome::Ok,
            });
            blocked.why = row.outcome.clone();
            self.note(blocked, out).await;
            if minute >= next {
                next = minute + 1;
                self.totals().count(&row);
                row.clock = self.opener.steps().claim_now();
                out.row(row).await;
            }
            if !self.pause(left(start), blocked, out, asked).await {
                break;
            }
        }
        if let Some(blocked) = blocked {
            self.note(&blocked, out).await;
            self.tell_lasting(out).await;
            self.totals().unmeasured = Some((blocked.since, blocked.why));
        }
        SlotOutcome::Done
    }

    /// Notes that nothing can be sent; tells when that has become an outage.
    async fn note(&self, blocked: &Blocked, out: &BurstOut) {
        let length = clock::now().saturating_duration_since(blocked.at);
        let change = self.totals().outages.blocked(blocked.since, length);
        if let Some(change) = change {
            let why = match &blocked.why {
                Outcome::Failed(failure) => failure.to_string(),
                Outcome::Ok => String::new(),
            };
            out.event(Event::Change(change, why)).await;
        }
    }

    /// Tells of an outage that goes on where the watch ends.
    async fn tell_lasting(&self, out: &BurstOut) {
        let lasting = self.totals().outages.lasting();
        if let Some(lasting) = lasting {
            out.event(Event::Change(lasting, String::new())).await;
        }
    }

    /// Searches the distance, once and before the first packet: the session may need the only
    /// local port.
    async fn search(&self, remote: SocketAddr, out: &BurstOut, stop: &CancellationToken) {
        if !self.options.hops || self.totals().distance.is_some() {
            return;
        }
        let found = distance(remote, self.opener.local_end().clone(), stop).await;
        self.totals().distance.clone_from(&found);
        if let Some(found) = found {
            out.event(Event::Distance(found)).await;
        }
    }

    /// Follows the packets of a session to its end.
    async fn follow(
        &self,
        mut session: PacketSession,
        mut blank: Burst,
        remote: SocketAddr,
        out: &BurstOut,
        stop: &CancellationToken,
    ) {
        let mut minute: Option<Minute> = None;
        loop {
            session
                .advance(|fate| {
                    self.totals().fold.note(fate);
                    if let Some(Minute { fold, .. }) = &mut minute {
                        fold.note(fate);
                    }
                })
                .await;
            session.look_round();
            if let Some((to, at)) = session.moved.take() {
                let from = blank.local.replace(to);
                out.event(Event::Moved { from, to, at }).await;
            }
            let over = session.is_over(stop);
            while let Some(packet) = session.next_settled(over) {
                let number = packet.at.as_secs() / MINUTE.as_secs();
                if minute
                    .as_ref()
                    .is_some_and(|minute| minute.number != number)
                {
                    self.close(minute.take(), &mut session, out).await;
                }
                let minute = minute.get_or_insert_with(|| Minute {
                    number,
                    row: Burst {
                        slot: blank.slot + number,
                        started: packet.sent,
                        ..blank.clone()
                    },
                    fold: PacketFold::new(self.options.shape.interval),
                    first: packet.sequence,
                    last: packet.sequence,
                });
                minute.last = packet.sequence;
                minute.fold.add(&packet);
                self.totals().add(&packet);
                out.event(self.packet(0, remote, &packet)).await;
                let change = self.totals().outages.add(&packet);
                if let Some(change) = change {
                    out.event(Event::Change(change, session.trouble.met()))
                        .await;
                }
            }
            if over {
                self.close(minute, &mut session, out).await;
                self.tell_lasting(out).await;
                return;
            }
        }
    }

    /// The row of a minute.
    async fn close(&self, minute: Option<Minute>, session: &mut PacketSession, out: &BurstOut) {
        let trouble = std::mem::take(&mut session.trouble);
        let Some(mut minute) = minute else { return };
        let shape = &self.options.shape;
        let figures = minute.fold.figures();
        let row = &mut minute.row;
        row.length = shape.length(minute.last + 1 - minute.first);
        if figures.received == 0 {
            row.outcome = silence(&figures, &trouble, shape).into();
        } else {
            row.met = trouble.met();
        }
        row.verdicts = Some(judge(&figures, &self.options.limits));
        row.outages = Some(self.totals().outages.parts());
        row.figures = Some(figures);
        self.totals().count(row);
        row.clock = self.opener.steps().claim_now();
        out.row(minute.row).await;
    }

    /// Waits for the next try, but not longer than what is left; `false` when it was stopped.
    async fn pause(
        &self,
        left: Option<Duration>,
        blocked: &Blocked,
        out: &BurstOut,
        stop: &CancellationToken,
    ) -> bool {
        let mut rest = left.unwrap_or(RETRY).min(RETRY);
        while !rest.is_zero() {
            let nap = rest.min(LOOK);
            tokio::select! {
                () = crate::timer::sleep(nap) => {}
                () = stop.cancelled() => return false,
            }
            self.note(blocked, out).await;
            rest = rest.saturating_sub(nap);
        }
        true
    }
}
