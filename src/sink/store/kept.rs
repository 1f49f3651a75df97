//! The files that keep rows for a store that cannot be written: `probes.db.pending-TABLE-RUN.jsonl` beside it, else in
//! the folder for temporary files. Each line is a row as in the table; a run has its own file for each table, and
//! locks it.

use crate::arrange::Arrange as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::super::error::{SinkError, absolute};
use super::super::lock::{LockedFile, Locking};
use super::super::note::Note;
use super::super::pending;
use crate::store::{Cell, SEQ, Store, StoreError};

/// Between the name of the store and what follows.
const PENDING: &str = ".pending-";

/// Behind that.
const ENDING: &str = ".jsonl";

/// Rows that are taken in at once.
const AT_ONCE: usize = 500;

/// A row: its number in its run, and its cells.
type KeptRow = (i64, Vec<(String, Cell)>);

/// Rows of this run that wait for their store.
#[derive(Debug)]
pub(super) struct KeptRows {
    store: PathBuf,
    table: &'static str,
    /// The files, the last one is written to.
    files: Vec<(PathBuf, LockedFile)>,
    rows: u64,
}

impl KeptRows {
    pub fn new(store: &Path, table: &'static str) -> Self {
        Self {
            store: store.to_owned(),
            table,
            files: Vec::new(),
            rows: 0,
        }
    }

    /// How many.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Where.
    pub fn place(&self) -> String {
        let places = self.files.iter().map(|(path, _)| absolute(path));
        places.collect::<Vec<_>>().join(" and ")
    }

