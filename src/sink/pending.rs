//! The files that keep rows for a file that cannot be written: `probes.pending.csv` beside it, else in the folder for
//! temporary files, with a hash of the whole path before its name. They are created like every other file of rows; the
//! next run adds them (`take_in`). Here: their names, and which there are.

use crate::record::Arrange as _;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::period::{Roll, is_number};
use super::upkeep::series::compressed;

/// Behind the name of a file whose rows are kept.
const PENDING: &str = ".pending";

/// Behind that, while rows are taken in: where in the file they begin.
const AT: &str = "-at-";

/// A directory where rows of a series may be kept.
#[derive(Debug)]
pub(super) struct PendingDirectory {
    directory: PathBuf,
    /// What names begin with there.
    prefix: String,
}

/// The places of a series, the first one that can be written is taken.
pub(super) fn places(pattern: &Path) -> [PendingDirectory; 2] {
    // the folder for temporary files is everybody's: files of one name in several folders must not be taken for each other
    let sum = ring::digest::digest(
        &ring::digest::SHA256,
        pattern.as_os_str().as_encoded_bytes(),
    );
    let sum = sum.as_ref().iter().take(8);
    let sum = sum.fold(String::new(), |sum, byte| format!("{sum}{byte:02x}"));
    [
        PendingDirectory {
            directory: pattern.parent().unwrap_or(Path::new("")).to_owned(),
            prefix: String::new(),
        },
        PendingDirectory {
            directory: std::env::temp_dir(),
            prefix: sum + "-",
        },
    ]
}

impl PendingDirectory {
    /// The file that keeps rows of this one.
    pub fn kept(&self, file: &Path) -> PathBuf {
        let mut name = OsString::from(&self.prefix);
        name.push(file.file_stem().unwrap_or_default());
        name.push(PENDING);
        self.directory.join(with_ending(name, file))
    }

    /// A file of that name there.
    pub fn named(&self, name: &OsStr) -> PathBuf {
        let mut whole = OsString::from(&self.prefix);
        whole.push(name);
        self.directory.join(whole)
    }

    /// The name without what names begin with there; none where it does not.
    pub fn without_prefix<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(&self.prefix)
    }

    /// All files there.
    pub fn all(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten();
        let paths = entries.flatten().map(|entry| entry.path());
        paths.filter(|path| path.is_file()).collect()
    }

    /// What a file of that name keeps.
    fn found(&self, name: &str, pattern: &Path, roll: Option<Roll>) -> Option<PendingFile> {
        let ending = with_ending(OsString::new(), pattern);
        let stem = name.strip_suffix(&*ending.to_string_lossy())?;
        let stem = stem.strip_prefix(&self.prefix)?;
        let (base, at) = stem.rsplit_once(PENDING)?;
        let at = match at {
            "" => None,
            at => Some(at.strip_prefix(AT)?.parse().ok()?),
        };
        let own = pattern.file_stem().unwrap_or_default();
        let behind = base.strip_prefix(&*own.to_string_lossy())?;
        let (period, number) = match roll {
            None => ("", behind),
            Some(roll) => roll.split(behind.strip_prefix('-')?)?,
        };
        if !number.is_empty() && (roll.is_none() || !is_number(number)) {
            return None;
        }
        let named = |number: &str| {
            let mut file = own.to_owned();
            if roll.is_some() {
                file.push("-");
            }
            file.push(period);
            file.push(number);
            pattern.with_file_name(with_ending(file, pattern))
        };
        Some(PendingFile {
            kept: self.directory.join(name),
            file: named(number),
            meant_for: named(""),
            at,
        })
    }
}

fn with_ending(mut name: OsString, of: &Path) -> OsString {
    if let Some(ending) = of.extension() {
        name.push(".");
        name.push(ending);
    }
    name
}

/// A file that keeps rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PendingFile {
    /// Where.
    pub kept: PathBuf,
    /// The file that they go to.
    pub file: PathBuf,
    /// The file that they were meant for, which is held where that is another one.
    meant_for: PathBuf,
    /// Where in the file they begin, when a run had begun to take them in.
    pub at: Option<u64>,
}

impl PendingFile {
    /// Whether its rows belong to that file.
    pub fn is_for(&self, file: &Path) -> bool {
        self.meant_for == file
    }

    /// Whether its rows go to that file, be it compressed by now.
    pub fn is_of(&self, file: &Path) -> bool {
        self.file == file || compressed(&self.file) == file
    }
}

/// All files that keep rows of a series; those that were begun to be taken in come first.
pub(super) fn found(pattern: &Path, roll: Option<Roll>) -> Vec<PendingFile> {
    let mut all = Vec::new();
    for place in places(pattern) {
        let entries = fs::read_dir(&place.directory).into_iter().flatten();
        let names = entries.flatten().map(|entry| entry.file_name());
        let here = names.filter_map(|name| place.found(&name.to_string_lossy(), pattern, roll));
        let mut here: Vec<_> = here.filter(|found| found.kept.is_file()).collect();
        here.arrange_by(|a, b| (&a.file, a.at.is_none()).cmp(&(&b.file, b.at.is_none())));
        all.append(&mut here);
    }
    all
}

/// The name of a kept file whose rows are on their way into `file`, at `end`.
pub(super) fn named_at(kept: &Path, file: &Path, end: u64) -> PathBuf {
    let name = kept.file_name().unwrap_or_default().to_string_lossy();
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    // what stands before it in the folder for temporary files
    let meant = name.split(PENDING).next().unwrap_or_default();
    let prefix = match meant.find('-') {
        Some(dash) if !stem.starts_with(meant) && is_sum(&meant[..dash]) => &meant[..=dash],
        _ => "",
    };
    let mut to = OsString::from(prefix);
    to.push(file.file_stem().unwrap_or_default());
    to.push(format!("{PENDING}{AT}{end}"));
    kept.with_file_name(with_ending(to, file))
}

fn is_sum(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
