//! Repeated diagnoses, of which only changes are reported.

use std::time::Duration;

use anyhow::{anyhow, ensure};
use chrono::SecondsFormat;

use super::args::{DiagnoseArgs, DiagnoseFormat};
use super::once::{Ended, Seen, exit, is_empty, listen, look};
use super::{config, print};
use crate::cli::exit::{Exit, FatalError};
use crate::cli::values::Color;
use crate::clock;
use crate::doc::text::time;
use crate::judge::diagnose::{Diagnosis, Facts, diagnose};
use crate::report::diagnose::{ChangeNotice, LookState, change};

/// The shortest time from look to look: a look takes half of it.
const LEAST: Duration = Duration::from_secs(30);

/// How soon a wait notices that the user ended it.
const PIECE: Duration = Duration::from_millis(100);

/// Looks until the user ends it. The exit code is that of the last whole look.
pub(super) fn run(args: &DiagnoseArgs, color: Color, every: Duration) -> Result<Exit, FatalError> {
    let least = || -> anyhow::Result<()> {
        ensure!(
            every >= LEAST,
            "--repeat {every:?}: at least 30s, as one diagnosis takes up to 28 s"
        );
        Ok(())
    };
    least().map_err(FatalError::usage)?;
    let target = config::target(args).map_err(FatalError::usage)?;
    let ended = listen(args)?;
    let mut before: Option<LookState> = None;
    let mut code_of_last = None;
    loop {
        let next = clock::now() + every;
        let Seen {
            facts,
            was_interrupted,
            ..
        } = look(args, &target, &ended)?;
        let judged = diagnose(&facts);
        // half a look would tell of things that it had no time for
        if was_interrupted {
            let nothing = code_of_last.is_none() && is_empty(&facts, &judged);
            return Ok(if nothing {
                Exit::Interrupted
            } else {
                code_of_last.unwrap_or(Exit::Interrupted)
            });
        }
        tell(args, color, before.as_ref(), (&facts, &judged)).map_err(FatalError::io)?;
        before = Some(LookState::of(&judged));
        code_of_last = Some(exit(args, &judged));
        if !waited(&ended, next) {
            return Ok(code_of_last.unwrap_or(Exit::Interrupted));
        }
    }
}

/// Tells the first look whole, and of every other what changed.
fn tell(
    args: &DiagnoseArgs,
    color: Color,
    before: Option<&LookState>,
    (facts, judged): (&Facts, &Diagnosis),
) -> anyhow::Result<()> {
    let is_json = args.format == DiagnoseFormat::Json;
    let Some(before) = before else {
        if is_json {
            return print::whole_line((facts, judged));
        }
        return print::result(args, color, (facts, judged));
    };
    let started = facts
        .about
        .started
        .ok_or_else(|| anyhow!("a look has no time"))?;
    let at = started.to_rfc3339_opts(SecondsFormat::Secs, true);
    let Some(change) = change(before, judged, at) else {
        return Ok(());
    };
    if is_json {
        return print::line(&change);
    }
    print::text(&changed(&change, &time(args.time_zone, started)), color)
}

fn changed(change: &ChangeNotice, at: &str) -> String {
    let mut text = format!("\n{at} {}\n", change.verdict);
    for said in &change.said {
        text.push_str("  new: ");
        text.push_str(said);
        text.push('\n');
    }
    if !change.ended.is_empty() {
        text.push_str("  over: ");
        text.push_str(&change.ended.join(", "));
        text.push('\n');
    }
    text
}

/// Waits until then; false where the user ended it before.
fn waited(ended: &Ended, until: std::time::Instant) -> bool {
    loop {
        if ended.by_user.yes() || ended.stop.is_asked() {
            return false;
        }
        let left = until.saturating_duration_since(clock::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(PIECE));
    }
}
