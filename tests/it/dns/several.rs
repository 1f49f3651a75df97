//! Several name servers, and many probes in flight.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use turnprobe::measure::{Engine, Stop, Why};
use turnprobe::net::dns::{Resolver, Setup, SystemServers};
use turnprobe::net::{Limits, Plan};
use turnprobe::pace::Pace;
use turnprobe::target::Targets;

use super::{ask, resolve};
use crate::rows::{PATIENT, ms, plan, prober, rows, run, target};
use crate::servers::closed::{ClosedTcp, ClosedUdp};
use crate::servers::dns::DnsServer;
use crate::servers::wire::{A, a, cname, labels_of, ns};

fn in_order(servers: &[SocketAddr]) -> Plan {
    Plan {
        resolver: Resolver::Servers(servers.to_vec()),
        ..plan()
    }
}

fn good() -> DnsServer {
    DnsServer::start(|query| vec![query.answer(&[a("relay.test", 9)], &[])])
}

#[test]
fn a_silent_server_leaves_time_for_the_second_one() {
    let (silent, good) = (DnsServer::silent(), good());
    let row = resolve(Plan {
        limits: Limits {
            dns: ms(4_000),
            ..PATIENT
        },
        ..in_order(&[silent.address(), good.address()])
    });
    assert_eq!(row.cell("resolver"), good.address().to_string());
    assert_eq!(row.cell("dns_queries"), "2");
    assert_eq!((silent.count(), good.count()), (1, 1));
}

#[test]
fn a_server_that_fails_or_refuses_is_passed_over() {
    for rcode in [2, 5] {
        let bad = DnsServer::start(move |query| vec![query.reply(rcode, &[], &[])]);
        let good = good();
        let row = resolve(in_order(&[bad.address(), good.address()]));
        assert_eq!(row.cell("resolver"), good.address().to_string());
        assert_eq!(row.cell("dns_queries"), "2");
        assert_eq!((bad.count(), good.count()), (1, 1));
    }
}

/// A server that serves other zones only and refers everybody to the root.
fn referring() -> DnsServer {
    DnsServer::start(|query| {
        let mut reply = query.answer(&[], &[ns(labels_of(&[]))]);
        reply[3] = 0;
        vec![reply]
    })
}

#[test]
fn a_server_that_only_refers_to_the_root_is_passed_over() {
    let (lame, good) = (referring(), good());
    let row = resolve(in_order(&[lame.address(), good.address()]));
    assert_eq!(row.cell("resolver"), good.address().to_string());
    assert_eq!(row.cell("dns_queries"), "2");
    assert_eq!((lame.count(), good.count()), (1, 1));
}

#[test]
fn alone_such_a_server_is_a_failure_that_says_so() {
    let lame = referring();
    let row = ask(lame.plan());
    let said = "a referral to the root: this server does not resolve for this machine";
    row.assert_failed("dns-servfail", &[&lame.address().to_string(), said]);
    assert_eq!(row.cell("resolver"), lame.address().to_string());
}

#[test]
fn a_server_with_a_closed_port_is_passed_over() {
    let (closed, good) = (ClosedUdp::new(), good());
    let row = resolve(in_order(&[closed.address(), good.address()]));
    assert_eq!(row.cell("resolver"), good.address().to_string());
    assert_eq!((row.cell("dns_queries"), good.count()), ("2", 1));
}

#[test]
fn a_denial_is_an_answer_and_the_second_server_is_not_asked() {
    let denies = DnsServer::start(|query| vec![query.reply(3, &[], &[])]);
    let good = good();
    let row = ask(in_order(&[denies.address(), good.address()]));
    row.assert_failed("dns-nxdomain", &["relay.test"]);
    assert_eq!(row.cell("resolver"), denies.address().to_string());
    assert_eq!(good.count(), 0);
}

#[test]
fn when_all_fail_the_detail_names_each_and_the_cause_is_what_was_answered() {
    let (closed, silent) = (ClosedUdp::new(), DnsServer::silent());
    let fails = DnsServer::start(|query| vec![query.reply(2, &[], &[])]);
    let row = ask(Plan {
        limits: Limits {
            dns: ms(900),
            ..PATIENT
        },
        ..in_order(&[closed.address(), silent.address(), fails.address()])
    });
    let names = [&closed.address(), &silent.address(), &fails.address()].map(ToString::to_string);
    row.assert_failed(
        "dns-servfail",
        &[&names[0], &names[1], &names[2], "SERVFAIL"],
    );
    assert_eq!(row.cells(["dns_queries", "resolver"]), ["6", &*names[2]]);
}

