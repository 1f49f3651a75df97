//! From the end of a failed handshake to its cause and a sentence of what was seen.

use std::io;

use rustls::{
    AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible, PeerMisbehaved,
};

use super::handshake::{Handshake, HandshakeStop, OtherEnd, TlsVersion};
use crate::net::plain_error;
use crate::record::{Cause, Failure, alert_name, suite_name, version_name};
use crate::wire::tls_hello::{FirstBytes, classify};

/// TLS 1.2 as on the wire, the oldest version that is spoken here.
const OLDEST: u16 = 0x0303;

/// Judges why a handshake ended.
pub fn judge(
    stop: &HandshakeStop,
    asked: TlsVersion,
    handshake: &Handshake,
    who: OtherEnd,
) -> Failure {
    let who = who.words();
    let first = classify(&handshake.first_bytes);
    if let Some(what) = not_tls(&first) {
        return Failure::new(Cause::TlsNotTls, what);
    }
    let so_far = so_far(&first, handshake);
    match stop {
        HandshakeStop::Limit(limit) => Failure::new(
            Cause::TlsTimeout,
            format!("not finished within {} ms, {so_far}", limit.as_millis()),
        ),
        HandshakeStop::Closed => Failure::new(
            Cause::TlsEof,
            format!("{who} closed the connection {so_far}"),
        ),
        HandshakeStop::Io(error) => match error.kind() {
            io::ErrorKind::UnexpectedEof => Failure::new(
                Cause::TlsEof,
                format!("{who} closed the connection {so_far}"),
            ),
            io::ErrorKind::TimedOut => {
                let said = "the system gave the connection up";
                Failure::new(Cause::TlsTimeout, format!("{said} {so_far}"))
            }
            // what the library makes of bytes that it will not take
            io::ErrorKind::InvalidData | io::ErrorKind::Other => Failure::new(
                Cause::TlsProtocol,
                format!("{} {so_far}", plain_error(error)),
            ),
            io::ErrorKind::BrokenPipe => Failure::new(
                Cause::TlsReset,
                format!("{who} reset the connection {so_far}"),
            ),
            _ => Failure::new(Cause::TlsReset, format!("{} {so_far}", plain_error(error))),
        },
        HandshakeStop::Tls(error) => of_library(error, asked, handshake),
    }
}

/// What answered when it was not TLS.
fn not_tls(first: &FirstBytes) -> Option<String> {
    match first {
        FirstBytes::Tls | FirstBytes::Alert { .. } | FirstBytes::Empty => None,
        FirstBytes::Http(line) => Some(format!("HTTP answered: {line}")),
        FirstBytes::Ssh(banner) => Some(format!("SSH answered: {banner}")),
        FirstBytes::Text(line) => Some(format!("text answered: {line}")),
        FirstBytes::Binary(hex) => Some(format!("something else answered, first bytes {hex}")),
    }
}

/// How far the handshake came.
fn so_far(first: &FirstBytes, handshake: &Handshake) -> String {
    let gap = handshake.out_of_order;
    let (segments, came) = match gap {
        1 => ("1 segment", "a part of its answer came"),
        _ => (&*format!("{gap} segments"), "parts of its answer came"),
    };
    let came = format!("{came} ({segments} out of order)");
    let which = "was lost or is too large for the path, which could not be told apart";
    match (handshake.received, handshake.chain.len()) {
        (0, _) if gap > 0 => {
            format!("before the beginning of its answer came: {came}, what stands before {which}")
        }
        (0, _) => format!("before a byte came{}", unheard(handshake)),
        _ if gap > 0 => {
            let far = how_far(first, handshake);
            format!("{far}; {came}: if what stands before is missing still, it {which}")
        }
        _ => format!("{}{}", how_far(first, handshake), unheard(handshake)),
    }
}

