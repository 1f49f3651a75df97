//! A handshake that was tried: what was asked for, what was seen of it and why it ended.

use std::io;
use std::time::Duration;

use rustls::SupportedProtocolVersion;
use rustls::pki_types::CertificateDer;

use crate::explain::{Arrival, FlightContext, server_flight};
use crate::net::Destination;
use crate::net::stamps;
use crate::net::tcp_info::TcpSnapshot;
use crate::record::{ServerFlight, Tcp, Tls, group_name};
use crate::wire::tls_hello::read_flight;
use crate::words::words;

words! {
    /// Which protocol version is asked for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum TlsVersion {
        /// TLS 1.2 and nothing else, as the reference does.
        #[default]
        V12 = "1.2",
        /// TLS 1.3 and nothing else.
        V13 = "1.3",
        /// The highest that both ends speak.
        Auto = "auto",
    }
}

impl TlsVersion {
    pub(super) fn versions(self) -> Vec<&'static SupportedProtocolVersion> {
        match self {
            Self::V12 => vec![&rustls::version::TLS12],
            Self::V13 => vec![&rustls::version::TLS13],
            Self::Auto => vec![&rustls::version::TLS13, &rustls::version::TLS12],
        }
    }
}

/// Who it is that ends a connection, as far as that can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherEnd {
    /// The server.
    Server,
    /// A proxy itself.
    Proxy,
    /// A proxy or the server behind it: from here they look the same.
    Behind,
}

impl OtherEnd {
    /// The other end of a way to a relay.
    pub fn of(to: &Destination) -> Self {
        if to.proxy.is_some() {
            Self::Behind
        } else {
            Self::Server
        }
    }

    /// In words, to begin a sentence with.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Server => "the server",
            Self::Proxy => "the proxy",
            Self::Behind => "the proxy, or the server behind it,",
        }
    }
}

/// A handshake that was tried.
#[derive(Debug, Default)]
pub struct Handshake {
    /// From the first byte written to the end or the failure.
    pub took: Duration,
    /// What was agreed on, as far as it came; certificate and trust are not judged yet.
    pub tls: Tls,
    /// The certificates that the server sent, its own first.
    pub chain: Vec<CertificateDer<'static>>,
    /// Whether these are all that it wanted to send.
    pub chain_is_whole: bool,
    /// Bytes written.
    pub sent: u64,
    /// Bytes read.
    pub received: u64,
    /// What the server sent first, as far as it is kept.
    pub first_bytes: Vec<u8>,
    /// When the server's first flight came.
    pub arrivals: Vec<Arrival>,
    /// From the client's answer to it to the server's next bytes.
    pub finish: Option<Duration>,
    /// Longest time that bytes lay in this machine's kernel, or that the program needed for itself.
    pub local_delay: Option<Duration>,
    /// What the kernel knew at the end.
    pub kernel: TcpSnapshot,
    /// Segments that came since the beginning while one before them was missing.
    pub out_of_order: u32,
    /// Bytes of them that the other end's system acknowledged; `None` where that is not known, as of a Fast Open's.
    pub acknowledged: Option<u64>,
    /// Segments that this end sent again meanwhile.
    pub sent_again: u32,
    /// Whether the server asked for another ClientHello.
    pub hello_retry: bool,
}

impl Handshake {
    /// Fills what the library did not tell from the server's first bytes themselves.
    pub(super) fn complete_from_first_bytes(&mut self) {
        let flight = read_flight(&self.first_bytes);
        self.tls.version = self.tls.version.or(flight.version);
        self.tls.suite = self.tls.suite.or(flight.suite);
        if self.tls.group.is_none() {
            self.tls.group = flight.group.map(|group| group_name(group).into_owned());
        }
        if self.chain.is_empty() {
            self.chain_is_whole = flight.certificates_complete;
            self.chain = flight
                .certificates
                .into_iter()
                .map(CertificateDer::from)
                .collect();
        }
    }

    /// What is known of the server's first flight when it came through a proxy.
    pub fn flight_behind_a_proxy(&self) -> ServerFlight {
        ServerFlight {
            hello_retry: self.hello_retry,
            local_delay: self.local_delay,
            first_byte: self.arrivals.first().map(|arrival| arrival.at),
            ..ServerFlight::default()
        }
    }

    /// How the server's first flight came, by what is known of the connection.
    pub fn flight(&self, tcp: &Tcp) -> ServerFlight {
        let kernel = self.kernel.numbers();
        let on = FlightContext {
            rtt: tcp.path_rtt(),
            segment: tcp.mss,
            receive_window: kernel.receive_window,
            out_of_order: kernel.out_of_order,
            tick: stamps::tick(),
            finish: self.finish,
        };
        ServerFlight {
            hello_retry: self.hello_retry,
            local_delay: self.local_delay,
            ..server_flight(&self.arrivals, &self.first_bytes, &on)
        }
    }
}

/// Why a handshake ended early.
#[derive(Debug)]
pub(super) enum HandshakeStop {
    Limit(Duration),
    Closed,
    Io(io::Error),
    Tls(rustls::Error),
}
