//! The path to a relay: the one opener, and what is spoken on what it opens.
//!
//! `open`, `proxy` and `secure` are the opener's steps: resolve, politeness, connect, proxy, tls. Not here: when
//! that is done, and what becomes of it (`measure`).

pub mod cells;
pub mod certificate;
pub mod clear;
mod connector;
pub mod datagram;
mod destination;
pub mod dns;
mod gate;
pub mod gateway;
mod icmp;
mod ids;
mod line;
mod local_end;
mod lookup;
pub mod machine;
mod names;
mod open;
pub mod packets;
pub mod plain_page;
mod plan;
mod proxy;
pub mod pseudo_tls;
mod rejected;
mod resolve;
mod say;
mod secure;
mod settled;
pub mod sizes;
mod source_ports;
mod stamps;
mod stream;
mod tcp;
mod tcp_info;
mod tls;
pub mod trust;
mod turn;
mod verifier;
pub mod web;

pub use connector::Lost;
pub use destination::{Destination, Leads, Route};
pub use gate::POLITE_PER_SECOND;
pub use icmp::IcmpMessage;
pub use local_end::{LocalEnd, LocalEndError};
pub use lookup::Lookup;
pub use names::NameLog;
pub use open::{Connection, Opener, OpenerError, Refusal, Visit};
pub use plan::{Limits, Plan, Question, Way};
pub use proxy::{Credentials, Proxy, ProxyDns, ProxyScheme, ProxyUrlError, split_scheme};
pub use rejected::sender;
pub use say::{Farewell, Heard};
pub use secure::Secured;
pub use source_ports::SourcePorts;
pub use stream::{Connected, Stream};
pub use tcp_info::syn_timer;
pub use tls::{
    HEAD_LIMIT, Handshake, Held, Kernel, Meter, Session, Sessions, TlsVersion, WholeHandshake,
};
pub use turn::Exchange;

/// An error of the system without its number: "connection refused".
fn plain_error(error: &std::io::Error) -> String {
    // Windows says it in a sentence of the user's language; rows are for all
    let text = if cfg!(windows) && of_the_network(error.kind()) {
        error.kind().to_string()
    } else {
        error.to_string()
    };
    let cut = text
        .find(" (os error")
        .map_or(text.as_str(), |end| &text[..end]);
    let mut chars = cut.trim_end_matches('.').chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// Whether the kind alone says what happened to a socket.
fn of_the_network(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind as K;
    matches!(
        kind,
        K::ConnectionRefused
            | K::ConnectionReset
            | K::ConnectionAborted
            | K::NotConnected
            | K::BrokenPipe
            | K::TimedOut
            | K::HostUnreachable
            | K::NetworkUnreachable
            | K::NetworkDown
            | K::AddrInUse
            | K::AddrNotAvailable
            | K::PermissionDenied
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_what_could_not_be_done() {
        let thread = OpenerError::Thread(std::io::Error::other("no more threads"));
        // what the system said stands once, in the source
        let chain = |error: OpenerError| {
            use std::error::Error as _;
            format!("{error}: {}", error.source().unwrap())
        };
        assert_eq!(
            chain(thread),
            "the thread for name resolution and connects could not be started: no more threads"
        );
        let tls = OpenerError::Tls(rustls::Error::FailedToGetRandomBytes);
        assert_eq!(
            chain(tls),
            "TLS could not be set up: failed to get random bytes"
        );
    }

    #[test]
    fn errors_of_the_system_are_told_without_their_number() {
        let error = std::io::Error::from_raw_os_error(if cfg!(windows) { 10061 } else { 111 });
        let text = plain_error(&error);
        assert!(!text.contains("os error"), "{error}");
        assert!(!text.ends_with('.'), "{error}");
    }
}
