//! A line on stderr that shows the progress of a series. It is drawn by its own thread, so that a blocked terminal
//! holds nothing up. It comes in several forms; the longest one that fits the terminal's current width is shown.
//!
//! The cursor stays before the line: where a terminal that gets narrower breaks the line, all of its pieces are after the
//! cursor, and the next drawing clears them.

use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anstream::AutoStream;

use super::message;
use crate::clock;

/// How often it is drawn though nothing new is to be shown: the terminal may have another size.
const EVERY: Duration = Duration::from_millis(200);

/// Columns of a terminal that does not tell.
const WIDTH: usize = 80;

/// What stands in front of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// Nothing.
    Bare,
    /// A mark that turns.
    Mark,
    /// A mark that turns, and how long the line has been there.
    Clock,
}

/// The line.
#[derive(Debug)]
pub struct LiveLine {
    forms: Arc<Mutex<Vec<String>>>,
    new: SyncSender<()>,
    cleared: Mutex<Receiver<()>>,
}

impl LiveLine {
    /// Starts to show this.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(front: Front, first: Vec<String>) -> std::io::Result<Self> {
        let forms = Arc::new(Mutex::new(first));
        let (new, is_new) = sync_channel(1);
        let (done, cleared) = sync_channel(1);
        let shown = Arc::clone(&forms);
        std::thread::Builder::new()
            .name("status".to_owned())
            .spawn(move || {
                show(front, &shown, &is_new);
                let _ = done.send(());
            })?;
        message::status_line(true);
        let _ = new.try_send(());
        Ok(Self {
            forms,
            new,
            cleared: Mutex::new(cleared),
        })
    }

    /// Shows something else, the longest form first; never waits for the terminal.
    pub fn show(&self, forms: Vec<String>) {
        *self.forms.lock().unwrap_or_else(PoisonError::into_inner) = forms;
        let _ = self.new.try_send(());
    }

    /// Takes the line away.
    pub fn finish(self) {
        drop(self.new);
        // a terminal that stands still is not waited for
        let cleared = self.cleared.into_inner();
        let cleared = cleared.unwrap_or_else(PoisonError::into_inner);
        let _ = cleared.recv_timeout(Duration::from_secs(1));
        message::status_line(false);
    }
}

/// Whether a line that is drawn anew can be seen.
pub fn is_seen() -> bool {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && (cfg!(windows) || !is_dumb)
}

/// The longest form that leaves the last column free, else the beginning of the shortest one.
fn fitting(forms: &[String], width: usize) -> String {
    let fits = |form: &&String| form.chars().count() < width;
    let form = forms.iter().find(fits).or(forms.last());
    let form = form.map_or("", String::as_str);
    form.chars().take(width.saturating_sub(1)).collect()
}

fn show(front: Front, forms: &Mutex<Vec<String>>, new: &Receiver<()>) {
    const MARKS: [char; 4] = ['|', '/', '-', '\\'];
    if !is_seen() {
        while new.recv().is_ok() {}
        return;
    }
    // a Windows console shows escape sequences as text until it is told to take them
    let mut out = AutoStream::always(std::io::stderr());
    let started = clock::now();
    for mark in MARKS.into_iter().cycle() {
        match new.recv_timeout(EVERY) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let width = terminal_size::terminal_size_of(std::io::stderr());
        let width = width.map_or(WIDTH, |(width, _)| usize::from(width.0));
        let front = match front {
            Front::Bare => String::new(),
            Front::Mark => format!("{mark} "),
            Front::Clock => format!("{mark} {:>2}s  ", started.elapsed().as_secs()),
        };
        let shown = forms.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let shown = fitting(&shown, width.saturating_sub(front.len()));
        // in one piece, so that nothing comes between
        let line = format!("\r{front}{shown}\x1b[J\r");
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    }
    let _ = out.write_all(b"\r\x1b[J").and_then(|()| out.flush());
}

/// The time left, as `7:12:03 left`.
pub fn left(left: Duration) -> String {
    let seconds = left.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours}:{minutes:02}:{:02} left", seconds % 60)
}

/// Times in milliseconds, two digits below ten of them.
pub fn ms(time: Option<Duration>) -> String {
    let Some(time) = time else {
        return "-".to_owned();
    };
    let ms = time.as_secs_f64() * 1e3;
    match ms {
        ..0.095 => format!("{ms:.3}"),
        ..0.995 => format!("{ms:.2}"),
        ..9.95 => format!("{ms:.1}"),
        _ => format!("{ms:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_two_digits_below_ten_milliseconds() {
        for (us, shown) in [
            (9, "0.009"),
            (85, "0.085"),
            (310, "0.31"),
            (994, "0.99"),
            (996, "1.0"),
            (9_140, "9.1"),
            (9_960, "10"),
            (34_600, "35"),
            (1_204_000, "1204"),
        ] {
            assert_eq!(ms(Some(Duration::from_micros(us))), shown);
        }
        assert_eq!(ms(None), "-");
    }

    #[test]
    fn the_longest_form_that_fits_is_shown() {
        let forms: Vec<String> = ["a long form", "a form", "form"].map(str::to_owned).into();
        for (width, shown) in [
            (12, "a long form"),
            (11, "a form"),
            (7, "a form"),
            (5, "form"),
            (3, "fo"),
            (0, ""),
        ] {
            assert_eq!(fitting(&forms, width), shown, "{width}");
        }
    }

    #[test]
    fn the_time_left_has_hours() {
        assert_eq!(left(Duration::from_secs(25_923)), "7:12:03 left");
        assert_eq!(left(Duration::from_secs(59)), "0:00:59 left");
    }
}
