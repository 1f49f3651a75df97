//! One burst a slot, one at a time.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::session::Session;
use super::{End, Output, Stream, Why, cause_of, distance, send, silence, stopped};
use crate::clock;
use crate::pace::{Next, Pace};
use crate::probe::packets::Lasting;
use crate::record::{Burst, Failure, Mode};
use crate::stats::packets::{Fold, Outages, judge};

/// How long answers are waited for once the run is stopped.
const GRACE: Duration = Duration::from_secs(2);

impl Stream {
    /// Runs bursts by the schedule, to its end or until `stop` turns true.
    pub async fn bursts(
        self,
        mut pace: Pace,
        out: mpsc::Sender<Output>,
        mut stop: watch::Receiver<bool>,
    ) -> End {
        let mut all = All {
            fold: Fold::new(self.shape.interval),
            outages: Outages::new(self.shape.interval),
        };
        let (mut rows, mut answered) = (0, 0);
        let start = clock::now();
        let why = loop {
            if *stop.borrow() {
                break Why::Stopped;
            }
            let since = clock::now().saturating_duration_since(start);
            let (slot, lag) = match pace.next(since) {
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
            match self.burst(slot, lag, &mut all, &out, &mut stop).await {
                Ok(Some(row)) => {
                    rows += 1;
                    answered += u64::from(row.outcome.is_ok());
                    send(&out, Output::Burst(row)).await;
                }
                Ok(None) => {}
                Err(why) => break why,
            }
        };
        End {
            rows,
            answered,
            missed: pace.missed(),
            figures: all.fold.figures(),
            outages: all.outages,
            distance: None,
            unmeasured: None,
            why,
        }
    }

    /// One burst; no row when it was stopped before anything was sent.
    async fn burst(
        &self,
        slot: u64,
        lag: Option<Duration>,
        all: &mut All,
        out: &mpsc::Sender<Output>,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<Option<Box<Burst>>, Why> {
        let target = self.targets.of_slot(slot);
        let mut row = Box::new(self.blank(slot, Mode::Burst, target));
        row.lag = lag;
        let lookup = tokio::select! {
            lookup = self.prober.lookup(target) => lookup,
            () = stopped(stop) => return Ok(None),
        };
        let Some(remote) = self.take(lookup, &mut row) else {
            return Ok(Some(row));
        };
        if self.prober.too_much_for(remote.ip()) {
            return Err(Why::TooMuch(remote.ip()));
        }
        let mut session =
            match Session::begin(&self.prober, remote, &self.shape, Lasting::OneSocket) {
                Ok(session) => session,
                Err(error) => {
                    let told = crate::probe::packets::told(&error);
                    row.outcome = Failure::new(cause_of(error.kind()), told).into();
                    return Ok(Some(row));
                }
            };
        row.local = session.local();
        let mut fold = Fold::new(self.shape.interval);
        let mut stopped_at = None;
        let mut packets = 0;
        loop {
            session
                .advance(|fate| {
                    fold.note(fate);
                    all.fold.note(fate);
                })
                .await;
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
                // of a packet that was cut off nothing is known
                if grace_is_over && packet.rtt.is_none() && !packet.send_error {
                    continue;
                }
                packets = packet.sequence + 1;
                fold.add(&packet);
                all.fold.add(&packet);
                send(out, self.packet(slot, remote, &packet)).await;
            }
            if over {
                break;
            }
        }
        let missed = session.done.unwrap_or(0).saturating_sub(fold.gaps());
        fold.missed(missed);
        all.fold.missed(missed);
        all.fold.break_off();
        if fold.sent() == 0 {
            return Ok(None);
        }
        let figures = fold.figures();
        row.length = self.shape.length(packets);
        if figures.received == 0 {
            row.outcome = silence(&figures, &session.trouble, &self.shape).into();
        } else if self.hops {
            session.close().await;
            row.distance = distance(remote, self.prober.plan.local_end.clone(), stop).await;
        }
        row.verdicts = Some(judge(&figures, &self.limits));
        row.figures = Some(figures);
        Ok(Some(row))
    }
}

/// What is kept of all bursts.
struct All {
    fold: Fold,
    outages: Outages,
}
