//! UDP compared with TCP: the part of a summary that shows why media goes over TCP.

use std::fmt::Write as _;

use super::times::{TimesTable, share};
use crate::doc::number::millis;
use crate::doc::wrapped;
use crate::record::Transport;
use crate::stats::{Tally, WayTaken, WayTally};

/// What a transport gave.
type Its<'a> = (Transport, &'a WayTally);

/// The part, with an empty line before it; nothing unless UDP and a transport over TCP were probed.
pub(super) fn versus(tally: &Tally, columns: usize) -> String {
    let of = |transport| Some((transport, tally.ways.get(&WayTaken::straight(transport))?));
    let mut over_tcp: Vec<Its<'_>> = [Transport::Tls, Transport::Tcp]
        .into_iter()
        .filter_map(of)
        .collect();
    if over_tcp.is_empty() {
        over_tcp.extend(of(Transport::PseudoTls));
    }
    let Some((_, udp)) = of(Transport::Udp).filter(|_| !over_tcp.is_empty()) else {
        return String::new();
    };
    let mut out = String::new();
    let pairs = &tally.pairs;
    if pairs.tcp().moments().count() > 0 {
        let table = TimesTable::new("TCP, UDP", columns, &mut out);
        table.row("tcp rtt", pairs.tcp(), &mut out);
        table.row("turn", pairs.udp(), &mut out);
    } else {
        out.push('\n');
    }
    for line in wrapped(&said(tally, &over_tcp, udp), columns) {
        let _ = writeln!(out, "{line}");
    }
    out
}

/// Rows without an answer from which something is concluded, at least.
const LEAST: u64 = 3;

