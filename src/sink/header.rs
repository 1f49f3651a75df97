//! Whether an existing CSV file can be continued, and how. Reads only; `file` then writes.

use std::io::{Read, Seek};

use super::csv::{CsvForm, NEWLINE};
use super::error::SinkError;
use super::form::{ExaminedFile, Form, WantedFile};
use super::note::Note;
use super::profile::{BOM, Profile};
use super::tail::{self, MissingEnd, TailError, Unended};
use super::torn::begins_csv;
use super::world::{self, RowWorld};
use crate::record::{World, plain};
use crate::schema::{Column, Kind, RowKind};

/// Judges what a CSV file of `len` bytes holds.
///
/// # Errors
///
/// When rows must not be appended to it, or when it cannot be read.
pub(super) fn examine<R: RowKind, F: Read + Seek>(
    file: &mut F,
    len: u64,
    wanted: &WantedFile<'_, R>,
    path: &str,
) -> Result<ExaminedFile<R>, SinkError> {
    let failed = |error: TailError| error.of(path, SinkError::BrokenRow);
    let head = tail::head(file, len, path)?;
    let Some(newline) = head.iter().position(|byte| *byte == b'\n') else {
        let written = tail::without_nuls(file, 0, len).map_err(failed)?;
        return match usize::try_from(written)
            .ok()
            .and_then(|end| head.get(..end))
        {
            Some(text) => headless(text, len, wanted, path),
            None => Err(SinkError::NotCsv(path.to_owned())),
        };
    };
    let bom = head.starts_with(BOM);
    let header = &head[if bom { BOM.len() } else { 0 }..newline];
    let (header, ending) = match header.strip_suffix(b"\r") {
        Some(header) => (header, "\r\n"),
        None => (header, "\n"),
    };
    let columns = columns_of::<R>(header, wanted.profile, path)?;
    let form = CsvForm {
        columns,
        profile: wanted.profile,
        bom,
        newline: ending,
    };

    let floor = newline as u64 + 1;
    let mut rows = tail::sample(file, floor, len).map_err(|e| failed(e.into()))?;
    rows.retain(|line| is_row(line, &form));
    // the other rows tell whether the last field is quoted, and without any the header does
    let leaves_open = match rows.as_slice() {
        [] => !header.ends_with(b"\""),
        rows => rows.iter().any(|row| !row.ends_with(b"\"")),
    };
    let judge = |line: &[u8]| {
        if (line.ends_with(b"\"") || leaves_open) && is_row(line, &form) {
            Unended::Whole
        } else if begins_csv(line, &form, leaves_open) {
            Unended::Torn
        } else {
            Unended::Foreign
        }
    };
    let settled = tail::settle(file, floor, len, judge).map_err(failed)?;
    if let Some(last) = &settled.last {
        if !is_row(last, &form) {
            return Err(SinkError::BrokenRow(path.to_owned()));
        }
        if is_for_excel(last, &form).is_some_and(|excel| excel != wanted.profile.for_excel()) {
            return Err(SinkError::Dialect(path.to_owned()));
        }
        let rows = rows.iter().map(|row| said_by(row, &form));
        world::check(&said_by(last, &form), rows, wanted.world, path)?;
    }
    Ok(ExaminedFile {
        len,
        keep: settled.keep,
        unended: settled.missing != MissingEnd::Nothing,
        first: settled.missing.bytes(ending),
        notes: notes(&form, wanted, path),
        form: Box::new(form),
    })
}

/// A file without any newline, whose NUL bytes at the end are left out of `text`: empty, a header
/// that was torn, or one that only lacks its newline.
fn headless<R: RowKind>(
    text: &[u8],
    len: u64,
    wanted: &WantedFile<'_, R>,
    path: &str,
) -> Result<ExaminedFile<R>, SinkError> {
    let mut form = CsvForm::new(wanted.columns.to_vec(), wanted.profile);
    form.bom |= text.starts_with(BOM);
    if text.is_empty() || text == BOM || is_torn_header(text, wanted) {
        let mut first = Vec::new();
        form.opening(&mut first);
        let keep = if text == BOM {
            first.drain(..BOM.len()).len()
        } else {
            0
        };
        return Ok(ExaminedFile {
            len,
            keep: keep as u64,
            unended: false,
            first,
            notes: notes(&form, wanted, path),
            form: Box::new(form),
        });
    }
    let (header, missing) = match text.strip_suffix(b"\r") {
        Some(header) => (header, MissingEnd::Newline),
        None => (text, MissingEnd::Ending),
    };
    form.columns = columns_of(
        header.strip_prefix(BOM).unwrap_or(header),
        wanted.profile,
        path,
    )?;
    form.newline = match missing {
        MissingEnd::Newline => "\r\n",
        _ => NEWLINE,
    };
    Ok(ExaminedFile {
        len,
        keep: text.len() as u64,
        unended: true,
        first: missing.bytes(form.newline),
        notes: notes(&form, wanted, path),
        form: Box::new(form),
    })
}

/// Whether the text is the beginning of a header that this program may have written, but not the
/// whole of one: the reference's columns alone are a header, though ours begins with them.
fn is_torn_header<R: RowKind>(text: &[u8], wanted: &WantedFile<'_, R>) -> bool {
    let text = if BOM.starts_with(text) {
        b""
    } else {
        text.strip_prefix(BOM).unwrap_or(text)
    };
    let sets = [wanted.columns.to_vec()].into_iter().chain(R::sets());
    let headers = sets.map(|columns| {
        let form = CsvForm {
            columns,
            profile: wanted.profile,
            bom: false,
            newline: "\n",
        };
        let mut header = Vec::new();
        form.opening(&mut header);
        header.pop();
        header
    });
    let headers: Vec<_> = headers.filter(|header| header.starts_with(text)).collect();
    !headers.is_empty() && headers.iter().all(|header| header != text)
}

