//! A network of IPv6 alone whose name server and router make IPv4 reachable (RFC 6146, 6147): each address of IPv4 has one of
//! IPv6 that whoever listens here answers in its place.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::world::{CONTROL, PAGE, RELAYS, World};
use crate::link::{inside, resolvers};
use crate::name_server::{address6, asks_for_v6, message, serve};

/// Where the name server of that network is.
const NAME_SERVER: &str = "fd00:78::2";

/// The prefix that is known for it (RFC 6052).
fn translated(address: Ipv4Addr) -> Ipv6Addr {
    let [a, b, c, d] = address.octets();
    let [high, low] = [[a, b], [c, d]].map(u16::from_be_bytes);
    Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low)
}

/// Takes IPv4 from the client, and lays the translator.
pub fn lay(world: &World) {
    let without_v4 =
        "ip route del default && ip address flush dev eth0 scope global to 10.77.0.0/24";
    world.client.output("sh", &["-c", without_v4]);
    let here = "ip -6 route del blackhole default && ip -6 route add local 64:ff9b::/96 dev lo \
                && sysctl -qw net.ipv6.ip_nonlocal_bind=1";
    world.internet.output("sh", &["-c", here]);
    let there = ["-6", "route", "add", "64:ff9b::/96", "via", NAME_SERVER];
    world.router.output("ip", &there);
    let lab = world.lab_port();
    for (index, relay) in RELAYS.into_iter().chain([CONTROL]).enumerate() {
        let its = Ipv4Addr::new(127, 0, 0, 21 + u8::try_from(index).unwrap());
        carry_tcp(world, (translated(relay), 443), (its, lab));
        carry_tcp(world, (translated(relay), 80), (Ipv4Addr::LOCALHOST, 80));
        for port in [443, 3478, 3479, 3480, 3481] {
            carry_udp(world, (translated(relay), port), (its, lab));
        }
    }
    carry_tcp(world, (translated(PAGE), 80), (Ipv4Addr::LOCALHOST, 80));
    let turn = AtomicUsize::new(0);
    let reply = move |query: &[u8]| {
        if !asks_for_v6(query) {
            return message(query, 0, &[]);
        }
        let text = String::from_utf8_lossy(&query[12..]).to_ascii_lowercase();
        let address = match () {
            // what it stands for is known (RFC 7050)
            () if text.contains("ipv4only") => Ipv4Addr::new(192, 0, 0, 170),
            () if text.contains("msftconnecttest") => PAGE,
            () if query[12] == 5 || text.contains("microsoftonline") => CONTROL,
            () => RELAYS[turn.fetch_add(1, Ordering::Relaxed) % RELAYS.len()],
        };
        message(query, 0, &[address6(translated(address))])
    };
    serve(&world.internet, NAME_SERVER, reply, |_, _| {});
    let line = format!("nameserver {NAME_SERVER}\n");
    std::fs::write(resolvers(&world.client), line).unwrap();
}

/// Carries connections from an address here to that of the lab.
fn carry_tcp(world: &World, from: (Ipv6Addr, u16), to: (Ipv4Addr, u16)) {
    // threads that begin inside stay there
    inside(&world.internet, move || {
        let listener = TcpListener::bind(from).unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if let Ok(other) = TcpStream::connect(to) {
                    join(&stream, &other);
                    join(&other, &stream);
                }
            }
        });
    });
}

fn join(from: &TcpStream, to: &TcpStream) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
}

/// The same of datagrams; each client has a socket of its own beyond.
fn carry_udp(world: &World, from: (Ipv6Addr, u16), to: (Ipv4Addr, u16)) {
    inside(&world.internet, move || {
        let near = Arc::new(UdpSocket::bind(from).unwrap());
        std::thread::spawn(move || {
            let mut clients: BTreeMap<SocketAddr, UdpSocket> = BTreeMap::new();
            let mut buffer = [0; 2048];
            while let Ok((length, client)) = near.recv_from(&mut buffer) {
                let far = clients.entry(client).or_insert_with(|| {
                    let far = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
                    far.connect(to).unwrap();
                    answer(&near, &far, client);
                    far
                });
                let _ = far.send(&buffer[..length]);
            }
        });
    });
}

fn answer(near: &Arc<UdpSocket>, far: &UdpSocket, client: SocketAddr) {
    let (near, far) = (Arc::clone(near), far.try_clone().unwrap());
    std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok(length) = far.recv(&mut buffer) {
            let _ = near.send_to(&buffer[..length], client);
        }
    });
}
