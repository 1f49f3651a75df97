//! UDP: which sizes get through, and how well a stream like a call's does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::budget::Budget;
use super::units::millis;
use crate::judge::diagnose::facts::{Fact, RouterPacket, Size, StreamFacts, WhyUnknown};
use crate::judge::limits::CLIENT;
use crate::measure::burst::{BurstOptions, BurstShape, Bursts, Event};
use crate::measure::{Out, Output, Slot, Task};
use crate::net::sizes::sizes;
use crate::net::{Opener, Plan};
use crate::record::{Mode, Run, micros};
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

/// Tries the sizes that the interface takes.
pub async fn try_sizes(
    opener: &Opener,
    remote: SocketAddr,
    (largest, rtt): (Option<u32>, Option<Duration>),
    budget: &Budget,
) -> Fact<Vec<Size>> {
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

/// Packets before the first that was lost; none where none was.
fn before_first_loss(packets: &[RouterPacket]) -> Option<u64> {
    let before = packets.iter().position(|packet| packet.rtt_us.is_none())?;
    u64::try_from(before).ok()
}

/// Answers to the packets of each whole second.
fn answers_per_second(packets: &[RouterPacket], interval: Duration) -> Vec<u64> {
    const SECOND: u64 = 1_000;
    let end = packets
        .last()
        .map_or(0, |packet| (packet.at_ms + millis(interval)) / SECOND);
    let mut counts = vec![0; usize::try_from(end).unwrap_or(0)];
    for packet in packets {
        let second = usize::try_from(packet.at_ms / SECOND).unwrap_or(usize::MAX);
        if let (Some(count), Some(_)) = (counts.get_mut(second), packet.rtt_us) {
            *count += 1;
        }
    }
    counts
}

/// Whether it is worth the while to see how a slow stream fares: more is lost than by chance, and not from the beginning
/// on, or a third of it. What it comes to is for the rules.
pub fn looks_limited(packets: &[RouterPacket]) -> bool {
    let all = packets.len();
    let lost = packets.iter().filter(|packet| packet.rtt_us.is_none());
    let lost = lost.count();
    let begins_well = before_first_loss(packets).is_some_and(|before| before >= 20);
    lost * 20 >= all && lost < all && (begins_well || lost * 10 >= all * 3)
}

/// A stream alone on the wire; shorter where the user ends it, or the time does.
pub async fn stream(
    (opener, target): (&Opener, &Target),
    remote: SocketAddr,
    rhythm: PacketRhythm,
    run: &Arc<Run>,
    budget: &Budget,
) -> Fact<StreamFacts> {
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
    // by the schedule, which the wall clock need not follow
    let at = |sequence| rhythm.interval * u32::try_from(sequence).unwrap_or(u32::MAX);
    let mut samples = Vec::new();
    let mut row = None;
    let taking = async {
        while let Some(output) = outputs.recv().await {
            match output {
                Output::Event(Event::Packet(packet)) => samples.push(RouterPacket {
                    at_ms: millis(at(packet.sequence)),
                    rtt_us: packet.rtt.map(micros),
                }),
                Output::Event(_) => {}
                Output::Row(found) => row = Some(found),
            }
        }
    };
    tokio::join!(slot, taking);
    let Some(row) = row else {
        return Fact::Unknown(budget.closed().unwrap_or(WhyUnknown::Interrupted));
    };
    let Some(figures) = &row.figures else {
        return Fact::Unknown(WhyUnknown::NotReached);
    };
    Fact::Known(StreamFacts {
        remote: remote.into(),
        sent: figures.sent,
        received: figures.received,
        rate_per_s: 1.0 / rhythm.interval.as_secs_f64(),
        worst_200ms: figures.worst_window,
        worst_15s: figures.worst_15s,
        rtt_p50_us: figures.rtt_p50.map(micros),
        rtt_p95_us: figures.rtt_p95.map(micros),
        jitter_us: figures.jitter.map(micros),
        jitter_n: figures.jitter_count,
        reordered: figures.reordered,
        before_first_loss: before_first_loss(&samples),
        answers_per_s: answers_per_second(&samples, rhythm.interval),
        samples,
        was_interrupted: budget.is_stopped(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_millis(20);

    /// A stream of 50 a second; whether each packet is answered.
    fn of(answered: impl Iterator<Item = bool>) -> Vec<RouterPacket> {
        let packets = (0..).zip(answered).map(|(number, is)| RouterPacket {
            at_ms: number * 20,
            rtt_us: is.then_some(30_000),
        });
        packets.collect()
    }

    #[test]
    fn answers_are_counted_by_the_second_in_which_their_packets_went_out() {
        // the first second whole, of the second one every other, a third that is not whole
        let stream = of((0..125).map(|number| number < 50 || number % 2 == 0));
        assert_eq!(answers_per_second(&stream, INTERVAL), [50, 25]);
        assert_eq!(before_first_loss(&stream), Some(51));
        assert!(looks_limited(&stream));
    }

    #[test]
    fn losses_from_the_beginning_on_few_of_them_and_silence_are_no_limit_of_a_rate() {
        for stream in [
            of((0..500).map(|number| number % 10 != 5)),
            of((0..500).map(|number| number % 100 != 50)),
            of((0..500).map(|_| false)),
            of((0..500).map(|_| true)),
        ] {
            assert!(!looks_limited(&stream), "{:?}", before_first_loss(&stream));
        }
        assert_eq!(before_first_loss(&of((0..500).map(|_| true))), None);
    }
}
