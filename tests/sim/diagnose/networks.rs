//! Networks that want a sign-in, routers that are dead, machines without an address, a clock that is wrong.

use turnprobe::judge::diagnose::{Code, Confidence, Party};

use super::told::{Told, blames, look};
use super::world::{RELAYS, World};
use crate::link::resolvers;

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_network_that_asks_for_a_sign_in_is_all_that_is_told() {
    let world = World::new("dg-portal");
    leads_elsewhere(&world);
    world.at_router("tcp dport 443 drop\nudp dport { 443, 3478-3481 } drop");
    let told = blames(&world, "", &[Code::Portal]);
    told.is(Code::Portal, Party::Local, Confidence::Certain);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_filter_that_answers_for_the_test_page_alone_hides_nothing() {
    let world = World::new("dg-filter-page");
    leads_elsewhere(&world);
    look(&world, "quick").is_healthy();
    world.at_router("udp dport { 443, 3478-3481 } drop");
    blames(&world, "quick", &[Code::UdpAllSilent]);
}

/// The page by which a sign-in is noticed is another one.
fn leads_elsewhere(world: &World) {
    let page = "HTTP/1.1 302 Found\r\nLocation: http://hotel.example/\r\nConnection: close\r\n\r\n";
    page.clone_into(&mut world.page.lock().unwrap());
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_clock_that_is_an_hour_ahead_is_named() {
    let world = World::new("dg-clock");
    let an_hour_ago = turnprobe::clock::Wall::system().now() - chrono::TimeDelta::hours(1);
    let page = format!(
        "HTTP/1.1 200 OK\r\nDate: {}\r\nConnection: close\r\n\r\nMicrosoft Connect Test",
        an_hour_ago.format("%a, %d %b %Y %H:%M:%S GMT")
    );
    page.clone_into(&mut world.page.lock().unwrap());
    blames(&world, "quick", &[Code::ClockWrong]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_router_that_does_not_answer_is_named_and_nobody_behind_it() {
    let world = World::new("dg-gw-dead");
    world
        .router
        .output("ip", &["address", "del", "10.77.0.254/24", "dev", "eth0"]);
    let told = blames(&world, "quick", &[Code::GatewayDead]);
    told.is(Code::GatewayDead, Party::Local, Confidence::Certain);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_machine_without_an_address_is_told_at_once() {
    let world = World::new("dg-no-addr");
    world.client.output("ip", &["link", "set", "eth0", "down"]);
    world
        .client
        .output("ip", &["address", "flush", "dev", "eth0"]);
    let told = blames(&world, "", &[Code::NoAddress]);
    assert!(
        told.facts.about.took_ms < 5_000,
        "{}",
        told.facts.about.took_ms
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_router_that_answers_no_icmp_is_no_fault() {
    let world = World::new("dg-no-icmp");
    let silent = "chain output { type filter hook output priority 0; ip protocol icmp drop\n}";
    crate::link::filter(&world.router, silent);
    look(&world, "quick").is_healthy();
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_line_of_the_hosts_file_is_named() {
    let world = World::new("dg-hosts");
    let file = resolvers(&world.client).with_file_name("hosts");
    let line = format!(
        "127.0.0.1 localhost\n{} tr.teams.microsoft.com\n",
        RELAYS[0]
    );
    std::fs::write(file, line).unwrap();
    blames(&world, "quick", &[Code::HostsEntry]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn media_in_a_tunnel_is_a_note_while_the_way_is_good() {
    let world = World::new("dg-tunnel");
    // the cable itself is called like a VPN
    let rename = "ip link set eth0 down && ip link set eth0 name tun0 && ip link set tun0 up \
                  && ip route add default via 10.77.0.254";
    world.client.output("sh", &["-c", rename]);
    let told = look(&world, "quick");
    told.is_healthy();
    assert!(
        told.judged.finding(Code::Tunnel).is_some(),
        "{}",
        told.text()
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_lost_syn_is_no_fault() {
    let world = World::new("dg-syn");
    // one of the first relay's: the fourth SYN to port 443 of all
    world.at_router("tcp dport 443 tcp flags == syn numgen inc mod 1000 == 3 drop");
    look(&world, "").is_healthy();
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_proxy_that_is_set_and_not_used_is_no_fault() {
    let world = World::new("dg-proxy");
    let told = Told::with(&world, "quick", &[("https_proxy", "http://10.78.0.2:3128")]);
    told.is_healthy();
    let proxy = told.facts.machine.proxy.known().unwrap().as_ref().unwrap();
    assert_eq!(proxy.place.as_str(), "10.78.0.2:3128");
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_page_that_does_not_come_is_no_sign_in() {
    let world = World::new("dg-no-page");
    world.at_router("tcp dport 80 drop");
    look(&world, "").is_healthy();
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_router_that_limits_its_icmp_is_no_fault() {
    let world = World::new("dg-icmp-lim");
    let few = "chain output { type filter hook output priority 0; ip protocol icmp numgen inc mod 3 > 0 drop\n}";
    crate::link::filter(&world.router, few);
    look(&world, "").is_healthy();
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_nat_that_picks_its_ports_by_destination_is_no_fault() {
    let world = World::new("dg-nat");
    let nat = "chain out { type nat hook postrouting priority 100; oifname eth1 masquerade fully-random\n}";
    crate::link::filter(&world.router, nat);
    look(&world, "quick").is_healthy();
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn ipv6_that_is_announced_and_leads_nowhere_is_named() {
    let world = World::new("dg-v6");
    world.with_v6();
    *world.says_v6.lock().unwrap() = Some("2603:1063::1".parse().unwrap());
    blames(&world, "quick", &[Code::Ipv6Broken]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_network_of_ipv6_alone_without_a_translator_is_named() {
    let world = World::new("dg-v6-only");
    world.with_v6();
    world.client.output("ip", &["route", "del", "default"]);
    world.client.output(
        "ip",
        &[
            "address",
            "flush",
            "dev",
            "eth0",
            "scope",
            "global",
            "to",
            "10.77.0.0/24",
        ],
    );
    let own = "fd00:78::2";
    crate::name_server::serve(
        &world.internet,
        own,
        |query| crate::name_server::message(query, 0, &[]),
        |_, _| {},
    );
    std::fs::write(resolvers(&world.client), format!("nameserver {own}\n")).unwrap();
    let told = look(&world, "quick");
    assert!(
        told.judged.finding(Code::NoRoute4).is_some(),
        "{}",
        told.text()
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_network_of_ipv6_alone_with_a_translator_is_healthy() {
    let world = World::new("dg-nat64");
    world.with_v6();
    super::translator::lay(&world);
    for args in ["quick", ""] {
        let told = look(&world, args);
        told.is_healthy();
        assert!(
            told.judged.finding(Code::Nat64).is_some(),
            "{}",
            told.text()
        );
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_way_to_the_router_that_loses_packets_is_the_local_networks() {
    let world = World::new("dg-wifi");
    // every fourth of the router's and of the relays' answers, as a bad radio link has it
    world.at_client_in(
        "meta l4proto icmp numgen inc mod 4 == 0 drop\nudp sport 3478-3481 numgen inc mod 4 == 0 drop",
    );
    let told = look(&world, "");
    told.blames(&[Code::GatewayBad]);
    let loss = told.judged.finding(Code::QLoss).unwrap();
    assert_eq!(loss.explained_by, Some(Code::GatewayBad), "{}", told.text());
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_line_that_is_dead_behind_the_router_is_not_the_name_servers() {
    let world = World::new("dg-dead-line");
    world.at_router("drop");
    for (args, most_ms) in [
        ("", 28_000),
        ("quick", 6_000),
        ("quick compare=9.9.9.9", 6_000),
    ] {
        let told = blames(&world, args, &[Code::DnsTimeout]);
        told.is(Code::DnsTimeout, Party::Unknown, Confidence::Possible);
        let took = told.facts.about.took_ms;
        assert!(took < most_ms, "{args}: {took} ms");
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_machine_without_a_route_is_told_and_no_name_server_is_blamed() {
    let world = World::new("dg-no-route");
    world.client.output("ip", &["route", "del", "default"]);
    let told = blames(&world, "quick", &[Code::NoRoute4]);
    told.is(Code::NoRoute4, Party::Local, Confidence::Certain);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn routes_of_this_machine_that_lead_nowhere_are_this_machines() {
    for kind in ["unreachable", "blackhole"] {
        let world = World::new(&format!("dg-{}", &kind[..5]));
        world
            .client
            .output("ip", &["route", "add", kind, "52.112.0.0/14"]);
        let told = blames(&world, "quick", &[Code::SendDenied]);
        told.is(Code::SendDenied, Party::Machine, Confidence::Certain);
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_router_without_a_way_to_the_relays_is_no_firewall() {
    let world = World::new("dg-no-way");
    let nowhere = ["route", "add", "unreachable", "52.112.0.0/14"];
    world.router.output("ip", &nowhere);
    let told = blames(&world, "quick", &[Code::Tcp443Refused, Code::UdpAllSilent]);
    for code in [Code::Tcp443Refused, Code::UdpAllSilent] {
        told.is(code, Party::Local, Confidence::Likely);
    }
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_vpn_that_takes_the_relays_and_leads_nowhere_is_named_and_no_firewall() {
    let world = World::new("dg-tun-dead");
    let tunnel = "ip tuntap add dev tun7 mode tun && ip address add 10.99.0.1/24 dev tun7 \
                  && ip link set tun7 up && ip route add 52.112.0.0/14 dev tun7";
    world.client.output("sh", &["-c", tunnel]);
    let told = blames(&world, "quick", &[Code::Tunnel]);
    told.is(Code::Tunnel, Party::Vpn, Confidence::Possible);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn relays_that_answer_no_binding_are_not_silent() {
    let world = World::new("dg-no-bind");
    // a message of STUN begins with its type, and 1 is a Binding request
    world.at_router("udp dport { 443, 3478-3481 } @th,64,16 1 drop");
    let told = blames(&world, "", &[]);
    let cells = told.facts.udp.cells.known().unwrap();
    assert!(cells.iter().all(|cell| cell.answered > 0), "{cells:?}");
    // what is made of Binding requests was not measured, and is not said to be lost
    assert!(told.facts.quality.stream.known().is_none());
    assert!(told.facts.quality.held.known().is_some(), "{}", told.text());
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_page_that_a_filter_forbids_is_no_sign_in() {
    let world = World::new("dg-filter");
    let page = "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>Blocked";
    page.clone_into(&mut world.page.lock().unwrap());
    look(&world, "quick").is_healthy();
}