    /// Keeps a row.
    pub fn write(&mut self, seq: i64, cells: &[(&'static str, Cell)]) -> Result<(), SinkError> {
        let mut line = line(seq, cells);
        line.push('\n');
        let written = self.files.last().map(|file| append(file, &line));
        if !matches!(written, Some(Ok(()))) {
            // the disk of the store is full, or its share away
            let file = self.begin(cells, &line)?;
            self.files.push(file);
        }
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    /// Begins a file with a line, in the first place that takes it.
    fn begin(
        &self,
        cells: &[(&'static str, Cell)],
        line: &str,
    ) -> Result<(PathBuf, LockedFile), SinkError> {
        let run = cells.iter().find(|(name, _)| *name == "run_id");
        let run = match run {
            Some((_, Cell::Text(run))) => run.as_str(),
            _ => "",
        };
        let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
        let run: String = run.chars().filter(is_plain).collect();
        let mut name = self.store.file_name().unwrap_or_default().to_owned();
        name.push(format!("{PENDING}{}-{run}{ENDING}", self.table));
        let begin = |place: &pending::PendingDirectory| {
            let path = place.named(&name);
            let mut options = OpenOptions::new();
            let file = options.read(true).write(true).create_new(true).open(&path);
            let file = match file.map(LockedFile::lock) {
                Ok(Locking::Locked(file) | Locking::Unsupported(file, _)) => (path, file),
                Ok(Locking::Busy) => {
                    return Err(SinkError::Locked(absolute(&path)));
                }
                Err(error) => return Err(SinkError::from_io(&absolute(&path), error)),
            };
            match append(&file, line) {
                Ok(()) => Ok(file),
                Err(error) => {
                    remove(file);
                    Err(error)
                }
            }
        };
        let [beside, temporary] = pending::places(&self.store);
        begin(&beside).or_else(|_| begin(&temporary))
    }

    /// Brings the rows to the disk.
    pub fn close(&mut self) -> Result<(), SinkError> {
        for (path, file) in &self.files {
            let synced = file.file().sync_all();
            synced.map_err(|error| SinkError::from_io(&absolute(path), error))?;
        }
        Ok(())
    }

    /// Brings the rows into the store, and removes the files.
    pub fn take_in(&mut self, store: &mut Store) -> Result<(), StoreError> {
        while let Some((_, file)) = self.files.first() {
            let (_, broken) = take_in(file.file(), self.table, store)?;
            let file = self.files.remove(0);
            // the next run names the file that has something else
            if broken.is_none() {
                remove(file);
            }
        }
        self.rows = 0;
        Ok(())
    }
}

/// Adds a line, or nothing.
fn append((path, file): &(PathBuf, LockedFile), line: &str) -> Result<(), SinkError> {
    let mut out = file.file();
    let end = out.seek(SeekFrom::End(0));
    let written = end.and_then(|end| {
        out.write_all(line.as_bytes()).inspect_err(|_| {
            // a piece of a row is none
            let _ = out.set_len(end);
        })
    });
    written.map_err(|error| SinkError::from_io(&absolute(path), error))
}

/// Closes and removes a file.
fn remove((path, file): (PathBuf, LockedFile)) {
    drop(file);
    // what is left is taken in once more, and stands in the store once
    let _ = fs::remove_file(path);
}

/// Takes in what earlier runs had to keep, of all tables. What a run that goes on holds stays.
pub(super) fn earlier(path: &Path, store: &mut Store) -> Vec<Note> {
    let mut notes = Vec::new();
    for (kept, table) in found(path) {
        let opened = OpenOptions::new().read(true).write(true).open(&kept);
        let file = match opened.map(LockedFile::lock) {
            Ok(Locking::Locked(file) | Locking::Unsupported(file, _)) => file,
            Ok(Locking::Busy) => continue,
            Err(error) => {
                notes.push(not_taken(&kept, error.to_string()));
                continue;
            }
        };
        match take_in(file.file(), &table, store) {
            Ok((rows, None)) => {
                let shown = absolute(&kept);
                remove((kept, file));
                notes.push(Note::TakenIn {
                    path: absolute(path),
                    kept: shown,
                    rows,
                });
            }
            Ok((rows, Some(line))) => notes.push(not_taken(
                &kept,
                format!("line {line} is not a row; {rows} others are in the store"),
            )),
            Err(error) => notes.push(not_taken(&kept, error.to_string())),
        }
    }
    notes
}

fn not_taken(kept: &Path, why: String) -> Note {
    Note::NotTakenIn {
        kept: absolute(kept),
        why,
    }
}

/// The files that keep rows of a store, and the table of each.
fn found(store: &Path) -> Vec<(PathBuf, String)> {
    let name = store.file_name().unwrap_or_default().to_string_lossy();
    let mut all = Vec::new();
    for place in pending::places(store) {
        for path in place.all() {
            let found = path.file_name().unwrap_or_default().to_string_lossy();
            let rest = place.without_prefix(&found).and_then(|found| {
                let rest = found.strip_prefix(&*name)?.strip_prefix(PENDING)?;
                rest.strip_suffix(ENDING)?.split_once('-')
            });
            if let Some((table, _)) = rest {
                all.push((path.clone(), table.to_owned()));
            }
        }
    }
    all.arrange();
    all
}

/// Brings the rows of a file into a table: how many there are, and the first line that is none. The last line may be torn: that is no row.
fn take_in(
    mut file: &File,
    table: &str,
    store: &mut Store,
) -> Result<(usize, Option<usize>), StoreError> {
    let mut text = String::new();
    let read: io::Result<()> = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.read_to_string(&mut text).map(|_| ()));
    read.map_err(|error| StoreError::Other(error.to_string()))?;
    let (mut rows, mut count, mut broken) = (Vec::with_capacity(AT_ONCE), 0, None);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        match row(line) {
            Some(row) => rows.push(row),
            // the row that was being written when the run was killed
            None if !line.ends_with('\n') => {}
            None => broken = broken.or(Some(number + 1)),
        }
        if rows.len() == AT_ONCE {
            store.insert_all(table, &rows)?;
            count += rows.len();
            rows.clear();
        }
    }
    store.insert_all(table, &rows)?;
    Ok((count + rows.len(), broken))
}

fn line(seq: i64, cells: &[(&'static str, Cell)]) -> String {
    let mut row = Map::new();
    for (name, cell) in cells {
        let cell = match cell {
            Cell::Integer(number) => Json::from(*number),
            Cell::Text(text) => Json::from(text.as_str()),
            Cell::Null | Cell::Real(_) | Cell::Blob(_) => continue,
        };
        row.insert((*name).to_owned(), cell);
    }
    row.insert(SEQ.to_owned(), Json::from(seq));
    Json::Object(row).to_string()
}

fn row(line: &str) -> Option<KeptRow> {
    let Json::Object(mut row) = serde_json::from_str(line).ok()? else {
        return None;
    };
    let seq = row.remove(SEQ)?.as_i64()?;
    let cell = |(name, cell): (String, Json)| {
        let cell = match cell {
            Json::Number(number) => Cell::Integer(number.as_i64()?),
            Json::String(text) => Cell::Text(text),
            _ => return None,
        };
        Some((name, cell))
    };
    let cells = row.into_iter().map(cell).collect::<Option<_>>()?;
    Some((seq, cells))
}
