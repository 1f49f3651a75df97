//! The closed list of cause codes. A code is added when a fault can be told apart, never renamed.

use super::Phase;
use crate::words::words;

macro_rules! causes {
    ($($variant:ident $code:literal $phase:ident $meaning:literal,)+) => {
        words! {
            /// Why a probe failed: the codes of `Status` and `cause`, in the order of the phases.
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub enum Cause {
                $($variant = $code: $meaning,)+
            }
        }

        impl Cause {
            /// The phase that it belongs to.
            pub fn phase(self) -> Phase {
                match self { $(Self::$variant => Phase::$phase,)+ }
            }

            /// Whether this computer alone failed: it says nothing of the path nor of the relay.
            pub const fn is_local(self) -> bool {
                matches!(
                    self,
                    Self::DnsLocalError
                        | Self::ConnectNoLocalPort
                        | Self::ConnectLocalError
                        | Self::ProxyLocalError
                        | Self::TurnNoLocalPort
                        | Self::TurnLocalError
                )
            }

            /// Whether a TLS server answered, the relay or something before it, with an alert or a certificate that
            /// cannot be used.
            pub const fn is_alert(self) -> bool {
                matches!(
                    self,
                    Self::TlsAlert | Self::TlsVersion | Self::TlsCertificate | Self::TurnAlert
                )
            }
        }
    };
}

causes! {
    DnsNxdomain "dns-nxdomain" Dns "the name does not exist",
    DnsServfail "dns-servfail" Dns "the name server reported a failure (SERVFAIL, NOTIMP, FORMERR)",
    DnsRefused "dns-refused" Dns "the name server refused to answer (REFUSED)",
    DnsNoData "dns-no-data" Dns "the name exists but has no address of the requested type",
    DnsTimeout "dns-timeout" Dns "no name server answered within the limit",
    DnsLoop "dns-loop" Dns "the CNAME chain runs in a circle or has more than 32 CNAMEs",
    DnsMalformed "dns-malformed" Dns "the answer cannot be used: undecodable, or to another query",
    DnsTruncated "dns-truncated" Dns "the answer was truncated, and none came over TCP; `detail` says why",
    DnsNoResolver "dns-no-resolver" Dns "no name server is configured, or none of them can be reached at all",
    DnsBlocked "dns-blocked" Dns "a DNS filter answered for the name, with an address that no relay can have, such as 0.0.0.0, loopback or multicast; `detail` names it",
    DnsLocalError "dns-local-error" Dns "this system refused the query: file descriptors, local firewall",
    ConnectRefused "connect-refused" Connect "the address answered with a reset: nothing listens there, or a firewall rejects it",
    ConnectReset "connect-reset" Connect "the connection was reset while it was set up",
    ConnectTimeout "connect-timeout" Connect "no answer to the SYN within the limit",
    ConnectHostUnreachable "connect-host-unreachable" Connect "a router or this system says that the host cannot be reached",
    ConnectNetUnreachable "connect-net-unreachable" Connect "there is no route to the network",
    ConnectNoLocalPort "connect-no-local-port" Connect "this system has no free local port left",
    ConnectLocalError "connect-local-error" Connect "this system refused the connection: file descriptors, local firewall",
    ProxyAuth "proxy-auth" Proxy "the proxy requires a sign-in, or refused it (407); `detail` names what it accepts",
    ProxyForbidden "proxy-forbidden" Proxy "the proxy forbids the connection to the relay (403)",
    ProxyBadGateway "proxy-bad-gateway" Proxy "the proxy could not reach the relay, or resolve its name (500, 502, 503, 504)",
    ProxyTimeout "proxy-timeout" Proxy "the proxy opened no tunnel within the limit",
    ProxyClosed "proxy-closed" Proxy "the proxy closed the connection instead of answering",
    ProxyReset "proxy-reset" Proxy "the connection to the proxy was reset instead of an answer",
    ProxyNotHttp "proxy-not-http" Proxy "something other than HTTP answered, or with an endless header; `detail` says what",
    ProxyNotSocks "proxy-not-socks" Proxy "something other than SOCKS5 answered",
    ProxyTls "proxy-tls" Proxy "there is no TLS with the proxy, or this system does not trust its certificate",
    ProxyStatus "proxy-status" Proxy "the proxy answered with another status; its number is in `proxy_reply`",
    ProxyLocalError "proxy-local-error" Proxy "this system refused to continue the connection to the proxy",
    TlsAlert "tls-alert" Tls "the server ended the handshake with an alert; its name is in `detail`",
    TlsVersion "tls-version" Tls "the server does not speak the TLS version asked for",
    TlsEof "tls-eof" Tls "the connection was closed in the middle of the handshake",
    TlsReset "tls-reset" Tls "the connection was reset in the middle of the handshake",
    TlsTimeout "tls-timeout" Tls "the handshake was not finished within the limit",
    TlsNotTls "tls-not-tls" Tls "something other than TLS answered; `detail` says what",
    TlsCertificate "tls-certificate" Tls "the handshake cannot continue with the server's certificate",
    TlsProtocol "tls-protocol" Tls "the server violated the protocol, or offers nothing that this program supports",
    TlsNotPseudo "tls-not-pseudo" Tls "a real TLS handshake answered the pseudo-TLS hello: a TLS server, or a device that inspects TLS",
    TurnSilent "turn-silent" Turn "no answer to the request within the limit: lost, filtered, or nothing there",
    TurnPortUnreachable "turn-port-unreachable" Turn "the address answered that nothing listens on its UDP port, or a firewall rejects it (ICMP)",
    TurnHostUnreachable "turn-host-unreachable" Turn "a router, a firewall or this system says that the host cannot be reached",
    TurnNetUnreachable "turn-net-unreachable" Turn "there is no route to the network",
    TurnNoLocalPort "turn-no-local-port" Turn "this system has no free local UDP port left",
    TurnLocalError "turn-local-error" Turn "this system refused to send: file descriptors, local firewall",
    TurnTryAlternate "turn-try-alternate" Turn "the relay answered with error 300: it sends its clients to the server in `alternate_server`",
    TurnServerError "turn-server-error" Turn "the relay answered with an error of its own, 500 to 599; its number is in `turn_reply`",
    TurnError "turn-error" Turn "the relay answered with another error; its number is in `turn_reply`",
    TurnNoRealm "turn-no-realm" Turn "the relay's 401 lacks realm or nonce: no client could log in",
    TurnOpen "turn-open" Turn "the relay granted an allocation without credentials: it is open to everybody",
    TurnMalformed "turn-malformed" Turn "something answered, but not with a STUN message for the request; `detail` says what",
    TurnHttp "turn-http" Turn "HTTP answered the request",
    TurnClosed "turn-closed" Turn "the connection was closed instead of an answer",
    TurnReset "turn-reset" Turn "the connection was reset instead of an answer",
    TurnAlert "turn-alert" Turn "a TLS alert came instead of an answer; its name is in `detail`",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_starts_with_its_phase_and_none_stands_twice() {
        let mut seen = std::collections::HashSet::new();
        for cause in Cause::ALL {
            assert!(
                cause
                    .as_str()
                    .starts_with(&format!("{}-", cause.phase().as_str()))
            );
            assert!(
                seen.insert(cause.as_str()),
                "{} stands twice",
                cause.as_str()
            );
        }
    }
}
