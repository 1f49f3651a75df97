//! Colours: where they are wanted and can be shown.

use std::io::Write;

use anstream::{AutoStream, ColorChoice};

use super::values::Color;

/// Columns of the terminal on stdout; 80 where there is none.
pub fn width() -> u16 {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    size.map_or(80, |(width, _)| width.0.clamp(60, 200))
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
