//! The certificates as a file that every other program reads.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::cli::files::whole::{Beside, Stubborn, failed, followed, replace};
use crate::measure::ladder::finished::Ladder;
use crate::record::plain;
use crate::sink::reserved;

/// A file that is looked at before anything is measured, and is as it was until all of it is known.
#[derive(Debug)]
pub(super) struct Pem {
    /// As it was named, absolute.
    path: PathBuf,
    place: PemOutput,
}

#[derive(Debug)]
enum PemOutput {
    /// A file, all links followed.
    File(PathBuf),
    /// A pipe or a device.
    Stream(File),
}

impl Pem {
    /// Opens it.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if let Some(why) = reserved(&path) {
            bail!("--pem {}: {why}", path.display());
        }
        let failed = |error| failed(error, &path);
        let place = match fs::metadata(&path) {
            Ok(found) if !found.is_file() => {
                PemOutput::Stream(File::options().write(true).open(&path).map_err(failed)?)
            }
            found => {
                let file = followed(&path);
                if found.as_ref().is_ok_and(|found| found.len() > 0) && !is_pem(&file) {
                    bail!(
                        "--pem {}: a file of this name is there, and it has no certificates: choose another name, or \
                         delete it",
                        path.display()
                    );
                }
                match Beside::create(&file) {
                    // a directory that takes no new file may have one that can be written
                    Err(error)
                        if error.kind() == io::ErrorKind::PermissionDenied && found.is_ok() =>
                    {
                        File::options().write(true).open(&file).map_err(failed)?;
                    }
                    created => drop(created.map_err(failed)?),
                }
                PemOutput::File(file)
            }
        };
        Ok(Self { path, place })
    }

    /// Writes the certificates of all relays, each chain once.
    pub(super) fn write(self, ladder: &Ladder) -> anyhow::Result<String> {
        let mut chains: Vec<Vec<&[u8]>> = Vec::new();
        let mut text = String::new();
        for relay in &ladder.relays {
            let chain: Vec<&[u8]> = relay
                .certificates
                .iter()
                .map(|sent| sent.der.as_slice())
                .collect();
            if chain.is_empty() || chains.contains(&chain) {
                continue;
            }
            // where only a proxy knows the address, the name says whose it is
            let whose = match relay.address.as_str() {
                "" => ladder.target.clone(),
                address => format!("{address}:{}", relay.port),
            };
            for sent in &relay.certificates {
                // a text of the server's must not end the line
                let _ = writeln!(text, "# {whose} {}", plain(&sent.subject));
                text.push_str(&pem(&sent.der));
            }
            chains.push(chain);
        }
        let count: usize = chains.iter().map(Vec::len).sum();
        let path = self.path.display();
        match self.place {
            PemOutput::File(file) => replace(&file, text.as_bytes(), Stubborn::WriteOver)
                .map_err(|error| failed(error, &self.path))?,
            PemOutput::Stream(mut stream) => stream
                .write_all(text.as_bytes())
                .with_context(|| path.to_string())?,
        }
        Ok(match count {
            0 => format!("{path} is empty: no certificate was sent in the clear or in a handshake"),
            1 => format!("{path} has the certificate"),
            _ => format!("{path} has the {count} certificates"),
        })
    }
}

/// Whether a file has what this command writes, or anybody else in this form. One that cannot be read is told when it is
/// written.
fn is_pem(file: &Path) -> bool {
    const MARK: &[u8] = b"-----BEGIN ";
    const HEAD: u64 = 64 * 1024;
    let mut head = Vec::new();
    let Ok(opened) = File::open(file) else {
        return true;
    };
    let read = opened.take(HEAD).read_to_end(&mut head);
    read.is_err() || head.windows(MARK.len()).any(|window| window == MARK)
}

/// RFC 7468.
fn pem(der: &[u8]) -> String {
    let base64 = base64(der);
    let mut out = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in base64.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out + "-----END CERTIFICATE-----\n"
}

/// RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let mut padded = [0; 4];
        padded[1..=group.len()].copy_from_slice(group);
        let number = u32::from_be_bytes(padded);
        for place in 0..4 {
            if place > group.len() {
                out.push('=');
            } else {
                let digit = (number >> (18 - 6 * place)) & 63;
                out.push(char::from(DIGITS[digit as usize]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 4648 section 10
    #[test]
    fn the_vectors_of_the_rfc_come_out() {
        let encoded =
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(
            encoded,
            [
                "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"
            ]
        );
    }

    #[test]
    fn what_openssl_wrote_comes_out_again() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/certs/");
        let der = std::fs::read(format!("{folder}root.der")).unwrap();
        let written = std::fs::read_to_string(format!("{folder}root.pem")).unwrap();
        assert!(written.contains(&pem(&der)), "{}", pem(&der));
    }
}
