//! `TCP_INFO_v0` of mstcpip.h, 88 bytes, and `TCP_INFO_v1`, which goes on behind it.

use super::{is_sample, micros, millis, u32_at, u64_at};
use crate::record::{Tcp, TcpNumbers};

/// Length of `TCP_INFO_v0` in bytes: a shorter answer is none.
const LENGTH: usize = 88;

/// Versions of the structure with their lengths, the newest first.
const VERSIONS: [(u32, usize); 2] = [(1, 136), (0, LENGTH)];

/// The newest structure that the system gives: an older one refuses a version that it does not know. `ask` gets a
/// version and a buffer of its length, and tells how much of it the system has written.
pub fn newest(mut ask: impl FnMut(u32, &mut [u8]) -> Option<usize>) -> Option<Vec<u8>> {
    VERSIONS.into_iter().find_map(|(version, length)| {
        let mut bytes = vec![0; length];
        let written = ask(version, &mut bytes)?;
        bytes.truncate(written);
        (bytes.len() >= LENGTH).then_some(bytes)
    })
}

/// What counts right after the connection is up.
pub fn opening(bytes: &[u8]) -> Tcp {
    if bytes.len() < LENGTH {
        return Tcp::default();
    }
    let syn_retransmits = bytes.get(84).map(|count| u32::from(*count));
    let rtt = micros(u32_at(bytes, 20)).filter(|_| is_sample(syn_retransmits));
    Tcp {
        rtt,
        min_rtt: rtt.and_then(|_| micros(u32_at(bytes, 24))),
        syn_retransmits,
        mss: u32_at(bytes, 4).filter(|mss| *mss > 0),
        options: (bytes[16] != 0).then(|| "timestamps".to_owned()),
        ..Tcp::default()
    }
}

