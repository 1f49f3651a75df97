//! What a reader that goes by the name of a file and by its line ends would stumble over, though a report does not.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

/// Bytes of a block.
const BLOCK: usize = 1 << 16;

/// How the lines of a text end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct LineEnds {
    lf: bool,
    crlf: bool,
    /// Two CR and more before the LF.
    crcrlf: bool,
    cr: bool,
}

impl LineEnds {
    /// Of a text, of which so many bytes at most are looked at; those within quotes are no line ends.
    fn of(text: impl Read, most: u64) -> io::Result<Self> {
        let mut text = text.take(most);
        let (mut ends, mut block) = (Self::default(), vec![0; BLOCK]);
        // CR before the byte at hand
        let (mut returns, mut is_quoted) = (0_u32, false);
        loop {
            let read = text.read(&mut block)?;
            if read == 0 {
                return Ok(ends);
            }
            for byte in &block[..read] {
                match *byte {
                    b'"' => is_quoted = !is_quoted,
                    b'\r' if !is_quoted => {
                        returns = returns.saturating_add(1);
                        continue;
                    }
                    b'\n' if !is_quoted => match returns {
                        0 => ends.lf = true,
                        1 => ends.crlf = true,
                        _ => ends.crcrlf = true,
                    },
                    _ => ends.cr |= returns > 0,
                }
                returns = 0;
            }
        }
    }

    /// What is odd about them in CSV, in words.
    fn odd(self) -> Option<&'static str> {
        match self {
            Self { crcrlf: true, .. } => Some("lines of it end in two CR before the LF"),
            Self {
                lf: true,
                crlf: true,
                ..
            } => Some("some of its lines end in LF and others in CRLF"),
            _ => None,
        }
    }
}

/// What is odd about a file whose name says whether it is compressed and whether its lines are JSON; so many bytes of it
/// are looked at. None where nothing is.
///
/// # Errors
///
/// What the system says, or the decompression.
pub fn odd_for_others(path: &Path, is_json: bool, most: u64) -> io::Result<Option<&'static str>> {
    let mut reader = BufReader::new(File::open(path)?);
    let is_gzip = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let ending = path.extension().unwrap_or_default();
    match (is_gzip, ending.eq_ignore_ascii_case("gz")) {
        (true, false) => {
            return Ok(Some(
                "it is compressed, and its name does not end in .gz, by which DuckDB goes: rename it",
            ));
        }
        (false, true) => {
            return Ok(Some(
                "it is not compressed, and its name ends in .gz, by which DuckDB goes: rename it",
            ));
        }
        _ => {}
    }
    let ends = if is_gzip {
        LineEnds::of(MultiGzDecoder::new(reader), most)?
    } else {
        LineEnds::of(reader, most)?
    };
    if is_json {
        let is_of_cr = ends.cr && !ends.lf && !ends.crlf && !ends.crcrlf;
        return Ok(is_of_cr.then_some("its lines end in CR alone"));
    }
    Ok(ends.odd())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_told_apart_and_those_within_quotes_are_none() {
        let odd = |text: &str| LineEnds::of(text.as_bytes(), u64::MAX).unwrap().odd();
        let (crcrlf, mixed) = (
            Some("lines of it end in two CR before the LF"),
            Some("some of its lines end in LF and others in CRLF"),
        );
        for (text, expected) in [
            ("a\nb\n", None),
            ("a\r\nb\r\n", None),
            ("a\rb\r", None),
            ("a\r\n\r\nb\r\n", None),
            ("a,\"x\ny\"\r\nb\r\n", None),
            ("a\r\r\nb\r\r\n", crcrlf),
            ("a\r\nb\r\r\n", crcrlf),
            ("a\nb\r\n", mixed),
            ("\"a\"\r\n\"b\"\n", mixed),
        ] {
            assert_eq!(odd(text), expected, "{text:?}");
        }
    }
}
