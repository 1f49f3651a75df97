//! Bytes of a flight as they came, and the connection that they came on.

use std::time::Duration;

/// Pauses shorter than this are those of a busy machine.
pub(super) const SHORTEST: Duration = Duration::from_millis(5);

/// Bytes of the server that were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Since the ClientHello was written.
    pub at: Duration,
    /// How long the latest of them had lain in this machine by then, by the kernel's coarse clock.
    pub late: Duration,
    /// Bytes that had come by then, these included.
    pub total: u64,
    /// How long the last of them had lain there by then, by its stamp: longer where it lay behind a
    /// hole. `None` where the system has no stamps.
    pub lay: Option<Duration>,
}

impl Arrival {
    /// When they could be read.
    pub(super) fn came(&self) -> Duration {
        self.at.saturating_sub(self.late)
    }

    /// How long the last of them lay behind a hole, at least and at most: the coarse clock may be
    /// wrong by a tick either way.
    pub(super) fn hole(&self, tick: Duration) -> Option<(Duration, Duration)> {
        let lay = self.lay?;
        let most = lay.saturating_sub(self.late.saturating_sub(tick));
        Some((lay.saturating_sub(self.late + tick), most))
    }
}

/// The connection that a flight came on.
#[derive(Debug, Clone, Copy, Default)]
pub struct FlightContext {
    /// The path's round trip.
    pub rtt: Option<Duration>,
    /// Bytes of data in a whole segment.
    pub segment: Option<u32>,
    /// This end's receive window in bytes.
    pub receive_window: Option<u64>,
    /// Segments that came before an earlier one.
    pub out_of_order: Option<u32>,
    /// A tick of the kernel's coarse clock.
    pub tick: Duration,
    /// From the client's answer to the flight to the server's next bytes.
    pub finish: Option<Duration>,
}

impl FlightContext {
    /// Whether a server that waits here may wait for acknowledgements: a window is full of whole
    /// segments, unless it is this end's own.
    pub(super) fn fills_a_window(&self, total: u64) -> bool {
        let segment = u64::from(self.segment.unwrap_or(1).max(1));
        total.is_multiple_of(segment) || self.is_full(total)
    }

    /// Whether this end's own window has no room for another segment.
    pub(super) fn is_full(&self, total: u64) -> bool {
        let segment = u64::from(self.segment.unwrap_or(1).max(1));
        (self.receive_window).is_some_and(|window| total + segment > window)
    }
}
