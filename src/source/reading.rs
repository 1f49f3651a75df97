//! The thread that reads, and the channel that its rows come through.

use crate::record::Counter as _;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::in_use::{IN_USE, is_in_use};
use crate::zone::Zone;

use super::batch::Batch;
use super::input::Input;
use super::look::told;
use super::open::open;
use super::parser::{Look, Parser};
use super::rows::{Deliver, HostNames, Rows};
use super::shown_twice::ShownTwice;
use super::summary::{FileSummary, ReadSummary};
use super::trouble::{Problem, TroubleKind, rows_of};

/// Batches that may wait.
const WAITING: usize = 4;

/// How often a waiting caller looks whether it shall stop.
const LOOK: Duration = Duration::from_millis(100);

/// A reading under way.
#[derive(Debug)]
pub struct Reading {
    batches: Receiver<Batch>,
    used: Sender<Batch>,
    bytes: Arc<AtomicU64>,
    total: Option<u64>,
    stop: Arc<AtomicBool>,
    state: Arc<Mutex<ReadSummary>>,
    thread: Option<JoinHandle<()>>,
    /// Whether the thread has sent all.
    ended: bool,
}

/// Reads files one after the other on a thread of its own, until `stop` is set. Times without a
/// zone are by the clocks of `zone` where the dialect has them so.
pub fn read(inputs: Vec<Input>, zone: Zone, stop: Arc<AtomicBool>) -> Reading {
    let (full, batches) = mpsc::sync_channel(WAITING);
    let (used, empty) = mpsc::channel();
    let bytes = Arc::new(AtomicU64::new(0));
    let total = total(&inputs);
    let state = Arc::new(Mutex::new(ReadSummary::default()));
    let mut worker = ReadWorker {
        zone,
        stop: Arc::clone(&stop),
        bytes: Arc::clone(&bytes),
        state: Arc::clone(&state),
        lane: Lane { full, empty },
        hosts: HostNames::default(),
        twice: ShownTwice::default(),
    };
    let thread = std::thread::Builder::new()
        .name("source".to_owned())
        .spawn(move || worker.run(&inputs));
    let thread = match thread {
        Ok(thread) => Some(thread),
        Err(error) => {
            lock(&state).problems.push(Problem {
                file: String::new(),
                line: None,
                count: 1,
                what: format!("no thread for reading: {error}; nothing was read"),
                outcomes: false,
            });
            None
        }
    };
    Reading {
        batches,
        used,
        bytes,
        total,
        stop,
        state,
        thread,
        ended: false,
    }
}

