//! Rows of two sides folded into cells and blocks. Streaming: memory depends on cells and blocks,
//! both of which have a cap, not on rows.

use crate::arrange::Arrange as _;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::cell::{CellName, FinishedCell, Folded, TimeBlock, Total};
use super::sketch::Sketch;
use super::timed::{Timed, packets, summaries};
use crate::record::Counter as _;
use crate::schema::{Dialect, Metric, Row, id};
use crate::stats::survey::{SEPARATOR, part, region, target};
use crate::stats::{Expo, Times};

/// Length of a block in seconds, to begin with.
pub const BLOCK_S: i64 = 600;

/// Cells that are told apart.
const MOST_CELLS: usize = 500;

/// Blocks whose values are all at hand; of the others there are sketches.
const MOST_OPEN: usize = 1_024;

/// Sketched blocks of all cells; beyond them two blocks become one.
const MOST_CLOSED: usize = 50_000;

/// One of the two that are compared: the first or the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// What the other one is held against.
    A,
    /// What is held against it.
    B,
}

impl Side {
    /// Both, in their order.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];
}

/// A column that tells the sides apart, and so cannot tell the cells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apart {
    /// The target: `--a target=...`.
    Target,
    /// The transport.
    Transport,
    /// The proxy, or that there is none. What lies behind it is not known here, so that regions cannot tell the cells
    /// apart either, and the connect of a row through a proxy has the tunnel in it: until the way is open.
    Proxy,
}

/// A block that takes rows.
#[derive(Debug, Default)]
struct OpenBlock {
    rows: u32,
    failed: u32,
    sent: u32,
    lost: u32,
    times: [Expo; Timed::COUNT],
}

/// Cell, side, number of the block.
type BlockKey = (u32, Side, i64);

#[derive(Debug)]
struct Known {
    name: CellName,
    totals: [Total; 2],
    /// The block of the last row of each side, out of the map.
    current: [Option<(i64, OpenBlock)>; 2],
}

/// The fold.
#[derive(Debug)]
pub struct ComparisonFold {
    apart: Option<Apart>,
    block_s: i64,
    cells: Vec<Known>,
    numbers: HashMap<Box<str>, u32>,
    key: String,
    open: HashMap<BlockKey, OpenBlock>,
    closed: BTreeMap<BlockKey, TimeBlock>,
    rows: [u64; 2],
    rolled: [u64; 2],
    spans: [Option<(i64, i64)>; 2],
    without_time: u64,
    beyond: u64,
}

impl ComparisonFold {
    /// Nothing taken in yet.
    pub fn new(apart: Option<Apart>) -> Self {
        Self {
            apart,
            block_s: BLOCK_S,
            cells: Vec::new(),
            numbers: HashMap::new(),
            key: String::new(),
            open: HashMap::new(),
            closed: BTreeMap::new(),
            rows: [0; 2],
            rolled: [0; 2],
            spans: [None; 2],
            without_time: 0,
            beyond: 0,
        }
    }

    /// Takes a row of a side in.
    pub fn add(&mut self, row: &Row<'_>, side: Side) {
        if row.layout.dialect == Dialect::RollUps {
            return self.add_rolled(row, side);
        }
        let place = side as usize;
        self.rows[place].raise(1);
        let at = row.at.map(|at| at.timestamp_micros());
        if let Some(at) = at {
            let (first, last) = self.spans[place].unwrap_or((at, at));
            self.spans[place] = Some((first.min(at), last.max(at)));
        }
        let Some(number) = self.number(row) else {
            self.beyond.raise(1);
            return;
        };
        let Some(cell) = self.cells.get_mut(number as usize) else {
            return;
        };
        let total = &mut cell.totals[place];
        let failed = !row.is_ok();
        let counts = !(failed && row.failed_here());
        let mut times = row.times();
        if self.apart == Some(Apart::Proxy) {
            until_open(&mut times);
        }
        total.take(row, counts, failed, &times);
        let Some(at) = at else {
            self.without_time.raise(1);
            return;
        };
        if let Some(open) = self.block(number, side, at) {
            open.rows.raise(u32::from(counts));
            open.failed.raise(u32::from(counts && failed));
            for (values, took) in open.times.iter_mut().zip(times) {
                if let Some(took) = took {
                    values.add(took);
                }
            }
            open.take_many(row);
        }
        if self.open.len() >= MOST_OPEN {
            self.close_waiting();
        }
    }

