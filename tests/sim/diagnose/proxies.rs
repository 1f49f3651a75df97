//! A proxy that is set: needed, forbidding, asking for a sign-in, or there for nothing.

use turnprobe::judge::diagnose::facts::ProxyConnect;
use turnprobe::judge::diagnose::{Code, Confidence, Party, VerdictOutcome};

use super::told::Told;
use super::world::World;

/// Looks in short, with a proxy that answers so and leads nowhere.
fn with_proxy(purpose: &str, status: &'static str, rules: &str) -> Told {
    let world = World::new(purpose);
    let url = world.proxy(status);
    through(&world, &url, status, rules)
}

/// The same with one that is there.
fn through(world: &World, url: &str, status: &str, rules: &str) -> Told {
    if !rules.is_empty() {
        world.at_router(rules);
    }
    let told = Told::with(world, "", &[("https_proxy", url)]);
    let number = status.split(' ').next().unwrap().parse().unwrap();
    assert_eq!(
        told.facts.web.connect.known(),
        Some(&ProxyConnect::Status(number)),
        "{}",
        told.text()
    );
    told
}

const CLOSED: &str = "tcp dport 443 drop";

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_proxy_that_alone_reaches_the_relays_is_needed() {
    let world = World::new("dg-p-need");
    let told = through(&world, &world.tunnel(), "200 OK", CLOSED);
    told.blames(&[Code::ProxyNeeded]);
    told.is(Code::ProxyNeeded, Party::Firewall, Confidence::Certain);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_proxy_that_answers_200_and_leads_nowhere_does_not_reach_the_relays() {
    let told = with_proxy("dg-p-lead", "200 Connection established", CLOSED);
    assert_eq!(
        told.facts.web.tunnel.known(),
        Some(&false),
        "{}",
        told.text()
    );
    told.blames(&[Code::ControlSilent]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_proxy_that_forbids_is_named_beside_the_way_that_is_closed() {
    let told = with_proxy("dg-p-403", "403 Forbidden", CLOSED);
    told.blames(&[Code::ProxyForbids, Code::ControlSilent]);
    told.is(Code::ProxyForbids, Party::Proxy, Confidence::Certain);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_proxy_that_forbids_hides_no_firewall_that_closes_the_way_to_the_relays_alone() {
    let closed = "ip daddr 52.112.0.0/14 tcp dport 443 drop";
    for (purpose, status) in [
        ("dg-p-403r", "403 Forbidden"),
        ("dg-p-407r", "407 Proxy Authentication Required"),
    ] {
        let told = with_proxy(purpose, status, closed);
        told.blames(&[Code::ProxyForbids, Code::Tcp443Silent]);
        told.is(Code::Tcp443Silent, Party::Firewall, Confidence::Likely);
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_proxy_that_wants_a_sign_in_beside_a_way_that_works_is_a_warning() {
    let told = with_proxy("dg-p-407", "407 Proxy Authentication Required", "");
    told.blames(&[Code::ProxyForbids]);
    assert_eq!(
        told.judged.verdict.outcome,
        VerdictOutcome::Warning,
        "{}",
        told.text()
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_proxy_that_is_dead_is_named_beside_the_way_that_is_closed() {
    let world = World::new("dg-p-dead");
    world.at_router(CLOSED);
    // nothing listens there
    let told = Told::with(&world, "quick", &[("https_proxy", "http://10.78.0.2:3199")]);
    told.blames(&[Code::ProxySilent, Code::ControlSilent]);
    told.is(Code::ProxySilent, Party::Proxy, Confidence::Likely);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_proxy_that_would_do_and_is_not_needed_is_good_to_know() {
    let world = World::new("dg-p-idle");
    let told = through(&world, &world.tunnel(), "200 OK", "");
    told.is_healthy();
    assert!(
        told.judged.finding(Code::ProxyUnused).is_some(),
        "{}",
        told.text()
    );
}
