//! Layer 7: the quality of the path, judged by the stream.

use std::time::Duration;

use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::{ConnectFacts, Facts, StreamFacts};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::{Confidence, Datum, Finding, Party, Rule, nothing};
use crate::judge::diagnose::rules::local::is_lost_beyond;
use crate::judge::diagnose::rules::some_servers::slow_by_way;
use crate::judge::diagnose::view::{self, stream};
use crate::judge::limits::{CLIENT, judge};
use crate::judge::severity::Severity::{Fail, Warn};
use crate::record::{Figures, LimitVerdict, Share, micros};
use crate::stats::share;

const STREAM: &str = "quality.stream";

/// The stream as Microsoft's table judges it.
fn figures(stream: &StreamFacts) -> Figures {
    let lost = stream.sent.saturating_sub(stream.received);
    Figures {
        sent: stream.sent,
        received: stream.received.min(stream.sent),
        loss: share(lost, stream.sent),
        worst_window: stream.worst_200ms,
        worst_15s: stream.worst_15s,
        rtt_p50: stream.rtt_p50_us.map(Duration::from_micros),
        rtt_p95: stream.rtt_p95_us.map(Duration::from_micros),
        reordered: stream.reordered,
        reordering: share(stream.reordered, stream.received),
        ..Figures::default()
    }
}

/// Lost packets and their share.
fn loss(facts: &Facts) -> Option<(u64, Share)> {
    let (lost, sent) = view::lost(facts)?;
    Some((lost, share(lost, sent)?))
}

fn with_loss(finding: Finding, lost: u64, sent: u64, share: Share) -> Finding {
    finding
        .counted("lost", Datum::Count(lost), sent, STREAM)
        .counted("low", Datum::Ppm(share.low_ppm), sent, STREAM)
        .counted("high", Datum::Ppm(share.high_ppm), sent, STREAM)
}

/// A limit to a rate: how many packets went before it, and how many a second pass.
fn rate_limit(stream: &StreamFacts, loss: Share, is_confirmed: bool) -> Option<(u64, f64)> {
    // one that lets few through from the beginning on is told by a slower stream alone
    let is_heavy = is_confirmed && loss.ppm >= 300_000;
    let before = stream
        .before_first_loss
        .filter(|before| *before >= 20 || is_heavy)?;
    if loss.ppm < 50_000 || stream.rate_per_s <= 0.0 {
        return None;
    }
    // the second in which the first was lost is a mixture
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    let mixed = (before as f64 / stream.rate_per_s) as usize;
    let later = stream.answers_per_s.get(mixed.saturating_add(1)..)?;
    let n = later.len() as f64;
    if later.len() < 4 {
        return None;
    }
    let mean = view::total(later.iter().copied()) as f64 / n;
    let squares = later.iter().map(|count| (*count as f64 - mean).powi(2));
    let spread = squares.sum::<f64>() / (n - 1.0) / mean;
    let at_random = loss.ppm as f64 / 1e6;
    (mean > 0.0 && spread < 0.2 && spread < 0.2 * at_random).then_some((before, mean))
}

pub const UDP_RATE: Rule = Rule {
    code: Code::UdpRate,
    layer: 7,
    condition: "the first packet is lost after at least 20 packets (or 10 packets a second pass without loss where 30 % of a faster stream are lost), at least 5 % are lost, and the number of answers per second then varies by less than a fifth of what random loss would give (variance over mean)",
    why: "a rate limit lets the same number through each second, random loss does not; a slower stream without loss confirms the limit, one with loss refutes it",
    grade: "warn, firewall, likely if 10 packets a second pass without loss, else possible: the limit may be the relay's own",
    check: |facts| {
        let stream = stream(facts)?;
        let slower = facts
            .quality
            .slower
            .known()
            .filter(|slower| slower.sent >= 15);
        let is_confirmed = slower.is_some_and(|slower| slower.received >= slower.sent);
        let (lost, share) = loss(facts)?;
        let (before, rate) = rate_limit(stream, share, is_confirmed)?;
        let confidence = match slower {
            Some(slower) if slower.received < slower.sent => return None,
            Some(_) => Likely,
            None => Possible,
        };
        Some(
            Finding::new(Code::UdpRate, Warn, Party::Firewall, confidence)
                .counted("lost", Datum::Count(lost), stream.sent, STREAM)
                .with("before", Datum::Count(before), STREAM)
                .with("rate", Datum::PerSecond(rate), STREAM)
                .with("sent-rate", Datum::PerSecond(stream.rate_per_s), STREAM),
        )
    },
    explains: |_| vec![Code::QLoss, Code::QBurst],
};

