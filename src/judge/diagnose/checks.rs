//! Everything that was looked at, and whether it is all right: the list that shows what a verdict rests on.

use super::code::Code;
use super::facts::{Connects, Fact, Facts, Reply, Talk, TlsOutcome, Why};
use super::finding::{Evidence, Finding, Value};
use super::rules::age_days;
use super::view;
use crate::judge::limits::CLIENT;
use crate::stats::share;
use crate::words::{words, words_as_text};

words! {
    /// Something that is looked at.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Item {
        /// Any address.
        Address = "address": "network address",
        /// Hosts file.
        Hosts = "hosts": "hosts file",
        /// Virtual desktop.
        Desktop = "desktop": "virtual desktop",
        /// Clock.
        Clock = "clock": "clock",
        /// A way for IPv4.
        Ipv4 = "ipv4": "way for IPv4",
        /// The router.
        Router = "router": "way to the router",
        /// A tunnel.
        Tunnel = "tunnel": "VPN",
        /// A sign-in.
        SignIn = "sign-in": "sign-in page",
        /// Name servers.
        NameServers = "name-servers": "name servers",
        /// Their answers.
        Addresses = "addresses": "relay's addresses",
        /// How fast they are.
        Lookups = "lookups": "time of lookups",
        /// IPv6.
        Ipv6 = "ipv6": "IPv6",
        /// Proxy.
        Proxy = "proxy": "proxy",
        /// Control name.
        Control = "control": "TCP 443 to others",
        /// TCP 443.
        Tcp443 = "tcp443": "TCP 443 to relays",
        /// TCP 80.
        Tcp80 = "tcp80": "TCP 80 to a relay",
        /// Lost SYNs.
        Syns = "syns": "SYNs",
        /// Window scaling.
        Windows = "windows": "window scaling",
        /// Round trip.
        Rtt = "rtt": "round trip (TCP)",
        /// TLS.
        Tls = "tls": "TLS",
        /// Certificate.
        Certificate = "certificate": "certificate",
        /// Pseudo-TLS.
        PseudoTls = "pseudo-tls": "pseudo-TLS on 443",
        /// TURN in the clear.
        TurnClear = "turn-clear": "TURN in the clear on 443",
        /// TURN inside TLS.
        TurnTls = "turn-tls": "TURN inside TLS",
        /// UDP.
        Udp = "udp": "UDP 3478 to 3481",
        /// UDP 443.
        Udp443 = "udp443": "UDP 443",
        /// An Allocate.
        Allocate = "allocate": "TURN over UDP",
        /// NAT.
        Nat = "nat": "NAT",
        /// Sizes.
        Sizes = "sizes": "packet sizes",
        /// Loss.
        Loss = "loss": "loss",
        /// Round trip of UDP.
        Delay = "delay": "round trip (UDP)",
        /// Jitter.
        Jitter = "jitter": "jitter",
        /// Load.
        Load = "load": "queue under load",
        /// The list.
        List = "list": "list of addresses",
    }
}

words! {
    /// How it is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum State {
        /// It was looked at and is all right.
        Ok = "ok",
        /// A finding says what is wrong with it.
        Fault = "fault",
        /// It could not be told.
        CouldNotTell = "could-not-tell",
        /// It was not asked for.
        LeftOut = "left-out",
    }
}

words_as_text!(Item, State);

/// Something that was looked at, and how it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What.
    pub item: Item,
    /// How it is.
    pub state: State,
    /// The finding that says so, the first of them; a note beside what is all right.
    pub code: Option<Code>,
    /// Why it could not be told; none where something was seen that no rule has a name for.
    pub why: Option<Why>,
    /// The numbers of what is all right.
    pub told: Vec<Evidence>,
}

/// How the facts alone see it.
enum Seen {
    Ok(Vec<Evidence>),
    /// It was looked at, and does not read as all right.
    Odd,
    Unknown(Why),
}

/// The list.
pub fn checks(facts: &Facts, found: &[Finding]) -> Vec<Check> {
    let one = |item: Item| {
        let codes = codes(item);
        let mut own = found.iter().filter(|finding| codes.contains(&finding.code));
        let worst = own.clone().find(|finding| finding.is_fault());
        let code = worst.or_else(|| own.next()).map(|finding| finding.code);
        let (state, why, told) = match (worst, seen(facts, item)) {
            (Some(_), _) => (State::Fault, None, Vec::new()),
            (None, Seen::Ok(told)) => (State::Ok, None, told),
            (None, Seen::Odd) => (State::CouldNotTell, None, Vec::new()),
            (None, Seen::Unknown(Why::NotAsked)) => {
                (State::LeftOut, Some(Why::NotAsked), Vec::new())
            }
            (None, Seen::Unknown(why)) => (State::CouldNotTell, Some(why), Vec::new()),
        };
        Check {
            item,
            state,
            code,
            why,
            told,
        }
    };
    Item::ALL.into_iter().map(one).collect()
}

