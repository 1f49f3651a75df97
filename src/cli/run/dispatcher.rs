//! Receives rows and events on the main thread. Nothing here ever waits for a terminal.

use std::io::IsTerminal as _;
use std::sync::Arc;

use anstream::adapter::strip_str;
use anyhow::Context as _;

use super::kind::{MeasurementKind, TaskEvent, TaskRow, Told, View};
use super::outputs::OpenedOutputs;
use crate::cli::message;
use crate::cli::output_queue::{self, Delivery, Orphans, OutputQueue, QueueEnding};
use crate::cli::signals::Interrupted;
use crate::measure::{Output, Stop};
use crate::schema::RowKind;
use crate::sink::Sink;

/// The dispatcher of a kind.
pub(super) struct Dispatcher<K: MeasurementKind> {
    kind: K,
    interrupted: Interrupted,
    files: Option<OutputQueue<TaskRow<K>>>,
    details: Option<OutputQueue<K::Detail>>,
    /// Rows for monitoring systems.
    metrics: Option<OutputQueue<TaskRow<K>>>,
    /// Rows on stdout.
    rows: Option<OutputQueue<TaskRow<K>>>,
    /// Text on stdout.
    text: Option<OutputQueue<String>>,
    view: View,
    /// Whether a remark was told.
    has_remarked: bool,
}

impl<K: MeasurementKind> Dispatcher<K> {
    /// Starts the threads that write.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn new(
        kind: K,
        opened: OpenedOutputs<TaskRow<K>, K::Detail>,
        metrics: Option<Box<dyn Sink<TaskRow<K>>>>,
        interrupted: Interrupted,
        view: View,
        stop: &Stop,
    ) -> anyhow::Result<Self> {
        let only_stdout = opened.is_only_stdout();
        let is_kept = !opened.files.is_empty();
        let to_stdout = |sink| stdout_outlet(sink, is_kept, only_stdout, stop);
        Ok(Self {
            kind,
            interrupted,
            files: file_outlet(opened.files, stop)?,
            details: file_outlet(opened.details, stop)?,
            metrics: metrics.map(|sink| beside(sink, stop)).transpose()?,
            rows: opened.rows.map(to_stdout).transpose()?,
            text: opened
                .text
                .map(|sink| stdout_outlet(sink, is_kept, only_stdout, stop))
                .transpose()?,
            view,
            has_remarked: false,
        })
    }

    /// Before the first slot.
    pub async fn begin(&mut self) -> anyhow::Result<()> {
        let told = self.kind.begin(self.view)?;
        self.tell(told).await;
        Ok(())
    }

    /// Called each second.
    pub fn each_second(&mut self, task: &K::Task) {
        self.kind.each_second(task);
    }

    /// Takes a row or an event in.
    pub async fn take(&mut self, output: Output<TaskRow<K>, TaskEvent<K>>) {
        self.interrupted.measured();
        match output {
            Output::Row(row) => {
                let told = self.kind.row(&row);
                if let Some(files) = &self.files {
                    files.send(&row).await;
                }
                if let Some(metrics) = &self.metrics {
                    metrics.send(&row).await;
                }
                if let Some(rows) = &self.rows {
                    rows.send_after(self.files.as_ref(), &row).await;
                }
                self.tell(told).await;
            }
            Output::Event(event) => {
                let told = self.kind.event(event);
                self.tell(told).await;
            }
        }
    }

    async fn tell(&mut self, told: Told<K::Detail>) {
        let Told {
            text,
            live,
            kept,
            remark,
            detail,
        } = told;
        if let (Some(detail), Some(details)) = (detail, &self.details) {
            details.send(&Arc::from(detail)).await;
        }
        let (is_text, is_aloud) = (self.view.is_text, !self.view.quiet);
        // one of each burst of a night would bury the rest
        if let Some(remark) = remark.filter(|_| !is_text && (is_aloud || !self.has_remarked)) {
            self.has_remarked = true;
            message::note(&remark);
        }
        // where a note tells it already, the log has that
        let is_noted = is_aloud && live.is_some() && self.text.is_none() && self.rows.is_some();
        match kept.filter(|_| !is_noted) {
            Some(kept) if is_aloud => message::for_the_log(&kept),
            Some(kept) => message::note(kept.trim_end()),
            None => {}
        }
        let text = [text.filter(|_| is_text), live.filter(|_| is_aloud)];
        for text in text.into_iter().flatten() {
            match &self.text {
                Some(shown) => shown.send_after(self.files.as_ref(), &Arc::new(text)).await,
                None if self.rows.is_some() => {
                    let plain = strip_str(&text).to_string();
                    message::note(plain.trim_end());
                }
                None => {}
            }
        }
    }

    /// After the last slot: waits for what is to be written.
    pub async fn finish(mut self) -> (QueueEnding, K) {
        self.kind.end();
        let mut ending = QueueEnding::default();
        for output_queue in self.files.into_iter().chain(self.rows) {
            ending = ending.and(output_queue.finish().await);
        }
        if let Some(output_queue) = self.metrics {
            // what they come to is shown elsewhere, and no row is lost by them
            let _ = output_queue.finish().await;
        }
        if let Some(output_queue) = self.details {
            ending = ending.and(output_queue.finish().await);
        }
        if let Some(output_queue) = self.text {
            ending = ending.and(output_queue.finish().await);
        }
        (ending, self.kind)
    }
}

/// The thread that writes to files, if there are any.
fn file_outlet<R: RowKind>(
    files: Vec<Box<dyn Sink<R>>>,
    stop: &Stop,
) -> anyhow::Result<Option<OutputQueue<R>>> {
    if files.is_empty() {
        return Ok(None);
    }
    let orphans = Orphans::ToStderr(output_queue::as_csv);
    let output_queue = OutputQueue::start(files, Delivery::Sure, orphans, Some(stop), stop);
    output_queue.context("no thread for the files").map(Some)
}

/// The thread that shows rows to monitoring systems. They never end a run.
fn beside<R: Send + Sync + 'static>(
    sink: Box<dyn Sink<R>>,
    stop: &Stop,
) -> anyhow::Result<OutputQueue<R>> {
    let queue = OutputQueue::start(vec![sink], Delivery::Sure, Orphans::Dropped, None, stop);
    queue.context("no thread for metrics")
}

/// The thread that writes to stdout. `is_kept` says that a file has the same rows. Where there is
/// no file at all, a reader that goes away ends the run.
fn stdout_outlet<R: Send + Sync + 'static>(
    sink: Box<dyn Sink<R>>,
    is_kept: bool,
    only_stdout: bool,
    stop: &Stop,
) -> anyhow::Result<OutputQueue<R>> {
    let delivery = match is_kept {
        // a terminal is for eyes only
        _ if std::io::stdout().is_terminal() => Delivery::Lossy,
        true => Delivery::Patient,
        false => Delivery::ToReader,
    };
    let gone = only_stdout.then_some(stop);
    let output_queue = OutputQueue::start(vec![sink], delivery, Orphans::Dropped, gone, stop);
    output_queue.context("no thread for stdout")
}
