//! Rows of files as Parquet: a column of the right type for each, in groups of some thousand rows, so that memory does
//! not grow with the file. Compressed by Snappy, which every reader has.
//!
//! Not here: which rows, and what becomes of a file that is not written to its end (`cli/export`).

use std::io::{self, Write};
use std::sync::Arc;

use chrono::NaiveDateTime;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use crate::schema::Kind;

/// Rows of a group: some ten megabytes of probes while they are collected.
const GROUP: usize = 20_000;

/// Why rows cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ParquetWriteError {
    /// A cell is none of its column.
    #[error("the column {column} has `{cell}`, which is not a {what} as turnprobe writes it")]
    Cell {
        /// The column.
        column: String,
        /// What stands there.
        cell: String,
        /// What its type wants.
        what: &'static str,
    },
    /// What the system says of the file.
    #[error("{0}")]
    File(io::Error),
    /// Anything else.
    #[error("no Parquet can be made of these rows: {0}")]
    Write(ParquetError),
}

impl From<ParquetError> for ParquetWriteError {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(error) => Self::File(*error),
                Err(inner) => Self::Write(ParquetError::External(inner)),
            },
            other => Self::Write(other),
        }
    }
}

/// Writes rows of one kind.
pub struct ParquetWriter<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<GroupColumn>,
    rows: usize,
}

/// A column with the cells of the group at hand.
struct GroupColumn {
    name: String,
    cells: GroupCells,
    /// 1 for each cell that holds something, else 0; of lists 1 for one without items.
    levels: Vec<i16>,
    /// Of lists: 0 where one begins, 1 where it goes on.
    repeats: Vec<i16>,
}

