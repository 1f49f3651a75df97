//! Firewalls: at the router, and on the machine itself.

use std::time::Duration;

use turnprobe::judge::diagnose::{Code, Confidence, Party};

use super::told::blames;
use super::world::{RELAYS, ROUTER, SAME_REGION, Says, World};

/// The relays' ranges as the published list has them.
const RELAYS_RANGES: &str = "ip daddr { 52.112.0.0/14, 52.122.0.0/15 }";

/// All that media goes to over UDP.
const MEDIA: &str = "udp dport { 443, 3478-3481 }";

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_healthy_network_blames_nobody() {
    let world = World::new("dg-healthy");
    super::told::look(&world, "").is_healthy();
    super::told::look(&world, "quick offline").is_healthy();
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn udp_that_is_dropped_at_a_router_is_silent_and_the_held_connection_stands_for_it() {
    let world = World::new("dg-udp-drop");
    world.at_router(&format!("{RELAYS_RANGES} {MEDIA} drop"));
    let told = blames(&world, "", &[Code::UdpAllSilent]);
    told.is(Code::UdpAllSilent, Party::Firewall, Confidence::Likely);
    let held = told.facts.quality.held.known().unwrap();
    assert!(held.held_ms >= 4_000 && !held.was_cut, "{held:?}");
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn udp_that_is_rejected_has_its_sender() {
    let world = World::new("dg-udp-rej");
    world.at_router(&format!(
        "{RELAYS_RANGES} {MEDIA} reject with icmp type admin-prohibited"
    ));
    let told = blames(&world, "quick", &[Code::UdpAllSilent]);
    told.is(Code::UdpAllSilent, Party::Firewall, Confidence::Certain);
    let cells = told.facts.udp.cells.known().unwrap();
    let by = cells[0].rejected_by.known().unwrap();
    assert_eq!(
        (by.sender.to_string().as_str(), by.icmp_type, by.icmp_code),
        (ROUTER, 3, 13)
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn udp_that_this_machine_forbids_is_its_own() {
    let world = World::new("dg-udp-own");
    world.at_client(&format!("{MEDIA} drop"));
    let told = blames(&world, "quick", &[Code::SendDenied]);
    told.is(Code::SendDenied, Party::Machine, Confidence::Certain);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn one_port_of_four_that_is_closed_is_named() {
    let world = World::new("dg-udp-3479");
    world.at_router("udp dport 3479 drop");
    let told = blames(&world, "quick", &[Code::UdpSomeSilent]);
    let ports = told.judged.finding(Code::UdpSomeSilent).unwrap();
    assert!(
        format!("{:?}", ports.evidence).contains("3479"),
        "{}",
        told.text()
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn tcp_443_to_the_relays_that_is_dropped_is_silent_and_the_control_name_tells_it_from_no_internet()
{
    let world = World::new("dg-tcp-drop");
    world.at_router(&format!("{RELAYS_RANGES} tcp dport 443 drop"));
    let told = blames(&world, "", &[Code::Tcp443Silent]);
    told.is(Code::Tcp443Silent, Party::Firewall, Confidence::Likely);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn tcp_443_that_is_rejected_has_its_sender() {
    let world = World::new("dg-tcp-rej");
    world.at_router(&format!(
        "{RELAYS_RANGES} tcp dport 443 reject with icmp type host-prohibited"
    ));
    let told = blames(&world, "quick", &[Code::Tcp443Refused]);
    told.is(Code::Tcp443Refused, Party::Firewall, Confidence::Certain);
    let relays = told.facts.tcp.relays.known().unwrap();
    let by = relays[0].rejected_by.known().unwrap();
    assert_eq!((by.sender.to_string().as_str(), by.icmp_code), (ROUTER, 10));
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn tcp_443_that_is_reset_is_refused() {
    let world = World::new("dg-tcp-rst");
    world.at_router(&format!(
        "{RELAYS_RANGES} tcp dport 443 reject with tcp reset"
    ));
    blames(&world, "quick", &[Code::Tcp443Refused]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn tcp_443_that_is_closed_for_all_is_not_the_relays() {
    let world = World::new("dg-tcp-all");
    world.at_router("tcp dport 443 drop");
    blames(&world, "quick", &[Code::ControlSilent]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn tcp_and_udp_that_are_closed_are_both_named() {
    let world = World::new("dg-both");
    world.at_router(&format!(
        "{RELAYS_RANGES} tcp dport 443 drop\n{RELAYS_RANGES} {MEDIA} drop"
    ));
    blames(&world, "quick", &[Code::Tcp443Silent, Code::UdpAllSilent]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn one_relay_of_two_that_is_silent_is_named_and_no_firewall() {
    let world = World::new("dg-one");
    let silent = RELAYS[1];
    world.at_router(&format!("ip daddr {silent} tcp dport 443 drop"));
    // one relay is no region
    blames(&world, "quick", &[Code::RelayOneSilent]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_reset_that_comes_sooner_than_the_relay_could_send_it_is_a_firewalls() {
    let world = World::with_delays("dg-one-rst", |_, _| Duration::from_millis(20));
    world.at_router(&format!(
        "ip daddr {} tcp dport 443 reject with tcp reset",
        RELAYS[1]
    ));
    let told = blames(&world, "quick", &[Code::RelayOneSilent]);
    told.is(Code::RelayOneSilent, Party::Firewall, Confidence::Certain);
}

/// Two relays of one region, and one of another.
fn three_relays(purpose: &str) -> World {
    let world = World::new(purpose);
    // the first answers lead to one relay of each region, a later one to the third
    let [first, other] = RELAYS;
    let turns = vec![first, other, first, other, SAME_REGION, other];
    *world.says.lock().unwrap() = Says::Relays(turns);
    world
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_region_is_silent_where_two_of_its_relays_are_and_another_regions_answers() {
    let world = three_relays("dg-region");
    world.at_router(&format!(
        "ip daddr {{ {}, {SAME_REGION} }} tcp dport 443 drop",
        RELAYS[0]
    ));
    let told = blames(&world, "", &[Code::RegionSilent]);
    told.is(Code::RegionSilent, Party::Unknown, Confidence::Possible);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn one_relay_that_is_silent_is_no_region() {
    let world = three_relays("dg-one-of");
    world.at_router(&format!("ip daddr {} tcp dport 443 drop", RELAYS[0]));
    let told = blames(&world, "", &[Code::RelayOneSilent]);
    assert_eq!(
        told.facts.tcp.relays.known().unwrap().len(),
        3,
        "{}",
        told.text()
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_firewall_that_rejects_one_relay_and_signs_is_named_and_not_microsoft() {
    let world = World::new("dg-one-rej");
    world.at_router(&format!(
        "ip daddr {} reject with icmp type admin-prohibited",
        RELAYS[1]
    ));
    let told = blames(&world, "quick", &[Code::RelayOneSilent]);
    for code in [Code::RelayOneSilent, Code::UdpRelaySilent] {
        told.is(code, Party::Firewall, Confidence::Certain);
    }
}
