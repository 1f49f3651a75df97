//! What the answers of a series said beside their times: the application protocol that was taken, and the address that
//! this end was seen as.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;

use crate::doc::number::{counted, times};
use crate::doc::wrapped;
use crate::judge::is_microsofts;
use crate::record::plain;
use crate::stats::{MOST_DISTINCT, Tally};

/// Addresses that are named; more are counted.
const MOST_NAMED: usize = 3;

/// The part of a summary; empty where there is nothing to tell. The protocol is told where one was asked for.
pub(super) fn answers(tally: &Tally, alpn_asked: bool, columns: usize) -> String {
    let alpn = alpn(tally).filter(|_| alpn_asked);
    let mut out = String::new();
    for said in alpn.into_iter().chain(seen_as(tally)).chain(outside(tally)) {
        for line in wrapped(&said, columns) {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

fn alpn(tally: &Tally) -> Option<String> {
    let counts = tally.alpn.iter().map(|(taken, count)| match &**taken {
        "" => format!("{count} took none of those asked for"),
        taken => format!("{count} took {}", plain(taken)),
    });
    let counts: Vec<_> = counts.collect();
    (!counts.is_empty()).then(|| format!("ALPN: {}", counts.join(", ")))
}

fn seen_as(tally: &Tally) -> Option<String> {
    let mut all = tally.seen_as.iter();
    let (first, _) = all.next()?;
    if all.next().is_none() {
        return Some(format!("this end seen as {first}"));
    }
    let named = tally.seen_as.iter().take(MOST_NAMED);
    let named: Vec<_> = named
        .map(|(ip, count)| format!("{ip} {}", times(*count)))
        .collect();
    let least = if tally.seen_as.len() < MOST_DISTINCT {
        ""
    } else {
        "at least "
    };
    let more = match tally.seen_as.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(
            " and {least}{}",
            counted(more as u64, "more address", "more addresses")
        ),
    };
    Some(format!("this end seen as {}{more}", named.join(", ")))
}

fn outside(tally: &Tally) -> Option<String> {
    // of a name of one's own nobody knows where it should lead
    let all = tally.outside.keys();
    let all = all.filter(|(host, _)| is_microsofts(host));
    let all: BTreeSet<_> = all.map(|(_, address)| *address).collect();
    let named: Vec<_> = all.iter().take(MOST_NAMED).map(IpAddr::to_string).collect();
    let more = match all.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!named.is_empty()).then(|| {
        format!(
            "not in the list of the relays' addresses (in_teams_range): {}{more}",
            named.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn what_was_taken_is_told_where_it_was_asked_for_and_one_address_with_its_port() {
        let mut tally = Tally::default();
        assert_eq!(answers(&tally, true, 80), "");
        for (host, address) in [
            ("tr.teams.microsoft.com", "10.0.0.1"),
            ("relay.example", "10.0.0.2"),
        ] {
            tally
                .outside
                .insert((host.into(), address.parse().unwrap()), 2);
        }
        let said = answers(&tally, true, 80);
        assert!(said.ends_with("(in_teams_range): 10.0.0.1\n"), "{said}");
        tally.outside.clear();
        tally.alpn.insert("stun.turn".to_owned(), 2);
        tally.alpn.insert(String::new(), 1);
        tally.seen_as.insert("192.0.2.1".parse().unwrap(), 2);
        assert_eq!(answers(&tally, false, 80), "this end seen as 192.0.2.1\n");
        tally.seen_as.insert("192.0.2.9".parse().unwrap(), 1);
        assert_eq!(
            answers(&tally, true, 200),
            "ALPN: 1 took none of those asked for, 2 took stun.turn\nthis end seen as 192.0.2.1 2 times, \
             192.0.2.9 once\n"
        );
        for last in 10..12 {
            tally.seen_as.insert(IpAddr::from([192, 0, 2, last]), 1);
        }
        assert!(answers(&tally, true, 200).ends_with("192.0.2.10 once and 1 more address\n"));
        // what is beyond the cap is not counted
        let others = (0xC633_0000..).take(MOST_DISTINCT - 4);
        for number in others {
            tally
                .seen_as
                .insert(IpAddr::from(Ipv4Addr::from_bits(number)), 1);
        }
        let said = answers(&tally, true, 200);
        assert!(
            said.ends_with(" and at least 9997 more addresses\n"),
            "{said}"
        );
    }
}
