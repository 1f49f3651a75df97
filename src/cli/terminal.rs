//! Colours: whether they are wanted and possible.

use std::io::{ErrorKind, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;

use super::values::Color;

/// Columns of the terminal on stdout; 80 where there is none.
pub fn width() -> u16 {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    size.map_or(80, |(width, _)| width.0.clamp(40, 200))
}

/// Columns of the terminal on stdout for what is printed line by line, whatever its width is by now; 80
/// where there is none.
pub fn columns() -> usize {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    size.map_or(80, |(width, _)| usize::from(width.0).max(20))
}

/// stdout that strips colours unless it is a terminal that wants them (`NO_COLOR` is honoured).
pub fn stdout(color: Color) -> Box<dyn Write + Send> {
    let choice = match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::AlwaysAnsi,
        Color::Never => ColorChoice::Never,
    };
    Box::new(AutoStream::new(std::io::stdout(), choice))
}

/// Prints a result. A reader that went away is no failure.
///
/// # Errors
///
/// What the system said.
pub fn print(text: &str, mut out: Box<dyn Write + Send>) -> anyhow::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("stdout"),
        _ => Ok(()),
    }
}

/// stdout for what has no colours in it, as JSON has none: a large one is not looked through for them.
pub fn plain_stdout() -> Box<dyn Write + Send> {
    Box::new(std::io::stdout())
}

/// Whether stdout is a terminal that shows block characters: its locale is UTF-8, and it is not one that has hardly
/// any letters. A Windows console takes any character, whatever its code page.
pub fn has_marks() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let poor = matches!(set("TERM").as_deref(), Some("dumb" | "linux"));
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| set(name));
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    let utf8 = locale.contains("utf-8") || locale.contains("utf8");
    std::io::stdout().is_terminal() && !poor && (cfg!(windows) || utf8)
}
