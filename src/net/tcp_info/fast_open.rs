//! TCP Fast Open of the client (RFC 7413; tcp(7), TCP_FASTOPEN_CONNECT): Linux.

use socket2::Socket;

use crate::net::local_end::error::LocalEndError;

/// The bit of `net.ipv4.tcp_fastopen` for clients.
const CLIENT: u32 = 1;

/// Whether programs of this system may use it.
///
/// # Errors
///
/// Elsewhere than on Linux, and where it is switched off.
pub fn check() -> Result<(), LocalEndError> {
    if !cfg!(target_os = "linux") {
        return Err(LocalEndError::LinuxOnly("--fast-open"));
    }
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_fastopen").unwrap_or_default();
    match text.trim().parse::<u32>() {
        Ok(switch) if switch & CLIENT != 0 => Ok(()),
        _ => Err(LocalEndError::FastOpenOff),
    }
}

/// Asks for it on a socket that is not connected yet. With a cookie at hand `connect` then returns
/// at once, and the SYN goes out with the first data; without one it asks for a cookie.
///
/// # Errors
///
/// When the system refuses.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)] // no safe crate offers TCP_FASTOPEN_CONNECT
pub fn ask(socket: &Socket) -> std::io::Result<()> {
    use std::os::fd::AsRawFd as _;
    let on: libc::c_int = 1;
    // SAFETY: the descriptor is open for as long as `socket` is borrowed; the kernel reads the
    // four bytes of `on`, which outlives the call.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_FASTOPEN_CONNECT,
            (&raw const on).cast(),
            4,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error())
    }
}

/// Asks for it, in vain.
///
/// # Errors
///
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn ask(_socket: &Socket) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// What the kernel knows of it on a connection that is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SynData {
    /// The answer to the SYN acknowledged its data.
    DataAcked,
    /// The SYN had to be sent again, without the option.
    SynLost,
    /// Neither.
    Nothing,
}

/// Reads it from `struct tcp_info`.
pub fn seen(bytes: &[u8]) -> Option<SynData> {
    /// `tcpi_options`: the answer to the SYN acknowledged its data.
    const SYN_DATA: u8 = 32;
    /// `tcpi_fastopen_client_fail`: the SYN had to be sent again, without the option.
    const SYN_RETRANSMITTED: u8 = 3;
    let options = *bytes.get(5)?;
    // a bit, then two bits for the reason; the first is the lowest on little-endian
    let bits = *bytes.get(7)?;
    let fail = if cfg!(target_endian = "big") {
        bits >> 5 & 3
    } else {
        bits >> 1 & 3
    };
    Some(match (options & SYN_DATA != 0, fail) {
        (true, _) => SynData::DataAcked,
        (false, SYN_RETRANSMITTED) => SynData::SynLost,
        (false, _) => SynData::Nothing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // tcpi_options 32: SYN data acknowledged; tcpi_fastopen_client_fail, two bits behind one:
    // 1 cookie unavailable, 2 data not acknowledged, 3 SYN sent again (linux/tcp.h)
    #[test]
    fn the_kernels_bits_are_read() {
        let of = |options: u8, fail: u8| {
            let mut bytes = [0; 8];
            bytes[5] = options;
            bytes[7] = if cfg!(target_endian = "big") {
                fail << 5
            } else {
                fail << 1
            };
            seen(&bytes)
        };
        assert_eq!(of(32 | 7, 0), Some(SynData::DataAcked));
        assert_eq!(of(7, 3), Some(SynData::SynLost));
        for other in [0, 1, 2] {
            assert_eq!(of(7, other), Some(SynData::Nothing), "{other}");
        }
        assert_eq!(seen(&[0; 7]), None);
    }
}
