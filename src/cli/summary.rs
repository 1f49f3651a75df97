//! Sends the summary to where it belongs. Not here: its text (`report`).

use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::values::Color;
use super::{message, terminal};
use crate::measure::Stop;

/// Prints the summary: to stderr where rows go to stdout, or where stdout stands still after a stop.
pub fn print_summary(text: &str, color: Color, to_stderr: bool, stop: &Stop) {
    let text = format!("\n{text}");
    if to_stderr || !is_printed(text.clone(), color, stop) {
        message::last(&anstream::adapter::strip_str(&text).to_string());
    }
}

/// Prints to stdout; does not wait for a terminal that stands still, nor for any reader once the
/// series was stopped.
fn is_printed(text: String, color: Color, stop: &Stop) -> bool {
    const LOOK: Duration = Duration::from_millis(50);
    const PATIENCE: Duration = Duration::from_secs(1);
    let (done, printed) = sync_channel(1);
    let print = move || {
        let mut stdout = terminal::stdout(color);
        // nobody is left to hear of a closed stdout
        let _ = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
        let _ = done.send(());
    };
    let thread = std::thread::Builder::new().name("summary".to_owned());
    if thread.spawn(print).is_err() {
        return false;
    }
    // a terminal is for eyes only, however the series ended
    let is_terminal = std::io::stdout().is_terminal();
    let mut left = PATIENCE;
    loop {
        match printed.recv_timeout(LOOK) {
            Err(RecvTimeoutError::Timeout) if left.is_zero() => return false,
            Err(RecvTimeoutError::Timeout) if stop.is_asked() || is_terminal => {
                left = left.saturating_sub(LOOK);
            }
            Err(RecvTimeoutError::Timeout) => {}
            _ => return true,
        }
    }
}
