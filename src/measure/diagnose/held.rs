//! A connection that is held for a moment if no UDP gets through: whether it lasts, and its round trips as the kernel
//! reports them.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::mpsc;

use super::budget::Budget;
use crate::clock;
use crate::judge::diagnose::facts::{Fact, WhyUnknown};
use crate::net::{Meter, Opener, Route, Visit};
use crate::record::{EndedBy, TcpNumbers};
use crate::target::Target;

/// How long it is held, and how often something is said.
const HELD: Duration = Duration::from_secs(5);
const INTERVAL: Duration = Duration::from_millis(100);

/// A connection that was held.
#[derive(Debug, Clone)]
pub struct HeldFor {
    /// Where to.
    pub remote: SocketAddr,
    /// For how long.
    pub held: Duration,
    /// Who ended it.
    pub by: EndedBy,
    /// Requests inside.
    pub sent: u64,
    /// Round trips of those that were answered.
    pub trips: Vec<Duration>,
    /// The kernel's numbers at the end.
    pub kernel: TcpNumbers,
}

/// Holds one.
pub async fn hold(
    opener: &Opener,
    target: &Target,
    remote: SocketAddr,
    budget: &Budget,
) -> Fact<HeldFor> {
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
        .hold(start, taken, &meter, &stop, |trip| trips.push(trip))
        .await;
    pace.abort();
    let kernel = session.snapshot().await.numbers();
    let held = clock::now().saturating_duration_since(start).min(length);
    tokio::spawn(session.close());
    Fact::Known(HeldFor {
        remote,
        held,
        by: ended.end.by,
        sent: meter.sent.load(std::sync::atomic::Ordering::Relaxed),
        trips,
        kernel,
    })
}
