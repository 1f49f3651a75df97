//! The end of an existing file: its last line, and which part of it is a partial row after a crash. Not here: what a
//! complete row is (`header` for CSV, `jsonl`) and what the beginning of one looks like (`torn`).

use std::io::{self, Read, Seek, SeekFrom};

use super::error::SinkError;

/// As far as a header or a first line ending is looked for, in bytes.
const LONGEST_HEAD: u64 = 64 << 10;

/// Longest line that is read, in bytes.
pub(super) const LONGEST: u64 = 1 << 20;

/// Longest run of NUL bytes that is searched for its beginning, in bytes.
const LONGEST_NULS: u64 = 1 << 30;

/// Longest torn piece that is cut off, in bytes, without its NUL bytes: far more than a row of ours.
const LONGEST_TORN: usize = 64 << 10;

/// Why rows cannot be appended behind the end of a file.
#[derive(Debug)]
pub(super) enum TailError {
    /// No line ending in the last MiB.
    TooLong,
    /// The last line has no newline, and is neither a whole row nor the beginning of one of ours.
    Foreign,
    /// Another program has appended UTF-16.
    Utf16,
    /// The system refused.
    Io(io::Error),
}

impl From<io::Error> for TailError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl TailError {
    /// Of that file; what its foreign end is called depends on the form.
    pub fn of(self, path: &str, foreign: fn(String) -> SinkError) -> SinkError {
        match self {
            Self::TooLong => SinkError::LongLine(path.to_owned()),
            Self::Foreign => foreign(path.to_owned()),
            Self::Utf16 => SinkError::Utf16End(path.to_owned()),
            Self::Io(source) => SinkError::from_io(path, source),
        }
    }
}

/// The beginning of a file of `len` bytes, with its header or its first line ending.
///
/// # Errors
///
/// When it is in UTF-16, or cannot be read.
pub(super) fn head<F: Read + Seek>(
    file: &mut F,
    len: u64,
    path: &str,
) -> Result<Vec<u8>, SinkError> {
    let head = read(file, 0, len.min(LONGEST_HEAD));
    let head = head.map_err(|error| SinkError::from_io(path, error))?;
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(SinkError::Utf16(path.to_owned()));
    }
    Ok(head)
}

/// What a last line without a newline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unended {
    /// A whole row.
    Whole,
    /// The beginning of a row of ours.
    Torn,
    /// Anything else.
    Foreign,
}

/// What the last line of a file lacks of its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MissingEnd {
    /// Nothing.
    Nothing,
    /// All of it.
    Ending,
    /// The LF of a CR LF.
    Newline,
}

impl MissingEnd {
    /// The missing bytes in a file with these line endings.
    pub fn bytes(self, newline: &str) -> Vec<u8> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Ending => newline.into(),
            Self::Newline => b"\n".to_vec(),
        }
    }
}

/// Where whole lines end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SettledEnd {
    /// Everything from here on is torn; the length of the file when nothing is.
    pub keep: u64,
    /// What belongs at `keep`.
    pub missing: MissingEnd,
    /// The last line that is not empty and not torn, without its line ending and the NUL bytes
    /// around it: whoever knows what a row is must look whether it is one.
    pub last: Option<Vec<u8>>,
}

/// Finds the last whole line of `file[floor..len]`, which begins with a line.
///
/// A line is whole when it ends with a newline, or when `judge` says so of a last one that does
/// not. Torn is what `judge` says so of, and the NUL bytes at the end: some file systems leave them
/// of a block that was not written before the power went. Nothing else is ever given up.
pub(super) fn settle<F: Read + Seek>(
    file: &mut F,
    floor: u64,
    len: u64,
    judge: impl Fn(&[u8]) -> Unended,
) -> Result<SettledEnd, TailError> {
    if is_utf16(&read(file, floor.max(len.saturating_sub(4)), len)?) {
        return Err(TailError::Utf16);
    }
    let written = without_nuls(file, floor, len)?;
    let line = last_line(file, floor, written)?;
    let end = line.end + line.ending.len() as u64;
    let half = !line.ending.is_empty() && !line.ending.ends_with(b"\n");
    if line.bytes.is_empty() || line.ending.contains(&b'\n') {
        return Ok(SettledEnd {
            keep: end,
            missing: if half {
                MissingEnd::Newline
            } else {
                MissingEnd::Nothing
            },
            last: line.text(),
        });
    }
    let text = trim_nuls(&line.bytes);
    match judge(text) {
        Unended::Whole => Ok(SettledEnd {
            keep: end,
            missing: if half {
                MissingEnd::Newline
            } else {
                MissingEnd::Ending
            },
            last: line.text(),
        }),
        Unended::Torn if !half && text.len() <= LONGEST_TORN => Ok(SettledEnd {
            keep: line.start,
            missing: MissingEnd::Nothing,
            last: last_line(file, floor, line.start)?.text(),
        }),
        _ => Err(TailError::Foreign),
    }
}

