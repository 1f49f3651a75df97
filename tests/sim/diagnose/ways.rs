//! Ways that lose packets, swallow long ones, or have something on them.

use std::time::Duration;

use turnprobe::judge::diagnose::{Code, Confidence, Finding, Party};
use turnprobe::lab::Fault;

use super::told::{blames, look};
use super::world::{RELAYS, Says, World};

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

#[test]
#[ignore = "needs root, nftables and tshark"]
fn full_packets_that_vanish_under_tls_are_found_by_small_ones() {
    let world = World::without_tls("dg-mtu-tls");
    // a certificate of several segments
    let names: Vec<_> = (0..120)
        .map(|n| format!("relay-{n:03}.teams.microsoft.com"))
        .collect();
    let config = crate::relay::tls(&names);
    crate::relay::serve(&world.internet, move |stream| {
        crate::relay::greet(stream, &config);
    });
    // no segments are put together on the way
    for namespace in [&world.client, &world.router, &world.internet] {
        let off = "for i in /sys/class/net/eth*; do ip link set ${i##*/} gso_max_segs 1 gro_max_size 1; done";
        let _ = namespace.command("sh", &["-c", off]).status();
    }
    world.at_router("ip daddr 10.77.0.1 tcp sport 443 meta length 1300-1500 drop");
    let told = blames(&world, "", &[Code::TlsMtu]);
    let relays = told.facts.encrypted.relays.known().unwrap();
    assert_eq!(
        relays[0].works_with_small_segments.known(),
        Some(&true),
        "{}",
        told.text()
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn somebody_who_looks_into_tls_is_told_with_and_without_a_root_here() {
    let world = World::new("dg-inspect");
    for args in ["quick no-root", "quick os-root"] {
        let told = look(&world, args);
        let faults = [Code::TlsNotMicrosoft, Code::TlsInspected];
        let found = faults
            .iter()
            .any(|code| told.judged.finding(*code).is_some_and(Finding::is_fault));
        assert!(found, "{args}: {}", told.text());
        assert_eq!(
            told.judged.verdict.roots.len(),
            1,
            "{args}: {}",
            told.text()
        );
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn window_scaling_that_is_taken_out_is_seen() {
    let world = World::new("dg-wscale");
    world.at_router("tcp flags syn reset tcp option window");
    blames(&world, "quick", &[Code::WindowScalingOff]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_long_way_of_udp_is_the_ways() {
    let world = World::with_faults("dg-far", &[Fault::UdpDelay]);
    let told = look(&world, "");
    assert_eq!(told.judged.verdict.roots, [Code::QRtt], "{}", told.text());
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn losses_in_a_row_are_bursts() {
    let world = World::new("dg-bursts");
    world.at_router("udp sport 3478 numgen inc mod 100 < 6 drop");
    let told = blames(&world, "", &[Code::QLoss]);
    assert!(
        told.judged.finding(Code::QBurst).is_some(),
        "{}",
        told.text()
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn udp_443_alone_that_is_silent_is_no_fault() {
    let world = World::new("dg-udp-443");
    world.at_router("udp dport 443 drop");
    look(&world, "quick").is_healthy();
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn an_expired_certificate_is_the_relays_unless_this_clock_explains_it() {
    let world = World::with_faults("dg-expired", &[Fault::Expired]);
    blames(&world, "quick", &[Code::TlsDate]);
    // it expired a year ago, and this clock is two years ahead of everybody's
    let then = turnprobe::clock::Wall::system().now() - chrono::TimeDelta::days(700);
    let page = format!(
        "HTTP/1.1 200 OK\r\nDate: {}\r\nConnection: close\r\n\r\nMicrosoft Connect Test",
        then.format("%a, %d %b %Y %H:%M:%S GMT")
    );
    page.clone_into(&mut world.page.lock().unwrap());
    blames(&world, "quick", &[Code::ClockWrong]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_hello_that_is_cut_is_a_filters() {
    let world = World::new("dg-hello");
    // a TLS record begins with 22
    world.at_router("ip daddr 52.112.0.0/14 tcp dport 443 @ih,0,8 22 reject with tcp reset");
    blames(&world, "quick", &[Code::TlsReset]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_long_way_is_told_by_tcp_and_udp_alike() {
    let world = World::with_delays("dg-far-both", |_, _| Duration::from_millis(60));
    let told = look(&world, "");
    told.blames(&[Code::QRtt]);
    let over_tcp = told.judged.finding(Code::RttHigh).unwrap();
    assert_eq!(over_tcp.explained_by, Some(Code::QRtt), "{}", told.text());
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_name_server_that_leads_to_a_region_that_is_measured_to_be_farther_is_named() {
    let far = |from, to| {
        let is_far = [from, to].contains(&RELAYS[1]);
        Duration::from_millis(if is_far { 30 } else { 3 })
    };
    let world = World::with_delays("dg-reg", far);
    *world.says.lock().unwrap() = Says::Relays(vec![RELAYS[1]]);
    *world.other_says.lock().unwrap() = Says::Relays(vec![RELAYS[0]]);
    blames(&world, "compare=9.9.9.9", &[Code::DnsRegion]);
    // as far by name, and no nearer: nobody's fault
    let near = World::with_delays("dg-reg2", |_, _| Duration::from_millis(3));
    *near.says.lock().unwrap() = Says::Relays(vec![RELAYS[1]]);
    *near.other_says.lock().unwrap() = Says::Relays(vec![RELAYS[0]]);
    look(&near, "compare=9.9.9.9").is_healthy();
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_limit_below_twenty_packets_is_told_by_a_slower_stream() {
    let world = World::new("dg-rate-low");
    world.at_router("udp dport 3478 limit rate over 15/second burst 10 packets drop");
    blames(&world, "", &[Code::UdpRate]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_stream_that_is_cut_off_is_not_the_lines_for_sure() {
    let world = World::new("dg-cut-off");
    // asked for, connections are known
    world.at_router(
        "udp dport 3478 ct original packets > 200 drop\nudp dport 3478 ct state established",
    );
    let told = blames(&world, "", &[Code::QLoss]);
    told.is(Code::QLoss, Party::Firewall, Confidence::Possible);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_way_of_one_and_a_half_seconds_is_long_and_loses_nothing() {
    let world = World::with_delays("dg-1500", |_, _| Duration::from_millis(750));
    let told = look(&world, "");
    told.blames(&[Code::QRtt]);
    assert!(
        told.judged.finding(Code::SynLoss).is_none(),
        "{}",
        told.text()
    );
    assert!(
        told.facts.about.took_ms < 28_000,
        "{}",
        told.facts.about.took_ms
    );
}
