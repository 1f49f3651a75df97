//! A Parquet file as CSV text, row by row, so that everything is read by the same rules.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;

use crate::record::with_marks;

/// The text of a file.
pub(super) struct ParquetText {
    rows: RowIter<'static>,
    line: Vec<u8>,
    given: usize,
    /// Bytes that stand for a row, and where they are counted.
    share: u64,
    read: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl ParquetText {
    /// Opens a file; `read` counts its bytes by the rows that were read; once `stop` is set, it seems to end.
    pub fn open(path: &Path, read: &Arc<AtomicU64>, stop: &Arc<AtomicBool>) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let reader = SerializedFileReader::new(file).map_err(|error| {
            io::Error::other(format!("no whole Parquet file ({error}); export it again"))
        })?;
        let about = reader.metadata().file_metadata();
        let names = about.schema().get_fields().iter();
        let names: Vec<String> = names
            .map(|field| format!("\"{}\"", doubled(field.name())))
            .collect();
        let rows = u64::try_from(about.num_rows()).unwrap_or(0);
        let mut line = names.join(",").into_bytes();
        line.push(b'\n');
        Ok(Self {
            rows: RowIter::from_file_into(Box::new(reader)),
            line,
            given: 0,
            share: size.checked_div(rows).unwrap_or(0),
            read: Arc::clone(read),
            stop: Arc::clone(stop),
        })
    }
}

impl Read for ParquetText {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.line.len() {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(0);
            }
            let Some(row) = self.rows.next() else {
                return Ok(0);
            };
            let row = row.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            self.read.fetch_add(self.share, Ordering::Relaxed);
            self.line.clear();
            self.given = 0;
            for (place, (_, field)) in row.get_column_iter().enumerate() {
                self.line
                    .extend_from_slice(if place > 0 { b",\"" } else { b"\"" });
                cell(field, &mut self.line)?;
                self.line.push(b'"');
            }
            self.line.push(b'\n');
        }
        let rest = self.line.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(from), Some(to)) = (rest.get(..count), buffer.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        self.given = self.given.saturating_add(count);
        Ok(count)
    }
}

fn doubled(text: &str) -> String {
    text.replace('"', "\"\"")
}

/// A cell as turnprobe writes it.
fn cell(field: &Field, out: &mut Vec<u8>) -> io::Result<()> {
    let moment = |us: i64, out: &mut Vec<u8>| {
        let at: Option<DateTime<Utc>> = DateTime::from_timestamp_micros(us);
        match at {
            Some(at) => write!(out, "{}Z", at.format("%Y-%m-%d %H:%M:%S%.f")),
            None => Ok(()),
        }
    };
    match field {
        Field::Null => Ok(()),
        Field::Str(text) => {
            out.extend_from_slice(doubled(&with_marks(text)).as_bytes());
            Ok(())
        }
        Field::Bool(flag) => write!(out, "{flag}"),
        Field::TimestampMicros(us) => moment(*us, out),
        Field::TimestampMillis(ms) => moment(ms.saturating_mul(1_000), out),
        Field::ListInternal(list) if list.elements().is_empty() => Ok(()),
        Field::ListInternal(list) => {
            out.push(b'[');
            for (place, item) in list.elements().iter().enumerate() {
                let comma = if place > 0 { "," } else { "" };
                write!(out, "{comma}{item}")?;
            }
            out.push(b']');
            Ok(())
        }
        other => write!(out, "{}", doubled(&other.to_string())),
    }
}
