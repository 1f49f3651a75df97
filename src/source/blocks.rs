//! Bytes in big blocks that end where a line ends, in bounded memory.

use crate::record::Counter as _;
use std::io::{self, ErrorKind, Read};

use memchr::{memchr, memrchr};

/// Bytes of one read.
const BLOCK: usize = 256 << 10;

/// Bytes of a line at most.
pub(super) const LONGEST: usize = 1 << 20;

/// Reads blocks.
pub(super) struct Blocks<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Inside a line that is too long: the first of its bytes that is no blank, and how many were left out.
    skipping: Option<(u8, u64)>,
    /// Inside a run of NUL bytes that is left out: how many were.
    nuls: Option<u64>,
    /// Whether to take what there is and not to wait for a whole block.
    live: bool,
    /// Whether lines end in CR only; none as long as no line has ended.
    mac: Option<bool>,
}

/// What there is to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NextBlock<'a> {
    /// Whole lines; more will come behind what is not taken.
    Lines(&'a [u8]),
    /// The same, and no more will come together with what is not taken.
    Crowded(&'a [u8]),
    /// All that was left; the last line may have no end.
    Last(&'a [u8]),
    /// A line that was too long and is left out: the first of its bytes that is no blank, and how many they are.
    TooLong(u8, u64),
    /// More NUL bytes than a line may have, and how many, which are left out: the line goes on behind them.
    Nuls(u64),
}

impl<R: Read> Blocks<R> {
    /// Of a reader; a `live` one may have to be waited for.
    pub fn new(reader: R, live: bool) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            skipping: None,
            nuls: None,
            live,
            mac: None,
        }
    }

    /// The next block: what was not taken of the one before and about 256 KiB more; of a live
    /// reader what there is.
    ///
    /// # Errors
    ///
    /// When the reader fails; then [`Blocks::rest`] holds what came before.
    pub fn next(&mut self) -> io::Result<NextBlock<'_>> {
        loop {
            let more = self.fill()?;
            if let Some((first, before)) = self.skipping {
                let unread = &self.buffer[self.start..self.end];
                let end = memchr(b'\n', unread).map(|at| at.saturating_add(1));
                let count = end.unwrap_or(unread.len());
                self.start.raise(count);
                let all = before.saturating_add(count as u64);
                if end.is_none() && more {
                    self.skipping = Some((first, all));
                    continue;
                }
                self.skipping = None;
                return Ok(NextBlock::TooLong(first, all));
            }
            if let Some(before) = self.nuls {
                let count = leading_nuls(&self.buffer[self.start..self.end]);
                self.start.raise(count);
                let all = before.saturating_add(count as u64);
                if self.start == self.end && more {
                    self.nuls = Some(all);
                    continue;
                }
                self.nuls = None;
                return Ok(NextBlock::Nuls(all));
            }
            if !more {
                return Ok(NextBlock::Last(&self.buffer[self.start..self.end]));
            }
            let unread = self.start..self.end;
            let crowded = unread.len() > LONGEST;
            match memrchr(b'\n', &self.buffer[unread.clone()]) {
                Some(at) if crowded => {
                    return Ok(NextBlock::Crowded(
                        &self.buffer[self.start..=self.start.saturating_add(at)],
                    ));
                }
                Some(at) => {
                    return Ok(NextBlock::Lines(
                        &self.buffer[self.start..=self.start.saturating_add(at)],
                    ));
                }
                None if crowded && self.buffer[self.start] == 0 => {
                    self.nuls = Some(0);
                }
                None if crowded => {
                    let count = unread.len() as u64;
                    let mut bytes = self.buffer[unread].iter();
                    let is_blank = |byte: &&u8| byte.is_ascii_whitespace() || !byte.is_ascii();
                    let first = bytes.find(|byte| !is_blank(byte));
                    self.skipping = Some((first.copied().unwrap_or_default(), count));
                    self.start = self.end;
                }
                None => {}
            }
        }
    }

    /// What was read and not taken, after a failure.
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether lines end in CR only, as on Macs before 2001.
    pub fn of_old_mac(&self) -> bool {
        self.mac == Some(true)
    }

    /// Takes bytes from the front.
    pub fn take(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
    }

    /// Whether there was more.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end.lower(self.start);
        self.start = 0;
        let full = self.end.saturating_add(BLOCK);
        if self.buffer.len() < full {
            self.buffer.resize(full, 0);
        }
        let before = self.end;
        while self.end < full {
            match self.reader.read(&mut self.buffer[self.end..full]) {
                Ok(0) => break,
                Ok(count) => {
                    self.end.raise(count);
                    if self.live {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.end_lines(before);
        Ok(self.end > before)
    }

    /// Looks how lines end, and ends them in LF from a place on.
    fn end_lines(&mut self, mut from: usize) {
        let found = &self.buffer[..self.end];
        if self.mac.is_none() {
            if memchr(b'\n', found).is_some() {
                self.mac = Some(false);
            } else if memchr(b'\r', found).is_some_and(|at| at.saturating_add(1) < found.len()) {
                self.mac = Some(true);
                from = 0;
            }
        }
        if self.mac == Some(true) {
            for byte in &mut self.buffer[from..self.end] {
                if *byte == b'\r' {
                    *byte = b'\n';
                }
            }
        }
    }
}

/// How many NUL bytes a text begins with.
fn leading_nuls(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == 0).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_quarter_gigabyte_takes_little_memory() {
        let giant = io::repeat(b'x').take(256 << 20);
        let mut blocks = Blocks::new(b"a\n".chain(giant).chain(&b"\nb\n"[..]), false);
        assert!(matches!(blocks.next(), Ok(NextBlock::Lines(b"a\n"))));
        blocks.take(2);
        assert_eq!(
            blocks.next().unwrap(),
            NextBlock::TooLong(b'x', (256 << 20) + 1)
        );
        assert_eq!(blocks.next().unwrap(), NextBlock::Last(b"b\n"));
        let nuls = io::repeat(0).take(64 << 20);
        let mut blocks = Blocks::new(b"a\n".chain(nuls).chain(&b"b\nc\n"[..]), false);
        assert!(matches!(blocks.next(), Ok(NextBlock::Lines(b"a\n"))));
        blocks.take(2);
        assert_eq!(blocks.next().unwrap(), NextBlock::Nuls(64 << 20));
        assert_eq!(blocks.next().unwrap(), NextBlock::Last(b"b\nc\n"));
        assert!(
            blocks.buffer.capacity() < 4 * LONGEST,
            "{}",
            blocks.buffer.capacity()
        );
    }
}
