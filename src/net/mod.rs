//! The path to a relay: the one opener, and what is spoken on what it opens.
//!
//! `open`, `proxy` and `secure` are the opener's steps: resolve, politeness, connect, proxy, tls. Not here: when
//! that is done, and what becomes of it (`measure`).

pub mod cells;
pub mod certificate;
mod connector;
pub mod datagram;
mod destination;
pub mod dns;
mod gate;
pub mod gateway;
mod icmp;
mod ids;
pub mod line;
mod local_end;
mod lookup;
pub mod machine;
pub mod mapped;
mod names;
mod open;
pub mod packets;
pub mod plain_page;
mod plan;
mod proxy;
pub mod pseudo_tls;
mod receive_within;
mod resolve;
mod say;
mod secure;
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
mod winsock_errors;

pub use connector::LostWork;
pub use destination::{Destination, Leads, Route};
pub use gate::POLITE_PER_SECOND;
pub use icmp::IcmpMessage;
pub use icmp::sender;
pub use local_end::{LocalEnd, LocalEndError};
pub use lookup::Lookup;
pub use names::NameLog;
pub use open::{Connection, Opener, OpenerError, Refusal, Visit};
pub use plan::{Limits, Plan, Question, Way};
pub use proxy::{Credentials, Proxy, ProxyDns, ProxyScheme, ProxyUrlError, split_scheme};
pub use say::{Farewell, RawReply};
pub use secure::Secured;
pub use source_ports::SourcePorts;
pub use stream::{Connected, Stream};
pub use tcp_info::syn_timer;
pub use tls::{
    HEAD_LIMIT, Handshake, HeldSession, Kernel, Meter, Session, SessionCache, TlsVersion,
    WholeHandshake,
};
pub use turn::Exchange;

/// An error of the system without its number: "connection refused". Windows says it in a sentence of the user's language;
/// there it is told in words of our own, with the number.
fn plain_error(error: &std::io::Error) -> String {
    if let Some(code) = error.raw_os_error().filter(|_| cfg!(windows)) {
        return winsock_errors::told(code);
    }
    let text = error.to_string();
    let cut = text
        .find(" (os error")
        .map_or(text.as_str(), |end| &text[..end]);
    let mut chars = cut.trim_end_matches('.').chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
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
        if cfg!(windows) {
            assert_eq!(text, "connection refused (10061)");
        }
    }
}
