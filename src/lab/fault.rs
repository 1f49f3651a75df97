//! The faults that the lab can be told to show, by name. What they do stands in `dns`, `proxy` and `relay`,
//! which probes they hit in `turns`.

use std::fmt;

use crate::words::words;

/// Where a fault is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultLevel {
    /// By the name server.
    Dns,
    /// By the proxy.
    Proxy,
    /// By the relays.
    Relay,
}

macro_rules! faults {
    ($($variant:ident $name:literal $level:ident $meaning:literal,)+) => {
        words! {
            /// Something that goes wrong in the lab: at the name server, at the relays, at the proxy.
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
            pub enum Fault {
                $($variant = $name: $meaning,)+
            }
        }

        impl Fault {
            pub(super) fn level(self) -> FaultLevel {
                match self { $(Self::$variant => FaultLevel::$level,)+ }
            }
        }
    };
}

faults! {
    DnsServfail "dns-servfail" Dns "the name server answers SERVFAIL",
    DnsNxdomain "dns-nxdomain" Dns "the name server answers that the name does not exist",
    DnsRefused "dns-refused" Dns "the name server answers REFUSED",
    DnsNoData "dns-no-data" Dns "the name server answers with the chain but without an address",
    DnsTimeout "dns-timeout" Dns "the name server does not answer",
    DnsLoop "dns-loop" Dns "the CNAME chain runs in a circle",
    DnsMalformed "dns-malformed" Dns "the answer has the right id and cannot be decoded",
    DnsTruncated "dns-truncated" Dns "the answer over UDP is truncated, over TCP complete: the probe gets through",
    DnsPartial "dns-partial" Dns "the answer holds only the first CNAME, the next query is answered: the probe gets through",
    Refused "refused" Dns "the name leads to an address where nothing listens",
    Reset "reset" Relay "the relay accepts and resets the connection",
    TlsAlert "tls-alert" Relay "the relay reads the ClientHello and sends the alert handshake_failure",
    TlsEof "tls-eof" Relay "the relay reads the ClientHello and closes the connection",
    TlsStall "tls-stall" Relay "the relay sends its first TLS flight and then nothing more",
    Silent "silent" Relay "the relay accepts and never sends a byte, nor an answer over UDP",
    NotTls "not-tls" Relay "the relay answers the ClientHello with HTTP",
    Expired "expired" Relay "the relay's certificate expired a year ago",
    SelfSigned "self-signed" Relay "the relay's certificate is signed by itself",
    WrongHost "wrong-host" Relay "the relay's certificate is for another name",
    Tls13Only "tls13-only" Relay "the relay speaks TLS 1.3 only",
    TurnSilent "turn-silent" Relay "the relay does not answer STUN and TURN, and TLS works",
    TurnWrongId "turn-wrong-id" Relay "an answer to another request comes before the right one: the probe gets through",
    TurnGarbage "turn-garbage" Relay "the relay answers STUN and TURN with bytes that are neither",
    TurnDuplicate "turn-duplicate" Relay "the answer comes twice: the probe gets through",
    Turn300 "turn-300" Relay "the relay answers an Allocate with error 300 and another server",
    Turn500 "turn-500" Relay "the relay answers STUN and TURN with error 500",
    TurnHttp "turn-http" Relay "HTTP answers STUN and TURN, inside TLS too",
    TurnClose "turn-close" Relay "the relay closes the connection on STUN and TURN, after a good handshake",
    TurnAlert "turn-alert" Relay "the relay answers STUN and TURN inside TLS with the alert bad_record_mac",
    UdpLoss "udp-loss" Relay "the relay does not answer a datagram",
    UdpDelay "udp-delay" Relay "the relay answers a datagram 150 ms later",
    UdpReorder "udp-reorder" Relay "the relay answers a datagram after the next one",
    UdpDuplicate "udp-duplicate" Relay "the relay answers a datagram twice",
    UdpWrongId "udp-wrong-id" Relay "the relay answers a datagram with another transaction ID",
    UdpGarbage "udp-garbage" Relay "the relay sends bytes that are no STUN before it answers a datagram",
    ProxyAuth "proxy-auth" Proxy "the proxy wants a sign-in (407), whoever signs in",
    ProxyForbidden "proxy-forbidden" Proxy "the proxy forbids the relay (403)",
    ProxyBadGateway "proxy-bad-gateway" Proxy "the proxy does not reach the relay (503)",
    ProxyTimeout "proxy-timeout" Proxy "the proxy takes the request and never answers",
    ProxyClosed "proxy-closed" Proxy "the proxy closes the connection on the request",
    ProxyNotHttp "proxy-not-http" Proxy "the proxy answers as one of SOCKS does",
    ProxyStatus "proxy-status" Proxy "the proxy leads to a page of its own (302)",
    ProxyInspects "proxy-inspects" Proxy "the proxy breaks TLS open with a certificate of its own, and the probe gets through",
}

impl Fault {
    /// Whether a probe that is hit never comes to a relay.
    pub(super) fn ends_before_relay(self) -> bool {
        match self.level() {
            FaultLevel::Dns => !matches!(self, Self::DnsTruncated | Self::DnsPartial),
            FaultLevel::Proxy => self != Self::ProxyInspects,
            FaultLevel::Relay => false,
        }
    }

    /// Whether a probe that is hit never comes to the proxy that it would go through.
    pub(super) fn ends_before_proxy(self) -> bool {
        // the proxy is what finds nobody there
        self.level() == FaultLevel::Dns && self.ends_before_relay() && self != Self::Refused
    }

    /// Whether only the lab's proxy shows it.
    pub fn is_of_proxy(self) -> bool {
        self.level() == FaultLevel::Proxy
    }

    /// Whether only the lab's name server shows it.
    pub fn is_of_names(self) -> bool {
        self.level() == FaultLevel::Dns
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_the_name_server_that_get_through_reach_a_relay() {
        let ending = Fault::ALL
            .iter()
            .filter(|fault| fault.ends_before_relay())
            .count();
        // eight of the name server, seven of the proxy
        assert_eq!(ending, 15);
        assert!(!Fault::DnsPartial.ends_before_relay());
        assert!(Fault::Refused.ends_before_relay());
        assert!(!Fault::Reset.ends_before_relay());
        assert!(!Fault::ProxyInspects.ends_before_relay());
    }
}
