//! What UDP does against TCP: the part of a summary that answers why media goes over TCP.

use std::fmt::Write as _;

use super::times::{head, numbers, share};
use crate::doc::lines::WIDTH;
use crate::doc::number::millis;
use crate::doc::wrapped;
use crate::record::Transport;
use crate::stats::{Tally, TransportTally};

/// The part, with an empty line before it; nothing unless UDP and a transport over TCP were probed.
pub(super) fn versus(tally: &Tally) -> String {
    let of = |transport| tally.transports().get(&transport);
    let over_tcp = of(Transport::Tls)
        .map(|its| (Transport::Tls, its))
        .or_else(|| of(Transport::PseudoTls).map(|its| (Transport::PseudoTls, its)));
    let (Some(udp), Some((transport, tcp))) = (of(Transport::Udp), over_tcp) else {
        return String::new();
    };
    let mut out = String::new();
    let pairs = tally.pairs();
    if pairs.tcp().moments().count() > 0 {
        head("TCP, UDP", &mut out);
        let _ = writeln!(out, "{:<8}{}", "tcp rtt", numbers(pairs.tcp()));
        let _ = writeln!(out, "{:<8}{}", "turn", numbers(pairs.udp()));
    } else {
        out.push('\n');
    }
    for line in wrapped(&said(tally, transport, tcp, udp), WIDTH) {
        let _ = writeln!(out, "{line}");
    }
    out
}

/// Rows without an answer from which something is concluded, at least.
const LEAST: u64 = 3;

/// The comparison in words.
fn said(tally: &Tally, transport: Transport, tcp: &TransportTally, udp: &TransportTally) -> String {
    let word = transport.as_str();
    let mut said = String::new();
    // in the lab the difference is the lab's own
    if let Some(us) = tally.pairs().mean_difference().filter(|_| !tally.is_lab()) {
        let than = if us < 0.0 { "faster" } else { "slower" };
        let ms = millis(us.abs() / 1e3);
        let _ = write!(
            said,
            "To the same addresses UDP is {ms} ms {than} than the TCP round trip on average. "
        );
    }
    let _ = write!(
        said,
        "Failed: {word} {}, udp {}; udp without an answer: {}.",
        part(tcp.rows - tcp.ok, tcp.rows),
        part(udp.rows - udp.ok, udp.rows),
        part(udp.rows - udp.replies - udp.failed_here, udp.rows),
    );
    match (tcp.replies, udp.replies) {
        // this computer sent nothing that could get through
        _ if [tcp, udp].iter().any(|one| one.failed_here == one.rows) => {}
        // what TLS gets through to may be a device on the way
        _ if tally.paths().untrusted() > 0 => {}
        // of one or two datagrams each may have been lost
        (1.., 0) if udp.rows >= LEAST => {
            let _ = write!(
                said,
                " UDP gets through to no relay and {word} does: media has to go over TCP. Lost, filtered, or nobody \
                 answers at that port: from here they look alike."
            );
        }
        (0, 1..) if tcp.undecided > 0 => {
            let _ = write!(
                said,
                " UDP gets through; over {word} something answers, and no handshake comes about."
            );
        }
        (0, 1..) if tcp.rows >= LEAST => {
            let _ = write!(said, " UDP gets through, and {word} to no relay.");
        }
        _ => {}
    }
    said
}

fn part(some: u64, all: u64) -> String {
    format!("{some} of {all}{}", share(some, all))
}
