//! The raw flags of held connections.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::values::{duration, rate};

/// Where these flags stand in the help.
const HEADING: &str = "Held connection";

/// One TLS connection, held open.
#[derive(Debug, Args)]
pub struct HoldArgs {
    /// Hold one TLS connection open: round trips, retransmissions and stalls over time
    #[arg(long, value_name = "TIME", value_parser = duration, long_help = HOLD,
          help_heading = HEADING, hide_short_help = true)]
    pub hold: Option<Duration>,
    /// Requests a second; up to 50/s, or more with --i-own-this-server
    #[arg(long, value_name = "RATE", default_value = "50/s", value_parser = rate,
          help_heading = HEADING, hide_short_help = true)]
    pub hold_rate: u32,
    /// Append a row for every sample of the kernel's numbers, 50 a second, to FILE (.csv, .jsonl)
    #[arg(long, value_name = "FILE", help_heading = HEADING, hide_short_help = true)]
    pub samples: Option<PathBuf>,
}

const HOLD: &str = "\
Holds one TLS connection open for this time after its handshake and sends a STUN Binding inside it \
every 20 ms, as an audio stream over TCP would. Gives the kernel's round trip over time, \
retransmissions and stalls, even if the relay never answers, and says how the connection \
ended. Without -n or -d it holds one connection; -i is then the time from one to the \
next, and at least this time plus 2 s: a shorter one is lengthened to that. From 1s to \
1h; more than 60s needs --i-own-this-server. If the relay sends 32 MiB unasked, the connection is closed.";
