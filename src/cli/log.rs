//! `--log FILE`: copies stderr to a file, each line with its time, for unattended tasks. If another program holds the
//! log open, nothing stops: its lines wait.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use anyhow::{bail, ensure};
use chrono::SecondsFormat;

use super::files::whole::failed;
use crate::clock::{Wall, local};
use crate::in_use::{IN_USE, is_in_use};
use crate::sink::{FileIdentity, reserved};

/// How lines end: what opens the log on Windows may know no other.
const LINE_END: &str = if cfg!(windows) { "\r\n" } else { "\n" };

/// Lines that may wait for a log that another program holds.
const WAITING: usize = 1000;

static LOG: OnceLock<Mutex<Log>> = OnceLock::new();

struct Log {
    path: PathBuf,
    file: Option<(File, FileIdentity)>,
    waiting: VecDeque<String>,
    /// Lines that waited too long.
    dropped: u64,
    /// Whether it was said that it cannot be written.
    is_told: bool,
}

/// Appends all messages to a file from now on. Says so where another program holds it.
///
/// # Errors
///
/// When the file cannot be opened for another reason.
pub fn begin(path: &Path) -> anyhow::Result<Option<String>> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Some(why) = reserved(&path) {
        bail!("--log {}: {why}", path.display());
    }
    ensure!(
        !is_utf16(&path),
        "--log {} is encoded in UTF-16: convert it to UTF-8 or choose another file",
        path.display()
    );
    let (file, note) = match open(&path) {
        Ok(file) => (Some(file), None),
        Err(error) if is_in_use(&error) => {
            let note = format!(
                "--log {} is {IN_USE}; its lines wait until then",
                path.display()
            );
            (None, Some(note))
        }
        Err(error) => {
            return Err(failed(error, &path).context("--log"));
        }
    };
    // a second one is none of this program's
    let _ = LOG.set(Mutex::new(Log {
        path,
        is_told: file.is_none(),
        file,
        waiting: VecDeque::new(),
        dropped: 0,
    }));
    Ok(note)
}

/// The log that a command line names which is wrong otherwise.
pub fn named(words: &[OsString]) -> Option<PathBuf> {
    let mut words = words.iter().take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == "--log" {
            let next = words.next()?;
            return (!next.as_encoded_bytes().starts_with(b"-")).then(|| next.into());
        }
        if let Some(file) = word.to_str().and_then(|word| word.strip_prefix("--log=")) {
            return Some(file.into()).filter(|file: &PathBuf| file.as_os_str() != OsStr::new(""));
        }
    }
    None
}

/// Adds lines. Says so where they cannot be written, once until they are.
pub fn add(text: &str) -> Option<String> {
    let Some(Ok(mut log)) = LOG.get().map(Mutex::lock) else {
        return None;
    };
    let now = local(Wall::system().now()).to_rfc3339_opts(SecondsFormat::Secs, false);
    let lines = text.lines().map(|line| format!("{now} {line}{LINE_END}"));
    log.waiting.extend(lines);
    let unwritten = log.write();
    while log.waiting.len() > WAITING {
        log.waiting.pop_front();
        log.dropped += 1;
    }
    unwritten
}

impl Log {
    /// Writes what waits; what could not be written waits on, and the first time that is said.
    fn write(&mut self) -> Option<String> {
        let Err(error) = self.try_write() else {
            self.is_told = false;
            return None;
        };
        let path = self.path.display();
        (!std::mem::replace(&mut self.is_told, true))
            .then(|| format!("--log {path} cannot be written ({error}); its lines wait"))
    }

    fn try_write(&mut self) -> io::Result<()> {
        // moved by logrotate, or deleted: whoever looks for messages looks into the file of that name
        let path = &self.path;
        self.file.take_if(|(_, which)| which.is_elsewhere(path));
        let (file, _) = match &mut self.file {
            Some(file) => file,
            none => none.insert(open(path)?),
        };
        let mut text = String::new();
        if self.dropped > 0 {
            text = format!(
                "{} lines are missing here, as the log could not be written{LINE_END}",
                self.dropped
            );
        }
        text.extend(self.waiting.iter().map(String::as_str));
        let written = file.write_all(text.as_bytes());
        if written.is_ok() {
            self.waiting.clear();
            self.dropped = 0;
        } else {
            // a share that was away needs another handle
            self.file = None;
        }
        written
    }
}

fn open(path: &Path) -> io::Result<(File, FileIdentity)> {
    let file = File::options().append(true).create(true).open(path)?;
    let which = FileIdentity::of(&file)?;
    Ok((file, which))
}

/// Whether a file begins as Windows PowerShell's `>` writes it. A pipe is not read.
fn is_utf16(path: &Path) -> bool {
    let mut mark = [0; 2];
    let mut read = || File::open(path)?.read_exact(&mut mark);
    path.is_file() && read().is_ok() && matches!(mark, [0xff, 0xfe] | [0xfe, 0xff])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_moved_or_deleted_is_begun_again_under_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let (path, old) = (dir.path().join("night.log"), dir.path().join("night.log.1"));
        let mut log = Log {
            path: path.clone(),
            file: Some(open(&path).unwrap()),
            waiting: VecDeque::new(),
            dropped: 0,
            is_told: false,
        };
        let mut add = |line: &str| {
            log.waiting.push_back(line.to_owned());
            assert_eq!(log.write(), None);
        };
        let text = |path: &Path| std::fs::read_to_string(path).unwrap();
        add("a\n");
        add("b\n");
        assert_eq!(text(&path), "a\nb\n");
        std::fs::rename(&path, &old).unwrap();
        add("c\n");
        assert_eq!([text(&old), text(&path)], ["a\nb\n", "c\n"]);
        // a file that is deleted while it is open keeps its name under Wine
        if cfg!(unix) {
            std::fs::remove_file(&path).unwrap();
            add("d\n");
            assert_eq!(text(&path), "d\n");
        }
        // as copytruncate does
        std::fs::write(&path, "").unwrap();
        add("e\n");
        assert_eq!(text(&path), "e\n");
    }

    #[test]
    fn the_log_of_a_wrong_command_line_is_found_where_it_is_named() {
        let of = |line: &str| named(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        let night = Some(PathBuf::from("night.log"));
        assert_eq!(
            of("turnprobe probe --lab --log night.log --nonsense"),
            night
        );
        assert_eq!(of("turnprobe probe --log=night.log -n ten"), night);
        for without in [
            "turnprobe probe",
            "turnprobe probe --log",
            "turnprobe probe --log= x",
            "turnprobe probe --log --lab",
            "turnprobe probe -- --log night.log",
        ] {
            assert_eq!(of(without), None, "{without}");
        }
    }
}
