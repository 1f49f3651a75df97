//! Facts that were saved, read back.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive};

use crate::judge::diagnose::Facts;
use crate::judge::diagnose::facts::FORMAT;

/// The longest file that is read: a run has some hundred kilobytes.
const LONGEST: u64 = 16 << 20;

/// Reads a file of facts.
pub(super) fn read(path: &Path) -> anyhow::Result<Facts> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let said = || path.display().to_string();
    let file = std::fs::File::open(&path).with_context(said)?;
    let mut text = Vec::new();
    file.take(LONGEST + 1)
        .read_to_end(&mut text)
        .with_context(said)?;
    ensure!(
        text.len() as u64 <= LONGEST,
        "{}: too long to be the facts of a run; give what --format json printed",
        said()
    );
    let none = || {
        format!(
            "{}: not the facts of a diagnosis; give what --format json printed, or a bundle",
            said()
        )
    };
    if text.starts_with(b"PK") {
        text = unpacked(&text).with_context(none)?;
    }
    let mut all: serde_json::Value = serde_json::from_slice(&text).with_context(none)?;
    // what is printed has the facts beside the findings
    let facts = match all.get_mut("facts") {
        Some(facts) => facts.take(),
        None => all,
    };
    let facts: Facts = serde_json::from_value(facts).with_context(none)?;
    ensure!(facts.about.format > 0, none());
    ensure!(
        facts.about.format <= FORMAT,
        "{}: facts from a newer version of this program (format {}); use that version",
        said(),
        facts.about.format
    );
    Ok(facts)
}

/// The facts in a bundle.
fn unpacked(bundle: &[u8]) -> anyhow::Result<Vec<u8>> {
    let archive = ZipArchive::from_slice(bundle)?;
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry()? {
        if entry.file_path().as_ref() != b"facts.json" {
            continue;
        }
        ensure!(
            entry.compression_method() == CompressionMethod::DEFLATE,
            "facts.json is compressed by an unknown method"
        );
        let packed = archive.get_entry(entry.wayfinder())?;
        let inside = DeflateDecoder::new(packed.data());
        let mut text = Vec::new();
        packed
            .verifying_reader(inside)
            .take(LONGEST)
            .read_to_end(&mut text)?;
        return Ok(text);
    }
    bail!("the archive has no facts.json")
}
