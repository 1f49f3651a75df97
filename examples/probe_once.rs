//! One probe with the library: `cargo run --example probe_once -- [HOST]`.

#![allow(clippy::print_stdout)] // an example prints

use std::sync::Arc;

use turnprobe::clock::Wall;
use turnprobe::probe::{Plan, Prober, Slot};
use turnprobe::record::{Outcome, Phase, Run, World};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let host = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "tr.teams.microsoft.com".to_owned());
    let run = Run::new("example", String::new(), World::Real);
    let prober = Prober::new(Plan::default(), Arc::new(run), Wall::system())?;
    let (rows, mut taken) = tokio::sync::mpsc::channel(1);

    prober
        .probe(
            &Slot {
                number: 0,
                target: host.parse()?,
                due: None,
            },
            &rows,
        )
        .await;

    let record = taken.recv().await.ok_or("no row")?;
    for phase in Phase::ALL {
        if let Some(took) = record.times.of(phase) {
            println!("{:<8} {took:?}", phase.as_str());
        }
    }
    match record.outcome {
        Outcome::Ok => println!("OK, SYNs sent again: {:?}", record.tcp.syn_retransmits),
        Outcome::Failed(failure) => println!("{failure}"),
    }
    Ok(())
}
