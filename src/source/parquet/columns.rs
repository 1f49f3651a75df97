//! A column of a Parquet file: decoded some rows at a time, written as turnprobe writes its cells.

use std::fmt::Write as _;
use std::ops::Range;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::record::Field;
use parquet::schema::types::ColumnDescPtr;

use crate::record::{readable, with_marks};
use crate::schema::TakeCells;

/// A column of a group of rows, whatever its type.
pub(super) trait ColumnCells: Send {
    /// Decodes so many rows, or those that are left, and says how many.
    fn fill(&mut self, rows: usize) -> Result<usize, ParquetError>;

    /// Gives the cell of the next row that was decoded; `room` is memory for one.
    fn cell(&mut self, room: &mut CellRoom, to: &mut dyn TakeCells);
}

/// Memory for a cell.
#[derive(Debug, Default)]
pub(super) struct CellRoom {
    text: String,
    numbers: Vec<i64>,
}

/// The column of a reader.
pub(super) fn of(reader: ColumnReader, about: ColumnDescPtr) -> Box<dyn ColumnCells> {
    let is_plain = match about.converted_type() {
        ConvertedType::NONE => about.logical_type_ref().is_none(),
        ConvertedType::INT_8
        | ConvertedType::INT_16
        | ConvertedType::INT_32
        | ConvertedType::INT_64 => true,
        // a time, a number without a sign and so on
        _ => false,
    };
    let is_text = about.converted_type() == ConvertedType::UTF8;
    match reader {
        ColumnReader::Int64ColumnReader(reader) if is_plain => {
            rows_of(reader, about, |row, _, _, to| {
                whole(row.values, row.is_list, to);
            })
        }
        ColumnReader::Int64ColumnReader(reader) if is_in_nanos(&about) => {
            typed(reader, about, |number, _, out| {
                field(&Field::TimestampMicros(number.div_euclid(1_000)), out);
            })
        }
        ColumnReader::Int64ColumnReader(reader) => typed(reader, about, |number, about, out| {
            field(&Field::convert_int64(about, *number), out);
        }),
        ColumnReader::Int32ColumnReader(reader) if is_plain => {
            rows_of(reader, about, |row, _, room, to| {
                room.numbers.clear();
                room.numbers
                    .extend(row.values.iter().copied().map(i64::from));
                whole(&room.numbers, row.is_list, to);
            })
        }
        ColumnReader::Int32ColumnReader(reader) => typed(reader, about, |number, about, out| {
            field(&Field::convert_int32(about, *number), out);
        }),
        ColumnReader::ByteArrayColumnReader(reader) if is_text => {
            typed(reader, about, |text: &ByteArray, _, out| {
                out.push_str(&with_marks(&readable(text.data())));
            })
        }
        ColumnReader::ByteArrayColumnReader(reader) => typed(reader, about, |bytes, about, out| {
            // no bytes for which the type has no room, such as a number of none
            if let Ok(converted) = Field::convert_byte_array(about, bytes.clone()) {
                field(&converted, out);
            }
        }),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            typed(reader, about, |bytes, about, out| {
                if let Ok(converted) = Field::convert_byte_array(about, bytes.clone().into()) {
                    field(&converted, out);
                }
            })
        }
        ColumnReader::BoolColumnReader(reader) => typed(reader, about, |flag, about, out| {
            field(&Field::convert_bool(about, *flag), out);
        }),
        ColumnReader::Int96ColumnReader(reader) => typed(reader, about, |number, about, out| {
            field(&Field::convert_int96(about, *number), out);
        }),
        ColumnReader::FloatColumnReader(reader) => typed(reader, about, |number, about, out| {
            field(&Field::convert_float(about, *number), out);
        }),
        ColumnReader::DoubleColumnReader(reader) => typed(reader, about, |number, about, out| {
            field(&Field::convert_double(about, *number), out);
        }),
    }
}

/// Whether a column has times in nanoseconds, for which there is no older word.
fn is_in_nanos(about: &ColumnDescPtr) -> bool {
    matches!(
        about.logical_type_ref(),
        Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS
    )
}

/// A cell of whole numbers.
fn whole(numbers: &[i64], is_list: bool, to: &mut dyn TakeCells) {
    match numbers {
        [] => to.text(""),
        [number] if !is_list => to.text(itoa::Buffer::new().format(*number)),
        _ => to.list(numbers),
    }
}

/// A column whose values are written one by one. Most columns repeat what the row before has.
fn typed<T, W>(reader: ColumnReaderImpl<T>, about: ColumnDescPtr, write: W) -> Box<dyn ColumnCells>
where
    T: DataType,
    W: Fn(&T::T, &ColumnDescPtr, &mut String) + Send + 'static,
{
    let (mut last, mut text): (Option<T::T>, _) = (None, String::new());
    rows_of(reader, about, move |row, about, room, to| {
        if let ([value], false) = (row.values, row.is_list) {
            if last.as_ref() != Some(value) {
                text.clear();
                write(value, about, &mut text);
                last = Some(value.clone());
            }
            return to.text(&text);
        }
        let out = &mut room.text;
        out.clear();
        for (place, value) in row.values.iter().enumerate() {
            out.push(if place > 0 { ',' } else { '[' });
            write(value, about, out);
        }
        if !row.values.is_empty() {
            out.push(']');
        }
        to.text(out);
    })
}

