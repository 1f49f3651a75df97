//! What the facts alone say about each check: good, not as it should be, or not known.

use super::item::Item;
use super::observed::{Observed, all_of, of, ok_if, open, reply_seen, talk, told};
use super::odd::Odd;
use crate::judge::diagnose::facts::{
    Endpoint, Fact, Facts, NameServerFacts, ProxyConnect, RelayCertificate, TlsFacts, TlsOutcome,
    WhyUnknown,
};
use crate::judge::diagnose::finding::Datum;
use crate::judge::diagnose::rules::{age_days, brief_wait_us, is_asked_by_name, is_tls_trusted};
use crate::judge::diagnose::view;
use crate::judge::limits::CLIENT;
use crate::record::TlsPath;
use crate::stats::share;

/// What the facts say of it.
pub(super) fn seen(facts: &Facts, item: Item) -> Observed {
    let machine = &facts.machine;
    match item {
        Item::Address => of(&machine.has_address, |has| ok_if(*has, Odd::NoAddress)),
        Item::Hosts => of(&machine.hosts, |lines| {
            ok_if(lines.is_empty(), Odd::HostsLines)
        }),
        Item::Desktop => of(&machine.vdi, |signs| ok_if(signs.is_empty(), Odd::Desktop)),
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
                (false, _) if view::is_other4_open(facts) => {
                    Observed::Odd(Odd::NoRelayRoute, Vec::new())
                }
                (false, _) => Observed::Odd(Odd::NoIpv4, Vec::new()),
            }
        }),
        Item::Router => router(facts),
        Item::Tunnel => of(&machine.way, |way| {
            of(&way.tunnel, |_| Observed::Ok(Vec::new()))
        }),
        Item::SignIn => of(&facts.web.page, |page| {
            if page.is_expected {
                return Observed::Ok(Vec::new());
            }
            let status = Datum::Number(page.status.into());
            let odd = if page.asks_for_a_sign_in() && is_tls_trusted(facts) {
                Odd::FilteredPage
            } else {
                Odd::OtherPage
            };
            Observed::Odd(odd, vec![told("status", status, None, "web.page")])
        }),
        Item::NameServers | Item::Addresses | Item::Lookups => names(facts, item),
        Item::Ipv6 => of(&facts.tcp.v6, |v6| open(v6, "tcp.v6")),
        Item::Proxy => of(&machine.proxy, |proxy| match (proxy, &facts.web.connect) {
            (None, _) => Observed::Ok(Vec::new()),
            (Some(_), Fact::Unknown(why)) => Observed::Unknown(why.clone()),
            (Some(_), Fact::Known(connect)) => proxied(facts, *connect),
        }),
        Item::Control => of(&facts.tcp.control, |all| open(all, "tcp.control")),
        Item::Tcp80 => of(&facts.tcp.port80, |all| open(all, "tcp.port80")),
        Item::Tcp443 => of(&facts.tcp.relays, |relays| {
            let open = relays
                .iter()
                .filter(|relay| relay.is_open() == Some(true))
                .count();
            if relays.is_empty() || open < relays.len() {
                let of = (open, relays.len());
                return all_of("open", of, "tcp.relays", Odd::SomeRelays);
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
                Some(scale) => ok_if(scale.is_used, Odd::NotScaled),
                None => Observed::Unknown(untold(facts)),
            }
        }),
        Item::Rtt => of(&facts.tcp.relays, |_| match view::tcp_rtt_us(facts) {
            Some(rtt) => Observed::Ok(vec![told("rtt", Datum::Micros(rtt), None, "tcp.relays")]),
            None => Observed::Unknown(WhyUnknown::NotReached),
        }),
        Item::Tls => of(&facts.encrypted.relays, |all| {
            let is_done = |tls: &TlsFacts| tls.outcome == TlsOutcome::Done;
            if let Some(us) = brief_wait_us(facts) {
                return Observed::Unknown(WhyUnknown::WaitedBriefly(us / 1000));
            }
            let done = all.iter().filter(|tls| is_done(tls)).count();
            let of = (done, all.len());
            all_of("done", of, "encrypted.relays", Odd::SomeHandshakes)
        }),
        Item::Certificate => of(&facts.encrypted.relays, |_| {
            let all: Vec<_> = view::certificates(facts).collect();
            if all.is_empty() {
                return Observed::Unknown(WhyUnknown::NotReached);
            }
            // verified by the public roots, and no name was asked for that could be another
            let is_nameless = |remote: &Endpoint, one: &RelayCertificate| {
                one.path == TlsPath::WrongName && !is_asked_by_name(facts, remote, one)
            };
            let strange = |(remote, one): &&(&Endpoint, &RelayCertificate)| {
                is_nameless(remote, one) && !one.has_known_issuer
            };
            if all.iter().any(|one| strange(&one)) {
                return Observed::Odd(Odd::UnaskedName, Vec::new());
            }
            let fine = all
                .iter()
                .filter(|(remote, one)| one.path.is_fine() || is_nameless(remote, one))
                .count();
            let of = (fine, all.len());
            all_of("verified", of, "encrypted.relays", Odd::SomeCertificates)
        }),
        Item::PseudoTls => of(&facts.encrypted.pseudo_tls, |one| {
            talk(one, "encrypted.pseudo_tls")
        }),
        Item::TurnClear => of(&facts.encrypted.turn_clear, |one| {
            talk(one, "encrypted.turn_clear")
        }),
        Item::TurnTls => of(&facts.encrypted.turn_tls, |one| {
            talk(one, "encrypted.turn_tls")
        }),
        Item::Udp | Item::Udp443 => udp(facts, item),
        Item::Allocate => of(&facts.udp.allocate, |reply| {
            reply_seen(*reply, "udp.allocate")
        }),
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
                Some(_)
                    if view::lost_sizes(facts).is_some()
                        && wanted.clone().all(|size| size.answered > 0) =>
                {
                    let (answered, sent) = view::lost_sizes(facts).unwrap_or_default();
                    let answered = Datum::Count(answered);
                    let told = told("answered", answered, Some(sent), "udp.sizes");
                    Observed::Odd(Odd::LostSizes, vec![told])
                }
                Some(most) if wanted.all(|size| size.answered > 0 || size.too_long > 0) => {
                    Observed::Ok(vec![told(
                        "largest",
                        Datum::Bytes(most.into()),
                        None,
                        "udp.sizes",
                    )])
                }
                Some(most) => {
                    let most = Datum::Bytes(most.into());
                    let told = told("largest", most, None, "udp.sizes");
                    Observed::Odd(Odd::SomeSizes, vec![told])
                }
                None => Observed::Odd(Odd::NoSize, Vec::new()),
            }
        }),
        Item::Loss | Item::Delay | Item::Jitter => stream(facts, item),
        Item::Load => of(&facts.quality.loaded, |loaded| {
            if loaded.n >= 20 {
                return Observed::Ok(Vec::new());
            }
            let n = Datum::Count(loaded.n);
            let told = told("round-trips", n, None, "quality.loaded");
            Observed::Odd(Odd::FewLoaded, vec![told])
        }),
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

