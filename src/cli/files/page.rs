//! The file of the page. A page is written completely or not at all: the new one is written beside it and renamed at
//! the end. Something that is not a file, such as a pipe, is written to directly.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, ensure};
use clap::builder::{PathBufValueParser, TypedValueParser};

use super::whole::{Beside, Stubborn, failed, followed, replace};
use crate::doc::{self, Document, number};

/// How each page begins.
const BEGIN: &[u8] = b"<!DOCTYPE html>";

/// Endings of files that hold something else, and what makes that; a page under such a name opens in the wrong program.
const OTHERS: &[(&[&str], &str)] = &[
    (
        &["pdf"],
        "use a name that ends in .html, and print the page to PDF in a browser",
    ),
    (
        &["csv", "tsv", "json", "md"],
        "use a name that ends in .html; --format csv, json or markdown writes those to stdout",
    ),
    (
        &[
            "jsonl", "txt", "xls", "xlsx", "doc", "docx", "odt", "ods", "png", "jpg", "jpeg",
            "svg", "zip", "gz", "xml", "mht", "mhtml",
        ],
        "use a name that ends in .html",
    ),
];

/// Takes the name of a page; one whose ending promises another kind of file is refused.
pub fn page_name() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        if path.as_os_str() == "-" && !path.is_file() {
            return Err("a page needs the name of a file, and - is none".to_owned());
        }
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        let is_of = |(endings, _): &&(&[&str], _)| endings.iter().any(|one| ending == *one);
        match OTHERS.iter().find(is_of) {
            Some((_, fix)) => Err(format!("what is written is an HTML page: {fix}")),
            None => Ok(path),
        }
    })
}

/// Where the page goes, looked at before anything is read, so that a wrong name is told at once.
#[derive(Debug)]
pub struct PageOutput {
    /// As it was named, absolute.
    path: PathBuf,
    place: PageDestination,
}

#[derive(Debug)]
enum PageDestination {
    /// A file, all links followed.
    File(PathBuf),
    /// A pipe or a device.
    Stream,
    /// What stdout goes to as well.
    Stdout,
}

impl PageOutput {
    /// Whether a page is there that would be lost for this one.
    pub fn would_replace_one(&self) -> bool {
        let PageDestination::File(file) = &self.place else {
            return false;
        };
        fs::metadata(file).is_ok_and(|found| found.len() > 0)
    }

    /// Looks whether the page can be written; nothing is written yet.
    ///
    /// # Errors
    ///
    /// When it cannot be, or when the file holds something that is no page.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let place = match fs::metadata(&path) {
            Ok(found) if is_stdout(&found) => PageDestination::Stdout,
            Ok(found) if found.is_file() => {
                let file = look(&path)?;
                // a directory that takes no new file may have one that can be written
                if let Err(error) = Beside::create(&file)
                    && error.kind() != io::ErrorKind::PermissionDenied
                {
                    return Err(failed(error, &path));
                }
                PageDestination::File(file)
            }
            Ok(found) if is_stream(&found) => PageDestination::Stream,
            Ok(_) => {
                return Err(anyhow!(
                    "{} is not a file; give --html another name",
                    path.display()
                ));
            }
            Err(_) => {
                let file = followed(&path);
                Beside::create(&file).map_err(|error| failed(error, &path))?;
                PageDestination::File(file)
            }
        };
        Ok(Self { path, place })
    }

    /// Writes the page and says where it is.
    ///
    /// # Errors
    ///
    /// When it cannot be written; a page that was there before is as it was, unless only its own file
    /// can be written to.
    pub fn write(self, document: &Document) -> anyhow::Result<String> {
        let text = doc::page(document);
        let written = match &self.place {
            PageDestination::File(file) => {
                if file.exists() {
                    // somebody may have put something there meanwhile
                    look(file)?;
                }
                replace(file, text.as_bytes(), Stubborn::WriteOver)
            }
            PageDestination::Stream => File::options()
                .write(true)
                .open(&self.path)
                .and_then(|mut stream| stream.write_all(text.as_bytes())),
            PageDestination::Stdout => {
                let mut stdout = io::stdout().lock();
                let written = stdout.write_all(text.as_bytes());
                match written.and_then(|()| stdout.flush()) {
                    // a reader that went away is no failure
                    Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
                    _ => Ok(()),
                }
            }
        };
        written.map_err(|error| failed(error, &self.path))?;
        let size = number::bytes(text.len() as u64);
        Ok(format!("the page is in {} ({size})", self.path.display()))
    }
}

/// Looks whether an existing file is a page that may be written anew, and follows all links to it.
fn look(path: &Path) -> anyhow::Result<PathBuf> {
    let mut file = File::options()
        .read(true)
        .write(true)
        .open(path)
        .map_err(|error| failed(error, path))?;
    let mut begin = Vec::new();
    (&mut file)
        .take(BEGIN.len() as u64)
        .read_to_end(&mut begin)
        .map_err(|error| failed(error, path))?;
    ensure!(
        begin.is_empty() || begin.eq_ignore_ascii_case(BEGIN),
        "{} holds something other than a page; give --html another name",
        path.display()
    );
    Ok(followed(path))
}

/// Whether stdout goes to the same file, as with /dev/stdout: what is renamed over that would leave
/// the tables in a file without a name.
#[cfg(unix)]
fn is_stdout(found: &fs::Metadata) -> bool {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::MetadataExt as _;
    let stdout = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    let stdout = stdout.and_then(|stdout| stdout.metadata());
    stdout.is_ok_and(|stdout| (stdout.dev(), stdout.ino()) == (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn is_stdout(_: &fs::Metadata) -> bool {
    false
}

/// Whether it is a pipe or a terminal, that takes text as it comes; not a disk.
#[cfg(unix)]
fn is_stream(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = found.file_type();
    kind.is_fifo() || kind.is_char_device()
}

#[cfg(not(unix))]
fn is_stream(_: &fs::Metadata) -> bool {
    false
}
