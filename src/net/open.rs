//! The opener: from a target's name to an open path, one step after the other, the same for every
//! kind of measurement.
//!
//! | step | here | a failure is |
//! |---|---|---|
//! | resolve | `resolve` | `dns-*` |
//! | politeness | [`Opener::admit`] | no failure: the slot is missed, or the run refused |
//! | connect | [`Opener::connect`] | `connect-*` |
//! | proxy | `proxy`, behind the connect, which then goes to the proxy | `proxy-*` |
//! | tls | `secure` | `tls-*` |
//!
//! Name resolution and connects run on a thread of their own (`connector`). Not here: what is done with the path.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::connector::{Connector, LostWork};
use super::destination::{Destination, Route};
use super::gate::{Gate, Rhythm};
use super::local_end::LocalEnd;
use super::lookup::no_address;
use super::names::NameLog;
use super::plan::Plan;
use super::proxy::Outer;
use super::stream::Connected;
use super::tls::TlsClient;
use super::{tcp, tcp_info};
use crate::clock::{Steps, Wall};
use crate::endpoints::is_own_network;
use crate::record::{Cause, Failure, Phase, PhaseTimes, Tcp, Transport, Via};
use crate::target::Target;

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
    pub(super) connector: Connector,
    pub(super) tls: TlsClient,
    /// TLS to a proxy; none where none is spoken.
    pub(super) outer: Option<Outer>,
    gate: Gate,
    pub(super) names: Arc<NameLog>,
    /// Whether a path was opened: then a fast run is held back, no longer refused.
    begun: AtomicBool,
    /// Addresses that were asked for a cookie of Fast Open.
    pub(super) asked: Mutex<HashSet<IpAddr>>,
    /// TCP options that this system offers.
    offered: Option<String>,
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

/// Why an address is not contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The plan asks for more than this stranger's address may get.
    TooMuch(IpAddr),
    /// Its turn would come later than the visit's patience lasts.
    TooLate,
}

/// A connect that was tried, with the tunnel behind it where it goes to a proxy.
#[derive(Debug)]
pub struct Connection {
    /// What the phases took; the connect's is empty while its SYN waits for the first data.
    pub times: PhaseTimes,
    /// What the kernel knew right after the connect.
    pub tcp: Tcp,
    /// The proxy that it leads through.
    pub via: Option<Via>,
    /// The connection, or why there is none.
    pub stream: Result<Connected, Failure>,
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
        let outer = Outer::of(&plan).map_err(OpenerError::Tls)?;
        Ok(Self {
            outer,
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

    /// Whether the other end lies in the published ranges for this transport and its port; none where its address is not
    /// known.
    pub fn in_range(&self, to: &Destination, transport: Transport) -> Option<bool> {
        to.remote()
            .map(|remote| self.is_in_range(remote, transport))
    }

    /// The same of an address.
    pub fn is_in_range(&self, remote: SocketAddr, transport: Transport) -> bool {
        if let Some(warning) = &self.plan.ranges_warning
            && !is_own_network(remote.ip())
        {
            self.names.warning(warning);
        }
        self.plan
            .ranges
            .contains(remote, transport == Transport::Udp)
    }

    /// Keeps what goes to each stranger's address within what needs no permission; tells whether
    /// that took time.
    ///
    /// # Errors
    ///
    /// When the address may not be contacted now, or not like this at all.
    pub async fn admit(&self, route: Route, visit: Visit) -> Result<bool, Refusal> {
        let is_own = self.plan.own_server || route.relay.is_some_and(is_own_network);
        // behind a proxy that resolves the name itself stands a stranger
        let Some(address) = route.relay.or(route.proxy).filter(|_| !is_own) else {
            self.begun.store(true, Ordering::Relaxed);
            return Ok(false);
        };
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

    /// The connect phase to one address, and the proxy phase where the path leads through one.
    pub async fn connect(&self, to: &Destination) -> Connection {
        self.connect_from(to, &self.plan.local_end, false).await
    }

    /// The same from another local end than the plan's, with TCP Fast Open where that is wanted and the path is direct.
    pub(super) async fn connect_from(
        &self,
        to: &Destination,
        local: &LocalEnd,
        fast_open: bool,
    ) -> Connection {
        let Some((proxy, address)) = self.plan.proxy.as_ref().zip(to.proxy) else {
            return match to.remote() {
                Some(remote) => self.connect_to(remote, local, fast_open).await,
                None => Connection::failed(no_address()),
            };
        };
        let mut connection = self.connect_to(proxy.at(address), local, false).await;
        let mut via = Via {
            proxy: proxy.to_string().into(),
            address: Some(address),
            reply: String::new(),
        };
        if let Err(failure) = &mut connection.stream {
            failure.detail = format!("{}, on the path to the proxy {proxy}", failure.detail);
        }
        if let Ok(connected) = connection.stream {
            let (took, opened) = self.tunnel(proxy, connected, to).await;
            connection.times.set(Phase::Proxy, took);
            via.reply = opened.reply;
            connection.stream = opened.result;
        }
        connection.via = Some(via);
        connection
    }

    async fn connect_to(
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
                let failure = Failure::new(Cause::ConnectLocalError, lost.to_string());
                return Connection::failed(failure);
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
            via: None,
            stream: connect
                .result
                .map(|stream| Connected::direct(stream, connect.deferred)),
        }
    }

    /// Runs something that keeps within a limit on the thread of name resolution and connects,
    /// where no cryptography delays a stamp.
    ///
    /// # Errors
    ///
    /// When the thread is gone or does not come round.
    pub async fn on_its_thread<F>(&self, limit: Duration, future: F) -> Result<F::Output, LostWork>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.connector.run(limit, future).await
    }
}

impl Connection {
    /// One that never began.
    fn failed(failure: Failure) -> Self {
        Self {
            times: PhaseTimes::default(),
            tcp: Tcp::default(),
            via: None,
            stream: Err(failure),
        }
    }
}
