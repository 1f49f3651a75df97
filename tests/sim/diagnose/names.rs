//! Name servers that are dead, filter, lie.

use std::net::Ipv4Addr;

use turnprobe::judge::diagnose::{Code, Confidence, Party};

use super::told::{blames, look};
use super::world::{NAME_SERVER, OTHER_SERVER, Says, World};
use crate::link::resolvers;

const COMPARED: &str = "quick compare=9.9.9.9";

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
fn a_name_that_everybody_denies_is_microsofts() {
    let world = says("dg-dns-gone", Says::Error(3));
    *world.other_says.lock().unwrap() = Says::Error(3);
    blames(&world, COMPARED, &[Code::DnsNameGone]);
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
    blames(&world, "quick", &[Code::DnsServerDown]);
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn a_lost_question_or_two_are_no_fault_of_the_server() {
    let world = World::new("dg-dns-lost");
    // the first three of all, one of which is the relays'
    world.at_router("udp dport 53 numgen inc mod 1000 < 3 drop");
    let told = look(&world, "quick");
    told.is_healthy();
    let _ = OTHER_SERVER;
}
