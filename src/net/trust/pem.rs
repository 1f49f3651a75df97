//! Certificates in a file, in the forms that OpenSSL reads: plain ones, also under their old name `X509 CERTIFICATE`, and
//! `TRUSTED CERTIFICATE`, which has what it may be used for behind it.

use std::io::Read as _;
use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::asn1_rs::{Any, FromDer};

use crate::net::certificate::Fields;
use crate::net::plain_error;

/// The most that is read of a file.
const MOST: u64 = 64 << 20;

type Der = CertificateDer<'static>;

/// What a file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PemFile {
    /// Its certificates that may stand for servers, up to what cannot be read.
    pub certificates: Vec<Der>,
    /// The certificate that the file is, where it is none in PEM: OpenSSL does not read it.
    pub other_form: Option<Der>,
    /// Why it was not read as a whole, or holds nothing.
    pub unread: Option<String>,
}

/// Reads a file.
pub(super) fn read(path: &Path) -> PemFile {
    let mut text = Vec::new();
    let file = std::fs::File::open(path);
    match file.and_then(|file| file.take(MOST).read_to_end(&mut text)) {
        Ok(_) => of_text(&text),
        Err(error) => PemFile {
            unread: Some(plain_error(&error)),
            ..PemFile::default()
        },
    }
}

/// The lines around a certificate, of which each kind has two.
const BEGIN: &str = "-----BEGIN ";
const KINDS: [&str; 3] = [CERTIFICATE, "X509 CERTIFICATE-----", TRUSTED];
const CERTIFICATE: &str = "CERTIFICATE-----";
const TRUSTED: &str = "TRUSTED CERTIFICATE-----";

fn of_text(text: &[u8]) -> PemFile {
    let mut file = PemFile::default();
    let lossy = String::from_utf8_lossy(text);
    let mut lines = lossy.trim_start_matches('\u{feff}').lines();
    let mut blocks: usize = 0;
    while let Some(line) = lines.next() {
        let kind = line.strip_prefix(BEGIN).map(str::trim_end);
        let Some(kind) = kind.filter(|kind| KINDS.contains(kind)) else {
            continue;
        };
        blocks += 1;
        let end = format!("-----END {kind}");
        let content: Vec<_> = lines
            .by_ref()
            .take_while(|line| line.trim_end() != end)
            .collect();
        let content = content.join("\n");
        // those of each kind have the same form, but that the uses are behind a trusted one
        let plain = format!("{BEGIN}{CERTIFICATE}\n{content}\n-----END {CERTIFICATE}\n");
        let der = Der::from_pem_slice(plain.as_bytes()).ok();
        let parts = der.as_ref().and_then(|der| parts(der));
        let Some((certificate, uses)) = parts.filter(|(der, _)| Fields::of(der).is_ok()) else {
            let why = format!("certificate {blocks} of the file is damaged or cut off");
            file.unread = Some(why);
            return file;
        };
        if kind != TRUSTED || may_be_of_servers(uses) {
            file.certificates.push(Der::from(certificate.to_vec()));
        }
    }
    if blocks == 0 {
        file.other_form = Fields::of(text).is_ok().then(|| Der::from(text.to_vec()));
        let why = if file.other_form.is_some() {
            "it is in DER, and only PEM is read"
        } else {
            "it holds no certificate in PEM"
        };
        file.unread = Some(why.to_owned());
    }
    file
}

/// The object identifiers of servers and of every use, with tag and length.
const SERVERS: [u8; 10] = [6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1];
const ANY: [u8; 6] = [6, 4, 0x55, 0x1d, 0x25, 0];

/// A certificate and what is behind it.
fn parts(both: &[u8]) -> Option<(&[u8], &[u8])> {
    let (behind, _): (_, Any<'_>) = Any::from_der(both).ok()?;
    Some(both.split_at(both.len() - behind.len()))
}

/// Whether the uses behind a certificate (`X509_CERT_AUX`: those that it is trusted for, and those that it is not) let it
/// stand for servers.
fn may_be_of_servers(behind: &[u8]) -> bool {
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
    is_taken
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &[u8] = include_bytes!("../../../tests/data/certs/root.pem");

    fn count(text: &[u8]) -> (usize, Option<String>) {
        let file = of_text(text);
        (file.certificates.len(), file.unread)
    }

    // `openssl verify -CAfile` of 3.0.22 says OK with each of the first, and takes what is before a damaged block only
    #[test]
    fn a_file_is_read_as_openssl_reads_it() {
        let text = std::str::from_utf8(ROOT).unwrap();
        let renamed = |kind: &str| text.replace(" CERTIFICATE", &format!(" {kind} CERTIFICATE"));
        for (text, what) in [
            (text.to_owned(), "plain"),
            (format!("\u{feff}{text}"), "a mark of UTF-8"),
            (renamed("X509"), "the old name"),
            (renamed("TRUSTED"), "uses may be missing"),
            (text.replace('\n', "\r\n"), "Windows' ends of lines"),
            (text.replace('\n', "  \n"), "blanks behind lines"),
            (
                format!("Certificate:\n  Data:\n{text}# more\n"),
                "text around it",
            ),
        ] {
            assert_eq!(count(text.as_bytes()), (1, None), "{what}");
        }
        let with = |more: &[u8]| count(&[ROOT, more].concat());
        assert_eq!(with(ROOT), (2, None));
        let damaged = Some("certificate 2 of the file is damaged or cut off".to_owned());
        let block = |text: &str| {
            format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
        };
        for more in [
            &ROOT[..200],
            block("%%%%").as_bytes(),
            block("AAAA").as_bytes(),
        ] {
            assert_eq!(with(more), (1, damaged.clone()));
        }
        let damaged = count(&[block("AAAA").as_bytes(), ROOT].concat());
        assert_eq!(damaged.0, 0);
    }

    // `openssl verify -CAfile`: no certificate or crl found
    #[test]
    fn what_is_not_pem_is_said_to_be() {
        let der = include_bytes!("../../../tests/data/certs/root.der");
        let file = of_text(der);
        assert_eq!(file.other_form, Some(Der::from(der.to_vec())));
        assert_eq!(
            file.unread.as_deref(),
            Some("it is in DER, and only PEM is read")
        );
        let wide: Vec<_> = ROOT.iter().flat_map(|byte| [*byte, 0]).collect();
        let indented = [b" ", ROOT].concat();
        for text in [&wide[..], &indented, b"", b"hello"] {
            let none = "it holds no certificate in PEM".to_owned();
            assert_eq!(count(text), (0, Some(none)));
        }
    }
}
