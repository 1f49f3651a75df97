//! One look at the kernel's numbers of a connection that is held: a row.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::record::{Run, TcpNumbers, Via};

/// One sample.
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