/// The findings that are about it.
fn codes(item: Item) -> &'static [Code] {
    use Code as C;
    match item {
        Item::Address => &[C::NoAddress],
        Item::Hosts => &[C::HostsEntry],
        Item::Desktop => &[C::Vdi],
        Item::Clock => &[C::ClockWrong],
        Item::Ipv4 => &[C::NoRoute4, C::Nat64],
        Item::Router => &[C::GatewayDead, C::GatewayBad],
        Item::Tunnel => &[C::Tunnel, C::TunnelUnused],
        Item::SignIn => &[C::Portal],
        Item::NameServers => &[
            C::DnsNoServer,
            C::DnsTimeout,
            C::DnsError,
            C::DnsNameGone,
            C::DnsServerDown,
        ],
        Item::Addresses => &[C::DnsBlocked, C::DnsOutside, C::DnsRegion],
        Item::Lookups => &[C::DnsSlow],
        Item::Ipv6 => &[C::Ipv6Broken],
        Item::Proxy => &[C::ProxyNeeded, C::ProxyForbids, C::ProxyUnused],
        Item::Control => &[C::ControlSilent],
        Item::Tcp443 => &[
            C::SendDenied,
            C::Tcp443Silent,
            C::Tcp443Refused,
            C::RegionSilent,
            C::RelayOneSilent,
        ],
        Item::Syns => &[C::SynLoss],
        Item::Windows => &[C::WindowScalingOff],
        Item::Rtt => &[C::RttHigh],
        Item::Tls => &[C::TlsNotTls, C::TlsReset, C::TlsMtu, C::TlsTimeout],
        Item::Certificate => &[
            C::TlsDate,
            C::TlsInspected,
            C::TlsWrongName,
            C::TlsNotMicrosoft,
            C::TlsMsRoot,
        ],
        Item::Udp => &[
            C::SendDenied,
            C::UdpAllSilent,
            C::UdpSomeSilent,
            C::UdpRelaySilent,
        ],
        Item::Udp443 => &[C::Udp443Silent],
        Item::Allocate => &[C::TurnError],
        Item::Nat => &[C::NatVaries, C::NatEgresses],
        Item::Sizes => &[C::MtuHole, C::MtuSmall],
        Item::Loss => &[C::UdpRate, C::QLoss, C::QBurst, C::QMarginal],
        Item::Delay => &[C::QRtt],
        Item::Jitter => &[C::QJitter],
        Item::Load => &[C::QBloat],
        Item::List => &[C::ListOld],
        Item::Tcp80 | Item::PseudoTls | Item::TurnClear | Item::TurnTls => &[],
    }
}

fn told(name: &'static str, value: Value, n: Option<u64>, source: &'static str) -> Evidence {
    Evidence {
        name,
        value,
        n,
        source,
    }
}

/// Of a fact that is known or not.
fn of<T>(fact: &Fact<T>, seen: impl FnOnce(&T) -> Seen) -> Seen {
    match fact {
        Fact::Known(value) => seen(value),
        Fact::Unknown(why) => Seen::Unknown(why.clone()),
    }
}

fn ok_if(is_ok: bool) -> Seen {
    if is_ok {
        Seen::Ok(Vec::new())
    } else {
        Seen::Odd
    }
}

