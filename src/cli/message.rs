//! What goes to stderr: errors, notes, hints. A thread writes them, so that a blocked terminal (Ctrl-S, a Windows
//! console with selected text) holds nothing else up.

use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use anstream::AutoStream;

use super::exit::FatalError;
use super::log;
use crate::doc::lines::narrowed;
use crate::doc::width;
use crate::record::plain;

/// Messages that may wait for a slow terminal.
const WAITING: usize = 256;

/// How long the end of the program waits for a terminal that stands still.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether a status line stands on the terminal and must be wiped first.
static STATUS_LINE: AtomicBool = AtomicBool::new(false);

static WRITER: OnceLock<Option<SyncSender<MessageJob>>> = OnceLock::new();

enum MessageJob {
    /// A message, which a terminal gets in lines of its width.
    Message(String),
    /// Text as it is.
    Text(String),
    /// What is told elsewhere, and in the log too.
    Logged(String),
    Done(SyncSender<()>),
}

/// Says that a status line is on the terminal, or no longer.
pub fn status_line(shown: bool) {
    STATUS_LINE.store(shown, Ordering::Relaxed);
}

/// An error that ends the program, with its causes.
pub fn failure(failure: &FatalError) {
    error(&format!("{:#}", failure.error));
}

/// An error.
pub fn error(text: &str) {
    line("error", text);
}

/// Something that the user should know.
pub fn note(text: &str) {
    line("note", text);
}

/// What may help.
pub fn hint(text: &str) {
    line("hint", text);
}

/// A message; it is dropped when hundreds wait already.
fn line(kind: &str, text: &str) {
    let text = formed(kind, text);
    match writer() {
        Some(writer) => drop(writer.try_send(MessageJob::Message(text))),
        None => write_message(&text),
    }
}

fn formed(kind: &str, text: &str) -> String {
    format!("turnprobe: {kind}: {}\n", plain(text))
}

/// An error at the end of a run, behind all that still waits.
pub fn last_error(text: &str) {
    send_last(MessageJob::Message(formed("error", text)));
}

/// Text as it is, at the end of a run: does not wait for a terminal that stands still.
pub fn last(text: &str) {
    send_last(MessageJob::Text(text.to_owned()));
}

fn send_last(mut job: MessageJob) {
    const STEP: Duration = Duration::from_millis(20);
    let Some(writer) = writer() else {
        return write_job(job);
    };
    let mut left = PATIENCE;
    while let Err(TrySendError::Full(back)) = writer.try_send(job) {
        if left.is_zero() {
            return;
        }
        std::thread::sleep(STEP);
        (job, left) = (back, left.saturating_sub(STEP));
    }
}

/// Text as it is, such as rows that found no place; waits for its turn.
pub fn raw(text: &str) {
    match writer() {
        Some(writer) => drop(writer.send(MessageJob::Text(text.to_owned()))),
        None => write(text),
    }
}

/// A note that is told elsewhere: only the log gets it. It is dropped when hundreds wait already.
pub fn for_the_log(text: &str) {
    let text = formed("note", text.trim_end());
    match writer() {
        Some(writer) => drop(writer.try_send(MessageJob::Logged(text))),
        None => log_alone(&text),
    }
}

/// Waits a moment until everything is written.
pub fn flush() {
    if let Some(writer) = WRITER.get().and_then(Option::as_ref) {
        let (done, written) = sync_channel(1);
        if writer.try_send(MessageJob::Done(done)).is_ok() {
            let _ = written.recv_timeout(PATIENCE);
        }
    }
}

fn writer() -> Option<&'static SyncSender<MessageJob>> {
    let start = || {
        let (jobs, taken) = sync_channel(WAITING);
        let thread = std::thread::Builder::new().name("stderr".to_owned());
        thread.spawn(move || write_all(&taken)).ok().map(|_| jobs)
    };
    WRITER.get_or_init(start).as_ref()
}

fn write_all(jobs: &Receiver<MessageJob>) {
    while let Ok(job) = jobs.recv() {
        write_job(job);
    }
}

fn write_job(job: MessageJob) {
    match job {
        MessageJob::Message(text) => write_message(&text),
        MessageJob::Text(text) => write(&text),
        MessageJob::Logged(text) => log_alone(&text),
        MessageJob::Done(done) => drop(done.try_send(())),
    }
}

/// Takes a status line off the terminal for a moment: something else is to be written there.
pub fn wipe() {
    if STATUS_LINE.load(Ordering::Relaxed) {
        // a Windows console shows escape sequences as text until it is told to take them
        let _ = AutoStream::always(std::io::stderr()).write_all(b"\r\x1b[2K");
    }
}

/// A message: on a terminal it goes on below between two words.
fn write_message(text: &str) {
    let size = terminal_size::terminal_size_of(std::io::stderr());
    let columns = size.map(|(width, _)| usize::from(width.0).max(20));
    write_in(text, &in_lines(text, columns));
}

/// The message in lines of so many columns. One with a word that no line holds, such as a long path, stays as it is: whoever
/// copies the path gets it whole.
fn in_lines(text: &str, columns: Option<usize>) -> String {
    match columns {
        Some(columns)
            if text
                .split_whitespace()
                .all(|word| width(word) + 2 < columns) =>
        {
            narrowed(text, columns)
        }
        _ => text.to_owned(),
    }
}

/// One write for each text, so that lines do not mix; nobody is left to hear of a failure.
fn write(text: &str) {
    write_in(text, text);
}

/// The text in another form for the terminal; a log has it as it is.
fn write_in(text: &str, shown: &str) {
    wipe();
    let _ = std::io::stderr().write_all(shown.as_bytes());
    log_alone(text);
}

/// A line of the log.
fn log_alone(text: &str) {
    if let Some(unwritten) = log::add(text) {
        let _ = std::io::stderr().write_all(format!("turnprobe: note: {unwritten}\n").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_messages_between_words_and_paths_whole() {
        let text = "turnprobe: note: the built-in list of 2026-08-14 decides\n";
        assert_eq!(in_lines(text, None), text);
        assert_eq!(
            in_lines(text, Some(40)),
            "turnprobe: note: the built-in list of\n  2026-08-14 decides\n"
        );
        let path = "turnprobe: error: /srv/a/long/path/that/has/no/room/probes.csv is in use\n";
        assert_eq!(in_lines(path, Some(40)), path);
    }
}
