//! The opener: from a target's name to an open path, one step after the other, the same for every
//! kind of measurement.
//!
//! | step | here | a failure is |
//! |---|---|---|
//! | resolve | [`Opener::resolve`] | `dns-*` |
//! | politeness | [`Opener::admit`] | no failure: the slot is missed, or the run refused |
//! | connect | [`Opener::connect`] | `connect-*` |
//! | tls | `secure` | `tls-*` |
//!
//! A step through a proxy has its place between connect and tls. Name resolution and connects run
//! on a thread of their own (`connector`). Not here: what is done with the path.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::connector::{Connector, Lost};
use super::dns::without_sinkholes;
use super::gate::{Gate, Rhythm};
use super::local_end::LocalEnd;
use super::names::NameLog;
use super::plan::Plan;
use super::tls::TlsClient;
use super::{tcp, tcp_info};
use crate::clock::{Steps, Wall};
use crate::endpoints::{is_own_network, region};
use crate::record::{Cause, Dns, Failure, Phase, PhaseTimes, Tcp, Transport};
use crate::target::{Host, Target};

/// Why no path can be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenerError {
    /// No thread or event queue.
    #[error("the thread for name resolution and connects could not be started")]
    Thread(#[source] std::io::Error),
    /// The cryptography does not fit.
    #[error("TLS could not be set up")]
    Tls(#[source] rustls::Error),
}

/// Opens paths; built once, used by all slots in flight.
#[derive(Debug)]
pub struct Opener {
    pub(super) plan: Arc<Plan>,
    wall: Wall,
    steps: Steps,
    connector: Connector,
    pub(super) tls: TlsClient,
    gate: Gate,
    names: Arc<NameLog>,
    /// Whether a path was opened: then a fast run is held back, no longer refused.
    begun: AtomicBool,
    /// Addresses that were asked for a cookie of Fast Open.
    pub(super) asked: Mutex<HashSet<IpAddr>>,
    /// TCP options that this system offers.
    offered: Option<String>,
}

/// What a name resolution said.
#[derive(Debug)]
pub struct Lookup {
    /// What it took; none when there was nothing to resolve.
    pub took: Option<Duration>,
    /// Its facts.
    pub dns: Dns,
    /// Azure region of the relay's name, empty when it has none.
    pub region: String,
    /// The addresses in the order of the answer, at least one; or why there are none.
    pub addresses: Result<Vec<IpAddr>, Failure>,
}

impl Lookup {
    /// The first address, or why there is none.
    ///
    /// # Errors
    ///
    /// The failure of the dns phase.
    pub fn first(&self) -> Result<IpAddr, Failure> {
        let addresses = self.addresses.as_ref().map_err(Clone::clone)?;
        addresses.first().copied().ok_or_else(no_address)
    }
}

fn no_address() -> Failure {
    Failure::new(Cause::DnsNoData, "the name has no address")
}

/// What one visit to an address is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visit {
    /// One of many by a schedule; with patience it is given up when its turn would come later.
    Scheduled(Option<Duration>),
    /// One of many, each as soon as it may.
    BackToBack,
    /// One that asks for more than a stranger may get, if the plan says so: it cannot be held
    /// back, only refused.
    Heavy,
}

/// Why an address is not gone to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The plan asks for more than this stranger's address may get.
    TooMuch(IpAddr),
    /// Its turn would come later than the visit's patience lasts.
    TooLate,
}

/// A connect that was tried.
#[derive(Debug)]
pub struct Connection {
    /// What the connect phase took; empty while its SYN waits for the first data.
    pub times: PhaseTimes,
    /// What the kernel knew right after it.
    pub tcp: Tcp,
    /// The connection, or why there is none.
    pub stream: Result<Connected, Failure>,
}

/// A connection.
#[derive(Debug)]
pub struct Connected {
    /// The stream, non-blocking.
    pub stream: std::net::TcpStream,
    /// Whether its SYN waits for the first data.
    pub(super) deferred: bool,
}

impl Opener {
    /// Sets everything up that all paths share.
    ///
    /// # Errors
    ///
    /// When the system gives no thread, or the TLS versions asked for cannot be had.
    pub fn new(plan: Plan, wall: Wall) -> Result<Self, OpenerError> {
        let connector = Connector::start().map_err(OpenerError::Thread)?;
        let tls = TlsClient::new(plan.tls, &plan.alpn).map_err(OpenerError::Tls)?;
        Ok(Self {
            plan: Arc::new(plan),
            steps: Steps::new(wall.clone()),
            wall,
            connector,
            tls,
            gate: Gate::default(),
            names: Arc::default(),
            begun: AtomicBool::new(false),
            asked: Mutex::default(),
            offered: tcp_info::offered(),
        })
    }

    /// What to do.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The wall clock.
    pub fn wall(&self) -> &Wall {
        &self.wall
    }

    /// What happens to the clocks of this machine.
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    /// What the name resolutions have to say beside their rows.
    pub fn names(&self) -> Arc<NameLog> {
        Arc::clone(&self.names)
    }

