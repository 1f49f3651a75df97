//! A Parquet file, whose columns are decoded one by one, some rows at a time (`columns`), and become rows of cells.

mod columns;

use std::fs::File;
use std::io;
use std::path::Path;

use parquet::basic::CompressionCodec;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use crate::schema::{CellRows, TakeCells};
use columns::{CellRoom, ColumnCells};

/// Rows that are decoded at once.
const ROWS: usize = 256;

/// The rows of a file.
pub(super) struct ParquetRows {
    reader: SerializedFileReader<File>,
    /// Groups of rows that were begun.
    groups: usize,
    columns: Vec<Box<dyn ColumnCells>>,
    names: Vec<String>,
    room: CellRoom,
    /// Bytes that stand for a row.
    share: u64,
}

impl ParquetRows {
    /// Opens a file.
    pub fn open(path: &Path) -> io::Result<Self> {
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
            names.push(name.to_owned());
        }
        let rows = u64::try_from(about.num_rows()).unwrap_or(0);
        Ok(Self {
            reader,
            groups: 0,
            columns: Vec::new(),
            names,
            room: CellRoom::default(),
            share: size.checked_div(rows).unwrap_or(0),
        })
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

impl CellRows for ParquetRows {
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn more(&mut self) -> io::Result<(usize, u64)> {
        let rows = self.decoded();
        let rows = rows.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok((rows, self.share.saturating_mul(rows as u64)))
    }

    fn row(&mut self, to: &mut dyn TakeCells) {
        for column in &mut self.columns {
            column.cell(&mut self.room, to);
        }
    }
}