fn rows_of<T, W>(
    reader: ColumnReaderImpl<T>,
    about: ColumnDescPtr,
    write: W,
) -> Box<dyn ColumnCells>
where
    T: DataType,
    W: FnMut(&RowValues<'_, T::T>, &ColumnDescPtr, &mut CellRoom, &mut dyn TakeCells)
        + Send
        + 'static,
{
    Box::new(Typed {
        reader,
        write,
        values: Vec::new(),
        value: 0,
        definitions: Vec::new(),
        repetitions: Vec::new(),
        is_full: false,
        level: 0,
        about,
    })
}

/// What a row has in a column.
struct RowValues<'a, T> {
    /// One value or none, or those of a list.
    values: &'a [T],
    /// Whether it is a list.
    is_list: bool,
}

/// A column of values of one type.
struct Typed<T: DataType, W> {
    reader: ColumnReaderImpl<T>,
    /// Writes the values of a row.
    write: W,
    about: ColumnDescPtr,
    /// The values that there are.
    values: Vec<T::T>,
    /// The next one.
    value: usize,
    /// For each place how much of it is there: the most where it has a value.
    definitions: Vec<i16>,
    /// For each place whether it goes on with a list.
    repetitions: Vec<i16>,
    /// Whether each place has a value.
    is_full: bool,
    /// The next place.
    level: usize,
}

impl<T: DataType, W> Typed<T, W> {
    /// The values of the next row: one or none, or those of its list that have one.
    fn row(&mut self) -> Range<usize> {
        let (from, most) = (self.level, self.about.max_def_level());
        self.level = from.saturating_add(1);
        if self.about.max_rep_level() > 0 {
            let rest = self.repetitions.get(self.level..).unwrap_or_default();
            let more = rest.iter().position(|level| *level == 0);
            self.level = self.level.saturating_add(more.unwrap_or(rest.len()));
        }
        let count = if self.is_full {
            self.level.saturating_sub(from)
        } else {
            let places = self.definitions.get(from..self.level);
            let places = places.unwrap_or_default().iter();
            places.filter(|level| **level == most).count()
        };
        let first = self.value;
        self.value = first.saturating_add(count).min(self.values.len());
        first..self.value
    }
}

impl<T, W> ColumnCells for Typed<T, W>
where
    T: DataType,
    W: FnMut(&RowValues<'_, T::T>, &ColumnDescPtr, &mut CellRoom, &mut dyn TakeCells) + Send,
{
    fn fill(&mut self, rows: usize) -> Result<usize, ParquetError> {
        self.values.clear();
        self.definitions.clear();
        self.repetitions.clear();
        (self.value, self.level) = (0, 0);
        let most = self.about.max_def_level();
        let (definitions, repetitions) = (&mut self.definitions, &mut self.repetitions);
        let read =
            self.reader
                .read_records(rows, Some(definitions), Some(repetitions), &mut self.values);
        // without anything that may be missing there are no such levels
        self.is_full = most == 0 || self.definitions.iter().all(|level| *level == most);
        Ok(read?.0)
    }

    fn cell(&mut self, room: &mut CellRoom, to: &mut dyn TakeCells) {
        if self.values.is_empty() {
            return to.text("");
        }
        let row = self.row();
        let row = RowValues {
            values: self.values.get(row).unwrap_or_default(),
            is_list: self.about.max_rep_level() > 0,
        };
        (self.write)(&row, &self.about, room, to);
    }
}

/// A value as turnprobe writes it.
fn field(value: &Field, out: &mut String) {
    let moment = |us: i64, out: &mut String| {
        let at: Option<DateTime<Utc>> = DateTime::from_timestamp_micros(us);
        let _ = match at {
            // without a fraction as the other form has it, which takes much longer
            Some(at) if at.timestamp_subsec_nanos() == 0 && (1..=9999).contains(&at.year()) => {
                let [year, month, day] = [at.year().cast_unsigned(), at.month(), at.day()];
                let [hour, minute, second] = [at.hour(), at.minute(), at.second()];
                write!(
                    out,
                    "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z"
                )
            }
            Some(at) => write!(out, "{}Z", at.format("%Y-%m-%d %H:%M:%S%.f")),
            None => Ok(()),
        };
    };
    match value {
        Field::Null => {}
        Field::Str(text) => out.push_str(&with_marks(text)),
        Field::TimestampMicros(us) => moment(*us, out),
        Field::TimestampMillis(ms) => moment(ms.saturating_mul(1_000), out),
        other => out.push_str(&with_marks(&other.to_string())),
    }
}
