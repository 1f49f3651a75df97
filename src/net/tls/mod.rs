//! The TLS phase: a handshake that we drive ourselves, so that nothing learned before a failure
//! is lost, and the orderly end of the connection.
//!
//! Not here: what is asked inside (`ask`, `head`), a session that is held (`hold`), what a handshake that was tried holds (`handshake`), what an error means (`fault`), the certificate's fields and trust, which are judged
//! after the phase.

mod ask;
mod fault;
mod handshake;
mod head;
mod hold;
mod whole;
mod wire_tap;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, HandshakeKind};
use tokio::io::Interest;

use super::stamps;
use super::stream::Stream;
use super::stream::{sent_again, settled};
use super::tcp_info::{self, TcpSnapshot};
use super::verifier::Recorder;
use crate::clock;
use crate::record::{Cause, Failure, Tls, group_name};
use crate::timer::timeout;

use handshake::HandshakeStop;
pub use handshake::{Handshake, OtherEnd, TlsVersion};
pub use head::HEAD_LIMIT;
pub use hold::{HeldSession, Kernel, Meter};
pub use whole::{SessionCache, WholeHandshake};
use wire_tap::WireTap;

/// Makes handshakes; built once.
#[derive(Debug)]
pub struct TlsClient {
    base: ClientConfig,
    version: TlsVersion,
}

/// An open TLS session.
#[derive(Debug)]
pub struct Session {
    connection: ClientConnection,
    stream: Stream,
    /// Segments that had been sent again before the handshake: SYNs.
    sent_again: u32,
}

impl TlsClient {
    /// A client for one choice of versions and application protocols, without resumption.
    ///
    /// # Errors
    ///
    /// When the cryptography offers no suite for the versions.
    pub fn new(version: TlsVersion, alpn: &[String]) -> Result<Self, rustls::Error> {
        stamps::keep_on();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut base = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&version.versions())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Recorder::new(&provider)))
            .with_no_client_auth();
        base.resumption = Resumption::disabled();
        base.alpn_protocols = alpn.iter().map(|name| name.clone().into_bytes()).collect();
        Ok(Self { base, version })
    }

    /// Tries a handshake within the limit with that other end; the server's first byte may have one of its own.
    pub async fn handshake(
        &self,
        stream: Stream,
        name: ServerName<'static>,
        first_byte: Option<Duration>,
        limit: Duration,
        who: OtherEnd,
    ) -> (Handshake, Result<Session, Failure>) {
        let recorder = Arc::new(Recorder::new(self.base.crypto_provider()));
        let mut config = self.base.clone();
        config
            .dangerous()
            .set_certificate_verifier(recorder.clone());
        let mut connection = match ClientConnection::new(Arc::new(config), name) {
            Ok(connection) => connection,
            Err(error) => {
                let why = Failure::new(Cause::TlsProtocol, error.to_string());
                return (Handshake::default(), Err(why));
            }
        };
        // data of the SYN that was not taken is sent again
        let before = sent_again(&stream) + u32::from(first_byte.is_some());
        let at_first = tcp_info::snapshot(&stream).numbers();
        let (out_of_order, start_acked) =
            (at_first.out_of_order, at_first.bytes_acked.unwrap_or(0));
        let mut tap = WireTap::stamped(&stream);
        // what the machine did until here is none of the handshake's
        let start = tap.log.begin();
        let driven = driven(&stream, drive(&mut connection, &mut tap), first_byte, limit).await;
        let now = clock::now();
        let (took, waited) = (
            now.saturating_duration_since(start),
            tap.log.waited_until(now),
        );
        let mut handshake = Handshake {
            took,
            tls: agreed(&connection),
            chain: recorder.chain().to_vec(),
            chain_is_whole: true,
            sent: tap.sent,
            received: tap.received,
            first_bytes: std::mem::take(&mut tap.first_bytes),
            arrivals: std::mem::take(&mut tap.log.arrivals),
            finish: tap.log.finish,
            local_delay: (tap.log.local_delay).max(Some(took.saturating_sub(waited))),
            kernel: match driven {
                Ok(()) => settled(&stream, before).await,
                Err(_) => tcp_info::snapshot(&stream),
            },
            out_of_order: 0,
            acknowledged: None,
            sent_again: 0,
            hello_retry: connection.handshake_kind()
                == Some(HandshakeKind::FullWithHelloRetryRequest),
        };
        let end = handshake.kernel.numbers();
        let came = end.out_of_order.unwrap_or(0);
        handshake.out_of_order = came.saturating_sub(out_of_order.unwrap_or(0));
        if first_byte.is_none() && !stream.is_tunnel() {
            handshake.acknowledged = end.bytes_acked.map(|all| all.saturating_sub(start_acked));
            handshake.sent_again = end.retransmits.unwrap_or(0).saturating_sub(before);
        }
        let failure = driven.err();
        let result = match failure {
            None => Ok(Session {
                connection,
                stream,
                sent_again: before,
            }),
            Some(stop) => {
                handshake.complete_from_first_bytes();
                Err(fault::judge(&stop, self.version, &handshake, who))
            }
        };
        // how many there are of a chain that was cut short is not known
        let length = Some(handshake.chain.len()).filter(|length| *length > 0);
        handshake.tls.chain_length = length.filter(|_| handshake.chain_is_whole);
        (handshake, result)
    }
}

