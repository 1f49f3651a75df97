//! The roots that this system has, where it has no verifier of its own: those that OpenSSL would use.
//!
//! `SSL_CERT_FILE` replaces the file with all of them, `SSL_CERT_DIR` the folders, and neither replaces the other, as in
//! OpenSSL. What they name has to be there: where OpenSSL goes on without a word, the user meant something else. In a
//! folder OpenSSL looks for a name that is made of the certificate's own hash (`2e5ac55d.0`), and for nothing else; for `.1`
//! only where there is a `.0`. A file that it would look for and that cannot be read is told.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls_native_certs::load_native_certs;

use super::pem;
use super::roots::RootSet;
use super::subject_hash::subject_hash;
use crate::net::plain_error;

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

/// The roots, with what was not read of them, or why they cannot be had.
pub(super) fn roots() -> Result<(RootSet, Option<String>), String> {
    let named = Named::by_environment()?;
    let is_anything_named = named.file.is_some() || named.folders.is_some();
    let held = Held::of(
        named,
        &BUNDLES.map(PathBuf::from),
        &FOLDERS.map(PathBuf::from),
    );
    let mut used: HashSet<_> = held.bundled.union(&held.linked).cloned().collect();
    if !is_anything_named {
        // also those of systems whose places are not listed here
        let native = load_native_certs().certs.into_iter();
        used.extend(native.filter(|der| !held.is_loose(der)));
    }
    let loose = held.loose.iter().filter(|der| held.is_loose(der)).cloned();
    let unread = held.unread();
    if let Some(roots) = RootSet::of_certificates(used.into_iter().collect(), loose.collect()) {
        return Ok((roots, unread));
    }
    let unread = unread.map(|unread| format!("; {unread}"));
    let unread = unread.unwrap_or_default();
    Err(format!(
        "no root certificates were found on this system{unread}"
    ))
}

/// What the user names in place of what the system has.
struct Named {
    /// What the file holds.
    file: Option<Vec<Der>>,
    folders: Option<Vec<PathBuf>>,
}

type Der = CertificateDer<'static>;

impl Named {
    fn by_environment() -> Result<Self, String> {
        let file = named(FILE).map(|file| {
            let found = pem::read(Path::new(&file));
            if found.unread.is_some() || found.certificates.is_empty() {
                Err(nothing(FILE, &file, found.unread))
            } else {
                Ok(found.certificates)
            }
        });
        let folders = named(FOLDER).map(|value| {
            let folders: Vec<_> = std::env::split_paths(&value)
                .filter(|folder| !folder.as_os_str().is_empty())
                .collect();
            let is_there = |folder: &PathBuf| std::fs::read_dir(folder).is_ok();
            if folders.iter().any(is_there) {
                Ok(folders)
            } else {
                Err(nothing(FOLDER, &value, None))
            }
        });
        Ok(Self {
            file: file.transpose()?,
            folders: folders.transpose()?,
        })
    }
}

/// What files and folders hold. A single one that cannot be read is left out, as every other program on the system does it.
#[derive(Debug, Default)]
struct Held {
    /// In files that are read as a whole.
    bundled: HashSet<Der>,
    /// In folders, under the name of its hash.
    linked: HashSet<Der>,
    /// In folders, under names by which nobody looks for them, or in a form that nobody reads.
    loose: HashSet<Der>,
    /// What OpenSSL would look for and cannot read, or not as a whole, and why.
    unread: Vec<String>,
}

/// As many files that were not read are named.
const MOST_NAMED: usize = 3;

impl Held {
    /// What is named, and where something is not named, what the system has in its place.
    fn of(named: Named, bundles: &[PathBuf], folders: &[PathBuf]) -> Self {
        let mut held = Self::default();
        if let Some(file) = named.file {
            held.bundled.extend(file);
        } else {
            for path in bundles.iter().filter(|path| path.exists()) {
                let file = pem::read(path);
                held.bundled.extend(file.certificates);
                held.note(path, file.unread);
            }
        }
        let is_named = named.folders.is_some();
        for folder in named.folders.as_deref().unwrap_or(folders) {
            match std::fs::read_dir(folder) {
                // what links lead to counts
                Ok(entries) => entries
                    .flatten()
                    .map(|entry| entry.path())
                    .filter(|path| path.is_file())
                    .for_each(|path| held.take(&path)),
                Err(error) if is_named || error.kind() != ErrorKind::NotFound => {
                    held.note(folder, Some(plain_error(&error)));
                }
                // a system has one of these
                Err(_) => {}
            }
        }
        held
    }

