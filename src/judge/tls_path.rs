//! What the way of a TLS connection is, by the two verdicts on its certificates.

use crate::record::{Tls, TlsPath, Trust};

/// The way and the evidence for it; nothing when no certificate was read.
pub fn tls_path(tls: &Tls) -> Option<(TlsPath, String)> {
    let certificate = tls.certificate.as_deref()?;
    let of_nobody = || {
        let is_its_own = !certificate.subject.is_empty();
        if is_its_own && certificate.subject == certificate.issuer {
            TlsPath::SelfSigned
        } else {
            TlsPath::Unknown
        }
    };
    let path = match (tls.trust_public?, tls.trust_os) {
        (Trust::Trusted, _) => TlsPath::Direct,
        (Trust::Expired, _) => TlsPath::Expired,
        (Trust::NotYetValid, _) => TlsPath::NotYetValid,
        (Trust::WrongName, _) => TlsPath::WrongName,
        (_, Some(Trust::Trusted)) => TlsPath::PrivateRoot,
        _ => of_nobody(),
    };
    let system = tls.trust_os.map_or("not judged", Trust::as_str);
    let public = tls.trust_public.map_or("not judged", Trust::as_str);
    Some((path, format!("public roots: {public}, system: {system}")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::record::Certificate;

    #[test]
    fn without_a_certificate_there_is_no_judgement() {
        assert_eq!(tls_path(&Tls::default()), None);
    }

    #[test]
    fn what_the_public_roots_trust_is_direct() {
        let tls = Tls {
            certificate: Some(Arc::new(Certificate::default())),
            trust_public: Some(Trust::Trusted),
            ..Tls::default()
        };
        assert_eq!(tls_path(&tls).unwrap().0, TlsPath::Direct);
    }
}