/// What of this end was never acknowledged, however often it was sent; empty where all was. A server that says nothing
/// acknowledges all the same: its system does.
fn unheard(handshake: &Handshake) -> String {
    let (sent, again) = (handshake.sent, handshake.sent_again);
    match handshake.acknowledged {
        Some(0) if sent > 0 && again > 0 => {
            let times = again + 1;
            format!(": the ClientHello was never acknowledged (sent {times} times)")
        }
        Some(acknowledged) if acknowledged < sent && again > 0 => {
            let bytes = sent - acknowledged;
            let times = if again == 1 {
                "1 retransmission".to_owned()
            } else {
                format!("{again} retransmissions")
            };
            format!(": the last {bytes} bytes of this end were never acknowledged ({times})")
        }
        _ => String::new(),
    }
}

/// How far it came, by its bytes.
fn how_far(first: &FirstBytes, handshake: &Handshake) -> String {
    match (handshake.received, handshake.chain.len()) {
        (bytes, 0) => match first {
            FirstBytes::Alert { description, .. } => {
                format!("after the alert {}", alert_name(*description))
            }
            _ if bytes == 1 => "after 1 byte".to_owned(),
            _ => format!("after {bytes} bytes"),
        },
        (bytes, 1) => format!("after {bytes} bytes with 1 certificate"),
        (bytes, certificates) => format!("after {bytes} bytes with {certificates} certificates"),
    }
}

fn of_library(error: &Error, asked: TlsVersion, handshake: &Handshake) -> Failure {
    match error {
        Error::AlertReceived(alert) => of_alert(*alert, asked, handshake),
        Error::PeerIncompatible(reason) => of_incompatible(reason, asked, handshake),
        Error::PeerMisbehaved(PeerMisbehaved::SelectedUnofferedCipherSuite) => {
            let chosen = handshake.tls.suite.map(suite_name).unwrap_or_default();
            let detail = format!("the server chose a suite that was not offered: {chosen}");
            Failure::new(Cause::TlsProtocol, detail)
        }
        Error::InvalidMessage(InvalidMessage::HandshakePayloadTooLarge) => Failure::new(
            Cause::TlsCertificate,
            "a handshake message over 64 KB, too large to read: the certificate chain",
        ),
        Error::InvalidCertificate(CertificateError::BadSignature) => Failure::new(
            Cause::TlsCertificate,
            "the signature with the certificate's key does not verify, or the key is of a kind \
             that cannot be checked here (RSA under 2048 bits, RSASSA-PSS, P-521, Ed448)",
        ),
        Error::InvalidCertificate(reason) => {
            Failure::new(Cause::TlsCertificate, reason.to_string())
        }
        Error::NoCertificatesPresented => {
            Failure::new(Cause::TlsCertificate, "the server sent no certificate")
        }
        other => Failure::new(Cause::TlsProtocol, other.to_string()),
    }
}

fn of_alert(alert: AlertDescription, asked: TlsVersion, handshake: &Handshake) -> Failure {
    let name = alert_name(u8::from(alert));
    match alert {
        AlertDescription::ProtocolVersion => Failure::new(
            Cause::TlsVersion,
            match asked {
                TlsVersion::Auto => format!("{name}: the server takes neither TLS 1.2 nor 1.3"),
                TlsVersion::V12 | TlsVersion::V13 => format!(
                    "{name}: the server does not take the version asked for; try --tls auto"
                ),
            },
        ),
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity
            if handshake.chain.is_empty() =>
        {
            // it says no more than that nothing acceptable was found among what is offered (RFC 5246 section 7.2.2)
            let hint = "the server found nothing acceptable; it may be about the suites (offered: \
                        ECDHE with AES-GCM or ChaCha20), the groups (X25519, P-256, P-384), the \
                        keys (RSA from 2048 bits, ECDSA, Ed25519), or the server name";
            Failure::new(Cause::TlsAlert, format!("{name}: {hint}"))
        }
        AlertDescription::CertificateRequired => {
            let hint = "the server wants a certificate from the client";
            Failure::new(Cause::TlsAlert, format!("{name}: {hint}"))
        }
        AlertDescription::HandshakeFailure | AlertDescription::BadCertificate
            if !handshake.chain.is_empty() =>
        {
            let hint = "sent after its certificate: the server may want one from the client";
            Failure::new(Cause::TlsAlert, format!("{name}: {hint}"))
        }
        _ => Failure::new(Cause::TlsAlert, name.into_owned()),
    }
}

