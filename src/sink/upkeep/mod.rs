//! What happens to finished rolled files: they are compressed, and deleted when they are old. A thread does this, so
//! that no row waits for it.

mod compression;
pub(super) mod series;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};

use super::doubt::doubt;
use super::lock::{LockedFile, Locking};
use super::note::Note;
use super::pending;
use super::period::beside;
use crate::in_use;
use compression::Compression;
pub(super) use series::FileSeries;
use series::Rolled;

/// How long the end of a series waits for a file that is being compressed: the next run does the rest.
const PATIENCE: Duration = Duration::from_millis(300);

/// What becomes of files of a series that are finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Upkeep {
    /// How long they are kept after their end; none without end.
    pub keep: Option<Duration>,
    /// Whether they are compressed.
    pub compress: bool,
}

impl Upkeep {
    /// Whether anything becomes of them.
    pub(super) fn is_any(self) -> bool {
        self.keep.is_some() || self.compress
    }
}

/// One look at all files of a series.
#[derive(Debug)]
struct UpkeepPass {
    /// What the clocks on the wall show.
    now: NaiveDateTime,
    /// Files that rows are written to.
    open: Vec<PathBuf>,
}

/// The thread that does it.
pub(super) struct UpkeepThread {
    looks: Option<Sender<UpkeepPass>>,
    notes: Receiver<Note>,
    stop: Arc<AtomicBool>,
}

impl UpkeepThread {
    /// Begins it; none where the system gives no thread, which the next run may have.
    pub fn start(series: FileSeries, upkeep: Upkeep) -> Option<Self> {
        let (looks, taken) = channel::<UpkeepPass>();
        let (told, notes) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let mut work = Work {
            series,
            upkeep,
            stop: Arc::clone(&stop),
            failed: BTreeSet::new(),
            is_doubt_told: false,
        };
        let thread = std::thread::Builder::new().name("upkeep".to_owned());
        let started = thread.spawn(move || {
            while let Ok(mut look) = taken.recv() {
                while let Ok(newer) = taken.try_recv() {
                    look = newer;
                }
                for note in work.look(&look) {
                    // nobody is left to hear of it
                    let _ = told.send(note);
                }
            }
        });
        started.ok().map(|_| Self {
            looks: Some(looks),
            notes,
            stop,
        })
    }

    /// Lets it look at the files while others are open.
    pub fn look(&self, now: NaiveDateTime, open: Vec<PathBuf>) {
        if let Some(looks) = &self.looks {
            let _ = looks.send(UpkeepPass { now, open });
        }
    }

    /// What it has done since the last call.
    pub fn notes(&self) -> Vec<Note> {
        self.notes.try_iter().collect()
    }

    /// Waits a moment for what it has begun; what is not done then stays as it was.
    pub fn finish(&mut self) -> Vec<Note> {
        self.looks = None;
        let mut notes = Vec::new();
        loop {
            match self.notes.recv_timeout(PATIENCE) {
                Ok(note) => notes.push(note),
                Err(RecvTimeoutError::Timeout) if !self.stop.swap(true, Ordering::Relaxed) => {}
                Err(_) => return notes,
            }
        }
    }
}

impl Drop for UpkeepThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// What the thread does.
struct Work {
    series: FileSeries,
    upkeep: Upkeep,
    stop: Arc<AtomicBool>,
    /// Files of which it was told that nothing can be done with them.
    failed: BTreeSet<PathBuf>,
    /// Whether it was told that the clock may be wrong.
    is_doubt_told: bool,
}

/// What happened to a file.
type FileTrouble = (PathBuf, io::Error);

impl Work {
    /// Deletes what is old, and compresses what is finished.
    fn look(&mut self, look: &UpkeepPass) -> Vec<Note> {
        let files = match self.series.files() {
            Ok(files) => files,
            Err(error) => {
                let directory = self.series.pattern.parent().unwrap_or(Path::new(""));
                let trouble = vec![(directory.to_owned(), error)];
                return self.told(trouble, "looked at").into_iter().collect();
            }
        };
        let waiting = pending::found(&self.series.pattern, Some(self.series.roll));
        let is_awaited = |file: &Rolled| waiting.iter().any(|other| other.is_of(&file.path));
        // one that stays whatever its age may be all that is left of its time
        let (awaited, files): (Vec<_>, Vec<_>) = files.into_iter().partition(is_awaited);
        let doubted = self.doubted((&files, &awaited), look);
        let finished = files.into_iter().filter(|file| is_finished(file, look));
        let is_deleted = |file: &Rolled| doubted.is_none() && self.is_old(file, look);
        let (old, rest): (Vec<_>, Vec<_>) = finished.partition(is_deleted);
        let mut notes = self.deleted(old);
        if doubted.is_some() && !std::mem::replace(&mut self.is_doubt_told, true) {
            notes.extend(doubted);
        }
        if self.upkeep.compress {
            let mut trouble = Vec::new();
            for file in rest.iter().filter(|file| !file.is_compressed) {
                if self.stop.load(Ordering::Relaxed) {
                    break;
                }
                if let Err(error) = self.compress(file) {
                    trouble.push((file.path.clone(), error));
                }
            }
            notes.extend(self.told(trouble, "compressed"));
        }
        notes
    }

