//! The quality of the path.

use super::units::{And as _, micros, millis, of, percentile};
use crate::judge::diagnose::facts::{
    Fact, HeldFacts, LossFacts, Quality, RouterPacket, Slower, StreamFacts, WhyUnknown,
};
use crate::measure::diagnose::datagrams;
use crate::measure::diagnose::held::HeldFor;
use crate::measure::diagnose::looked::Looked;
use crate::record::{EndedBy, LossWindow};

pub fn facts(found: &Looked) -> Quality {
    Quality {
        stream: of(&found.stream, told).and(WhyUnknown::NotReached),
        slower: of(&found.slower, |stream| {
            let figures = stream.figures.as_ref();
            Slower {
                sent: figures.map_or(0, |figures| figures.sent),
                received: figures.map_or(0, |figures| figures.received),
            }
        }),
        held: of(&found.held, held),
        loaded: Fact::Unknown(WhyUnknown::NotAsked),
    }
}

fn told(stream: &datagrams::PacketStream) -> Option<StreamFacts> {
    let figures = stream.figures.as_ref()?;
    let window = |window: Option<LossWindow>| {
        window.map(|window| LossFacts {
            lost: window.lost,
            sent: window.sent,
        })
    };
    Some(StreamFacts {
        remote: stream.remote.into(),
        sent: figures.sent,
        received: figures.received,
        rate_per_s: 1.0 / stream.interval.as_secs_f64(),
        worst_200ms: window(figures.worst_window),
        worst_15s: window(figures.worst_15s),
        rtt_p50_us: figures.rtt_p50.map(micros),
        rtt_p95_us: figures.rtt_p95.map(micros),
        jitter_us: figures.jitter.map(micros),
        jitter_n: figures.jitter_count,
        reordered: figures.reordered,
        before_first_loss: stream.before_first_loss(),
        answers_per_s: stream.answers_per_second(),
        samples: stream
            .packets
            .iter()
            .map(|(at, rtt)| RouterPacket {
                at_ms: millis(*at),
                rtt_us: rtt.map(micros),
            })
            .collect(),
    })
}

fn held(held: &HeldFor) -> HeldFacts {
    let mut times: Vec<_> = held.trips.iter().copied().map(micros).collect();
    times.sort_unstable();
    let of_kernel = held.kernel.min_rtt.map(micros);
    HeldFacts {
        remote: held.remote.into(),
        held_ms: millis(held.held),
        was_cut: !matches!(held.by, EndedBy::Done | EndedBy::Interrupted),
        sent: held.sent,
        answered: times.len() as u64,
        // relays need not answer inside TLS: then the kernel knows
        rtt_p50_us: percentile(&times, 50).or(of_kernel),
        retransmits: held.kernel.retransmits.map(u64::from),
    }
}
