//! A sink of your own: rows to wherever you like. `cargo run --example custom_sink`.
//!
//! This one prints a line in the form of a StatsD timer for each completed phase.

#![allow(clippy::print_stdout)] // an example prints

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use turnprobe::clock::Wall;
use turnprobe::pace::Pace;
use turnprobe::probe::{Plan, Prober};
use turnprobe::record::{Phase, Record, Run, World, micros};
use turnprobe::series::Series;
use turnprobe::sink::{Sink, SinkError};
use turnprobe::target::Target;

struct Timers;

impl Sink for Timers {
    fn name(&self) -> String {
        "timers".to_owned()
    }

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
    let prober = Arc::new(Prober::new(Plan::default(), Arc::new(run), Wall::system())?);
    let series = Series {
        pace: Pace::new(Duration::from_secs(1), Some(5), None),
        targets: "tr.teams.microsoft.com".parse::<Target>()?.into(),
        concurrency: 8,
    };
    let (rows, mut taken) = mpsc::channel(64);
    let (_stop, stopped) = watch::channel(false);
    let series = tokio::spawn(series.run(prober, rows, stopped));
    let mut sink = Timers;
    while let Some(record) = taken.recv().await {
        sink.write(&record)?;
    }
    sink.finish()?;
    let end = series.await?;
    println!("{} probes, {} slots missed", end.started, end.missed);
    Ok(())
}