#[test]
fn a_chain_is_followed_with_the_server_that_answered_last() {
    let fails = DnsServer::start(|query| vec![query.reply(2, &[], &[])]);
    let hops = DnsServer::start(|query| {
        let answer = if query.asks("relay.test", A) {
            cname("relay.test", 1, "b.test")
        } else {
            a("b.test", 2)
        };
        vec![query.answer(&[answer], &[])]
    });
    let row = resolve(in_order(&[fails.address(), hops.address()]));
    assert_eq!(row.cells(["dns_queries", "dns_ttls"]), ["3", "1 2"]);
    assert_eq!((fails.count(), hops.count()), (1, 2));
}

/// Two servers, the first of which keeps silent, set up as Windows asks them.
fn as_windows(servers: &[SocketAddr]) -> Plan {
    let setup = Setup {
        patience: Some(ms(1_000)),
        keeps_to_last: true,
        ..Setup::of(servers)
    };
    Plan {
        resolver: Resolver::System(SystemServers::of(setup)),
        ..plan()
    }
}

#[test]
fn with_patience_the_next_server_is_asked_after_it_and_the_one_that_answered_goes_first_then() {
    let (silent, good) = (DnsServer::silent(), good());
    let closed = ClosedTcp::new();
    // the limit is 30 s, of which the first server would get the half
    let prober = prober(as_windows(&[silent.address(), good.address()]));
    let target = || target("relay.test", closed.port());
    let records = run(async {
        let mut records = prober.once(target()).await;
        records.extend(prober.once(target()).await);
        records
    });
    let rows = rows(&records);
    let took = rows[0].cell("dns_us").parse::<u64>().unwrap();
    assert!((1_000_000..14_000_000).contains(&took), "{took}");
    assert_eq!(rows[0].cell("dns_queries"), "2");
    let said = format!("{}: no answer within 1000 ms", silent.address());
    assert!(rows[0].detail().ends_with(&said), "{}", rows[0].detail());
    // the silence is no slow answer
    assert_ne!(rows[0].cell("explain"), "slow-dns");
    assert_eq!(rows[1].cell("dns_queries"), "1");
    assert!(rows[1].detail().starts_with("connection refused"));
    assert_eq!((silent.count(), good.count()), (1, 2));
}

#[test]
fn over_tcp_from_the_start_no_datagram_is_sent() {
    let good = good();
    let setup = Setup {
        over_tcp: true,
        ..Setup::of(&[good.address()])
    };
    let row = resolve(Plan {
        resolver: Resolver::System(SystemServers::of(setup)),
        ..plan()
    });
    assert_eq!(row.cells(["dns_queries", "dns_ttls"]), ["1", "9"]);
    let over: Vec<_> = good.queries().iter().map(|q| q.over_tcp).collect();
    assert_eq!(over, [true]);
}

#[test]
fn two_thousand_probes_with_64_in_flight_ask_two_thousand_times() {
    const PROBES: u64 = 2_000;
    let server = good();
    let closed = ClosedTcp::new();
    let prober = Arc::new(prober(server.plan()));
    let series = Engine {
        pace: Pace::new(Duration::ZERO, Some(PROBES), None),
        targets: Targets::new(vec![target("relay.test", closed.port())]).unwrap(),
        concurrency: 64,
    };
    let records = run(async {
        let mut series = series.start(prober, Stop::default());
        let mut records = Vec::new();
        while let Some(record) = series.row().await {
            records.push(record);
        }
        let end = series.end().await;
        assert_eq!(
            (end.started, end.missed, end.why),
            (PROBES, 0, Why::Complete)
        );
        records
    });
    let rows = rows(&records);
    assert_eq!(rows.len(), 2_000);
    for row in &rows {
        row.assert_failed("connect-refused", &[]);
        assert_eq!(row.cell("dns_queries"), "1");
    }
    assert_eq!((server.count_a(), server.count()), (2_000, 2_000));
}