fn of_incompatible(reason: &PeerIncompatible, asked: TlsVersion, handshake: &Handshake) -> Failure {
    match reason {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
        | PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled => Failure::new(
            Cause::TlsVersion,
            match handshake.tls.version {
                Some(old) if old < OLDEST => {
                    let old = version_name(old);
                    format!("the server chose {old}, which is too old to be spoken here")
                }
                Some(version) if asked != TlsVersion::Auto => {
                    format!("the server chose {}; try --tls auto", version_name(version))
                }
                _ => "the server chose a version that was not asked for".to_owned(),
            },
        ),
        other => Failure::new(
            Cause::TlsProtocol,
            format!("nothing in common with the server: {other:?}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at_the_limit(received: u64, out_of_order: u32, who: OtherEnd) -> String {
        let handshake = Handshake {
            received,
            out_of_order,
            ..Handshake::default()
        };
        let stop = HandshakeStop::Limit(Duration::from_secs(10));
        judge(&stop, TlsVersion::V12, &handshake, who).detail
    }

    #[test]
    fn a_part_that_came_behind_a_gap_is_no_silence() {
        let silent = at_the_limit(0, 0, OtherEnd::Server);
        assert_eq!(silent, "not finished within 10000 ms, before a byte came");
        let gap = at_the_limit(0, 1, OtherEnd::Server);
        assert!(!gap.contains("before a byte came"), "{gap}");
        assert_eq!(
            gap,
            "not finished within 10000 ms, before the beginning of its answer came: a part of its answer came \
             (1 segment out of order), what stands before was lost or is too large for the path, which could not \
             be told apart"
        );
        // it may have been sent again
        let later = at_the_limit(90, 2, OtherEnd::Server);
        assert!(
            later
                .contains("after 90 bytes; parts of its answer came (2 segments out of order): if"),
            "{later}"
        );
    }

    #[test]
    fn what_was_never_acknowledged_is_told_apart_from_silence() {
        let told = |sent: u64, acknowledged: Option<u64>, again: u32, received: u64| {
            let handshake = Handshake {
                sent,
                acknowledged,
                sent_again: again,
                received,
                ..Handshake::default()
            };
            let stop = HandshakeStop::Limit(Duration::from_secs(4));
            judge(&stop, TlsVersion::V12, &handshake, OtherEnd::Server).detail
        };
        assert_eq!(
            told(210, Some(0), 5, 0),
            "not finished within 4000 ms, before a byte came: the ClientHello was never acknowledged (sent 6 times)"
        );
        assert_eq!(
            told(336, Some(210), 2, 3_000),
            "not finished within 4000 ms, after 3000 bytes: the last 126 bytes of this end were never acknowledged \
             (2 retransmissions)"
        );
        let silent = "not finished within 4000 ms, before a byte came";
        assert_eq!(told(210, Some(210), 0, 0), silent);
        assert_eq!(told(210, Some(210), 2, 0), silent);
        // it may be under way
        assert_eq!(told(210, Some(0), 0, 0), silent);
        assert_eq!(told(210, None, 5, 0), silent);
    }

    #[test]
    fn who_closed_a_connection_through_a_proxy_is_not_known() {
        let closed = |who| {
            let stop = HandshakeStop::Closed;
            judge(&stop, TlsVersion::V12, &Handshake::default(), who).detail
        };
        assert!(closed(OtherEnd::Server).starts_with("the server closed"));
        assert_eq!(
            closed(OtherEnd::Behind),
            "the proxy, or the server behind it, closed the connection before a byte came"
        );
    }
}
