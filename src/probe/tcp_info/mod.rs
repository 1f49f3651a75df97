//! The kernel's own numbers of a TCP connection: TCP_INFO on Linux, SIO_TCP_INFO on Windows, none
//! elsewhere. The structures are read by offset from the bytes that the system returned, as far
//! as they go, so that an older system's shorter structure is no fault.

mod layout;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use linux::read;
#[cfg(windows)]
pub use windows::read;

/// Systems without such numbers give none.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn read(_socket: &impl Sized) -> crate::record::Tcp {
    crate::record::Tcp::default()
}