    fn is_old(&self, file: &Rolled, look: &UpkeepPass) -> bool {
        let age = self
            .upkeep
            .keep
            .and_then(|keep| TimeDelta::from_std(keep).ok());
        let before = age.and_then(|age| look.now.checked_sub_signed(age));
        file.period
            .end()
            .is_some_and(|end| before.is_some_and(|before| end <= before))
    }

    /// Why what is old stays: the clock may be wrong.
    fn doubted(&self, (files, awaited): (&[Rolled], &[Rolled]), look: &UpkeepPass) -> Option<Note> {
        let ended = |file: &Rolled| file.period.end();
        let old = files.iter().filter(|file| self.is_old(file, look));
        let last = old.max_by_key(|file| ended(file))?;
        let all = || files.iter().chain(awaited);
        let after = |file: &&Rolled| !self.is_old(file, look) || ended(file) > ended(last);
        let first = all().filter(after).min_by_key(|file| file.period.begin());
        // of a file that goes on, and of one that a clock which stood ahead has left, the end is to come
        let (begin, over) = first.map_or((look.now, look.now), |first| {
            let over = ended(first).unwrap_or(look.now);
            (first.period.begin().min(look.now), over.min(look.now))
        });
        let what = format!("files up to {}", super::error::absolute(&last.path));
        doubt(what, ended(last)?, (begin, over), self.upkeep.keep?)
    }

    /// Deletes files, and tells of it in a line.
    fn deleted(&mut self, old: Vec<Rolled>) -> Vec<Note> {
        let (mut deleted, mut trouble) = (Vec::new(), Vec::new());
        for Rolled { path, .. } in old {
            if self.stop.load(Ordering::Relaxed) || is_locked(&path) {
                continue;
            }
            match fs::remove_file(&path) {
                Ok(()) => deleted.push(path),
                Err(error) => trouble.push((path, error)),
            }
        }
        let mut notes = Vec::new();
        if let (Some(first), Some(last), Some(keep)) =
            (deleted.first(), deleted.last(), self.upkeep.keep)
        {
            notes.push(Note::Deleted {
                first: super::error::absolute(first),
                last: super::error::absolute(last),
                files: deleted.len(),
                keep,
            });
        }
        notes.extend(self.told(trouble, "deleted"));
        notes
    }

    /// Compresses a file; not where another program writes to it, or the series ends.
    fn compress(&self, file: &Rolled) -> io::Result<()> {
        let first = file.period.path(&self.series.pattern);
        let names = compression::names(&file.path, beside(&first));
        let Some(mut compression) = Compression::begin(&file.path, names)? else {
            return Ok(());
        };
        loop {
            match compression.step() {
                Ok(true) => return Ok(()),
                Ok(false) if !self.stop.load(Ordering::Relaxed) => {}
                ended => {
                    compression.give_up();
                    return ended.map(drop);
                }
            }
        }
    }

    /// What is told of files that nothing can be done with: each once.
    fn told(&mut self, trouble: Vec<FileTrouble>, what: &'static str) -> Option<Note> {
        let mut new = trouble
            .into_iter()
            .filter(|(path, _)| self.failed.insert(path.clone()));
        let (path, error) = new.next()?;
        Some(Note::NotKeptUp {
            path: super::error::absolute(&path),
            more: new.count(),
            what,
            why: in_use::reason(&error),
        })
    }
}

/// Whether nothing is written to a file any more.
fn is_finished(file: &Rolled, look: &UpkeepPass) -> bool {
    let is_over = file.period.end().is_some_and(|end| end <= look.now);
    is_over && !look.open.contains(&file.path)
}

/// Whether a program of this kind writes to a file.
fn is_locked(path: &Path) -> bool {
    let opened = File::open(path);
    opened.is_ok_and(|file| matches!(LockedFile::lock(file), Locking::Busy))
}