/// Whether from some moment on, or from the beginning, no packet was answered, for two seconds at least.
fn breaks_off(stream: &StreamFacts) -> bool {
    let answers = stream.answers_per_s.iter().rev();
    answers.take_while(|count| **count == 0).count() >= 2
}

/// Whose the stream's loss is, as far as the way to the router and the end of the stream tell, and what to do: ask the
/// provider, try a cable, or look for what ends flows.
fn whose(facts: &Facts, stream: &StreamFacts) -> (Party, Confidence, &'static str) {
    if breaks_off(stream) {
        // a line that is dead would have taken connections after the stream, too
        let again = facts.tcp.again.known().and_then(ConnectFacts::is_open);
        let party = match again {
            Some(true) => Party::Firewall,
            _ => Party::Unknown,
        };
        (party, Possible, "flows")
    } else if is_lost_beyond(facts) {
        (Party::Path, Likely, "provider")
    } else {
        (Party::Unknown, Possible, "cable")
    }
}

pub const LOSS: Rule = Rule {
    code: Code::QLoss,
    layer: 7,
    condition: "the whole 95 % interval of the stream's loss is at or above Microsoft's limit of 1 %",
    why: "fewer lost packets may be chance; it is the provider or the line only if less is lost on the path to the router: a few dozen packets to it without loss do not show that; a stream that gets no answer from some packet on was cut, which a firewall does, and not a bad line; with round trips over 1.8 s, late and lost packets cannot be told apart",
    grade: "fail, path, likely if the whole 95 % interval of the loss on the path to the router is below that of the stream; unknown, possible if not; if the stream stopped for good, or never got an answer, firewall, possible if TCP 443 was still answered afterwards, else unknown, possible",
    check: |facts| {
        let stream = stream(facts)?;
        let (lost, share) = loss(facts)?;
        if judge(&figures(stream), &CLIENT).loss != LimitVerdict::Fail {
            return None;
        }
        let (party, confidence, then) = whose(facts, stream);
        let finding = Finding::new(Code::QLoss, Fail, party, confidence);
        let mut finding = with_loss(finding, lost, stream.sent, share);
        if then == "flows" {
            finding = finding.with("stopped", Datum::Count(stream.received), STREAM);
            let again = facts.tcp.again.known();
            if let Some(again) = again.filter(|again| again.is_open() == Some(true)) {
                let up = Datum::Count(again.up().count() as u64);
                finding = finding.counted("again", up, again.tried.len() as u64, "tcp.again");
            }
        } else if let Some(trips) = view::trips(facts) {
            let name = match confidence {
                Likely => "router-lost",
                _ => "near-lost",
            };
            let lost = Datum::Count(trips.sent.saturating_sub(trips.answered));
            finding = finding.counted(name, lost, trips.sent, "machine.router.trips");
        }
        Some(finding.with("then", then, STREAM))
    },
    explains: |_| vec![Code::QBurst],
};

pub const MARGINAL: Rule = Rule {
    code: Code::QMarginal,
    layer: 7,
    condition: "packets of the stream were lost, and the 95 % interval of the loss reaches from below Microsoft's limit of 1 % to above it",
    why: "this number of packets is too small to tell",
    grade: "note",
    check: |facts| {
        let stream = stream(facts)?;
        let (lost, share) = loss(facts)?;
        let is_open = share.low_ppm < CLIENT.loss && share.high_ppm >= CLIENT.loss;
        (lost > 0 && is_open).then(|| {
            with_loss(
                Finding::note(Code::QMarginal, Possible),
                lost,
                stream.sent,
                share,
            )
        })
    },
    explains: nothing,
};

pub const BURST: Rule = Rule {
    code: Code::QBurst,
    layer: 7,
    condition: "at least 4 of about 10 packets are lost in some 200 ms of the stream",
    why: "Microsoft's limit of 10 % in 200 ms is one packet at this rate, so every single loss would reach it; whose it is goes by the same as for `q-loss`",
    grade: "warn, path, likely; unknown or firewall, possible, as for `q-loss`",
    check: |facts| {
        let stream = stream(facts)?;
        let worst = stream.worst_200ms?;
        loss(facts)?;
        let (party, confidence, then) = whose(facts, stream);
        (worst.lost >= 4).then(|| {
            Finding::new(Code::QBurst, Warn, party, confidence)
                .counted("lost", Datum::Count(worst.lost), worst.sent, STREAM)
                .with("then", then, STREAM)
        })
    },
    explains: nothing,
};

