//! A sink of your own: rows to wherever you like. `cargo run --example custom_sink`.
//!
//! This one prints a line in the form of a StatsD timer for each completed phase.

#![allow(clippy::print_stdout)] // an example prints

use std::sync::Arc;
use std::time::Duration;

use turnprobe::clock::Wall;
use turnprobe::measure::probe::Prober;
use turnprobe::measure::{Engine, Stop};
use turnprobe::net::{Opener, Plan};
use turnprobe::pace::Pace;
use turnprobe::record::{Phase, Record, Run, World, micros};
use turnprobe::sink::{Sink, SinkError};
use turnprobe::target::Target;

struct Timers;

impl Sink for Timers {
    fn write(&mut self, record: &Record) -> Result<(), SinkError> {
        let failed = record.outcome.cause().map(turnprobe::record::Cause::phase);
        for phase in Phase::ALL
            .into_iter()
            .filter(|phase| failed != Some(*phase))
        {
            if let Some(took) = record.times.of(phase) {
                println!("relay.{}:{}|us", phase.as_str(), micros(took));
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let run = Run::new("example", String::new(), World::Real);
    let opener = Opener::new(Plan::default(), Wall::system())?;
    let prober = Arc::new(Prober::new(opener, Arc::new(run)));
    let series = Engine {
        pace: Pace::new(Duration::from_secs(1), Some(5), None),
        targets: "tr.teams.microsoft.com".parse::<Target>()?.into(),
        concurrency: 8,
    };
    let mut series = series.start(prober, Stop::default());
    let mut sink = Timers;
    while let Some(record) = series.row().await {
        sink.write(&record)?;
    }
    sink.finish()?;
    let end = series.end().await;
    println!("{} probes, {} slots missed", end.started, end.missed);
    Ok(())
}
