//! The name servers that the system is set up with, read again when they change.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hickory_resolver::config::ResolverConfig;

use crate::clock;
use crate::record::{Cause, Failure};

/// Where systems with such a file keep their name servers.
#[cfg(all(unix, not(target_os = "macos")))]
const FILE: &str = "/etc/resolv.conf";

/// How long a list is taken for current where the system has no file to look at.
const CURRENT_FOR: Duration = Duration::from_secs(5);

type Servers = Result<Arc<[SocketAddr]>, Failure>;

/// The system's list of name servers.
#[derive(Debug, Default)]
pub struct SystemServers {
    last: Mutex<Option<Reading>>,
}

#[derive(Debug, Clone)]
struct Reading {
    at: Instant,
    stamp: Stamp,
    servers: Arc<[SocketAddr]>,
}

/// What changes when the system's configuration changes.
type Stamp = Option<(Option<std::time::SystemTime>, u64)>;

impl SystemServers {
    /// The servers in their order.
    ///
    /// # Errors
    ///
    /// The cause and a sentence that says why there is none; the next call looks again.
    pub async fn current(&self) -> Servers {
        let stamp = stamp();
        let last = self
            .last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(reading) = last {
            let age = clock::now().saturating_duration_since(reading.at);
            let fresh = if stamp.is_some() {
                true
            } else {
                age < CURRENT_FOR
            };
            if reading.stamp == stamp && fresh {
                return Ok(reading.servers);
            }
        }
        let servers = tokio::task::spawn_blocking(read)
            .await
            .unwrap_or_else(|error| {
                let detail = format!("the name servers could not be read: {error}");
                Err(Failure::new(Cause::DnsLocalError, detail))
            });
        // a failure is not remembered: it may be over before the file changes
        let reading = servers.clone().ok().map(|servers| Reading {
            at: clock::now(),
            stamp,
            servers,
        });
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = reading;
        servers
    }
}

/// The state of the file, where there is one.
#[cfg(all(unix, not(target_os = "macos")))]
fn stamp() -> Stamp {
    let data = std::fs::metadata(FILE).ok()?;
    Some((data.modified().ok(), data.len()))
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn stamp() -> Stamp {
    None
}

/// Whether this system refuses the file, for want of descriptors or rights.
#[cfg(all(unix, not(target_os = "macos")))]
fn refused() -> Option<std::io::Error> {
    let error = std::fs::File::open(FILE).err()?;
    (error.kind() != std::io::ErrorKind::NotFound).then_some(error)
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn refused() -> Option<std::io::Error> {
    None
}

fn read() -> Servers {
    let none = |detail: &str| Err(Failure::new(Cause::DnsNoResolver, detail));
    if let Some(error) = refused() {
        let why = super::super::plain_error(&error);
        let detail = format!("the name servers could not be read: {why}");
        return Err(Failure::new(Cause::DnsLocalError, detail));
    }
    let config = match configuration() {
        Ok(config) => config,
        Err(error) => {
            return none(&format!("this system has no name server set up: {error}"));
        }
    };
    let mut servers: Vec<SocketAddr> = Vec::new();
    for server in &config.name_servers {
        let port = server
            .connections
            .first()
            .map_or(53, |connection| connection.port);
        let address = SocketAddr::new(server.ip, port);
        if !servers.contains(&address) {
            servers.push(address);
        }
    }
    if servers.is_empty() {
        return none("this system has no name server set up");
    }
    Ok(servers.into())
}

#[cfg(all(unix, not(any(target_os = "android", target_vendor = "apple"))))]
fn configuration() -> Result<ResolverConfig, String> {
    let text = std::fs::read(FILE).map_err(|error| format!("{FILE}: {error}"))?;
    // the search list is not used, and the parser gives up on a file for one bad name in it
    let is_kept = |line: &&[u8]| {
        let line = line.trim_ascii_start();
        !line.starts_with(b"search") && !line.starts_with(b"domain")
    };
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').filter(is_kept).collect();
    hickory_resolver::system_conf::parse_resolv_conf(lines.join(&b'\n'))
        .map(|(config, _)| config)
        .map_err(|error| error.to_string())
}

#[cfg(not(all(unix, not(any(target_os = "android", target_vendor = "apple")))))]
fn configuration() -> Result<ResolverConfig, String> {
    hickory_resolver::system_conf::read_system_conf()
        .map(|(config, _)| config)
        .map_err(|error| error.to_string())
}
