//! What a kind of measurement adds to the shared procedure, and what it prints about its rows.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::measure::{Engine, RunEnd, Task};
use crate::net::{Opener, Plan};
use crate::record::{Run, World};
use crate::schema::RowKind;
use crate::zone::Zone;

/// The rows of a kind.
pub(in crate::cli) type TaskRow<K> = <<K as MeasurementKind>::Task as Task>::Row;

/// What a kind's task tells between rows.
pub(in crate::cli) type TaskEvent<K> = <<K as MeasurementKind>::Task as Task>::Event;

/// What a kind of measurement adds to the procedure.
pub(in crate::cli) trait MeasurementKind {
    /// Measures the slots.
    type Task: Task<Row: RowKind>;
    /// Rows of its second file, such as those of single packets.
    type Detail: RowKind;

    /// The task, over these paths; whether anybody wants details.
    fn task(&self, opener: Opener, run: Arc<Run>, details: bool) -> Self::Task;

    /// Before the first slot.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    fn begin(&mut self, _view: View) -> anyhow::Result<Told<Self::Detail>> {
        Ok(Told::default())
    }

    /// A part of its time is over before it begins: a file had to be waited for.
    fn waited(&mut self, _waited: Duration) {}

    /// Called each second while it is measured.
    fn each_second(&mut self, _task: &Self::Task) {}

    /// Takes a row in; what of it is told.
    fn row(&mut self, row: &TaskRow<Self>) -> Told<Self::Detail>;

    /// Takes an event in; what of it is told.
    fn event(&mut self, event: TaskEvent<Self>) -> Told<Self::Detail>;

    /// What the task has to say to the user beside its rows; told once.
    fn note(_task: &Self::Task) -> Option<String> {
        None
    }

    /// After the last slot, before the outputs are closed.
    fn end(&mut self) {}

    /// Whether some of what is told is for readers at once, also where rows go to a file.
    fn tells_live(&self) -> bool {
        false
    }

    /// What is measured, in a few words.
    fn headline(&self, path: &Plan, engine: &Engine, world: World) -> String;

    /// The summary, each line ended.
    fn summary(&self, run: &FinishedRun<'_, Self::Task>) -> String;

    /// Rows by what came of them.
    fn counts(&self, task: &Self::Task) -> Counts;

    /// What is wrong when it is too much for a stranger's address, with the way out.
    fn too_much(&self, address: IpAddr) -> String;
}

/// Where what is told can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct View {
    /// Whether nothing of the rows is shown on stdout.
    pub is_unseen: bool,
    /// Whether rows are told there as text.
    pub is_text: bool,
    /// Real network or lab.
    pub world: World,
    /// Whether only errors and notes are printed.
    pub quiet: bool,
    /// How long files were waited for before it began.
    pub waited: Duration,
    /// Where times are shown.
    pub zone: Zone,
}

/// What is told of a row or an event.
#[derive(Debug)]
pub(in crate::cli) struct Told<D> {
    /// Text on stdout, where text goes there.
    pub text: Option<String>,
    /// Text that a reader wants at once, wherever that may be.
    pub live: Option<String>,
    /// What nobody must miss: a line of the log, and a note where only notes are told.
    pub kept: Option<String>,
    /// A note on stderr, where the text above is not seen.
    pub remark: Option<String>,
    /// A row of the second file.
    pub detail: Option<Box<D>>,
}

impl<D> Default for Told<D> {
    fn default() -> Self {
        Self {
            text: None,
            live: None,
            kept: None,
            remark: None,
            detail: None,
        }
    }
}

/// A run that is over.
pub(in crate::cli) struct FinishedRun<'a, T> {
    /// What was measured, in a few words.
    pub targets: &'a str,
    /// The task with its totals.
    pub task: &'a T,
    /// How the engine ended.
    pub end: &'a RunEnd,
    /// Whether the user interrupted it.
    pub interrupted: bool,
    /// Whether the rows were told on stdout as text.
    pub told: bool,
    /// Where times are shown.
    pub zone: Zone,
    /// Columns that the summary may take.
    pub columns: usize,
}

/// Rows, of them those that are a success, and those in which something answered.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Counts {
    pub rows: u64,
    pub ok: u64,
    pub answered: u64,
    /// Certificates that were judged, and of them those that cannot be trusted.
    pub judged: u64,
    pub untrusted: u64,
    /// Packets that were sent, and of them those that were lost.
    pub packets: u64,
    pub lost: u64,
    /// Lines of Microsoft's table that fail, in words.
    pub failed_lines: Option<String>,
    /// Why rows failed; none where none did.
    pub why: Option<String>,
}
