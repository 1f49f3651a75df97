//! A connection that is to be held open: name resolution, connect and handshake as of every probe.
//! The certificate is not judged here: a plain probe does that.
//!
//! Not here: what goes on while it is held (`tls::hold`), when and for how long (`stream`).

use std::net::{IpAddr, SocketAddr};

use super::tls::Session;
use super::{Prober, Slot, Verdict};
use crate::endpoints::is_own_network;
use crate::record::{Cause, Failure, Record, Transport};

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
        let none = || Failure::new(Cause::DnsNoData, "the name has no address");
        let resolved = self.resolve(slot, &mut record).await;
        let first = resolved.and_then(|all| all.first().copied().ok_or_else(none));
        let session = match first {
            Ok(address) => {
                self.admit(address, slot).await?;
                let remote = SocketAddr::new(address, record.port);
                record.remote = Some(remote);
                let ranges = self.plan.ranges;
                record.in_teams_range = Some(ranges.iter().any(|range| range.contains(address)));
                let secured = self.secure(slot, remote, &mut record).await;
                secured.and_then(|(_, session)| session)
            }
            Err(failure) => {
                record.outcome = failure.into();
                None
            }
        };
        Ok(Opened { record, session })
    }

    /// Keeps what is asked for within what strangers may get.
    async fn admit(&self, address: IpAddr, slot: &Slot) -> Result<(), IpAddr> {
        if self.plan.fast && !self.plan.own_server && !is_own_network(address) {
            return Err(address);
        }
        match self.be_polite(address, slot, false).await {
            Err(Verdict::TooFast(address)) => Err(address),
            Err(Verdict::Done | Verdict::Missed) | Ok(_) => Ok(()),
        }
    }
}
