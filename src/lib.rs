//! turnprobe measures the path to the Microsoft Teams media relays: it resolves the relay's name
//! afresh, connects, does a TLS handshake, reads the certificate, and makes one row of it.
//!
//! ```no_run
//! use std::sync::Arc;
//! use turnprobe::clock::Wall;
//! use turnprobe::probe::{Plan, Prober, Slot};
//! use turnprobe::record::{Run, World};
//!
//! # async fn once() -> Result<(), Box<dyn std::error::Error>> {
//! let run = Run::new("example", String::new(), World::Real);
//! let prober = Prober::new(Plan::default(), Arc::new(run), Wall::system())?;
//! let slot = Slot { number: 0, target: "tr.teams.microsoft.com".parse()?, due: None };
//! let (rows, mut taken) = tokio::sync::mpsc::channel(1);
//! prober.probe(&slot, &rows).await;
//! let record = taken.recv().await.ok_or("no row")?;
//! println!("{} {:?} {:?}", record.host, record.outcome, record.times.total());
//! # Ok(()) }
//! ```
//!
//! | module | what is there |
//! |---|---|
//! | [`record`] | the row: the language of the product |
//! | [`schema`] | the columns of each kind of row, and rows read back by them |
//! | [`target`], [`endpoints`] | what can be probed, what is known of the relays |
//! | [`wire`] | bytes to values and back, pure |
//! | [`explain`] | where the time of a slow probe went, pure |
//! | [`probe`] | one attempt |
//! | [`pace`], [`series`], [`stream`] | when, and the loops of probes, of packets and of held connections |
//! | [`sink`] | where rows go |
//! | [`source`] | files back to rows |
//! | [`stats`], [`report`] | rows to summaries, summaries to text, pure |
//! | [`lab`] | the embedded relays behind `--lab` |
//! | [`cli`] | the command line |
//! | [`manual`] | prose: methods, recipes, changes |

pub mod cli;
pub mod clock;
pub mod endpoints;
pub mod explain;
pub mod lab;
pub mod manual;
pub mod pace;
pub mod probe;
pub mod record;
pub mod report;
pub mod schema;
pub mod series;
pub mod sink;
pub mod source;
pub mod stats;
pub mod stream;
pub mod target;
pub mod wire;