/// The numbers of any moment. It counts no retransmitted segments, only bytes, timers and fast
/// retransmissions.
pub fn numbers(bytes: &[u8]) -> TcpNumbers {
    if bytes.len() < LENGTH {
        return TcpNumbers::default();
    }
    let number = |offset| u32_at(bytes, offset);
    let syns = bytes.get(84).map_or(0, |count| u32::from(*count));
    // at least so many: a timer may have sent several
    let again = match (number(68), number(72), number(80)) {
        (Some(1..), Some(fast), Some(timers)) => fast.saturating_add(timers).max(1),
        _ => 0,
    };
    TcpNumbers {
        rtt: micros(number(20)),
        min_rtt: micros(number(24)),
        retransmits: Some(syns.saturating_add(again)),
        retransmitted_bytes: number(68).map(u64::from),
        timeouts: number(80),
        dup_acks: number(76),
        cwnd: number(32).map(u64::from),
        send_window: number(36).map(u64::from),
        receive_window: number(40).map(u64::from),
        // SndLimTimeRwin of TCP_INFO_v1, in milliseconds
        window_limited: millis(number(92)),
        bytes_out: u64_at(bytes, 48),
        bytes_received: u64_at(bytes, 56),
        in_flight: number(28).map(u64::from),
        ..TcpNumbers::default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{put, put_long};
    use super::*;

    // Offsets: TCP_INFO_v0 of mstcpip.h in C layout.
    #[test]
    fn it_is_read_by_its_offsets() {
        let mut bytes = vec![0; 88];
        put(&mut bytes, 4, 1460);
        bytes[16] = 1;
        put(&mut bytes, 20, 30_000);
        put(&mut bytes, 24, 29_000);
        let tcp = opening(&bytes);
        assert_eq!(tcp.rtt, Some(Duration::from_millis(30)));
        assert_eq!(tcp.min_rtt, Some(Duration::from_millis(29)));
        assert_eq!((tcp.mss, tcp.syn_retransmits), (Some(1460), Some(0)));
        bytes[84] = 2;
        let lost = opening(&bytes);
        assert_eq!((lost.rtt, lost.syn_retransmits), (None, Some(2)));
        assert_eq!(opening(&bytes[..87]), Tcp::default());
        assert_eq!(numbers(&bytes[..87]), TcpNumbers::default());
    }

    #[test]
    fn an_older_windows_that_refuses_the_newer_structure_is_asked_for_the_older_one() {
        // what a system that knows versions up to `known` does; TCP_INFO_v0 has 88 bytes, TCP_INFO_v1 136
        let system = |known: u32| {
            move |version: u32, buffer: &mut [u8]| {
                let length = if version == 0 { 88 } else { 136 };
                assert_eq!(buffer.len(), length);
                (version <= known).then_some(length)
            }
        };
        let length = |known| newest(system(known)).map(|bytes| bytes.len());
        assert_eq!((length(1), length(0)), (Some(136), Some(88)));
        assert_eq!(newest(|_, _| None), None);
        // one that says yes and gives less
        assert_eq!(newest(|_, _| Some(40)), None);
    }

    #[test]
    fn only_the_newer_structure_tells_how_long_the_receive_window_held_up() {
        let mut bytes = vec![0; 136];
        put_long(&mut bytes, 48, 1_234);
        put(&mut bytes, 88, 3);
        put(&mut bytes, 92, 250);
        // SndLimTimeCwnd and SndLimTimeSnd
        put(&mut bytes, 108, 7);
        put(&mut bytes, 124, 9);
        let newer = numbers(&bytes);
        assert_eq!(newer.window_limited, Some(Duration::from_millis(250)));
        assert_eq!(newer.bytes_out, Some(1_234));
        let older = numbers(&bytes[..88]);
        assert_eq!((older.window_limited, older.bytes_out), (None, Some(1_234)));
    }

    #[cfg(windows)]
    #[test]
    fn offsets_are_those_of_the_headers() {
        use std::mem::{offset_of, size_of};
        use windows_sys::Win32::Networking::WinSock::{TCP_INFO_v0, TCP_INFO_v1};
        assert_eq!(
            (size_of::<TCP_INFO_v0>(), size_of::<TCP_INFO_v1>()),
            (88, 136)
        );
        assert_eq!(offset_of!(TCP_INFO_v1, BytesOut), 48);
        assert_eq!(offset_of!(TCP_INFO_v1, SynRetrans), 84);
        assert_eq!(offset_of!(TCP_INFO_v1, SndLimTimeRwin), 92);
    }

    // Offsets: RttUs 20, MinRttUs 24, BytesInFlight 28, Cwnd 32, SndWnd 36, RcvWnd 40, BytesIn 56,
    // BytesRetrans 68, FastRetrans 72, DupAcksIn 76, TimeoutEpisodes 80.
    #[test]
    fn the_numbers_of_the_end_are_read_by_their_offsets() {
        let mut bytes = vec![0; 88];
        for (offset, value) in [
            (20, 30_000),
            (24, 29_000),
            (28, 1),
            (32, 14_600),
            (36, 65_535),
            (40, 131_072),
            (68, 2_920),
            (72, 1),
            (76, 3),
            (80, 2),
        ] {
            put(&mut bytes, offset, value);
        }
        put_long(&mut bytes, 56, 3_305);
        let numbers = numbers(&bytes);
        assert_eq!(numbers.min_rtt, Some(Duration::from_millis(29)));
        assert_eq!(numbers.retransmits, Some(3));
        assert_eq!(numbers.retransmitted_bytes, Some(2_920));
        assert_eq!((numbers.timeouts, numbers.dup_acks), (Some(2), Some(3)));
        assert_eq!(numbers.cwnd, Some(14_600));
        assert_eq!(numbers.send_window, Some(65_535));
        assert_eq!(numbers.receive_window, Some(131_072));
        assert_eq!(
            (numbers.bytes_received, numbers.in_flight),
            (Some(3_305), Some(1))
        );
    }
}
