//! Where rows wait for a server: a folder of segments, each a file of JSON Lines that `report` reads. A row goes into `TABLE-RUN-NUMBER.part`,
//! with the number of its first row within the run; once that is whole it is brought to the disk and called `.jsonl`. What the server refuses is called
//! `.jsonl.bad`.

use crate::arrange::Arrange as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::super::error::{SinkError, absolute};
use super::super::lock::{LockedFile, Locking};
use crate::clock;
use crate::record::World;

/// Rows of a segment.
const ROWS: u64 = 5_000;

/// Behind the name of a segment that is written to.
const PART: &str = "part";

/// Behind that of a whole one.
const WHOLE: &str = "jsonl";

/// Behind that of one that the server refused.
const BAD: &str = "bad";

/// A segment that is written to.
#[derive(Debug)]
pub(super) struct Part {
    path: PathBuf,
    file: LockedFile,
    /// The number of its first row within the run.
    first: u64,
    rows: u64,
    since: Instant,
}

impl Part {
    /// Begins one; none where another one has its name.
    pub fn begin(directory: &Path, table: &str, run: &str, first: u64) -> io::Result<Self> {
        let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
        let run: String = run.chars().filter(is_plain).collect();
        let path = directory.join(format!("{table}-{run}-{first:012}.{PART}"));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        let file = match options.open(&path) {
            // somebody removed the folder
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(directory)?;
                options.open(&path)
            }
            opened => opened,
        }?;
        let file = match LockedFile::lock(file) {
            Locking::Locked(file) | Locking::Unsupported(file, _) => file,
            Locking::Busy => return Err(io::ErrorKind::AlreadyExists.into()),
        };
        Ok(Self {
            path,
            file,
            first,
            rows: 0,
            since: clock::now(),
        })
    }

    /// Adds a line, or nothing.
    pub fn push(&mut self, line: &[u8]) -> io::Result<()> {
        let mut out = self.file.file();
        let end = out.seek(SeekFrom::End(0))?;
        out.write_all(line).inspect_err(|_| {
            // a piece of a row is none
            let _ = out.set_len(end);
        })?;
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    /// Whether it has as many rows as one shall have.
    pub fn is_full(&self) -> bool {
        self.rows >= ROWS
    }

    /// When it was begun.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// The numbers of its rows within the run.
    pub fn numbers(&self) -> Range<u64> {
        self.first..self.first.saturating_add(self.rows)
    }

    /// Whether somebody removed it: as long as it is locked no other run takes it.
    pub fn is_gone(&self) -> bool {
        matches!(self.path.try_exists(), Ok(false))
    }

    /// Brings it to the disk, and makes it whole.
    pub fn finish(self) -> io::Result<()> {
        let Self {
            path, file, rows, ..
        } = self;
        file.file().sync_data()?;
        drop(file);
        if rows == 0 {
            return fs::remove_file(path);
        }
        made_whole(&path)
    }
}

fn made_whole(part: &Path) -> io::Result<()> {
    match fs::rename(part, part.with_extension(WHOLE)) {
        // another run took it for one that was left behind
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        renamed => renamed,
    }
}

/// What is in a folder of segments.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Segments that wait.
    pub segments: usize,
    /// Their bytes, which its limit is for.
    pub bytes: u64,
    /// Segments that were refused.
    pub bad: usize,
    /// Theirs.
    pub bad_bytes: u64,
}

/// What is in a folder.
pub(super) fn found(directory: &Path) -> Found {
    let mut found = Found::default();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let bytes = entry.metadata().map_or(0, |about| about.len());
        match entry.path().extension().and_then(|ending| ending.to_str()) {
            Some(WHOLE | PART) => {
                found.segments = found.segments.saturating_add(1);
                found.bytes = found.bytes.saturating_add(bytes);
            }
            Some(BAD) => {
                found.bad = found.bad.saturating_add(1);
                found.bad_bytes = found.bad_bytes.saturating_add(bytes);
            }
            _ => {}
        }
    }
    found
}

/// How many rows wait in a folder; of many bytes only in how many segments, as nobody waits until they are counted.
pub(super) fn told(directory: &Path, found: Found) -> String {
    const COUNTED: u64 = 64 << 20;
    if found.bytes > COUNTED {
        let (segments, bytes) = (counted(found.segments), found.bytes);
        return format!("{segments} of rows, {bytes} bytes, wait");
    }
    let paths = [WHOLE, PART].map(|ending| with_ending(directory, ending));
    let paths = paths.into_iter().flatten();
    let texts = paths.filter_map(|path| fs::read(path).ok());
    let rows = texts.fold(0_usize, |rows, text| {
        rows.saturating_add(memchr::memchr_iter(b'\n', &text).count())
    });
    match rows {
        1 => "1 row waits".to_owned(),
        rows => format!("{rows} rows wait"),
    }
}

/// The whole segments in the order of their names, which is that of their rows.
pub(super) fn segments(directory: &Path) -> Vec<PathBuf> {
    with_ending(directory, WHOLE)
}

