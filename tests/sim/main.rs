//! Lost, reset and rejected packets, and everything else that goes wrong at the worst moment:
//! network namespaces with nftables, and tshark as the witness. Ignored by default: it needs root
//! and those packages; without them it fails, it does not skip.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod bursts;
mod clocks;
mod diagnose;
mod endless;
mod exhausted;
mod explained;
mod explained_path;
mod families;
mod fast_open;
mod full;
mod handshake;
mod held;
mod hops;
mod killed;
mod ladder;
mod link;
mod lost;
mod name_server;
mod names;
#[allow(dead_code)] // the other suite uses more of it
#[path = "../interop/namespace.rs"]
mod namespace;
mod options;
mod path;
mod process;
mod reader;
mod relay;
mod round_trips;
mod rows;
mod servers_time;
#[path = "../it/signals.rs"]
mod signals;
mod steady;
mod this_end;
mod unreachable;
mod witness;
