//! Headings of the help, and the long help on targets, transports, requests, faults and exit codes.

use std::fmt::Write as _;

use crate::lab::Fault;

/// Where options stand in the help that several commands have.
pub const FILTERS: &str = "Filters";
/// The same of what is written.
pub const OUTPUT: &str = "Output";
/// The same of the lab.
pub const LAB: &str = "Lab";
/// The same of what few need.
pub const ADVANCED: &str = "Advanced";

/// What a report reads.
pub const READ: &str = if cfg!(feature = "parquet") {
    "CSV, JSON Lines or Parquet files, also .gz and *.csv, stores (FILE.db) and postgres:// URLs; - is stdin"
} else {
    "CSV or JSON Lines files, also .gz and *.csv, stores (FILE.db) and postgres:// URLs; - is stdin"
};

/// What a target can be, for the long help.
pub const TARGETS: &str = "\
What to probe; several take turns:
- host, host:port, [v6]:port: over what --transport says
- tls://host, turns:host: TLS; turns: asks for an allocation
- udp://host, turn:host, stun:host: UDP; stun: asks for a binding
- tcp://host, turn:host?transport=tcp: TURN over plain TCP

Without a port everything over TCP goes to 443, as Microsoft's relays have TLS and TURN there: \
turns: too (not 5349), and turn: with ?transport=tcp (not 3478 of RFC 7065). UDP goes to 3478.";

/// The transports, for the long help.
pub const TRANSPORTS: &str = "\
The transport. Give several, separated by commas or by repeating the option: each is probed in turn \
at the same address, with a row of its own:
- tls: TLS over TCP, port 443 (default)
- udp: STUN and TURN over UDP, port 3478
- tcp: STUN and TURN over plain TCP, port 443
- pseudo-tls: MS-TURN over TCP behind a hello that looks like TLS, port 443";

/// The requests, for the long help.
pub const ASKS: &str = "\
What to request, without credentials:
- none: nothing (default on tls)
- allocate: TURN Allocate (default on udp and tcp); on pseudo-tls Microsoft's
- binding: STUN Binding; not on pseudo-tls
- ms-allocate: Microsoft's Allocate (default on pseudo-tls)

The expected answer to an Allocate is error 401; such a row is OK. Inside TLS, silence is OK too: \
turn_reply says so.";

/// The periods of files, for the long help.
pub const ROLL: &str = "\
Begin a new file each period, in the local time zone of this machine. FILE.csv gives the pattern \
of the names:
- hour: FILE-2026-11-22T03.csv
- night: FILE-2026-11-22.csv, from noon of that day to noon of the next one
- day: FILE-2026-11-22.csv, from midnight to midnight
- month: FILE-2026-11.csv

A row belongs to the period in which its probe began. When the clocks go back at the end of summer \
time, both hours of the same name go into one file. Times in the rows stay in UTC.";

/// The faults of the lab with their meanings, for the long help.
pub fn faults() -> String {
    let mut text = "Turn on a fault; several take turns:".to_owned();
    for fault in Fault::ALL {
        let _ = write!(text, "\n- {}: {}", fault.as_str(), fault.meaning());
    }
    text
}

/// Exit codes, for the help.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    done: a probe worked, or a relay answered a request, even with an
       error (also when ended by Ctrl-C)
  1    no probe worked and no relay answered; a limit was exceeded
       (--max-failed, --max-untrusted, --max-loss) or --fail-on was met;
       --strict found bad input; some files could not be read; the filters of
       a report left no rows; compare or tls could not tell anything; a checked
       host does not belong to Teams; the endpoint list could not be fetched;
       diagnose found a fault or could not tell
  2    the command line is wrong, or a report mixes lab and real rows without
       --world
  3    reading or writing failed (disk full, file locked, nothing to read)
  130  interrupted before anything was measured or read
With --monitoring-plugin: 0 OK, 1 warning, 2 critical, 3 unknown";
