//! WSAIoctl(SIO_TCP_INFO), Windows 10 1703 and later; systems that refuse give nothing.

use std::os::windows::io::{AsRawSocket, AsSocket};

use windows_sys::Win32::Networking::WinSock::{SIO_TCP_INFO, SOCKET, WSAIoctl};

use super::layout::windows::newest;

/// `TCP_INFO_v1`, or `TCP_INFO_v0` where the system has no newer one.
pub fn bytes(socket: &impl AsSocket) -> Option<Vec<u8>> {
    newest(|version, buffer| ask(socket, version, buffer))
}

/// Asks for one version; how many bytes the system has written.
#[allow(unsafe_code)] // no safe crate offers SIO_TCP_INFO
#[allow(clippy::cast_possible_truncation)] // a socket is as wide as a pointer
fn ask(socket: &impl AsSocket, version: u32, buffer: &mut [u8]) -> Option<usize> {
    let length = u32::try_from(buffer.len()).ok()?;
    let mut returned: u32 = 0;
    // SAFETY: the socket is open for as long as it is borrowed; the system reads four bytes of
    // `version` and writes at most `length` bytes into a buffer that has that many; no overlapped
    // structure and no completion routine are passed, so nothing outlives the call.
    let result = unsafe {
        WSAIoctl(
            socket.as_socket().as_raw_socket() as SOCKET,
            SIO_TCP_INFO,
            (&raw const version).cast(),
            4,
            buffer.as_mut_ptr().cast(),
            length,
            &raw mut returned,
            std::ptr::null_mut(),
            None,
        )
    };
    (result == 0).then_some(returned as usize)
}
