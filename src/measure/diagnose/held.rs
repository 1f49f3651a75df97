//! A connection that is held for a moment if no UDP gets through: whether it lasts, and its round trips as the kernel
//! reports them.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::mpsc;

use super::budget::Budget;
use super::units::{millis, percentile};
use crate::clock;
use crate::judge::diagnose::facts::{Fact, HeldFacts, WhyUnknown};
use crate::net::{Meter, Opener, Route, Visit};
use crate::record::{EndedBy, micros};
use crate::target::Target;

/// How long it is held, and how often something is said.
const HELD: Duration = Duration::from_secs(5);
const INTERVAL: Duration = Duration::from_millis(100);

/// Holds one.
pub async fn hold(
    opener: &Opener,
    target: &Target,
    remote: SocketAddr,
    budget: &Budget,
) -> Fact<HeldFacts> {
    let session = async {
        let route = Route::direct(remote.ip());
        opener.admit(route, Visit::BackToBack).await.ok()?;
        let to = route.to(target, remote.port());
        opener.secure(&to).await.session.ok()
    };
    let limits = &opener.plan().limits;
    let mut session = match budget.step(limits.connect + limits.tls, session).await {
        Fact::Known(Some(session)) => session,
        Fact::Known(None) => return Fact::Unknown(WhyUnknown::NotReached),
        Fact::Unknown(why) => return Fact::Unknown(why),
    };
    let length = HELD.min(budget.left().saturating_sub(Duration::from_secs(1)));
    if length < Duration::from_secs(1) {
        return Fact::Unknown(WhyUnknown::OutOfTime);
    }
    let (due, taken) = mpsc::channel(8);
    let start = clock::now();
    let pace = tokio::spawn(async move {
        while clock::now().saturating_duration_since(start) < length {
            if due.send(()).await.is_err() {
                return;
            }
            crate::timer::sleep(INTERVAL).await;
        }
    });
    let (meter, stop) = (Meter::default(), budget.stop().token());
    let mut trips = Vec::new();
    let ended = session
        .hold(start, taken, &meter, &stop, |trip| trips.push(micros(trip)))
        .await;
    pace.abort();
    let kernel = session.snapshot().await.numbers();
    let held = clock::now().saturating_duration_since(start).min(length);
    tokio::spawn(session.close());
    trips.sort_unstable();
    Fact::Known(HeldFacts {
        remote: remote.into(),
        held_ms: millis(held),
        was_cut: !matches!(ended.end.by, EndedBy::Done | EndedBy::Interrupted),
        sent: meter.sent.load(std::sync::atomic::Ordering::Relaxed),
        answered: trips.len() as u64,
        // relays need not answer inside TLS: then the kernel knows
        rtt_p50_us: percentile(&trips, 50).or(kernel.min_rtt.map(micros)),
        retransmits: kernel.retransmits.map(u64::from),
    })
}
