//! Whole handshakes that may go on with the session of an earlier one: what only who ends a handshake gets to know.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, HandshakeKind};

use super::wire_tap::WireTap;
use super::{Handshake, OtherEnd, Session, TlsVersion, agreed, drive, driven, fault};
use crate::net::stream::Stream;
use crate::net::verifier::Recorder;
use crate::net::{Destination, Opener};
use crate::record::{Cause, Failure};
use crate::timer::timeout;

/// How long tickets are waited for after a handshake of TLS 1.3.
const TICKETS: Duration = Duration::from_millis(300);

/// Handshakes that share a cache of their sessions.
#[derive(Debug, Clone)]
pub struct SessionCache {
    config: Arc<ClientConfig>,
    recorder: Arc<Recorder>,
    version: TlsVersion,
}

/// What a whole handshake told.
#[derive(Debug, Default)]
pub struct WholeHandshake {
    /// Whether it went on with a session of an earlier one.
    pub resumed: bool,
    /// Application protocol that the server chose.
    pub alpn: Option<String>,
    /// Whether the certificate's status was stapled (OCSP).
    pub stapled: bool,
    /// The certificates as sent, the server's own first; those of the first handshake where a session goes on.
    pub chain: Vec<CertificateDer<'static>>,
}

impl SessionCache {
    /// For handshakes of one version with these application protocols, and with or without a name (SNI).
    ///
    /// # Errors
    ///
    /// When the cryptography offers no suite for the version.
    pub fn new(
        version: TlsVersion,
        alpn: &[String],
        sends_name: bool,
    ) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let recorder = Arc::new(Recorder::new(&provider));
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&version.versions())?
            .dangerous()
            .with_custom_certificate_verifier(recorder.clone())
            .with_no_client_auth();
        config.resumption = Resumption::in_memory_sessions(8);
        config.enable_sni = sends_name;
        config.alpn_protocols = alpn.iter().map(|name| name.clone().into_bytes()).collect();
        Ok(Self {
            config: Arc::new(config),
            recorder,
            version,
        })
    }
}

impl Opener {
    /// A handshake from connect to end, and the session to be closed.
    ///
    /// # Errors
    ///
    /// The failure of the connect or the tls phase.
    pub async fn handshake(
        &self,
        sessions: &SessionCache,
        (to, name): (&Destination, Option<ServerName<'static>>),
        limit: Duration,
    ) -> Result<(WholeHandshake, Session), Failure> {
        let (_, stream) = self.reach(to).await?;
        let name = name.unwrap_or_else(|| self.server_name(to));
        let connection = ClientConnection::new(sessions.config.clone(), name);
        let mut connection =
            connection.map_err(|error| Failure::new(Cause::TlsProtocol, error.to_string()))?;
        let mut tap = WireTap::new(&stream);
        let result = driven(&stream, drive(&mut connection, &mut tap), None, limit).await;
        if let Err(stop) = result {
            let mut handshake = Handshake {
                tls: agreed(&connection),
                first_bytes: std::mem::take(&mut tap.first_bytes),
                received: tap.received,
                ..Handshake::default()
            };
            handshake.complete_from_first_bytes();
            return Err(fault::judge(
                &stop,
                sessions.version,
                &handshake,
                OtherEnd::of(to),
            ));
        }
        await_tickets(&mut connection, &mut tap).await;
        let whole = WholeHandshake {
            resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
            alpn: connection
                .alpn_protocol()
                .map(|name| String::from_utf8_lossy(name).into_owned()),
            stapled: sessions.recorder.is_stapled(),
            chain: sessions.recorder.chain().to_vec(),
        };
        Ok((whole, Session::of(connection, stream)))
    }
}

/// Waits for what a server of TLS 1.3 sends behind the handshake.
async fn await_tickets(connection: &mut ClientConnection, tap: &mut WireTap<'_>) {
    if connection.protocol_version() != Some(rustls::ProtocolVersion::TLSv1_3) {
        return;
    }
    let _ = timeout(TICKETS, async {
        while connection.tls13_tickets_received() == 0 {
            match connection.read_tls(tap) {
                Ok(0) => break,
                Ok(_) if connection.process_new_packets().is_err() => break,
                Ok(_) => tokio::task::consume_budget().await,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    if tap.readable().await.is_err() {
                        break;
                    }
                }
                Err(_) => break,
            }
        }
    })
    .await;
}

impl Session {
    fn of(connection: ClientConnection, stream: Stream) -> Self {
        Self {
            connection,
            stream,
            sent_again: 0,
        }
    }
}
