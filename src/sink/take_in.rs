//! Adds the rows of a kept file to the file that they belong to, each once.
//!
//! Before the first one, the kept file gets the place of that one in its name (`probes.pending-at-81920.csv`). A run that is
//! killed in the middle has written some of them there and no others; the next one finds which.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use super::error::{SinkError, absolute};
use super::mend::{Disk, append};
use super::pending::{PendingFile, named_at};
use super::spec::Format;

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// There were no rows.
    Nothing,
    /// All rows are in the file.
    All {
        /// How many.
        rows: usize,
    },
    /// They do not belong there, and stay where they are.
    NotIts {
        /// Why.
        why: String,
    },
}

/// Rows are copied in pieces of whole lines of about this length.
const PIECE: usize = 64 << 10;

/// The first line of a file with its end; nothing of one that has no whole line.
///
/// # Errors
///
/// When it cannot be read.
pub(super) fn first_line<F: Read + Seek>(file: &mut F) -> io::Result<Vec<u8>> {
    file.rewind()?;
    let mut line = Vec::new();
    BufReader::new(file.take(1 << 20)).read_until(b'\n', &mut line)?;
    if line.last() != Some(&b'\n') {
        line.clear();
    }
    Ok(line)
}

/// Appends what the file lacks of the kept rows at `end`, moves that on and removes the kept file. `place` is the path of the
/// file and how it is shown.
///
/// # Errors
///
/// When a file cannot be read or written. The file has whole rows then, and the next try adds the others.
pub(super) fn take_in<F: Read + Disk>(
    file: &mut F,
    end: &mut u64,
    place: (&Path, &str),
    found: &PendingFile,
    format: Format,
) -> Result<Taken, SinkError> {
    let (path, shown) = place;
    let kept_name = absolute(&found.kept);
    let of_kept = |source| SinkError::from_io(&kept_name, source);
    let of_file = |source| SinkError::from_io(shown, source);
    let mut kept = File::open(&found.kept).map_err(of_kept)?;
    let header = if format.has_header() {
        first_line(&mut kept).map_err(of_kept)?
    } else {
        Vec::new()
    };
    if format.has_header() && first_line(file).map_err(of_file)? != header {
        return Ok(Taken::NotIts {
            why: format!("{shown} has different columns; a report reads both files"),
        });
    }
    kept.seek(SeekFrom::Start(header.len() as u64))
        .map_err(of_kept)?;
    let mut lines = WholeLines(BufReader::new(kept));
    let mut rows = 0;
    let mut from = found.kept.clone();
    match found.at {
        // cut or begun anew since: none of them is in it
        Some(at) if at <= *end => match common(file, at..*end, &mut lines) {
            Ok(Some(there)) => rows = there,
            Ok(None) => {
                return Ok(Taken::NotIts {
                    why: format!(
                        "{shown} was changed while they were being added; some of them may be in it"
                    ),
                });
            }
            Err(source) => return Err(of_file(source)),
        },
        _ => {
            let to = named_at(&found.kept, path, *end);
            if to.exists() {
                return Ok(Taken::NotIts {
                    why: format!("{} is in the way", absolute(&to)),
                });
            }
            fs::rename(&from, &to).map_err(of_kept)?;
            from = to;
        }
    }
    let mut piece = Vec::with_capacity(PIECE);
    while let Some(line) = lines.next().map_err(of_kept)? {
        rows += 1;
        piece.extend(line);
        if piece.len() >= PIECE {
            append(file, end, &piece).map_err(of_file)?;
            piece.clear();
        }
    }
    append(file, end, &piece).map_err(of_file)?;
    file.flush().map_err(of_file)?;
    file.keep().map_err(of_file)?;
    fs::remove_file(&from).map_err(of_kept)?;
    Ok(match rows {
        0 => Taken::Nothing,
        rows => Taken::All { rows },
    })
}

/// Whole lines; a torn end is what a killed run leaves.
struct WholeLines<F>(BufReader<F>);

impl<F: Read> WholeLines<F> {
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        self.0.read_until(b'\n', &mut line)?;
        Ok(Some(line).filter(|line| line.last() == Some(&b'\n')))
    }
}

/// How many of the lines that part of a file has, all of which must be these; none where it has others.
fn common<F: Read + Seek, L: Read>(
    file: &mut F,
    part: Range<u64>,
    lines: &mut WholeLines<L>,
) -> io::Result<Option<usize>> {
    file.seek(SeekFrom::Start(part.start))?;
    let mut there = BufReader::new(file.take(part.end - part.start));
    let (mut begun, mut rows) = (part.start, 0);
    while begun < part.end {
        let Some(line) = lines.next()? else {
            break;
        };
        let mut same = vec![0; line.len()];
        if there.read_exact(&mut same).is_err() || same != line {
            return Ok(None);
        }
        begun += line.len() as u64;
        rows += 1;
    }
    Ok(Some(rows))
}
