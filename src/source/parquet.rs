//! A Parquet file, whose columns are decoded one by one, some rows at a time (`columns`), and become rows of the layout that its names
//! are; what is no file of ours becomes the text of such a file, so that it is told like one.

mod columns;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parquet::basic::CompressionCodec;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use super::batch::Batch;
use super::parser::{Behind, Parser};
use crate::schema::list_text;
use columns::{Cell, ColumnCells};

/// Rows that are decoded at once.
const ROWS: usize = 256;

/// The rows of a file.
pub(super) struct ParquetRows {
    reader: SerializedFileReader<File>,
    /// Groups of rows that were begun.
    groups: usize,
    columns: Vec<Box<dyn ColumnCells>>,
    /// The names of the columns as a line of CSV, until a parser has them.
    header: Option<String>,
    /// How many columns there are.
    width: usize,
    /// Whether the names are a layout.
    is_known: bool,
    cell: Cell,
    /// Bytes that stand for a row, and where they are counted.
    share: u64,
    read: Arc<AtomicU64>,
}

impl ParquetRows {
    /// Opens a file; `read` counts its bytes by the rows that were read.
    pub fn open(path: &Path, read: &Arc<AtomicU64>) -> io::Result<Self> {
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
        Ok(Self {
            reader,
            groups: 0,
            columns: Vec::new(),
            header: Some(format!("{}\n", names.join(","))),
            width: names.len(),
            is_known: false,
            cell: Cell::default(),
            share: size.checked_div(rows).unwrap_or(0),
            read: Arc::clone(read),
        })
    }

    /// Gives a parser the next rows, and says whether more may follow; once `stop` is set, nothing does.
    pub fn feed(&mut self, parser: &mut Parser<'_>, stop: &AtomicBool) -> io::Result<bool> {
        if let Some(header) = self.header.take() {
            parser.take(header.as_bytes(), Behind::Later);
            let layout = parser.rows.csv();
            self.is_known = layout.is_some_and(|layout| layout.width == self.width);
        }
        if stop.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let rows = self.decoded();
        let rows = rows.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        if self.is_known {
            for _ in 0..rows {
                parser.row(|row| self.row(row));
            }
        } else {
            parser.take(self.text(rows).as_bytes(), Behind::Later);
        }
        let share = self.share.saturating_mul(rows as u64);
        self.read.fetch_add(share, Ordering::Relaxed);
        Ok(rows > 0)
    }

    /// Puts the next row that is decoded into a batch.
    fn row(&mut self, row: &mut Batch) {
        for column in &mut self.columns {
            let cell = column.next(&mut self.cell);
            match (cell.numbers.is_empty(), std::str::from_utf8(&cell.text)) {
                (true, text) => row.cell(text.unwrap_or_default()),
                (false, _) => row.list(&cell.numbers),
            }
        }
    }

    /// The text of the next rows that are decoded.
    fn text(&mut self, rows: usize) -> String {
        let mut text = String::new();
        for _ in 0..rows {
            for (place, column) in self.columns.iter_mut().enumerate() {
                let cell = column.next(&mut self.cell);
                let cell = match &cell.numbers[..] {
                    [] => String::from_utf8_lossy(&cell.text),
                    numbers => list_text(numbers).into(),
                };
                text.push_str(if place > 0 { ",\"" } else { "\"" });
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            }
            text.push('\n');
        }
        text
    }

    /// Decodes the next rows, and says how many they are; none is the end.
    fn decoded(&mut self) -> Result<usize, ParquetError> {
        loop {
            let rows = self.filled()?;
            if rows > 0 || self.groups >= self.reader.num_row_groups() {
                return Ok(rows);
            }
            let group = self.reader.get_row_group(self.groups)?;
            self.groups = self.groups.saturating_add(1);
            let columns = (0..group.num_columns()).map(|number| {
                let about = group.metadata().column(number).column_descr_ptr();
                Ok(columns::of(group.get_column_reader(number)?, about))
            });
            self.columns = columns.collect::<Result<_, ParquetError>>()?;
        }
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
