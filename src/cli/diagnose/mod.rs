//! `turnprobe diagnose`: checks the whole path to the relays once, and says whose fault it is.

pub mod args;
mod bundle;
mod config;
mod once;
mod print;
mod repeat;
mod saved;

use std::panic::AssertUnwindSafe;

use super::exit::{Exit, FatalError, PluginState};
use super::files::PageOutput;
use super::message;
use super::values::Color;
use crate::judge::diagnose::diagnose;
use args::DiagnoseArgs;
use bundle::Bundle;
use once::{INTERRUPTED, Seen, exit, is_empty, listen, look};
pub use print::plugin_unknown;

/// Looks and judges, or judges what was seen before.
pub fn run(args: &DiagnoseArgs, color: Color) -> Result<Exit, FatalError> {
    if args.monitoring_plugin {
        // whatever happens is told on stdout, in the codes of a plugin
        let told = std::panic::catch_unwind(AssertUnwindSafe(|| told(args, color)));
        let why = match told {
            Ok(Ok(Exit::Interrupted)) => INTERRUPTED.to_owned(),
            Ok(Ok(exit)) => return Ok(exit),
            Ok(Err(failure)) => format!("{:#}", failure.error),
            Err(_) => "this program failed, see stderr".to_owned(),
        };
        plugin_unknown(&why);
        return Ok(Exit::Plugin(PluginState::Unknown));
    }
    told(args, color)
}

fn told(args: &DiagnoseArgs, color: Color) -> Result<Exit, FatalError> {
    let page = args.html.as_deref().map(PageOutput::open).transpose();
    let page = page.map_err(FatalError::io)?;
    let bundle = args.bundle.as_deref().map(Bundle::open).transpose();
    let bundle = bundle.map_err(FatalError::io)?;
    if let Some(every) = args.repeat {
        return repeat::run(args, color, every);
    }
    let Seen {
        facts,
        chains,
        was_interrupted,
    } = if let Some(file) = &args.facts {
        Seen::saved(saved::read(file).map_err(FatalError::io)?)
    } else {
        let target = config::target(args).map_err(FatalError::usage)?;
        look(args, &target, &listen(args)?)?
    };
    let judged = diagnose(&facts);
    if was_interrupted && is_empty(&facts, &judged) {
        if !args.monitoring_plugin {
            message::note(INTERRUPTED);
        }
        return Ok(Exit::Interrupted);
    }
    print::result(args, color, (&facts, &judged)).map_err(FatalError::io)?;
    if let Some(page) = page {
        print::page(page, args, (&facts, &judged)).map_err(FatalError::io)?;
    }
    if let Some(bundle) = bundle {
        let ranges = args.list.list().map_err(FatalError::io)?.ranges();
        let written = bundle.write(args, &facts, chains.as_deref(), &ranges);
        written.map_err(FatalError::io)?;
    }
    if was_interrupted {
        message::note("interrupted: this is what was known by then");
    }
    Ok(exit(args, &judged))
}
