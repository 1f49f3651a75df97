//! The raw flags of bursts and watches.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::values::{GoalArg, LimitsArg, duration, percent, rate};

/// Where these flags stand in the help.
const HEADING: &str = "UDP quality";

/// Bursts and watches over UDP.
#[derive(Debug, Args)]
pub struct StreamArgs {
    /// RTT, loss and jitter of a burst: packets per second
    #[arg(long, value_name = "RATE", value_parser = rate, long_help = BURST,
          help_heading = HEADING)]
    pub burst: Option<u32>,
    /// Length of a burst; more than 60s only where --burst allows more than 50/s
    #[arg(long = "for", value_name = "TIME", default_value = "15s", value_parser = duration,
          help_heading = HEADING, hide_short_help = true)]
    pub length: Duration,
    /// One packet per interval until stopped: reports outages
    #[arg(long, long_help = WATCH, help_heading = HEADING)]
    pub watch: bool,
    /// Append a row for every packet to FILE (.csv, .jsonl)
    #[arg(long, value_name = "FILE", help_heading = HEADING, hide_short_help = true)]
    pub packets: Option<PathBuf>,
    /// Also find the distance in hops: the lowest IP time to live that still gets an answer
    #[arg(long, help_heading = HEADING, hide_short_help = true)]
    pub hops: bool,
    /// A packet not answered within this time is lost
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration,
          help_heading = HEADING, hide_short_help = true)]
    pub answer_timeout: Duration,
    /// Which row of Microsoft's table the figures are judged by
    #[arg(long, value_name = "ROW", default_value = "client", help_heading = HEADING,
          hide_short_help = true)]
    pub limits: LimitsArg,
    /// Exit with 1 if more than this percentage of packets were lost
    #[arg(long, value_name = "PERCENT", value_parser = percent, help_heading = HEADING,
          hide_short_help = true)]
    pub max_loss: Option<f64>,
    /// Exit with 1 if a line of Microsoft's table fails: quality
    #[arg(long, value_name = "WHAT", hide_possible_values = true, help_heading = HEADING,
          hide_short_help = true)]
    pub fail_on: Option<GoalArg>,
}

const BURST: &str = "\
Quality over UDP: sends this many STUN Bindings a second, such as 50/s, to port 3478 as an audio \
stream would, one every 20 ms, and gives round trips, loss, jitter, reordering and duplicates, \
judged by Microsoft's table. Without -n or -d it sends one burst; -i is then the time from one to the \
next, and at least the length of a burst, the wait for its last answers and a second: a shorter one is \
lengthened to that. At most 50 a second for 60s; up to 1000 a second for 1h to loopback or \
private addresses, or with --i-own-this-server. Relays may limit the rate at which they answer, which \
looks like loss.";

const WATCH: &str = "\
Continuous watch over UDP: one STUN Binding per interval (-i) on one socket until -n packets, -d \
or Ctrl-C. Outages of a second or more are reported when they begin and when they end. Each row \
holds a minute. Intervals below 100ms, down to 10ms, need loopback, a private address or \
--i-own-this-server; relays may limit the rate at which they answer.";
