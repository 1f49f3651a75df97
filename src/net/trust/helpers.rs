//! Certificates of Microsoft's authorities that servers may leave out, or send one that is over.
//!
//! They repair a chain and trust nothing by themselves: the authorities count only where they lead
//! to a public root or to Microsoft's own. The root G2 is no public root; front ends that leave out
//! the certificate by which DigiCert signs it are the reason that it is here.
//!
//! Source: taskcluster's `azure-ca-certs` at 9d59eb59; the two authorities of root G2 were verified
//! against it. SHA-256 of their public keys (`SubjectPublicKeyInfo`), and the end of their validity:
//!
//! | certificate | key | until |
//! |---|---|---|
//! | Microsoft TLS G2 RSA CA OCSP 02 | `5f411b87d15fdc3c730f3dcd19ab922c52e23def01b327118e865b57eb0543c4` | 2029-06-03 |
//! | Microsoft TLS G2 RSA CA OCSP 04 | `0a071daa9e2d5b0696ff9cd54f44b33372556abc11f6a673680a63805a9e5627` | 2029-06-03 |
//! | Microsoft Azure RSA TLS Issuing CA 03 | `664581a2d0b89cbf816bf9176953f1ed3a6845217dbb0c4402eb9fcfaec9eec4` | 2028-05-25 |
//! | Microsoft Azure RSA TLS Issuing CA 04 | `13efae8ddadb64c188274780f505c2087b390fc001788cd0da602a1cf14dfa0b` | 2028-05-25 |
//! | Microsoft Azure RSA TLS Issuing CA 07 | `31f9a88b6c0a6f1242a48e78241ec1f8f3cd90ef1d44ee750696e9f86bb86858` | 2028-05-25 |
//! | Microsoft Azure RSA TLS Issuing CA 08 | `2e366d8d78d767ac42e76c58a5baa8fbb88278c1c707768dbb4e3e3c9b43c988` | 2028-05-25 |
//! | Microsoft TLS RSA Root G2 | `4b03c9966c863b2c008a95a5ed9254070448c7b219d283102f6a6c5b6e8e2acd` | 2040-04-10 |

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::net::certificate::{Fields, first_common_name};

macro_rules! pin {
    ($name:literal) => {
        include_bytes!(concat!("pins/", $name, ".pem")).as_slice()
    };
}

const AUTHORITIES: [&[u8]; 6] = [
    pin!("microsoft_tls_g2_rsa_ca_ocsp_02"),
    pin!("microsoft_tls_g2_rsa_ca_ocsp_04"),
    pin!("microsoft_azure_rsa_tls_issuing_ca_03"),
    pin!("microsoft_azure_rsa_tls_issuing_ca_04"),
    pin!("microsoft_azure_rsa_tls_issuing_ca_07"),
    pin!("microsoft_azure_rsa_tls_issuing_ca_08"),
];

const ROOTS: [&[u8]; 1] = [pin!("microsoft_tls_rsa_root_g2")];

/// A certificate that may help a chain.
#[derive(Debug, Clone)]
pub(super) struct Helper {
    pub(super) der: CertificateDer<'static>,
    pub(super) name: String,
    pub(super) subject: Vec<u8>,
    pub(super) issuer: Vec<u8>,
}

impl Helper {
    pub(super) fn of(der: CertificateDer<'static>) -> Option<Self> {
        let fields = Fields::of(&der).ok()?;
        let subject = fields.subject?;
        let (name, subject) = (first_common_name(&subject), subject.as_raw().to_vec());
        let issuer = fields.issuer?.as_raw().to_vec();
        Some(Self {
            der,
            name,
            subject,
            issuer,
        })
    }
}

/// All certificates that may help.
#[derive(Debug, Default)]
pub(super) struct Helpers {
    /// Authorities that are no roots.
    pub(super) authorities: Vec<Helper>,
    /// Microsoft's own roots that are not public ones.
    pub(super) roots: Vec<Helper>,
}

impl Helpers {
    /// Those that are compiled in.
    pub(super) fn shipped() -> Self {
        let read = |pems: &[&[u8]]| {
            let ders = pems
                .iter()
                .filter_map(|pem| CertificateDer::from_pem_slice(pem).ok());
            ders.filter_map(Helper::of).collect()
        };
        Self {
            authorities: read(&AUTHORITIES),
            roots: read(&ROOTS),
        }
    }

    /// Those to which the names of issuers lead, authorities and roots.
    pub(super) fn reachable(&self, mut wanted: Vec<Vec<u8>>) -> (Vec<&Helper>, Vec<&Helper>) {
        let mut found: Vec<&Helper> = Vec::new();
        while let Some(next) = self.authorities.iter().find(|helper| {
            wanted.contains(&helper.subject) && !found.iter().any(|known| known.der == helper.der)
        }) {
            wanted.push(next.issuer.clone());
            found.push(next);
        }
        let roots = self.roots.iter();
        let roots = roots.filter(|root| wanted.contains(&root.subject));
        (found, roots.collect())
    }
}

/// These roots and those.
pub(super) fn with_roots(roots: &RootCertStore, more: &[&Helper]) -> RootCertStore {
    let mut all = roots.clone();
    for root in more {
        // one that webpki does not take leads nowhere
        let _ = all.add(root.der.clone());
    }
    all
}

#[cfg(test)]
mod tests {
    use ring::digest::{SHA256, digest};

    use super::*;
    use crate::net::certificate::hex;

    #[test]
    fn every_certificate_has_the_key_that_is_written_down_for_it() {
        let text = include_str!("helpers.rs");
        let helpers = Helpers::shipped();
        assert_eq!((helpers.authorities.len(), helpers.roots.len()), (6, 1));
        for helper in helpers.authorities.iter().chain(&helpers.roots) {
            let key = Fields::of(&helper.der).unwrap().key.unwrap();
            let hash = digest(&SHA256, key.raw);
            let hash = hex(hash.as_ref()).to_lowercase();
            let row = format!("//! | {} | `{hash}` |", helper.name);
            assert!(text.contains(&row), "{row}");
        }
    }

    #[test]
    fn the_root_of_microsofts_is_reached_through_an_authority_that_was_not_sent() {
        let helpers = Helpers::shipped();
        let authority = &helpers.authorities[0];
        let (found, roots) = helpers.reachable(vec![authority.subject.clone()]);
        assert_eq!(found.len(), 1);
        assert_eq!(roots[0].name, "Microsoft TLS RSA Root G2");
        let (found, roots) = helpers.reachable(vec![b"a stranger".to_vec()]);
        assert!(found.is_empty() && roots.is_empty());
    }
}
