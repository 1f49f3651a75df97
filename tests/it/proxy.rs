//! Paths through proxies: good ones, and every one that must be told apart, bounded in time and size.

mod both_ways;
mod http;
mod lab;
mod secrets;
mod secure;
mod socks;

use std::net::SocketAddr;
use std::time::Duration;

use turnprobe::clock;
use turnprobe::net::{Limits, Plan, ProxyScheme};

use crate::rows::{PATIENT, Row, ms, probe, target};
use crate::servers::proxy::through;
use crate::servers::tcp::Relay;

/// Far more than any of them takes, and far less than one takes that is read to its end.
const LONGEST: Duration = Duration::from_secs(20);

/// A probe of a name that only the proxy resolves, with so long for the proxy.
fn visit_within(scheme: ProxyScheme, proxy: &Relay, limit: u64) -> Row {
    let limits = Limits {
        proxy: ms(limit),
        ..PATIENT
    };
    let plan = Plan {
        limits,
        ..through(scheme, proxy)
    };
    let began = clock::now();
    let row = probe(plan, target("relay.test", 443));
    assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
    assert_eq!(
        row.cells(["proxy", "proxy_ip"]),
        [
            &format!("{}://127.0.0.1:{}", scheme.as_str(), proxy.port()),
            "127.0.0.1"
        ]
    );
    // the proxy's address is never the relay's
    assert_eq!(row.cells(["remoteip", "in_teams_range"]), [""; 2]);
    row
}

/// The same with all the time that there is.
fn visit(scheme: ProxyScheme, proxy: &Relay) -> Row {
    visit_within(scheme, proxy, 30_000)
}

fn address(relay: &Relay) -> SocketAddr {
    ([127, 0, 0, 1], relay.port()).into()
}
