//! A Parquet file as CSV text, so that everything is read by the same rules. The columns are decoded one by one, some rows at a
//! time (`columns`); here they become lines again.

mod columns;
mod digits;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parquet::basic::CompressionCodec;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use columns::ColumnCells;

/// Rows that are made text at once.
const ROWS: usize = 256;

/// The text of a file.
pub(super) struct ParquetText {
    reader: SerializedFileReader<File>,
    /// Groups of rows that were begun.
    groups: usize,
    columns: Vec<Box<dyn ColumnCells>>,
    text: Vec<u8>,
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
            io::Error::other(format!(
                "not a complete Parquet file ({error}); export it again"
            ))
        })?;
        let groups = reader.metadata().row_groups().iter();
        let columns = groups.flat_map(RowGroupMetaData::columns);
        let mut codecs = columns.map(ColumnChunkMetaData::compression_codec);
        let is_read = |codec: &CompressionCodec| {
            matches!(
                codec,
                CompressionCodec::UNCOMPRESSED | CompressionCodec::SNAPPY
            )
        };
        if let Some(codec) = codecs.find(|codec| !is_read(codec)) {
            let codec = format!("{codec:?}").to_lowercase();
            return Err(io::Error::other(format!(
                "compressed with {codec}, which is not read from Parquet: write it again with Snappy or without compression"
            )));
        }
        let about = reader.metadata().file_metadata();
        let mut names = Vec::new();
        for field in about.schema().get_fields() {
            let name = field.name();
            let leaves = about.schema_descr().columns().iter();
            let mut leaves =
                leaves.filter(|leaf| leaf.path().parts().first().is_some_and(|part| part == name));
            let leaf = leaves.next().filter(|leaf| leaf.max_rep_level() <= 1);
            if leaf.is_none() || leaves.next().is_some() {
                return Err(io::Error::other(format!(
                    "the column {name} is nested: only numbers, times, texts, flags and lists of them are read from Parquet; leave it out"
                )));
            }
            names.push(format!("\"{}\"", name.replace('"', "\"\"")));
        }
        let rows = u64::try_from(about.num_rows()).unwrap_or(0);
        let mut text = names.join(",").into_bytes();
        text.push(b'\n');
        Ok(Self {
            reader,
            groups: 0,
            columns: Vec::new(),
            text,
            given: 0,
            share: size.checked_div(rows).unwrap_or(0),
            read: Arc::clone(read),
            stop: Arc::clone(stop),
        })
    }

    /// Makes text of the next rows; none is left where it stays empty.
    fn more(&mut self) -> Result<(), ParquetError> {
        self.text.clear();
        self.given = 0;
        let rows = loop {
            let rows = self.filled()?;
            if rows > 0 {
                break rows;
            }
            if self.groups >= self.reader.num_row_groups() {
                return Ok(());
            }
            let group = self.reader.get_row_group(self.groups)?;
            self.groups = self.groups.saturating_add(1);
            let columns = (0..group.num_columns()).map(|number| {
                let about = group.metadata().column(number).column_descr_ptr();
                Ok(columns::of(group.get_column_reader(number)?, about))
            });
            self.columns = columns.collect::<Result<_, ParquetError>>()?;
        };
        for _ in 0..rows {
            for (place, column) in self.columns.iter_mut().enumerate() {
                self.text
                    .extend_from_slice(if place > 0 { b",\"" } else { b"\"" });
                column.cell(&mut self.text);
                self.text.push(b'"');
            }
            self.text.push(b'\n');
        }
        self.read
            .fetch_add(self.share.saturating_mul(rows as u64), Ordering::Relaxed);
        Ok(())
    }

    /// Decodes the next rows of each column, and says how many they are.
    fn filled(&mut self) -> Result<usize, ParquetError> {
        let mut rows = None;
        for column in &mut self.columns {
            let found = column.fill(ROWS)?;
            if *rows.get_or_insert(found) != found {
                let what = "columns of a group of rows are not of one length";
                return Err(ParquetError::General(what.to_owned()));
            }
        }
        Ok(rows.unwrap_or(0))
    }
}

impl Read for ParquetText {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.text.len() && !self.stop.load(Ordering::Relaxed) {
            let more = self.more();
            more.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        let rest = self.text.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(from), Some(to)) = (rest.get(..count), buffer.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        self.given = self.given.saturating_add(count);
        Ok(count)
    }
}