/// A proxy that is dead or leads elsewhere has no finding where nobody needs it, and is not all right.
fn proxied(facts: &Facts, connect: ProxyConnect) -> Observed {
    match connect {
        ProxyConnect::Status(200..300) if facts.web.tunnel.known() == Some(&false) => {
            Observed::Odd(Odd::ProxyNowhere, Vec::new())
        }
        ProxyConnect::Status(200..300) => {
            ok_if(view::is_tcp_open(facts) == Some(true), Odd::ProxyOnly)
        }
        ProxyConnect::Status(status) => {
            let status = Datum::Number(status.into());
            let told = told("status", status, None, "web.connect");
            Observed::Odd(Odd::ProxyStatus, vec![told])
        }
        ProxyConnect::Unreachable => Observed::Odd(Odd::ProxyUnreachable, Vec::new()),
        ProxyConnect::NoAnswer => Observed::Odd(Odd::ProxyMute, Vec::new()),
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
                let given = servers.iter().filter(|one| !one.addresses().is_empty());
                let (given, n) = (given.count(), servers.len());
                let count = Datum::Count(n as u64);
                match n {
                    0 => Observed::Odd(Odd::NoServer, Vec::new()),
                    _ if given == n => {
                        Observed::Ok(vec![told("servers", count, None, "names.system")])
                    }
                    _ => all_of("answered", (given, n), "names.system", Odd::SomeServers),
                }
            }
            Item::Addresses if !has_answered => Observed::Unknown(WhyUnknown::NotReached),
            Item::Addresses => {
                let mut all = servers.iter().flat_map(NameServerFacts::addresses);
                ok_if(all.all(|answer| answer.in_teams_range), Odd::OtherAddresses)
            }
            _ => {
                let (answered, asked) = view::queries(facts);
                if answered < asked {
                    let answered = Datum::Count(answered);
                    let told = told("answered", answered, Some(asked), "names.system");
                    return Observed::Odd(Odd::SomeQueries, vec![told]);
                }
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
        } else if item == Item::Udp443 && answered == 0 {
            if view::is_udp_open(facts) == Some(false) {
                return Observed::Odd(Odd::NoUdp443, Vec::new());
            }
            let sent = told("sent", Datum::Count(sent), None, "udp.cells");
            Observed::Odd(Odd::SilentUdp443, vec![sent])
        } else {
            let open = own().filter(|cell| cell.answered > 0).count();
            let of = (open, own().count());
            all_of("ports", of, "udp.cells", Odd::SomePorts)
        }
    })
}

fn stream(facts: &Facts, item: Item) -> Observed {
    of(&facts.quality.stream, |stream| {
        let source = "quality.stream";
        let lost = stream.sent.saturating_sub(stream.received);
        let odd = |odd| {
            let received = Datum::Count(stream.received);
            let told = told("received", received, Some(stream.sent), source);
            Observed::Odd(odd, vec![told])
        };
        let too_few = if stream.was_interrupted {
            Odd::CutShort
        } else {
            Odd::TooFew
        };
        match item {
            Item::Loss => match share(lost, stream.sent) {
                Some(share) if share.high_ppm < CLIENT.loss => Observed::Ok(vec![told(
                    "lost",
                    Datum::Count(lost),
                    Some(stream.sent),
                    source,
                )]),
                _ => odd(too_few),
            },
            Item::Delay => match stream.rtt_p50_us {
                Some(rtt) => {
                    let n = Some(stream.received);
                    Observed::Ok(vec![told("p50", Datum::Micros(rtt), n, source)])
                }
                None => odd(Odd::NoAnswers),
            },
            _ => match stream.jitter_us.filter(|_| stream.jitter_n >= 100) {
                Some(jitter) => {
                    let n = Some(stream.jitter_n);
                    Observed::Ok(vec![told("mean", Datum::Micros(jitter), n, source)])
                }
                None => odd(too_few),
            },
        }
    })
}
