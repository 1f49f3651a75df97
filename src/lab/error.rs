//! Why a lab cannot be started.

use std::io;

use hickory_resolver::proto::ProtoError;

/// Why the lab cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The share of probes that are hit is no percentage.
    #[error("the share of faults is {0} %, it can be 1 to 100")]
    Share(u8),
    /// No sockets on loopback.
    #[error("the lab cannot open its sockets on loopback")]
    Bind(#[source] io::Error),
    /// No thread or no event loop.
    #[error("the lab cannot start its thread")]
    Thread(#[source] io::Error),
    /// Its names are no names.
    #[error("the lab cannot make its names")]
    Names(#[from] ProtoError),
    /// No certificates.
    #[error("the lab cannot make its certificates")]
    Certificates(#[from] rcgen::Error),
    /// No TLS.
    #[error("the lab cannot set up TLS")]
    Tls(#[from] rustls::Error),
}
