//! What the facts alone say about each check: good, not as it should be, or not known.

use super::item::Item;
use crate::judge::diagnose::facts::{
    ConnectFacts, Fact, Facts, NameServerFacts, ProxyConnect, RelayReply, Reply, TlsFacts,
    TlsOutcome, WhyUnknown,
};
use crate::judge::diagnose::finding::{Datum, Evidence};
use crate::judge::diagnose::rules::{age_days, brief_wait_us};
use crate::judge::diagnose::view;
use crate::judge::limits::CLIENT;
use crate::record::TlsPath;
use crate::stats::share;

/// How the facts alone see it.
pub(super) enum Observed {
    /// It is well, by these numbers.
    Ok(Vec<Evidence>),
    /// It was looked at, and does not read as all right.
    Odd,
    /// Nothing is known of it.
    Unknown(WhyUnknown),
}

fn told(name: &'static str, value: Datum, n: Option<u64>, source: &'static str) -> Evidence {
    Evidence {
        name,
        value,
        n,
        source,
    }
}

/// Of a fact that is known or not.
fn of<T>(fact: &Fact<T>, seen: impl FnOnce(&T) -> Observed) -> Observed {
    match fact {
        Fact::Known(value) => seen(value),
        Fact::Unknown(why) => Observed::Unknown(why.clone()),
    }
}

fn ok_if(is_ok: bool) -> Observed {
    if is_ok {
        Observed::Ok(Vec::new())
    } else {
        Observed::Odd
    }
}

