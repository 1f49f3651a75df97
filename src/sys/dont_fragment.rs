//! Datagrams that no router may cut in pieces, whatever the system remembers of the path: IP_MTU_DISCOVER with
//! IP_PMTUDISC_PROBE (ip(7), ipv6(7)).

use std::io;
#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd};
#[cfg(windows)]
use std::os::windows::io::{AsRawSocket, AsSocket};

/// Asks for it on a socket.
///
/// # Errors
///
/// What the system says.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)] // no safe crate offers the option for both kinds of address
pub(crate) fn dont_fragment(socket: &impl AsFd, is_v4: bool) -> io::Result<()> {
    let (level, option, value) = if is_v4 {
        (
            libc::IPPROTO_IP,
            libc::IP_MTU_DISCOVER,
            libc::IP_PMTUDISC_PROBE,
        )
    } else {
        (
            libc::IPPROTO_IPV6,
            libc::IPV6_MTU_DISCOVER,
            libc::IPV6_PMTUDISC_PROBE,
        )
    };
    // SAFETY: the descriptor is open for as long as `socket` is borrowed; the kernel reads the four bytes of `value`,
    // which outlives the call.
    let result = unsafe {
        libc::setsockopt(
            socket.as_fd().as_raw_fd(),
            level,
            option,
            (&raw const value).cast(),
            4,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// The same on Windows, where the bit alone can be set since Windows 10.
#[cfg(windows)]
#[allow(unsafe_code)] // no safe crate offers the option
pub(crate) fn dont_fragment(socket: &impl AsSocket, is_v4: bool) -> io::Result<()> {
    use windows_sys::Win32::Networking::WinSock as w;
    let (level, option) = if is_v4 {
        (w::IPPROTO_IP, w::IP_MTU_DISCOVER)
    } else {
        (w::IPPROTO_IPV6, w::IPV6_MTU_DISCOVER)
    };
    let value = w::IP_PMTUDISC_PROBE;
    // SAFETY: the socket is open for as long as it is borrowed; the system reads the four bytes of `value`, which
    // outlives the call.
    let result = unsafe {
        w::setsockopt(
            usize::try_from(socket.as_socket().as_raw_socket()).unwrap_or_default(),
            level,
            option,
            (&raw const value).cast(),
            4,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Not known how on this system.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn dont_fragment(_socket: &impl AsFd, _is_v4: bool) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
