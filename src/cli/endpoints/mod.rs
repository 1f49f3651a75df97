//! `turnprobe endpoints`: what is known about Microsoft's endpoints, and whether they answer.

pub mod args;
mod check;
mod fetch;
mod list;
mod probe;
mod show;

use super::exit::{Exit, Failure};
use super::values::Color;
use args::{EndpointsArgs, What};

/// Does what is asked for.
pub fn run(args: &EndpointsArgs, color: Color) -> Result<Exit, Failure> {
    match &args.what {
        None => list::run(&args.list, color),
        Some(What::List(args)) => list::run(args, color),
        Some(What::Check(args)) => check::run(args, color),
        Some(What::Fetch(args)) => fetch::run(args),
        Some(What::Probe(args)) => probe::run(args, color),
    }
}
