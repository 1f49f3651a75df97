//! TCP Fast Open of the client (RFC 7413; tcp(7), TCP_FASTOPEN_CONNECT): Linux.

use std::net::SocketAddr;

use socket2::Socket;

use crate::probe::local_end::LocalEndError;
use crate::record::FastOpen;

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

/// Whether the kernel has a cookie of that address: then `connect` returns without a packet, and
/// none goes out when the socket is closed unused.
pub fn has_cookie(remote: SocketAddr) -> bool {
    let socket = Socket::new(
        socket2::Domain::for_address(remote),
        socket2::Type::STREAM,
        None,
    );
    let Ok(socket) = socket else {
        return false;
    };
    let asked = socket.set_nonblocking(true).and_then(|()| ask(&socket));
    asked.and_then(|()| socket.connect(&remote.into())).is_ok()
}

/// What became of it on a connection that is up: `deferred` whether `connect` returned at once.
pub fn outcome(bytes: &[u8], deferred: bool, remote: SocketAddr) -> Option<FastOpen> {
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
    Some(match (deferred, options & SYN_DATA != 0, fail) {
        (true, true, _) => FastOpen::DataAcked,
        (_, _, SYN_RETRANSMITTED) => FastOpen::SynLost,
        (true, ..) => FastOpen::DataNotAcked,
        (false, ..) if has_cookie(remote) => FastOpen::CookieGot,
        (false, ..) => FastOpen::NoCookie,
    })
}
