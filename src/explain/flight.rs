//! How the server's first flight came, from the moments at which its bytes were read.
//!
//! A server may write its flight in pieces and take its time between them: OpenSSL hands on what
//! fills its buffer of 4,096 bytes and signs then. So no pause alone says that something was lost.
//! Bytes that lay behind a hole do: where they came a whole round trip before the hole was filled,
//! what filled it can have been sent again for them. Sooner it cannot, so it was only late; most of
//! a round trip is left open, as the clocks are not that exact, and segments that overtake each other
//! are there sooner: senders themselves take a quarter of a round trip for enough (RFC 8985 section 6.2).
//!
//! Nor is a wait the server's that a slow line may have made: one that is no longer than what came at its end takes on
//! a line on which nothing came faster. Servers hand on whole segments together, so where two come together, the line is
//! fast.
//!
//! A lost last segment leaves no hole: it comes with a tail loss probe after two round trips (RFC
//! 8985 section 7.2), or with a timer. Neither can be told from a server that took its time.

use std::time::Duration;

use crate::record::ServerFlight;

/// Pauses shorter than this are those of a busy machine.
const SHORTEST: Duration = Duration::from_millis(5);

/// Holes that were filled so soon are those of segments that overtook each other, on any path.
const OVERTAKEN: Duration = Duration::from_millis(2);

/// The least that a retransmission timer takes on Linux; RFC 6298 section 2.4 wants a second.
pub(super) const TIMER: Duration = Duration::from_millis(200);

/// Length of a record's header (RFC 8446 section 5.1).
const HEADER: u64 = 5;

/// Bytes of a segment besides its data: IPv4 (RFC 791 section 3.1), and TCP with timestamps (RFC 7323 section 3.2).
const SEGMENT_HEADERS: u64 = 52;

