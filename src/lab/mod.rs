//! The embedded relay world: a name server and twelve relays on loopback, in this process.
//!
//! Here: what the reference saw, served by a thread of its own. `world` names the regions and relays,
//! `answer` and `dns` are the name server, `proxy` is a proxy before the relays, `relay`, `datagrams`, `turn`, `broken` and `certs` the relays, `delay`
//! their distance, `fault` and `turns` what goes wrong and for whom, `bind`, `limits` and `shared` the rest.
//! Not here: anything that leaves the machine, and a delay of the SYN-ACK, which no program can
//! give: connect times are near zero.
//!
//! The DNS answers and both TLS flights of a relay come after the round trip of its region, unless
//! delays are off. Names below `teams.microsoft.com` and `teams.cloud.microsoft` lead to another relay
//! at each query, in a fixed order. Where a system has only one loopback address all relays share it,
//! and the fault `refused` shows as `reset`.

mod answer;
mod bind;
mod broken;
mod certs;
mod datagrams;
mod delay;
mod dns;
mod error;
mod fault;
mod proxy;
mod relay;
mod shared;
mod turn;
mod turns;
mod world;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use chrono::Datelike;
use rustls::pki_types::CertificateDer;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::{Semaphore, oneshot};

use crate::clock::Wall;
use answer::LabNames;
use bind::{Pair, Sockets};
use certs::Certificates;
pub use error::LabError;
pub use fault::{Fault, MetBy};
use relay::Seat;
use shared::Shared;
use world::LoopbackAddresses;

/// A running lab; dropping it ends it.
#[derive(Debug)]
pub struct Lab {
    resolver: SocketAddr,
    relays: Vec<SocketAddr>,
    port: u16,
    proxy: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How the lab behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabOptions {
    /// What goes wrong; several take turns. One that stands twice counts once.
    pub faults: Vec<Fault>,
    /// Of a hundred probes, how many are hit: 1 to 100.
    pub fault_share: u8,
    /// Whether answers take the round trip of their region.
    pub delays: bool,
}

impl Default for LabOptions {
    fn default() -> Self {
        Self {
            faults: Vec::new(),
            fault_share: 100,
            delays: true,
        }
    }
}

/// What a lab counted so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LabStats {
    /// DNS queries over UDP.
    pub dns_udp: u64,
    /// DNS queries over TCP.
    pub dns_tcp: u64,
    /// TCP connections that relays accepted.
    pub connections: u64,
    /// TLS handshakes that were finished; counted a moment after the client is done.
    pub handshakes: u64,
    /// Datagrams that relays received.
    pub datagrams: u64,
}

impl Lab {
    /// Starts the lab on a thread of its own; it answers when this returns.
    ///
    /// The wall clock gives the year of the certificates.
    ///
    /// # Errors
    /// [`LabError`] when the options make no sense or the system refuses sockets or a thread.
    pub fn start(options: LabOptions, wall: &Wall) -> Result<Self, LabError> {
        let sockets = bind::bind().map_err(LabError::Bind)?;
        Self::start_on(sockets, options, wall)
    }

