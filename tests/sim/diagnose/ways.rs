//! Ways that lose packets, swallow long ones, or have something on them.

use turnprobe::judge::diagnose::Code;
use turnprobe::lab::Fault;

use super::told::{blames, look};
use super::world::World;

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_stream_that_loses_packets_behind_a_clean_router_is_the_ways() {
    let world = World::new("dg-loss");
    world.at_router("udp sport 3478 numgen random mod 100 < 6 drop");
    let told = look(&world, "");
    assert!(
        told.judged.finding(Code::QLoss).is_some(),
        "{}",
        told.text()
    );
    assert_eq!(told.judged.verdict.roots, [Code::QLoss], "{}", told.text());
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_few_lost_datagrams_are_no_fault() {
    let world = World::new("dg-lost-one");
    // the third datagram to come back of each hundred and fifty
    world.at_router("udp sport { 3478-3481 } numgen inc mod 200 == 2 drop");
    let told = look(&world, "");
    told.blames(&[]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_limit_of_the_rate_is_told_from_loss() {
    let world = World::new("dg-rate");
    world.at_router("udp dport 3478 limit rate over 25/second burst 40 packets drop");
    blames(&world, "", &[Code::UdpRate]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn long_datagrams_that_vanish_are_found() {
    let world = World::new("dg-mtu-udp");
    world.at_router("ip protocol udp meta length > 1400 drop");
    let told = blames(&world, "quick", &[Code::MtuHole]);
    let sizes = told.facts.udp.sizes.known().unwrap();
    let of = |bytes| {
        sizes
            .iter()
            .find(|size| size.ip_bytes == bytes)
            .unwrap()
            .answered
    };
    assert!(of(1_400) > 0 && of(1_420) == 0, "{sizes:?}");
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_narrow_link_that_says_so_is_no_hole() {
    let world = World::new("dg-narrow");
    for (namespace, interface) in [(&world.router, "eth1"), (&world.internet, "eth0")] {
        namespace.output("ip", &["link", "set", interface, "mtu", "1400"]);
    }
    look(&world, "quick").is_healthy();
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn relays_that_misbehave_are_told_by_what_they_do() {
    for (fault, code) in [
        (Fault::NotTls, Code::TlsNotTls),
        (Fault::TlsEof, Code::TlsReset),
        (Fault::Expired, Code::TlsDate),
        (Fault::Turn300, Code::TurnError),
    ] {
        let world = World::with_faults("dg-fault", &[fault]);
        let told = look(&world, "quick");
        assert!(
            told.judged.finding(code).is_some(),
            "{fault}: {}",
            told.text()
        );
    }
}