fn seen(facts: &Facts, item: Item) -> Seen {
    let machine = &facts.machine;
    match item {
        Item::Address => of(&machine.has_address, |has| ok_if(*has)),
        Item::Hosts => of(&machine.hosts, |lines| ok_if(lines.is_empty())),
        Item::Desktop => of(&machine.vdi, |signs| ok_if(signs.is_empty())),
        Item::Clock => of(&facts.web.clocks, |_| {
            let Some((low, high, n)) = view::offset(facts) else {
                return Seen::Unknown(Why::NotReached);
            };
            let middle = Value::Seconds(f64::midpoint(low, high));
            Seen::Ok(vec![told("offset", middle, Some(n), "web.clocks")])
        }),
        Item::Ipv4 => of(&machine.has_route4, |has| {
            match (has, facts.tcp.nat64_prefix.known()) {
                (true, _) | (false, Some(Some(_))) => Seen::Ok(Vec::new()),
                (false, _) => Seen::Odd,
            }
        }),
        Item::Router => router(facts),
        Item::Tunnel => of(&machine.way, |way| {
            of(&way.tunnel, |_| Seen::Ok(Vec::new()))
        }),
        Item::SignIn => of(&facts.web.page, |page| ok_if(page.is_expected)),
        Item::NameServers | Item::Addresses | Item::Lookups => names(facts, item),
        Item::Ipv6 => of(&facts.tcp.v6, |v6| ok_if(v6.is_open() == Some(true))),
        Item::Proxy => of(&machine.proxy, |proxy| match (proxy, &facts.web.connect) {
            (None, _) => Seen::Ok(Vec::new()),
            (Some(_), Fact::Unknown(why)) => Seen::Unknown(why.clone()),
            // what is all right has a note, what is not has a finding
            (Some(_), Fact::Known(_)) => ok_if(view::is_tcp_open(facts) == Some(true)),
        }),
        Item::Control => of(&facts.tcp.control, open),
        Item::Tcp80 => of(&facts.tcp.port80, open),
        Item::Tcp443 => of(&facts.tcp.relays, |relays| {
            let open = relays
                .iter()
                .filter(|relay| relay.is_open() == Some(true))
                .count();
            if relays.is_empty() || open < relays.len() {
                return Seen::Odd;
            }
            Seen::Ok(vec![told(
                "relays",
                Value::Count(open as u64),
                None,
                "tcp.relays",
            )])
        }),
        Item::Syns => of(&facts.tcp.relays, |_| match view::syns(facts) {
            (_, 0) => Seen::Unknown(untold(facts)),
            (lost, sent) => Seen::Ok(vec![told(
                "lost",
                Value::Count(lost),
                Some(sent),
                "tcp.relays",
            )]),
        }),
        Item::Windows => of(&facts.tcp.relays, |relays| {
            let first = relays.iter().find_map(|relay| relay.window_scale.known());
            match first {
                Some(scale) => ok_if(scale.is_used),
                None => Seen::Unknown(untold(facts)),
            }
        }),
        Item::Rtt => of(&facts.tcp.relays, |_| match view::tcp_rtt_us(facts) {
            Some(rtt) => Seen::Ok(vec![told("rtt", Value::Micros(rtt), None, "tcp.relays")]),
            None => Seen::Unknown(Why::NotReached),
        }),
        Item::Tls => of(&facts.encrypted.relays, |all| {
            ok_if(!all.is_empty() && all.iter().all(|tls| tls.outcome == TlsOutcome::Done))
        }),
        Item::Certificate => of(&facts.encrypted.relays, |_| {
            let mut paths = view::certificates(facts).map(|(_, one)| one.path);
            match paths.next() {
                None => Seen::Unknown(Why::NotReached),
                Some(first) => ok_if(first.is_fine() && paths.all(crate::record::TlsPath::is_fine)),
            }
        }),
        Item::PseudoTls => of(&facts.encrypted.pseudo_tls, talk),
        Item::TurnClear => of(&facts.encrypted.turn_clear, talk),
        Item::TurnTls => of(&facts.encrypted.turn_tls, talk),
        Item::Udp | Item::Udp443 => udp(facts, item),
        Item::Allocate => of(&facts.udp.allocate, |reply| reply_seen(*reply)),
        Item::Nat => of(&facts.udp.mapped, |mapped| {
            if mapped.len() > 1 {
                Seen::Ok(Vec::new())
            } else {
                Seen::Unknown(Why::NotReached)
            }
        }),
        Item::Sizes => of(&facts.udp.sizes, |sizes| {
            let mtu = view::way(facts).and_then(|way| way.interface_mtu_bytes.known());
            let fits = |bytes: u32| mtu.is_none_or(|mtu| bytes <= *mtu);
            let mut wanted = sizes.iter().filter(|size| fits(size.ip_bytes));
            let most = sizes
                .iter()
                .filter(|size| size.answered > 0)
                .map(|size| size.ip_bytes)
                .max();
            match most {
                Some(most) if wanted.all(|size| size.answered > 0 || size.too_long > 0) => {
                    Seen::Ok(vec![told(
                        "largest",
                        Value::Bytes(most.into()),
                        None,
                        "udp.sizes",
                    )])
                }
                _ => Seen::Odd,
            }
        }),
        Item::Loss | Item::Delay | Item::Jitter => stream(facts, item),
        Item::Load => of(&facts.quality.loaded, |loaded| ok_if(loaded.n >= 20)),
        Item::List => match age_days(facts).and_then(|days| u64::try_from(days).ok()) {
            Some(days) => Seen::Ok(vec![told(
                "days",
                Value::Count(days),
                None,
                "about.list_date",
            )]),
            None => Seen::Unknown(Why::NotAsked),
        },
    }
}

