//! A file in UTF-16 as UTF-8, also where its bytes are no longer in pairs, in the other order, or no UTF-16 any more.

use crate::record::Counter as _;
use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::encoding::{self, ByteOrder, is_ascii_text};

/// What was found while a file was read.
#[derive(Debug, Default)]
pub(super) struct Utf16Found {
    /// Whether there was what is no UTF-16.
    damaged: AtomicBool,
    /// The line from which on it is none any more, 0 when there is none.
    switched: AtomicU64,
    /// The first line whose bytes are in other pairs than those before, 0 when there is none.
    shifted: AtomicU64,
}

impl Utf16Found {
    /// What is to be said of it, with its line.
    pub fn problems(&self) -> impl Iterator<Item = (Option<u64>, &'static str)> {
        let damaged = self.damaged.load(Ordering::Relaxed);
        let line = |line: &AtomicU64| Some(line.load(Ordering::Relaxed)).filter(|line| *line > 0);
        let shifted = line(&self.shifted).map(|line| {
            let what = "UTF-16 of which a byte is missing or too many, or in the other order of bytes, as files that were torn or \
                        joined have it: read on from this line";
            (Some(line), what)
        });
        let switched = line(&self.switched).map(|line| {
            let what = "not UTF-16 from here on, as another program appended it: read as UTF-8";
            (Some(line), what)
        });
        let damaged =
            damaged.then_some((None, "characters that are not UTF-16: each was replaced"));
        [damaged, shifted, switched].into_iter().flatten()
    }
}

/// UTF-16 to UTF-8, until a line begins that is none: something else has appended it then.
pub(super) struct Utf16<R> {
    inner: R,
    order: ByteOrder,
    /// Read and not decoded: at most the begin of a line.
    raw: Vec<u8>,
    /// Line ends so far.
    lines: u64,
    /// Whether a line begins with `raw` that was not looked at.
    begins: bool,
    /// Whether the rest is no UTF-16.
    plain: bool,
    found: Arc<Utf16Found>,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

/// Bytes that show whether a line is UTF-16, and in which pairs.
const TELLING: usize = 8;

/// How far the bytes at hand are what they were before.
enum Utf16Stretch {
    /// So many of them.
    Same(usize),
    /// So many, then a line in other pairs of bytes that begins at a place, in an order.
    Shifted {
        before: usize,
        from: usize,
        order: ByteOrder,
    },
}

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
    /// Of a reader behind its mark; `found` is told what is found.
    pub fn new(inner: R, order: ByteOrder, found: &Arc<Utf16Found>) -> Self {
        Self {
            inner,
            order,
            raw: Vec::new(),
            lines: 0,
            begins: false,
            plain: false,
            found: Arc::clone(found),
            out: Vec::new(),
            given: 0,
            ended: false,
        }
    }

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
        if self.ended && !self.plain && self.raw.len() % 2 == 1 {
            // half of a last line end
            self.raw.pop_if(|last| matches!(*last, 0 | b'\n'));
        }
        self.out.clear();
        self.given = 0;
        while !self.plain {
            match self.stretch() {
                Utf16Stretch::Same(count) => {
                    self.decode(count, self.ended);
                    break;
                }
                Utf16Stretch::Shifted {
                    before,
                    from,
                    order,
                } => self.shift(before, from, order),
            }
        }
        if self.plain {
            self.out.extend_from_slice(&self.raw);
            self.raw.clear();
        }
        Ok(())
    }

    /// Whole code units up to a line that is no UTF-16, or that too little is known of, or in other pairs.
    fn stretch(&mut self) -> Utf16Stretch {
        let end = self.order.ascii(b'\n');
        let whole = self.raw.len() & !1;
        let (mut at, mut in_other, mut last) = (0, 0_usize, None);
        loop {
            if !std::mem::take(&mut self.begins) {
                if at >= whole {
                    if self.ended {
                        return Utf16Stretch::Same(self.raw.len());
                    }
                    // they may be the begin of other pairs
                    let last = last.map_or(0, |_| 2_usize);
                    return Utf16Stretch::Same(whole.saturating_sub(in_other.saturating_add(last)));
                }
                let unit = [self.raw[at], self.raw[at.saturating_add(1)]];
                at.raise(2);
                if self.order.other().is_ascii_text(unit) {
                    in_other.raise(2);
                    if in_other == TELLING {
                        return self.shifted(at.saturating_sub(TELLING), last);
                    }
                    continue;
                }
                in_other = 0;
                last = (!self.order.is_ascii_text(unit)).then_some(unit);
                if unit != end {
                    continue;
                }
                self.lines.raise(1);
            }
            let next = &self.raw[at..];
            let next = next.strip_prefix(b"\xef\xbb\xbf").unwrap_or(next);
            let head = &next[..next.len().min(TELLING)];
            if head.len() < TELLING && !self.ended {
                self.begins = true;
                return Utf16Stretch::Same(at);
            }
            if head.len() == TELLING && head.iter().all(|byte| is_ascii_text(*byte)) {
                self.plain = true;
                let line = self.lines.saturating_add(1);
                self.found.switched.store(line, Ordering::Relaxed);
                return Utf16Stretch::Same(at);
            }
        }
    }

    /// What code units of Latin letters in the other order are, which begin at a place, behind such a unit that is no Latin
    /// letter: the same order a byte off, unless a mark or the bytes before say that the order is another one.
    fn shifted(&self, at: usize, last: Option<[u8; 2]>) -> Utf16Stretch {
        let (order, other) = (self.order, self.order.other());
        let before_last = at.saturating_sub(2);
        let of = |before, from, order| Utf16Stretch::Shifted {
            before,
            from,
            order,
        };
        match (last, order) {
            (Some(mark), _) if ByteOrder::of_mark(&mark) == Some(other) => {
                of(before_last, at, other)
            }
            (Some([_, letter]), ByteOrder::Little) if is_ascii_text(letter) => {
                of(before_last, at.saturating_sub(1), order)
            }
            (_, ByteOrder::Little) => of(at, at.saturating_add(1), order),
            (Some([_, 0]), ByteOrder::Big) => of(before_last, at.saturating_sub(1), order),
            (_, ByteOrder::Big) => of(at, at, other),
        }
    }

    /// Ends what came before in a line of its own, and goes on from a place.
    fn shift(&mut self, before: usize, from: usize, order: ByteOrder) {
        if !self.raw[..before].ends_with(&self.order.ascii(b'\n')) {
            self.lines.raise(1);
        }
        self.decode(before, true);
        if !self.out.ends_with(b"\n") {
            self.out.push(b'\n');
        }
        self.raw.drain(..from.saturating_sub(before));
        self.order = order;
        self.begins = true;
        let line = self.lines.saturating_add(1);
        // the first one counts
        let _ = self
            .found
            .shifted
            .compare_exchange(0, line, Ordering::Relaxed, Ordering::Relaxed);
    }

    fn decode(&mut self, count: usize, is_end: bool) {
        let decoded = encoding::utf16(&self.raw[..count], self.order, is_end);
        self.out.extend_from_slice(decoded.text.as_bytes());
        self.raw.drain(..decoded.used);
        if decoded.is_damaged && !self.ended {
            self.found.damaged.store(true, Ordering::Relaxed);
        }
    }
}
