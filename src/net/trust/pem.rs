//! Certificates in a file, in the two forms that OpenSSL reads: plain ones, and `TRUSTED CERTIFICATE`, which has what it
//! may be used for behind it.

use std::io::{self, Read as _};
use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::asn1_rs::{Any, FromDer};

use crate::net::certificate::Fields;

/// The most that is read of a file.
const MOST: u64 = 64 << 20;

/// All certificates of a file that may stand for servers.
///
/// # Errors
///
/// When the file cannot be read, or a block of it cannot: OpenSSL then takes nothing from the file.
pub(super) fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let mut text = Vec::new();
    std::fs::File::open(path)?
        .take(MOST)
        .read_to_end(&mut text)?;
    of_text(&text).map_err(|number| {
        let why = format!("certificate {number} of the file is damaged or cut off");
        io::Error::new(io::ErrorKind::InvalidData, why)
    })
}

/// The certificates, or the number of the first that cannot be read, from 1 on.
fn of_text(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, usize> {
    let mut all = Vec::new();
    for found in CertificateDer::pem_slice_iter(text) {
        let der = found.ok().filter(|der| Fields::of(der).is_ok());
        all.push(der.ok_or(all.len() + 1)?);
    }
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
    Ok(all)
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

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &[u8] = include_bytes!("../../../tests/data/certs/root.pem");

    // `curl --cacert` (OpenSSL 3.0) ends with 77 for each of the last three: nothing of the file is taken
    #[test]
    fn of_a_file_with_a_damaged_block_nothing_is_taken() {
        let with = |more: &[u8]| of_text(&[ROOT, more].concat());
        assert_eq!(with(b"").map(|all| all.len()), Ok(1));
        assert_eq!(with(ROOT).map(|all| all.len()), Ok(2));
        assert_eq!(with(b"# a comment\n").map(|all| all.len()), Ok(1));
        assert_eq!(with(&ROOT[..200]), Err(2));
        let block = |text: &str| {
            format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
        };
        assert_eq!(with(block("%%%%").as_bytes()), Err(2));
        assert_eq!(with(block("AAAA").as_bytes()), Err(2));
    }
}