/// Why nothing is known of connections: none came up, or the system does not tell.
fn untold(facts: &Facts) -> Why {
    if view::is_tcp_open(facts) == Some(true) {
        Why::NotOnThisSystem
    } else {
        Why::NotReached
    }
}

fn open(connects: &Connects) -> Seen {
    ok_if(connects.is_open() == Some(true))
}

fn talk(talk: &Talk) -> Seen {
    reply_seen(talk.reply)
}

fn reply_seen(reply: Reply) -> Seen {
    match reply {
        Reply::Success | Reply::Error(401) => Seen::Ok(Vec::new()),
        Reply::NotConnected => Seen::Unknown(Why::NotReached),
        _ => Seen::Odd,
    }
}

fn router(facts: &Facts) -> Seen {
    of(&facts.machine.router, |router| {
        let Some(router) = router else {
            // a tunnel has none
            return Seen::Unknown(Why::NotReached);
        };
        match (&router.trips, view::is_router_alive(facts)) {
            (Fact::Known(trips), Some(true)) if trips.answered > 0 && trips.sent >= 10 => {
                let lost = Value::Count(trips.sent.saturating_sub(trips.answered));
                let source = "machine.router.trips";
                let mut all = vec![told("lost", lost, Some(trips.sent), source)];
                all.extend(
                    trips
                        .p95_us
                        .map(|p95| told("p95", Value::Micros(p95), None, source)),
                );
                Seen::Ok(all)
            }
            (Fact::Unknown(why), _) => Seen::Unknown(why.clone()),
            // many routers answer no such thing
            (Fact::Known(_), _) => Seen::Unknown(Why::NotReached),
        }
    })
}

fn names(facts: &Facts, item: Item) -> Seen {
    of(&facts.names.system, |servers| {
        let has_answered = servers.iter().any(|server| !server.addresses().is_empty());
        match item {
            Item::NameServers => {
                let all = servers.iter().all(|server| !server.addresses().is_empty());
                let count = Value::Count(servers.len() as u64);
                if all && !servers.is_empty() {
                    Seen::Ok(vec![told("servers", count, None, "names.system")])
                } else {
                    Seen::Odd
                }
            }
            Item::Addresses if !has_answered => Seen::Unknown(Why::NotReached),
            Item::Addresses => {
                let mut all = servers.iter().flat_map(|server| server.addresses());
                ok_if(all.all(|answer| answer.in_teams_range))
            }
            _ => {
                let times: Vec<u64> = servers
                    .iter()
                    .flat_map(|server| server.times_us.clone())
                    .collect();
                match times.iter().max() {
                    Some(most) if times.len() >= 2 => {
                        let n = Some(times.len() as u64);
                        Seen::Ok(vec![told(
                            "longest",
                            Value::Micros(*most),
                            n,
                            "names.system",
                        )])
                    }
                    _ => Seen::Unknown(Why::NotReached),
                }
            }
        }
    })
}

fn udp(facts: &Facts, item: Item) -> Seen {
    of(&facts.udp.cells, |cells| {
        let own = |port: u16| (port == 443) == (item == Item::Udp443);
        let own = || cells.iter().filter(|cell| own(cell.port));
        let [sent, answered] = own().fold([0, 0], |[sent, answered], cell| {
            [sent + cell.sent, answered + cell.answered]
        });
        if own().next().is_none() {
            Seen::Unknown(Why::NotAsked)
        } else if own().all(|cell| cell.answered > 0) {
            Seen::Ok(vec![told(
                "answered",
                Value::Count(answered),
                Some(sent),
                "udp.cells",
            )])
        } else {
            Seen::Odd
        }
    })
}

fn stream(facts: &Facts, item: Item) -> Seen {
    of(&facts.quality.stream, |stream| {
        let source = "quality.stream";
        let lost = stream.sent.saturating_sub(stream.received);
        match item {
            Item::Loss => match share(lost, stream.sent) {
                Some(share) if share.high_ppm < CLIENT.loss => Seen::Ok(vec![told(
                    "lost",
                    Value::Count(lost),
                    Some(stream.sent),
                    source,
                )]),
                _ => Seen::Odd,
            },
            Item::Delay => match stream.rtt_p50_us {
                Some(rtt) => {
                    let n = Some(stream.received);
                    Seen::Ok(vec![told("p50", Value::Micros(rtt), n, source)])
                }
                None => Seen::Odd,
            },
            _ => match stream.jitter_us.filter(|_| stream.jitter_n >= 100) {
                Some(jitter) => {
                    let n = Some(stream.jitter_n);
                    Seen::Ok(vec![told("mean", Value::Micros(jitter), n, source)])
                }
                None => Seen::Odd,
            },
        }
    })
}
