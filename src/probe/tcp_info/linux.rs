//! getsockopt(TCP_INFO).

use std::os::fd::{AsFd, AsRawFd};

use super::layout;
use crate::record::Tcp;

/// The kernel's numbers of a connection, also of one that is still being set up.
#[allow(unsafe_code)] // no safe crate offers TCP_INFO
pub fn read(socket: &impl AsFd) -> Tcp {
    let mut bytes = [0_u8; 512];
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
    if result != 0 {
        return Tcp::default();
    }
    layout::linux(bytes.get(..length as usize).unwrap_or(&bytes))
}
