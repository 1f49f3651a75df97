//! The bundle for a ticket: packed, and written completely or not at all.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::args::DiagnoseArgs;
use crate::cli::files::json;
use crate::cli::files::whole::{Beside, Stubborn, failed, followed, replace};
use crate::cli::message;
use crate::doc::number;
use crate::endpoints::Ranges;
use crate::judge::diagnose::redact::{RedactionLevel, redact};
use crate::judge::diagnose::{Facts, diagnose};
use crate::report::diagnose::bundle::{BundleContent, BundleFile, SentChain, files, replaced};
use crate::sink::reserved;

/// How each archive begins.
const BEGIN: &[u8] = b"PK\x03\x04";

/// Where the bundle goes, looked at before anything is measured.
pub(super) struct Bundle {
    path: PathBuf,
}

impl Bundle {
    /// Looks whether it can be written; nothing is written yet.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if let Some(why) = reserved(&path) {
            bail!("--bundle {}: {why}", path.display());
        }
        let path = followed(&path);
        look(&path)?;
        Beside::create(&path).map_err(|error| failed(error, &path))?;
        Ok(Self { path })
    }

    /// Packs it and tells what was replaced.
    pub fn write(
        self,
        args: &DiagnoseArgs,
        facts: &Facts,
        chains: Option<&[SentChain]>,
        ranges: &Ranges,
    ) -> anyhow::Result<()> {
        let level = args.redact.unwrap_or_default();
        let (facts, by) = redact(facts, level, ranges);
        let judged = diagnose(&facts);
        let content = BundleContent {
            facts: &facts,
            judged: &judged,
            zone: args.time_zone,
            chains,
            replaced: &by,
            level,
        };
        let files = files(&content, |of| -> anyhow::Result<String> {
            json(&of.value().context("JSON of the bundle")?)
        })?;
        let at = facts.about.started.map_or(0, |at| at.timestamp());
        let bytes = packed(&files, at).context("the bundle cannot be packed")?;
        // somebody may have put something there meanwhile
        look(&self.path)?;
        replace(&self.path, &bytes, Stubborn::Leave).map_err(|error| failed(error, &self.path))?;
        let said = format!(
            "the bundle is in {} ({})",
            self.path.display(),
            number::bytes(bytes.len() as u64)
        );
        let what = replaced(&by);
        let redaction = match level {
            RedactionLevel::None => {
                "nothing in it was replaced: check it before you send it to others".to_owned()
            }
            _ if what.is_empty() => "nothing had to be replaced".to_owned(),
            _ => format!("replaced: {}", what.join(", ")),
        };
        message::note(&format!("{said}; {redaction}"));
        Ok(())
    }
}

/// Whether what is there is an archive that may be written anew.
fn look(path: &Path) -> anyhow::Result<()> {
    use std::io::Read as _;
    let Ok(file) = std::fs::File::open(path) else {
        return Ok(());
    };
    let mut begin = Vec::new();
    file.take(BEGIN.len() as u64)
        .read_to_end(&mut begin)
        .map_err(|error| failed(error, path))?;
    ensure!(
        begin.is_empty() || begin == BEGIN,
        "{} is something other than an archive; give --bundle another name",
        path.display()
    );
    Ok(())
}

/// The archive; `at` is the time of its files in seconds since 1970.
fn packed(files: &[BundleFile], at: i64) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut out);
    for file in files {
        let (mut entry, config) = archive
            .new_file(file.name)
            .compression_method(CompressionMethod::DEFLATE)
            .last_modified(UtcDateTime::from_unix(at))
            .start()?;
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        writer.write_all(&file.bytes)?;
        let (encoder, descriptor) = writer.finish()?;
        encoder.finish()?;
        entry.finish(descriptor)?;
    }
    archive.finish()?;
    Ok(out)
}
