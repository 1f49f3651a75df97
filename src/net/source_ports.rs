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

/// Errors that say that a local port is taken.
#[derive(Debug)]
pub struct Taken;

impl Taken {
    /// Whether the error is one.
    pub fn is(error: &io::Error) -> bool {
        matches!(
            error.kind(),
            io::ErrorKind::AddrInUse | io::ErrorKind::AddrNotAvailable
        )
    }
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
    /// The last port's error when all are taken; any other error at once.
    pub fn first_free<T>(&self, mut open: impl FnMut(u16) -> io::Result<T>) -> io::Result<T> {
        let mut taken = io::Error::from(io::ErrorKind::AddrInUse);
        for _ in 0..self.count() {
            match open(self.next()) {
                Err(error) if Taken::is(&error) => taken = error,
                other => return other,
            }
        }
        Err(taken)
    }

    /// The port whose turn it is.
    pub fn next(&self) -> u16 {
        let offset = usize::from(self.turn.fetch_add(1, Ordering::Relaxed)) % self.count();
        self.first + u16::try_from(offset).unwrap_or(0)
    }

    /// That none is left.
    pub fn used_up(&self) -> String {
        if self.first == self.last {
            format!("local port {} is in use", self.first)
        } else {
            format!(
                "all local ports from {} to {} are in use",
                self.first, self.last
            )
        }
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
        assert!(Taken::is(&error.unwrap_err()));
        assert_eq!(
            ports.used_up(),
            "all local ports from 50000 to 50002 are in use"
        );
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
