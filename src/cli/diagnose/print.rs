//! Prints the result in the requested form.

use serde::Serialize;

use super::args::{DiagnoseArgs, DiagnoseFormat};
use crate::cli::files::{PageOutput, json};
use crate::cli::values::Color;
use crate::cli::{message, terminal};
use crate::doc::{self, Room};
use crate::judge::diagnose::{Diagnosis, Facts};
use crate::report::diagnose::{self as report, DiagnosisJson, document};

/// What was found out, and what it comes to.
type Known<'a> = (&'a Facts, &'a Diagnosis);

/// What programs read: what it comes to, and the facts that it goes by.
#[derive(Debug, Serialize)]
struct LookJson<'a> {
    #[serde(flatten)]
    told: DiagnosisJson<'a>,
    facts: &'a Facts,
}

/// Prints it on stdout.
pub(super) fn result(
    args: &DiagnoseArgs,
    color: Color,
    (facts, judged): Known<'_>,
) -> anyhow::Result<()> {
    if args.monitoring_plugin {
        let (line, _) = report::line(facts, judged);
        return write(&format!("{line}\n"), Color::Never);
    }
    let text = match args.format {
        DiagnoseFormat::Text => {
            let room = Room {
                marks: terminal::has_marks(),
                ..Room::of(terminal::width())
            };
            doc::terminal(&document(facts, judged, args.time_zone), &room)
        }
        DiagnoseFormat::Markdown => doc::markdown(&document(facts, judged, args.time_zone), None),
        DiagnoseFormat::Json => json(&LookJson {
            told: report::told(facts, judged),
            facts,
        })?,
        DiagnoseFormat::Prtg => report::prtg_json(facts, judged),
    };
    write(&text, color)
}

/// Prints the whole as one line of JSON.
pub(super) fn whole_line((facts, judged): Known<'_>) -> anyhow::Result<()> {
    line(&LookJson {
        told: report::told(facts, judged),
        facts,
    })
}

/// Prints something as one line of JSON.
pub(super) fn line(of: &impl Serialize) -> anyhow::Result<()> {
    // what it is pretty-printed with has no other line feeds than those between its parts
    let text: String = json(of)?.lines().map(str::trim_start).collect();
    write(&format!("{text}\n"), Color::Never)
}

/// Prints text as it is.
pub(super) fn text(text: &str, color: Color) -> anyhow::Result<()> {
    let lines = text
        .lines()
        .flat_map(|line| doc::wrapped(line, usize::from(terminal::width())));
    let text: Vec<String> = lines.collect();
    write(&(text.join("\n") + "\n"), color)
}

/// Writes the page.
pub(super) fn page(
    page: PageOutput,
    args: &DiagnoseArgs,
    (facts, judged): Known<'_>,
) -> anyhow::Result<()> {
    let said = page.write(&document(facts, judged, args.time_zone))?;
    message::note(&said);
    Ok(())
}

/// The line of a plugin that could not even begin.
pub fn plugin_unknown(why: &str) {
    let said = why.replace(['|', '\n'], " ");
    let _ = write(&format!("TURNPROBE UNKNOWN - {said}\n"), Color::Never);
}

fn write(text: &str, color: Color) -> anyhow::Result<()> {
    terminal::print(text, terminal::stdout(color))
}
