//! Layer 5: what is spoken on TCP 443.

use crate::judge::diagnose::code::Code;
use crate::judge::diagnose::facts::{
    Fact, Facts, RelayReply, Reply, Segments, TlsFacts, TlsOutcome,
};
use crate::judge::diagnose::finding::Confidence::{Certain, Likely, Possible};
use crate::judge::diagnose::finding::{Datum, Finding, Party};
use crate::judge::diagnose::finding::{Rule, nothing};
use crate::judge::diagnose::view::handshakes;
use crate::judge::severity::Severity::{self, Fail, Warn};

pub(super) const RELAYS: &str = "encrypted.relays";

/// The handshakes whose connection came up.
fn begun(facts: &Facts) -> impl Iterator<Item = &TlsFacts> {
    let begun = |tls: &&TlsFacts| tls.outcome != TlsOutcome::NotConnected;
    handshakes(facts).iter().filter(begun)
}

/// The first that ended so, and how bad that is: a warning where another relay's went well.
fn ended(facts: &Facts, so: impl Fn(&TlsFacts) -> bool) -> Option<(&TlsFacts, Severity, u64)> {
    let first = begun(facts).find(|tls| so(tls))?;
    let is_partial = begun(facts).any(|tls| tls.outcome == TlsOutcome::Done);
    let n = begun(facts).filter(|tls| so(tls)).count() as u64;
    Some((first, if is_partial { Warn } else { Fail }, n))
}

/// Whether something else on port 443 shows that it is the hello that is filtered.
fn is_only_the_hello(facts: &Facts) -> bool {
    let answers = |talk: &Fact<RelayReply>| talk.known().is_some_and(|talk| talk.reply.is_answer());
    let control = facts.encrypted.control.known();
    answers(&facts.encrypted.pseudo_tls)
        || answers(&facts.encrypted.turn_clear)
        || control.is_some_and(|tls| tls.outcome == TlsOutcome::Done)
}

pub const NOT_TLS: Rule = Rule {
    code: Code::TlsNotTls,
    layer: 5,
    condition: "the first bytes that come back after the ClientHello are not TLS: HTTP or anything else",
    why: "a relay speaks TLS there; a device that answers with a page reveals itself",
    grade: "fail (warn if the handshake with another relay succeeds), proxy, certain",
    check: |facts| {
        let is = |tls: &TlsFacts| matches!(tls.outcome, TlsOutcome::NotTls(_));
        let (tls, severity, n) = ended(facts, is)?;
        let status = match tls.outcome {
            TlsOutcome::NotTls(status) => status.map(|status| Datum::Number(status.into())),
            _ => None,
        };
        Some(
            Finding::new(Code::TlsNotTls, severity, Party::Proxy, Certain)
                .counted("relay", &tls.remote, n, RELAYS)
                .maybe("status", status, RELAYS),
        )
    },
    explains: |_| vec![Code::TlsReset],
};

pub const RESET: Rule = Rule {
    code: Code::TlsReset,
    layer: 5,
    condition: "the connection comes up, and after the ClientHello it is reset or closed",
    why: "the ClientHello carries the server name in the clear; if other traffic passes on the same port, the name is what is filtered",
    grade: "fail (warn if the handshake with another relay succeeds), firewall, likely if pseudo-TLS, TURN or the control name pass, else possible",
    check: |facts| {
        let is = |tls: &TlsFacts| matches!(tls.outcome, TlsOutcome::Reset | TlsOutcome::Eof);
        let (tls, severity, n) = ended(facts, is)?;
        let confidence = if is_only_the_hello(facts) {
            Likely
        } else {
            Possible
        };
        Some(
            Finding::new(Code::TlsReset, severity, Party::Firewall, confidence)
                .counted("relay", &tls.remote, n, RELAYS)
                .with("after", Datum::Micros(tls.took_us), RELAYS),
        )
    },
    explains: nothing,
};

/// Whether a stalled handshake lacks the full segments at its beginning.
fn has_tail(facts: &Facts, tls: &TlsFacts) -> bool {
    let tail = tls.segments.known().is_some_and(|segments| {
        segments.out_of_order > 0 && segments.data_in > 0 && segments.bytes_received == 0
    });
    let is_by_small = || is_proved(tls) || (works_small(tls) && is_small_everywhere(facts));
    tls.outcome == TlsOutcome::Silent && (tail || is_by_small())
}

fn works_small(tls: &TlsFacts) -> bool {
    tls.works_with_small_segments.known() == Some(&true)
}

/// Whether small segments made the difference; not where nothing at all came with usual ones, of which the last one is
/// short: then it may be chance.
fn is_proved(tls: &TlsFacts) -> bool {
    let came = |segments: &Segments| segments.data_in > 0;
    works_small(tls) && tls.segments.known().is_none_or(came)
}