fn notes<R>(form: &CsvForm<R>, wanted: &WantedFile<'_, R>, path: &str) -> Vec<Note> {
    let has = |name: &str| form.columns.iter().any(|column| column.name == name);
    let mut notes = Vec::new();
    let left_out = wanted
        .columns
        .iter()
        .map(|column| column.name)
        .filter(|name| !has(name));
    let columns: Vec<_> = left_out.collect();
    if !columns.is_empty() {
        notes.push(Note::LeftOut {
            path: path.to_owned(),
            columns,
        });
    }
    if wanted.world == World::Lab && !has("world") {
        notes.push(Note::LabUnmarked(path.to_owned()));
    }
    notes
}

/// The columns of a header line.
fn columns_of<R: RowKind>(
    header: &[u8],
    profile: Profile,
    path: &str,
) -> Result<Vec<&'static Column<R>>, SinkError> {
    let path = || path.to_owned();
    let not_csv = || SinkError::NotCsv(path());
    if header.starts_with(b"#TYPE ") {
        return Err(SinkError::TypeLine(path()));
    }
    if !quotes_are_closed(header) {
        return Err(not_csv());
    }
    let names = fields(header, profile.delimiter()).ok_or_else(not_csv)?;
    let found: Vec<_> = names.iter().map(|name| R::column(name)).collect();
    if let Some(unknown) = found.iter().position(Option::is_none) {
        if let Some(other) = other_separator::<R>(header, profile) {
            let (found, fix) = separator_words(other, profile);
            return Err(SinkError::Separator {
                path: path(),
                found,
                fix,
            });
        }
        if found.iter().all(Option::is_none) {
            return Err(not_csv());
        }
        let column = plain(&names[unknown].chars().take(60).collect::<String>()).into_owned();
        return Err(SinkError::UnknownColumn {
            path: path(),
            column,
        });
    }
    let columns: Vec<&'static Column<R>> = found.into_iter().flatten().collect();
    if let Some(name) = repeated(&columns) {
        return Err(SinkError::DuplicateColumn {
            path: path(),
            column: name.to_owned(),
        });
    }
    Ok(columns)
}

/// A column that stands twice.
pub(super) fn repeated<R>(columns: &[&'static Column<R>]) -> Option<&'static str> {
    let twice = |(index, column): (usize, &&'static Column<R>)| {
        columns[..index]
            .iter()
            .any(|other| other.name == column.name)
            .then_some(column.name)
    };
    columns.iter().enumerate().find_map(twice)
}

/// The separator by which the header makes sense, when it is not the profile's.
fn other_separator<R: RowKind>(header: &[u8], profile: Profile) -> Option<u8> {
    let makes_sense = |separator: u8| {
        fields(header, separator).is_some_and(|names| {
            names.len() > 1 && names.iter().any(|name| R::column(name).is_some())
        })
    };
    let own = profile.delimiter();
    if makes_sense(own) {
        return None;
    }
    b",;\t|"
        .iter()
        .copied()
        .find(|other| *other != own && makes_sense(*other))
}

fn separator_words(separator: u8, profile: Profile) -> (&'static str, &'static str) {
    match (separator, profile) {
        (b';', _) => (
            "semicolons",
            "use --csv-profile excel-de or choose another file",
        ),
        (b',', Profile::ExcelDe) => (
            "commas",
            "leave out --csv-profile excel-de or choose another file",
        ),
        (b',', _) => ("commas", "choose another file"),
        (b'\t', _) => ("tabs", "choose another file"),
        _ => ("bars", "choose another file"),
    }
}

/// Whether a line has as many fields as the header, closes its last quote and has no NUL bytes, which
/// a power cut or UTF-16 leaves in it.
fn is_row<R>(line: &[u8], form: &CsvForm<R>) -> bool {
    quotes_are_closed(line)
        && !line.contains(&0)
        && fields(line, form.profile.delimiter())
            .is_some_and(|fields| fields.len() == form.columns.len())
}

/// What a whole row says of where it comes from.
fn said_by<R>(line: &[u8], form: &CsvForm<R>) -> RowWorld {
    let fields = fields(line, form.profile.delimiter()).unwrap_or_default();
    let cell = |name: &str| {
        let at = form.columns.iter().position(|column| column.name == name);
        at.and_then(|at| fields.get(at)).map_or("", String::as_str)
    };
    RowWorld::new(cell("world"), cell("remoteip"), cell("remotename"))
}

/// Whether the row's times are those of an Excel profile, without the Z; `None` if it has none.
fn is_for_excel<R>(line: &[u8], form: &CsvForm<R>) -> Option<bool> {
    let fields = fields(line, form.profile.delimiter())?;
    let mut cells = form.columns.iter().zip(&fields);
    let (_, time) = cells.find(|(column, cell)| column.kind == Kind::Time && !cell.is_empty())?;
    Some(!time.ends_with('Z'))
}

/// Every quote inside a quoted field stands twice, so a line with an odd number is torn.
fn quotes_are_closed(line: &[u8]) -> bool {
    line.iter()
        .fold(true, |closed, byte| closed != (*byte == b'"'))
}

/// The fields of a line; `None` when it is not one record. Bytes that are no UTF-8, as of a file
/// that a spreadsheet saved in another encoding, do not make it less of a row.
fn fields(line: &[u8], separator: u8) -> Option<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(separator)
        .flexible(true)
        .from_reader(line);
    let mut records = reader.byte_records();
    let record = records.next()?.ok()?;
    if records.next().is_some() {
        return None;
    }
    Some(
        record
            .iter()
            .map(|field| String::from_utf8_lossy(field).into_owned())
            .collect(),
    )
}
