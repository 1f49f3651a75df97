//! The server's certificate in the reference's formats.
//!
//! Here: DER to [`record::Certificate`](crate::record::Certificate): names as .NET's
//! X500DistinguishedName.Name prints them, fingerprints, serial number, friendly name of the
//! signature algorithm, kind of key, alternative names. Not here: whether to trust it
//! (`net::trust`). RFC 5280; the strings are X.690.
//!
//! Text is what the certificate says, control characters included: the columns escape it. Each
//! field is bounded, and what was left out shows as `...`.

mod key;
mod name;
mod sans;
mod text;

use chrono::{DateTime, Utc};
use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use x509_parser::nom;
use x509_parser::prelude::{ASN1Time, FromDer, X509Certificate, X509Error};

use crate::record::Certificate;

pub(super) use key::oid_text;
use text::{bounded, hex};

/// A certificate that cannot be decoded as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the certificate cannot be decoded: {reason}")]
pub struct CertificateError {
    /// What is known of it all the same: its fingerprints.
    pub certificate: Box<Certificate>,
    reason: String,
}

/// Reads a certificate from its DER form.
///
/// # Errors
///
/// When it is no X.509 certificate. The error holds its fingerprints.
pub fn read(der: &[u8]) -> Result<Certificate, CertificateError> {
    let fingerprints = Certificate {
        thumbprint: hex(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref()),
        sha256: hex(digest::digest(&SHA256, der).as_ref()),
        ..Certificate::default()
    };
    let parsed = match X509Certificate::from_der(der) {
        Ok((_, parsed)) => parsed,
        Err(error) => {
            return Err(CertificateError {
                certificate: Box::new(fingerprints),
                reason: reason(&error),
            });
        }
    };
    Ok(Certificate {
        common_name: bounded(name::common_name(parsed.subject())),
        subject: bounded(name::distinguished_name(parsed.subject())),
        issuer: bounded(name::distinguished_name(parsed.issuer())),
        not_after: moment(parsed.validity().not_after),
        not_before: moment(parsed.validity().not_before),
        serial_number: bounded(hex(parsed.raw_serial())),
        signature_algorithm: bounded(key::signature_name(&parsed.signature_algorithm)),
        key: bounded(key::kind(parsed.public_key())),
        sans: sans::list(&parsed),
        ..fingerprints
    })
}

/// The parser's complaint without the bytes that it stumbled on.
fn reason(error: &nom::Err<X509Error>) -> String {
    use nom::error::ErrorKind;
    match error {
        nom::Err::Incomplete(_)
        | nom::Err::Error(X509Error::NomError(ErrorKind::Eof))
        | nom::Err::Failure(X509Error::NomError(ErrorKind::Eof)) => "it ends too early".to_owned(),
        nom::Err::Error(error) | nom::Err::Failure(error) => error.to_string(),
    }
}

/// Years that need more than four digits do not exist in X.509; what chrono cannot hold is `None`.
fn moment(time: ASN1Time) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.timestamp(), 0)
}

#[cfg(test)]
mod tests;