/// What the facts say of it.
pub(super) fn seen(facts: &Facts, item: Item) -> Observed {
    let machine = &facts.machine;
    match item {
        Item::Address => of(&machine.has_address, |has| ok_if(*has)),
        Item::Hosts => of(&machine.hosts, |lines| ok_if(lines.is_empty())),
        Item::Desktop => of(&machine.vdi, |signs| ok_if(signs.is_empty())),
        Item::Clock => of(&facts.web.clocks, |_| {
            let Some((low, high, n)) = view::offset(facts) else {
                return Observed::Unknown(WhyUnknown::NotReached);
            };
            let middle = Datum::Seconds(f64::midpoint(low, high));
            Observed::Ok(vec![told("offset", middle, Some(n), "web.clocks")])
        }),
        Item::Ipv4 => of(&machine.has_route4, |has| {
            match (has, facts.tcp.nat64_prefix.known()) {
                (true, _) | (false, Some(Some(_))) => Observed::Ok(Vec::new()),
                (false, _) => Observed::Odd,
            }
        }),
        Item::Router => router(facts),
        Item::Tunnel => of(&machine.way, |way| {
            of(&way.tunnel, |_| Observed::Ok(Vec::new()))
        }),
        Item::SignIn => of(&facts.web.page, |page| ok_if(page.is_expected)),
        Item::NameServers | Item::Addresses | Item::Lookups => names(facts, item),
        Item::Ipv6 => of(&facts.tcp.v6, |v6| ok_if(v6.is_open() == Some(true))),
        Item::Proxy => of(&machine.proxy, |proxy| match (proxy, &facts.web.connect) {
            (None, _) => Observed::Ok(Vec::new()),
            (Some(_), Fact::Unknown(why)) => Observed::Unknown(why.clone()),
            // a proxy that is dead or leads elsewhere has no finding where nobody needs it, and is not all right
            (Some(_), Fact::Known(ProxyConnect::Status(200..300))) => {
                ok_if(view::is_tcp_open(facts) == Some(true))
            }
            (Some(_), Fact::Known(_)) => Observed::Odd,
        }),
        Item::Control => of(&facts.tcp.control, open),
        Item::Tcp80 => of(&facts.tcp.port80, open),
        Item::Tcp443 => of(&facts.tcp.relays, |relays| {
            let open = relays
                .iter()
                .filter(|relay| relay.is_open() == Some(true))
                .count();
            if relays.is_empty() || open < relays.len() {
                return Observed::Odd;
            }
            Observed::Ok(vec![told(
                "relays",
                Datum::Count(open as u64),
                None,
                "tcp.relays",
            )])
        }),
        Item::Syns => of(&facts.tcp.relays, |_| match view::syns(facts) {
            (_, 0) => Observed::Unknown(untold(facts)),
            (lost, sent) => Observed::Ok(vec![told(
                "lost",
                Datum::Count(lost),
                Some(sent),
                "tcp.relays",
            )]),
        }),
        Item::Windows => of(&facts.tcp.relays, |relays| {
            let first = relays.iter().find_map(|relay| relay.window_scale.known());
            match first {
                Some(scale) => ok_if(scale.is_used),
                None => Observed::Unknown(untold(facts)),
            }
        }),
        Item::Rtt => of(&facts.tcp.relays, |_| match view::tcp_rtt_us(facts) {
            Some(rtt) => Observed::Ok(vec![told("rtt", Datum::Micros(rtt), None, "tcp.relays")]),
            None => Observed::Unknown(WhyUnknown::NotReached),
        }),
        Item::Tls => of(&facts.encrypted.relays, |all| {
            let is_done = |tls: &TlsFacts| tls.outcome == TlsOutcome::Done;
            match brief_wait_us(facts) {
                Some(us) => Observed::Unknown(WhyUnknown::WaitedBriefly(us / 1000)),
                None => ok_if(!all.is_empty() && all.iter().all(is_done)),
            }
        }),
        Item::Certificate => of(&facts.encrypted.relays, |_| {
            let mut paths = view::certificates(facts).map(|(_, one)| one.path);
            match paths.next() {
                None => Observed::Unknown(WhyUnknown::NotReached),
                Some(first) => ok_if(first.is_fine() && paths.all(TlsPath::is_fine)),
            }
        }),
        Item::PseudoTls => of(&facts.encrypted.pseudo_tls, talk),
        Item::TurnClear => of(&facts.encrypted.turn_clear, talk),
        Item::TurnTls => of(&facts.encrypted.turn_tls, talk),
        Item::Udp | Item::Udp443 => udp(facts, item),
        Item::Allocate => of(&facts.udp.allocate, |reply| reply_seen(*reply)),
        Item::Nat => of(&facts.udp.mapped, |mapped| {
            if mapped.len() > 1 {
                Observed::Ok(Vec::new())
            } else {
                Observed::Unknown(WhyUnknown::NotReached)
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
                    Observed::Ok(vec![told(
                        "largest",
                        Datum::Bytes(most.into()),
                        None,
                        "udp.sizes",
                    )])
                }
                _ => Observed::Odd,
            }
        }),
        Item::Loss | Item::Delay | Item::Jitter => stream(facts, item),
        Item::Load => of(&facts.quality.loaded, |loaded| ok_if(loaded.n >= 20)),
        Item::List => match age_days(facts).and_then(|days| u64::try_from(days).ok()) {
            Some(days) => Observed::Ok(vec![told(
                "days",
                Datum::Count(days),
                None,
                "about.list_date",
            )]),
            None => Observed::Unknown(WhyUnknown::NotAsked),
        },
    }
}

/// Why nothing is known of connections: none came up, or the system does not tell.
fn untold(facts: &Facts) -> WhyUnknown {
    if view::is_tcp_open(facts) == Some(true) {
        WhyUnknown::NotOnThisSystem
    } else {
        WhyUnknown::NotReached
    }
}

fn open(connects: &ConnectFacts) -> Observed {
    ok_if(connects.is_open() == Some(true))
}

fn talk(talk: &RelayReply) -> Observed {
    reply_seen(talk.reply)
}

fn reply_seen(reply: Reply) -> Observed {
    match reply {
        Reply::Success | Reply::Error(401) => Observed::Ok(Vec::new()),
        // silence within a short wait is nothing odd yet
        Reply::NotConnected | Reply::Silent => Observed::Unknown(WhyUnknown::NotReached),
        _ => Observed::Odd,
    }
}

