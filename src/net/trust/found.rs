//! The roots that this system has, where it has no verifier of its own: those that OpenSSL would use.
//!
//! `SSL_CERT_FILE` replaces the file with all of them, `SSL_CERT_DIR` the folders, and neither replaces the other, as in
//! OpenSSL. What they name has to be there: where OpenSSL goes on without a word, the user meant something else. In a
//! folder OpenSSL looks for a name that is made of the certificate's own hash (`2e5ac55d.0`), and for nothing else.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls_native_certs::load_native_certs;

use super::pem::certificates;
use super::roots::RootSet;
use super::subject_hash::subject_hash;

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
    let named = Named::by_environment()?;
    let is_anything_named = named.file.is_some() || named.folders.is_some();
    let held = Held::of(
        named,
        &BUNDLES.map(PathBuf::from),
        &FOLDERS.map(PathBuf::from),
    );
    let used: Vec<_> = if is_anything_named {
        held.bundled.union(&held.linked).cloned().collect()
    } else {
        // also those of systems whose places are not listed here
        let native: HashSet<_> = load_native_certs().certs.into_iter().collect();
        native
            .into_iter()
            .filter(|der| !held.is_loose(der))
            .collect()
    };
    let loose = held.loose.iter().filter(|der| held.is_loose(der)).cloned();
    RootSet::of_certificates(used, loose.collect())
        .ok_or_else(|| "no root certificates were found on this system".to_owned())
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
        let file = named(FILE).map(|file| match certificates(Path::new(&file)) {
            Ok(found) if found.is_empty() => Err(nothing(FILE, &file, None)),
            Ok(found) => Ok(found),
            Err(why) => Err(nothing(FILE, &file, Some(why.to_string()))),
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
    /// In folders, under names by which nobody looks for them.
    loose: HashSet<Der>,
}

impl Held {
    /// What is named, and where something is not named, what the system has in its place.
    fn of(named: Named, bundles: &[PathBuf], folders: &[PathBuf]) -> Self {
        let mut held = Self::default();
        if let Some(file) = named.file {
            held.bundled.extend(file);
        } else {
            let all = bundles.iter().map(|file| certificates(file));
            held.bundled.extend(all.flatten().flatten());
        }
        let folders = named.folders.unwrap_or_else(|| folders.to_vec());
        let folders = folders.iter().map(std::fs::read_dir);
        // what links lead to counts
        let entries = folders.flatten().flatten().flatten();
        for path in entries
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
        {
            let hash = hash_in_name(&path);
            for der in certificates(&path).unwrap_or_default() {
                let is_linked = hash.is_some() && hash == subject_hash(&der);
                let to = if is_linked {
                    &mut held.linked
                } else {
                    &mut held.loose
                };
                to.insert(der);
            }
        }
        held
    }

    /// Whether a certificate is in a folder only, and not where anybody looks for it.
    fn is_loose(&self, der: &Der) -> bool {
        self.loose.contains(der) && !self.linked.contains(der) && !self.bundled.contains(der)
    }
}

/// The hash in a name as OpenSSL looks for it: eight hexadecimal digits, a dot and a number.
fn hash_in_name(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?;
    let (hash, number) = name.split_once('.')?;
    let is_lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_one = hash.len() == 8
        && hash.bytes().all(is_lower_hex)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit());
    let hash = u32::from_str_radix(hash, 16).ok()?;
    is_one.then_some(hash)
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
            ("/etc/ssl/certs/00000000.12", 0),
        ] {
            assert_eq!(hash_in_name(Path::new(name)), Some(hash), "{name}");
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
            assert_eq!(hash_in_name(Path::new(name)), None, "{name}");
        }
    }
}
