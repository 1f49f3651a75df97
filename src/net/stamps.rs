//! When the system itself says that bytes came: the stamp of the last segment or datagram of what
//! is read (Linux, SO_TIMESTAMPING). It is a reading of the wall clock, which may be set at any
//! time: it is compared with that clock only as long as both clocks ran alike.

use std::io;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::net::UdpSocket;

use crate::clock;
use crate::readiness::receive_by;

#[cfg(not(target_os = "linux"))]
use none as system;
#[cfg(target_os = "linux")]
use stamped as system;

pub use system::{ask_for, keep_on, read, tick};

/// The clocks may differ by so much, besides a thousandth of the time.
const APART: Duration = Duration::from_millis(5);

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The monotonic clock.
    pub at: Instant,
    wall: DateTime<Utc>,
}

impl Moment {
    /// This one.
    pub fn now() -> Self {
        Self {
            at: clock::now(),
            wall: clock::Wall::system().now(),
        }
    }

    /// How long before this moment something came, by its stamp; not where the wall clock was set
    /// since an earlier moment, nor of what came before that one.
    pub fn age(&self, stamp: DateTime<Utc>, since: &Self) -> Option<Duration> {
        let passed = self.at.saturating_duration_since(since.at);
        let walled = (self.wall - since.wall).to_std().ok()?;
        let is_steady = walled.abs_diff(passed) <= APART + passed / 1_000;
        let age = (self.wall - stamp).to_std().unwrap_or_default();
        (is_steady && age <= walled).then_some(age)
    }
}

/// Receives a datagram, with its stamp.
///
/// # Errors
///
/// What the system says.
pub async fn receive(
    socket: &UdpSocket,
    buffer: &mut [u8],
) -> io::Result<(usize, Option<DateTime<Utc>>)> {
    receive_by(socket, || read(socket, buffer)).await
}

#[cfg(target_os = "linux")]
mod stamped {
    use std::io::{self, IoSliceMut};
    use std::os::fd::{AsFd, AsRawFd};
    use std::sync::OnceLock;
    use std::time::Duration;

    use chrono::{DateTime, Utc};
    use nix::sys::socket::{
        ControlMessageOwned, MsgFlags, TimestampingFlag, Timestamps, recvmsg, setsockopt, sockopt,
    };
    use nix::time::{ClockId, clock_getres};
    use socket2::{Domain, Socket, Type};

    /// Asks for stamps of what comes in; whether there will be some.
    pub fn ask_for(socket: &impl AsFd) -> bool {
        let flags = TimestampingFlag::SOF_TIMESTAMPING_RX_SOFTWARE
            | TimestampingFlag::SOF_TIMESTAMPING_SOFTWARE;
        setsockopt(socket, sockopt::Timestamping, &flags).is_ok()
    }

    /// Has the system stamp from now on to the end of the program. It begins to only when a socket
    /// asks for it, and that takes it a moment.
    pub fn keep_on() {
        static ASKS: OnceLock<Option<Socket>> = OnceLock::new();
        ASKS.get_or_init(|| {
            let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).ok();
            socket.filter(ask_for)
        });
    }

    /// Reads once, as far as something is there, with the stamp of the last of it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn read(
        socket: &impl AsFd,
        buffer: &mut [u8],
    ) -> io::Result<(usize, Option<DateTime<Utc>>)> {
        let mut room = nix::cmsg_space!(Timestamps);
        let mut parts = [IoSliceMut::new(buffer)];
        let descriptor = socket.as_fd().as_raw_fd();
        let flags = MsgFlags::MSG_DONTWAIT;
        let message = recvmsg::<()>(descriptor, &mut parts, Some(&mut room), flags)?;
        let told = message.cmsgs().ok();
        let stamp = told.into_iter().flatten().find_map(|told| match told {
            ControlMessageOwned::ScmTimestampsns(stamps) => {
                let nanos = u32::try_from(stamps.system.tv_nsec()).ok()?;
                // none is told as zero
                let seconds = Some(stamps.system.tv_sec()).filter(|seconds| *seconds > 0)?;
                DateTime::from_timestamp(seconds, nanos)
            }
            _ => None,
        });
        Ok((message.bytes, stamp))
    }

    /// The distance of two ticks of the clock by which the kernel counts milliseconds.
    pub fn tick() -> Duration {
        /// The longest that a kernel is built with (100 a second).
        const LONGEST: Duration = Duration::from_millis(10);
        let told = clock_getres(ClockId::CLOCK_MONOTONIC_COARSE);
        told.map_or(LONGEST, Duration::from)
    }
}

#[cfg(not(target_os = "linux"))]
mod none {
    use std::io::{self, Read as _};
    use std::time::Duration;

    use chrono::{DateTime, Utc};

    #[cfg(unix)]
    use std::os::fd::AsFd as Handle;
    #[cfg(windows)]
    use std::os::windows::io::AsSocket as Handle;

    /// There are no stamps.
    pub fn ask_for(_socket: &impl Handle) -> bool {
        false
    }

    /// There is nothing to keep on.
    pub fn keep_on() {}

    /// Reads once, without a stamp.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn read(
        socket: &impl Handle,
        buffer: &mut [u8],
    ) -> io::Result<(usize, Option<DateTime<Utc>>)> {
        let read = (&*socket2::SockRef::from(socket)).read(buffer);
        read.map(|count| (count, None))
    }

    /// No such clock is asked.
    pub fn tick() -> Duration {
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(moment: &Moment, passed: i64, walled: i64) -> Moment {
        let ms = |ms: i64| Duration::from_millis(ms.unsigned_abs());
        Moment {
            at: moment.at + ms(passed),
            wall: moment.wall + chrono::TimeDelta::milliseconds(walled),
        }
    }

    #[test]
    fn a_stamp_tells_an_age_only_while_both_clocks_run_alike() {
        let start = Moment::now();
        let stamp = start.wall + chrono::TimeDelta::milliseconds(60);
        let age = |passed, walled| after(&start, passed, walled).age(stamp, &start);
        assert_eq!(age(100, 100), Some(Duration::from_millis(40)));
        assert_eq!(age(100, 103), Some(Duration::from_millis(43)));
        // the clock was set: forward by an hour, by 10 ms, back
        assert_eq!(age(100, 3_600_100), None);
        assert_eq!(age(100, 110), None);
        assert_eq!(age(100, 80), None);
        assert_eq!(age(100, -500), None);
        // a stamp of before the start is none of what is waited for
        let early = start.wall - chrono::TimeDelta::milliseconds(1);
        assert_eq!(after(&start, 100, 100).age(early, &start), None);
    }

    #[test]
    fn a_datagram_that_lay_for_a_while_has_a_stamp_of_when_it_came() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let lay = runtime.block_on(async {
            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            keep_on();
            let is_stamped = ask_for(&socket);
            let start = Moment::now();
            // the system may begin to stamp a moment late
            tokio::time::sleep(Duration::from_millis(50)).await;
            let other = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            other
                .send_to(b"hello", socket.local_addr().unwrap())
                .unwrap();
            std::thread::sleep(Duration::from_millis(150));
            let mut buffer = [0; 16];
            let (length, stamp) = receive(&socket, &mut buffer).await.unwrap();
            assert_eq!((length, stamp.is_some()), (5, is_stamped));
            stamp.and_then(|stamp| Moment::now().age(stamp, &start))
        });
        if cfg!(target_os = "linux") {
            assert!(lay.unwrap() >= Duration::from_millis(140), "{lay:?}");
        }
    }
}
