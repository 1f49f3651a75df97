//! How the server's first flight came, from the moments at which its bytes were read.
//!
//! A server writes its flight in one go. A pause in the middle of a TLS record is therefore none
//! of the server's program: its kernel waited for acknowledgements, as the window was full, which
//! takes one round trip, or a segment was lost. Fast recovery of a loss takes a round trip and a
//! quarter (RFC 8985 section 6.2) and leaves segments out of order; a tail loss probe takes two
//! (RFC 8985 section 7.2), a timer more. A pause between two records can be either and is not
//! judged.

use std::time::Duration;

use crate::record::ServerFlight;

/// Pauses shorter than this are those of a busy machine.
const SHORTEST: Duration = Duration::from_millis(5);

/// Length of a record's header (RFC 8446 section 5.1).
const HEADER: u64 = 5;

/// Bytes of the server that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Since the ClientHello was written.
    pub at: Duration,
    /// Bytes that had come by then, these included.
    pub total: u64,
}

/// Judges the first flight: `bytes` is its content as far as it was kept, `path_rtt` the path's
/// round trip, `out_of_order` the kernel's count of segments that came before an earlier one.
pub fn server_flight(
    arrivals: &[Arrival],
    bytes: &[u8],
    path_rtt: Option<Duration>,
    out_of_order: Option<u32>,
) -> ServerFlight {
    let Some((first, last)) = arrivals.first().zip(arrivals.last()) else {
        return ServerFlight::default();
    };
    let mut flight = ServerFlight {
        first_byte: Some(first.at),
        bytes: Some(last.total),
        ..ServerFlight::default()
    };
    let Some(rtt) = path_rtt else {
        return flight;
    };
    let (mut windows, mut was_lost) = (1, false);
    for pause in pauses(arrivals, bytes) {
        let is_out_of_order = out_of_order.unwrap_or(0) > 0;
        if pause < (rtt / 2).max(SHORTEST) {
            continue;
        }
        if pause >= rtt * 7 / 4 || is_out_of_order && pause >= rtt * 4 / 5 {
            was_lost = true;
        } else {
            windows += 1;
        }
    }
    flight.windows = Some(windows);
    flight.lost = Some(was_lost);
    flight
}

/// The pauses in the middle of records.
fn pauses(arrivals: &[Arrival], bytes: &[u8]) -> Vec<Duration> {
    let pairs = arrivals.windows(2);
    let inside = pairs.filter(|pair| is_inside_a_record(bytes, pair[0].total));
    inside
        .map(|pair| pair[1].at.saturating_sub(pair[0].at))
        .collect()
}

/// Whether a place in the stream lies within a record, its header included; not where its bytes
/// were not kept.
fn is_inside_a_record(bytes: &[u8], place: u64) -> bool {
    let mut start = 0_u64;
    while start < place {
        let Ok(at) = usize::try_from(start) else {
            return false;
        };
        let Some(length) = bytes.get(at + 3..at + 5) else {
            // a header that was cut off here is one
            return place < start + HEADER && at < bytes.len();
        };
        start += HEADER + u64::from(u16::from_be_bytes([length[0], length[1]]));
    }
    start > place
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of 5,000 bytes in all, and one of 100.
    fn content() -> Vec<u8> {
        let mut bytes = vec![22, 3, 3, 0x13, 0x83];
        bytes.resize(5_000, 0);
        bytes.extend([22, 3, 3, 0, 95]);
        bytes.resize(5_100, 0);
        bytes
    }

    fn judged(
        arrivals: &[(u64, u64)],
        rtt_ms: u64,
        out_of_order: u32,
    ) -> (Option<u32>, Option<bool>) {
        let arrivals: Vec<_> = arrivals
            .iter()
            .map(|(ms, total)| Arrival {
                at: Duration::from_millis(*ms),
                total: *total,
            })
            .collect();
        let rtt = Some(Duration::from_millis(rtt_ms));
        let flight = server_flight(&arrivals, &content(), rtt, Some(out_of_order));
        (flight.windows, flight.lost)
    }

    #[test]
    fn a_flight_in_one_go_is_one_window() {
        let once = (Some(1), Some(false));
        assert_eq!(judged(&[(41, 5_100)], 40, 0), once);
        assert_eq!(
            judged(&[(41, 1_448), (42, 4_344), (43, 5_100)], 40, 0),
            once
        );
    }

    #[test]
    fn a_wait_of_a_round_trip_inside_a_record_is_another_window() {
        assert_eq!(
            judged(&[(41, 2_896), (82, 5_100)], 40, 0),
            (Some(2), Some(false))
        );
        let thrice = [(41, 1_448), (82, 2_896), (123, 5_100)];
        assert_eq!(judged(&thrice, 40, 0), (Some(3), Some(false)));
    }

    #[test]
    fn what_came_out_of_order_or_after_two_round_trips_was_lost() {
        assert_eq!(
            judged(&[(41, 1_448), (92, 5_100)], 40, 2),
            (Some(1), Some(true))
        );
        assert_eq!(
            judged(&[(41, 4_344), (125, 5_100)], 40, 0),
            (Some(1), Some(true))
        );
        assert_eq!(
            judged(&[(41, 4_344), (245, 5_100)], 40, 0),
            (Some(1), Some(true))
        );
    }

    #[test]
    fn overtaken_segments_alone_are_no_loss() {
        assert_eq!(
            judged(&[(41, 1_448), (44, 5_100)], 40, 1),
            (Some(1), Some(false))
        );
    }

    #[test]
    fn a_pause_between_records_is_not_judged() {
        assert_eq!(
            judged(&[(41, 5_000), (300, 5_100)], 40, 0),
            (Some(1), Some(false))
        );
    }

    #[test]
    fn without_a_round_trip_only_the_bytes_are_told() {
        let arrival = Arrival {
            at: Duration::from_millis(41),
            total: 5_100,
        };
        let flight = server_flight(&[arrival], &content(), None, None);
        assert_eq!(flight.bytes, Some(5_100));
        assert_eq!((flight.windows, flight.lost), (None, None));
        assert_eq!(server_flight(&[], &[], None, None), ServerFlight::default());
    }

    #[test]
    fn a_cut_header_is_inside_a_record_and_what_was_not_kept_is_not() {
        assert!(is_inside_a_record(&content()[..5_003], 5_003));
        assert!(!is_inside_a_record(&content(), 5_100));
        assert!(!is_inside_a_record(&[], 1));
        assert!(!is_inside_a_record(&content(), 9_999));
    }
}
