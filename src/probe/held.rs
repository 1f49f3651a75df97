//! A connection that is to be held open: name resolution, connect and handshake as of every probe.
//! The certificate is not judged here: a plain probe does that.
//!
//! Not here: what goes on while it is held (`tls::hold`), when and for how long (`stream`).

use std::net::{IpAddr, SocketAddr};

use super::tls::Session;
use super::{Prober, Slot, Verdict, failed, plain_error};
use crate::endpoints::is_own_network;
use crate::record::{Cause, Outcome, Phase, Record, Transport};

/// A connection that was opened, as far as it came.
#[derive(Debug)]
pub struct Opened {
    /// What was learned on the way.
    pub record: Record,
    /// The session; none when a phase failed.
    pub session: Option<Session>,
}

impl Prober {
    /// Opens a connection to the first address of a target.
    ///
    /// # Errors
    ///
    /// The address, when the plan asks for more than a stranger may get. Nothing was sent there.
    pub async fn open(&self, slot: &Slot) -> Result<Opened, IpAddr> {
        let mut record = self.blank(slot);
        record.transport = Transport::Tls;
        let none = || (Cause::DnsNoData, "the name has no address".to_owned());
        let resolved = self.resolve(slot, &mut record).await;
        let first = resolved.and_then(|all| all.first().copied().ok_or_else(none));
        let session = match first {
            Ok(address) => {
                self.admit(address).await?;
                let remote = SocketAddr::new(address, record.port);
                self.secure(slot, remote, &mut record).await
            }
            Err((cause, detail)) => {
                record.outcome = Outcome::Failed { cause, detail };
                None
            }
        };
        Ok(Opened { record, session })
    }

    /// Keeps what is asked for within what strangers may get.
    async fn admit(&self, address: IpAddr) -> Result<(), IpAddr> {
        if self.plan.fast && !self.plan.own_server && !is_own_network(address) {
            return Err(address);
        }
        match self.be_polite(address).await {
            Err(Verdict::TooFast(address)) => Err(address),
            Err(Verdict::Done) | Ok(()) => Ok(()),
        }
    }

    /// The connect and tls phases.
    async fn secure(
        &self,
        slot: &Slot,
        remote: SocketAddr,
        record: &mut Record,
    ) -> Option<Session> {
        record.remote = Some(remote);
        let ranges = self.plan.ranges;
        record.in_teams_range = Some(ranges.iter().any(|range| range.contains(remote.ip())));
        let stream = self.connect(remote, record).await?;
        let stream = match tokio::net::TcpStream::from_std(stream) {
            Ok(stream) => stream,
            Err(error) => {
                record.outcome = failed(Cause::ConnectLocalError, &plain_error(&error));
                return None;
            }
        };
        let name = self.server_name(slot, remote);
        let limit = self.plan.limits.tls;
        let handshake = self.tls.handshake(stream, name, limit).await;
        record.times.set(Phase::Tls, handshake.took);
        record.tcp.bytes_sent = Some(handshake.sent);
        record.tcp.bytes_received = Some(handshake.received);
        record.tls = handshake.tls;
        match handshake.result {
            Ok(session) => Some(session),
            Err((cause, detail)) => {
                record.outcome = Outcome::Failed { cause, detail };
                None
            }
        }
    }
}
