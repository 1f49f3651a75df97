//! The codes of the findings: what was seen, never more than the check behind it can tell.

use crate::words::{words, words_as_text};

words! {
    /// What a finding is about. Codes are stable: one is added when a fault can be told apart, and none is renamed.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Code {
        // layer 0: this machine
        NoAddress = "no-address": "this machine has no network address",
        SendDenied = "send-denied": "this machine forbids to send",
        ClockWrong = "clock-wrong": "the clock of this machine is wrong",
        HostsEntry = "hosts-entry": "the hosts file names a relay",
        Vdi = "vdi": "this is a virtual desktop",
        // layer 1: the way out of the local network
        GatewayDead = "gateway-dead": "the router does not answer on the link",
        NoRoute4 = "no-route4": "there is no way for IPv4",
        Nat64 = "nat64": "IPv6 with NAT64",
        Tunnel = "tunnel": "media goes through a VPN",
        TunnelUnused = "tunnel-unused": "a VPN is up, and media goes beside it",
        GatewayBad = "gateway-bad": "the way to the router is bad already",
        Portal = "portal": "this network asks for a sign-in",
        // layer 2: names
        DnsNoServer = "dns-no-server": "no name server is set",
        DnsTimeout = "dns-timeout": "no name server answers",
        DnsError = "dns-error": "a name server does not give the relay's address",
        DnsNameGone = "dns-name-gone": "the relay's name leads nowhere, everywhere",
        DnsBlocked = "dns-blocked": "a filter answers in the relay's name",
        DnsOutside = "dns-outside": "the relay's name leads to an address outside Microsoft's ranges",
        DnsRegion = "dns-region": "the name server sends this machine to a far region",
        DnsServerDown = "dns-server-down": "one of the name servers does not answer",
        DnsSlow = "dns-slow": "name lookups are slow",
        Ipv6Broken = "ipv6-broken": "IPv6 is announced and does not work",
        // layer 3: the proxy
        ProxyNeeded = "proxy-needed": "only the proxy reaches port 443",
        ProxyForbids = "proxy-forbids": "the proxy does not let the relay through",
        ProxySilent = "proxy-silent": "the proxy that is set does not answer",
        ProxyUnused = "proxy-unused": "a proxy is set and not needed",
        // layer 4: connections
        ControlSilent = "control-silent": "nothing beyond the router answers on TCP 443",
        Tcp443Silent = "tcp443-silent": "the relays do not answer on TCP 443",
        Tcp443Refused = "tcp443-refused": "TCP 443 to the relays is rejected",
        RelayOneSilent = "relay-one-silent": "one relay lets no connection up on TCP 443",
        RegionSilent = "region-silent": "the relays of a region do not answer",
        SynLoss = "syn-loss": "SYNs got lost",
        WindowScalingOff = "window-scaling-off": "window scaling is off",
        RttHigh = "rtt-high": "the round trip is long",
        // layer 5: TLS
        TlsNotTls = "tls-not-tls": "something else than TLS answers on port 443",
        TlsReset = "tls-reset": "the TLS hello is cut",
        TlsMtu = "tls-mtu": "full packets do not come through in TLS",
        TlsTimeout = "tls-timeout": "TLS gets no answer",
        TlsDate = "tls-date": "the relay's certificate is not valid now",
        TlsInspected = "tls-inspected": "TLS is decrypted on the way",
        TlsWrongName = "tls-wrong-name": "the certificate is for another name",
        TlsNotMicrosoft = "tls-not-microsoft": "the certificate's issuer is not known as Microsoft's",
        TlsMsRoot = "tls-ms-root": "the chain leads to a root of Microsoft's that is not in the list here",
        // layer 6: UDP
        UdpAllSilent = "udp-all-silent": "UDP to the relays gets no answer",
        UdpSomeSilent = "udp-some-silent": "some UDP ports get no answer",
        UdpRelaySilent = "udp-relay-silent": "one relay does not answer over UDP",
        Udp443Silent = "udp443-silent": "UDP 443 gets no answer",
        NatVaries = "nat-varies": "the NAT picks a new port for each destination",
        NatEgresses = "nat-egresses": "packets leave from several public addresses",
        TurnError = "turn-error": "the relay answers with an error",
        MtuHole = "mtu-hole": "long UDP packets vanish",
        MtuSmall = "mtu-small": "the interface takes short packets only",
        // layer 7: quality
        UdpRate = "udp-rate": "UDP is limited to a rate",
        QLoss = "q-loss": "packets get lost",
        QMarginal = "q-marginal": "too few packets to judge the loss",
        QBurst = "q-burst": "losses come in bursts",
        QRtt = "q-rtt": "the round trip of UDP is long",
        QJitter = "q-jitter": "the round trip of UDP varies",
        QBloat = "q-bloat": "the line's queue fills under load",
        // layer 9: this program
        ListOld = "list-old": "the list of Microsoft's addresses is old",
    }
}

words_as_text!(Code);
