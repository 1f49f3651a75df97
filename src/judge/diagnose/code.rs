//! The codes of the findings: what was seen, never more than the check behind it can show.

use crate::words::{words, words_as_text};

words! {
    /// What a finding is about. Codes are stable: one is added when a fault can be told apart, and none is renamed.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Code {
        /// Layer 0: this machine.
        NoAddress = "no-address": "this machine has no network address",
        /// A firewall of this machine.
        SendDenied = "send-denied": "this machine blocks outgoing packets",
        /// The clock of this machine.
        ClockWrong = "clock-wrong": "this machine's clock is wrong",
        /// A line of the hosts file.
        HostsEntry = "hosts-entry": "the hosts file has an entry for a relay",
        /// A virtual desktop.
        Vdi = "vdi": "this is a virtual desktop",
        /// Layer 1: the way out of the local network.
        GatewayDead = "gateway-dead": "the router does not answer on the link",
        /// No way for IPv4 and none around it.
        NoRoute4 = "no-route4": "there is no path for IPv4",
        /// IPv6 with a translator.
        Nat64 = "nat64": "IPv6 with NAT64",
        /// Media goes through a tunnel.
        Tunnel = "tunnel": "media goes through a VPN",
        /// A tunnel that media does not use.
        TunnelUnused = "tunnel-unused": "a VPN is up, and media bypasses it",
        /// The way to the router is bad.
        GatewayBad = "gateway-bad": "the path to the router is already bad",
        /// A network that wants a sign-in.
        Portal = "portal": "this network asks for a sign-in",
        /// Layer 2: names.
        DnsNoServer = "dns-no-server": "no name server is set",
        /// No name server answers.
        DnsTimeout = "dns-timeout": "no name server answers",
        /// A name server says that there is no such name, or fails.
        DnsError = "dns-error": "a name server does not return the relay's address",
        /// Nobody knows the name any more.
        DnsNameGone = "dns-name-gone": "the relay's name does not resolve on any name server asked",
        /// A filter's answer.
        DnsBlocked = "dns-blocked": "a filter answers for the relay's name",
        /// An address that is not Microsoft's.
        DnsOutside = "dns-outside": "the relay's name resolves to an address outside Microsoft's ranges",
        /// A far region.
        DnsRegion = "dns-region": "the name server sends this machine to a distant region",
        /// One of several name servers is silent.
        DnsServerDown = "dns-server-down": "one of the name servers does not answer",
        /// Slow name servers.
        DnsSlow = "dns-slow": "name lookups are slow",
        /// IPv6 that leads nowhere.
        Ipv6Broken = "ipv6-broken": "IPv6 is announced but does not work",
        /// Layer 3: the proxy.
        ProxyNeeded = "proxy-needed": "only the proxy reaches port 443",
        /// The proxy says no.
        ProxyForbids = "proxy-forbids": "the proxy does not connect to the relay",
        /// A proxy that is dead.
        ProxySilent = "proxy-silent": "the configured proxy does not answer",
        /// A proxy that is not needed.
        ProxyUnused = "proxy-unused": "a proxy is configured but not needed",
        /// Layer 4: connections.
        ControlSilent = "control-silent": "nothing beyond the router answers on TCP 443",
        /// All relays are silent.
        Tcp443Silent = "tcp443-silent": "the relays do not answer on TCP 443",
        /// All relays are refused.
        Tcp443Refused = "tcp443-refused": "TCP 443 to the relays is rejected",
        /// One relay is silent.
        RelayOneSilent = "relay-one-silent": "one relay cannot be reached on TCP 443",
        /// A whole region is silent.
        RegionSilent = "region-silent": "the relays of a region do not answer",
        /// SYNs were lost.
        SynLoss = "syn-loss": "SYNs were lost",
        /// No window scaling.
        WindowScalingOff = "window-scaling-off": "window scaling is off",
        /// The way is long.
        RttHigh = "rtt-high": "the round trip is long",
        /// Layer 5: TLS.
        TlsNotTls = "tls-not-tls": "something other than TLS answers on port 443",
        /// TLS is cut.
        TlsReset = "tls-reset": "the connection is cut after the TLS ClientHello",
        /// Full packets do not come through.
        TlsMtu = "tls-mtu": "full-size packets do not get through in TLS",
        /// TLS gets no answer.
        TlsTimeout = "tls-timeout": "TLS gets no answer",
        /// Dates of the certificate.
        TlsDate = "tls-date": "the relay's certificate is not valid now",
        /// Somebody decrypts.
        TlsInspected = "tls-inspected": "TLS is decrypted on the path",
        /// A certificate of somebody else.
        TlsWrongName = "tls-wrong-name": "the certificate is for another name",
        /// An issuer that is not known.
        TlsNotMicrosoft = "tls-not-microsoft": "the certificate's issuer is not a known Microsoft issuer",
        /// A root that the public list lacks.
        TlsMsRoot = "tls-ms-root": "the chain leads to a Microsoft root that is not in the list here",
        /// Layer 6: UDP.
        UdpAllSilent = "udp-all-silent": "UDP to the relays gets no answer",
        /// Some ports are silent.
        UdpSomeSilent = "udp-some-silent": "some UDP ports get no answer",
        /// One relay is silent over UDP.
        UdpRelaySilent = "udp-relay-silent": "one relay does not answer over UDP",
        /// UDP 443 is silent.
        Udp443Silent = "udp443-silent": "UDP 443 gets no answer",
        /// Ports of the NAT.
        NatVaries = "nat-varies": "the NAT uses a new port for each destination",
        /// Addresses of the NAT.
        NatEgresses = "nat-egresses": "packets leave from several public addresses",
        /// An error that no healthy relay gives.
        TurnError = "turn-error": "the relay answers with an error",
        /// Long datagrams vanish.
        MtuHole = "mtu-hole": "large UDP packets vanish",
        /// A short limit of the interface.
        MtuSmall = "mtu-small": "the interface takes only short packets",
        /// Layer 7: quality.
        UdpRate = "udp-rate": "UDP is rate-limited",
        /// Loss.
        QLoss = "q-loss": "packets are lost",
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
