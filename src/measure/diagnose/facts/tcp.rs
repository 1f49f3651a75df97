//! TCP.

use std::net::{IpAddr, Ipv6Addr};

use super::units::{micros, of, several};
use crate::judge::diagnose::facts::text::{Name, Region};
use crate::judge::diagnose::facts::{
    AddressOrigin, ConnectFacts, ConnectOutcome, Fact, Rejection, TcpFacts, TriedFacts, WhyUnknown,
    WindowScale,
};
use crate::measure::diagnose::connects::{self, Tried as One};
use crate::measure::diagnose::looked::Looked;
use crate::measure::diagnose::relays;
use crate::net::IcmpMessage;
use crate::net::Opener;
use crate::record::{Cause, Transport};
use crate::target::Target;

pub fn facts(found: &Looked, opener: &Opener, target: &Target) -> TcpFacts {
    let relay = |index: usize| found.relays.get(index);
    let first = |connects: &connects::Connects| told(opener, connects, relay(0), "");
    TcpFacts {
        relays: with_more(
            several(&found.tcp, |index, connects| {
                told(opener, connects, relay(index), "")
            }),
            found,
            opener,
        ),
        control: of(&found.control, |connects| {
            told(opener, connects, None, found.control_name)
        }),
        port80: of(&found.tcp_80, first),
        again: of(&found.tcp_again, first),
        v6: of(&found.tcp_v6, |connects| {
            told(opener, connects, None, &target.host.to_string())
        }),
        nat64_prefix: of(&found.nat64, |addresses| {
            addresses
                .iter()
                .find_map(|address| prefix(*address))
                .map(|prefix| IpAddr::V6(prefix).into())
        }),
    }
}

/// With the second relay of a region, where one was contacted.
fn with_more(
    relays: Fact<Vec<ConnectFacts>>,
    found: &Looked,
    opener: &Opener,
) -> Fact<Vec<ConnectFacts>> {
    let Fact::Known(mut relays) = relays else {
        return relays;
    };
    if let Some((relay, Fact::Known(connects))) = &found.same_region {
        relays.push(told(opener, connects, Some(relay), ""));
    }
    Fact::Known(relays)
}

fn told(
    opener: &Opener,
    connects: &connects::Connects,
    relay: Option<&relays::ContactedRelay>,
    name: &str,
) -> ConnectFacts {
    let is_rejected = connects.tried.iter().any(|tried| {
        matches!(
            outcome(tried),
            ConnectOutcome::Refused
                | ConnectOutcome::HostUnreachable
                | ConnectOutcome::NetUnreachable
        )
    });
    ConnectFacts {
        remote: connects.remote.into(),
        name: Name(name.to_owned()),
        region: Region(relay.map(|relay| relay.region.clone()).unwrap_or_default()),
        origin: relay.map_or(AddressOrigin::System, |relay| match relay.origin {
            relays::RelayOrigin::Given => AddressOrigin::Given,
            relays::RelayOrigin::System(_) => AddressOrigin::System,
            relays::RelayOrigin::Comparison(_) => AddressOrigin::Comparison,
            relays::RelayOrigin::BuiltIn => AddressOrigin::BuiltIn,
        }),
        in_teams_range: opener.is_in_range(connects.remote, Transport::Tls),
        tried: connects.tried.iter().map(one).collect(),
        rejected_by: match rejection(connects.message) {
            Some(rejection) => Fact::Known(rejection),
            // a reset has no sender, and other systems do not tell it
            None if is_rejected => Fact::Unknown(WhyUnknown::NotOnThisSystem),
            None => Fact::Unknown(WhyUnknown::NotAsked),
        },
        window_scale: Fact::of(connects.up().find_map(scale), WhyUnknown::NotOnThisSystem),
    }
}

/// What ICMP said, where it has a sender.
pub fn rejection(message: Option<IcmpMessage>) -> Option<Rejection> {
    let message = message?;
    Some(Rejection {
        sender: message.sender?.into(),
        icmp_type: message.kind,
        icmp_code: message.code,
    })
}

fn one(tried: &One) -> TriedFacts {
    TriedFacts {
        outcome: outcome(tried),
        took_us: micros(tried.took.unwrap_or_default()),
        syn_retransmits: tried.tcp.syn_retransmits,
        rtt_us: tried.tcp.rtt.map(micros),
    }
}

fn outcome(tried: &One) -> ConnectOutcome {
    let Some(failure) = &tried.failure else {
        return ConnectOutcome::Up;
    };
    let is_denied = ["not permitted", "permission denied", "access permissions"]
        .iter()
        .any(|words| failure.detail.contains(words));
    match failure.cause {
        Cause::ConnectTimeout => ConnectOutcome::Silent,
        Cause::ConnectRefused => ConnectOutcome::Refused,
        Cause::ConnectHostUnreachable => ConnectOutcome::HostUnreachable,
        Cause::ConnectNetUnreachable => ConnectOutcome::NetUnreachable,
        Cause::ConnectLocalError if is_denied => ConnectOutcome::Denied,
        _ => ConnectOutcome::Other,
    }
}

fn scale(tried: &One) -> Option<WindowScale> {
    let tcp = &tried.tcp;
    let has =
        |words: &Option<String>| Some(words.as_ref()?.split(' ').any(|word| word == "wscale"));
    Some(WindowScale {
        is_offered: has(&tcp.offered)?,
        is_used: has(&tcp.options)?,
        receive_scale: tcp.rcv_wscale,
    })
}

/// The prefix before the addresses of `ipv4only.arpa` (RFC 7050): those are 192.0.0.170 and 192.0.0.171, and stand behind
/// a prefix of 32 to 96 bits (RFC 6052 section 2.2), whose bits 64 to 71 are left out.
fn prefix(address: IpAddr) -> Option<Ipv6Addr> {
    let IpAddr::V6(v6) = address else {
        return None;
    };
    let bytes = v6.octets();
    [96_usize, 64, 56, 48, 40, 32].into_iter().find_map(|bits| {
        let behind = bytes.iter().enumerate().skip(bits / 8);
        let found: Vec<u8> = behind
            .filter(|(at, _)| *at != 8 || bits == 96)
            .map(|(_, byte)| *byte)
            .take(4)
            .collect();
        let is_it = matches!(found[..], [192, 0, 0, 170 | 171]);
        is_it.then(|| {
            let mut prefix = [0; 16];
            for (to, from) in prefix.iter_mut().zip(bytes).take(bits / 8) {
                *to = from;
            }
            prefix.into()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // the addresses of RFC 6052 section 2.4 with 192.0.0.170 in place of 192.0.2.33
    #[test]
    fn the_prefix_of_a_dns64_is_found_at_each_of_its_lengths() {
        for (address, found) in [
            ("2001:db8:c000:aa::", "2001:db8::"),
            ("2001:db8:1c0:0:aa::", "2001:db8:100::"),
            ("2001:db8:122:c000:0:aa00::", "2001:db8:122::"),
            ("2001:db8:122:3c0:0:aa::", "2001:db8:122:300::"),
            ("2001:db8:122:344:c0:0:aa00:0", "2001:db8:122:344::"),
            ("64:ff9b::192.0.0.171", "64:ff9b::"),
        ] {
            let prefix = prefix(address.parse().unwrap());
            assert_eq!(prefix, Some(found.parse().unwrap()), "{address}");
        }
        assert_eq!(prefix("2001:db8::1".parse().unwrap()), None);
        assert_eq!(prefix("192.0.0.170".parse().unwrap()), None);
    }
}
