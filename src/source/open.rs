//! A file's bytes as UTF-8, whatever it is: gzip and UTF-16 are told by their first bytes. Bytes
//! that are no UTF-8 come through: the line decides.

use crate::record::Counter as _;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::blocks::Blocks;
use super::content::{Cells, Content};
use super::encoding::{self, ByteOrder};
use super::gzip::Members;
use super::input::Input;
use super::origin::TableRows;
use crate::schema::CellRows;

/// A file that can be read.
pub(super) struct OpenedFile {
    /// Its text, or its columns.
    pub content: Content,
    /// Whether it is compressed.
    pub gzip: bool,
    /// Whether it is in UTF-16.
    pub utf16: bool,
    /// Whether it comes as somebody writes it, so that a reading may have to wait.
    pub live: bool,
    /// What UTF-16 could not be read, when it is that.
    pub damaged: Arc<AtomicBool>,
    /// The line from which on UTF-16 is none any more, 0 when there is none.
    pub switched: Arc<AtomicU64>,
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
    let (head, reader): (_, Box<dyn Read>) = if gzip {
        let (head, reader) = peek(Members::new(BufReader::new(reader)))?;
        (head, Box::new(reader))
    } else {
        (head, Box::new(reader))
    };
    let damaged = Arc::new(AtomicBool::new(false));
    let switched = Arc::new(AtomicU64::new(0));
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
        Some(order) => Box::new(Utf16 {
            inner: reader,
            order,
            raw: Vec::new(),
            damaged: Arc::clone(&damaged),
            lines: 0,
            begins: false,
            plain: false,
            switched: Arc::clone(&switched),
            out: Vec::new(),
            given: 0,
            ended: false,
        }),
    };
    Ok(OpenedFile {
        content: Content::Text(Blocks::new(reader, live)),
        gzip,
        utf16: utf16.is_some(),
        live,
        damaged,
        switched,
    })
}

/// Rows of cells.
fn of_cells(rows: Box<dyn CellRows>, read: &Arc<AtomicU64>) -> OpenedFile {
    OpenedFile {
        content: Content::Cells(Cells::new(rows, read)),
        gzip: false,
        utf16: false,
        live: false,
        damaged: Arc::new(AtomicBool::new(false)),
        switched: Arc::new(AtomicU64::new(0)),
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

/// UTF-16 to UTF-8, until a line begins that is none: something else has appended it then.
struct Utf16<R> {
    inner: R,
    order: ByteOrder,
    /// Read and not decoded: at most the begin of a line.
    raw: Vec<u8>,
    damaged: Arc<AtomicBool>,
    /// Line ends so far.
    lines: u64,
    /// Whether a line begins with `raw` that was not looked at.
    begins: bool,
    /// Whether the rest is no UTF-16.
    plain: bool,
    switched: Arc<AtomicU64>,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

/// Bytes that show whether a line is UTF-16.
const TELLING: usize = 8;

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() && !self.ended {
            self.more()?;
        }
        let count = (&self.out[self.given..]).read(buffer)?;
        self.given.raise(count);
        Ok(count)
    }
}

impl<R: Read> Utf16<R> {
    fn more(&mut self) -> io::Result<()> {
        let kept = self.raw.len();
        self.raw.resize(kept.saturating_add(64 << 10), 0);
        // one read: more may be long in coming
        let count = loop {
            match self.inner.read(&mut self.raw[kept..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.raw
            .truncate(kept.saturating_add(*count.as_ref().unwrap_or(&0)));
        self.ended = count? == 0;
        self.out.clear();
        self.given = 0;
        let utf16 = if self.plain { 0 } else { self.utf16() };
        self.decode(utf16);
        if self.plain {
            self.out.extend_from_slice(&self.raw);
            self.raw.clear();
        }
        Ok(())
    }

    /// Whole code units up to a line that is no UTF-16, or that too little is known of.
    fn utf16(&mut self) -> usize {
        let end = self.order.ascii(b'\n');
        let whole = self.raw.len() & !1;
        let mut at = 0;
        loop {
            if !std::mem::take(&mut self.begins) {
                if at >= whole {
                    return if self.ended { self.raw.len() } else { whole };
                }
                at.raise(2);
                if self.raw[at.saturating_sub(2)..at] != end {
                    continue;
                }
                self.lines.raise(1);
            }
            let next = &self.raw[at..];
            let next = next.strip_prefix(b"\xef\xbb\xbf").unwrap_or(next);
            let head = &next[..next.len().min(TELLING)];
            let ascii = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
            if head.len() < TELLING && !self.ended {
                self.begins = true;
                return at;
            }
            if head.len() == TELLING && head.iter().all(ascii) {
                self.plain = true;
                self.switched
                    .store(self.lines.saturating_add(1), Ordering::Relaxed);
                return at;
            }
        }
    }

    fn decode(&mut self, count: usize) {
        let decoded = encoding::utf16(&self.raw[..count], self.order, self.ended);
        self.out.extend_from_slice(decoded.text.as_bytes());
        self.raw.drain(..decoded.used);
        if decoded.is_damaged && !self.ended {
            self.damaged.store(true, Ordering::Relaxed);
        }
    }
}
