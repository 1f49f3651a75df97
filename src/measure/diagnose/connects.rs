//! TCP connects: several to each address, as SYNs get lost, and who rejects them.

use std::net::SocketAddr;
use std::time::Duration;

use super::budget::Budget;
use crate::judge::diagnose::facts::text::{Name, Region};
use crate::judge::diagnose::facts::{
    AddressOrigin, ConnectFacts, ConnectOutcome, Fact, Rejection, TriedFacts, WhyUnknown,
    WindowScale,
};
use crate::net::{IcmpMessage, Opener, Route, Visit, line, sender};
use crate::record::{Cause, Failure, Phase, Tcp, Transport, micros};

/// Connects to each address.
pub const CONNECTS: u32 = 3;

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
) -> ConnectFacts {
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
    let mut found = ConnectFacts {
        remote: remote.into(),
        name: Name::default(),
        region: Region::default(),
        origin: AddressOrigin::default(),
        in_teams_range: opener.is_in_range(remote, Transport::Tls),
        tried: Vec::new(),
        rejected_by: Fact::default(),
        window_scale: Fact::Unknown(WhyUnknown::NotOnThisSystem),
    };
    while let Ok((one, scale)) = tried.try_recv() {
        found.tried.push(one);
        if let (None, Some(scale)) = (found.window_scale.known(), scale) {
            found.window_scale = Fact::Known(scale);
        }
    }
    if found.tried.iter().any(|tried| tried.outcome.is_rejection()) {
        let mut message = None;
        if found.is_open() == Some(false) {
            let asked = sender(remote, opener.local_end(), SENDER);
            message = budget.step(SENDER, asked).await.known().copied().flatten();
        }
        // a reset has no sender, and other systems do not tell it
        found.rejected_by = Fact::of(rejection(message), WhyUnknown::NotOnThisSystem);
    }
    found
}

/// One connect, and the window scale of one that came up.
async fn connect(opener: &Opener, remote: SocketAddr) -> (TriedFacts, Option<WindowScale>) {
    let connection = opener.connect(&remote.into()).await;
    let took = connection.times.of(Phase::Connect);
    let tcp = connection.tcp;
    let mut tried = TriedFacts {
        outcome: ConnectOutcome::Up,
        took_us: micros(took.unwrap_or_default()),
        syn_retransmits: tcp.syn_retransmits,
        rtt_us: tcp.rtt.map(micros),
    };
    match connection.stream {
        Ok(connected) => {
            line::talk(connected, None, Duration::ZERO).await;
            (tried, scale(&tcp))
        }
        Err(failure) => {
            tried.outcome = outcome(&failure);
            (tried, None)
        }
    }
}

/// What ICMP said, where it has a sender.
pub fn rejection(message: Option<IcmpMessage>) -> Option<Rejection> {
    let message = message?;
    Some(Rejection {
        sender: message.sender?.into(),
        icmp_type: message.kind,
        icmp_code: message.code,
    })
}

fn outcome(failure: &Failure) -> ConnectOutcome {
    let is_denied = ["not permitted", "permission denied", "access permissions"]
        .iter()
        .any(|words| failure.detail.contains(words));
    match failure.cause {
        Cause::ConnectTimeout => ConnectOutcome::Silent,
        Cause::ConnectRefused => ConnectOutcome::Refused,
        Cause::ConnectHostUnreachable => ConnectOutcome::HostUnreachable,
        Cause::ConnectNetUnreachable => ConnectOutcome::NetUnreachable,
        Cause::ConnectLocalError if is_denied => ConnectOutcome::Denied,
        _ => ConnectOutcome::Other,
    }
}

fn scale(tcp: &Tcp) -> Option<WindowScale> {
    let has =
        |words: &Option<String>| Some(words.as_ref()?.split(' ').any(|word| word == "wscale"));
    Some(WindowScale {
        is_offered: has(&tcp.offered)?,
        is_used: has(&tcp.options)?,
        receive_scale: tcp.rcv_wscale,
    })
}
