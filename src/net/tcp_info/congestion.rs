//! The congestion control algorithm of a socket (tcp(7), TCP_CONGESTION).

use std::io;

use socket2::Socket;

use crate::net::local_end::error::LocalEndError;

/// Whether sockets of this program may use the algorithm.
///
/// # Errors
///
/// Elsewhere than on Linux; when the kernel has none of that name or keeps it for root.
pub fn check(name: &str) -> Result<(), LocalEndError> {
    if !cfg!(target_os = "linux") {
        return Err(LocalEndError::LinuxOnly("--congestion"));
    }
    let set = Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)
        .and_then(|socket| set(&socket, name));
    set.map_err(|error| {
        let known = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_available_congestion_control");
        LocalEndError::Congestion(
            name.to_owned(),
            match error.kind() {
                io::ErrorKind::NotFound => "no such algorithm".to_owned(),
                io::ErrorKind::PermissionDenied => {
                    "only root may use it (net.ipv4.tcp_allowed_congestion_control)".to_owned()
                }
                _ => super::super::plain_error(&error),
            },
            known.unwrap_or_default().trim().to_owned(),
        )
    })
}

/// Sets the algorithm.
///
/// # Errors
///
/// When the system refuses, or knows no such thing.
#[cfg(target_os = "linux")]
pub fn set(socket: &Socket, name: &str) -> io::Result<()> {
    socket.set_tcp_congestion(name.as_bytes())
}

/// Sets the algorithm, which no other system can.
///
/// # Errors
///
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn set(_socket: &Socket, _name: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The algorithm of a connection; none where the system does not tell.
#[cfg(target_os = "linux")]
pub fn of(socket: &impl std::os::fd::AsFd) -> Option<String> {
    let name = socket2::SockRef::from(socket).tcp_congestion().ok()?;
    let name = name.split(|byte| *byte == 0).next()?;
    Some(String::from_utf8_lossy(name).into_owned())
}

/// The algorithm of a connection, which no other system tells.
#[cfg(not(target_os = "linux"))]
pub fn of(_socket: &impl Sized) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_algorithm_is_refused_with_those_that_there_are() {
        let said = check("nosuch").unwrap_err().to_string();
        if cfg!(target_os = "linux") {
            assert!(said.starts_with("--congestion nosuch: no such algorithm; this system has "));
            check("reno").unwrap();
        } else {
            assert_eq!(said, "--congestion works on Linux only; leave it out");
        }
    }
}