enum GroupCells {
    Numbers(Vec<i64>),
    Times(Vec<i64>),
    Flags(Vec<bool>),
    Lists(Vec<i64>),
    /// All texts, and where each ends.
    Texts(Vec<u8>, Vec<usize>),
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file of these rows with these columns; what is known to be of no type is text.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn new(
        out: W,
        what: &str,
        columns: Vec<(String, Option<Kind>)>,
    ) -> Result<Self, ParquetWriteError> {
        let columns = columns
            .into_iter()
            .map(|(name, kind)| GroupColumn::new(name, kind));
        let columns: Vec<GroupColumn> = columns.collect();
        let fields = columns.iter().map(GroupColumn::field);
        let fields = fields.collect::<Result<_, ParquetError>>()?;
        let schema = Type::group_type_builder("turnprobe")
            .with_fields(fields)
            .build()?;
        let said = KeyValue::new("turnprobe.rows".to_owned(), what.to_owned());
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("turnprobe ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_key_value_metadata(Some(vec![said]))
            .build();
        Ok(Self {
            writer: SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?,
            columns,
            rows: 0,
        })
    }

    /// Takes a row; each cell in the order of the columns, as in CSV, empty where nothing was measured.
    ///
    /// # Errors
    ///
    /// When a cell is none of its column, or the file cannot be written.
    pub fn row<'a>(
        &mut self,
        cells: impl Iterator<Item = std::borrow::Cow<'a, str>>,
    ) -> Result<(), ParquetWriteError> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(&cell)?;
        }
        self.rows += 1;
        if self.rows >= GROUP {
            self.group()?;
        }
        Ok(())
    }

    /// Writes what is left and the end, without which no reader takes the file.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<W, ParquetWriteError> {
        self.group()?;
        Ok(self.writer.into_inner()?)
    }

    fn group(&mut self) -> Result<(), ParquetWriteError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.columns {
            column.write(&mut group)?;
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

/// Whether a column holds whole numbers in a list: those of roll-ups.
fn is_numbers(name: &str, kind: Option<Kind>) -> bool {
    kind == Some(Kind::List) && (name.ends_with("_buckets") || name.ends_with("_counts"))
}

impl GroupColumn {
    fn new(name: String, kind: Option<Kind>) -> Self {
        let cells = match kind {
            kind if is_numbers(&name, kind) => GroupCells::Lists(Vec::new()),
            Some(Kind::Integer | Kind::Signed) => GroupCells::Numbers(Vec::new()),
            Some(Kind::Time) => GroupCells::Times(Vec::new()),
            Some(Kind::Flag) => GroupCells::Flags(Vec::new()),
            Some(Kind::Text | Kind::List) | None => GroupCells::Texts(Vec::new(), Vec::new()),
        };
        Self {
            name,
            cells,
            levels: Vec::new(),
            repeats: Vec::new(),
        }
    }

    /// Its place in the schema.
    fn field(&self) -> Result<TypePtr, ParquetError> {
        let primitive = |name: &str, physical, logical, repetition| {
            let builder = Type::primitive_type_builder(name, physical);
            let builder = builder
                .with_logical_type(logical)
                .with_repetition(repetition);
            Ok::<_, ParquetError>(Arc::new(builder.build()?))
        };
        let optional =
            |physical, logical| primitive(&self.name, physical, logical, Repetition::OPTIONAL);
        match self.cells {
            GroupCells::Numbers(_) => optional(Physical::INT64, None),
            GroupCells::Times(_) => {
                let logical = LogicalType::timestamp(true, TimeUnit::MICROS);
                optional(Physical::INT64, Some(logical))
            }
            GroupCells::Flags(_) => optional(Physical::BOOLEAN, None),
            GroupCells::Texts(..) => optional(Physical::BYTE_ARRAY, Some(LogicalType::String)),
            GroupCells::Lists(_) => {
                let item = primitive("element", Physical::INT64, None, Repetition::REQUIRED)?;
                let items = Type::group_type_builder("list")
                    .with_repetition(Repetition::REPEATED)
                    .with_fields(vec![item])
                    .build()?;
                let list = Type::group_type_builder(&self.name)
                    .with_repetition(Repetition::REQUIRED)
                    .with_logical_type(Some(LogicalType::List))
                    .with_fields(vec![Arc::new(items)])
                    .build()?;
                Ok(Arc::new(list))
            }
        }
    }

    fn push(&mut self, cell: &str) -> Result<(), ParquetWriteError> {
        if let GroupCells::Lists(items) = &mut self.cells {
            let before = items.len();
            // CSV has commas, and what was read from JSON Lines spaces
            let listed = cell.trim_matches(['[', ']']).split([',', ' ']);
            for item in listed.filter(|item| !item.is_empty()) {
                let item = item.parse();
                items.push(item.map_err(|_| wrong(&self.name, cell, "list of whole numbers"))?);
            }
            let count = items.len() - before;
            self.levels
                .resize(self.levels.len() + count.max(1), i16::from(count > 0));
            self.repeats.push(0);
            self.repeats.resize(self.levels.len(), 1);
            return Ok(());
        }
        self.levels.push(i16::from(!cell.is_empty()));
        if cell.is_empty() {
            return Ok(());
        }
        let name = &self.name;
        match &mut self.cells {
            GroupCells::Numbers(numbers) => {
                let number = cell.trim().parse();
                numbers.push(number.map_err(|_| wrong(name, cell, "whole number"))?);
            }
            GroupCells::Times(times) => {
                // all are UTC, also those that a profile for Excel writes without the letter
                let text = cell.trim();
                let text = text.strip_suffix('Z').unwrap_or(text);
                let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f");
                let time = time.map_err(|_| wrong(name, cell, "time"))?;
                times.push(time.and_utc().timestamp_micros());
            }
            GroupCells::Flags(flags) => flags.push(match cell.trim() {
                flag if flag.eq_ignore_ascii_case("true") => true,
                flag if flag.eq_ignore_ascii_case("false") => false,
                _ => return Err(wrong(name, cell, "true or false value")),
            }),
            GroupCells::Texts(text, ends) => {
                text.extend_from_slice(cell.as_bytes());
                ends.push(text.len());
            }
            GroupCells::Lists(_) => {}
        }
        Ok(())
    }

    /// Writes the cells and forgets them.
    fn write<W: Write + Send>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        let Some(mut writer) = group.next_column()? else {
            return Ok(());
        };
        let levels = Some(self.levels.as_slice());
        match &mut self.cells {
            GroupCells::Numbers(numbers) | GroupCells::Times(numbers) => {
                writer
                    .typed::<Int64Type>()
                    .write_batch(numbers, levels, None)?;
                numbers.clear();
            }
            GroupCells::Flags(flags) => {
                writer
                    .typed::<BoolType>()
                    .write_batch(flags, levels, None)?;
                flags.clear();
            }
            GroupCells::Lists(items) => {
                let repeats = Some(self.repeats.as_slice());
                writer
                    .typed::<Int64Type>()
                    .write_batch(items, levels, repeats)?;
                items.clear();
            }
            GroupCells::Texts(text, ends) => {
                let all = ByteArray::from(std::mem::take(text));
                let mut start = 0;
                let texts = ends.drain(..).map(|end| {
                    let text = all.slice(start, end - start);
                    start = end;
                    text
                });
                let texts: Vec<ByteArray> = texts.collect();
                writer
                    .typed::<ByteArrayType>()
                    .write_batch(&texts, levels, None)?;
            }
        }
        self.levels.clear();
        self.repeats.clear();
        writer.close()
    }
}

fn wrong(column: &str, cell: &str, what: &'static str) -> ParquetWriteError {
    ParquetWriteError::Cell {
        column: column.to_owned(),
        cell: cell.chars().take(60).collect(),
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_is_none_of_its_column_is_refused_with_both() {
        let kinds = [
            ("slot", Kind::Integer, "4.5", "whole number"),
            ("started_utc", Kind::Time, "yesterday", "time"),
            ("in_teams_range", Kind::Flag, "maybe", "true or false value"),
            ("dns_buckets", Kind::List, "[1,x]", "list of whole numbers"),
        ];
        for (name, kind, cell, what) in kinds {
            let columns = vec![(name.to_owned(), Some(kind))];
            let mut writer = ParquetWriter::new(Vec::new(), "probe", columns).unwrap();
            let said = writer.row(std::iter::once(cell.into())).unwrap_err();
            let wanted = format!(
                "the column {name} has `{cell}`, which is not a {what} as turnprobe writes it"
            );
            assert_eq!(said.to_string(), wanted);
        }
    }
}
