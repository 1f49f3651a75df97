//! UDP: which sizes get through, and how a stream like a call's fares.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::budget::Budget;
use crate::judge::diagnose::facts::{Fact, Why};
use crate::judge::limits::CLIENT;
use crate::measure::burst::{BurstOptions, BurstShape, Bursts, Event};
use crate::measure::{Out, Output, Slot, Task};
use crate::net::sizes::{Sizes, sizes};
use crate::net::{Opener, Plan};
use crate::record::{Figures, Mode, Outcome, Run, Verdicts};
use crate::target::Target;

/// Sizes of IP packets that are tried.
const SIZES: [u16; 8] = [1200, 1280, 1372, 1400, 1420, 1452, 1472, 1500];

/// The stream: like one of audio, for ten seconds. Less than 500 packets cannot pass a limit of 1 %.
const INTERVAL: Duration = Duration::from_millis(20);
const PACKETS: u64 = 500;
const ANSWER: Duration = Duration::from_secs(1);

/// What the last answers may take beyond the sending.
const TAIL: Duration = Duration::from_millis(1_500);

/// A stream of packets.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Where to.
    pub remote: SocketAddr,
    /// Why nothing was answered, if so.
    pub outcome: Outcome,
    /// What was measured; none when nothing was sent.
    pub figures: Option<Figures>,
    /// What Microsoft's table says of it.
    pub verdicts: Option<Verdicts>,
    /// Each packet: when it was sent since the first, and its round trip.
    pub packets: Vec<(Duration, Option<Duration>)>,
}

/// Tries the sizes that the interface takes.
pub async fn try_sizes(
    opener: &Opener,
    remote: SocketAddr,
    (largest, rtt): (Option<u32>, Option<Duration>),
    budget: &Budget,
) -> Fact<Sizes> {
    let local = opener.local_end().clone();
    let fits = |size: &u16| largest.is_none_or(|largest| u32::from(*size) <= largest);
    let wanted: Vec<_> = SIZES.into_iter().filter(fits).collect();
    let wait =
        (rtt.unwrap_or_default() * 3).clamp(Duration::from_millis(250), Duration::from_millis(600));
    let trying = tokio::task::spawn_blocking(move || sizes(remote, &local, &wanted, wait));
    match budget.step(Duration::from_secs(4), trying).await {
        Fact::Known(Ok(Ok(sizes))) => Fact::Known(sizes),
        Fact::Known(_) => Fact::Unknown(Why::NotOnThisSystem),
        Fact::Unknown(why) => Fact::Unknown(why),
    }
}

/// Ten seconds of a stream, alone on the wire; shorter where the user ends it.
pub async fn stream(
    opener: &Opener,
    target: &Target,
    remote: SocketAddr,
    run: &Arc<Run>,
    budget: &Budget,
) -> Fact<Stream> {
    if let Some(why) = budget.closed() {
        return Fact::Unknown(why);
    }
    let room = budget.left().saturating_sub(TAIL);
    let fitting = u64::try_from(room.as_millis() / INTERVAL.as_millis()).unwrap_or(0);
    let packets = PACKETS.min(fitting);
    if packets < PACKETS / 2 {
        return Fact::Unknown(Why::OutOfTime);
    }
    let plan = Plan {
        address: Some(remote.ip()),
        port: Some(remote.port()),
        local_end: opener.local_end().clone(),
        limits: opener.plan().limits,
        ranges: opener.plan().ranges,
        own_server: opener.plan().own_server,
        ..Plan::default()
    };
    let Ok(its) = Opener::new(plan, opener.wall().clone()) else {
        return Fact::Unknown(Why::NotOnThisSystem);
    };
    let options = BurstOptions {
        mode: Mode::Burst,
        shape: BurstShape {
            interval: INTERVAL,
            packets: Some(packets),
            limit: ANSWER,
        },
        limits: CLIENT,
        hops: false,
    };
    let bursts = Arc::new(Bursts::new(its, Arc::clone(run), options));
    let slot = Slot {
        number: 0,
        target: target.clone(),
        due: None,
    };
    let (sender, mut outputs) = mpsc::channel(64);
    let slot = bursts.slot(slot, Out::new(sender), budget.stop().token());
    let mut sent = Vec::new();
    let mut row = None;
    let taking = async {
        while let Some(output) = outputs.recv().await {
            match output {
                Output::Event(Event::Packet(packet)) => sent.push((packet.sent, packet.rtt)),
                Output::Event(_) => {}
                Output::Row(found) => row = Some(found),
            }
        }
    };
    tokio::join!(slot, taking);
    let Some(row) = row else {
        return Fact::Unknown(budget.closed().unwrap_or(Why::Interrupted));
    };
    let first = sent.first().map(|(at, _)| *at);
    let since = |at: chrono::DateTime<chrono::Utc>| {
        let passed = first.map(|first| at - first);
        passed
            .and_then(|passed| passed.to_std().ok())
            .unwrap_or_default()
    };
    Fact::Known(Stream {
        remote,
        outcome: row.outcome.clone(),
        figures: row.figures.clone(),
        verdicts: row.verdicts,
        packets: sent.into_iter().map(|(at, rtt)| (since(at), rtt)).collect(),
    })
}
