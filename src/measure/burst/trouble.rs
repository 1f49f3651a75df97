//! Why packets got no answer.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use super::BurstShape;
use crate::record::{Cause, Failure, Figures, micros};

/// What went wrong besides lost packets.
#[derive(Debug, Default)]
pub(super) struct BurstTrouble {
    /// ICMP messages by what they mean, with what the system made of the last one.
    pub unreachable: BTreeMap<Cause, (u64, String)>,
    /// What the system said last when it refused to send.
    pub not_sent: Option<(io::ErrorKind, String)>,
}

impl BurstTrouble {
    /// What was met besides lost packets, in words; empty when nothing was.
    pub fn met(&self) -> String {
        let messages = self.unreachable.values();
        let messages = messages.map(|(count, said)| messages_said(*count, said));
        let refused = self.not_sent.iter();
        let refused = refused.map(|(_, said)| format!("this system refused to send: {said}"));
        messages.chain(refused).collect::<Vec<_>>().join("; ")
    }
}

fn messages_said(count: u64, said: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} ICMP message{s}: {said}")
}

/// What the system's refusal means.
pub(super) fn cause_of(kind: io::ErrorKind) -> Cause {
    match kind {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => {
            Cause::TurnPortUnreachable
        }
        io::ErrorKind::HostUnreachable => Cause::TurnHostUnreachable,
        io::ErrorKind::NetworkUnreachable => Cause::TurnNetUnreachable,
        io::ErrorKind::AddrInUse | io::ErrorKind::AddrNotAvailable => Cause::TurnNoLocalPort,
        _ => Cause::TurnLocalError,
    }
}

/// Why no packet was answered.
pub(super) fn silence(figures: &Figures, trouble: &BurstTrouble, shape: &BurstShape) -> Failure {
    if figures.send_errors == figures.sent
        && let Some((kind, detail)) = &trouble.not_sent
    {
        return Failure::new(cause_of(*kind), detail.clone());
    }
    // the first of equals, as the map goes
    let most = trouble.unreachable.iter().rev();
    if let Some((cause, (messages, said))) = most.max_by_key(|(_, (messages, _))| *messages) {
        return Failure::new(*cause, messages_said(*messages, said));
    }
    let mut detail = format!(
        "none of {} packets was answered within {} ms",
        figures.sent,
        micros(shape.limit) / 1000
    );
    if figures.ignored > 0 {
        let (what, are) = match figures.ignored {
            1 => ("datagram", "was"),
            _ => ("datagrams", "were"),
        };
        let _ = write!(
            detail,
            "; {} {what} that answer nothing {are} ignored",
            figures.ignored
        );
    }
    Failure::new(Cause::TurnSilent, detail)
}
