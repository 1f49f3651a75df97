//! `turnprobe endpoints`: what is known about Microsoft's endpoints, and whether they answer.

pub mod args;
mod check;
mod fetch;
mod list;
mod probe;
mod show;

use super::exit::{Exit, FatalError};
use super::values::Color;
use args::{EndpointsArgs, EndpointsCommand};

/// Does what is asked for.
pub fn run(args: &EndpointsArgs, color: Color) -> Result<Exit, FatalError> {
    match &args.what {
        None => list::run(&args.list, color),
        Some(EndpointsCommand::List(args)) => list::run(args, color),
        Some(EndpointsCommand::Check(args)) => check::run(args, color),
        Some(EndpointsCommand::Fetch(args)) => fetch::run(args),
        Some(EndpointsCommand::Probe(args)) => probe::run(args, color),
    }
}
