//! The roots that this system has, where it has no verifier of its own.
//!
//! What the user names in `SSL_CERT_FILE` or `SSL_CERT_DIR` has to be there: the default directory,
//! which is read beside a named file, does not stand in for it.

use std::ffi::OsString;
use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls_native_certs::{load_certs_from_paths, load_native_certs};

use super::roots::RootSet;

const FILE: &str = "SSL_CERT_FILE";
const FOLDER: &str = "SSL_CERT_DIR";

/// The roots, or why they cannot be had.
pub(super) fn roots() -> Result<RootSet, String> {
    if let Some(file) = named(FILE) {
        let found = load_certs_from_paths(Some(Path::new(&file)), None);
        if found.certs.is_empty() {
            let why = found.errors.first().map(ToString::to_string);
            return Err(nothing(FILE, &file, why));
        }
    }
    if let Some(folders) = named(FOLDER) {
        let can_be_read = std::env::split_paths(&folders)
            .filter(|folder| !folder.as_os_str().is_empty())
            .any(|folder| std::fs::read_dir(folder).is_ok());
        if !can_be_read {
            return Err(nothing(FOLDER, &folders, None));
        }
    }
    // a single one that cannot be read is left out, as every other program on the system does it
    let found: Vec<CertificateDer<'static>> = load_native_certs().certs;
    RootSet::of_certificates(found)
        .ok_or_else(|| "no root certificates were found on this system".to_owned())
}

fn named(variable: &str) -> Option<OsString> {
    std::env::var_os(variable).filter(|value| !value.is_empty())
}

fn nothing(variable: &str, value: &OsString, why: Option<String>) -> String {
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    format!(
        "{variable} is {}, and no certificates can be read there{why}",
        value.display()
    )
}