/// Whether the last four bytes of a file are two Latin characters or line ends in UTF-16, as of
/// Windows PowerShell's `>>`. Blocks of NUL bytes are longer than one.
fn is_utf16(end: &[u8]) -> bool {
    match *end {
        [a, 0, b, 0] | [0, a, 0, b] => a != 0 && b != 0,
        _ => false,
    }
}

fn trim_nuls(mut line: &[u8]) -> &[u8] {
    while let [0, rest @ ..] | [rest @ .., 0] = line {
        line = rest;
    }
    line
}

/// The last whole lines of `file[floor..end]`, those of the last 64 KiB, without their endings.
pub(super) fn sample<F: Read + Seek>(
    file: &mut F,
    floor: u64,
    end: u64,
) -> io::Result<Vec<Vec<u8>>> {
    const SAMPLE: u64 = 64 << 10;
    let from = floor.max(end.saturating_sub(SAMPLE));
    let block = read(file, from, end)?;
    let mut lines: Vec<_> = block.split(|byte| *byte == b'\n').collect();
    // the last piece is not ended, and the first may have begun before
    lines.pop();
    let torn = usize::from(from > floor).min(lines.len());
    let text = |line: &&[u8]| line.strip_suffix(b"\r").unwrap_or(line).to_vec();
    Ok(lines[torn..].iter().map(text).collect())
}