/// Pieces of fewer bytes tell nothing of a line: the headers, which are not known exactly, are too large a part of them.
const TELLING: u64 = 256;

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
    fn came(&self) -> Duration {
        self.at.saturating_sub(self.late)
    }

    /// How long the last of them lay behind a hole, at least and at most: the coarse clock may be
    /// wrong by a tick either way.
    fn hole(&self, tick: Duration) -> Option<(Duration, Duration)> {
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

/// Judges the first flight: `bytes` is its content as far as it was kept.
pub fn server_flight(arrivals: &[Arrival], bytes: &[u8], on: &FlightContext) -> ServerFlight {
    let Some((first, end)) = arrivals.first().zip(arrivals.last()) else {
        return ServerFlight::default();
    };
    let flight = ServerFlight {
        first_byte: Some(first.at),
        bytes: Some(end.total),
        ..ServerFlight::default()
    };
    let Some(rtt) = on.rtt else {
        return flight;
    };
    let mut waits = ServerWaits::new(rtt);
    let line = Line::of(arrivals, on);
    let held_back = first.came().saturating_sub(rtt);
    let held_back = waits.beyond_a_line(line, held_back, first.total);
    if came_at_once(arrivals, rtt, on) {
        waits.servers(held_back);
    } else {
        waits.start(held_back);
    }
    let mut windows = 1;
    for pair in arrivals.windows(2) {
        let pause = pair[1].came().saturating_sub(pair[0].came());
        let place = pair[0].total;
        let pause = waits.beyond_a_line(line, pause, pair[1].total.saturating_sub(place));
        if is_a_trip(pause, rtt)
            && on.fills_a_window(place)
            && is_inside_a_record(bytes, place)
            && !is_for_a_hole(arrivals, &pair[1], rtt, on)
        {
            windows += 1;
        } else {
            waits.pause(pause);
        }
    }
    let finish = on.finish.unwrap_or_default();
    waits.start(finish.saturating_sub(rtt));
    waits.leave_open_what_a_line_explains();
    let hole = Hole::judge(arrivals, rtt, on, waits.longest);
    let lost = match hole {
        Hole::Lost => Some(true),
        Hole::Overtaken if waits.unexplained.is_none() => Some(false),
        Hole::Overtaken | Hole::Unknown => None,
    };
    ServerFlight {
        windows: Some(windows),
        lost,
        unexplained: match hole {
            Hole::Unknown => waits.unexplained.max(Some(waits.longest)),
            Hole::Lost | Hole::Overtaken => waits.unexplained,
        },
        servers: Some(waits.servers),
        ..flight
    }
}

impl FlightContext {
    /// Whether a server that waits here may wait for acknowledgements: a window is full of whole
    /// segments, unless it is this end's own.
    fn fills_a_window(&self, total: u64) -> bool {
        let segment = u64::from(self.segment.unwrap_or(1).max(1));
        let is_whole = total.is_multiple_of(segment);
        is_whole
            || self
                .receive_window
                .is_some_and(|window| total + segment > window)
    }
}

/// Whether a pause is a wait for acknowledgements.
fn is_a_trip(pause: Duration, rtt: Duration) -> bool {
    pause >= (rtt / 2).max(SHORTEST) && pause < rtt * 7 / 4
}

/// Whether the wait before an arrival may have been one for a segment that was missing.
fn is_for_a_hole(arrivals: &[Arrival], next: &Arrival, rtt: Duration, on: &FlightContext) -> bool {
    // what was read at the same time
    let together = arrivals.iter().filter(|arrival| arrival.at == next.at);
    let hole = together.filter_map(|arrival| arrival.hole(on.tick)).max();
    on.out_of_order.unwrap_or(0) > 0 && hole.is_none_or(|(_, most)| most >= rtt * 4 / 5)
}

/// Whether several segments came together and nothing before or behind them did: after a loss of
/// all of them the first alone is sent again, and the others a round trip later (RFC 5681 section
/// 3.1).
fn came_at_once(arrivals: &[Arrival], rtt: Duration, on: &FlightContext) -> bool {
    let (Some(segment), Some(0)) = (on.segment, on.out_of_order) else {
        return false;
    };
    let Some((first, end)) = arrivals.first().zip(arrivals.last()) else {
        return false;
    };
    let together = end.came().saturating_sub(first.came()) < rtt / 2;
    // what takes a round trip on a shorter path cannot be told from what takes no time
    rtt >= SHORTEST * 2 && together && end.total > 2 * u64::from(segment)
}

/// The slowest line that the arrivals allow: what came soonest for its size sets its rate. None where segments came in
/// parts only, as a server hands them on, or where those that came together show that it takes no time.
#[derive(Clone, Copy)]
struct Line {
    /// A pause and the bytes that came in it; none where nothing came behind anything else.
    soonest: Option<(Duration, u64)>,
    segment: u64,
}

impl Line {
    fn of(arrivals: &[Arrival], on: &FlightContext) -> Option<Self> {
        let segment = u64::from(on.segment?.max(1));
        let mut line = Self {
            soonest: None,
            segment,
        };
        let (mut before, mut came, mut has_whole) = (None, 0, false);
        for arrival in arrivals {
            let bytes = arrival.total.saturating_sub(came);
            has_whole |= bytes <= segment && bytes * 2 >= segment;
            // a program that was late reads together what came one by one
            let pause = if bytes <= segment {
                before.map(|before| arrival.came().saturating_sub(before))
            } else {
                (arrival.late <= on.tick).then_some(Duration::ZERO)
            };
            if let Some(pause) = pause.filter(|_| bytes >= TELLING) {
                line.note(pause, bytes);
            }
            (before, came) = (Some(arrival.came()), arrival.total);
        }
        let is_slow = line.soonest.is_none_or(|(pause, _)| !pause.is_zero());
        (has_whole && is_slow).then_some(line)
    }

    fn note(&mut self, pause: Duration, bytes: u64) {
        let time = self.time(bytes);
        if time.is_none_or(|time| pause < time) {
            self.soonest = Some((pause, bytes));
        }
    }

    /// Bytes with their headers.
    fn on_the_wire(&self, bytes: u64) -> u64 {
        bytes + bytes.div_ceil(self.segment) * SEGMENT_HEADERS
    }

    /// What so many bytes take at most; none where there is no limit.
    fn time(&self, bytes: u64) -> Option<Duration> {
        let (pause, its) = self.soonest?;
        let (bytes, its) = (self.on_the_wire(bytes), self.on_the_wire(its));
        let nanos = pause.as_nanos() * u128::from(bytes) / u128::from(its);
        Some(Duration::from_nanos(
            u64::try_from(nanos).unwrap_or(u64::MAX),
        ))
    }

    /// The part of a wait that may be the line's: all of it where a third more than the line takes is not exceeded.
    fn share(&self, wait: Duration, bytes: u64) -> Duration {
        let time = self
            .time(bytes)
            .map_or(wait, |time| if wait <= time * 4 / 3 { wait } else { time });
        time.min(wait)
    }
}

/// The waits for the server beyond its round trips.
struct ServerWaits {
    rtt: Duration,
    /// Those that a slow line explains as well.
    lines: Duration,
    /// The longest that a lost segment explains as well.
    unexplained: Option<Duration>,
    /// The others.
    servers: Duration,
    /// The longest of all.
    longest: Duration,
}

impl ServerWaits {
    fn new(rtt: Duration) -> Self {
        Self {
            rtt,
            lines: Duration::ZERO,
            unexplained: None,
            servers: Duration::ZERO,
            longest: Duration::ZERO,
        }
    }

    /// Notes the part of a wait for so many bytes that a slow line explains as well, and returns the rest.
    fn beyond_a_line(&mut self, line: Option<Line>, wait: Duration, bytes: u64) -> Duration {
        let share = line.map_or(Duration::ZERO, |line| line.share(wait, bytes));
        self.lines += share;
        self.longest = self.longest.max(wait);
        wait.saturating_sub(share)
    }

    /// Where the line may have taken as long as a timer, or what the server needs to be slow, nobody is named. A slow line
    /// takes its time for what this end sends, too.
    fn leave_open_what_a_line_explains(&mut self) {
        let (lines, both) = (self.lines, self.lines + self.servers);
        if lines >= TIMER || (self.servers < TIMER && both >= TIMER && !lines.is_zero()) {
            self.unexplained = self.unexplained.max(Some(both));
        }
    }

    /// A wait that is the server's own.
    fn servers(&mut self, wait: Duration) {
        self.servers += wait;
        self.longest = self.longest.max(wait);
    }

    /// A wait for the first of a flight: had all of it been lost, a timer would have gone off.
    fn start(&mut self, wait: Duration) {
        self.wait(wait, wait >= TIMER);
    }

    /// A wait in the middle: had the last segment been lost, a probe or a timer would have gone
    /// off. On a short path a probe comes as soon as anything does.
    fn pause(&mut self, wait: Duration) {
        let is_probe = self.rtt >= SHORTEST && wait >= self.rtt * 7 / 4;
        self.wait(wait, is_probe || wait >= TIMER);
    }

    fn wait(&mut self, wait: Duration, may_be_loss: bool) {
        self.longest = self.longest.max(wait);
        if !may_be_loss {
            self.servers += wait;
            return;
        }
        // where there are several, as of a server that drips, all but the longest are its own
        let known = self.unexplained.unwrap_or_default();
        self.unexplained = Some(known.max(wait));
        self.servers += known.min(wait);
    }
}

/// What the segments that came out of order mean.
enum Hole {
    /// What was missing had been lost.
    Lost,
    /// There was none, or it was late by less than it takes to send it again.
    Overtaken,
    Unknown,
}

impl Hole {
    fn judge(arrivals: &[Arrival], rtt: Duration, on: &FlightContext, longest: Duration) -> Self {
        let most_of_a_trip = rtt * 4 / 5;
        if on.out_of_order == Some(0) {
            return Self::Overtaken;
        }
        let holes = arrivals.iter().filter_map(|arrival| arrival.hole(on.tick));
        let longest_hole = holes.reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)));
        let Some((least, most)) = longest_hole else {
            // what waits for a hole cannot be read
            let is_short = longest < most_of_a_trip.max(SHORTEST);
            return if is_short {
                Self::Overtaken
            } else {
                Self::Unknown
            };
        };
        // on a short path whatever held a segment up may have taken longer than to send it again: only a timer is sure
        let sure = if rtt < SHORTEST * 2 {
            TIMER.saturating_sub(on.tick).saturating_sub(SHORTEST)
        } else {
            rtt / 2
        };
        // two measurements of the same path, the first of which may have been held up
        let a_trip = rtt.saturating_sub((rtt / 16).max(Duration::from_micros(500)));
        if most < most_of_a_trip.max(OVERTAKEN) {
            Self::Overtaken
        } else if on.out_of_order.is_some() && least >= sure && most >= a_trip {
            Self::Lost
        } else {
            Self::Unknown
        }
    }
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
mod tests;
