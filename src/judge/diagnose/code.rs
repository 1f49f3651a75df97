//! The codes of the findings: what was seen, never more than the check behind it can tell.

use crate::words::{words, words_as_text};

words! {
    /// What a finding is about. Codes are stable: one is added when a fault can be told apart, and none is renamed.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Code {
        /// Layer 0: this machine.
        NoAddress = "no-address": "this machine has no network address",
        /// A firewall of this machine.
        SendDenied = "send-denied": "this machine forbids to send",
        /// The clock of this machine.
        ClockWrong = "clock-wrong": "the clock of this machine is wrong",
        /// A line of the hosts file.
        HostsEntry = "hosts-entry": "the hosts file names a relay",
        /// A virtual desktop.
        Vdi = "vdi": "this is a virtual desktop",
        /// Layer 1: the way out of the local network.
        GatewayDead = "gateway-dead": "the router does not answer on the link",
        /// No way for IPv4 and none around it.
        NoRoute4 = "no-route4": "there is no way for IPv4",
        /// IPv6 with a translator.
        Nat64 = "nat64": "IPv6 with NAT64",
        /// Media goes through a tunnel.
        Tunnel = "tunnel": "media goes through a VPN",
        /// A tunnel that media does not use.
        TunnelUnused = "tunnel-unused": "a VPN is up, and media goes beside it",
        /// The way to the router is bad.
        GatewayBad = "gateway-bad": "the way to the router is bad already",
        /// A network that wants a sign-in.
        Portal = "portal": "this network asks for a sign-in",
        /// Layer 2: names.
        DnsNoServer = "dns-no-server": "no name server is set",
        /// No name server answers.
        DnsTimeout = "dns-timeout": "no name server answers",
        /// A name server says that there is no such name, or fails.
        DnsError = "dns-error": "a name server does not give the relay's address",
        /// Nobody knows the name any more.
        DnsNameGone = "dns-name-gone": "the relay's name leads nowhere, everywhere",
        /// A filter's answer.
        DnsBlocked = "dns-blocked": "a filter answers in the relay's name",
        /// An address that is not Microsoft's.
        DnsOutside = "dns-outside": "the relay's name leads to an address outside Microsoft's ranges",
        /// A far region.
        DnsRegion = "dns-region": "the name server sends this machine to a far region",
        /// One of several name servers is silent.
        DnsServerDown = "dns-server-down": "one of the name servers does not answer",
        /// Slow name servers.
        DnsSlow = "dns-slow": "name lookups are slow",
        /// IPv6 that leads nowhere.
        Ipv6Broken = "ipv6-broken": "IPv6 is announced and does not work",
        /// Layer 3: the proxy.
        ProxyNeeded = "proxy-needed": "only the proxy reaches port 443",
        /// The proxy says no.
        ProxyForbids = "proxy-forbids": "the proxy does not let the relay through",
        /// A proxy that is dead.
        ProxySilent = "proxy-silent": "the proxy that is set does not answer",
        /// A proxy that is not needed.
        ProxyUnused = "proxy-unused": "a proxy is set and not needed",
        /// Layer 4: connections.
        ControlSilent = "control-silent": "nothing beyond the router answers on TCP 443",
        /// All relays are silent.
        Tcp443Silent = "tcp443-silent": "the relays do not answer on TCP 443",
        /// All relays are refused.
        Tcp443Refused = "tcp443-refused": "TCP 443 to the relays is rejected",
        /// One relay is silent.
        RelayOneSilent = "relay-one-silent": "one relay lets no connection up on TCP 443",
        /// A whole region is silent.
        RegionSilent = "region-silent": "the relays of a region do not answer",
        /// SYNs got lost.
        SynLoss = "syn-loss": "SYNs got lost",
        /// No window scaling.
        WindowScalingOff = "window-scaling-off": "window scaling is off",
        /// The way is long.
        RttHigh = "rtt-high": "the round trip is long",
        /// Layer 5: TLS.
        TlsNotTls = "tls-not-tls": "something else than TLS answers on port 443",
        /// TLS is cut.
        TlsReset = "tls-reset": "the TLS hello is cut",
        /// Full packets do not come through.
        TlsMtu = "tls-mtu": "full packets do not come through in TLS",
        /// TLS gets no answer.
        TlsTimeout = "tls-timeout": "TLS gets no answer",
        /// Dates of the certificate.
        TlsDate = "tls-date": "the relay's certificate is not valid now",
        /// Somebody decrypts.
        TlsInspected = "tls-inspected": "TLS is decrypted on the way",
        /// A certificate of somebody else.
        TlsWrongName = "tls-wrong-name": "the certificate is for another name",
        /// An issuer that is not known.
        TlsNotMicrosoft = "tls-not-microsoft": "the certificate's issuer is not known as Microsoft's",
        /// A root that the public list lacks.
        TlsMsRoot = "tls-ms-root": "the chain leads to a root of Microsoft's that is not in the list here",
        /// Layer 6: UDP.
        UdpAllSilent = "udp-all-silent": "UDP to the relays gets no answer",
        /// Some ports are silent.
        UdpSomeSilent = "udp-some-silent": "some UDP ports get no answer",
        /// One relay is silent over UDP.
        UdpRelaySilent = "udp-relay-silent": "one relay does not answer over UDP",
        /// UDP 443 is silent.
        Udp443Silent = "udp443-silent": "UDP 443 gets no answer",
        /// Ports of the NAT.
        NatVaries = "nat-varies": "the NAT picks a new port for each destination",
        /// Addresses of the NAT.
        NatEgresses = "nat-egresses": "packets leave from several public addresses",
        /// An error that no healthy relay gives.
        TurnError = "turn-error": "the relay answers with an error",
        /// Long datagrams vanish.
        MtuHole = "mtu-hole": "long UDP packets vanish",
        /// A short limit of the interface.
        MtuSmall = "mtu-small": "the interface takes short packets only",
        /// Layer 7: quality.
        UdpRate = "udp-rate": "UDP is limited to a rate",
        /// Loss.
        QLoss = "q-loss": "packets get lost",
        /// Too few packets to tell.
        QMarginal = "q-marginal": "too few packets to judge the loss",
        /// Losses in a row.
        QBurst = "q-burst": "losses come in bursts",
        /// Round trip of media.
        QRtt = "q-rtt": "the round trip of UDP is long",
        /// Jitter.
        QJitter = "q-jitter": "the round trip of UDP varies",
        /// A queue that fills.
        QBloat = "q-bloat": "the line's queue fills under load",
        /// Layer 9: this program.
        ListOld = "list-old": "the list of Microsoft's addresses is old",
    }
}

words_as_text!(Code);
