//! The rolled files of a series, recognised by their names alone. Files that keep rows
//! (`probes-2026-11-22.pending.csv`), torn pieces and anything else beside them have other names.

use crate::arrange::Arrange as _;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::sink::period::{Period, Roll, is_number};

/// Behind the name of a compressed file.
const GZ: &str = ".gz";

/// The files of a pattern.
#[derive(Debug, Clone)]
pub struct FileSeries {
    /// The pattern of their names, absolute.
    pub pattern: PathBuf,
    /// How often one is begun.
    pub roll: Roll,
}

/// A file of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rolled {
    /// The file.
    pub path: PathBuf,
    /// Its hour, night, day or month.
    pub period: Period,
    /// Whether it is compressed.
    pub is_compressed: bool,
}

impl FileSeries {
    /// All regular files of the series, in the order of their names; links are none.
    ///
    /// # Errors
    ///
    /// When the directory cannot be read.
    pub fn files(&self) -> io::Result<Vec<Rolled>> {
        let directory = self.pattern.parent().unwrap_or(Path::new(""));
        let mut files = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            // of the link, not of what it leads to
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            files.extend(self.rolled(&entry.file_name()).filter(|_| is_file));
        }
        files.arrange_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// The file of that name, where it is one of the series.
    pub fn rolled(&self, name: &OsStr) -> Option<Rolled> {
        let bytes = name.as_encoded_bytes();
        let stem = self.pattern.file_stem()?.as_encoded_bytes();
        let rest = bytes.strip_prefix(stem)?.strip_prefix(b"-")?;
        let plain = rest.strip_suffix(GZ.as_bytes());
        let middle = plain.unwrap_or(rest);
        let middle = match self.pattern.extension() {
            None => middle,
            Some(ending) => middle
                .strip_suffix(ending.as_encoded_bytes())?
                .strip_suffix(b".")?,
        };
        let (period, behind) = self.roll.split(std::str::from_utf8(middle).ok()?)?;
        Some(Rolled {
            path: self.pattern.with_file_name(name),
            period: self.roll.named(period).filter(|_| is_number(behind))?,
            is_compressed: plain.is_some(),
        })
    }
}

/// The name of a file when it is compressed.
pub fn compressed(path: &Path) -> PathBuf {
    with(path, GZ)
}

/// The name with something behind it.
pub fn with(path: &Path, behind: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(behind);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_of(pattern: &str, roll: Roll, name: &str) -> bool {
        let series = FileSeries {
            pattern: Path::new("/a").join(pattern),
            roll,
        };
        series.rolled(OsStr::new(name)).is_some()
    }

    #[test]
    fn names_that_the_pattern_makes_are_of_the_series_and_no_others() {
        for (roll, name) in [
            (Roll::Day, "probes-2026-11-22.csv"),
            (Roll::Night, "probes-2026-11-22.csv.gz"),
            (Roll::Day, "probes-2026-11-22-2.csv"),
            (Roll::Day, "probes-2026-11-22-9.csv.gz"),
            (Roll::Hour, "probes-2026-11-22T07.csv"),
            (Roll::Hour, "probes-2026-11-22T07-3.csv.gz"),
            (Roll::Month, "probes-2026-11.csv"),
            (Roll::Month, "probes-2026-11-2.csv"),
        ] {
            assert!(is_of("probes.csv", roll, name), "{name}");
        }
        for (roll, name) in [
            (Roll::Day, "probes.csv"),
            (Roll::Day, "probes.csv.gz"),
            (Roll::Day, "probes-2026-11-22.jsonl"),
            (Roll::Day, "probes-2026-11-22.CSV"),
            (Roll::Day, "Probes-2026-11-22.csv"),
            (Roll::Day, "probes-2026-11-22.csv.torn"),
            (Roll::Day, "probes-2026-11-22.pending.csv"),
            (Roll::Day, "probes-2026-11-22.pending-at-7.csv"),
            (Roll::Day, "probes-2026-11-22-1.csv"),
            (Roll::Day, "probes-2026-11-22-10.csv"),
            (Roll::Day, "probes-2026-11-22 (copy).csv"),
            (Roll::Day, "probes-2026-11-22.csv.gz.gz"),
            (Roll::Day, "probes-2026-11-22.csv.zip"),
            (Roll::Day, "probes-2026-11-22T07.csv"),
            (Roll::Day, "probes-2026-11.csv"),
            (Roll::Day, "probes-2026-11-31.csv"),
            (Roll::Day, "probes-north-2026-11-22.csv"),
            (Roll::Day, "probes-2-2026-11-22.csv"),
            (Roll::Day, "my-probes-2026-11-22.csv"),
            (Roll::Month, "probes-2026-11-22.csv"),
            (Roll::Hour, "probes-2026-11-22.csv"),
            (Roll::Hour, "probes-2026-11-22T24.csv"),
        ] {
            assert!(!is_of("probes.csv", roll, name), "{name}");
        }
    }

    #[test]
    fn of_two_series_whose_names_begin_alike_each_has_its_own_files() {
        for (own, other) in [
            ("probes.csv", "probes-2.csv"),
            ("probes.csv", "probes-2026.csv"),
            ("probes.csv", "probes-2026-11.csv"),
            ("probes.csv", "probes-2026-11-22.csv"),
            ("probes.csv", "probes.csv.csv"),
        ] {
            for (own, other) in [(own, other), (other, own)] {
                let pattern = Path::new("/a").join(other);
                for roll in [Roll::Hour, Roll::Night, Roll::Day, Roll::Month] {
                    let at = "2026-11-22T07:00:00".parse().unwrap();
                    let name = roll.period(at).path(&pattern);
                    let name = name.file_name().unwrap().to_str().unwrap();
                    for of in [Roll::Hour, Roll::Night, Roll::Day, Roll::Month] {
                        assert!(!is_of(own, of, name), "{own} {name}");
                    }
                }
            }
        }
    }
}
