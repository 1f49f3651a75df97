//! The kernel's own numbers of a TCP connection: TCP_INFO on Linux, SIO_TCP_INFO on Windows,
//! TCP_CONNECTION_INFO on macOS, none elsewhere. The structures are read by offset from the bytes
//! that the system returned, as far as they go, so that an older system's shorter structure is no
//! fault. The table in `manual::methods` says which column comes from which field.

mod layout;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod none;
mod offered;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use std::os::fd::AsFd as Handle;
#[cfg(windows)]
use std::os::windows::io::AsSocket as Handle;

use crate::record::{Tcp, TcpNumbers};

#[cfg(target_os = "linux")]
use {layout::linux as fields, linux as system};
#[cfg(target_os = "macos")]
use {layout::macos as fields, macos as system};
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
use {layout::none as fields, none as system};
#[cfg(windows)]
use {layout::windows as fields, windows as system};

pub use offered::offered;

/// What the kernel knows right after the connection is up, also of one that is still being set up.
pub fn opening(socket: &impl Handle) -> Tcp {
    let bytes = system::bytes(socket);
    bytes.map_or_else(Tcp::default, |bytes| fields::opening(&bytes))
}

/// The kernel's numbers of the connection at this moment.
pub fn numbers(socket: &impl Handle) -> TcpNumbers {
    let bytes = system::bytes(socket);
    bytes.map_or_else(TcpNumbers::default, |bytes| fields::numbers(&bytes))
}
