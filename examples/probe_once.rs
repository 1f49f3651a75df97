//! One probe with the library: `cargo run --example probe_once -- [HOST]`.

#![allow(clippy::print_stdout)] // an example prints

use std::sync::Arc;

use turnprobe::clock::Wall;
use turnprobe::measure::probe::Prober;
use turnprobe::net::{Opener, Plan};
use turnprobe::record::{Outcome, Phase, Run, World};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let host = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "tr.teams.microsoft.com".to_owned());
    let run = Run::new("example", String::new(), World::Real);
    let opener = Opener::new(Plan::default(), Wall::system())?;
    let prober = Prober::new(opener, Arc::new(run));

    let rows = prober.once(host.parse()?).await;
    let record = rows.first().ok_or("no row")?;
    for phase in Phase::ALL {
        if let Some(took) = record.times.of(phase) {
            println!("{:<8} {took:?}", phase.as_str());
        }
    }
    match &record.outcome {
        Outcome::Ok => println!("OK, retransmitted SYNs: {:?}", record.tcp.syn_retransmits),
        Outcome::Failed(failure) => println!("{failure}"),
    }
    Ok(())
}