    /// Takes a roll-up in. Its block is that of its start, and blocks are so long that none lies in two of them.
    fn add_rolled(&mut self, row: &Row<'_>, side: Side) {
        let Some(rolled) = row.rolled() else {
            return;
        };
        let place = side as usize;
        self.rows[place].raise(rolled.probes);
        self.rolled[place].raise(rolled.probes);
        if let (Some(first), Some(last)) = (rolled.first, rolled.last) {
            let (from, to) = self.spans[place].unwrap_or((first, last));
            self.spans[place] = Some((from.min(first), to.max(last)));
        }
        self.fit(i64::try_from(rolled.interval_s).unwrap_or(i64::MAX));
        let Some(number) = self.number(row) else {
            self.beyond.raise(rolled.probes);
            return;
        };
        let mut times = Times::of_rolled(&rolled);
        let is_through = !row.get(id!(proxy)).is_empty();
        if self.apart == Some(Apart::Proxy) && is_through {
            // the sum of connect and tunnel only single rows have
            times.forget(Metric::Connect);
            times.forget(Metric::Proxy);
        }
        if let Some(cell) = self.cells.get_mut(number as usize) {
            cell.totals[place].take_rolled(&rolled, &times);
        }
        let Some(at) = row.at.map(|at| at.timestamp_micros()) else {
            self.without_time.raise(rolled.probes);
            return;
        };
        if let Some(open) = self.block(number, side, at) {
            let few = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
            let rows = rolled.probes.saturating_sub(rolled.failed_here);
            let failed = rolled.failed.saturating_sub(rolled.failed_here);
            open.rows.raise(few(rows));
            open.failed.raise(few(failed));
            for (values, more) in open.times.iter_mut().zip(times.all()) {
                values.merge(more.expo());
            }
        }
        if self.open.len() >= MOST_OPEN {
            self.close_waiting();
        }
    }

    /// The block of a moment of a cell and a side, made the current one.
    fn block(&mut self, number: u32, side: Side, at: i64) -> Option<&mut OpenBlock> {
        let block = at.div_euclid(self.block_s.saturating_mul(1_000_000));
        let cell = self.cells.get_mut(number as usize)?;
        let current = &mut cell.current[side as usize];
        if !matches!(current, Some((known, _)) if *known == block) {
            if let Some((known, open)) = current.take() {
                self.open.insert((number, side, known), open);
            }
            let open = self.open.remove(&(number, side, block)).unwrap_or_default();
            *current = Some((block, open));
        }
        current.as_mut().map(|(_, open)| open)
    }

    /// Makes blocks a multiple of the intervals of roll-ups.
    fn fit(&mut self, interval_s: i64) {
        if self.block_s.checked_rem(interval_s) == Some(0) {
            return;
        }
        self.close_all();
        let multiples = (1..=interval_s).find_map(|times| {
            let length = self.block_s.checked_mul(times)?;
            (length.checked_rem(interval_s) == Some(0)).then_some(times)
        });
        self.lengthen(multiples.unwrap_or(1));
    }

    /// Ends the fold.
    pub fn finish(mut self) -> Folded {
        self.close_all();
        let cells = std::mem::take(&mut self.cells)
            .into_iter()
            .map(|known| FinishedCell {
                name: known.name,
                totals: known.totals,
                blocks: [BTreeMap::new(), BTreeMap::new()],
            });
        let mut cells: Vec<FinishedCell> = cells.collect();
        for ((number, side, block), closed) in self.closed {
            if let Some(cell) = cells.get_mut(number as usize) {
                cell.blocks[side as usize].insert(block, closed);
            }
        }
        cells.arrange_by(|one, other| one.name.cmp(&other.name));
        Folded {
            cells,
            block_s: self.block_s,
            rows: self.rows,
            rolled: self.rolled,
            spans: self.spans,
            without_time: self.without_time,
            beyond: self.beyond,
        }
    }