impl Reading {
    /// The next rows; none at the end, or when standard input has nothing more after a stop.
    #[allow(clippy::should_implement_trait)] // an iterator could not take batches back
    pub fn next(&mut self) -> Option<Batch> {
        loop {
            match self.batches.recv_timeout(LOOK) {
                Ok(batch) => return Some(batch),
                Err(RecvTimeoutError::Disconnected) => {
                    self.ended = true;
                    return None;
                }
                Err(RecvTimeoutError::Timeout) if self.stop.load(Ordering::Relaxed) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Takes a batch back, whose memory is used again.
    pub fn recycle(&mut self, batch: Batch) {
        // a thread that is done needs none
        let _ = self.used.send(batch);
    }

    /// Bytes read so far, before decompression.
    pub fn bytes_read(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Bytes of all files as they were at the start; none when one of the inputs has no size.
    pub fn bytes_total(&self) -> Option<u64> {
        self.total
    }

    /// What was read. Rows that were not taken yet are lost; the thread ends by itself when it
    /// finds nobody to take them.
    pub fn finish(self) -> ReadSummary {
        let Self {
            batches,
            state,
            thread,
            ended,
            ..
        } = self;
        drop(batches);
        if let Some(thread) = thread {
            // a thread that waits for standard input would keep us for ever
            if (ended || thread.is_finished()) && thread.join().is_err() {
                lock(&state).problems.push(Problem {
                    file: String::new(),
                    line: None,
                    count: 1,
                    what: "reading broke off because of a bug in this program; the numbers are from what was read so far".to_owned(),
                    outcomes: false,
                });
            }
        }
        lock(&state).clone()
    }
}

struct ReadWorker {
    zone: Zone,
    stop: Arc<AtomicBool>,
    bytes: Arc<AtomicU64>,
    state: Arc<Mutex<ReadSummary>>,
    lane: Lane,
    hosts: HostNames,
    /// What the clocks of the zone showed at the last rows.
    twice: ShownTwice,
}

impl ReadWorker {
    fn run(&mut self, inputs: &[Input]) {
        let mut batch = Batch::default();
        for input in inputs {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            match self.file(input, batch) {
                Some(again) => batch = again,
                None => return,
            }
        }
    }

    /// Reads one file; nothing when nobody takes rows any more.
    fn file(&mut self, input: &Input, batch: Batch) -> Option<Batch> {
        let name = input.name();
        let before = self.bytes.load(Ordering::Relaxed);
        let mut opened = match open(input, &self.bytes, &self.stop) {
            Ok(opened) => opened,
            Err(error) => {
                let problem = Problem {
                    file: name,
                    line: None,
                    count: 1,
                    what: match input {
                        Input::Unusable { .. } => error.to_string(),
                        _ if is_in_use(&error) => format!("{IN_USE}; left out"),
                        _ => format!("cannot be opened: {error}; left out"),
                    },
                    outcomes: false,
                };
                let mut state = lock(&self.state);
                if !matches!(input, Input::Unusable { again: true, .. }) {
                    state.left_out.push(problem.clone());
                }
                state.problems.push(problem);
                return Some(batch);
            }
        };
        let size = match input {
            Input::File(path) => std::fs::metadata(path)
                .ok()
                .filter(std::fs::Metadata::is_file),
            _ => None,
        };
        let index = {
            let mut state = lock(&self.state);
            state.files.push(FileSummary {
                name: name.clone(),
                store: input.store(),
                ..FileSummary::default()
            });
            state.files.len().saturating_sub(1)
        };
        let mut rows = Rows::new(batch, index, self.zone, &mut self.lane);
        rows.same.hosts = std::mem::take(&mut self.hosts);
        *rows.shown_twice() = std::mem::take(&mut self.twice);
        let again = size.is_some() || matches!(input, Input::Table(_));
        let look: Option<Look<'_>> = if again {
            Some(Box::new(|| told(input, &self.stop)))
        } else {
            None
        };
        let mut parser = Parser::new(rows, look);
        let mut failed = None;
        while !parser.rows.stopped && !parser.hopeless {
            let fed = opened.content.feed(&mut parser, &self.stop);
            if opened.live {
                // the next bytes may be long in coming
                parser.rows.flush();
            }
            let mut state = lock(&self.state);
            state.files[index].take(&parser.rows);
            state.files[index].bytes = self.bytes.load(Ordering::Relaxed).saturating_sub(before);
            match fed {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        parser.rows.flush();
        let stopped = self.stop.load(Ordering::Relaxed);
        let failed = failed.filter(|_| !stopped);
        let failed = failed.map(|error| failure(&error, opened.gzip));
        let is_empty = parser.is_empty();
        let left_out = failed.is_some() || !stopped && (is_empty || parser.is_refused());
        let mut state = lock(&self.state);
        let file = &mut state.files[index];
        file.bytes = self.bytes.load(Ordering::Relaxed).saturating_sub(before);
        file.take(&parser.rows);
        for (line, what) in opened.found.problems() {
            parser.trouble.file(line, what.to_owned());
        }
        if opened.members.text.load(Ordering::Relaxed) {
            let what =
                "not compressed up to its end, as another program appended text: read as it stands";
            parser.trouble.file(None, what.to_owned());
        }
        if parser.hopeless && parser.rows.count > 0 {
            let whole = size.as_ref().map_or(file.bytes, std::fs::Metadata::len);
            let read = file.bytes.saturating_sub(parser.behind);
            let rows = rows_of(whole.saturating_sub(read), parser.rows.count, read);
            parser.trouble.behind(rows);
        }
        if let Some(what) = &failed {
            let unread = opened.members.unread.load(Ordering::Relaxed);
            let read = file.bytes.saturating_sub(unread);
            let rows = rows_of(unread, parser.rows.count, read);
            parser.trouble.unread(parser.line, what.clone(), rows);
        } else if is_empty && !stopped {
            parser
                .trouble
                .file(None, "empty: nothing to read".to_owned());
        }
        file.odd = parser.odd(opened.utf16);
        if !opened.content.is_text() {
            file.separator = None;
        }
        let mut problems = parser.problems(&name);
        state
            .unknown_times
            .raise(parser.trouble.of(TroubleKind::NoTimes));
        if (parser.rows.dialect).is_some_and(|dialect| !dialect.has_probes()) {
            // no probe was among these
            for problem in problems.iter_mut().filter(|problem| problem.outcomes) {
                problem.outcomes = false;
                state.unknown_losses.raise(problem.count);
            }
        }
        let mut notes = parser.rows.notes(&name);
        if opened.content.is_of_old_mac() {
            notes.push(format!("{name}: lines end in CR only, as on old Macs"));
        }
        // bytes of cells are estimated
        if opened.content.is_text()
            && size.is_some_and(|about| about.len() < state.files[index].bytes)
        {
            notes.push(format!(
                "{name}: it grew while it was read; rows up to its end at that time count"
            ));
        }
        if left_out {
            let given_up = parser.trouble.given_up();
            let mut why = problems.iter();
            let why = why.find(|problem| given_up.is_none_or(|what| problem.what == what));
            state.left_out.extend(why.cloned());
        }
        state.problems.extend(problems);
        if !parser.rows.has_no_known_outcome() {
            state.unread.merge(std::mem::take(&mut parser.rows.unread));
        }
        state.notes.extend(notes);
        drop(state);
        self.hosts = std::mem::take(&mut parser.rows.same.hosts);
        self.twice = parser.rows.shown_twice().next_file();
        (!parser.rows.stopped).then_some(parser.rows.batch)
    }
}

/// To the caller and back.
struct Lane {
    full: SyncSender<Batch>,
    empty: Receiver<Batch>,
}

impl Deliver for Lane {
    fn deliver(&mut self, batch: &mut Batch) -> bool {
        let next = self.empty.try_recv().unwrap_or_default();
        let full = std::mem::replace(batch, next);
        self.full.send(full).is_ok()
    }
}

fn failure(error: &io::Error, gzip: bool) -> String {
    if is_in_use(error) {
        return format!("{IN_USE}; what came before counts");
    }
    if gzip {
        return format!(
            "the compressed data is damaged or cut off: {error}; what came before counts"
        );
    }
    format!("reading failed: {error}; what came before counts")
}

fn total(inputs: &[Input]) -> Option<u64> {
    inputs
        .iter()
        .map(|input| match input {
            Input::Stdin | Input::Table(_) => None,
            Input::Unusable { .. } => Some(0),
            Input::File(path) => match std::fs::metadata(path) {
                Ok(about) if about.is_file() => Some(about.len()),
                Ok(_) => None,
                Err(_) => Some(0),
            },
        })
        .sum()
}

fn lock(state: &Mutex<ReadSummary>) -> std::sync::MutexGuard<'_, ReadSummary> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
