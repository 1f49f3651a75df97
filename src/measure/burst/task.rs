//! One burst a slot.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::distance::distance;
use super::session::PacketSession;
use super::trouble::{cause_of, silence};
use super::{BurstOut, BurstShape, Bursts, Event};
use crate::judge::limits::judge;
use crate::measure::burst::Burst;
use crate::measure::burst::fold::PacketFold;
use crate::measure::{Out, Slot, SlotOutcome, Stop, Task};
use crate::net::Visit;
use crate::net::packets::{Lasting, told};
use crate::net::{Leads, Route};
use crate::record::{Failure, Mode, Outcome};

impl Task for Bursts {
    type Row = Burst;
    type Event = Event;

    const GRACE: Option<Duration> = None;

    async fn slot(self: Arc<Self>, slot: Slot, out: Out<Burst, Event>, stop: Stop) -> SlotOutcome {
        match self.options.mode {
            Mode::Burst => self.burst(&slot, &out, &stop).await,
            Mode::Watch => self.watch(&slot.target, &out, &stop).await,
        }
    }
}

impl Bursts {
    /// One burst; no row when it was stopped before anything was sent, unless that had failed.
    async fn burst(&self, slot: &Slot, out: &BurstOut, stop: &Stop) -> SlotOutcome {
        let mut row = self.blank(slot.number, &slot.target);
        row.lag = slot.lag();
        let lookup = tokio::select! {
            lookup = self.opener.resolve(&slot.target, Leads::Straight) => lookup,
            () = stop.grace_is_over() => return SlotOutcome::CutOff,
        };
        if let Some(remote) = self.take(lookup, &slot.target, &mut row) {
            if let Err(refusal) = self
                .opener
                .admit(Route::direct(remote.ip()), Visit::Heavy)
                .await
            {
                return refusal.into();
            }
            match self.session(remote, &self.options.shape, Lasting::OneSocket) {
                Ok(session) => {
                    row.local = session.local();
                    let asked = stop.token();
                    if !self.send_all(session, &mut row, remote, out, &asked).await {
                        return SlotOutcome::CutOff;
                    }
                }
                Err(failure) => row.outcome = Outcome::Failed(failure),
            }
        }
        self.totals().count(&row);
        row.clock = self.opener.steps().claim_now();
        out.row(row).await;
        SlotOutcome::Done
    }

    /// A socket that has begun to send.
    pub(super) fn session(
        &self,
        remote: SocketAddr,
        shape: &BurstShape,
        lasting: Lasting,
    ) -> Result<PacketSession, Failure> {
        let (local, wall) = (self.opener.local_end(), self.wall().clone());
        PacketSession::begin(remote, local, wall, shape, lasting)
            .map_err(|error| Failure::new(cause_of(error.kind()), told(&error)))
    }

    /// The packets of a burst to the end; `false` when none was sent.
    async fn send_all(
        &self,
        mut session: PacketSession,
        row: &mut Burst,
        remote: SocketAddr,
        out: &BurstOut,
        stop: &CancellationToken,
    ) -> bool {
        let shape = &self.options.shape;
        let mut fold = PacketFold::new(shape.interval);
        let mut packets = 0;
        loop {
            session
                .advance(|fate| {
                    fold.note(fate);
                    self.totals().fold.note(fate);
                })
                .await;
            let over = session.is_over(stop);
            while let Some(packet) = session.next_settled(over) {
                packets = packet.sequence + 1;
                fold.add(&packet);
                self.totals().add(&packet);
                out.event(self.packet(row.slot, remote, &packet)).await;
            }
            if over {
                break;
            }
        }
        let missed = session.done.unwrap_or(0).saturating_sub(fold.gaps());
        fold.missed(missed);
        {
            let all = &mut self.totals().fold;
            all.missed(missed);
            all.break_off();
        }
        if fold.sent() == 0 {
            return false;
        }
        let figures = fold.figures();
        row.length = shape.length(packets);
        if figures.received == 0 {
            row.outcome = silence(&figures, &session.trouble, shape).into();
        } else {
            row.met = session.trouble.met();
            if self.options.hops {
                session.close().await;
                row.distance = distance(remote, self.opener.local_end().clone(), stop).await;
            }
        }
        row.verdicts = Some(judge(&figures, &self.options.limits));
        row.figures = Some(figures);
        true
    }
}
