//! TCP connects: several to each address, as SYNs get lost, and who rejects them.

use std::net::SocketAddr;
use std::time::Duration;

use super::budget::Budget;
use crate::net::{IcmpMessage, Opener, Route, Visit, line, sender};
use crate::record::{Cause, Failure, Phase, Tcp};

/// Connects to each address.
pub const CONNECTS: u32 = 3;

/// The connects to one address and port.
#[derive(Debug, Clone)]
pub struct Connects {
    /// Where to.
    pub remote: SocketAddr,
    /// Each of them.
    pub tried: Vec<Tried>,
    /// What ICMP said of one more, and who.
    pub message: Option<IcmpMessage>,
}

/// One connect.
#[derive(Debug, Clone)]
pub struct Tried {
    /// What it took until it was up or had failed.
    pub took: Option<Duration>,
    /// The kernel's numbers; of one that failed only the SYNs.
    pub tcp: Tcp,
    /// Why it failed.
    pub failure: Option<Failure>,
}

impl Connects {
    /// Those that came up.
    pub fn up(&self) -> impl Iterator<Item = &Tried> {
        self.tried.iter().filter(|tried| tried.failure.is_none())
    }
}

/// From one connect to the next.
const SPACING: Duration = Duration::from_millis(250);

/// How long the sender of a rejection is waited for.
const SENDER: Duration = Duration::from_millis(1_500);

/// Connects so many times, at most three, side by side.
pub async fn connects(
    opener: &Opener,
    remote: SocketAddr,
    count: u32,
    budget: &Budget,
) -> Connects {
    let (done, mut tried) = tokio::sync::mpsc::channel(8);
    // each on the heap: together they are too much for the stack of a thread
    let one = |number: u32| {
        let done = done.clone();
        Box::pin(async move {
            if number >= count {
                return;
            }
            crate::timer::sleep(SPACING * number).await;
            if opener
                .admit(Route::direct(remote.ip()), Visit::BackToBack)
                .await
                .is_ok()
            {
                let _ = done.send(connect(opener, remote).await).await;
            }
        })
    };
    let all = async { tokio::join!(one(0), one(1), one(2)) };
    let limit = opener.plan().limits.connect + SPACING * count + Duration::from_millis(500);
    let _ = budget.step(limit, all).await;
    let mut found = Connects {
        remote,
        tried: Vec::new(),
        message: None,
    };
    while let Ok(one) = tried.try_recv() {
        found.tried.push(one);
    }
    let is_rejected = found.tried.iter().any(|tried| {
        let cause = tried.failure.as_ref().map(|failure| failure.cause);
        matches!(
            cause,
            Some(
                Cause::ConnectRefused
                    | Cause::ConnectHostUnreachable
                    | Cause::ConnectNetUnreachable
            )
        )
    });
    if is_rejected && found.up().next().is_none() {
        let asked = sender(remote, opener.local_end(), SENDER);
        found.message = budget.step(SENDER, asked).await.known().copied().flatten();
    }
    found
}

async fn connect(opener: &Opener, remote: SocketAddr) -> Tried {
    let connection = opener.connect(&remote.into()).await;
    let took = connection.times.of(Phase::Connect);
    let mut tcp = connection.tcp;
    let failure = match connection.stream {
        Ok(connected) => {
            let talk = line::talk(connected, None, Duration::ZERO).await;
            tcp.end = talk.kernel.end_of(&tcp);
            None
        }
        Err(failure) => Some(failure),
    };
    Tried { took, tcp, failure }
}
