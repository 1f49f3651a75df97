//! A line on stderr that shows the progress of a series. It is drawn by its own thread, so that a blocked terminal
//! holds nothing up. It comes in several forms; the longest one that fits the terminal's current width is shown.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::message;

/// How often it is drawn though nothing new is to be shown: the terminal may have another size.
const EVERY: Duration = Duration::from_millis(200);

/// Columns of a terminal that does not tell.
const WIDTH: usize = 80;

/// The line.
#[derive(Debug)]
pub struct LiveLine {
    forms: SyncSender<Vec<String>>,
    cleared: Receiver<()>,
}

impl LiveLine {
    /// Starts to show this.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(first: Vec<String>) -> std::io::Result<Self> {
        let (forms, shown) = sync_channel(1);
        let (done, cleared) = sync_channel(1);
        std::thread::Builder::new()
            .name("status".to_owned())
            .spawn(move || {
                show(&shown);
                let _ = done.send(());
            })?;
        message::status_line(true);
        let _ = forms.try_send(first);
        Ok(Self { forms, cleared })
    }

    /// Shows something else, the longest form first; never waits.
    pub fn show(&self, forms: Vec<String>) {
        let _ = self.forms.try_send(forms);
    }

    /// Takes the line away.
    pub fn finish(self) {
        drop(self.forms);
        // a terminal that stands still is not waited for
        let _ = self.cleared.recv_timeout(Duration::from_secs(1));
        message::status_line(false);
    }
}

/// The longest form that leaves the last column free, else the shortest one.
fn fitting(forms: &[String], width: usize) -> &str {
    let fits = |form: &&String| form.chars().count() < width;
    let form = forms.iter().find(fits).or(forms.last());
    form.map_or("", String::as_str)
}

fn show(forms: &Receiver<Vec<String>>) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
        bar.set_style(style);
    }
    let mut shown = Vec::new();
    loop {
        match forms.recv_timeout(EVERY) {
            Ok(forms) => shown = forms,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let width = terminal_size::terminal_size_of(std::io::stderr());
        let width = width.map_or(WIDTH, |(width, _)| usize::from(width.0));
        bar.set_message(fitting(&shown, width).to_owned());
        bar.tick();
    }
    bar.finish_and_clear();
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
            (6, "form"),
            (2, "form"),
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
