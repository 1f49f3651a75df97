//! getsockopt(TCP_INFO).

use std::os::fd::{AsFd, AsRawFd};

/// `struct tcp_info`, as long as this kernel's is.
#[allow(unsafe_code)] // no safe crate offers TCP_INFO
pub fn bytes(socket: &impl AsFd) -> Option<Vec<u8>> {
    let mut bytes = vec![0_u8; 512];
    let mut length: libc::socklen_t = 512;
    // SAFETY: the descriptor is open for as long as `socket` is borrowed; the kernel writes at
    // most `length` bytes into the buffer, which has that many, and sets `length` to their number.
    let result = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            bytes.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    bytes.truncate(length as usize);
    (result == 0).then_some(bytes)
}