    /// What this end of every path is like.
    pub fn local_end(&self) -> &LocalEnd {
        &self.plan.local_end
    }

    /// The port of a target over a transport.
    pub fn port(&self, target: &Target, transport: Transport) -> u16 {
        self.plan.port.unwrap_or(target.port_for(transport))
    }

    /// Whether an address lies in the published ranges for this transport and its port.
    pub fn in_range(&self, remote: SocketAddr, transport: Transport) -> bool {
        let is_udp = transport == Transport::Udp;
        self.plan.ranges.contains(remote, is_udp)
    }

    /// Resolves a target's name, unless there is nothing to resolve.
    pub async fn resolve(&self, target: &Target) -> Lookup {
        let name = match (self.plan.address, &target.host) {
            (Some(address), _) => return known(address),
            (None, Host::Address(address)) => return known(*address),
            (None, Host::Name(name)) => name.clone(),
        };
        let (families, limit) = (self.plan.families, self.plan.limits.dns);
        let plan = Arc::clone(&self.plan);
        let asked = name.clone();
        let resolving = async move { plan.resolver.resolve(&name, families, limit).await };
        let (took, result) = match self.connector.run(self.plan.longest_dns(), resolving).await {
            Ok(resolved) => resolved,
            Err(lost) => {
                return Lookup {
                    took: None,
                    dns: Dns::default(),
                    region: String::new(),
                    addresses: Err(Failure::new(Cause::DnsLocalError, lost.to_string())),
                };
            }
        };
        let result = match result {
            Ok(resolved) if self.plan.finds_filters => without_sinkholes(&asked, resolved),
            result => result,
        };
        let (dns, addresses) = match result {
            Ok(resolved) if resolved.addresses.is_empty() => (resolved.dns, Err(no_address())),
            Ok(resolved) => (resolved.dns, Ok(resolved.addresses)),
            Err(failure) => (*failure.dns, Err(failure.failure)),
        };
        self.names.servers(&dns);
        self.names.rules(&asked, &self.plan.resolver.rules());
        if let Ok([address, ..]) = addresses.as_deref()
            && self.plan.finds_filters
        {
            self.names.address(&asked, *address);
        }
        Lookup {
            took: Some(took),
            region: dns.last_name().map(region).unwrap_or_default().into(),
            dns,
            addresses,
        }
    }

    /// Keeps what goes to each stranger's address within what needs no permission; tells whether
    /// that took time.
    ///
    /// # Errors
    ///
    /// When the address may not be gone to now, or not like this at all.
    pub async fn admit(&self, address: IpAddr, visit: Visit) -> Result<bool, Refusal> {
        if self.plan.own_server || is_own_network(address) {
            self.begun.store(true, Ordering::Relaxed);
            return Ok(false);
        }
        let may_be_held_back = visit != Visit::Heavy && self.begun.load(Ordering::Relaxed);
        if self.plan.fast && !may_be_held_back {
            return Err(Refusal::TooMuch(address));
        }
        let (rhythm, patience) = match visit {
            Visit::Scheduled(patience) => (Rhythm::Scheduled, patience),
            Visit::BackToBack | Visit::Heavy => (Rhythm::BackToBack, None),
        };
        let passed = self.gate.pass(address, rhythm, patience).await;
        passed.ok_or(Refusal::TooLate)
    }

    /// The connect phase to one address.
    pub async fn connect(&self, remote: SocketAddr) -> Connection {
        self.connect_from(remote, &self.plan.local_end, false).await
    }

    pub(super) async fn connect_from(
        &self,
        remote: SocketAddr,
        local: &LocalEnd,
        fast_open: bool,
    ) -> Connection {
        let (local, limit) = (local.clone(), self.plan.limits.connect);
        let connect = async move { tcp::connect(remote, &local, fast_open, limit).await };
        let mut times = PhaseTimes::default();
        let connect = match self.connector.run(limit, connect).await {
            Ok(connect) => connect,
            Err(lost) => {
                return Connection {
                    times,
                    tcp: Tcp::default(),
                    stream: Err(Failure::new(Cause::ConnectLocalError, lost.to_string())),
                };
            }
        };
        if !connect.deferred {
            times.set(Phase::Connect, connect.took);
        }
        let mut tcp = connect.tcp;
        if connect.result.is_ok() {
            tcp.offered.clone_from(&self.offered);
        }
        Connection {
            times,
            tcp,
            stream: connect.result.map(|stream| Connected {
                stream,
                deferred: connect.deferred,
            }),
        }
    }

    /// Runs something that keeps within a limit on the thread of name resolution and connects,
    /// where no cryptography delays a stamp.
    ///
    /// # Errors
    ///
    /// When the thread is gone or does not come round.
    pub async fn on_its_thread<F>(&self, limit: Duration, future: F) -> Result<F::Output, Lost>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.connector.run(limit, future).await
    }
}

/// An address that needs no resolution.
fn known(address: IpAddr) -> Lookup {
    Lookup {
        took: None,
        dns: Dns::default(),
        region: String::new(),
        addresses: Ok(vec![address]),
    }
}