    /// Takes a file of a folder.
    fn take(&mut self, path: &Path) {
        let file = pem::read(path);
        let hash = hash_in_name(path);
        for der in file.certificates {
            let is_linked = hash.is_some() && hash == subject_hash(&der);
            let to = if is_linked {
                &mut self.linked
            } else {
                &mut self.loose
            };
            to.insert(der);
        }
        self.loose.extend(file.other_form);
        self.note(path, file.unread.filter(|_| hash.is_some()));
    }

    fn note(&mut self, path: &Path, unread: Option<String>) {
        let unread = unread.map(|why| format!("{} ({why})", path.display()));
        self.unread.extend(unread);
    }

    /// What was not read, in words.
    fn unread(&self) -> Option<String> {
        let mut names = self.unread.clone();
        names.sort();
        let more = names.len().saturating_sub(MOST_NAMED);
        names.truncate(MOST_NAMED);
        let more = (more > 0).then(|| format!("and {more} more"));
        names.extend(more);
        let is_any = !names.is_empty();
        is_any.then(|| {
            format!(
                "not read as roots of this system, by OpenSSL neither: {}",
                names.join(", ")
            )
        })
    }

    /// Whether a certificate is in a folder only, and not where anybody looks for it.
    fn is_loose(&self, der: &Der) -> bool {
        self.loose.contains(der) && !self.linked.contains(der) && !self.bundled.contains(der)
    }
}

/// The hash in a name as OpenSSL looks for it: eight hexadecimal digits, a dot and a number, where there is a file for each
/// smaller one.
fn hash_in_name(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?;
    let (digits, number) = name.split_once('.')?;
    let hash = u32::from_str_radix(digits, 16).ok()?;
    let number: u32 = number.parse().ok()?;
    let is_one = name == format!("{hash:08x}.{number}");
    let is_there = |number| path.with_file_name(format!("{hash:08x}.{number}")).exists();
    (is_one && (0..number).all(is_there)).then_some(hash)
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

    fn der(name: &str) -> Der {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/certs");
        std::fs::read(folder.join(name)).unwrap().into()
    }

    fn write(path: &Path, der: &Der) {
        use base64::Engine as _;

        let text = base64::engine::general_purpose::STANDARD.encode(der);
        let pem = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
        std::fs::write(path, pem).unwrap();
    }

    // `openssl verify` of 3.0.22: with SSL_CERT_DIR alone it still reads /usr/lib/ssl/cert.pem, with SSL_CERT_FILE alone it
    // still looks into /usr/lib/ssl/certs, and with both into neither
    #[test]
    fn a_named_file_replaces_the_file_alone_and_named_folders_the_folders_alone() {
        let systems = tempfile::tempdir().unwrap();
        let own = tempfile::tempdir().unwrap();
        let bundle = systems.path().join("bundle.pem");
        write(&bundle, &der("self_ca.der"));
        // openssl x509 -subject_hash
        write(&systems.path().join("2cbc8948.0"), &der("root.der"));
        let found = |file: Option<Der>, folder: Option<&Path>| {
            let named = Named {
                file: file.map(|der| vec![der]),
                folders: folder.map(|folder| vec![folder.to_owned()]),
            };
            let held = Held::of(
                named,
                std::slice::from_ref(&bundle),
                &[systems.path().to_owned()],
            );
            (held.bundled, held.linked)
        };
        let only = |name: &str| HashSet::from([der(name)]);
        let file = || Some(der("intermediate.der"));
        assert_eq!(found(None, None), (only("self_ca.der"), only("root.der")));
        assert_eq!(
            found(file(), None),
            (only("intermediate.der"), only("root.der"))
        );
        assert_eq!(
            found(None, Some(own.path())),
            (only("self_ca.der"), HashSet::new())
        );
        assert_eq!(
            found(file(), Some(own.path())),
            (only("intermediate.der"), HashSet::new())
        );
    }

    #[test]
    fn only_names_made_of_a_hash_are_looked_for() {
        for (name, hash) in [
            ("2e5ac55d.0", 0x2e5a_c55d),
            ("/etc/ssl/certs/00000000.0", 0),
        ] {
            assert_eq!(hash_in_name(Path::new(name)), Some(hash), "{name}");
        }
        for name in [
            "my-root.pem",
            "2e5ac55d",
            "2e5ac55d.",
            "2e5ac55d.pem",
            "2E5AC55D.0",
            "2e5ac55d.00",
            "2e5ac55d.+0",
            // there is no 2e5ac55d.0 beside it
            "2e5ac55d.1",
            "2e5ac55d.r0",
            "2e5ac55.0",
        ] {
            assert_eq!(hash_in_name(Path::new(name)), None, "{name}");
        }
    }
}
