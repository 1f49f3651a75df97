//! From a verifier's error to the words of why it does not take a chain, where the verdict is `other`.

use rustls::{CertificateError, Error};

/// Why a chain is not taken, in words that go behind a semicolon; empty where the verdict says it, or the verifier did not.
pub(super) fn why(error: &Error) -> &'static str {
    match error {
        Error::InvalidCertificate(error) => refusal(error),
        _ => "",
    }
}

/// The same of what a verifier says of a certificate.
pub fn refusal(error: &CertificateError) -> &'static str {
    use CertificateError as E;
    match error {
        E::BadEncoding => "a certificate of the chain cannot be decoded",
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => PURPOSE,
        E::UnhandledCriticalExtension => CRITICAL,
        E::UnknownRevocationStatus => "whether it is revoked could not be told",
        E::ApplicationVerificationFailure => "the system's verifier does not take it",
        E::Other(other) => named(&other.to_string()),
        _ if is_of_algorithms(error) => ALGORITHM,
        _ => "",
    }
}

pub(super) const PURPOSE: &str =
    "the extended key usage of it or of a CA above it is not for TLS servers";
pub(super) const CRITICAL: &str =
    "it or a CA above it has a critical extension that is not known to the verifier";
const NAMES: &str = "a CA above it may not issue for such a name (name constraints)";
pub(super) const LENGTH: &str = "a CA above it may not have so many CAs below it (path length)";
pub(super) const NO_CA: &str = "an issuer of the chain is no CA by its basic constraints";
pub(super) const NO_SIGNING: &str =
    "the key usage of a CA above it is not for signing certificates";
pub(super) const NOT_FOR_TLS: &str = "its key usage is not for TLS servers";
pub(super) const KEY_SIZE: &str =
    "a CA above it has an RSA key of fewer than 2048 bits, which is too weak";
const ALGORITHM: &str = "a signature of the chain is of a kind that is not known to the verifier";
const MALFORMED: &str = "an extension of it or of a CA above it is malformed";
const TOO_MUCH: &str = "the chain is too intricate for the verifier";

/// Whether webpki alone does not take such a certificate: systems' verifiers take a CA's for a server, and old versions.
pub(super) fn is_of_webpki(error: &Error) -> bool {
    const OWN: [&str; 2] = ["CaUsedAsEndEntity", "UnsupportedCertVersion"];
    match error {
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            let text = other.to_string();
            OWN.iter().any(|name| text.starts_with(name))
        }
        _ => false,
    }
}

/// Whether the signature of a certificate is of a kind that cannot be verified here.
pub(super) fn is_of_algorithms_here(error: &Error) -> bool {
    matches!(error, Error::InvalidCertificate(error) if is_of_algorithms(error))
}

fn is_of_algorithms(error: &CertificateError) -> bool {
    // the variants without what they carry are deprecated, and still made
    format!("{error:?}").starts_with("UnsupportedSignatureAlgorithm")
}

/// The words for an error of webpki that rustls passes on, by its name.
fn named(text: &str) -> &'static str {
    match text.split(['(', ' ', '{']).next().unwrap_or_default() {
        "UnsupportedCriticalExtension" => CRITICAL,
        "NameConstraintViolation" => NAMES,
        "PathLenConstraintViolated" => LENGTH,
        "EndEntityUsedAsCa" => NO_CA,
        "CaUsedAsEndEntity" => "it is a CA's certificate, not a server's",
        "EmptyEkuExtension" => "the extended key usage of it or of a CA above it is empty",
        "ExtensionValueInvalid" | "MalformedExtensions" => MALFORMED,
        "MalformedNameConstraint" | "InvalidNetworkMaskConstraint" => {
            "the name constraints of a CA above it are malformed"
        }
        "MalformedDnsIdentifier" => "a name in it is malformed",
        "InvalidSerialNumber" => "the serial number of it or of a CA above it is not valid",
        "UnsupportedCertVersion" => "it or a CA above it is not an X.509 certificate of version 3",
        "SignatureAlgorithmMismatch" => {
            "it or a CA above it names two different signature algorithms"
        }
        "CertDistrusted" => "its key or that of a CA above it is distrusted",
        "MaximumNameConstraintComparisonsExceeded"
        | "MaximumPathBuildCallsExceeded"
        | "MaximumPathDepthExceeded"
        | "MaximumSignatureChecksExceeded" => TOO_MUCH,
        _ => "",
    }
}

/// The words for an error number of Windows. Source: Windows' winerror.h.
#[cfg(any(windows, test))]
pub(super) fn by_number(number: u32) -> &'static str {
    match number {
        // CERT_E_ROLE
        0x800B_0103 => NO_CA,
        // CERT_E_PATHLENCONST
        0x800B_0104 => LENGTH,
        // CERT_E_CRITICAL
        0x800B_0105 => CRITICAL,
        // CERT_E_PURPOSE, CERT_E_WRONG_USAGE
        0x800B_0106 | 0x800B_0110 => PURPOSE,
        // CERT_E_MALFORMED
        0x800B_0108 => "a certificate of the chain cannot be decoded",
        // TRUST_E_EXPLICIT_DISTRUST
        0x800B_0111 => "this system distrusts it or a CA above it",
        // CERT_E_INVALID_POLICY
        0x800B_0113 => "a policy of the chain is not taken",
        // CERT_E_INVALID_NAME
        0x800B_0114 => NAMES,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::OtherError;

    use super::*;

    // the names are those of webpki 0.103, as it displays them
    #[test]
    fn each_reason_of_webpki_has_its_own_words() {
        let mut seen = std::collections::BTreeMap::new();
        for name in [
            "UnsupportedCriticalExtension",
            "NameConstraintViolation",
            "PathLenConstraintViolated",
            "EndEntityUsedAsCa",
            "CaUsedAsEndEntity",
            "EmptyEkuExtension",
            "ExtensionValueInvalid",
            "MalformedNameConstraint",
            "MalformedDnsIdentifier",
            "InvalidSerialNumber",
            "UnsupportedCertVersion",
            "SignatureAlgorithmMismatch",
            "CertDistrusted",
            "MaximumPathDepthExceeded",
        ] {
            let inner = Box::<dyn std::error::Error + Send + Sync>::from(name);
            let error = CertificateError::Other(OtherError(Arc::from(inner)));
            let words = why(&Error::InvalidCertificate(error));
            assert!(!words.is_empty(), "{name}");
            assert_eq!(seen.insert(words, name), None, "{name}: {words}");
        }
        let words = why(&Error::InvalidCertificate(CertificateError::InvalidPurpose));
        assert_eq!(words, PURPOSE);
        assert!(!seen.contains_key(words));
    }

    #[test]
    fn windows_numbers_have_the_same_words() {
        assert_eq!(by_number(0x800B_0105), CRITICAL);
        assert_eq!(by_number(0x800B_0110), PURPOSE);
        // its name is one that a CA above it may not issue for: no other name than the one asked for
        assert_eq!(by_number(0x800B_0114), NAMES);
        assert_eq!(by_number(0x800B_0101), "");
    }

    #[test]
    fn what_the_verdict_says_and_what_is_not_known_has_no_words() {
        for error in [CertificateError::Expired, CertificateError::UnknownIssuer] {
            assert_eq!(why(&Error::InvalidCertificate(error)), "");
        }
        assert_eq!(named("SomethingNew(7)"), "");
        assert_eq!(why(&Error::General("x".to_owned())), "");
    }
}
