//! From a verifier's error to a word of the `trust_*` columns.

use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{CertificateError, Error};

use crate::net::certificate::Fields;
use crate::record::Trust;

/// Most intermediate certificates that a verifier gets to see. webpki makes no longer path, and
/// its search through certificates that could all be each other's issuers grows with the
/// factorial of their number: eight take a second.
const MOST_INTERMEDIATES: usize = 6;

/// The verdict that an error is; `None` if the verifier could not come to one.
pub(super) fn of_error(error: &Error) -> Option<Trust> {
    use CertificateError as E;
    let Error::InvalidCertificate(error) = error else {
        return None;
    };
    Some(match error {
        E::Expired | E::ExpiredContext { .. } => Trust::Expired,
        E::NotValidYet | E::NotValidYetContext { .. } => Trust::NotYetValid,
        E::UnknownIssuer => Trust::UnknownIssuer,
        E::NotValidForName | E::NotValidForNameContext { .. } => Trust::WrongName,
        E::BadSignature => Trust::BadSignature,
        E::Revoked => Trust::Revoked,
        _ => Trust::Other,
    })
}

/// webpki's verdict, corrected for a certificate that is its own issuer and no root of the store:
/// no path leads from it to one, whatever else webpki dislikes about it first (`CA:TRUE`, which is
/// what OpenSSL puts into such a certificate unasked, or version 1).
pub(super) fn of_webpki_error(error: &Error, is_own_issuer: bool) -> Option<Trust> {
    match of_error(error) {
        Some(Trust::Other) if is_own_issuer => Some(Trust::UnknownIssuer),
        verdict => verdict,
    }
}