/// Reads `file[from..to]`.
pub(super) fn read<F: Read + Seek>(file: &mut F, from: u64, to: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(to - from).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The end of `file[floor..end]` without the NUL bytes that it ends with.
pub(super) fn without_nuls<F: Read + Seek>(
    file: &mut F,
    floor: u64,
    end: u64,
) -> Result<u64, TailError> {
    const BLOCK: u64 = 64 << 10;
    let mut to = end;
    while to > floor {
        let from = floor.max(to.saturating_sub(BLOCK));
        let block = read(file, from, to)?;
        if let Some(at) = block.iter().rposition(|byte| *byte != 0) {
            return Ok(from + at as u64 + 1);
        }
        if end - from > LONGEST_NULS {
            return Err(TailError::TooLong);
        }
        to = from;
    }
    Ok(floor)
}

struct TailLine {
    start: u64,
    /// End without the line ending.
    end: u64,
    bytes: Vec<u8>,
    /// All CR and LF behind the line: none, one line ending, empty lines too.
    ending: Vec<u8>,
}

impl TailLine {
    /// Its text without NUL bytes around it; none of an empty line.
    fn text(&self) -> Option<Vec<u8>> {
        (!self.bytes.is_empty()).then(|| trim_nuls(&self.bytes).to_vec())
    }
}

/// The last line of `file[floor..end]` that is not empty; an empty one at `floor` if there is
/// none. Reads blocks of growing size from the end.
fn last_line<F: Read + Seek>(file: &mut F, floor: u64, end: u64) -> Result<TailLine, TailError> {
    for window in [8 << 10, 128 << 10, LONGEST + 2] {
        let from = floor.max(end.saturating_sub(window));
        let mut block = read(file, from, end)?;
        let text = block
            .iter()
            .rposition(|byte| !matches!(byte, b'\r' | b'\n'));
        let text_end = text.map_or(0, |at| at + 1);
        let newline = block[..text_end].iter().rposition(|byte| *byte == b'\n');
        if newline.is_none() && from > floor {
            continue;
        }
        let start = newline.map_or(0, |at| at + 1);
        let ending = block.split_off(text_end);
        return Ok(TailLine {
            start: from + start as u64,
            end: from + text_end as u64,
            bytes: block.split_off(start),
            ending,
        });
    }
    Err(TailError::TooLong)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    use MissingEnd::{Ending, Newline, Nothing};

    /// Lines of this test are whole when they end with a dot, and torn when they begin with a small
    /// letter.
    fn settled(text: &[u8], floor: u64) -> Result<SettledEnd, TailError> {
        settle(&mut Cursor::new(text), floor, text.len() as u64, |line| {
            if line.ends_with(b".") {
                Unended::Whole
            } else if line.first().is_some_and(u8::is_ascii_lowercase) {
                Unended::Torn
            } else {
                Unended::Foreign
            }
        })
    }

    fn expect(text: &[u8], keep: u64, missing: MissingEnd, last: Option<&str>) {
        let found = settled(text, 2).unwrap();
        let last = last.map(|line| line.as_bytes().to_vec());
        assert_eq!(
            found,
            SettledEnd {
                keep,
                missing,
                last
            },
            "{}",
            String::from_utf8_lossy(text)
        );
    }

    fn foreign(text: &[u8]) {
        let error = settled(text, 2).unwrap_err();
        assert!(matches!(error, TailError::Foreign), "{error:?}");
    }

    #[test]
    fn the_last_line_is_found_whole_unended_or_torn() {
        expect(b"h\n", 2, Nothing, None);
        expect(b"h\na.\nb.\n", 8, Nothing, Some("b."));
        expect(b"h\na.\nb.\r\n", 9, Nothing, Some("b."));
        expect(b"h\na.\nb.", 7, Ending, Some("b."));
        expect(b"h\na.\r\nb.\r", 9, Newline, Some("b."));
        expect(b"h\na.\nb", 5, Nothing, Some("a."));
        expect(b"h\nb", 2, Nothing, None);
    }

    #[test]
    fn what_is_neither_whole_nor_torn_is_never_given_up() {
        foreign(b"h\na.\nFOO");
        foreign(b"h\nFOO");
        foreign(b"h\na.\nFOO\0\0\0\0");
        foreign(b"h\na.\n\0\0\0\0FOO");
        // no row of ours is torn behind a CR
        foreign(b"h\na.\nb\r");
        // ended lines are for somebody else to judge
        expect(b"h\na.\nFOO\n", 9, Nothing, Some("FOO"));
        expect(b"h\na.\nb\n", 7, Nothing, Some("b"));
        expect(b"h\na.\nb\0c.\n", 10, Nothing, Some("b\0c."));
    }

    #[test]
    fn text_in_utf_16_is_never_given_up() {
        for text in ["b\r\n", "b.", "b\n", "\r\n", "\"b\",\"c\"\r\n", "Müß"] {
            for swap in [false, true] {
                let mut file = b"h\na.\n".to_vec();
                for unit in text.encode_utf16() {
                    let bytes = if swap {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    };
                    file.extend_from_slice(&bytes);
                }
                let error = settled(&file, 2).unwrap_err();
                assert!(matches!(error, TailError::Utf16), "{text:?} {error:?}");
            }
        }
    }

    #[test]
    fn a_sample_holds_whole_lines_only() {
        let sample = |text: &str, floor| {
            let lines = sample(&mut Cursor::new(text), floor, text.len() as u64).unwrap();
            let lines = lines.into_iter().map(String::from_utf8);
            lines.map(Result::unwrap).collect::<Vec<_>>()
        };
        assert_eq!(sample("h\na\r\nb\nc", 2), ["a", "b"]);
        assert!(sample("h\n", 2).is_empty());
        let long = format!("h\n{}", "0123456\n".repeat(10_000));
        // what begins at the very edge cannot be told from a part
        assert_eq!(sample(&long, 2), vec!["0123456"; (64 << 10) / 8 - 1]);
    }

    #[test]
    fn empty_lines_are_passed_over_and_stay() {
        expect(b"h\n\r\n\n", 5, Nothing, None);
        expect(b"h\na.\n\n\r\n", 8, Nothing, Some("a."));
        expect(b"h\na.\n\r", 6, Newline, Some("a."));
        expect(b"h\n\r", 3, Newline, None);
        expect(b"h\na.\n\nb", 6, Nothing, Some("a."));
    }

    #[test]
    fn nul_bytes_are_torn_at_the_end_and_stay_in_front_of_a_whole_line() {
        expect(b"h\na.\n\0\0\0", 5, Nothing, Some("a."));
        expect(b"h\na.\nb\0\0", 5, Nothing, Some("a."));
        expect(b"h\na.\nb.\0\0", 7, Ending, Some("b."));
        expect(b"h\na.\n\0\0c.\n", 10, Nothing, Some("c."));
        expect(b"h\na.\n\0\0c.\n\0d.\n", 14, Nothing, Some("d."));
        expect(b"h\na.\n\0\0c.", 9, Ending, Some("c."));
        expect(b"h\na.\n\0\0c", 5, Nothing, Some("a."));
        expect(b"h\n\0\0\0", 2, Nothing, None);
        // nothing is left of such a line, so it is no row
        expect(b"h\na.\n\0\0\n", 8, Nothing, Some(""));
    }

    #[test]
    fn a_line_may_be_longer_than_a_block_but_not_longer_than_a_mebibyte() {
        for length in [8190, 8191, 8192, 8193, 131_072, 1 << 20] {
            let mut text = b"h\na.\n".to_vec();
            text.resize(4 + length, b'x');
            text.push(b'.');
            let line = "x".repeat(length - 1) + ".";
            expect(&text, 5 + length as u64, Ending, Some(&line));
            text.push(b'\n');
            expect(&text, 6 + length as u64, Nothing, Some(&line));
        }
        let long = vec![b'x'; (1 << 20) + 10];
        assert!(matches!(settled(&long, 2), Err(TailError::TooLong)));
    }

    #[test]
    fn no_more_than_64_kibibytes_of_a_torn_line_are_given_up() {
        let torn = |length: usize| format!("h\na.\n{}", "x".repeat(length));
        expect(torn(64 << 10).as_bytes(), 5, Nothing, Some("a."));
        foreign(torn((64 << 10) + 1).as_bytes());
    }

    #[test]
    fn a_run_of_nul_bytes_may_be_long() {
        let mut text = b"h\na.\n".to_vec();
        text.resize(3 << 20, 0);
        expect(&text, 5, Nothing, Some("a."));
    }
}