impl Session {
    /// The stream with the session around it.
    pub fn into_outer(self) -> Stream {
        self.stream.inside(self.connection)
    }

    /// What the kernel knows of the connection now, or in a moment when it will know more.
    pub async fn snapshot(&self) -> TcpSnapshot {
        settled(&self.stream, self.sent_again).await
    }

    /// Ends the session as the protocol asks: close_notify, FIN, then whatever the server still
    /// sends is read for a moment, so that no reset goes out.
    pub async fn close(mut self) {
        const LINGER: Duration = Duration::from_secs(1);
        const MOST: u64 = 64 * 1024;
        self.connection.send_close_notify();
        let mut tap = WireTap::new(&self.stream);
        let _ = timeout(LINGER, async {
            flush(&mut self.connection, &mut tap).await?;
            self.stream.finish()?;
            let mut rest = [0; 4096];
            while tap.received < MOST {
                match io::Read::read(&mut tap, &mut rest) {
                    Ok(0) => break,
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        tap.ready(Interest::READABLE).await?;
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
        .await;
    }
}

/// Runs the handshake within its limits.
async fn driven(
    stream: &Stream,
    handshake: impl Future<Output = Result<(), HandshakeStop>>,
    first_byte: Option<Duration>,
    limit: Duration,
) -> Result<(), HandshakeStop> {
    tokio::pin!(handshake);
    if let Some(first) = first_byte {
        if let Ok(result) = timeout(first, &mut handshake).await {
            return result;
        }
        if tcp_info::snapshot(stream).numbers().bytes_received == Some(0) {
            return Err(HandshakeStop::Limit(first));
        }
    }
    let ended = timeout(limit, handshake).await;
    ended.unwrap_or(Err(HandshakeStop::Limit(limit)))
}

async fn drive(
    connection: &mut ClientConnection,
    tap: &mut WireTap<'_>,
) -> Result<(), HandshakeStop> {
    let mut unsent = None;
    loop {
        if unsent.is_none() {
            // a reset may hide what the server sent before it: let the reading find out
            unsent = flush(connection, tap).await.err();
        }
        if !connection.is_handshaking() {
            return unsent.map_or(Ok(()), |error| Err(HandshakeStop::Io(error)));
        }
        match connection.read_tls(tap) {
            Ok(0) => return Err(unsent.map_or(HandshakeStop::Closed, HandshakeStop::Io)),
            Ok(_) => {
                // a server that never stops sending must not keep the limit from firing
                tokio::task::consume_budget().await;
                let processed = connection.process_new_packets();
                // what comes behind the end of the handshake is no part of it
                if let Err(error) = processed
                    && connection.is_handshaking()
                {
                    // the alert that tells the server why
                    let _ = connection.write_tls(tap);
                    return Err(HandshakeStop::Tls(error));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                tap.readable().await.map_err(HandshakeStop::Io)?;
            }
            Err(error) => return Err(HandshakeStop::Io(error)),
        }
    }
}

async fn flush(connection: &mut ClientConnection, tap: &mut WireTap<'_>) -> io::Result<()> {
    while connection.wants_write() {
        match connection.write_tls(tap) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                tap.ready(Interest::WRITABLE).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn agreed(connection: &ClientConnection) -> Tls {
    Tls {
        version: connection.protocol_version().map(u16::from),
        suite: connection
            .negotiated_cipher_suite()
            .map(|suite| u16::from(suite.suite())),
        group: connection
            .negotiated_key_exchange_group()
            .map(|group| group_name(u16::from(group.name())).into_owned()),
        alpn: connection
            .alpn_protocol()
            .map(|name| String::from_utf8_lossy(name).into_owned()),
        ..Tls::default()
    }
}
