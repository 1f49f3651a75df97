//! getsockopt: TCP_INFO of Linux, TCP_CONNECTION_INFO of macOS.

use std::os::fd::{AsFd, AsRawFd};

/// The option, and room for its structure; the returned length tells how long that of this system is.
#[cfg(target_os = "linux")]
const INFO: (libc::c_int, libc::socklen_t) = (libc::TCP_INFO, 512);
#[cfg(target_os = "macos")]
const INFO: (libc::c_int, libc::socklen_t) = (libc::TCP_CONNECTION_INFO, 256);

/// `struct tcp_info` or `struct tcp_connection_info`, as long as this system's is.
#[allow(unsafe_code)] // no safe crate offers them
pub fn bytes(socket: &impl AsFd) -> Option<Vec<u8>> {
    let (option, mut length) = INFO;
    let mut bytes = vec![0_u8; length as usize];
    // SAFETY: the descriptor is open for as long as `socket` is borrowed; the kernel writes at
    // most `length` bytes into the buffer, which has that many, and sets `length` to their number.
    let result = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            option,
            bytes.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    bytes.truncate(length as usize);
    (result == 0).then_some(bytes)
}
