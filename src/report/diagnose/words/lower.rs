//! Sentences about this machine, its network, names and proxies.

use super::fill::Words;
use crate::judge::diagnose::Code;

/// The sentences of a code of these layers.
pub(super) fn words(code: Code) -> Option<Words> {
    use Code as C;
    Some(match code {
        C::NoAddress => Words {
            said: "This machine has no network address.",
            next: "Connect it to a network; if it is connected, check DHCP or the configured address.",
            settle: "",
        },
        C::SendDenied => Words {
            said: "[by!=route?A firewall on this machine blocks outgoing][by=route?This machine has no route for] {protocol} to {to} ({denied} of {denied:n} refused by the system)[by=route?, while other addresses are reached].",
            next: "[by!=route?In this machine's firewall, allow outbound UDP 3478 to 3481 and TCP 443 to {ranges}][by=route?Look at this machine's routes to {ranges}, and at what sets them, such as a VPN client: they must lead to the router].",
            settle: "",
        },
        C::ClockWrong => Words {
            said: "This machine's clock is {offset} {direction}.",
            next: "Turn on time synchronisation on this machine.",
            settle: "a second clock to compare with, such as that of a phone",
        },
        C::HostsEntry => Words {
            said: "The hosts file maps {name} to {ip}.",
            next: "Remove that line from this machine's hosts file.",
            settle: "",
        },
        C::Vdi => Words {
            said: "This is a virtual desktop ({sign}): with optimised Teams, media leaves from the user's device.",
            next: "Run turnprobe on the user's own device, too.",
            settle: "",
        },
        C::GatewayDead => Words {
            said: "The router {router} does not answer[ on {interface}].",
            next: "Check this machine's cable, VLAN or Wi-Fi, and the router {router}.",
            settle: "",
        },
        C::NoRoute4 => Words {
            said: "There is no path for IPv4 and no NAT64, and no relay answers over IPv6.",
            next: "Provide IPv4 on this network (check DHCP and this machine's default gateway), or NAT64 with DNS64: the Teams relays have IPv4 addresses.",
            settle: "",
        },
        C::Nat64 => Words {
            said: "IPv6 with NAT64 (prefix {prefix}).",
            next: "Nothing to do.",
            settle: "a call over this network",
        },
        C::Tunnel => Words {
            said: "Media goes through the VPN {interface}[ ({product})][, round trip {rtt}][, {lost} of {lost:n} packets lost][relays=silent?, and no relay answers through it].",
            next: "Exclude {ranges} from the VPN (split tunnelling) for UDP 3478 to 3481 and TCP 443.",
            settle: "the same run with the VPN switched off",
        },
        C::TunnelUnused => Words {
            said: "The VPN {interface} is up, and media bypasses it.",
            next: "Nothing to do.",
            settle: "the routes of this machine",
        },
        C::GatewayBad => Words {
            said: "The path to the router {router} is already bad: {lost} of {lost:n} lost[, 95 % of the answers within {p95}].",
            next: "Use a cable instead of Wi-Fi, or another access point or channel[; the interface is {interface}].",
            settle: "the same run over a cable",
        },
        C::Portal => Words {
            said: "This network asks for a sign-in: {url} returned status {status} and a different page.",
            next: "Open a browser on this machine, sign in, and run this again.",
            settle: "",
        },
        C::DnsNoServer => Words {
            said: "No name server is configured on this machine.",
            next: "Check DHCP, or set a name server on the adapter.",
            settle: "",
        },
        C::DnsUnreachable => Words {
            said: "No name server can be reached: {server}, {servers} in all ({server:queries})[all=port?: its port is reported as closed (port unreachable), by itself or by a firewall that rejects][all=no-way?: there is no path to its address][all=denied?: this system refuses to send to it, as a firewall on this machine does][: the port of {shut} of them is reported as closed, there is no path to {pathless}, and this system refuses to send to {refused}][, while {other} answers][line=silent?; nothing else beyond the router answered either].",
            next: "For {server}, [closed=port?check that a name server runs there, allow UDP and TCP 53 to it][closed=no-way?check the routes to it][closed=denied?allow UDP and TCP 53 to it in this machine's firewall], or set a name server that works.",
            settle: "a name server to compare with that is not the system's (--compare-resolver)",
        },
        C::DnsTimeout => Words {
            said: "No name server answers in time for the relay's name: {server}[, {servers} in all,] was asked {server:n} times[, for up to {waited} each][ ({unreachable} of them cannot be reached at all)][, while {other} answers][line=silent?; nothing else beyond the router answered either].",
            next: "Between this machine and {server}, [other-names!=answered?allow UDP and TCP 53][other-names=answered?find out whether that server is only slow with that name, or a filter drops it, and run this again, as lost packets look the same], or set a name server that works.",
            settle: "a name server to compare with that is not the system's (--compare-resolver)",
        },
        C::DnsError => Words {
            said: "The name server {server} answers {rcode} for {name}[ (the chain ends at {at})][, and {other} knows it][line=silent?; nothing else beyond the router answered either].",
            next: "On {server}, remove the filter, if there is one, for *.teams.microsoft.com and *.teams.cloud.microsoft and for the names that they lead to, *.trafficmanager.net and *.cloudapp.azure.com.",
            settle: "a name server to compare with that is not the system's (--compare-resolver)",
        },
        C::DnsNameGone => Words {
            said: "The relay's name does not resolve: {server} and {other} answer {rcode}, and both chains end at {last}.",
            next: "[whose=other?Ask whoever looks after this name][whose!=other?See Microsoft's service health page, and try another relay's name][chain=none?; before that, check that this name is spelled correctly, and that nothing on this network answers in place of every name server].",
            settle: "the same from another network",
        },
        C::DnsBlocked => Words {
            said: "The name server {server} answers {ip} for {name}, which is the answer of a filter.",
            next: "On {server}, exclude *.teams.microsoft.com and *.teams.cloud.microsoft from the filter.",
            settle: "",
        },
        C::DnsOutside => Words {
            said: "The name server {server} answers {ip} for {name}, which is not in Microsoft's list[ of {list}].",
            next: "If a web gateway answers for these names, exclude {ranges} and the relays' names from it.",
            settle: "a name server to compare with that is not the system's (--compare-resolver), and a current list (endpoints fetch)",
        },
        C::DnsRegion => Words {
            said: "The name server {server} directs this machine to {far} ({far-rtt}), while {near} is {near-rtt} away.",
            next: "Use a name server near this site's internet exit.",
            settle: "",
        },
        C::DnsServerDown => Words {
            said: "The name server {server} [closed!=no-way|denied?does not answer][closed=no-way|denied?cannot be reached] ({server:queries}[, of up to {waited} each])[closed=port?: its port is reported as closed (port unreachable), by itself or by a firewall that rejects][closed=no-way?: there is no path to its address][closed=denied?: this system refuses to send to it, as a firewall on this machine does][, and lookups that start with it wait {wait}].",
            next: "For {server}, [closed!=no-way|denied?repair it][closed=no-way?check the routes to it][closed=denied?allow UDP and TCP 53 to it in this machine's firewall], or remove it from this machine's list of name servers.",
            settle: "the routes of this machine, and the same from another network",
        },
        C::DnsSlow => Words {
            said: "Lookups at the name server {server} take {p50} (median of {p50:n}).",
            next: "Ask whoever runs {server}, or set a nearer name server.",
            settle: "the round trip to a relay, to compare with",
        },
        C::Ipv6Broken => Words {
            said: "IPv6 is announced, and {ip} gets no answer on TCP 443 ({ip:n} tried).",
            next: "On the router, repair IPv6, or do not announce it.",
            settle: "the same run where IPv4 works, and without --quick",
        },
        C::ProxyNeeded => Words {
            said: "[tls=works?Only the proxy {proxy} reaches the relays on TCP 443][tls=unproved?Only the proxy {proxy} says that it reaches the relays on TCP 443 (status {status}; TLS through it is not proved)]; nothing answers directly.",
            next: "In the firewall, allow outbound TCP 443 and UDP 3478 to 3481 to {ranges}: media must not go through a proxy.",
            settle: "a TLS handshake through the proxy, as a browser makes it",
        },
        C::ProxyForbids => Words {
            said: "The proxy {proxy} answers {status} for {name}:443.",
            next: "On the proxy, allow {name}:443 without sign-in and without inspection.",
            settle: "",
        },
        C::ProxySilent => Words {
            said: "The proxy {proxy} does not answer ([how=unreachable?no connection to it][how=no-answer?CONNECT gets no answer in time]), and no relay is reached on TCP 443 without it.",
            next: "Repair the proxy {proxy}, or remove the setting if there is no such proxy; for media, allow outbound TCP 443 and UDP 3478 to 3481 to {ranges} in the firewall.",
            settle: "",
        },
        C::ProxyUnused => Words {
            said: "The proxy {proxy} is configured, and the relay is reached without it.",
            next: "Nothing to do.",
            settle: "",
        },
        _ => return None,
    })
}
