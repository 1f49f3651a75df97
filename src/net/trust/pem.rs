//! Certificates in a file, in the two forms that OpenSSL reads: plain ones, and `TRUSTED CERTIFICATE`, which has what it
//! may be used for behind it.

use std::io::{self, Read as _};
use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::asn1_rs::{Any, FromDer};

/// The most that is read of a file.
const MOST: u64 = 64 << 20;

/// All certificates of a file that may stand for servers; those that cannot be read are left out.
pub(super) fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let mut text = Vec::new();
    std::fs::File::open(path)?
        .take(MOST)
        .read_to_end(&mut text)?;
    Ok(of_text(&text))
}

fn of_text(text: &[u8]) -> Vec<CertificateDer<'static>> {
    let plain = CertificateDer::pem_slice_iter(text).flatten();
    let mut all: Vec<_> = plain.collect();
    let text = String::from_utf8_lossy(text);
    let mut rest: &str = &text;
    while let Some((begin, end)) = rest
        .find(BEGIN)
        .and_then(|begin| Some((begin, begin + rest[begin..].find(END)? + END.len())))
    {
        // its form is that of a plain one, but for its name and what is behind the certificate
        let one = rest[begin..end].replace("TRUSTED CERTIFICATE", "CERTIFICATE");
        let der = CertificateDer::from_pem_slice(one.as_bytes()).ok();
        all.extend(der.as_ref().and_then(|der| of_trusted(der)));
        rest = &rest[end..];
    }
    all
}

const BEGIN: &str = "-----BEGIN TRUSTED CERTIFICATE-----";
const END: &str = "-----END TRUSTED CERTIFICATE-----";

/// The object identifiers of servers and of every use, with tag and length.
const SERVERS: [u8; 10] = [6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1];
const ANY: [u8; 6] = [6, 4, 0x55, 0x1d, 0x25, 0];

/// The certificate before its uses (`X509_CERT_AUX`: those that it is trusted for, and those that it is not), where it
/// may stand for servers.
fn of_trusted(both: &[u8]) -> Option<CertificateDer<'static>> {
    let (behind, _): (_, Any<'_>) = Any::from_der(both).ok()?;
    let certificate = both.get(..both.len() - behind.len())?;
    let mut uses = match Any::from_der(behind) {
        Ok((_, uses)) => uses.data,
        Err(_) => &[],
    };
    let is_of_servers = |list: &[u8]| {
        let has = |id: &[u8]| list.windows(id.len()).any(|part| part == id);
        has(&SERVERS) || has(&ANY)
    };
    let mut is_taken = true;
    while let Ok((rest, list)) = Any::from_der(uses) {
        match uses.first() {
            // trusted for these
            Some(0x30) => is_taken &= is_of_servers(list.data),
            // rejected for these
            Some(0xa0) => is_taken &= !is_of_servers(list.data),
            _ => {}
        }
        uses = rest;
    }
    is_taken.then(|| CertificateDer::from(certificate.to_vec()))
}
