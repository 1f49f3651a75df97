//! Where the result goes, in whichever form.

use std::io::Write as _;

use anyhow::Context as _;

use super::args::{DiagnoseArgs, DiagnoseFormat};
use crate::cli::exit::Failure;
use crate::cli::files::{Page, json};
use crate::cli::terminal;
use crate::cli::values::Color;
use crate::judge::diagnose::{Diagnosis, Facts};

/// What was found out, and what it comes to.
type Result_<'a> = (&'a Facts, &'a Diagnosis);

/// Prints it on stdout.
pub(super) fn result(
    args: &DiagnoseArgs,
    color: Color,
    (facts, judged): Result_<'_>,
) -> anyhow::Result<()> {
    let text = match args.format {
        DiagnoseFormat::Json => json(facts)?,
        _ => format!("{:#?}\n", judged.verdict),
    };
    write(&text, color)
}

/// Writes the page.
pub(super) fn page(_page: Page, _result: Result_<'_>) -> anyhow::Result<()> {
    anyhow::bail!("no page yet")
}

/// The line of a plugin that could not even begin.
pub(super) fn plugin_failure(failure: &Failure) {
    let _ = write(
        &format!("TURNPROBE UNKNOWN - {:#}\n", failure.error),
        Color::Never,
    );
}

fn write(text: &str, color: Color) -> anyhow::Result<()> {
    let mut out = terminal::stdout(color);
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // a reader that went away is no failure
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("stdout")
        }
        _ => Ok(()),
    }
}
