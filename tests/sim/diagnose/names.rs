//! Name servers that are dead, filter, lie.

use std::net::Ipv4Addr;
use std::time::Duration;

use turnprobe::judge::diagnose::{Code, Confidence, Party};

use super::told::{blames, look};
use super::world::{NAME_SERVER, RELAYS, Says, World};
use crate::link::resolvers;

/// With [`OTHER_SERVER`](super::world::OTHER_SERVER).
const COMPARED: &str = "quick compare=9.9.9.9";

/// An address of documentation (RFC 5737), at which nobody is.
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);

fn says(purpose: &str, says: Says) -> World {
    let world = World::new(purpose);
    *world.says.lock().unwrap() = says;
    world
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_dead_name_server_is_named_and_the_relays_are_gone_to_by_another() {
    let world = says("dg-dns-dead", Says::Silence);
    let told = blames(&world, COMPARED, &[Code::DnsTimeout]);
    told.is(Code::DnsTimeout, Party::Dns, Confidence::Certain);
    assert!(told.facts.tcp.relays.known().unwrap()[0].is_open().unwrap());
    // without another one nothing is known of the relays, and nobody else is blamed
    blames(&world, "quick", &[Code::DnsTimeout]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_name_that_one_denies_and_another_knows_is_filtered() {
    let world = says("dg-dns-nx", Says::Error(3));
    let told = blames(&world, COMPARED, &[Code::DnsError]);
    told.is(Code::DnsError, Party::Dns, Confidence::Certain);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_name_that_everybody_denies_may_be_mistyped_and_is_nobodys() {
    let world = says("dg-dns-gone", Says::Error(3));
    *world.other_says.lock().unwrap() = Says::Error(3);
    let told = blames(&world, COMPARED, &[Code::DnsNameGone]);
    told.is(Code::DnsNameGone, Party::Unknown, Confidence::Possible);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_private_address_that_is_dead_is_the_name_servers_and_no_relays() {
    let private = Ipv4Addr::new(10, 1, 2, 3);
    let world = says("dg-dns-priv", Says::Relays(vec![private]));
    blames(&world, COMPARED, &[Code::DnsOutside]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_filters_address_is_known_as_one() {
    let world = says("dg-dns-zero", Says::Relays(vec![Ipv4Addr::UNSPECIFIED]));
    blames(&world, COMPARED, &[Code::DnsBlocked]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn one_of_two_name_servers_that_is_silent_is_named() {
    let world = World::new("dg-dns-one");
    let both = format!("nameserver 10.78.0.99\nnameserver {NAME_SERVER}\n");
    std::fs::write(resolvers(&world.client), both).unwrap();
    let told = blames(&world, "quick", &[Code::DnsServerDown]);
    // it holds up nothing else that the short form looks at
    assert!(told.facts.tcp.control.known().is_some(), "{}", told.text());
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_lost_question_or_two_are_no_fault_of_the_server() {
    let world = World::new("dg-dns-lost");
    // the first three of all, one of which is the relays'
    world.at_router("udp dport 53 numgen inc mod 1000 < 3 drop");
    let told = look(&world, "quick");
    told.is_healthy();
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_name_server_that_is_slow_is_named() {
    let late = Says::Late(Duration::from_millis(280), RELAYS.to_vec());
    blames(&says("dg-dns-slow", late), "quick", &[Code::DnsSlow]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn an_address_that_is_not_microsofts_is_told_and_what_does_not_answer_there_follows() {
    let world = says("dg-dns-lie", Says::Relays(vec![OUTSIDE]));
    let told = look(&world, COMPARED);
    assert_eq!(
        told.judged.verdict.roots.first(),
        Some(&Code::DnsOutside),
        "{}",
        told.text()
    );
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_name_server_whose_port_is_closed_is_named() {
    let world = World::new("dg-dns-port");
    std::fs::write(resolvers(&world.client), "nameserver 10.77.0.254\n").unwrap();
    let told = blames(&world, COMPARED, &[Code::DnsUnreachable]);
    told.is(Code::DnsUnreachable, Party::Dns, Confidence::Likely);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_firewall_that_rejects_name_lookups_is_no_silence() {
    let world = World::new("dg-dns-reject");
    world.at_router("udp dport 53 reject");
    let told = blames(&world, "quick", &[Code::DnsUnreachable]);
    assert!(!told.text().contains(" 0 s"), "{}", told.text());
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn that_no_name_server_is_set_is_this_machines() {
    let world = World::new("dg-dns-none");
    std::fs::write(resolvers(&world.client), "").unwrap();
    let told = blames(&world, "quick", &[Code::DnsNoServer]);
    told.is(Code::DnsNoServer, Party::Machine, Confidence::Certain);
}