    fn start_on(sockets: Sockets, options: LabOptions, wall: &Wall) -> Result<Self, LabError> {
        let LabOptions {
            faults,
            fault_share,
            delays,
        } = options;
        if !(1..=100).contains(&fault_share) {
            return Err(LabError::Share(fault_share));
        }
        let faults = effective(faults, sockets.addresses);
        let relays = world::relays(sockets.addresses);
        let shared = Arc::new(Shared::new(
            relays.clone(),
            LabNames::new(&relays)?,
            Certificates::new(wall.now().year())?,
            &faults,
            fault_share,
            delays,
        ));
        let (resolver, port) = (sockets.resolver, sockets.port);
        let proxy = sockets.proxy.local_addr().map_err(LabError::Bind)?;

        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(LabError::Thread)?;
        let servers = {
            let _entered = runtime.enter(); // sockets are registered with the event loop around them
            servers(sockets).map_err(LabError::Thread)?
        };
        let (stop, stopped) = oneshot::channel();
        let world = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("turnprobe-lab".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    let _held = servers.spawn(&world);
                    let _ = stopped.await; // the sender says stop by going away
                });
            })
            .map_err(LabError::Thread)?;
        let relays = relays
            .iter()
            .map(|relay| (relay.address, port).into())
            .collect();
        Ok(Self {
            resolver,
            relays,
            port,
            proxy,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The name server, on UDP and TCP.
    pub fn resolver(&self) -> SocketAddr {
        self.resolver
    }

    /// The port of all relays, on TCP and UDP.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The proxy, which speaks HTTP.
    pub fn proxy(&self) -> SocketAddr {
        self.proxy
    }

    /// The relays in the order of their rotation; all the same where they share an address.
    pub fn relays(&self) -> &[SocketAddr] {
        &self.relays
    }

    /// The roots that the relays' certificates lead to.
    pub fn roots(&self) -> Vec<CertificateDer<'static>> {
        vec![self.shared.certificates.root.clone()]
    }

    /// The root of a proxy that breaks TLS open; the system of a machine behind it has it.
    pub fn inspector(&self) -> CertificateDer<'static> {
        self.shared.certificates.inspector.clone()
    }

    /// What was counted so far.
    pub fn stats(&self) -> LabStats {
        let counters = &self.shared.counters;
        let read = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        LabStats {
            dns_udp: read(&counters.dns_udp),
            dns_tcp: read(&counters.dns_tcp),
            connections: read(&counters.connections),
            handshakes: read(&counters.handshakes),
            datagrams: read(&counters.datagrams),
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // a panic there was reported already
        }
    }
}

/// Each fault once, and as this system can show it.
fn effective(faults: Vec<Fault>, addresses: LoopbackAddresses) -> Vec<Fault> {
    let mut effective = Vec::new();
    for fault in faults {
        let fault = match (fault, addresses) {
            (Fault::Refused, LoopbackAddresses::Shared) => Fault::Reset,
            (fault, _) => fault,
        };
        if !effective.contains(&fault) {
            effective.push(fault);
        }
    }
    effective
}

/// The sockets, registered with the event loop.
struct Servers {
    dns: (TcpListener, UdpSocket),
    relays: Vec<(Seat, TcpListener, UdpSocket)>,
    /// The proxy, and the port of the relays.
    proxy: (TcpListener, u16),
    /// Keeps what must only be held.
    held: Option<socket2::Socket>,
}

fn servers(sockets: Sockets) -> io::Result<Servers> {
    let register = |pair: Pair| {
        Ok::<_, io::Error>((
            TcpListener::from_std(pair.tcp)?,
            UdpSocket::from_std(pair.udp)?,
        ))
    };
    let addresses = sockets.addresses;
    let mut relays = Vec::new();
    for (number, pair) in sockets.relays.into_iter().enumerate() {
        let (tcp, udp) = register(pair)?;
        relays.push((Seat { number, addresses }, tcp, udp));
    }
    Ok(Servers {
        dns: register(sockets.dns)?,
        relays,
        proxy: (TcpListener::from_std(sockets.proxy)?, sockets.port),
        held: sockets.refused,
    })
}

impl Servers {
    /// Starts them all; what is returned must be kept as long as they run.
    fn spawn(self, shared: &Arc<Shared>) -> Option<socket2::Socket> {
        let connections = Arc::new(Semaphore::new(shared::CONNECTIONS));
        let (tcp, udp) = self.dns;
        tokio::spawn(dns::serve_tcp(tcp, Arc::clone(shared)));
        tokio::spawn(dns::serve_udp(udp, Arc::clone(shared)));
        let (listener, port) = self.proxy;
        tokio::spawn(proxy::serve(listener, port, Arc::clone(shared)));
        for (seat, tcp, udp) in self.relays {
            let connections = Arc::clone(&connections);
            tokio::spawn(relay::serve_tcp(tcp, seat, connections, Arc::clone(shared)));
            tokio::spawn(datagrams::serve(udp, seat, Arc::clone(shared)));
        }
        self.held
    }
}

#[cfg(test)]
mod tests;