/// Whether every handshake that stalled worked with small segments beside it, at two servers at least: that is no chance.
fn is_small_everywhere(facts: &Facts) -> bool {
    let all = handshakes(facts)
        .iter()
        .chain(facts.encrypted.control.known());
    let stalled: Vec<_> = all
        .filter(|tls| tls.outcome == TlsOutcome::Silent)
        .collect();
    stalled.len() >= 2 && stalled.into_iter().all(works_small)
}

pub const MTU: Rule = Rule {
    code: Code::TlsMtu,
    layer: 5,
    condition: "the handshake stalls, and of the server's flight only a segment after a gap arrived, or it succeeds beside it with segments of 1,220 bytes; if nothing at all arrived, this must be so at two servers",
    why: "only the short last segment gets through; nothing else looks like that, and small segments prove it; if nothing at all arrived, one success may be chance",
    grade: "fail (warn if the handshake with another relay succeeds), path, likely; certain with the proof",
    check: |facts| {
        let (tls, severity, n) = ended(facts, |tls| has_tail(facts, tls))?;
        let is_proved = begun(facts).any(|tls| has_tail(facts, tls) && is_proved(tls));
        let confidence = if is_proved { Certain } else { Likely };
        let small = if begun(facts).any(works_small) {
            "work"
        } else {
            "unproved"
        };
        Some(
            Finding::new(Code::TlsMtu, severity, Party::Path, confidence)
                .counted("relay", &tls.remote, n, RELAYS)
                .with("small-segments", small, RELAYS),
        )
    },
    explains: |_| vec![Code::TlsTimeout, Code::MtuHole],
};

/// The shortest waits for a handshake after which silence is called that, in microseconds: a server that is busy takes
/// seconds, but its system acknowledges the hello at once, and a hello that is not acknowledged was sent several times.
const LONG_US: u64 = 5_000_000;
const LONG_UNACKNOWLEDGED_US: u64 = 2_500_000;

/// Whether the handshake was waited for long enough.
fn is_long_enough(tls: &TlsFacts) -> bool {
    tls.took_us
        >= match tls.hello_acknowledged.known() {
            Some(false) => LONG_UNACKNOWLEDGED_US,
            Some(true) | None => LONG_US,
        }
}

/// The longest wait for a handshake, in microseconds, where each that is without an end is so after a short one.
pub fn brief_wait_us(facts: &Facts) -> Option<u64> {
    let silent = || begun(facts).filter(|tls| tls.outcome == TlsOutcome::Silent);
    let longest = silent().map(|tls| tls.took_us).max();
    longest.filter(|_| !silent().any(is_long_enough))
}

pub const TIMEOUT: Rule = Rule {
    code: Code::TlsTimeout,
    layer: 5,
    condition: "the connection comes up, the handshake is not finished after at least 5 s (2.5 s if the ClientHello is never acknowledged), and nothing in it shows a gap",
    why: "a ClientHello that the other end's system never acknowledges is lost on the way there; if it is acknowledged, something took it and does not answer: a busy relay, or a device in between",
    grade: "fail (warn if the handshake with another relay succeeds), unknown, possible; firewall, possible if the ClientHello is never acknowledged, or if this system does not tell and pseudo-TLS, TURN or the control name pass",
    check: |facts| {
        let is = |tls: &TlsFacts| {
            tls.outcome == TlsOutcome::Silent && !has_tail(facts, tls) && is_long_enough(tls)
        };
        let (tls, severity, n) = ended(facts, is)?;
        let acknowledged = tls.hello_acknowledged.known();
        let party = match acknowledged {
            Some(false) => Party::Firewall,
            None if is_only_the_hello(facts) => Party::Firewall,
            Some(true) | None => Party::Unknown,
        };
        let came = match tls.received_bytes {
            None => Datum::Word("no whole answer"),
            Some(0) => Datum::Word("nothing"),
            Some(bytes) => Datum::Bytes(bytes),
        };
        let hello = acknowledged.map(|is| match is {
            true => "acknowledged",
            false => "unacknowledged",
        });
        Some(
            Finding::new(Code::TlsTimeout, severity, party, Possible)
                .counted("relay", &tls.remote, n, RELAYS)
                .with("after", Datum::Micros(tls.took_us), RELAYS)
                .with("came", came, RELAYS)
                .maybe("hello", hello, RELAYS),
        )
    },
    explains: nothing,
};

/// The first error of a relay that no healthy one gives to a request without credentials, and where it came.
pub fn turn_error(facts: &Facts) -> Option<(u16, &'static str)> {
    let talk = |talk: &Fact<RelayReply>| talk.known().map(|talk| talk.reply);
    let tcp = &facts.encrypted;
    [
        (facts.udp.allocate.known().copied(), "udp.allocate"),
        (talk(&tcp.turn_tls), "encrypted.turn_tls"),
        (talk(&tcp.turn_clear), "encrypted.turn_clear"),
        (talk(&tcp.pseudo_tls), "encrypted.pseudo_tls"),
    ]
    .into_iter()
    .find_map(|(reply, source)| match reply? {
        Reply::Error(code) if code != 401 => Some((code, source)),
        _ => None,
    })
}
