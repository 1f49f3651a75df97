//! UDP: which sizes get through, and how well a stream like a call's does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::budget::Budget;
use crate::judge::diagnose::facts::{Fact, WhyUnknown};
use crate::judge::limits::CLIENT;
use crate::measure::burst::{BurstOptions, BurstShape, Bursts, Event};
use crate::measure::{Out, Output, Slot, Task};
use crate::net::sizes::{Sizes, sizes};
use crate::net::{Opener, Plan};
use crate::record::{Figures, Mode, Run};
use crate::target::Target;

/// Sizes of IP packets that are tried.
const SIZES: [u16; 8] = [1200, 1280, 1372, 1400, 1420, 1452, 1472, 1500];

/// How packets follow each other, and how many.
#[derive(Debug, Clone, Copy)]
pub struct PacketRhythm {
    interval: Duration,
    packets: u64,
    /// Fewer tell too little.
    fewest: u64,
}

/// The stream: like one of audio, for ten seconds. Less than 500 packets cannot pass a limit of 1 %.
pub const LIKE_AUDIO: PacketRhythm = PacketRhythm {
    interval: Duration::from_millis(20),
    packets: 500,
    fewest: 250,
};

/// A slow one, where the other looks like something that is limited to a rate.
pub const SLOW: PacketRhythm = PacketRhythm {
    interval: Duration::from_millis(100),
    packets: 20,
    fewest: 20,
};

/// How long an answer may take: longer than on a way over a satellite, or behind a full queue, as late is not lost.
const ANSWER: Duration = Duration::from_secs(2);

/// What the last answers may take beyond the sending.
const TAIL: Duration = Duration::from_millis(2_500);

/// A stream of packets.
#[derive(Debug, Clone)]
pub struct PacketStream {
    /// Where to.
    pub remote: SocketAddr,
    /// What was measured; none when nothing was sent.
    pub figures: Option<Figures>,
    /// From packet to packet.
    pub interval: Duration,
    /// Each packet: when it was due since the first, and its round trip.
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
        Fact::Known(_) => Fact::Unknown(WhyUnknown::NotOnThisSystem),
        Fact::Unknown(why) => Fact::Unknown(why),
    }
}

impl PacketStream {
    /// Packets before the first that was lost; none where none was.
    pub fn before_first_loss(&self) -> Option<u64> {
        let before = self.packets.iter().position(|(_, rtt)| rtt.is_none())?;
        u64::try_from(before).ok()
    }

    /// Answers to the packets of each whole second.
    pub fn answers_per_second(&self) -> Vec<u64> {
        const SECOND: u128 = 1_000;
        let end = self
            .packets
            .last()
            .map_or(0, |(at, _)| (*at + self.interval).as_millis() / SECOND);
        let mut counts = vec![0; usize::try_from(end).unwrap_or(0)];
        for (at, rtt) in &self.packets {
            let second = usize::try_from(at.as_millis() / SECOND).unwrap_or(usize::MAX);
            if let (Some(count), Some(_)) = (counts.get_mut(second), rtt) {
                *count += 1;
            }
        }
        counts
    }

    /// Whether it is worth the while to see how a slow stream fares: more is lost than by chance, and not from the
    /// beginning on, or a third of it. What it comes to is for the rules.
    pub fn looks_limited(&self) -> bool {
        let all = self.packets.len();
        let lost = self.packets.iter().filter(|(_, rtt)| rtt.is_none()).count();
        let begins_well = self.before_first_loss().is_some_and(|before| before >= 20);
        lost * 20 >= all && lost < all && (begins_well || lost * 10 >= all * 3)
    }
}

/// A stream alone on the wire; shorter where the user ends it, or the time does.
pub async fn stream(
    (opener, target): (&Opener, &Target),
    remote: SocketAddr,
    rhythm: PacketRhythm,
    run: &Arc<Run>,
    budget: &Budget,
) -> Fact<PacketStream> {
    if let Some(why) = budget.closed() {
        return Fact::Unknown(why);
    }
    let room = budget.left().saturating_sub(TAIL);
    let fitting = room.as_millis() / rhythm.interval.as_millis().max(1);
    let fitting = u64::try_from(fitting).unwrap_or(0);
    let packets = rhythm.packets.min(fitting);
    if packets < rhythm.fewest {
        return Fact::Unknown(WhyUnknown::OutOfTime);
    }
    let plan = Plan {
        address: Some(remote.ip()),
        port: Some(remote.port()),
        local_end: opener.local_end().clone(),
        limits: opener.plan().limits,
        ranges: opener.plan().ranges.clone(),
        own_server: opener.plan().own_server,
        ..Plan::default()
    };
    let Ok(its) = Opener::new(plan, opener.wall().clone()) else {
        return Fact::Unknown(WhyUnknown::NotOnThisSystem);
    };
    let options = BurstOptions {
        mode: Mode::Burst,
        shape: BurstShape {
            interval: rhythm.interval,
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
    let slot = bursts.slot(slot, Out::new(sender), budget.stop().clone());
    let mut sent = Vec::new();
    let mut row = None;
    let taking = async {
        while let Some(output) = outputs.recv().await {
            match output {
                Output::Event(Event::Packet(packet)) => sent.push((packet.sequence, packet.rtt)),
                Output::Event(_) => {}
                Output::Row(found) => row = Some(found),
            }
        }
    };
    tokio::join!(slot, taking);
    let Some(row) = row else {
        return Fact::Unknown(budget.closed().unwrap_or(WhyUnknown::Interrupted));
    };
    // by the schedule, which the wall clock need not follow
    let at = |sequence| rhythm.interval * u32::try_from(sequence).unwrap_or(u32::MAX);
    Fact::Known(PacketStream {
        remote,
        figures: row.figures.clone(),
        interval: rhythm.interval,
        packets: sent
            .into_iter()
            .map(|(sequence, rtt)| (at(sequence), rtt))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream of 50 a second; whether each packet is answered.
    fn of(answered: impl Iterator<Item = bool>) -> PacketStream {
        let interval = Duration::from_millis(20);
        let packets = (0..)
            .zip(answered)
            .map(|(number, is)| (interval * number, is.then_some(Duration::from_millis(30))));
        PacketStream {
            remote: "192.0.2.1:3478".parse().unwrap(),
            figures: None,
            interval,
            packets: packets.collect(),
        }
    }

    #[test]
    fn answers_are_counted_by_the_second_in_which_their_packets_went_out() {
        // the first second whole, of the second one every other, a third that is not whole
        let stream = of((0..125).map(|number| number < 50 || number % 2 == 0));
        assert_eq!(stream.answers_per_second(), [50, 25]);
        assert_eq!(stream.before_first_loss(), Some(51));
        assert!(stream.looks_limited());
    }

    #[test]
    fn losses_from_the_beginning_on_few_of_them_and_silence_are_no_limit_of_a_rate() {
        for stream in [
            of((0..500).map(|number| number % 10 != 5)),
            of((0..500).map(|number| number % 100 != 50)),
            of((0..500).map(|_| false)),
            of((0..500).map(|_| true)),
        ] {
            assert!(!stream.looks_limited(), "{:?}", stream.before_first_loss());
        }
        assert_eq!(of((0..500).map(|_| true)).before_first_loss(), None);
    }
}
