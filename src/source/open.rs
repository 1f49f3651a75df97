//! A file's bytes as UTF-8, whatever it is: gzip and UTF-16 are told by their first bytes. Bytes
//! that are no UTF-8 come through: the line decides.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::blocks::Blocks;
use super::content::{Cells, Content};
use super::encoding::ByteOrder;
use super::gzip::{GzipFound, Members};
use super::input::Input;
use super::origin::TableRows;
use super::utf16::{Utf16, Utf16Found};
use crate::schema::CellRows;

/// A file that can be read.
pub(super) struct OpenedFile {
    /// Its text, or its columns.
    pub content: Content,
    /// Whether it is compressed.
    pub gzip: bool,
    /// What was found in that, when it is.
    pub members: Arc<GzipFound>,
    /// Whether it is in UTF-16.
    pub utf16: bool,
    /// Whether it comes as somebody writes it, so that a reading may have to wait.
    pub live: bool,
    /// What was found in its UTF-16, when it is that.
    pub found: Arc<Utf16Found>,
}

/// Opens an input; `read` counts its bytes as they are on the disk; once `stop`
/// is set, it seems to end.
pub(super) fn open(
    input: &Input,
    read: &Arc<AtomicU64>,
    stop: &Arc<AtomicBool>,
) -> io::Result<OpenedFile> {
    let raw: Box<dyn Read> = match input {
        Input::Stdin => Box::new(io::stdin().lock()),
        Input::File(path) => Box::new(File::open(path)?),
        Input::Table(of) => match of.origin.rows(&of.of, of.span)? {
            TableRows::Text(text) => text,
            TableRows::Cells(rows) => return Ok(of_cells(rows, read)),
        },
        Input::Unusable { why, .. } => return Err(io::Error::other(why.clone())),
    };
    let live = match input {
        Input::File(path) => !std::fs::metadata(path).is_ok_and(|about| about.is_file()),
        Input::Table(_) => false,
        _ => true,
    };
    let counted = Counted {
        inner: raw,
        read: Arc::clone(read),
        stop: Arc::clone(stop),
    };
    let (head, reader) = peek(counted)?;
    if head == *b"PAR1" {
        return columns(input, read);
    }
    let gzip = head.starts_with(&[0x1f, 0x8b]);
    let members = Arc::new(GzipFound::default());
    let (head, reader): (_, Box<dyn Read>) = if gzip {
        let (head, reader) = peek(Members::new(BufReader::new(reader), &members))?;
        (head, Box::new(reader))
    } else {
        (head, Box::new(reader))
    };
    let found = Arc::new(Utf16Found::default());
    // without a mark, the zero halves of Latin letters give it away
    let utf16 = ByteOrder::of_mark(&head).or(match head[..] {
        [a, 0, b, 0] if a != 0 && b != 0 => Some(ByteOrder::Little),
        [0, a, 0, b] if a != 0 && b != 0 => Some(ByteOrder::Big),
        _ => None,
    });
    let mut reader = reader;
    if ByteOrder::of_mark(&head).is_some() {
        reader.read_exact(&mut [0; 2])?;
    }
    let reader: Box<dyn Read> = match utf16 {
        None => reader,
        Some(order) => Box::new(Utf16::new(reader, order, &found)),
    };
    Ok(OpenedFile {
        content: Content::Text(Blocks::new(reader, live)),
        gzip,
        members,
        utf16: utf16.is_some(),
        live,
        found,
    })
}

/// Rows of cells.
fn of_cells(rows: Box<dyn CellRows>, read: &Arc<AtomicU64>) -> OpenedFile {
    OpenedFile {
        content: Content::Cells(Cells::new(rows, read)),
        gzip: false,
        members: Arc::default(),
        utf16: false,
        live: false,
        found: Arc::default(),
    }
}

/// What is said of Parquet that comes as somebody writes it.
#[cfg(feature = "parquet")]
const ONLY_FILES: &str = "Parquet is read from its end: write it to a file first";

/// A Parquet file.
#[cfg(feature = "parquet")]
fn columns(input: &Input, read: &Arc<AtomicU64>) -> io::Result<OpenedFile> {
    let is_file =
        |path: &std::path::Path| std::fs::metadata(path).is_ok_and(|found| found.is_file());
    let Input::File(path) = input else {
        return Err(io::Error::other(ONLY_FILES));
    };
    if !is_file(path) {
        return Err(io::Error::other(ONLY_FILES));
    }
    let rows = super::parquet::ParquetRows::open(path)?;
    Ok(of_cells(Box::new(rows), read))
}

#[cfg(not(feature = "parquet"))]
fn columns(_: &Input, _: &Arc<AtomicU64>) -> io::Result<OpenedFile> {
    Err(io::Error::other(
        "a Parquet file, which needs a turnprobe built with the feature `parquet` (turnprobe --version --verbose names its features)",
    ))
}

/// The first four bytes, and a reader that gives them again.
fn peek<R: Read>(mut reader: R) -> io::Result<(Vec<u8>, impl Read)> {
    let mut head = Vec::with_capacity(4);
    reader.by_ref().take(4).read_to_end(&mut head)?;
    Ok((head.clone(), io::Cursor::new(head).chain(reader)))
}

struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Ok(0);
        }
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