pub const RTT: Rule = Rule {
    code: Code::QRtt,
    layer: 7,
    condition: "the median round trip of the stream is over 100 ms; if the stream had no answers, the shortest of all datagrams before it",
    why: "this is over Microsoft's limit",
    grade: "warn, path, certain",
    check: |facts| {
        let of_stream = stream(facts).and_then(|one| Some((one.rtt_p50_us?, one.received)));
        let rtt = of_stream.map(|(rtt, _)| rtt);
        let rtt = rtt.or_else(|| view::udp_rtt_us(facts));
        let rtt = rtt.filter(|rtt| *rtt > micros(CLIENT.rtt))?;
        let finding = Finding::new(Code::QRtt, Warn, Party::Path, Certain);
        let finding = match of_stream {
            Some((_, n)) => finding.counted("rtt", Datum::Micros(rtt), n, STREAM),
            None => finding.with("rtt", Datum::Micros(rtt), "udp.cells"),
        };
        Some(finding.with("limit", Datum::Micros(micros(CLIENT.rtt)), "limits"))
    },
    explains: |facts| {
        let mut all = vec![Code::RttHigh];
        all.extend(slow_by_way(facts));
        all
    },
};

pub const JITTER: Rule = Rule {
    code: Code::QJitter,
    layer: 7,
    condition: "the mean of at least 100 differences between one round trip and the next is over 30 ms",
    why: "this is over Microsoft's limit; fewer differences are too few to tell",
    grade: "warn, path, certain",
    check: |facts| {
        let stream = stream(facts).filter(|stream| stream.jitter_n >= 100)?;
        let jitter = stream
            .jitter_us
            .filter(|jitter| *jitter > micros(CLIENT.jitter))?;
        Some(
            Finding::new(Code::QJitter, Warn, Party::Path, Certain)
                .counted("jitter", Datum::Micros(jitter), stream.jitter_n, STREAM)
                .with("limit", Datum::Micros(micros(CLIENT.jitter)), "limits"),
        )
    },
    explains: |_| vec![Code::QPeaks],
};

pub const PEAKS: Rule = Rule {
    code: Code::QPeaks,
    layer: 7,
    condition: "the 95th percentile of the stream's round trips is at or over 100 ms, which is what Microsoft's table is judged by, and the median is not over it",
    why: "a path that stalls now and then has a good median and little jitter, and calls break up all the same; round trips alone do not show where packets wait",
    grade: "warn, unknown, possible",
    check: |facts| {
        let stream = stream(facts)?;
        let p50 = stream.rtt_p50_us.filter(|p50| *p50 <= micros(CLIENT.rtt))?;
        let p95 = stream.rtt_p95_us?;
        (judge(&figures(stream), &CLIENT).rtt == LimitVerdict::Fail).then(|| {
            Finding::new(Code::QPeaks, Warn, Party::Unknown, Possible)
                .counted("p95", Datum::Micros(p95), stream.received, STREAM)
                .counted("p50", Datum::Micros(p50), stream.received, STREAM)
                .with("limit", Datum::Micros(micros(CLIENT.rtt)), "limits")
        })
    },
    explains: nothing,
};

pub const REORDER: Rule = Rule {
    code: Code::QReorder,
    layer: 7,
    condition: "the whole 95 % interval of the share of packets that came back after a later one is at or above Microsoft's limit of 0.05 %",
    why: "this is over Microsoft's limit; where on the way they change places does not show",
    grade: "warn, unknown, possible",
    check: |facts| {
        let stream = stream(facts)?;
        (judge(&figures(stream), &CLIENT).reordering == LimitVerdict::Fail).then(|| {
            Finding::new(Code::QReorder, Warn, Party::Unknown, Possible)
                .counted(
                    "reordered",
                    Datum::Count(stream.reordered),
                    stream.received,
                    STREAM,
                )
                .with("limit", Datum::Ppm(CLIENT.reordering), "limits")
        })
    },
    explains: nothing,
};

pub const BLOAT: Rule = Rule {
    code: Code::QBloat,
    layer: 7,
    condition: "under load (only if asked for), the median of at least 20 round trips is over 100 ms longer than without",
    why: "without load this cannot be seen, so it is not judged",
    grade: "warn, local, likely",
    check: |facts| {
        let loaded = facts.quality.loaded.known()?;
        let more = loaded.loaded_p50_us.saturating_sub(loaded.idle_p50_us);
        (loaded.n >= 20 && more > 100_000).then(|| {
            Finding::new(Code::QBloat, Warn, Party::Local, Likely)
                .with("idle", Datum::Micros(loaded.idle_p50_us), "quality.loaded")
                .counted(
                    "loaded",
                    Datum::Micros(loaded.loaded_p50_us),
                    loaded.n,
                    "quality.loaded",
                )
        })
    },
    explains: |_| vec![Code::QRtt, Code::QJitter, Code::QPeaks],
};
