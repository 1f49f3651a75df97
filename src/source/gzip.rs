//! The members of a gzip file, one behind the other (RFC 1952, section 2.2), and the zeros that a copy
//! in whole blocks has behind them, which are no damage.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

/// Reads all members as one text.
pub(super) struct Members<R: BufRead> {
    /// None at the end.
    decoder: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    /// Of a reader that begins with a member.
    pub fn new(reader: R) -> Self {
        Self {
            decoder: Some(GzDecoder::new(reader)),
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let count = decoder.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let mut rest = self.decoder.take().map(GzDecoder::into_inner);
            if let Some(rest) = &mut rest
                && !skip_zeros(rest)?
            {
                break;
            }
            self.decoder = rest.map(GzDecoder::new);
        }
        Ok(0)
    }
}

/// Whether anything but zeros follows, which then is next.
fn skip_zeros(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let more = match reader.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            more => more?,
        };
        let zeros = more.iter().take_while(|byte| **byte == 0).count();
        let (is_end, is_more) = (more.is_empty(), zeros < more.len());
        reader.consume(zeros);
        if is_end || is_more {
            return Ok(is_more);
        }
    }
}
