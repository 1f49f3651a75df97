//! The members of a gzip file, one behind the other (RFC 1952, section 2.2), the zeros that a copy
//! in whole blocks has behind them, which are no damage, and text that another program appended to them.

use crate::record::Counter as _;
use std::io::{self, BufRead, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::GzDecoder;

/// What was found in a compressed file.
#[derive(Debug, Default)]
pub(super) struct GzipFound {
    /// Whether text stands behind its members.
    pub text: AtomicBool,
    /// Bytes behind damage, which were not read.
    pub unread: AtomicU64,
}

/// Reads all members as one text.
pub(super) struct Members<R: BufRead> {
    at: MemberPlace<R>,
    found: Arc<GzipFound>,
}

/// Where the reading is.
enum MemberPlace<R: BufRead> {
    Member(GzDecoder<R>),
    /// In text behind the members.
    Text(R),
    End,
}

/// Bytes that tell whether what is behind a member is text.
const TELLING: usize = 64;

impl<R: BufRead> Members<R> {
    /// Of a reader that begins with a member; `found` is told what is found.
    pub fn new(reader: R, found: &Arc<GzipFound>) -> Self {
        Self {
            at: MemberPlace::Member(GzDecoder::new(reader)),
            found: Arc::clone(found),
        }
    }

    /// What stands behind a member.
    fn behind(&self, mut reader: R) -> io::Result<MemberPlace<R>> {
        if !skip_zeros(&mut reader)? {
            return Ok(MemberPlace::End);
        }
        let head = reader.fill_buf()?;
        let is_text = |byte: &u8| *byte >= b' ' || matches!(*byte, b'\t' | b'\r' | b'\n');
        if head.len() >= TELLING && head[..TELLING].iter().all(is_text) {
            self.found.text.store(true, Ordering::Relaxed);
            return Ok(MemberPlace::Text(reader));
        }
        Ok(MemberPlace::Member(GzDecoder::new(reader)))
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = match &mut self.at {
                MemberPlace::End => return Ok(0),
                MemberPlace::Text(text) => return text.read(buffer),
                MemberPlace::Member(decoder) => decoder.read(buffer).inspect_err(|error| {
                    if error.kind() != ErrorKind::Interrupted {
                        let unread = rest(decoder.get_mut());
                        self.found.unread.store(unread, Ordering::Relaxed);
                    }
                })?,
            };
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            if let MemberPlace::Member(decoder) = std::mem::replace(&mut self.at, MemberPlace::End)
            {
                self.at = self.behind(decoder.into_inner())?;
            }
        }
    }
}

/// How many bytes follow.
fn rest(reader: &mut impl BufRead) -> u64 {
    let mut bytes = 0_u64;
    while let Ok(more @ 1..) = reader.fill_buf().map(<[u8]>::len) {
        bytes.raise(more as u64);
        reader.consume(more);
    }
    bytes
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
