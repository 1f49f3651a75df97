//! The kernel's own numbers of a TCP connection: TCP_INFO on Linux, SIO_TCP_INFO on Windows,
//! TCP_CONNECTION_INFO on macOS, none elsewhere. The structures are read by offset from the bytes
//! that the system returned, as far as they go, so that an older system's shorter structure is no
//! fault. The table in `manual::kernel` says which column comes from which field.

pub mod congestion;
pub mod fast_open;
mod layout;
mod offered;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use std::os::fd::AsFd as Handle;
#[cfg(windows)]
use std::os::windows::io::AsSocket as Handle;

use crate::record::{Tcp, TcpNumbers};

#[cfg(target_os = "linux")]
use {layout::linux as fields, unix as system};
#[cfg(target_os = "macos")]
use {layout::macos as fields, unix as system};
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
use {layout::none as fields, layout::none as system};
#[cfg(windows)]
use {layout::windows as fields, windows as system};

pub use offered::{offered, syn_timer};

/// What the kernel knows of a connection at one moment.
#[derive(Debug, Default)]
pub struct TcpSnapshot(Option<Vec<u8>>);

/// Asks the kernel, also of a connection that is still being set up.
pub fn snapshot(socket: &impl Handle) -> TcpSnapshot {
    TcpSnapshot(system::bytes(socket))
}

impl TcpSnapshot {
    /// What counts right after the connection is up.
    pub fn opening(&self) -> Tcp {
        let bytes = self.0.as_deref();
        bytes.map_or_else(Tcp::default, fields::opening)
    }

    /// The numbers of any moment.
    pub fn numbers(&self) -> TcpNumbers {
        let bytes = self.0.as_deref();
        bytes.map_or_else(TcpNumbers::default, fields::numbers)
    }

    /// The numbers after the last phase of a connection that began so. After a lost SYN the
    /// smoothed round trip may hold its echo for long, and the smallest one is that of a later
    /// sample only if data was acknowledged.
    pub fn end_of(&self, opening: &Tcp) -> TcpNumbers {
        let mut numbers = self.numbers();
        if opening.syn_retransmits.is_some_and(|count| count > 0) {
            (numbers.rtt, numbers.rttvar) = (None, None);
            if numbers.bytes_acked == Some(0) {
                numbers.min_rtt = None;
            }
        }
        numbers
    }

    /// What the kernel knows of Fast Open.
    pub fn fast_open(&self) -> Option<fast_open::SynData> {
        fast_open::seen(self.0.as_deref()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_of_this_system_has_numbers_at_its_end() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let end = snapshot(&stream).end_of(&Tcp::default());
        if cfg!(target_os = "linux") {
            assert_eq!((end.retransmits, end.bytes_acked), (Some(0), Some(0)));
            assert!(end.min_rtt.is_some() && end.cwnd.is_some());
            assert!(end.pmtu.is_some_and(|mtu| mtu >= 576), "{:?}", end.pmtu);
        }
    }
}
