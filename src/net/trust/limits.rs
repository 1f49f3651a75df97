//! What the certificates of a path may be used for, where webpki does not look: to it a root is a name and a key, and key
//! usage (RFC 5280 section 4.2.1.3) is nothing.
//!
//! The rules are those of OpenSSL, by which most programs of a Unix system go (`X509_check_ca` and `X509_check_purpose`
//! with the purpose of TLS servers): they hold for roots as well.

use std::cell::Cell;

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};
use x509_parser::prelude::ParsedExtension;

use super::refused::{CRITICAL, LENGTH, NO_CA, NO_SIGNING, NOT_FOR_TLS, PURPOSE};
use crate::net::certificate::{Fields, oid_text};

/// The critical extensions that OpenSSL knows: those of RFC 5280 and Netscape's kind of certificate.
const KNOWN: [&str; 13] = [
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.19",
    "2.5.29.30",
    "2.5.29.31",
    "2.5.29.32",
    "2.5.29.33",
    "2.5.29.35",
    "2.5.29.36",
    "2.5.29.37",
    "2.5.29.54",
    "2.16.840.1.113730.1.1",
];

/// What a root of a store may do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RootLimits {
    /// Why it makes no chain good; empty if it may.
    refusal: &'static str,
    /// How many CAs may be below it.
    path_length: Option<usize>,
}

impl RootLimits {
    /// Those of a root, or of another certificate of a store that is taken for one.
    #[cfg_attr(any(windows, target_os = "macos"), allow(dead_code))] // those systems judge themselves
    pub(super) fn of(fields: &Fields<'_>) -> Self {
        let mut limits = Self::default();
        let mut is_ca = fields.is_v1 && fields.extensions.is_empty();
        for extension in &fields.extensions {
            if let ParsedExtension::BasicConstraints(constraints) = extension.parsed_extension() {
                is_ca = constraints.ca;
                limits.path_length = constraints.path_len_constraint.map(|most| most as usize);
            }
        }
        let has_constraints = fields
            .extensions
            .iter()
            .any(|one| matches!(one.parsed_extension(), ParsedExtension::BasicConstraints(_)));
        let signing = signs_certificates(fields);
        limits.refusal = if has_unknown_critical(fields) {
            CRITICAL
        } else if signing == Some(false) {
            NO_SIGNING
        } else if !is_ca && (has_constraints || signing.is_none()) {
            NO_CA
        } else if !is_for_servers(fields) {
            PURPOSE
        } else {
            ""
        };
        limits
    }
}

/// Whether the key usage says that certificates are signed with it; none where there is none.
fn signs_certificates(fields: &Fields<'_>) -> Option<bool> {
    fields
        .extensions
        .iter()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::KeyUsage(usage) => Some(usage.key_cert_sign()),
            _ => None,
        })
}

/// Whether an extended key usage does not exclude TLS servers.
fn is_for_servers(fields: &Fields<'_>) -> bool {
    fields
        .extensions
        .iter()
        .all(|extension| match extension.parsed_extension() {
            ParsedExtension::ExtendedKeyUsage(usage) => usage.server_auth,
            _ => true,
        })
}

fn has_unknown_critical(fields: &Fields<'_>) -> bool {
    fields
        .extensions
        .iter()
        .any(|extension| extension.critical && !KNOWN.contains(&oid_text(&extension.oid).as_str()))
}

/// Why a server must not use its certificate; empty if it may.
pub(super) fn of_server(fields: &Fields<'_>) -> &'static str {
    let has_wrong_usage =
        fields
            .extensions
            .iter()
            .any(|extension| match extension.parsed_extension() {
                ParsedExtension::KeyUsage(usage) => {
                    !(usage.digital_signature()
                        || usage.key_encipherment()
                        || usage.key_agreement())
                }
                _ => false,
            });
    if has_wrong_usage {
        NOT_FOR_TLS
    } else if has_unknown_critical(fields) {
        CRITICAL
    } else if !is_for_servers(fields) {
        PURPOSE
    } else {
        ""
    }
}

/// Why none of the paths that webpki finds is one for OpenSSL; empty if one is. `limits` gives those of the roots with the
/// name and the key of an anchor.
pub(super) fn of_paths(
    roots: &RootCertStore,
    limits: impl Fn(&TrustAnchor<'_>) -> Vec<RootLimits>,
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    now: UnixTime,
) -> &'static str {
    let why = Cell::new("");
    let is_taken = |path: &VerifiedPath<'_>| {
        why.set(of_path(path, &limits(path.anchor())));
        if why.get().is_empty() {
            Ok(())
        } else {
            // any error that lets webpki look for another path
            Err(webpki::Error::UnknownIssuer)
        }
    };
    let all = ring::default_provider()
        .signature_verification_algorithms
        .all;
    let Ok(end) = EndEntityCert::try_from(leaf) else {
        return "";
    };
    let found = end.verify_for_usage(
        all,
        &roots.roots,
        intermediates,
        now,
        KeyUsage::server_auth(),
        None,
        Some(&is_taken),
    );
    if found.is_ok() { "" } else { why.get() }
}

fn of_path(path: &VerifiedPath<'_>, roots: &[RootLimits]) -> &'static str {
    let mut below = 0;
    for certificate in path.intermediate_certificates() {
        let der = certificate.der();
        if Fields::of(&der).is_ok_and(|fields| signs_certificates(&fields) == Some(false)) {
            return NO_SIGNING;
        }
        // those that are their own issuers do not count (RFC 5280 section 4.2.1.9)
        below += usize::from(certificate.subject() != certificate.issuer());
    }
    let of_root = |root: &RootLimits| match root.path_length {
        _ if !root.refusal.is_empty() => root.refusal,
        Some(most) if below > most => LENGTH,
        _ => "",
    };
    // the same root may be there twice, as an older and a newer certificate
    let mut reasons = roots.iter().map(of_root);
    let first = reasons.next().unwrap_or_default();
    if first.is_empty() || reasons.any(str::is_empty) {
        ""
    } else {
        first
    }
}
