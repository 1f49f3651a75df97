//! The end of an existing file: its last line, and what of it a crash has torn. Not here: what a
//! whole row is (`header` for CSV, `jsonl`).

use std::io::{self, Read, Seek, SeekFrom};

/// Longest line that is read, in bytes.
pub(super) const LONGEST: u64 = 1 << 20;

/// Longest run of NUL bytes that is searched for its beginning, in bytes.
const LONGEST_NULS: u64 = 1 << 30;

/// Why the end of a file cannot be read.
#[derive(Debug)]
pub(super) enum TailError {
    /// No line ending in the last MiB.
    TooLong,
    /// The system refused.
    Io(io::Error),
}

impl From<io::Error> for TailError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Where whole lines end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Settled {
    /// Everything from here on is torn; the length of the file when nothing is.
    pub keep: u64,
    /// Whether the last line is whole but lacks its line ending, which belongs at `keep`.
    pub unended: bool,
    /// The last whole line that is not empty, without its line ending.
    pub last: Option<Vec<u8>>,
}

/// Finds the last whole line of `file[floor..len]`, which begins with a line.
///
/// A line is whole when it ends with a newline, or when `whole` says so of a last one that does
/// not. NUL bytes are what some file systems leave of a block that was not written before the
/// power went: a last line that holds any is torn too.
pub(super) fn settle<F: Read + Seek>(
    file: &mut F,
    floor: u64,
    len: u64,
    whole: impl Fn(&[u8]) -> bool,
) -> Result<Settled, TailError> {
    let written = without_nuls(file, floor, len)?;
    let mut end = written;
    loop {
        let line = last_line(file, floor, end)?;
        let ended = line.ending.iter().rposition(|byte| *byte == b'\n');
        let ended = ended.map(|at| line.end + at as u64 + 1);
        if line.bytes.is_empty() {
            return Ok(Settled {
                keep: ended.unwrap_or(floor),
                unended: false,
                last: None,
            });
        }
        if !line.bytes.contains(&0) {
            if let Some(keep) = ended {
                return Ok(Settled {
                    keep,
                    unended: false,
                    last: Some(line.bytes),
                });
            }
            if whole(&line.bytes) {
                return Ok(Settled {
                    keep: line.end,
                    unended: true,
                    last: Some(line.bytes),
                });
            }
        }
        if written - line.start > LONGEST {
            return Err(TailError::TooLong);
        }
        end = line.start;
    }
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

struct Line {
    start: u64,
    /// End without the line ending.
    end: u64,
    bytes: Vec<u8>,
    /// All CR and LF behind the line: none, one line ending, empty lines too.
    ending: Vec<u8>,
}

/// The last line of `file[floor..end]` that is not empty; an empty one at `floor` if there is
/// none. Reads blocks of growing size from the end.
fn last_line<F: Read + Seek>(file: &mut F, floor: u64, end: u64) -> Result<Line, TailError> {
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
        return Ok(Line {
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

    /// Lines of this test are whole when they end with a dot.
    fn settled(text: &[u8], floor: u64) -> Result<Settled, TailError> {
        settle(&mut Cursor::new(text), floor, text.len() as u64, |line| {
            line.ends_with(b".")
        })
    }

    fn expect(text: &[u8], keep: u64, unended: bool, last: Option<&str>) {
        let found = settled(text, 2).unwrap();
        let last = last.map(|line| line.as_bytes().to_vec());
        assert_eq!(
            found,
            Settled {
                keep,
                unended,
                last
            },
            "{}",
            String::from_utf8_lossy(text)
        );
    }

    #[test]
    fn the_last_line_is_found_whole_unended_or_torn() {
        expect(b"h\n", 2, false, None);
        expect(b"h\na.\nb.\n", 8, false, Some("b."));
        expect(b"h\na.\nb.\r\n", 9, false, Some("b."));
        expect(b"h\na.\nb.", 7, true, Some("b."));
        expect(b"h\na.\r\nb.\r", 8, true, Some("b."));
        expect(b"h\na.\nb", 5, false, Some("a."));
        expect(b"h\nb", 2, false, None);
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
        expect(b"h\n\r\n\n", 5, false, None);
        expect(b"h\na.\n\n\r\n", 8, false, Some("a."));
        expect(b"h\na.\n\r", 5, false, Some("a."));
    }

    #[test]
    fn blocks_of_nul_bytes_are_torn_wherever_they_stand_in_the_last_lines() {
        expect(b"h\na.\n\0\0\0", 5, false, Some("a."));
        expect(b"h\na.\nb\0\0", 5, false, Some("a."));
        expect(b"h\na.\nb.\0\0", 7, true, Some("b."));
        expect(b"h\na.\n\0\0c.\n", 5, false, Some("a."));
        expect(b"h\na.\n\0\0c.\n\0d.\n", 5, false, Some("a."));
        expect(b"h\n\0\0\0", 2, false, None);
    }

    #[test]
    fn a_line_may_be_longer_than_a_block_but_not_longer_than_a_mebibyte() {
        for length in [8190, 8191, 8192, 8193, 131_072, 1 << 20] {
            let mut text = b"h\na.\n".to_vec();
            text.resize(5 + length, b'x');
            expect(&text, 5, false, Some("a."));
            text.push(b'\n');
            let line = "x".repeat(length);
            expect(&text, 6 + length as u64, false, Some(&line));
        }
        let long = vec![b'x'; (1 << 20) + 10];
        assert!(matches!(settled(&long, 2), Err(TailError::TooLong)));
    }

    #[test]
    fn no_more_than_a_mebibyte_of_torn_lines_is_given_up() {
        let torn = format!("\0{}\n", "x".repeat(1000));
        assert!(settled(format!("h\na.\n{}", torn.repeat(1000)).as_bytes(), 2).is_ok());
        let error = settled(format!("h\na.\n{}", torn.repeat(1100)).as_bytes(), 2);
        assert!(matches!(error, Err(TailError::TooLong)));
    }

    #[test]
    fn a_run_of_nul_bytes_may_be_long() {
        let mut text = b"h\na.\n".to_vec();
        text.resize(3 << 20, 0);
        expect(&text, 5, false, Some("a."));
    }
}
