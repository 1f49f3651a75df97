//! A connection that was held open: one row. A sample of it: a row of its own file.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::record::{
    ClockChange, Dns, HoldEnd, HoldFigures, Outcome, PhaseTimes, Run, TcpNumbers, Tls, Via,
};

/// One connection that was held open: one row.
#[derive(Debug, Clone)]
pub struct Hold {
    /// What all rows of the run share.
    pub run: Arc<Run>,
    /// Number of the slot in the schedule, from 0.
    pub slot: u64,
    /// Host name or address that was asked for.
    pub host: Arc<str>,
    /// Port that was asked for.
    pub port: u16,
    /// Wall clock at the start.
    pub started: DateTime<Utc>,
    /// How late it started against its slot.
    pub lag: Option<Duration>,
    /// Whether there was a connection to hold, and if not, why.
    pub outcome: Outcome,
    /// What each phase took until there was one.
    pub times: PhaseTimes,
    /// What the name resolution said.
    pub dns: Dns,
    /// Address that was connected to.
    pub remote: Option<SocketAddr>,
    /// The proxy that it led through.
    pub via: Option<Via>,
    /// Address of this end.
    pub local: Option<SocketAddr>,
    /// Azure region of the relay, empty when its name has none.
    pub region: String,
    /// Whether that address lies in the published ranges of the Teams relays.
    pub in_teams_range: Option<bool>,
    /// What the handshake agreed on.
    pub tls: Tls,
    /// Time that it was to be held.
    pub length: Duration,
    /// From request to request.
    pub interval: Duration,
    /// How it ended; none when there was no connection.
    pub end: Option<HoldEnd>,
    /// What was measured; none when there was no connection.
    pub figures: Option<HoldFigures>,
    /// Bytes written to the connection, the handshake included.
    pub bytes_sent: Option<u64>,
    /// Bytes read from the connection, the handshake included.
    pub bytes_received: Option<u64>,
    /// What happened to the clocks of this machine since the row before, until the end of this one.
    pub clock: ClockChange,
}

impl Hold {
    /// What exactly was seen: of a failure, or of the end of the connection, what the name resolution met on its way,
    /// what of the certificate cannot be read, and which of its chain is not valid.
    pub fn detail(&self) -> Cow<'_, str> {
        let certificate = self.tls.certificate.as_deref();
        let faults = certificate.map_or("", |certificate| certificate.faults.as_str());
        let seen = self.dns.beside(match (&self.outcome, &self.end) {
            (Outcome::Failed(failure), _) => &failure.detail,
            (Outcome::Ok, Some(end)) => &end.detail,
            (Outcome::Ok, None) => "",
        });
        let parts = [
            seen,
            Cow::Borrowed(faults),
            Cow::Borrowed(&*self.tls.bad_dates),
        ];
        let mut parts = parts.into_iter().filter(|part| !part.is_empty());
        let first = parts.next().unwrap_or_default();
        parts.fold(first, |said, part| Cow::Owned(format!("{said}; {part}")))
    }
}

/// One look at the kernel's numbers of a connection that is held.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What all rows of the run share.
    pub run: Arc<Run>,
    /// Slot of its connection.
    pub slot: u64,
    /// Host name or address that was asked for.
    pub host: Arc<str>,
    /// Where the connection goes; not known behind a proxy that resolves the name itself.
    pub remote: Option<SocketAddr>,
    /// The port there.
    pub port: u16,
    /// The proxy that it leads through.
    pub via: Option<Via>,
    /// Its number in the schedule of samples, from 0.
    pub sequence: u64,
    /// Wall clock when it was taken.
    pub wall: DateTime<Utc>,
    /// Time since the handshake ended.
    pub at: Duration,
    /// Requests sent so far.
    pub sent: u64,
    /// Requests answered so far.
    pub answered: u64,
    /// What the kernel said.
    pub numbers: TcpNumbers,
}
