//! Whether a certificate is for a name: by its subject alternative names (RFC 9525), and where it has none that names a
//! server, by its common name, as the verifiers of systems still take it (RFC 2818 section 3.1).

use rustls::Error;
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use x509_parser::prelude::{GeneralName, ParsedExtension};

use super::verdict;
use crate::net::certificate::{Fields, name_parts};
use crate::record::Trust;

/// By alternative names alone, as browsers and the public root programmes have it.
///
/// # Errors
///
/// What the verifier says of a certificate that is for another name, or that it does not take.
pub(super) fn by_alternative_name(
    leaf: &CertificateDer<'_>,
    name: &ServerName<'_>,
) -> Result<(), Error> {
    verify_server_name(&ParsedCertificate::try_from(leaf)?, name)
}

/// By alternative names, and without any by the common name, as OpenSSL has it.
///
/// # Errors
///
/// As [`by_alternative_name`].
pub(super) fn by_any_name(leaf: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), Error> {
    match by_alternative_name(leaf, name) {
        Err(error) if is_another(&error) && has_common_name(leaf, &name.to_str()) => Ok(()),
        result => result,
    }
}

/// Whether a certificate is for that name; `None` where it cannot be told, as the verifier takes the certificate for
/// another reason not at all.
pub(super) fn fits_name(leaf: &CertificateDer<'_>, name: &ServerName<'_>) -> Option<bool> {
    match by_any_name(leaf, name) {
        Ok(()) => Some(true),
        Err(error) => is_another(&error).then_some(false),
    }
}

fn is_another(error: &Error) -> bool {
    verdict::of_error(error) == Some(Trust::WrongName)
}

/// Whether a certificate without alternative names of servers has that common name.
fn has_common_name(leaf: &CertificateDer<'_>, asked: &str) -> bool {
    let Ok(fields) = Fields::of(leaf) else {
        return false;
    };
    let has_names = fields
        .extensions
        .iter()
        .any(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => names
                .general_names
                .iter()
                .any(|name| matches!(name, GeneralName::DNSName(_) | GeneralName::IPAddress(_))),
            ParsedExtension::ParseError { .. } => true,
            _ => false,
        });
    let names = fields.subject.as_ref().map(name_parts);
    let mut names = names.iter().flat_map(|name| &name.common_names);
    !has_names && names.any(|name| fits(name, asked))
}

/// Whether a common name, perhaps with a wildcard for its first label, is that of a host.
fn fits(name: &str, asked: &str) -> bool {
    let asked = asked.trim_end_matches('.');
    if name.eq_ignore_ascii_case(asked) {
        return true;
    }
    let Some((first, behind)) = asked.split_once('.') else {
        return false;
    };
    let is_name = !first.is_empty() && asked.parse::<std::net::IpAddr>().is_err();
    let rest = name.strip_prefix("*.").filter(|rest| rest.contains('.'));
    is_name && rest.is_some_and(|rest| rest.eq_ignore_ascii_case(behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 2818 section 3.1, RFC 6125 section 6.4.3: a wildcard stands for one label, and not for one of an address
    #[test]
    fn a_common_name_fits_as_a_name_of_rfc_2818() {
        for (name, asked) in [
            ("relay.case.test", "relay.case.test"),
            ("Relay.Case.Test", "relay.case.test."),
            ("*.case.test", "relay.case.test"),
            ("127.0.0.1", "127.0.0.1"),
        ] {
            assert!(fits(name, asked), "{name} {asked}");
        }
        for (name, asked) in [
            ("*.case.test", "a.relay.case.test"),
            ("*.case.test", "case.test"),
            ("*.test", "case.test"),
            ("*.0.0.1", "127.0.0.1"),
            ("relay", "relay.case.test"),
            ("", "relay.case.test"),
        ] {
            assert!(!fits(name, asked), "{name} {asked}");
        }
    }
}
