//! The server's certificate in the reference's formats.
//!
//! Here: DER to [`record::Certificate`](crate::record::Certificate): names as .NET's
//! X500DistinguishedName.Name prints them, fingerprints, serial number, friendly name of the
//! signature algorithm, kind of key, alternative names. Not here: whether to trust it
//! (`net::trust`). RFC 5280; the strings are X.690.
//!
//! Text is what the certificate says, control characters included: the columns escape it. Each
//! field is bounded, and what was left out shows as `...`.

mod fields;
mod key;
mod name;
mod sans;

use chrono::{DateTime, Utc};
use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use x509_parser::prelude::{ASN1Time, X509Name};

use crate::judge::Name;
use crate::record::Certificate;

pub(super) use fields::Fields;
use fields::bounded;
pub(super) use fields::hex;
pub(super) use key::{oid_text, rsa_bits};

/// A certificate whose parts cannot be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the certificate cannot be decoded: {reason}")]
pub struct CertificateError {
    /// What is known of it all the same: its fingerprints.
    pub certificate: Box<Certificate>,
    reason: String,
}

/// Reads a certificate from its DER form. Each field stands alone: what can be read is read, and
/// `faults` names what cannot.
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
    let fields = match Fields::of(der) {
        Ok(fields) => fields,
        Err(reason) => {
            let mut certificate = Box::new(fingerprints);
            certificate.faults = format!("the certificate cannot be decoded: {reason}");
            return Err(CertificateError {
                certificate,
                reason,
            });
        }
    };
    let of_subject = |print: fn(&X509Name<'_>) -> String| fields.subject.as_ref().map(print);
    let mut faults = fields.faults.clone();
    for (name, value) in [("Subject", &fields.subject), ("Issuer", &fields.issuer)] {
        if value.as_ref().is_some_and(name::is_cut_short) {
            faults.push(format!("a part of {name} cannot be read"));
        }
    }
    Ok(Certificate {
        common_name: field(of_subject(name::common_name)),
        subject: field(of_subject(name::distinguished_name)),
        issuer: field(fields.issuer.as_ref().map(name::distinguished_name)),
        not_after: fields.not_after.and_then(moment),
        not_before: fields.not_before.and_then(moment),
        serial_number: field(fields.serial.map(hex)),
        signature_algorithm: field(fields.signature.as_ref().map(key::signature_name)),
        key: field(fields.key.as_ref().map(key::kind)),
        sans: sans::list(&fields.extensions),
        faults: bounded(faults.join("; ")),
        ..fingerprints
    })
}

/// Whose name it is, for a judgement.
pub(super) fn name_parts(name: &X509Name<'_>) -> Name {
    Name {
        organizations: name::values(name, name::ORGANIZATION),
        units: name::values(name, name::UNIT),
        common_names: name::values(name, name::COMMON_NAME),
    }
}

/// The first common name without its key; empty when there is none.
pub(super) fn first_common_name(name: &X509Name<'_>) -> String {
    let names = name::values(name, name::COMMON_NAME);
    names.into_iter().next().unwrap_or_default()
}

/// The text of a field that may not have been readable.
fn field(text: Option<String>) -> String {
    bounded(text.unwrap_or_default())
}

/// Years that need more than four digits do not exist in X.509; what chrono cannot hold is `None`.
fn moment(time: ASN1Time) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.timestamp(), 0)
}

#[cfg(test)]
mod tests;