fn router(facts: &Facts) -> Observed {
    of(&facts.machine.router, |router| {
        let Some(router) = router else {
            // a tunnel has none, nor has loopback: there is nothing to ask
            return Observed::Unknown(WhyUnknown::NotAsked);
        };
        match (&router.trips, view::is_router_alive(facts)) {
            (Fact::Known(trips), Some(true)) if trips.answered > 0 && trips.sent >= 10 => {
                let lost = Datum::Count(trips.sent.saturating_sub(trips.answered));
                let source = "machine.router.trips";
                let mut all = vec![told("lost", lost, Some(trips.sent), source)];
                all.extend(
                    trips
                        .p95_us
                        .map(|p95| told("p95", Datum::Micros(p95), None, source)),
                );
                Observed::Ok(all)
            }
            (Fact::Unknown(why), _) => Observed::Unknown(why.clone()),
            // many routers answer no such thing
            (Fact::Known(_), _) => Observed::Unknown(WhyUnknown::NotReached),
        }
    })
}

fn names(facts: &Facts, item: Item) -> Observed {
    of(&facts.names.system, |servers| {
        let has_answered = servers.iter().any(|server| !server.addresses().is_empty());
        match item {
            Item::NameServers => {
                let all = servers.iter().all(|server| !server.addresses().is_empty());
                let count = Datum::Count(servers.len() as u64);
                if all && !servers.is_empty() {
                    Observed::Ok(vec![told("servers", count, None, "names.system")])
                } else {
                    Observed::Odd
                }
            }
            Item::Addresses if !has_answered => Observed::Unknown(WhyUnknown::NotReached),
            Item::Addresses => {
                let mut all = servers.iter().flat_map(NameServerFacts::addresses);
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
                        Observed::Ok(vec![told(
                            "longest",
                            Datum::Micros(*most),
                            n,
                            "names.system",
                        )])
                    }
                    _ => Observed::Unknown(WhyUnknown::NotReached),
                }
            }
        }
    })
}

fn udp(facts: &Facts, item: Item) -> Observed {
    of(&facts.udp.cells, |cells| {
        let own = |port: u16| (port == 443) == (item == Item::Udp443);
        let own = || cells.iter().filter(|cell| own(cell.port));
        let sent = view::total(own().map(|cell| cell.sent));
        let answered = view::total(own().map(|cell| cell.answered));
        if own().next().is_none() {
            Observed::Unknown(WhyUnknown::NotAsked)
        } else if own().all(|cell| cell.answered > 0) {
            Observed::Ok(vec![told(
                "answered",
                Datum::Count(answered),
                Some(sent),
                "udp.cells",
            )])
        } else {
            Observed::Odd
        }
    })
}

fn stream(facts: &Facts, item: Item) -> Observed {
    of(&facts.quality.stream, |stream| {
        let source = "quality.stream";
        let lost = stream.sent.saturating_sub(stream.received);
        match item {
            Item::Loss => match share(lost, stream.sent) {
                Some(share) if share.high_ppm < CLIENT.loss => Observed::Ok(vec![told(
                    "lost",
                    Datum::Count(lost),
                    Some(stream.sent),
                    source,
                )]),
                _ => Observed::Odd,
            },
            Item::Delay => match stream.rtt_p50_us {
                Some(rtt) => {
                    let n = Some(stream.received);
                    Observed::Ok(vec![told("p50", Datum::Micros(rtt), n, source)])
                }
                None => Observed::Odd,
            },
            _ => match stream.jitter_us.filter(|_| stream.jitter_n >= 100) {
                Some(jitter) => {
                    let n = Some(stream.jitter_n);
                    Observed::Ok(vec![told("mean", Datum::Micros(jitter), n, source)])
                }
                None => Observed::Odd,
            },
        }
    })
}
