//! Sentences about connections, TLS, UDP and quality.

use super::fill::Words;
use crate::judge::diagnose::Code;

/// The sentences of a code of these layers.
pub(super) fn words(code: Code) -> Option<Words> {
    use Code as C;
    Some(match code {
        C::ControlSilent => Words {
            said: "Neither the relays nor {control} answer on TCP 443[, while the router {router} answers][beyond=answers?, and something else beyond the router does][beyond=silent?, and nothing else beyond the router answers][; over IPv6 the relay {ipv6} answers, so it is IPv4 that does not get through].",
            next: "Check this site's line and firewall, and the firewall on this machine: nothing answers on outbound TCP 443.",
            settle: "whether the router answers, and whether any other service on the internet does",
        },
        C::Tcp443Silent => Words {
            said: "TCP 443 outbound[ from {local}] to {relays} gets no answer ({relays:n} connects).",
            next: "In this site's outbound firewall, or on this machine, allow outbound TCP 443[ from {local}] to {ranges}.",
            settle: "a control name (run without --offline), or the same from another network",
        },
        C::Tcp443Refused => Words {
            said: "TCP 443 outbound to {relays} is rejected[ by {sender}][ (ICMP code {icmp-code})][ by {unrouted}, which says that it has no route there,][ after {after}][; a round trip takes {rtt}].",
            next: "[Find out why {unrouted} has no route there: check its routes, and the line behind it. ]On [{sender}, ]the device that rejects it, allow outbound TCP 443 to {ranges}.",
            settle: "the round trip to the relay over UDP, and the same from another network",
        },
        C::RelayOneSilent => Words {
            said: "The relay {ip} cannot be reached on TCP 443 ({ip:n} connects: {how})[; {sender} rejects it (ICMP code {icmp-code})][; the reset came within {after}, and a round trip takes {rtt}], while {other} can.",
            next: "Check whether a rule[ on {sender}] names single addresses; if not, wait and run this again.",
            settle: "the same from another network at the same time",
        },
        C::RegionSilent => Words {
            said: "The relays in {region} do not answer on TCP 443 ({region:n} addresses)[, those in {other} do][; {sender} rejects it (ICMP code {icmp-code})].",
            next: "[On {sender}, allow outbound TCP 443 to {ranges}. ]In this site's outbound firewall and on the router, check that all of {ranges} is allowed, and not only some of it; only then see Microsoft's service health page, and ask the provider about its path to {region}.",
            settle: "the same from another network at the same time",
        },
        C::SynLoss => Words {
            said: "{lost} of {lost:n} SYNs had to be retransmitted[, while {udp-lost} of {udp-lost:n} UDP packets were lost].",
            next: "In the firewall and on the router, look for a limit to new connections or a protection against SYN floods; if there is none, look for packet loss on this network and on the line.",
            settle: "the same run over a cable, and from another network",
        },
        C::WindowScalingOff => Words {
            said: "Window scaling is off towards {relay}[: at most {at-most} at {rtt}].",
            next: "Find the firewall or accelerator that strips window scaling from SYNs, and turn that off; on this machine, check the TCP settings.",
            settle: "",
        },
        C::RttHigh => Words {
            said: "The round trip over TCP[ to {region}] is {rtt}; Microsoft's limit is {limit}.",
            next: "Let this site's traffic to {ranges} leave for the internet near the user.",
            settle: "",
        },
        C::TlsNotTls => Words {
            said: "Something other than TLS answers at {relay}[ (HTTP status {status})].",
            next: "Exclude {ranges} from the proxy or web gateway that answers there.",
            settle: "",
        },
        C::TlsReset => Words {
            said: "The connection to {relay} comes up and is cut {after} after the TLS ClientHello.",
            next: "In this site's outbound firewall, look for a rule about TLS to {ranges} and for a filter of server names (SNI); allow *.relay.teams.microsoft.com and *.tr.teams.microsoft.com on TCP 443.",
            settle: "pseudo-TLS or a control name on the same port",
        },
        C::TlsMtu => Words {
            said: "Full-size packets from {relay} do not get through: TLS stalls (small segments: [small-segments=work?it works with them][small-segments=unproved?not tried, or no better]).",
            next: "On the VPN or router, clamp the TCP MSS, and let ICMP type 3 code 4 pass.",
            settle: "",
        },
        C::TlsTimeout => Words {
            said: "The connection to {relay} comes up, and the TLS handshake is not finished within {after}: {came} came[hello=acknowledged?; the ClientHello is acknowledged, so something received it][hello=unacknowledged?; the ClientHello is never acknowledged, so it is lost on the way].",
            next: "In this site's outbound firewall or web gateway, look for a rule about TLS to {ranges} on TCP 443[hello!=unacknowledged?; before that, run this again later, as a busy relay looks the same].",
            settle: "the same from another network at the same time",
        },
        C::TlsDate => Words {
            said: "The relay's certificate is not valid now[: it runs from {from} to {to}][; this machine's clock agrees with {clock}].",
            next: "Check that the date on this machine is right, then [whose=microsoft?see Microsoft's service health page][whose!=microsoft?find out which server or device has this certificate][, issued by {issuer}].",
            settle: "another clock to compare this machine's with",
        },
        C::TlsInspected => Words {
            said: "TLS to {name} is decrypted on the path: the certificate is issued by {issuer}[ (this system's verdict: {trust-os})].",
            next: "Exclude {ranges} and *.teams.microsoft.com from TLS inspection.",
            settle: "",
        },
        C::TlsWrongName => Words {
            said: "The server that answers for {name} has a certificate for another name, issued by {issuer}.",
            next: "Find out whose address that is: a sign-in page, a web gateway, or a wrong answer from a name server.",
            settle: "the same from another network",
        },
        C::TlsNotMicrosoft => Words {
            said: "The certificate's issuer, {issuer}, is not a known Microsoft issuer ({tls-path}).",
            next: "Find out who {issuer} is; if it is one of your devices, exclude {ranges} from its TLS inspection.",
            settle: "the same from another network",
        },
        C::TlsUnverified => Words {
            said: "The certificate for {name} names a Microsoft or DigiCert authority ({issuer}), but [verified-by=nobody?nothing here verifies that it is one][verified-by=unknown?the public roots here do not verify that it is one, and whether this system does could not be told] ({tls-path})[; this system's verdict: {trust-os}].",
            next: "Run this from another network: if the same certificate comes there, it is the relay's; if not, find out which device on the path answers in its place, and exclude {ranges} from it.",
            settle: "the same from another network, and a newer version of turnprobe",
        },
        C::TlsMsRoot => Words {
            said: "The chain leads to a Microsoft or DigiCert authority that is not in the list here ({issuer}), and this system verifies it; this is not TLS inspection.",
            next: "Nothing to do.",
            settle: "a newer version of turnprobe",
        },
        C::UdpAllSilent => Words {
            said: "UDP {ports}[ from {local}] to the relays gets no reply ({ports:n} datagrams)[; {sender} rejects it][ (ICMP code {icmp-code})][; {unrouted} says that it has no route there][turn-tls=silent?; TURN inside TLS gets no answer either][; {itself} itself says that the port is closed].",
            next: "[Try another relay first, as {itself} is reached and refuses. ][Find out why {unrouted} has no route there: check its routes, and the line behind it. ]In the firewall[ {sender}], allow outbound UDP 3478 to 3481[ from {local}] to {ranges}, and the replies; until then, calls go over TCP 443 and sound bad.",
            settle: "a connection over TCP 443 at the same time, and the same from another network",
        },
        C::UdpSomeSilent => Words {
            said: "UDP {closed} gets no reply ({closed:n} datagrams), while UDP {open} does[; {sender} rejects it][ (ICMP code {icmp-code})][; {itself} itself says that the port is closed].",
            next: "[Try another relay first, as {itself} is reached and refuses. ]In the firewall rule for outbound UDP to {ranges}, allow all of 3478 to 3481[stream=silent?; before that, look for a limit to new UDP flows or sessions: a stream to a port that was open got no answer either].",
            settle: "the same run again, after some minutes",
        },
        C::UdpRelaySilent => Words {
            said: "The relay {ip} does not answer over UDP ({ip:n} datagrams)[; {sender} rejects it (ICMP code {icmp-code})], while {other} does.",
            next: "Check whether a rule[ on {sender}] names single addresses; if not, wait and run this again.",
            settle: "the same from another network at the same time",
        },
        C::Udp443Silent => Words {
            said: "UDP 443 gets no reply ({ports:n} datagrams); relays need not listen there.",
            next: "Nothing to do.",
            settle: "a relay that is known to listen there",
        },
        C::NatVaries => Words {
            said: "The NAT uses a new port for each destination ({ports}): direct calls are rarer, relayed ones are not affected.",
            next: "Nothing to do.",
            settle: "",
        },
        C::NatEgresses => Words {
            said: "Packets from one socket leave from several public addresses ({ips}).",
            next: "Nothing to do; if rules or quality differ, look at each exit by itself.",
            settle: "",
        },
        C::TurnError => Words {
            said: "The relay answers with the error {error}; the path to it is open.",
            next: "Wait and run this again; if it stays, [whose=other?ask whoever runs this relay][whose!=other?see Microsoft's service health page].",
            settle: "the same with another relay",
        },
        C::MtuHole => Words {
            said: "UDP packets of {silent} and more vanish without an ICMP error; {answered} gets through.",
            next: "On the VPN or router, set the MTU to {answered}, and let ICMP type 3 code 4 pass.",
            settle: "",
        },
        C::MtuSmall => Words {
            said: "The interface[ {interface}] takes packets of at most {mtu}.",
            next: "On this machine, set the interface's MTU to 1,280 bytes or more.",
            settle: "",
        },
        C::UdpRate => Words {
            said: "After {before} packets only {rate} of {sent-rate} pass: a rate limit for UDP.",
            next: "In the firewall, raise the limit (flood protection) for UDP to {ranges}.",
            settle: "a slower stream: `turnprobe probe NAME --burst 10/s`",
        },
        C::QLoss => Words {
            said: "{lost} of {lost:n} UDP packets are lost ({low} to {high})[, while {router-lost} of {router-lost:n} are on the path to the router][; on the path to the router {near-lost} of {near-lost:n} are, which does not show where][: after {stopped} answers none came any more][, while {again} of {again:n} connections over TCP 443 came up afterwards].",
            next: "[then=provider?Ask the provider about packet loss on the line towards the relays][then=cable?Run this again over a cable: if the loss is gone, it was on this network, such as on its Wi-Fi; if it stays, ask whoever looks after the router, then the provider][then=flows?In the firewall, in the NAT router and on this machine, look for what ends UDP flows to the relays: a rule, a limit to sessions, a protection against floods].",
            settle: "the same run over a cable, and from another network",
        },
        C::QMarginal => Words {
            said: "{lost} of {lost:n} UDP packets are lost ({low} to {high}): too few to judge.",
            next: "Send more: `turnprobe probe --burst 50/s --for 60s`.",
            settle: "a longer stream",
        },
        C::QBurst => Words {
            said: "Losses come in bursts: {lost} of {lost:n} packets in 200 ms.",
            next: "[then=provider?Ask the provider about packet loss on the line towards the relays][then=cable?Run this again over a cable: if the loss is gone, it was on this network, such as on its Wi-Fi; if it stays, ask whoever looks after the router, then the provider][then=flows?In the firewall, in the NAT router and on this machine, look for what ends UDP flows to the relays: a rule, a limit to sessions, a protection against floods].",
            settle: "the same run over a cable, and from another network",
        },
        C::QRtt => Words {
            said: "The round trip over UDP is {rtt}[ (median of {rtt:n})]; Microsoft's limit is {limit}.",
            next: "Let this site's traffic to {ranges} leave for the internet near the user.",
            settle: "",
        },
        C::QJitter => Words {
            said: "The round trip over UDP varies by {jitter} from packet to packet; Microsoft's limit is {limit}.",
            next: "Give UDP 3478 to 3481 priority on the router (QoS), and check what else uses the line.",
            settle: "",
        },
        C::QPeaks => Words {
            said: "5 % of the UDP packets come back only after {p95} or more ({p95:n} answered), the median after {p50}; Microsoft's limit for the 95th percentile is {limit}.",
            next: "Look for what makes packets wait: a full line, Wi-Fi, a virtual machine that stalls; run this again over a cable.",
            settle: "the same run over a cable, and from another network",
        },
        C::QReorder => Words {
            said: "{reordered} of {reordered:n} UDP packets come back after a later one; Microsoft's limit is {limit}.",
            next: "Look for a device or line that spreads the packets of a flow over several paths, or that holds some back.",
            settle: "the same run over a cable, and from another network",
        },
        C::QBloat => Words {
            said: "Under load the round trip grows from {idle} to {loaded}: the line's queue fills.",
            next: "On the router, turn on smart queue management (SQM) or QoS for UDP 3478 to 3481.",
            settle: "",
        },
        C::ListOld => Words {
            said: "The list of Microsoft's addresses is {days} days old[ ({date})].",
            next: "Get a new one: `turnprobe endpoints fetch -o FILE`, or a newer turnprobe.",
            settle: "",
        },
        _ => return None,
    })
}
