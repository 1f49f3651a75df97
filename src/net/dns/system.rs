//! The name servers that the system is set up with, read again when they change.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::setup::Setup;
use crate::clock;
use crate::record::{Cause, Failure};

/// Where systems with such a file keep their name servers.
#[cfg(all(unix, not(target_vendor = "apple")))]
const FILE: &str = "/etc/resolv.conf";

/// How long a list is taken for current where the system has no file to look at.
const CURRENT_FOR: Duration = Duration::from_secs(5);

/// The system's list of name servers.
#[derive(Debug, Default)]
pub struct SystemServers {
    /// A list that stands for the system's.
    fixed: Option<Arc<Setup>>,
    last: Mutex<Option<ServersReading>>,
    /// The server that answered last.
    answered: Mutex<Option<SocketAddr>>,
    /// Name resolutions so far.
    count: AtomicUsize,
}

#[derive(Debug, Clone)]
struct ServersReading {
    at: Instant,
    stamp: Stamp,
    setup: Arc<Setup>,
}

/// What changes when the system's configuration changes.
type Stamp = Option<(Option<std::time::SystemTime>, u64)>;

impl SystemServers {
    /// Servers that are asked as a system set up like this asks its own.
    pub fn of(setup: Setup) -> Self {
        Self {
            fixed: Some(Arc::new(setup)),
            ..Self::default()
        }
    }

    /// The servers in their order, and how they are asked.
    ///
    /// # Errors
    ///
    /// The cause and a sentence that says why there is none; the next call looks again.
    pub async fn current(&self) -> Result<Arc<Setup>, Failure> {
        if let Some(setup) = &self.fixed {
            return Ok(Arc::clone(setup));
        }
        let stamp = stamp();
        if let Some(reading) = lock(&self.last).clone() {
            let age = clock::now().saturating_duration_since(reading.at);
            let fresh = stamp.is_some() || age < CURRENT_FOR;
            if reading.stamp == stamp && fresh {
                return Ok(reading.setup);
            }
        }
        let setup = tokio::task::spawn_blocking(read)
            .await
            .unwrap_or_else(|error| {
                let detail = format!("the name servers could not be read: {error}");
                Err(Failure::new(Cause::DnsLocalError, detail))
            });
        let setup = setup.map(Arc::new);
        // a failure is not remembered: it may be over before the file changes
        let reading = setup.clone().ok().map(|setup| ServersReading {
            at: clock::now(),
            stamp,
            setup,
        });
        *lock(&self.last) = reading;
        setup
    }

    /// Index of the server that a name resolution begins with.
    pub fn first(&self, setup: &Setup) -> usize {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        if setup.rotates {
            return count % setup.servers.len().max(1);
        }
        let answered = lock(&self.answered).filter(|_| setup.keeps_to_last);
        answered
            .and_then(|last| setup.servers.iter().position(|server| *server == last))
            .unwrap_or(0)
    }

    /// Notes who answered.
    pub fn answered(&self, server: SocketAddr) {
        *lock(&self.answered) = Some(server);
    }

    /// What was read last.
    pub fn last(&self) -> Option<Arc<Setup>> {
        let last = lock(&self.last)
            .as_ref()
            .map(|reading| Arc::clone(&reading.setup));
        self.fixed.clone().or(last)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The state of the file, where there is one.
#[cfg(all(unix, not(target_vendor = "apple")))]
fn stamp() -> Stamp {
    let data = std::fs::metadata(FILE).ok()?;
    Some((data.modified().ok(), data.len()))
}

#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn stamp() -> Stamp {
    None
}

/// The file; as glibc does, one that is not there or may not be read counts as empty.
#[cfg(all(unix, not(target_vendor = "apple")))]
fn read() -> Result<Setup, Failure> {
    use std::io::ErrorKind;
    let text = match std::fs::read(FILE) {
        Ok(text) => text,
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound
                    | ErrorKind::PermissionDenied
                    | ErrorKind::IsADirectory
                    | ErrorKind::NotADirectory
            ) =>
        {
            Vec::new()
        }
        Err(error) => {
            let why = super::super::plain_error(&error);
            let detail = format!("the name servers could not be read: {why}");
            return Err(Failure::new(Cause::DnsLocalError, detail));
        }
    };
    let options = std::env::var("RES_OPTIONS").ok();
    Ok(super::resolv_conf::read(&text, options.as_deref()))
}

#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn read() -> Result<Setup, Failure> {
    let none = |detail: &str| Failure::new(Cause::DnsNoResolver, detail);
    let setup = configuration()
        .map_err(|error| none(&format!("this system has no name server set up: {error}")))?;
    if setup.servers.is_empty() {
        return Err(none("this system has no name server set up"));
    }
    Ok(setup)
}

#[cfg(windows)]
use super::windows::configuration;

#[cfg(not(any(windows, all(unix, not(target_vendor = "apple")))))]
fn configuration() -> Result<Setup, String> {
    let (config, _) =
        hickory_resolver::system_conf::read_system_conf().map_err(|error| error.to_string())?;
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
    Ok(Setup::of(&servers))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup() -> Setup {
        Setup::of(&["192.0.2.1:53", "192.0.2.2:53"].map(|text| text.parse().unwrap()))
    }

    #[test]
    fn the_first_server_is_the_next_one_or_the_one_that_answered_last_where_that_is_set_up() {
        let firsts = |setup: Setup| {
            let system = SystemServers::default();
            let before = system.first(&setup);
            system.answered(setup.servers[1]);
            [before, system.first(&setup), system.first(&setup)]
        };
        assert_eq!(firsts(setup()), [0, 0, 0]);
        let rotates = Setup {
            rotates: true,
            ..setup()
        };
        assert_eq!(firsts(rotates), [0, 1, 0]);
        let keeps = Setup {
            keeps_to_last: true,
            ..setup()
        };
        assert_eq!(firsts(keeps), [0, 1, 1]);
    }

    #[test]
    fn one_that_answered_and_is_no_longer_there_is_forgotten() {
        let keeps = Setup {
            keeps_to_last: true,
            ..setup()
        };
        let system = SystemServers::default();
        system.answered("192.0.2.9:53".parse().unwrap());
        assert_eq!(system.first(&keeps), 0);
    }
}
