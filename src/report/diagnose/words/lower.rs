//! Sentences about this machine, its network, names and proxies.

use super::fill::Words;
use crate::judge::diagnose::Code;

/// The sentences of a code of these layers.
pub(super) fn words(code: Code) -> Option<Words> {
    use Code as C;
    Some(match code {
        C::NoAddress => Words {
            said: "This machine has no network address.",
            next: "Connect it to a network; if it is connected, check DHCP or the address that is set.",
            settle: "",
        },
        C::SendDenied => Words {
            said: "A firewall on this machine forbids to send {protocol} to {to} ({denied} of {denied:n} refused by the system).",
            next: "In this machine's firewall allow outbound UDP 3478 to 3481 and TCP 443 to {ranges}.",
            settle: "",
        },
        C::ClockWrong => Words {
            said: "The clock of this machine is {offset} {direction}.",
            next: "On this machine switch on time synchronisation.",
            settle: "a second clock, such as that of a phone, beside this one",
        },
        C::HostsEntry => Words {
            said: "The hosts file sends {name} to {ip}.",
            next: "Remove that line from the hosts file of this machine.",
            settle: "",
        },
        C::Vdi => Words {
            said: "This is a virtual desktop ({sign}): media of an optimised Teams leaves from the user's device.",
            next: "Run turnprobe on the device in front of the user, too.",
            settle: "",
        },
        C::GatewayDead => Words {
            said: "The router {router} does not answer[ on {interface}].",
            next: "Check cable, VLAN or Wi-Fi of this machine and the router {router}.",
            settle: "",
        },
        C::NoRoute4 => Words {
            said: "There is no way for IPv4 and no NAT64, and no relay answers by IPv6.",
            next: "On this network provide IPv4 (check DHCP and the default gateway of this machine) or NAT64 with DNS64: Teams' relays have IPv4 addresses.",
            settle: "",
        },
        C::Nat64 => Words {
            said: "IPv6 with NAT64 (prefix {prefix}).",
            next: "Nothing is to be done.",
            settle: "a call over this network",
        },
        C::Tunnel => Words {
            said: "Media goes through the VPN {interface}[ ({product})][, round trip {rtt}][, {lost} of {lost:n} packets lost][, and {dead}].",
            next: "In the VPN's split tunnelling leave out {ranges} for UDP 3478 to 3481 and TCP 443.",
            settle: "the same run with the VPN switched off",
        },
        C::TunnelUnused => Words {
            said: "The VPN {interface} is up, and media goes beside it.",
            next: "Nothing is to be done.",
            settle: "the routes of this machine",
        },
        C::GatewayBad => Words {
            said: "The way to the router {router} is bad already: {lost} of {lost:n} lost[, 95 % of the answers within {p95}].",
            next: "Use a cable in place of Wi-Fi, or another access point or channel[; the interface is {interface}].",
            settle: "the same run over a cable",
        },
        C::Portal => Words {
            said: "This network asks for a sign-in: {url} answered with status {status} and another page.",
            next: "Open a browser on this machine, sign in, and run this again.",
            settle: "",
        },
        C::DnsNoServer => Words {
            said: "No name server is set on this machine.",
            next: "Check DHCP, or set a name server on the adapter.",
            settle: "",
        },
        C::DnsTimeout => Words {
            said: "No name server answers for the relay's name: {server}[, {servers} in all,] was asked {server:n} times[, while {other} answers][; {line}].",
            next: "Between this machine and {server} [{closed}][{filtered}, and run this again, as lost packets look the same], or set a name server that works.",
            settle: "a name server to compare with (--compare-resolver)",
        },
        C::DnsError => Words {
            said: "The name server {server} answers {rcode} for {name}[ (the chain ends at {at})][, and {other} knows it][; {line}].",
            next: "On {server} lift the filter, if there is one, for *.teams.microsoft.com and *.teams.cloud.microsoft and for the names that they lead to, *.trafficmanager.net and *.cloudapp.azure.com.",
            settle: "a name server to compare with (--compare-resolver)",
        },
        C::DnsNameGone => Words {
            said: "The relay's name leads nowhere: {server} and {other} answer {rcode}, and both chains end at {last}.",
            next: "See Microsoft's service health page, and try another relay's name[; before that {itself}].",
            settle: "the same from another network",
        },
        C::DnsBlocked => Words {
            said: "The name server {server} answers {ip} for {name}, which is a filter's answer.",
            next: "On {server} take *.teams.microsoft.com and *.teams.cloud.microsoft out of the filter.",
            settle: "",
        },
        C::DnsOutside => Words {
            said: "The name server {server} answers {ip} for {name}, which is not in Microsoft's list[ of {list}].",
            next: "If a web gateway answers in these names, take {ranges} and the names of the relays out of it.",
            settle: "a name server to compare with (--compare-resolver), and a list of today (endpoints fetch)",
        },
        C::DnsRegion => Words {
            said: "The name server {server} sends this machine to {far} ({far-rtt}), while {near} is {near-rtt} away.",
            next: "For this site use a name server near its way out to the internet.",
            settle: "",
        },
        C::DnsServerDown => Words {
            said: "The name server {server} does not answer ({server:n} questions)[, and lookups that begin there wait {wait}].",
            next: "Remove {server} from this machine's list of name servers, or repair it.",
            settle: "",
        },
        C::DnsSlow => Words {
            said: "Lookups take {p50} at the name server {server} (median of {p50:n}).",
            next: "Ask whoever runs {server}, or set a nearer one.",
            settle: "the round trip to a relay, to compare with",
        },
        C::Ipv6Broken => Words {
            said: "IPv6 is announced, and {ip} gets no answer on TCP 443 ({ip:n} tried).",
            next: "On the router mend the way for IPv6, or do not announce it.",
            settle: "the same run where IPv4 works",
        },
        C::ProxyNeeded => Words {
            said: "Only the proxy {proxy} reaches TCP 443 of the relays; directly nothing answers.",
            next: "In the firewall allow outbound TCP 443 and UDP 3478 to 3481 to {ranges}: media must not go through a proxy.",
            settle: "",
        },
        C::ProxyForbids => Words {
            said: "The proxy {proxy} answers {status} for {name}:443.",
            next: "On the proxy allow {name}:443 without sign-in and without inspection.",
            settle: "",
        },
        C::ProxySilent => Words {
            said: "The proxy {proxy} does not answer ({how}), and without it no relay is reached on TCP 443.",
            next: "Mend the proxy {proxy}, or take the setting away where there is none; for media allow outbound TCP 443 and UDP 3478 to 3481 to {ranges} in the firewall.",
            settle: "",
        },
        C::ProxyUnused => Words {
            said: "The proxy {proxy} is set, and the relay is reached without it.",
            next: "Nothing is to be done.",
            settle: "",
        },
        _ => return None,
    })
}
