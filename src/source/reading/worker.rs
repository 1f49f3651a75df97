//! What the reading thread does.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};

use crate::in_use::{IN_USE, is_in_use};
use crate::record::Counter as _;
use crate::source::batch::Batch;
use crate::source::input::Input;
use crate::source::look::told;
use crate::source::open::open;
use crate::source::parser::{Look, Parser};
use crate::source::rows::{Deliver, HostNames, Rows};
use crate::source::shown_twice::ShownTwice;
use crate::source::summary::{FileSummary, ReadSummary};
use crate::source::trouble::{Problem, TroubleKind, rows_of};
use crate::zone::Zone;

/// Lines of a sheet of Excel.
const SHEET_LINES: u64 = 1_048_576;

/// Reads the files, one after the other.
pub(super) struct ReadWorker {
    pub zone: Zone,
    pub stop: Arc<AtomicBool>,
    pub bytes: Arc<AtomicU64>,
    pub state: Arc<Mutex<ReadSummary>>,
    pub lane: Lane,
    pub hosts: HostNames,
    /// What the clocks of the zone showed at the last rows.
    pub twice: ShownTwice,
}

impl ReadWorker {
    pub fn run(&mut self, inputs: &[Input]) {
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
        let has_grown = opened.content.is_text()
            && size.is_some_and(|about| about.len() < state.files[index].bytes);
        notes.extend(
            odd_ends(opened.content.is_of_old_mac(), parser.line, has_grown)
                .into_iter()
                .map(|what| format!("{name}: {what}")),
        );
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
pub(super) struct Lane {
    pub full: SyncSender<Batch>,
    pub empty: Receiver<Batch>,
}

impl Deliver for Lane {
    fn deliver(&mut self, batch: &mut Batch) -> bool {
        let next = self.empty.try_recv().unwrap_or_default();
        let full = std::mem::replace(batch, next);
        self.full.send(full).is_ok()
    }
}

/// What is odd about the ends of lines and of the file, bytes of cells apart, which are estimated.
fn odd_ends(is_of_old_mac: bool, lines: u64, has_grown: bool) -> Vec<&'static str> {
    let all = [
        (is_of_old_mac, "lines end in CR only, as on old Macs"),
        (
            lines == SHEET_LINES,
            "it has 1,048,576 lines, as many as a sheet of Excel holds: if it was saved there, what came after them is lost",
        ),
        (
            has_grown,
            "it grew while it was read; rows up to its end at that time count",
        ),
    ];
    let odd = all.into_iter().filter(|(is_so, _)| *is_so);
    odd.map(|(_, what)| what).collect()
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

/// What was read so far.
pub(super) fn lock(state: &Mutex<ReadSummary>) -> std::sync::MutexGuard<'_, ReadSummary> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
