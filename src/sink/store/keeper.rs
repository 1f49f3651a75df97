//! Deletes rows of a store that are too old, on its own thread, in small steps: a row that is written waits for one
//! step at most. UTC days are deleted as a whole, so that the roll-ups of a day begin where its rows end.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::super::error::absolute;
use super::super::note::Note;
use super::spec::StoreSpec;
use crate::clock::Wall;
use crate::schema::{Keep, StoredTable};
use crate::store::{Old, StoreError};

/// From look to look.
const EVERY: Duration = Duration::from_secs(15 * 60);

/// Between two steps.
const PAUSE: Duration = Duration::from_millis(20);

/// Before the next try, where another program writes.
const RETRY: Duration = Duration::from_secs(5);

/// The thread that deletes.
#[derive(Debug)]
pub(super) struct Keeper {
    /// Dropped, it ends.
    stop: Sender<()>,
    thread: JoinHandle<()>,
    notes: Arc<Mutex<Vec<Note>>>,
}

impl Keeper {
    /// Starts it; none where the system gives no thread: what is old stays until the next run.
    pub fn start(spec: &StoreSpec, wall: &Wall) -> Option<Self> {
        let (stop, stopped) = channel();
        let notes = Arc::new(Mutex::new(Vec::new()));
        let (spec, wall, told) = (spec.clone(), wall.clone(), Arc::clone(&notes));
        let thread = std::thread::Builder::new()
            .name("keep".to_owned())
            .spawn(move || keep(&spec, &wall, &stopped, &told));
        Some(Self {
            stop,
            thread: thread.ok()?,
            notes,
        })
    }

    /// What it has to say.
    pub fn notes(&self) -> Vec<Note> {
        take(&self.notes)
    }

    /// Ends it after its step.
    pub fn finish(self) -> Vec<Note> {
        drop(self.stop);
        // one that panicked has nothing to say
        let _ = self.thread.join();
        take(&self.notes)
    }
}

fn take(notes: &Mutex<Vec<Note>>) -> Vec<Note> {
    std::mem::take(&mut *notes.lock().unwrap_or_else(PoisonError::into_inner))
}

fn keep(spec: &StoreSpec, wall: &Wall, stop: &Receiver<()>, notes: &Mutex<Vec<Note>>) {
    let (mut is_told, mut is_doubt_told) = (false, false);
    let tell = |note: Note| {
        let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(note);
    };
    loop {
        let done = pass(spec, wall.now(), &|pause| is_over(stop, pause));
        let pause = match done {
            Ok(doubted) => {
                if let Some(doubted) = doubted
                    && !std::mem::replace(&mut is_doubt_told, true)
                {
                    tell(doubted);
                }
                EVERY
            }
            Err(StoreError::Busy) => RETRY,
            Err(error) => {
                if !std::mem::replace(&mut is_told, true) {
                    let text = format!(
                        "old rows of {} were not deleted: {error}",
                        spec.path.display()
                    );
                    tell(Note::Monitoring(text));
                }
                EVERY
            }
        };
        if is_over(stop, pause) {
            return;
        }
    }
}

/// Waits; whether it shall end.
fn is_over(stop: &Receiver<()>, pause: Duration) -> bool {
    !matches!(stop.recv_timeout(pause), Err(RecvTimeoutError::Timeout))
}

/// Deletes all that is old, unless it shall end; what stays, as the clock may be wrong.
fn pass(
    spec: &StoreSpec,
    now: DateTime<Utc>,
    is_over: &dyn Fn(Duration) -> bool,
) -> Result<Option<Note>, StoreError> {
    let old = Old::open(&spec.path)?;
    let mut doubted = None;
    for table in spec.tables.iter() {
        let stored = table.stored;
        let Some((keep, before)) = until(spec, table, now) else {
            continue;
        };
        let doubt = doubt(spec, &old, (keep, before), now)?;
        if doubt.is_some() {
            doubted = doubted.or(doubt);
            continue;
        }
        old.forget(stored, before)?;
        while old.step(stored, before)? {
            if is_over(PAUSE) {
                return Ok(doubted);
            }
        }
    }
    while old.shrink()? {
        if is_over(PAUSE) {
            break;
        }
    }
    Ok(doubted)
}

/// Why what is old stays. All tables are looked at: one in which nothing was written for a year says nothing of the clock.
fn doubt(
    spec: &StoreSpec,
    old: &Old,
    (keep, before): (Duration, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<Option<Note>, StoreError> {
    let tables: Vec<_> = spec.tables.iter().map(|table| table.stored).collect();
    let (last, first) = old.around(&tables, before)?;
    let now = now.naive_utc();
    let what = format!("rows in {}", absolute(&spec.path));
    Ok(last.and_then(|last| {
        let first = first.unwrap_or(now).min(now);
        super::super::doubt::doubt(what, last, (first, first), keep)
    }))
}

/// What of a table is old: how long it is kept, and the day on which that begins.
fn until(
    spec: &StoreSpec,
    table: &StoredTable,
    now: DateTime<Utc>,
) -> Option<(Duration, DateTime<Utc>)> {
    let of = |keep: Keep| spec.keep.iter().find(|(of, _)| *of == keep);
    let keep = match table.stored.keep {
        // details stay as long as their rows, unless something else is said
        Keep::Details => of(Keep::Details).or(of(Keep::Rows)),
        keep => of(keep),
    };
    let (_, keep) = keep?;
    let before = now.checked_sub_signed(TimeDelta::from_std(*keep).ok()?)?;
    Some((
        *keep,
        before.date_naive().and_time(NaiveTime::MIN).and_utc(),
    ))
}

#[cfg(test)]
mod tests;