/// What the number of an error of Windows' policy for servers means. Windows has one for both ends
/// of the validity.
#[cfg(any(windows, test))]
pub(super) fn of_windows_number(number: u32, chain: &[CertificateDer<'_>], now: UnixTime) -> Trust {
    match number {
        // CERT_E_EXPIRED, CERT_E_VALIDITYPERIODNESTING
        0x800B_0101 | 0x800B_0102 if is_only_too_early(chain, now) => Trust::NotYetValid,
        0x800B_0101 | 0x800B_0102 => Trust::Expired,
        // CERT_E_UNTRUSTEDROOT
        0x800B_0109 => Trust::UnknownIssuer,
        // CERT_E_CN_NO_MATCH
        0x800B_010F => Trust::WrongName,
        // CRYPT_E_REVOKED
        0x8009_2010 => Trust::Revoked,
        other => of_number(other.cast_signed()).unwrap_or(Trust::Other),
    }
}

/// A system's verdict. rustls-platform-verifier passes most of Windows' and macOS' error numbers
/// on as text only; Windows has one number for both ends of the validity.
pub(super) fn of_system_error(
    error: &Error,
    chain: &[CertificateDer<'_>],
    now: UnixTime,
) -> Option<Trust> {
    if let Error::InvalidCertificate(CertificateError::Other(other)) = error
        && let Some(verdict) = of_system_number(&other.to_string())
    {
        return Some(verdict);
    }
    match of_error(error) {
        Some(Trust::Expired) if is_only_too_early(chain, now) => Some(Trust::NotYetValid),
        verdict => verdict,
    }
}

/// The number at the end of `... (os error -2146762486)` or `...: -67818`.
///
/// Source: Windows' winerror.h and macOS' SecBase.h.
fn of_system_number(text: &str) -> Option<Trust> {
    let number: i32 = text
        .trim_end_matches(')')
        .rsplit(' ')
        .next()?
        .parse()
        .ok()?;
    of_number(number)
}

fn of_number(number: i32) -> Option<Trust> {
    Some(match (number.cast_unsigned(), number) {
        // CERT_E_ISSUERCHAINING, _CHAINING, _UNTRUSTEDTESTROOT, _UNTRUSTEDCA
        (0x800B_0107 | 0x800B_010A | 0x800B_010D | 0x800B_0112, _) => Trust::UnknownIssuer,
        // CERT_E_REVOKED
        (0x800B_010C, _) => Trust::Revoked,
        // TRUST_E_CERT_SIGNATURE
        (0x8009_6004, _) => Trust::BadSignature,
        // errSecCertificateExpired, errSecCertificateNotValidYet, errSecNotTrusted
        (_, -67818) => Trust::Expired,
        (_, -67819) => Trust::NotYetValid,
        (_, -67843) => Trust::UnknownIssuer,
        _ => return None,
    })
}

/// Whether a certificate of the chain is not valid yet, and none is past its end.
fn is_only_too_early(chain: &[CertificateDer<'_>], now: UnixTime) -> bool {
    let Ok(now) = i64::try_from(now.as_secs()) else {
        return false;
    };
    let (mut early, mut late) = (false, false);
    for der in chain {
        let Ok(fields) = Fields::of(der) else {
            continue;
        };
        early |= fields
            .not_before
            .is_some_and(|start| now < start.timestamp());
        late |= fields.not_after.is_some_and(|end| now > end.timestamp());
    }
    early && !late
}

/// The certificates behind the first one that a path could be made of: all of them if they are
/// few, else those that can be reached from the first by the names of issuers.
pub(super) fn intermediates<'a>(chain: &'a [CertificateDer<'_>]) -> Vec<CertificateDer<'a>> {
    let borrowed = |der: &'a CertificateDer<'_>| CertificateDer::from(der.as_ref());
    let Some((leaf, rest)) = chain.split_first() else {
        return Vec::new();
    };
    if rest.len() <= MOST_INTERMEDIATES {
        return rest.iter().map(borrowed).collect();
    }
    let Some(issuer) = Fields::of(leaf).ok().and_then(|leaf| leaf.issuer) else {
        return rest.iter().take(MOST_INTERMEDIATES).map(borrowed).collect();
    };
    let mut candidates: Vec<_> = rest
        .iter()
        .filter_map(|der| {
            let fields = Fields::of(der).ok()?;
            Some((der, fields.subject?, fields.issuer?))
        })
        .collect();
    let mut wanted = vec![issuer.as_raw().to_vec()];
    let mut found: Vec<CertificateDer<'a>> = Vec::new();
    while found.len() < MOST_INTERMEDIATES {
        let next = candidates
            .iter()
            .position(|(_, subject, _)| wanted.iter().any(|name| name == subject.as_raw()));
        let Some((der, _, issuer)) = next.map(|index| candidates.remove(index)) else {
            break;
        };
        let der = borrowed(der);
        if !found.contains(&der) {
            wanted.push(issuer.as_raw().to_vec());
            found.push(der);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use rustls::OtherError;

    use super::*;

    fn other(text: &str) -> Error {
        let error = Box::<dyn std::error::Error + Send + Sync>::from(text);
        Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::from(error))))
    }

    #[test]
    fn the_numbers_of_windows_and_macos_have_their_meaning() {
        let verdict = |text: &str| {
            of_system_error(
                &other(text),
                &[],
                UnixTime::since_unix_epoch(Duration::ZERO),
            )
        };
        // CERT_E_CHAINING as std prints it on an English and a German Windows
        let text = "A certificate chain could not be built to a trusted root authority. (os error -2146762486)";
        assert_eq!(verdict(text), Some(Trust::UnknownIssuer));
        let text = "Eine Zertifikatkette konnte nicht aufgebaut werden. (os error -2146762486)";
        assert_eq!(verdict(text), Some(Trust::UnknownIssuer));
        assert_eq!(verdict("x (os error -2146762484)"), Some(Trust::Revoked));
        assert_eq!(
            verdict("x (os error -2146869244)"),
            Some(Trust::BadSignature)
        );
        assert_eq!(
            verdict("“relay.test” certificate is expired: -67818"),
            Some(Trust::Expired)
        );
        assert_eq!(verdict("x: -67819"), Some(Trust::NotYetValid));
        assert_eq!(
            verdict("“x” certificate is not trusted: -67843"),
            Some(Trust::UnknownIssuer)
        );
        // CERT_E_CRITICAL, and no number at all
        assert_eq!(verdict("x (os error -2146762491)"), Some(Trust::Other));
        assert_eq!(
            verdict("certificate had invalid extensions"),
            Some(Trust::Other)
        );
        assert_eq!(verdict(""), Some(Trust::Other));
        assert_eq!(verdict(&format!("x {}", u64::MAX)), Some(Trust::Other));
    }

    #[test]
    fn windows_too_early_and_too_late_are_told_apart() {
        let expired = Error::InvalidCertificate(CertificateError::Expired);
        let verdict = |der: &'static [u8], year: u64| {
            let now = UnixTime::since_unix_epoch(Duration::from_secs((year - 1970) * 31_557_600));
            of_system_error(&expired, &[CertificateDer::from(der)], now)
        };
        // valid from 2090 to 2091
        let notyet = include_bytes!("../../../tests/data/certs/notyet.der");
        assert_eq!(verdict(notyet, 2030), Some(Trust::NotYetValid));
        assert_eq!(verdict(notyet, 2100), Some(Trust::Expired));
    }

    #[test]
    fn the_numbers_of_windows_policy_have_their_meaning() {
        let now = UnixTime::since_unix_epoch(Duration::ZERO);
        for (number, trust) in [
            (0x800B_0101, Trust::Expired),
            (0x800B_0109, Trust::UnknownIssuer),
            (0x800B_010A, Trust::UnknownIssuer),
            (0x800B_010F, Trust::WrongName),
            (0x8009_2010, Trust::Revoked),
            (0x8009_6004, Trust::BadSignature),
            (0x800B_0110, Trust::Other),
            // CERT_E_INVALID_NAME is about name constraints
            (0x800B_0114, Trust::Other),
        ] {
            assert_eq!(of_windows_number(number, &[], now), trust, "{number:x}");
        }
    }

    #[test]
    fn a_verifier_that_could_not_work_gives_no_verdict() {
        assert_eq!(of_error(&Error::General("unavailable".to_owned())), None);
        assert_eq!(of_error(&Error::FailedToGetCurrentTime), None);
    }
}