    /// The number of a row's cell; none beyond the cap.
    fn number(&mut self, row: &Row<'_>) -> Option<u32> {
        let transport = match self.apart {
            Some(Apart::Transport) => Cow::Borrowed(""),
            Some(Apart::Proxy) => Cow::Borrowed(row.transport()),
            _ => row.way(),
        };
        let region = match self.apart {
            Some(Apart::Proxy) => Cow::Borrowed(""),
            _ => region(row),
        };
        self.key.clear();
        for cell in [&*transport, &*region] {
            self.key.push_str(&part(cell));
            self.key.push(SEPARATOR);
        }
        let with_target = self.apart != Some(Apart::Target);
        if with_target {
            let target = row.get(id!(remotehost));
            let both = match row.layout.dialect {
                Dialect::RollUps => host_and_port(target),
                _ => [target, row.get(id!(Port))],
            };
            for cell in both {
                self.key.push_str(&part(cell));
                self.key.push(SEPARATOR);
            }
        }
        if let Some(number) = self.numbers.get(self.key.as_str()) {
            return Some(*number);
        }
        if self.cells.len() >= MOST_CELLS {
            return None;
        }
        let number = u32::try_from(self.cells.len()).ok()?;
        self.numbers.insert(self.key.as_str().into(), number);
        self.cells.push(Known {
            name: CellName {
                transport: part(&transport).into_owned(),
                target: if with_target {
                    target(row)
                } else {
                    String::new()
                },
                region: part(&region).into_owned(),
            },
            totals: [Total::default(), Total::default()],
            current: [None, None],
        });
        Some(number)
    }

    fn close_all(&mut self) {
        for (number, cell) in (0_u32..).zip(&mut self.cells) {
            for side in Side::BOTH {
                if let Some((block, open)) = cell.current[side as usize].take() {
                    self.open.insert((number, side, block), open);
                }
            }
        }
        self.close_waiting();
    }

    /// Makes sketches of all blocks but those of the last rows.
    fn close_waiting(&mut self) {
        for (place, open) in std::mem::take(&mut self.open) {
            let (number, side, _) = place;
            let Some(cell) = self.cells.get(number as usize) else {
                continue;
            };
            let closed = open.closed(cell.totals[side as usize].whole_ms);
            self.closed.entry(place).or_default().merge(closed);
        }
        while self.closed.len() > MOST_CLOSED {
            self.lengthen(2);
        }
    }

    /// Makes one of so many blocks.
    fn lengthen(&mut self, times: i64) {
        self.block_s = self.block_s.saturating_mul(times);
        for ((number, side, block), closed) in std::mem::take(&mut self.closed) {
            let place = (number, side, block.div_euclid(times));
            self.closed.entry(place).or_default().merge(closed);
        }
        for (number, cell) in (0_u32..).zip(&mut self.cells) {
            for side in Side::BOTH {
                if let Some((block, open)) = cell.current[side as usize].take() {
                    let closed = open.closed(cell.totals[side as usize].whole_ms);
                    let place = (number, side, block.div_euclid(times));
                    self.closed.entry(place).or_default().merge(closed);
                }
            }
        }
    }
}

impl OpenBlock {
    /// What a row says of many packets.
    fn take_many(&mut self, row: &Row<'_>) {
        for summary in summaries(row) {
            for (us, n) in summary.values() {
                self.times[summary.what as usize].add_n(us, n);
            }
        }
        if let Some(counts) = packets(row) {
            let [sent, lost] = [counts.0, counts.1].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
            self.sent.raise(sent);
            self.lost.raise(lost);
        }
    }

    fn closed(&self, whole_ms: [bool; Timed::COUNT]) -> TimeBlock {
        let mut block = TimeBlock {
            rows: self.rows,
            failed: self.failed,
            sent: self.sent,
            lost: self.lost,
            ..TimeBlock::default()
        };
        for ((into, values), whole_ms) in block.times.iter_mut().zip(&self.times).zip(whole_ms) {
            *into = Sketch::of(values, whole_ms).map(Box::new);
        }
        block
    }
}
/// The two parts of the target of a roll-up, as rows have them.
fn host_and_port(target: &str) -> [&str; 2] {
    let (host, port) = target.rsplit_once(':').unwrap_or((target, ""));
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    [inner.unwrap_or(host), port]
}

/// The tunnel as a part of the connect.
fn until_open(times: &mut [Option<u64>; Metric::COUNT]) {
    if let Some(tunnel) = times[Metric::Proxy as usize].take() {
        let connect = &mut times[Metric::Connect as usize];
        *connect = connect.map(|connect| connect.saturating_add(tunnel));
    }
}
