//! What a TLS handshake agreed on, the certificate, and how the server's first flight came.

use crate::record::{
    Certificate, Tls, TlsPath, Trust, cipher_algorithm, hash_algorithm, key_exchange_algorithm,
    ssl_protocol, suite_name, version_name,
};
use crate::schema::column::{Kind, of, on_request};
use crate::schema::group::Group;
use crate::schema::value::{Value, hex, number, optional, owned, text, time_us, word};

/// A row with a TLS handshake.
pub trait HasTls: 'static {
    /// What it agreed on, as far as it came.
    fn tls(&self) -> &Tls;
}

impl<R: HasTls> Group<R> {
    /// The session.
    #[rustfmt::skip]
    pub(crate) const TLS: Self = Self { columns: &[
        of("tls_version", Kind::Text, "", "TLS version", |r| r.tls().version.map_or(Value::Missing, |v| owned(version_name(v)))),
        of("tls_cipher", Kind::Text, "", "cipher suite, IANA name", |r| r.tls().suite.map_or(Value::Missing, |s| owned(suite_name(s)))),
        of("tls_group", Kind::Text, "", "key exchange group, IANA name", |r| optional(r.tls().group.as_deref())),
        of("tls_alpn", Kind::Text, "", "application protocol that the server chose", |r| optional(r.tls().alpn.as_deref())),
        of("trust_public", Kind::Text, "", "verdict of the public roots: trusted, or the reason", |r| word(r.tls().trust_public.map(Trust::as_str))),
        of("trust_os", Kind::Text, "", "verdict of the system's root store: trusted, or the reason; empty where it could not tell", |r| word(r.tls().trust_os.map(Trust::as_str))),
        of("tls_path", Kind::Text, "", "what is on the path, by the certificates: direct, incomplete-chain, inspected, private-root, self-signed, unknown, expired, not-yet-valid, wrong-name", |r| word(r.tls().path.map(TlsPath::as_str))),
        of("tls_path_evidence", Kind::Text, "", "the evidence for tls_path", |r| text(&r.tls().path_evidence)),
        of("http_reply", Kind::Text, "", "what a HEAD inside TLS got, in no phase: http and its status, silence, closed (close_notify), cut, reset, other; empty when none was sent", |r| r.tls().http_reply.map_or(Value::Missing, |reply| Value::Text(reply.word()))),
        of("chain_length", Kind::Integer, "", "certificates that the server sent", |r| number(r.tls().chain_length.map(|n| n as u64))),
    ] };

    /// The session in .NET's words.
    #[rustfmt::skip]
    pub(crate) const DOTNET: Self = Self { columns: &[
        of("SslProtocol", Kind::Text, "", "TLS version as .NET names it (Tls12)", |r| word(r.tls().version.map(ssl_protocol))),
        of("CipherAlgorithm", Kind::Text, "", "cipher as .NET names it (Aes256)", |r| suite(r, cipher_algorithm)),
        of("HashAlgorithm", Kind::Text, "", "hash as .NET names it (Sha384)", |r| suite(r, hash_algorithm)),
        of("KeyExchangeAlgorithm", Kind::Text, "", "key exchange as .NET prints it (44550 is ephemeral ECDH)", |r| suite(r, key_exchange_algorithm)),
    ] };

    /// The certificate.
    #[rustfmt::skip]
    pub(crate) const CERTIFICATE: Self = Self { columns: &[
        of("CN", Kind::Text, "", "common name of the server's certificate (CN=...)", |r| cert(r, |c| text(&c.common_name))),
        of("Subject", Kind::Text, "", "subject of the certificate, as .NET prints it", |r| cert(r, |c| text(&c.subject))),
        of("NotAfter", Kind::Time, "UTC", "end of the certificate's validity", |r| cert(r, |c| c.not_after.map_or(Value::Missing, Value::Seconds))),
        of("NotBefore", Kind::Time, "UTC", "start of the certificate's validity", |r| cert(r, |c| c.not_before.map_or(Value::Missing, Value::Seconds))),
        of("Issuer", Kind::Text, "", "issuer of the certificate, as .NET prints it", |r| cert(r, |c| text(&c.issuer))),
        of("Thumbprint", Kind::Text, "", "SHA-1 of the certificate, hexadecimal", |r| cert(r, |c| hex(&c.thumbprint))),
        of("SerialNumber", Kind::Text, "", "serial number of the certificate, hexadecimal", |r| cert(r, |c| hex(&c.serial_number))),
        of("SignatureAlgorithmFriendlyName", Kind::Text, "", "signature algorithm as .NET names it (sha256RSA)", |r| cert(r, |c| text(&c.signature_algorithm))),
        of("cert_key", Kind::Text, "", "public key of the certificate: rsa-2048, ec-p256, ed25519", |r| cert(r, |c| text(&c.key))),
        of("cert_sha256", Kind::Text, "", "SHA-256 of the certificate, hexadecimal", |r| cert(r, |c| hex(&c.sha256))),
        on_request(of("cert_sans", Kind::List, "", "subject alternative names of the certificate", |r| cert(r, |c| text(&c.sans)))),
    ] };

    /// The server's first flight.
    #[rustfmt::skip]
    pub(crate) const FLIGHT: Self = Self { columns: &[
        of("tls_hello_us", Kind::Integer, "us", "from the ClientHello to the server's first byte", |r| time_us(r.tls().flight.first_byte)),
        of("tls_flight_bytes", Kind::Integer, "bytes", "the server's first flight", |r| number(r.tls().flight.bytes)),
        of("tls_flight_windows", Kind::Integer, "", "windows that it took: more than 1 is a wait for acknowledgements", |r| number(r.tls().flight.windows.map(u64::from))),
        of("tls_flight_lost", Kind::Flag, "", "whether a part of it was lost and retransmitted; empty if that could not be determined", |r| r.tls().flight.lost.map_or(Value::Missing, Value::Flag)),
    ] };
}

fn cert<'a, R: HasTls>(row: &'a R, read: impl Fn(&'a Certificate) -> Value<'a>) -> Value<'a> {
    let certificate = row.tls().certificate.as_deref();
    certificate.map_or(Value::Missing, read)
}

/// A word of .NET's for the session's cipher suite.
fn suite<R: HasTls>(row: &R, name: fn(&str) -> &'static str) -> Value<'_> {
    word(row.tls().suite.map(|suite| name(&suite_name(suite))))
}
