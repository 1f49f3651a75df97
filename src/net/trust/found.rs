//! The roots that this system has, where it has no verifier of its own: those that OpenSSL would use.
//!
//! What the user names in `SSL_CERT_FILE` or `SSL_CERT_DIR` has to be there: the default directory,
//! which is read beside a named file, does not stand in for it. In a directory OpenSSL looks for
//! names that are made of a hash (`2e5ac55d.0`), and for nothing else.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls_native_certs::load_native_certs;

use super::pem::certificates;
use super::roots::RootSet;

const FILE: &str = "SSL_CERT_FILE";
const FOLDER: &str = "SSL_CERT_DIR";

/// Where Linux systems have the roots, each a link by its hash or a name that only people read.
const FOLDERS: [&str; 3] = [
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
    "/etc/security/certificates",
];

/// Where they have all in one file, some of them in those folders.
const BUNDLES: [&str; 8] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/ssl/cert.pem",
    "/opt/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/certs/cacert.pem",
];

/// The roots, or why they cannot be had.
pub(super) fn roots() -> Result<RootSet, String> {
    let (file, folders) = (named(FILE), named(FOLDER));
    if let Some(file) = &file {
        match certificates(Path::new(file)) {
            Ok(found) if found.is_empty() => return Err(nothing(FILE, file, None)),
            Ok(_) => {}
            Err(why) => return Err(nothing(FILE, file, Some(why.to_string()))),
        }
    }
    let own_folders: Vec<PathBuf> = folders.as_ref().map_or_else(Vec::new, |folders| {
        let all = std::env::split_paths(folders);
        all.filter(|folder| !folder.as_os_str().is_empty())
            .collect()
    });
    if let Some(folders) = &folders
        && !own_folders
            .iter()
            .any(|folder| std::fs::read_dir(folder).is_ok())
    {
        return Err(nothing(FOLDER, folders, None));
    }
    let files: Vec<PathBuf> = match &file {
        Some(file) => vec![PathBuf::from(file)],
        None => BUNDLES.map(PathBuf::from).to_vec(),
    };
    let folders = match (&file, &folders) {
        (None, None) => FOLDERS.map(PathBuf::from).to_vec(),
        _ => own_folders,
    };
    // a single one that cannot be read is left out, as every other program on the system does it
    let held = Held::of(&files, &folders);
    // what was not named is not added to what was
    let own = file.is_some().then_some(&held.bundled);
    let own = own.into_iter().flatten().chain(&held.linked).cloned();
    let found = load_native_certs().certs.into_iter().chain(own);
    let found: HashSet<_> = found.collect();
    let (loose, used) = found.into_iter().partition(|der| held.is_loose(der));
    RootSet::of_certificates(used, loose)
        .ok_or_else(|| "no root certificates were found on this system".to_owned())
}

/// What files and folders hold.
#[derive(Debug, Default)]
struct Held {
    /// In files that are read as a whole.
    bundled: HashSet<CertificateDer<'static>>,
    /// In folders, under the name of a hash.
    linked: HashSet<CertificateDer<'static>>,
    /// In folders, under names by which nobody looks for them.
    loose: HashSet<CertificateDer<'static>>,
}

impl Held {
    fn of(files: &[PathBuf], folders: &[PathBuf]) -> Self {
        let mut held = Self::default();
        for file in files {
            held.bundled.extend(certificates(file).unwrap_or_default());
        }
        let all = folders
            .iter()
            .filter_map(|folder| std::fs::read_dir(folder).ok());
        for entry in all.flatten().flatten() {
            let path = entry.path();
            let to = if is_hash(&path) {
                &mut held.linked
            } else {
                &mut held.loose
            };
            // what links lead to counts
            if path.is_file() {
                to.extend(certificates(&path).unwrap_or_default());
            }
        }
        held
    }

    /// Whether a certificate is in a folder only, and not where anybody looks for it.
    fn is_loose(&self, der: &CertificateDer<'static>) -> bool {
        self.loose.contains(der) && !self.linked.contains(der) && !self.bundled.contains(der)
    }
}

/// Whether that is a name as OpenSSL looks for it: eight hexadecimal digits, a dot and a number.
fn is_hash(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let parts = name.and_then(|name| name.split_once('.'));
    parts.is_some_and(|(hash, number)| {
        let is_lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        hash.len() == 8
            && hash.bytes().all(is_lower_hex)
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_made_of_a_hash_are_looked_for() {
        for name in ["2e5ac55d.0", "/etc/ssl/certs/00000000.12"] {
            assert!(is_hash(Path::new(name)), "{name}");
        }
        for name in [
            "my-root.pem",
            "2e5ac55d",
            "2e5ac55d.",
            "2e5ac55d.pem",
            "2E5AC55D.0",
            "2e5ac55d.r0",
            "2e5ac55.0",
        ] {
            assert!(!is_hash(Path::new(name)), "{name}");
        }
    }
}
