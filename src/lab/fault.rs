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

/// What has to be done for a fault to be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetBy {
    /// Nothing in particular.
    Everywhere,
    /// A connection over TCP.
    Tcp,
    /// A hello, of TLS or of pseudo-TLS.
    Hello,
    /// A TLS handshake.
    Tls,
    /// A request of STUN or TURN.
    Requests,
    /// A datagram.
    Udp,
}

macro_rules! faults {
    ($($variant:ident $name:literal $level:ident $by:ident $meaning:literal,)+) => {
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

            /// What has to be done for it to be met.
            pub fn met_by(self) -> MetBy {
                match self { $(Self::$variant => MetBy::$by,)+ }
            }
        }
    };
}

faults! {
    DnsServfail "dns-servfail" Dns Everywhere "the name server answers SERVFAIL",
    DnsNxdomain "dns-nxdomain" Dns Everywhere "the name server answers that the name does not exist",
    DnsRefused "dns-refused" Dns Everywhere "the name server answers REFUSED",
    DnsNoData "dns-no-data" Dns Everywhere "the name server answers with the chain but without an address",
    DnsTimeout "dns-timeout" Dns Everywhere "the name server does not answer",
    DnsLoop "dns-loop" Dns Everywhere "the CNAME chain runs in a circle",
    DnsMalformed "dns-malformed" Dns Everywhere "the answer has the right id and cannot be decoded",
    DnsTruncated "dns-truncated" Dns Everywhere "the answer over UDP is truncated, over TCP complete: the probe gets through",
    DnsPartial "dns-partial" Dns Everywhere "the answer holds only the first CNAME, the next query is answered: the probe gets through",
    Refused "refused" Dns Everywhere "the name leads to an address where nothing listens",
    Reset "reset" Relay Tcp "the relay accepts and resets the connection",
    TlsAlert "tls-alert" Relay Hello "the relay reads the ClientHello and sends the alert handshake_failure",
    TlsEof "tls-eof" Relay Hello "the relay reads the ClientHello and closes the connection",
    TlsStall "tls-stall" Relay Hello "the relay sends its first TLS flight and then nothing more",
    Silent "silent" Relay Everywhere "the relay accepts and never sends a byte, nor an answer over UDP",
    NotTls "not-tls" Relay Hello "the relay answers the ClientHello with HTTP",
    Expired "expired" Relay Tls "the relay's certificate expired a year ago",
    SelfSigned "self-signed" Relay Tls "the relay's certificate is signed by itself",
    WrongHost "wrong-host" Relay Tls "the relay's certificate is for another name",
    Tls13Only "tls13-only" Relay Tls "the relay speaks TLS 1.3 only",
    TurnSilent "turn-silent" Relay Requests "the relay does not answer STUN and TURN, and TLS works",
    TurnWrongId "turn-wrong-id" Relay Requests "an answer to another request comes before the right one: the probe gets through",
    TurnGarbage "turn-garbage" Relay Requests "the relay answers STUN and TURN with bytes that are neither",
    TurnDuplicate "turn-duplicate" Relay Requests "the answer comes twice: the probe gets through",
    Turn300 "turn-300" Relay Requests "the relay answers an Allocate with error 300 and another server",
    Turn500 "turn-500" Relay Requests "the relay answers STUN and TURN with error 500",
    TurnHttp "turn-http" Relay Requests "HTTP answers STUN and TURN, inside TLS too",
    TurnClose "turn-close" Relay Requests "the relay closes the connection on STUN and TURN, after a good handshake",
    TurnAlert "turn-alert" Relay Requests "the relay answers STUN and TURN inside TLS with the alert bad_record_mac",
    UdpLoss "udp-loss" Relay Udp "the relay does not answer a datagram",
    UdpDelay "udp-delay" Relay Udp "the relay answers a datagram 150 ms later",
    UdpReorder "udp-reorder" Relay Udp "the relay answers a datagram after the next one",
    UdpDuplicate "udp-duplicate" Relay Udp "the relay answers a datagram twice",
    UdpWrongId "udp-wrong-id" Relay Udp "the relay answers a datagram with another transaction ID",
    UdpGarbage "udp-garbage" Relay Udp "the relay sends bytes that are no STUN before it answers a datagram",
    ProxyAuth "proxy-auth" Proxy Everywhere "the proxy wants a sign-in (407), whoever signs in",
    ProxyForbidden "proxy-forbidden" Proxy Everywhere "the proxy forbids the relay (403)",
    ProxyBadGateway "proxy-bad-gateway" Proxy Everywhere "the proxy does not reach the relay (503)",
    ProxyTimeout "proxy-timeout" Proxy Everywhere "the proxy takes the request and never answers",
    ProxyClosed "proxy-closed" Proxy Everywhere "the proxy closes the connection on the request",
    ProxyNotHttp "proxy-not-http" Proxy Everywhere "the proxy answers as one of SOCKS does",
    ProxyStatus "proxy-status" Proxy Everywhere "the proxy leads to a page of its own (302)",
    ProxyInspects "proxy-inspects" Proxy Everywhere "the proxy breaks TLS open with a certificate of its own, and the probe gets through",
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
