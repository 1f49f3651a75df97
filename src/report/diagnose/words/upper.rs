//! Sentences about connections, TLS, UDP and quality.

use super::fill::Words;
use crate::judge::diagnose::Code;

/// The sentences of a code of these layers.
pub(super) fn words(code: Code) -> Option<Words> {
    use Code as C;
    Some(match code {
        C::ControlSilent => Words {
            said: "Neither the relays nor {control} answer on TCP 443[, while the router {router} is there] ({beyond}).",
            next: "Check the line and the firewall of this site: all of TCP 443 outbound gets no answer.",
            settle: "whether the router answers, and any other service of the internet",
        },
        C::Tcp443Silent => Words {
            said: "TCP 443 outbound[ from {local}] to {relays} gets no answer ({relays:n} connects).",
            next: "In the firewall on the way out, or on this machine, allow outbound TCP 443[ from {local}] to {ranges}.",
            settle: "a control name (run without --offline), or the same from another network",
        },
        C::Tcp443Refused => Words {
            said: "TCP 443 outbound to {relays} is rejected[ by {sender}][ (ICMP code {icmp-code})][ by {unrouted}, which says that it has no way there,][ after {after}][; a round trip takes {rtt}].",
            next: "[See why {unrouted} has no way there: its routes, and the line behind it. ]On [{sender}, ]the device that rejects it allow outbound TCP 443 to {ranges}.",
            settle: "the round trip to the relay by UDP, and the same from another network",
        },
        C::RelayOneSilent => Words {
            said: "The relay {ip} lets no connection up on TCP 443 ({ip:n} connects: {how})[; {sender} rejects it (ICMP code {icmp-code})][; the reset came within {after}, and a round trip takes {rtt}], while {other} does.",
            next: "See whether a rule[ on {sender}] names single addresses; else wait and run this again.",
            settle: "the same from another network at the same time",
        },
        C::RegionSilent => Words {
            said: "The relays in {region} do not answer on TCP 443 ({region:n} addresses)[, those in {other} do][; {sender} rejects it (ICMP code {icmp-code})].",
            next: "[On {sender} allow outbound TCP 443 to {ranges}. ]See Microsoft's service health page, and ask the provider about its way to {region}.",
            settle: "the same from another network at the same time",
        },
        C::SynLoss => Words {
            said: "{lost} of {lost:n} SYNs had to be sent again.",
            next: "Ask the provider about loss on the line.",
            settle: "",
        },
        C::WindowScalingOff => Words {
            said: "Window scaling is off towards {relay}[: at most {at-most} at {rtt}].",
            next: "Find the firewall or accelerator that takes window scaling out of SYNs, and switch that off; on this machine look at the settings of TCP.",
            settle: "",
        },
        C::RttHigh => Words {
            said: "The round trip over TCP[ to {region}] is {rtt}; Microsoft wants less than {limit}.",
            next: "Let this site's traffic to {ranges} leave to the internet near the user.",
            settle: "",
        },
        C::TlsNotTls => Words {
            said: "Something else than TLS answers at {relay}[ (HTTP status {status})].",
            next: "Take {ranges} out of the proxy or web gateway that answers there.",
            settle: "",
        },
        C::TlsReset => Words {
            said: "The connection to {relay} comes up and is cut {after} after the TLS hello.",
            next: "In the filter of server names allow *.relay.teams.microsoft.com and *.tr.teams.microsoft.com on TCP 443 outbound.",
            settle: "pseudo-TLS or a control name on the same port",
        },
        C::TlsMtu => Words {
            said: "Full packets of {relay} do not come through: TLS stalls (small segments: {small-segments}).",
            next: "On the VPN or router clamp the MSS of TCP, and let ICMP type 3 code 4 pass.",
            settle: "",
        },
        C::TlsTimeout => Words {
            said: "The connection to {relay} comes up, and TLS gets no answer within {after}.",
            next: "In the firewall on the way out look for a rule about TLS to {ranges} on TCP 443.",
            settle: "pseudo-TLS or a control name on the same port",
        },
        C::TlsDate => Words {
            said: "The relay's certificate is not valid now[: it runs from {from} to {to}][; the clock of this machine agrees with {clock}].",
            next: "See whether the date on this machine is right, then Microsoft's service health page.",
            settle: "another clock beside this machine's",
        },
        C::TlsInspected => Words {
            said: "TLS to {name} is decrypted on the way: the certificate is issued by {issuer}[ (trust of this system: {trust-os})].",
            next: "Take {ranges} and *.teams.microsoft.com out of the inspection of TLS.",
            settle: "",
        },
        C::TlsWrongName => Words {
            said: "Whoever answers for {name} has a certificate for another name, issued by {issuer}.",
            next: "Find out whose address that is: a sign-in page, a web gateway, or a wrong answer of a name server.",
            settle: "the same from another network",
        },
        C::TlsNotMicrosoft => Words {
            said: "The certificate's issuer, {issuer}, is not one that is known as Microsoft's ({tls-path}).",
            next: "Find out whose {issuer} is; if it is a device of yours, take {ranges} out of its inspection.",
            settle: "the same from another network",
        },
        C::TlsMsRoot => Words {
            said: "The chain leads to an authority of Microsoft's or DigiCert's that the list here lacks ({issuer}); that is no inspection.",
            next: "Nothing is to be done.",
            settle: "a newer version of turnprobe",
        },
        C::UdpAllSilent => Words {
            said: "UDP {ports}[ from {local}] to the relays gets no reply ({ports:n} datagrams)[; {sender} rejects it][ (ICMP code {icmp-code})][; {unrouted} says that it has no way there][; {mute}].",
            next: "[See why {unrouted} has no way there: its routes, and the line behind it. ]In the firewall[ {sender}] allow outbound UDP 3478 to 3481[ from {local}] to {ranges}, and the answers to it; until then calls go over TCP 443 and sound bad.",
            settle: "a connection over TCP 443 at the same time, and the same from another network",
        },
        C::UdpSomeSilent => Words {
            said: "UDP {closed} gets no reply ({closed:n} datagrams), while UDP {open} does[; {sender} rejects it][ (ICMP code {icmp-code})].",
            next: "In the firewall's rule for outbound UDP to {ranges} name all of 3478 to 3481.",
            settle: "",
        },
        C::UdpRelaySilent => Words {
            said: "The relay {ip} does not answer over UDP ({ip:n} datagrams)[; {sender} rejects it (ICMP code {icmp-code})], while {other} does.",
            next: "See whether a rule[ on {sender}] names single addresses; else wait and run this again.",
            settle: "the same from another network at the same time",
        },
        C::Udp443Silent => Words {
            said: "UDP 443 gets no reply ({ports:n} datagrams); relays need not listen there.",
            next: "Nothing is to be done.",
            settle: "a relay that is known to listen there",
        },
        C::NatVaries => Words {
            said: "The NAT picks a new port for each destination ({ports}): direct calls are rarer, relayed ones do not care.",
            next: "Nothing is to be done.",
            settle: "",
        },
        C::NatEgresses => Words {
            said: "Packets of one socket leave from several public addresses ({ips}).",
            next: "Nothing is to be done; if rules or quality differ, look at each way out by itself.",
            settle: "",
        },
        C::TurnError => Words {
            said: "The relay answers with the error {error}; the way to it is open.",
            next: "Wait and run this again; see Microsoft's service health page if it stays.",
            settle: "the same with another relay",
        },
        C::MtuHole => Words {
            said: "UDP in packets of {silent} and more vanishes without a word, {answered} comes through.",
            next: "On the VPN or router set the MTU to {answered}, and let ICMP type 3 code 4 pass.",
            settle: "",
        },
        C::MtuSmall => Words {
            said: "The interface[ {interface}] takes packets of at most {mtu}.",
            next: "On this machine set the MTU of the interface to 1,280 bytes or more.",
            settle: "",
        },
        C::UdpRate => Words {
            said: "After {before} packets only {rate} of {sent-rate} pass: a limit for UDP.",
            next: "In the firewall raise the limit (flood protection) of UDP to {ranges}.",
            settle: "a slower stream: `probe udp:... --burst 10/s`",
        },
        C::QLoss => Words {
            said: "{lost} of {lost:n} UDP packets are lost ({low} to {high})[, while the way to the router is clean: {router-lost} of {router-lost:n}].",
            next: "Ask the provider about loss on the line towards {ranges}.",
            settle: "round trips to the router at the same time",
        },
        C::QMarginal => Words {
            said: "{lost} of {lost:n} UDP packets are lost ({low} to {high}): too few to judge.",
            next: "Send more: `turnprobe probe --burst 50/s --for 60s`.",
            settle: "a longer stream",
        },
        C::QBurst => Words {
            said: "Losses come in bursts: {lost} of {lost:n} packets in 200 ms.",
            next: "Ask the provider about the line; on Wi-Fi look for roaming and interference.",
            settle: "",
        },
        C::QRtt => Words {
            said: "The round trip over UDP is {rtt}[ (median of {rtt:n})]; Microsoft wants less than {limit}.",
            next: "Let this site's traffic to {ranges} leave to the internet near the user.",
            settle: "",
        },
        C::QJitter => Words {
            said: "The round trip over UDP varies by {jitter} from packet to packet; Microsoft wants less than {limit}.",
            next: "Give UDP 3478 to 3481 priority on the router (QoS), and look at what else uses the line.",
            settle: "",
        },
        C::QBloat => Words {
            said: "Under load the round trip grows from {idle} to {loaded}: the line's queue fills.",
            next: "On the router switch on smart queue management (SQM) or QoS for UDP 3478 to 3481.",
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
