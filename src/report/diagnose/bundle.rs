//! The files of a bundle for a ticket: made of facts that were redacted before, so that they contain nothing private
//! that is not in the facts. Pure; `cli` packs them.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{document, rows, told};
use crate::doc::{self, Room};
use crate::judge::diagnose::facts::{RelayCertificate, TlsFacts};
use crate::judge::diagnose::redact::{RedactionLevel, Redactor};
use crate::judge::diagnose::{Diagnosis, Facts};
use crate::record::TlsPath;
use crate::zone::Zone;

/// Columns of the text.
const COLUMNS: usize = 80;

/// The certificates that a relay sent, the server's first, as they came (DER), with their SHA-256 in hexadecimal.
pub type SentChain = Vec<(Vec<u8>, String)>;

/// What goes into a bundle.
pub struct BundleContent<'a> {
    /// The facts, redacted.
    pub facts: &'a Facts,
    /// What they come to.
    pub judged: &'a Diagnosis,
    /// Of the times in texts.
    pub zone: Zone,
    /// The chains of the relays in the order of the facts; none where facts were read from a file.
    pub chains: Option<&'a [SentChain]>,
    /// What was replaced.
    pub replaced: &'a Redactor,
    /// How much.
    pub level: RedactionLevel,
}

/// A file of a bundle.
pub struct BundleFile {
    /// Its name.
    pub name: &'static str,
    /// What it holds, a line for the README.
    about: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// All files, README.txt first. `json` makes JSON of something in the way of the program.
///
/// # Errors
///
/// Those of `json`.
pub fn files<E>(
    content: &BundleContent<'_>,
    json: impl Fn(&dyn erased::Json) -> Result<String, E>,
) -> Result<Vec<BundleFile>, E> {
    let BundleContent {
        facts,
        judged,
        zone,
        ..
    } = *content;
    let room = Room {
        columns: COLUMNS,
        rows: None,
        hint: "",
        marks: false,
    };
    let document = document(facts, judged, zone);
    let file = |name, about, text: String| BundleFile {
        name,
        about,
        bytes: text.into_bytes(),
    };
    let mut files = vec![
        file(
            "facts.json",
            "all facts that were collected; `turnprobe diagnose --facts facts.json` judges them again",
            json(facts)?,
        ),
        file(
            "diagnosis.json",
            "the findings and the verdict, for programs",
            json(&told(facts, judged))?,
        ),
        file(
            "diagnosis.html",
            "the same as a page with charts",
            doc::page(&document),
        ),
        file(
            "diagnosis.txt",
            "the same as text",
            plain_text(&doc::terminal(&document, &room)),
        ),
        BundleFile {
            name: "rows.csv",
            about: "each lookup, connect, handshake and packet",
            bytes: rows::rows(facts),
        },
        file(
            "chain.txt",
            "the certificates that the relays sent",
            chains(content),
        ),
        file(
            "versions.txt",
            "the program and the system that measured",
            versions(facts),
        ),
    ];
    let readme = file("README.txt", "", readme(content, &files));
    files.insert(0, readme);
    Ok(files)
}

/// What serialises, behind a pointer.
pub mod erased {
    /// Something that JSON can be made of.
    pub trait Json {
        /// As a value of JSON.
        ///
        /// # Errors
        ///
        /// Serde's.
        fn value(&self) -> serde_json::Result<serde_json::Value>;
    }

    impl<T: serde::Serialize> Json for T {
        fn value(&self) -> serde_json::Result<serde_json::Value> {
            serde_json::to_value(self)
        }
    }
}

/// Without colours.
fn plain_text(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn versions(facts: &Facts) -> String {
    let about = &facts.about;
    let mut out = format!(
        "turnprobe {}\nsystem {}\nworld {}\n",
        about.tool_version.as_str(),
        about.system.as_str(),
        about.world.as_str()
    );
    if let Some(day) = about.list_date {
        let _ = writeln!(out, "list of Microsoft's endpoints of {day}");
    }
    out
}

/// What was replaced, a class each: `addresses: 4`.
pub fn replaced(redactor: &Redactor) -> Vec<String> {
    let counted = redactor
        .replaced()
        .map(|(class, count)| format!("{}: {count}", class.meaning()));
    counted.collect()
}

fn readme(content: &BundleContent<'_>, files: &[BundleFile]) -> String {
    let mut out =
        "A diagnosis of the path to the Microsoft Teams media relays, made by turnprobe.\n\n"
            .to_owned();
    for file in files {
        let _ = writeln!(out, "{:<15}  {}", file.name, file.about);
    }
    let _ = writeln!(out, "\nRedaction: {}", content.level.as_str());
    let replaced = replaced(content.replaced);
    match content.level {
        RedactionLevel::None => out
            .push_str("Nothing was replaced: names, addresses and words are as they were found.\n"),
        _ if replaced.is_empty() => out.push_str("Nothing had to be replaced.\n"),
        _ => {
            out.push_str("Replaced, each by the same placeholder in all files; no key was kept:\n");
            for line in replaced {
                let _ = writeln!(out, "- {line}");
            }
            out.push_str(
                "private4-1/net-a is an address of its kind, and those of one network share its\nletter. Microsoft's names and \
                 ranges, public name servers and the names of\nproducts are left as they are.\n",
            );
        }
    }
    out
}

fn chains(content: &BundleContent<'_>) -> String {
    let relays = content.facts.encrypted.relays.known();
    let Some(chains) = content.chains else {
        return "The facts were read from a file, which holds no certificates.\n".to_owned();
    };
    let mut out = String::new();
    for (tls, chain) in relays.into_iter().flatten().zip(chains) {
        let _ = writeln!(out, "{}", tls.remote);
        if chain.is_empty() {
            out.push_str("no certificate\n");
        }
        let is_shown = content.level == RedactionLevel::None || is_public(tls);
        if !is_shown && !chain.is_empty() {
            out.push_str("not from a public authority for Microsoft's names, so only their hashes and sizes are given\n");
        }
        for (der, sha256) in chain {
            let _ = writeln!(out, "SHA-256 {sha256}, {} bytes", der.len());
            if is_shown {
                out.push_str(&pem(der));
            }
        }
        out.push('\n');
    }
    if out.is_empty() {
        out.push_str("No handshake got as far as a certificate.\n");
    }
    out
}

/// Whether the chain is one that everybody can get: Microsoft's names, by an authority of Microsoft's or DigiCert's, to the end.
fn is_public(tls: &TlsFacts) -> bool {
    let is = |certificate: &RelayCertificate| {
        certificate.has_microsofts_names
            && certificate.has_known_issuer
            && matches!(certificate.path, TlsPath::Direct | TlsPath::IncompleteChain)
    };
    tls.certificate.known().is_some_and(is)
}

/// RFC 7468 section 5.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = "-----BEGIN CERTIFICATE-----\n".to_owned();
    // base64 is ASCII
    for line in text.as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out
}
