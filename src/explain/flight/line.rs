//! The slowest line that a flight may have come over, by how soon its bytes came.

use std::time::Duration;

use super::arrival::{Arrival, FlightContext, SHORTEST};

/// Bytes of a segment besides its data: IPv4 (RFC 791 section 3.1), and TCP with timestamps (RFC 7323 section 3.2).
const SEGMENT_HEADERS: u64 = 52;

/// Bytes of a SYN-ACK: IPv4, and TCP with the options that systems send.
const SYN_ACK: u64 = 60;

/// Pieces of fewer bytes tell nothing of a line: the headers, which are not known exactly, are too large a part of them.
const TELLING: u64 = 256;

/// What came soonest for its size sets its rate: the answer to the SYN, the first piece, and each behind another. It takes
/// no time where segments came together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// A time in which so many bytes came, with their headers.
    soonest: (Duration, u64),
    segment: u64,
}

impl Line {
    /// None where the size of a segment is not known.
    pub(super) fn of(arrivals: &[Arrival], rtt: Duration, on: &FlightContext) -> Option<Self> {
        let mut line = Self {
            // the SYN's answer has come within a round trip
            soonest: (rtt, SYN_ACK),
            segment: u64::from(on.segment?.max(1)),
        };
        let (mut before, mut came) = (None, 0);
        for arrival in arrivals {
            let bytes = arrival.total.saturating_sub(came);
            match before {
                // what the first piece has more bytes than the SYN's answer, it took longer
                None => {
                    let more = line.on_the_wire(bytes).saturating_sub(SYN_ACK);
                    line.note(arrival.came().saturating_sub(rtt) + SHORTEST, more);
                }
                Some(before) if bytes <= line.segment && bytes >= TELLING => {
                    let pause = arrival.came().saturating_sub(before);
                    line.note(pause, line.on_the_wire(bytes));
                }
                Some(_) => {}
            }
            // a program that was late reads together what came one by one
            if bytes > line.segment && arrival.late <= on.tick {
                line.note(Duration::ZERO, bytes);
            }
            (before, came) = (Some(arrival.came()), arrival.total);
        }
        Some(line)
    }

    fn note(&mut self, pause: Duration, bytes: u64) {
        let (soonest, its) = self.soonest;
        let is_sooner = pause.as_nanos() * u128::from(its) < soonest.as_nanos() * u128::from(bytes);
        if bytes > 0 && is_sooner {
            self.soonest = (pause, bytes);
        }
    }

    /// Bytes with their headers.
    fn on_the_wire(&self, bytes: u64) -> u64 {
        bytes + bytes.div_ceil(self.segment) * SEGMENT_HEADERS
    }

    /// The part of a wait that may be the line's: all of it where a third more than the line takes is not exceeded.
    pub(super) fn share(&self, wait: Duration, bytes: u64) -> Duration {
        let (soonest, its) = self.soonest;
        let nanos = soonest.as_nanos() * u128::from(self.on_the_wire(bytes)) / u128::from(its);
        let time = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        if wait <= time.saturating_mul(4) / 3 {
            wait
        } else {
            time
        }
    }
}