/// The comparison in words.
fn said(tally: &Tally, over_tcp: &[Its<'_>], udp: &WayTally) -> String {
    let mut said = String::new();
    // in the lab the difference is the lab's own
    if let Some(us) = tally.pairs.mean_difference().filter(|_| !tally.is_lab) {
        let than = if us < 0.0 { "faster" } else { "slower" };
        let ms = millis(us.abs() / 1e3);
        let _ = write!(
            said,
            "To the same addresses UDP is {ms} ms {than} than the TCP round trip on average. "
        );
    }
    said.push_str("Failed: ");
    for (transport, its) in over_tcp {
        let failed = part(its.outcomes.failed(), its.outcomes.rows);
        let _ = write!(said, "{} {failed}, ", transport.as_str());
    }
    let _ = write!(
        said,
        "udp {}; udp without an answer: {}.",
        part(udp.outcomes.failed(), udp.outcomes.rows),
        part(
            udp.outcomes.rows - udp.outcomes.answered - udp.outcomes.failed_here,
            udp.outcomes.rows
        ),
    );
    said.push_str(&concluded(tally, over_tcp, udp));
    said
}

/// What follows from it.
fn concluded(tally: &Tally, over_tcp: &[Its<'_>], udp: &WayTally) -> String {
    // this computer sent nothing that could get through
    let sent = |one: &WayTally| one.outcomes.failed_here < one.outcomes.rows;
    let tried: Vec<_> = over_tcp.iter().filter(|(_, its)| sent(its)).collect();
    if tried.is_empty() || !sent(udp) {
        return String::new();
    }
    // what TLS gets through to may be a device on the way; one that ends TLS answers no TURN in the
    // clear for the relay
    let is_relay = |transport| transport != Transport::Tls || tally.paths.untrusted() == 0;
    let through = tried
        .iter()
        .find(|(transport, its)| its.outcomes.answered > 0 && is_relay(*transport));
    // of one or two datagrams each may have been lost
    if udp.outcomes.answered == 0 && udp.outcomes.rows >= LEAST {
        return through.map_or_else(String::new, |(transport, _)| {
            format!(
                " UDP gets through to no relay, but {} does: media has to go over TCP. Lost, \
                 filtered, or nothing answers on that port: from here they look the same.",
                transport.as_str()
            )
        });
    }
    let is_heard = tried.iter().any(|(_, its)| its.outcomes.answered > 0);
    if udp.outcomes.answered == 0 || is_heard || !is_relay(Transport::Tls) {
        return String::new();
    }
    if let Some((transport, _)) = tried.iter().find(|(_, its)| its.outcomes.undecided > 0) {
        let missing = match transport {
            Transport::Tcp => "it is not a relay's answer",
            _ => "no handshake completes",
        };
        let word = transport.as_str();
        return format!(" UDP gets through; over {word} something answers, but {missing}.");
    }
    if tried.iter().any(|(_, its)| its.outcomes.rows < LEAST) {
        return String::new();
    }
    let words: Vec<_> = tried.iter().map(|(one, _)| one.as_str()).collect();
    format!(
        " UDP gets through, but no relay is reached over {}.",
        words.join(" and ")
    )
}

fn part(some: u64, all: u64) -> String {
    format!("{some} of {all}{}", share(some, all))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::record::{
        Cause, Certificate, Failure, Outcome, Record, Run, TlsPath, Turn, TurnReply, World,
    };

    fn row(transport: Transport, cause: Option<Cause>) -> Record {
        let remote = "192.0.2.1:443".parse().unwrap();
        let run = Arc::new(Run::new("test", String::new(), World::Real));
        let started = chrono::DateTime::default();
        Record {
            outcome: cause.map_or(Outcome::Ok, |cause| Failure::new(cause, "").into()),
            remote: Some(remote),
            turn: Turn {
                reply: cause.is_none().then_some(TurnReply::Error(401)),
                ..Turn::default()
            },
            ..Record::blank(run, 0, "relay.test", 443, transport, started)
        }
    }

    fn inspected() -> Record {
        let mut row = row(Transport::Tls, None);
        row.tls.certificate = Some(Arc::new(Certificate::default()));
        row.tls.path = Some(TlsPath::Inspected);
        row
    }

    /// The sentences on three of each row.
    fn of(rows: &[Record]) -> String {
        let mut tally = Tally::default();
        for row in rows {
            (0..LEAST).for_each(|_| tally.add(row));
        }
        versus(&tally, 80).replace('\n', " ").trim().to_owned()
    }

    const DROPPED: Option<Cause> = Some(Cause::TurnSilent);
    const NO_UDP: &str = "media has to go over TCP. Lost, filtered, or nothing answers on that \
                          port: from here they look the same.";

    #[test]
    fn each_transport_over_tcp_is_set_against_udp() {
        use Transport::{PseudoTls, Tcp, Tls, Udp};
        let all = [row(Tls, None), row(Udp, DROPPED), row(Tcp, DROPPED)];
        assert_eq!(
            of(&all),
            format!(
                "Failed: tls 0 of 3, tcp 3 of 3 (100 %), udp 3 of 3 (100 %); udp without an answer: 3 of 3 \
                 (100 %). UDP gets through to no relay, but tls does: {NO_UDP}"
            )
        );
        for over_tcp in [Tcp, PseudoTls] {
            let said = of(&[row(Udp, DROPPED), row(over_tcp, None)]);
            let wanted = format!(
                "UDP gets through to no relay, but {} does",
                over_tcp.as_str()
            );
            assert!(said.contains(&wanted), "{said}");
        }
        let refused = Some(Cause::ConnectRefused);
        let said = of(&[row(Tls, refused), row(Udp, None), row(Tcp, DROPPED)]);
        assert!(
            said.ends_with("UDP gets through, but no relay is reached over tls and tcp."),
            "{said}"
        );
        let said = of(&[row(Udp, None), row(Tcp, Some(Cause::TurnAlert))]);
        let wanted = "over tcp something answers, but it is not a relay's answer.";
        assert!(said.ends_with(wanted), "{said}");
    }

    // a device that ends TLS is no relay; nothing but a relay answers an Allocate in the clear
    #[test]
    fn where_tls_is_inspected_plain_tcp_alone_shows_that_tcp_gets_through() {
        let udp = row(Transport::Udp, DROPPED);
        let said = of(&[inspected(), udp.clone()]);
        assert!(said.ends_with("3 of 3 (100 %)."), "{said}");
        let said = of(&[inspected(), udp, row(Transport::Tcp, None)]);
        let wanted = format!("UDP gets through to no relay, but tcp does: {NO_UDP}");
        assert!(said.ends_with(&wanted), "{said}");
    }
}
