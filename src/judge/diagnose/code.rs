//! The codes of the findings: what was seen, never more than the check behind it can show.

use crate::words::{words, words_as_text};

words! {
    /// What a finding is about. Codes are stable: one is added when a fault can be told apart, and none is renamed.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Code {
        // layer 0: this machine
        NoAddress = "no-address": "this machine has no network address",
        SendDenied = "send-denied": "this machine blocks outgoing packets",
        ClockWrong = "clock-wrong": "this machine's clock is wrong",
        HostsEntry = "hosts-entry": "the hosts file has an entry for a relay",
        Vdi = "vdi": "this is a virtual desktop",
        // layer 1: the way out of the local network
        GatewayDead = "gateway-dead": "the router does not answer on the link",
        NoRoute4 = "no-route4": "there is no path for IPv4",
        Nat64 = "nat64": "IPv6 with NAT64",
        Tunnel = "tunnel": "media goes through a VPN",
        TunnelUnused = "tunnel-unused": "a VPN is up, and media bypasses it",
        GatewayBad = "gateway-bad": "the path to the router is already bad",
        Portal = "portal": "this network asks for a sign-in",
        // layer 2: names
        DnsNoServer = "dns-no-server": "no name server is set",
        DnsUnreachable = "dns-unreachable": "no name server can be reached",
        DnsTimeout = "dns-timeout": "no name server answers in time",
        DnsError = "dns-error": "a name server does not return the relay's address",
        DnsNameGone = "dns-name-gone": "the relay's name does not resolve on any name server asked",
        DnsBlocked = "dns-blocked": "a filter answers for the relay's name",
        DnsOutside = "dns-outside": "the relay's name resolves to an address outside Microsoft's ranges",
        DnsRegion = "dns-region": "the name server sends this machine to a distant region",
        DnsServerDown = "dns-server-down": "one of the name servers does not answer",
        DnsSlow = "dns-slow": "name lookups are slow",
        Ipv6Broken = "ipv6-broken": "IPv6 is announced but does not work",
        // layer 3: the proxy
        ProxyNeeded = "proxy-needed": "only the proxy accepts connections to port 443",
        ProxyForbids = "proxy-forbids": "the proxy does not connect to the relay",
        ProxySilent = "proxy-silent": "the configured proxy does not answer",
        ProxyUnused = "proxy-unused": "a proxy is configured but not needed",
        // layer 4: connections
        ControlSilent = "control-silent": "nothing beyond the router answers on TCP 443",
        Tcp443Silent = "tcp443-silent": "the relays do not answer on TCP 443",
        Tcp443Refused = "tcp443-refused": "TCP 443 to the relays is rejected",
        RelayOneSilent = "relay-one-silent": "one relay cannot be reached on TCP 443",
        RegionSilent = "region-silent": "the relays of a region do not answer",
        SynLoss = "syn-loss": "SYNs were lost",
        WindowScalingOff = "window-scaling-off": "window scaling is off",
        RttHigh = "rtt-high": "the round trip is long",
        // layer 5: TLS
        TlsNotTls = "tls-not-tls": "something other than TLS answers on port 443",
        TlsReset = "tls-reset": "the connection is cut after the TLS ClientHello",
        TlsMtu = "tls-mtu": "full-size packets do not get through in TLS",
        TlsTimeout = "tls-timeout": "TLS is not answered in time",
        TlsDate = "tls-date": "the relay's certificate is not valid now",
        TlsInspected = "tls-inspected": "TLS is decrypted on the path",
        TlsWrongName = "tls-wrong-name": "the certificate is for another name",
        TlsNotMicrosoft = "tls-not-microsoft": "the certificate's issuer is not a known Microsoft issuer",
        TlsUnverified = "tls-unverified": "the certificate names Microsoft, and that could not be verified here",
        TlsMsRoot = "tls-ms-root": "the chain leads to a Microsoft root that is not in the list here",
        // layer 6: UDP
        UdpAllSilent = "udp-all-silent": "UDP to the relays gets no answer",
        UdpSomeSilent = "udp-some-silent": "some UDP ports get no answer",
        UdpRelaySilent = "udp-relay-silent": "one relay does not answer over UDP",
        Udp443Silent = "udp443-silent": "UDP 443 gets no answer",
        NatVaries = "nat-varies": "the NAT uses a new port for each destination",
        NatEgresses = "nat-egresses": "packets leave from several public addresses",
        TurnError = "turn-error": "the relay answers with an error",
        MtuHole = "mtu-hole": "large UDP packets vanish",
        MtuSmall = "mtu-small": "the interface takes only short packets",
        // layer 7: quality
        UdpRate = "udp-rate": "UDP is rate-limited",
        QLoss = "q-loss": "packets are lost",
        QMarginal = "q-marginal": "too few packets to judge the loss",
        QBurst = "q-burst": "losses come in bursts",
        QRtt = "q-rtt": "the round trip of UDP is long",
        QJitter = "q-jitter": "the round trip of UDP varies",
        QPeaks = "q-peaks": "some packets of UDP come back late",
        QReorder = "q-reorder": "packets of UDP come back out of order",
        QBloat = "q-bloat": "the line's queue fills under load",
        // layer 9: this program
        ListOld = "list-old": "the list of Microsoft's addresses is old",
    }
}

words_as_text!(Code);
