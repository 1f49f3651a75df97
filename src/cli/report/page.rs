//! The file of the page.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::report::model::Report;
use crate::report::{html, number};

/// How each page begins.
const BEGIN: &[u8] = b"<!DOCTYPE html>";

/// The page's file, opened before anything is read, so that a wrong name is told at once. One that
/// was made for nothing is removed again.
#[derive(Debug)]
pub struct Page {
    path: PathBuf,
    file: File,
    in_vain: bool,
}

impl Page {
    /// Opens the file; a page in it stays until the new one is written.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or holds something that is no page.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        ensure!(
            !path.ends_with("-") || path.is_file(),
            "--html needs the name of a file; - is none"
        );
        let new = !path.exists();
        ensure!(
            new || path.is_file(),
            "{} is no file; give --html another name",
            path.display()
        );
        let mut file = File::options()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        let mut begin = Vec::new();
        (&mut file)
            .take(BEGIN.len() as u64)
            .read_to_end(&mut begin)?;
        ensure!(
            begin.is_empty() || begin.eq_ignore_ascii_case(BEGIN),
            "{} holds something that is no page; give --html another name",
            path.display()
        );
        Ok(Self {
            path,
            file,
            in_vain: new,
        })
    }

    /// Writes the page and says where it is.
    pub fn write(mut self, report: &Report) -> anyhow::Result<String> {
        let text = html::page(report);
        let mut write = || {
            self.file.set_len(0)?;
            self.file.rewind()?;
            self.file.write_all(text.as_bytes())
        };
        write().with_context(|| format!("{} cannot be written", self.path.display()))?;
        self.in_vain = false;
        let size = number::bytes(text.len() as u64);
        Ok(format!("the page is in {} ({size})", self.path.display()))
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if self.in_vain {
            // it is empty; nobody is left to hear of a failure
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
