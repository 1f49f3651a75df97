//! Probes: dns, connect, tls, turn of each way to a relay, each with its own limit and stamps, then
//! the certificate and its trust, outside the phases. A failure is a row with its cause, never an
//! error.
//!
//! `ways` has what each transport does. Not here: the path (`net`), when slots start (the engine),
//! where rows go (`sink`).

pub mod columns;
pub mod text;
mod ways;

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio_util::task::TaskTracker;

use super::{Out, Slot, SlotOutcome, Stop, Task, certified};
use crate::clock::ClockLook;
use crate::explain::SynTimer;
use crate::net::trust::Judge;
use crate::net::{Leads, Opener, Session, Visit, Way, syn_timer};
use crate::record::{Phase, Run, Transport};
use crate::target::Target;

pub use crate::record::Record;
pub use columns::{COLUMNS, REFERENCE_COLUMNS};

/// Most addresses of one answer that `all_addresses` probes.
const MOST_ADDRESSES: usize = 64;

/// Most connections that are being closed; each takes a second at most.
const MOST_CLOSING: usize = 256;

/// Makes probes.
#[derive(Debug)]
pub struct Prober {
    opener: Opener,
    run: Arc<Run>,
    judge: Judge,
    /// Connections that are being closed.
    closing: TaskTracker,
    /// How this system repeats a SYN.
    syn_timer: SynTimer,
    /// The shortest round trip over UDP, by address.
    udp_trips: Mutex<HashMap<IpAddr, Duration>>,
}

impl Task for Prober {
    type Row = Record;
    /// Nothing is told but rows.
    type Event = Infallible;

    async fn slot(
        self: Arc<Self>,
        slot: Slot,
        out: Out<Record, Infallible>,
        _stop: Stop,
    ) -> SlotOutcome {
        self.probe(&slot, &out).await
    }

    /// Waits until the connections of past probes have come to their orderly end, or a second has
    /// passed.
    async fn settle(&self) {
        self.closing.close();
        let _ = crate::timer::timeout(Duration::from_secs(1), self.closing.wait()).await;
    }
}

impl Prober {
    /// Probes over the paths of an opener.
    pub fn new(opener: Opener, run: Arc<Run>) -> Self {
        let plan = opener.plan();
        let judge = Judge::new(plan.public_roots.clone(), plan.os_store.clone());
        Self {
            opener,
            run,
            judge,
            closing: TaskTracker::new(),
            syn_timer: syn_timer(),
            udp_trips: Mutex::default(),
        }
    }

    /// What the user should know of the judgements so far; told once.
    pub fn take_note(&self) -> Option<String> {
        certified::take_note(&self.judge)
    }

    /// Probes one slot; each row goes out as soon as it is whole.
    pub async fn probe(&self, slot: &Slot, out: &Out<Record, Infallible>) -> SlotOutcome {
        let ways = self.opener.plan().ways(&slot.target);
        let mut spoken = Vec::new();
        for leads in [Leads::Straight, Leads::ThroughProxy] {
            let ways: Vec<_> = ways
                .iter()
                .filter(|way| way.leads == leads)
                .copied()
                .collect();
            let done = match ways.as_slice() {
                [] => SlotOutcome::Done,
                ways => self.probe_ways(slot, (ways, leads), &mut spoken, out).await,
            };
            if done != SlotOutcome::Done {
                return done;
            }
        }
        SlotOutcome::Done
    }

    /// Probes the ways of a slot that lead through the same.
    async fn probe_ways(
        &self,
        slot: &Slot,
        (ways, leads): (&[Way], Leads),
        spoken: &mut Vec<Transport>,
        out: &Out<Record, Infallible>,
    ) -> SlotOutcome {
        let plan = self.opener.plan();
        let steps = self.opener.steps();
        let mut look = steps.look();
        let mut record = self.blank(slot, ways.first(), &look);
        let lookup = self.opener.resolve(&slot.target, leads).await;
        if let Some(took) = lookup.took {
            record.times.set(Phase::Dns, took);
        }
        (record.dns, record.region, record.via) = (lookup.dns, lookup.region, lookup.via);
        let routes = match lookup.routes {
            Ok(routes) => routes,
            Err(failure) => {
                record.outcome = failure.into();
                record.clock = steps.claim(&look);
                out.row(record).await;
                return SlotOutcome::Done;
            }
        };
        let most = if plan.all_addresses {
            MOST_ADDRESSES
        } else {
            1
        };
        let mut is_resolved_here = true;
        for route in routes.into_iter().take(most) {
            for way in ways {
                let is_first = spoken.is_empty();
                let has_waited = match self.opener.admit(route, visit(slot, is_first)).await {
                    Ok(has_waited) => has_waited,
                    Err(refusal) => return refusal.into(),
                };
                let mut record = record.clone();
                if has_waited || !is_resolved_here {
                    // each row has its own moment
                    look = steps.look();
                    (record.started, record.lag) = (look.wall, slot.lag());
                }
                is_resolved_here = false;
                spoken.push(way.transport);
                let to = route.to(&slot.target, way.port);
                let session = self.run_way(*way, &to, &mut record).await;
                // the row may have to wait, the relay must not
                self.close(session);
                record.clock = steps.claim(&look);
                out.row(record).await;
            }
        }
        SlotOutcome::Done
    }

    /// Probes a target once, by no schedule; the rows are those of one slot.
    pub async fn once(&self, target: Target) -> Vec<Arc<Record>> {
        let slot = Slot {
            number: 0,
            target,
            due: None,
        };
        let (sender, mut rows) = tokio::sync::mpsc::channel(1);
        let out = Out::new(sender);
        let probing = async move { self.probe(&slot, &out).await };
        let taking = async {
            let mut records = Vec::new();
            while let Some(output) = rows.recv().await {
                records.extend(output.into_row());
            }
            records
        };
        tokio::join!(probing, taking).1
    }

    /// Ends a connection beside whatever comes next; too many at once are simply dropped.
    fn close(&self, session: Option<Session>) {
        if let Some(session) = session
            && self.closing.len() < MOST_CLOSING
        {
            self.closing.spawn(session.close());
        }
    }

    /// A record with nothing measured yet.
    fn blank(&self, slot: &Slot, first: Option<&Way>, look: &ClockLook) -> Record {
        let (port, transport) = match first {
            Some(way) => (way.port, way.transport),
            None => (Transport::Tls.default_port(), Transport::Tls),
        };
        let host = slot.target.host.to_string();
        let run = Arc::clone(&self.run);
        Record {
            lag: slot.lag(),
            ..Record::blank(run, slot.number, &host, port, transport, look.wall)
        }
    }
}

/// Once a slot has a row, its others wait as long as they must.
fn visit(slot: &Slot, is_first: bool) -> Visit {
    match slot.due {
        Some(due) => Visit::Scheduled(is_first.then_some(due.interval)),
        None => Visit::BackToBack,
    }
}
