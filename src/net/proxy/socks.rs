//! SOCKS5: a tunnel by name or address, with a user and password where they are given (RFC 1928, RFC 1929).

use std::io;

use tokio::net::TcpStream;
use tokio_socks::tcp::Socks5Stream;
use tokio_socks::{Error, TargetAddr};

use super::TunnelReply;
use super::named::Proxy;
use crate::net::stream::Stream;
use crate::net::{Destination, plain_error};
use crate::record::{Cause, Failure};

/// Asks for it.
pub async fn ask(stream: TcpStream, proxy: &Proxy, to: &Destination) -> TunnelReply {
    let target = match to.address {
        Some(address) => TargetAddr::Ip((address, to.port).into()),
        None => TargetAddr::Domain(to.host.to_string().into(), to.port),
    };
    let asked = match &proxy.credentials {
        Some(who) => {
            let (user, password) = (who.user.as_str(), who.password.as_str());
            Socks5Stream::connect_with_password_and_socket(stream, target, user, password).await
        }
        None => Socks5Stream::connect_with_socket(stream, target).await,
    };
    match asked {
        Ok(open) => {
            let stream = Stream::direct(open.into_inner()).into_connected(Vec::new());
            let local = |error| Failure::new(Cause::ProxyLocalError, plain_error(&error));
            TunnelReply {
                reply: "succeeded".to_owned(),
                result: stream.map_err(local),
            }
        }
        Err(error) => refused(&error, proxy),
    }
}

/// What its error means, with its word.
fn refused(error: &Error, proxy: &Proxy) -> TunnelReply {
    let (cause, reply, detail) = match error {
        Error::NoAcceptableAuthMethods | Error::AuthorizationRequired => (
            Cause::ProxyAuth,
            "no-acceptable-method",
            match proxy.credentials {
                None => "the proxy wants a sign-in; give --proxy-auth-file",
                Some(_) => {
                    "the proxy takes no way to sign in that is spoken: user and password, or none"
                }
            },
        ),
        Error::PasswordAuthFailure(_) => (
            Cause::ProxyAuth,
            "sign-in-refused",
            "the proxy refused user or password",
        ),
        Error::InvalidAuthValues(_) => (
            Cause::ProxyAuth,
            "",
            "user and password of SOCKS have 1 to 255 bytes each",
        ),
        Error::ConnectionNotAllowedByRuleset => {
            (Cause::ProxyForbidden, "not-allowed", "the proxy forbids it")
        }
        Error::GeneralSocksServerFailure => (
            Cause::ProxyBadGateway,
            "general-failure",
            "the proxy could not reach the relay: general failure",
        ),
        Error::NetworkUnreachable => (
            Cause::ProxyBadGateway,
            "network-unreachable",
            "the proxy could not reach the relay: network unreachable",
        ),
        Error::HostUnreachable => (
            Cause::ProxyBadGateway,
            "host-unreachable",
            "the proxy could not reach the relay: host unreachable",
        ),
        Error::ConnectionRefused => (
            Cause::ProxyBadGateway,
            "connection-refused",
            "the proxy could not reach the relay: connection refused",
        ),
        Error::TtlExpired => (
            Cause::ProxyBadGateway,
            "ttl-expired",
            "the proxy could not reach the relay: TTL expired",
        ),
        Error::CommandNotSupported => (
            Cause::ProxyStatus,
            "command-not-supported",
            "the proxy opens no connections",
        ),
        Error::AddressTypeNotSupported => (
            Cause::ProxyStatus,
            "address-type-not-supported",
            "the proxy does not know this kind of address; --proxy-dns changes it",
        ),
        // the way to sign in that it chose, or its answer
        Error::UnknownAuthMethod => (
            Cause::ProxyNotSocks,
            "",
            "the proxy answered with a code that SOCKS5 does not know",
        ),
        Error::Io(error) => return broken(error),
        Error::InvalidTargetAddress(why) => (Cause::ProxyStatus, "", *why),
        _ => (
            Cause::ProxyNotSocks,
            "",
            "something other than SOCKS5 answered; if the proxy speaks HTTP, give http://",
        ),
    };
    TunnelReply {
        reply: reply.to_owned(),
        ..TunnelReply::failed(cause, detail)
    }
}

fn broken(error: &io::Error) -> TunnelReply {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::WriteZero => TunnelReply::failed(
            Cause::ProxyClosed,
            "the proxy closed the connection before the tunnel was open",
        ),
        _ => TunnelReply::failed(
            Cause::ProxyReset,
            format!("{} before the tunnel was open", plain_error(error)),
        ),
    }
}