fn with_ending(directory: &Path, wanted: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let is_wanted = |path: &PathBuf| path.extension().is_some_and(|ending| ending == wanted);
    let mut paths: Vec<PathBuf> = paths.filter(is_wanted).collect();
    paths.arrange();
    paths
}

/// The table of a segment, and the number of its first row.
pub(super) fn named(id: &str) -> Option<(&str, u64)> {
    let (table, rest) = id.split_once('-')?;
    let (_, first) = rest.rsplit_once('-')?;
    Some((table, first.parse().ok()?))
}

/// Sets a segment aside, and says where.
pub(super) fn set_aside(segment: &Path) -> io::Result<PathBuf> {
    let mut name = segment.as_os_str().to_owned();
    name.push(".");
    name.push(BAD);
    fs::rename(segment, &name)?;
    Ok(name.into())
}

/// Makes the folder, and whole segments of those that a run which was killed has left behind.
pub(super) fn open(directory: &Path) -> Result<(), SinkError> {
    let failed = |error| SinkError::from_io(&absolute(directory), error);
    fs::create_dir_all(directory).map_err(failed)?;
    let entries = fs::read_dir(directory).map_err(failed)?;
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == PART) {
            // one that cannot be mended stays, and is counted
            let _ = take_over(&path);
        }
    }
    Ok(())
}

/// Makes a whole segment of one that nobody writes to. The row that was being written when the power went is none.
fn take_over(path: &Path) -> io::Result<()> {
    let opened = OpenOptions::new().read(true).write(true).open(path)?;
    let Locking::Locked(file) = LockedFile::lock(opened) else {
        return Ok(());
    };
    let mut bytes = Vec::new();
    let mut reader = file.file();
    reader.read_to_end(&mut bytes)?;
    let end = memchr::memrchr(b'\n', &bytes).map_or(0, |end| end.saturating_add(1));
    file.file().set_len(end as u64)?;
    file.file().sync_data()?;
    drop(file);
    if end == 0 {
        return fs::remove_file(path);
    }
    made_whole(path)
}

/// The folder of a server: rows of another one, of another schema there (`options`), or of the other world, have another.
pub(super) fn folder(shown: &str, options: Option<&str>, world: World) -> String {
    let place = options.map_or_else(|| shown.to_owned(), |options| format!("{shown}?{options}"));
    let sum = ring::digest::digest(&ring::digest::SHA256, place.as_bytes());
    let sum = sum.as_ref().iter().take(4);
    let sum = sum.fold(String::new(), |sum, byte| format!("{sum}{byte:02x}"));
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '.' || letter == '-';
    let plain = shown.trim_start_matches("postgres://");
    let plain: String = plain
        .chars()
        .map(|letter| if is_plain(letter) { letter } else { '_' })
        .collect();
    format!("{plain}-{sum}-{}", world.as_str())
}

pub(super) fn counted(segments: usize) -> String {
    match segments {
        1 => "1 segment".to_owned(),
        segments => format!("{segments} segments"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_for_another_schema_of_a_database_wait_in_another_folder() {
        let of = |options| folder("postgres://db:5432/p", options, World::Real);
        let schema = Some("-csearch_path=one");
        assert_eq!(of(None), of(None));
        assert_eq!(of(schema), of(schema));
        let two = Some("-csearch_path=two");
        assert!(of(None) != of(schema) && of(schema) != of(two));
        assert!(of(schema).starts_with("db_5432_p-"));
    }

    #[test]
    fn a_segment_of_a_run_that_was_killed_is_taken_over_and_one_in_use_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("probes-r1-000000000000.part"), "{\"a\":1}\n{\"a\":").unwrap();
        fs::write(at("probes-r1-000000000009.part"), "{\"a\":").unwrap();
        let mut part = Part::begin(folder.path(), "probes", "r2", 3).unwrap();
        part.push(b"{}\n").unwrap();
        open(folder.path()).unwrap();
        let whole = at("probes-r1-000000000000.jsonl");
        assert_eq!(segments(folder.path()), std::slice::from_ref(&whole));
        assert_eq!(fs::read_to_string(&whole).unwrap(), "{\"a\":1}\n");
        part.finish().unwrap();
        let next = at("probes-r2-000000000003.jsonl");
        assert_eq!(segments(folder.path()), [whole, next.clone()]);
        assert_eq!(
            named("probes-20261122T134601Z-ab-000000000003"),
            Some(("probes", 3))
        );
        let aside = set_aside(&next).unwrap();
        assert_eq!(aside, at("probes-r2-000000000003.jsonl.bad"));
        let left = found(folder.path());
        // what was refused takes no room from what waits
        let of_both = Found {
            segments: 1,
            bytes: 8,
            bad: 1,
            bad_bytes: 3,
        };
        assert_eq!(left, of_both);
        assert_eq!(told(folder.path(), left), "1 row waits");
    }
}
