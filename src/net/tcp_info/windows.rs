//! WSAIoctl(SIO_TCP_INFO), Windows 10 1703 and later; systems that refuse give nothing.

use std::os::windows::io::{AsRawSocket, AsSocket};

use windows_sys::Win32::Networking::WinSock::{SIO_TCP_INFO, SOCKET, WSAIoctl};

/// `TCP_INFO_v0`.
#[allow(unsafe_code)] // no safe crate offers SIO_TCP_INFO
#[allow(clippy::cast_possible_truncation)] // a socket is as wide as a pointer
pub fn bytes(socket: &impl AsSocket) -> Option<Vec<u8>> {
    let version: u32 = 0;
    let mut bytes = vec![0_u8; 88];
    let mut returned: u32 = 0;
    // SAFETY: the socket is open for as long as it is borrowed; the system reads four bytes of
    // `version` and writes at most 88 bytes into a buffer that has that many; no overlapped
    // structure and no completion routine are passed, so nothing outlives the call.
    let result = unsafe {
        WSAIoctl(
            socket.as_socket().as_raw_socket() as SOCKET,
            SIO_TCP_INFO,
            (&raw const version).cast(),
            4,
            bytes.as_mut_ptr().cast(),
            88,
            &raw mut returned,
            std::ptr::null_mut(),
            None,
        )
    };
    bytes.truncate(returned as usize);
    (result == 0).then_some(bytes)
}
