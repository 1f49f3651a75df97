//! turnprobe measures the path to the Microsoft Teams media relays: it resolves the relay's name
//! afresh, connects, does a TLS handshake, reads the certificate, and makes one row of it.
//!
//! ```no_run
//! use std::sync::Arc;
//! use turnprobe::clock::Wall;
//! use turnprobe::measure::probe::Prober;
//! use turnprobe::net::{Opener, Plan};
//! use turnprobe::record::{Run, World};
//!
//! # async fn once() -> Result<(), Box<dyn std::error::Error>> {
//! let run = Run::new("example", String::new(), World::Real);
//! let prober = Prober::new(Opener::new(Plan::default(), Wall::system())?, Arc::new(run));
//! for record in prober.once("tr.teams.microsoft.com".parse()?).await {
//!     println!("{} {:?} {:?}", record.host, record.outcome, record.times.total());
//! }
//! # Ok(()) }
//! ```
//!
//! | module | what is there |
//! |---|---|
//! | [`record`] | the row: the language of the product |
//! | [`schema`] | the columns of each kind of row, and rows read back by them |
//! | [`words`] | the words that stand for the values of an enum |
//! | [`target`], [`endpoints`] | what can be probed, what is known of the relays |
//! | [`wire`] | bytes to values and back, pure |
//! | [`explain`] | where the time of a slow probe went, pure |
//! | [`judge`] | what the way of a TLS connection is, pure |
//! | [`net`] | the path: the one opener, and what is spoken on what it opens |
//! | [`clock`], [`zone`] | the time, and the zone that it is shown in |
//! | [`pace`], [`measure`] | when; the kinds of measurement, and the engine that runs any of them |
//! | [`sink`] | where rows go |
//! | [`source`] | files back to rows |
//! | [`in_use`] | files that another program keeps to itself |
//! | [`stats`], [`report`], [`doc`] | what many rows say, which sections that makes, how each is shown; pure |
//! | [`compare`] | what two series say against each other; pure |
//! | [`lab`] | the embedded relays behind `--lab` |
//! | [`cli`] | the command line |
//! | [`manual`] | prose: methods, recipes, changes |

mod arrange;
pub mod cli;
pub mod clock;
pub mod compare;
pub mod doc;
pub mod endpoints;
pub mod explain;
pub mod in_use;
pub mod judge;
pub mod lab;
pub mod manual;
pub mod measure;
pub mod metrics;
pub mod net;
pub mod pace;
#[cfg(feature = "postgres")]
pub mod postgres;
mod readiness;
pub mod record;
pub mod report;
pub mod schema;
pub mod sink;
pub mod source;
pub mod stats;
pub mod store;
mod sys;
pub mod target;
mod timer;
mod two;
pub mod wire;
pub mod words;
pub mod zone;
