//! The local ports that probes may use: firewalls and QoS rules go by them.

use std::io;
use std::sync::atomic::{AtomicU16, Ordering};

/// A range of local ports, given out in turn.
#[derive(Debug)]
pub struct SourcePorts {
    first: u16,
    last: u16,
    turn: AtomicU16,
}

/// Whether an error says that a local port is taken.
fn is_taken(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrInUse | io::ErrorKind::AddrNotAvailable
    )
}

/// A port that Windows gives to nobody: reserved, as Hyper-V, WinNAT and Docker do with hundreds at a time, or held by a
/// program for itself alone (SO_EXCLUSIVEADDRUSE).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Windows keeps it; {} lists the reserved ports", self.command())]
pub struct ReservedPort {
    is_v4: bool,
    is_tcp: bool,
}

impl ReservedPort {
    /// WSAEACCES, which Windows' `bind` says of such a port, and no other call that this one is asked about.
    const CODE: i32 = 10013;

    /// What an error of `bind` to a chosen port means. It is an own error where Windows keeps the port, as the same number
    /// of `connect` is a firewall's refusal.
    pub fn judge(error: io::Error, is_v4: bool, is_tcp: bool) -> io::Error {
        if error.raw_os_error() == Some(Self::CODE) {
            io::Error::new(io::ErrorKind::AddrInUse, Self { is_v4, is_tcp })
        } else {
            error
        }
    }

    fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }

    fn command(self) -> String {
        let family = if self.is_v4 { "ipv4" } else { "ipv6" };
        let protocol = if self.is_tcp { "tcp" } else { "udp" };
        format!("`netsh int {family} show excludedportrange protocol={protocol}`")
    }
}

/// None of the ports can be had.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
pub struct UsedUp {
    said: String,
}

impl SourcePorts {
    /// The ports from `first` to `last`, both among them.
    pub fn new(first: u16, last: u16) -> Self {
        Self {
            first,
            last: last.max(first),
            turn: AtomicU16::new(0),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        usize::from(self.last - self.first) + 1
    }

    /// Opens something on the first port, from the one whose turn it is, that is free.
    ///
    /// # Errors
    ///
    /// That none can be had and why, of the last port's kind; any other error at once.
    pub fn first_free<T>(&self, mut open: impl FnMut(u16) -> io::Result<T>) -> io::Result<T> {
        let mut kind = io::ErrorKind::AddrInUse;
        let mut kept = Vec::new();
        for _ in 0..self.count() {
            match open(self.next()) {
                Err(error) if is_taken(&error) => {
                    kind = error.kind();
                    kept.extend(ReservedPort::of(&error));
                }
                other => return other,
            }
        }
        let said = self.used_up(&kept);
        Err(io::Error::new(kind, UsedUp { said }))
    }

    /// The port whose turn it is.
    pub fn next(&self) -> u16 {
        let offset = usize::from(self.turn.fetch_add(1, Ordering::Relaxed)) % self.count();
        self.first + u16::try_from(offset).unwrap_or(0)
    }

    /// That none is left, and what Windows has to do with it.
    fn used_up(&self, kept: &[ReservedPort]) -> String {
        let all = if self.first == self.last {
            format!("local port {}", self.first)
        } else {
            format!("all local ports from {} to {}", self.first, self.last)
        };
        let are = if self.first == self.last { "is" } else { "are" };
        let Some(one) = kept.first() else {
            return format!("{all} {are} in use");
        };
        let count = if kept.len() == self.count() {
            String::new()
        } else {
            format!(" in use, {} of them", kept.len())
        };
        format!(
            "{all} {are}{count} reserved by Windows or held by one program alone; {} lists the reserved ones",
            one.command()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_take_turns_and_taken_ones_are_passed_over() {
        let ports = SourcePorts::new(50_000, 50_002);
        let free = |taken: &'static [u16]| {
            move |port: u16| {
                if taken.contains(&port) {
                    Err(io::Error::from(io::ErrorKind::AddrInUse))
                } else {
                    Ok(port)
                }
            }
        };
        assert_eq!(ports.first_free(free(&[])).unwrap(), 50_000);
        assert_eq!(ports.first_free(free(&[50_001])).unwrap(), 50_002);
        assert_eq!(ports.first_free(free(&[])).unwrap(), 50_000);
        let error = ports.first_free(free(&[50_000, 50_001, 50_002]));
        let error = error.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        assert_eq!(
            error.to_string(),
            "all local ports from 50000 to 50002 are in use"
        );
    }

    /// `bind` of a Windows that has reserved some ports and given others away.
    fn windows(reserved: &'static [u16], used: &'static [u16]) -> impl Fn(u16) -> io::Result<u16> {
        move |port| {
            let code = match port {
                port if reserved.contains(&port) => 10013,
                port if used.contains(&port) => return Err(io::ErrorKind::AddrInUse.into()),
                port => return Ok(port),
            };
            Err(ReservedPort::judge(
                io::Error::from_raw_os_error(code),
                true,
                true,
            ))
        }
    }

    #[test]
    fn ports_that_windows_has_reserved_are_passed_over_and_named_when_no_other_is_left() {
        let ports = SourcePorts::new(50_000, 50_002);
        let opened = ports.first_free(windows(&[50_000, 50_001], &[]));
        assert_eq!(opened.unwrap(), 50_002);
        let said = |ports: &SourcePorts, reserved, used| {
            let error = ports.first_free(windows(reserved, used)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
            error.to_string()
        };
        assert_eq!(
            said(&ports, &[50_000, 50_001, 50_002], &[]),
            "all local ports from 50000 to 50002 are reserved by Windows or held by one program alone; \
             `netsh int ipv4 show excludedportrange protocol=tcp` lists the reserved ones"
        );
        assert_eq!(
            said(&ports, &[50_001], &[50_000, 50_002]),
            "all local ports from 50000 to 50002 are in use, 1 of them reserved by Windows or held by one program alone; \
             `netsh int ipv4 show excludedportrange protocol=tcp` lists the reserved ones"
        );
        assert_eq!(
            said(&SourcePorts::new(50_000, 50_000), &[50_000], &[]),
            "local port 50000 is reserved by Windows or held by one program alone; \
             `netsh int ipv4 show excludedportrange protocol=tcp` lists the reserved ones"
        );
    }

    #[test]
    fn the_list_of_reserved_ports_is_that_of_the_protocol_and_the_kind_of_address() {
        let error = || io::Error::from_raw_os_error(10013);
        let said = ReservedPort::judge(error(), false, false).to_string();
        assert!(said.contains("`netsh int ipv6 show excludedportrange protocol=udp`"));
        // any other error stays what it is
        let other = ReservedPort::judge(io::ErrorKind::AddrInUse.into(), true, true);
        assert_eq!(other.kind(), io::ErrorKind::AddrInUse);
        assert!(ReservedPort::of(&other).is_none());
    }

    #[test]
    fn another_error_ends_the_search() {
        let mut tries = 0;
        let result: io::Result<()> = SourcePorts::new(1, 9).first_free(|_| {
            tries += 1;
            Err(io::ErrorKind::PermissionDenied.into())
        });
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(tries, 1);
    }

    #[test]
    fn the_whole_range_of_ports_is_a_range() {
        let ports = SourcePorts::new(1, u16::MAX);
        assert_eq!(ports.count(), 65_535);
        assert_eq!(ports.next(), 1);
    }
}
