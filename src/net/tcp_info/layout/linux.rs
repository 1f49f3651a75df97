//! `struct tcp_info` of linux/tcp.h, as long as the kernel's is.

use std::time::Duration;

use super::{UNKNOWN, is_sample, micros, millis, option_names, u16_at, u32_at, u64_at};
use crate::record::{Tcp, TcpNumbers};

/// What counts right after the connection is up.
pub fn opening(bytes: &[u8]) -> Tcp {
    let options = bytes.get(5).copied();
    let syn_retransmits = u32_at(bytes, 100);
    let rtt = micros(u32_at(bytes, 68)).filter(|_| is_sample(syn_retransmits));
    let scales = options
        .filter(|o| o & 4 != 0)
        .and_then(|_| bytes.get(6).copied());
    // two bit-fields of four bits; the first is the one in the low bits on little-endian
    let (theirs, ours) = if cfg!(target_endian = "big") {
        (scales.map(|s| s >> 4), scales.map(|s| s & 0x0f))
    } else {
        (scales.map(|s| s & 0x0f), scales.map(|s| s >> 4))
    };
    Tcp {
        rtt,
        rttvar: rtt.and_then(|_| micros(u32_at(bytes, 72))),
        min_rtt: rtt.and_then(|_| micros(u32_at(bytes, 148))),
        syn_retransmits,
        mss: u32_at(bytes, 16).filter(|mss| *mss > 0),
        wscale: theirs,
        rcv_wscale: ours,
        options: options.map(option_names),
        ..Tcp::default()
    }
}

/// The numbers of any moment. Whether SYNs were lost, the structure no longer says: who reads it
/// later must know.
pub fn numbers(bytes: &[u8]) -> TcpNumbers {
    let mss = u32_at(bytes, 16).map(u64::from);
    let bytes_acked = u64_at(bytes, 120);
    let segments = |count: Option<u32>| Some(u64::from(count?) * mss?);
    TcpNumbers {
        rtt: micros(u32_at(bytes, 68)),
        rttvar: micros(u32_at(bytes, 72)),
        min_rtt: micros(u32_at(bytes, 148)),
        retransmits: u32_at(bytes, 100),
        retransmitted_bytes: u64_at(bytes, 208),
        timeouts: u16_at(bytes, 240).map(u32::from),
        reordered: u32_at(bytes, 220),
        out_of_order: u32_at(bytes, 224),
        data_segments_in: u32_at(bytes, 152),
        dsack: u32_at(bytes, 216),
        dup_acks: None,
        cwnd: segments(u32_at(bytes, 80)),
        send_window: u32_at(bytes, 228).map(u64::from),
        receive_window: u32_at(bytes, 232).filter(|w| *w > 0).map(u64::from),
        window_limited: u64_at(bytes, 176).map(Duration::from_micros),
        pmtu: u32_at(bytes, 60).filter(|mtu| *mtu > 0 && *mtu != UNKNOWN),
        // the SYN counts as one
        bytes_acked: bytes_acked.map(|acked| acked.saturating_sub(1)),
        bytes_out: None,
        bytes_received: u64_at(bytes, 128),
        in_flight: segments(u32_at(bytes, 24)),
        since_data: millis(u32_at(bytes, 52)),
        since_ack: millis(u32_at(bytes, 56)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::put;
    use super::*;

    // Offsets: protocol tables of linux/tcp.h, checked with offsetof() by a C compiler.
    fn sample() -> Vec<u8> {
        let mut bytes = vec![0; 248];
        bytes[5] = 1 | 2 | 4;
        bytes[6] = if cfg!(target_endian = "big") {
            0x8a
        } else {
            0xa8
        };
        put(&mut bytes, 16, 1448);
        put(&mut bytes, 68, 22_400);
        put(&mut bytes, 72, 11_200);
        put(&mut bytes, 148, 22_399);
        bytes
    }

    #[test]
    fn it_is_read_by_its_offsets() {
        let tcp = opening(&sample());
        assert_eq!(tcp.rtt, Some(Duration::from_micros(22_400)));
        assert_eq!(tcp.rttvar, Some(Duration::from_micros(11_200)));
        assert_eq!(tcp.min_rtt, Some(Duration::from_micros(22_399)));
        assert_eq!(
            (tcp.mss, tcp.wscale, tcp.rcv_wscale, tcp.syn_retransmits),
            (Some(1448), Some(8), Some(10), Some(0))
        );
        assert_eq!(tcp.options.as_deref(), Some("timestamps sack wscale"));
    }

    #[test]
    fn after_a_lost_syn_the_round_trip_is_empty_and_the_count_is_there() {
        let mut bytes = sample();
        // unknown without timestamps; with them the echo of the lost SYN, as seen on Linux 6.18
        for (rtt, min_rtt) in [(0, u32::MAX), (1_006_000, 1_006_000), (1_000, 1_000)] {
            put(&mut bytes, 68, rtt);
            put(&mut bytes, 100, 1);
            put(&mut bytes, 148, min_rtt);
            let tcp = opening(&bytes);
            assert_eq!((tcp.rtt, tcp.rttvar, tcp.min_rtt), (None, None, None));
            assert_eq!(tcp.syn_retransmits, Some(1));
        }
    }

    #[test]
    fn an_old_kernels_shorter_structure_gives_what_it_has() {
        let tcp = opening(&sample()[..104]);
        assert_eq!(tcp.rtt, Some(Duration::from_micros(22_400)));
        assert_eq!(tcp.min_rtt, None);
        assert_eq!(numbers(&sample()[..232]).receive_window, None);
        for end in 0..=sample().len() {
            let _ = (opening(&sample()[..end]), numbers(&sample()[..end]));
        }
    }

    // The same offsets as the crate libc has them, whose authors read the header on their own.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn the_offsets_are_those_of_the_systems_header() {
        use std::mem::offset_of;

        use libc::tcp_info as C;

        use super::super::put_long;

        let mut bytes = vec![0; size_of::<C>()];
        for (offset, value) in [
            (offset_of!(C, tcpi_snd_mss), 1000),
            (offset_of!(C, tcpi_rtt), 1),
            (offset_of!(C, tcpi_rttvar), 2),
            (offset_of!(C, tcpi_min_rtt), 3),
            (offset_of!(C, tcpi_total_retrans), 4),
            (offset_of!(C, tcpi_reord_seen), 6),
            (offset_of!(C, tcpi_rcv_ooopack), 7),
            (offset_of!(C, tcpi_data_segs_in), 17),
            (offset_of!(C, tcpi_dsack_dups), 8),
            (offset_of!(C, tcpi_snd_cwnd), 9),
            (offset_of!(C, tcpi_snd_wnd), 10),
            (offset_of!(C, tcpi_rcv_wnd), 11),
            (offset_of!(C, tcpi_pmtu), 12),
            (offset_of!(C, tcpi_unacked), 13),
            (offset_of!(C, tcpi_last_data_recv), 14),
            (offset_of!(C, tcpi_last_ack_recv), 15),
        ] {
            put(&mut bytes, offset, value);
        }
        put_long(&mut bytes, offset_of!(C, tcpi_bytes_retrans), 16);
        put_long(&mut bytes, offset_of!(C, tcpi_bytes_acked), 18);
        put_long(&mut bytes, offset_of!(C, tcpi_bytes_received), 19);
        put_long(&mut bytes, offset_of!(C, tcpi_rwnd_limited), 20);
        let timeouts = offset_of!(C, tcpi_total_rto);
        bytes[timeouts..timeouts + 2].copy_from_slice(&5_u16.to_ne_bytes());
        let us = |us| Some(Duration::from_micros(us));
        let ms = |ms| Some(Duration::from_millis(ms));
        let expected = TcpNumbers {
            rtt: us(1),
            rttvar: us(2),
            min_rtt: us(3),
            retransmits: Some(4),
            retransmitted_bytes: Some(16),
            timeouts: Some(5),
            reordered: Some(6),
            out_of_order: Some(7),
            data_segments_in: Some(17),
            dsack: Some(8),
            dup_acks: None,
            cwnd: Some(9_000),
            send_window: Some(10),
            receive_window: Some(11),
            window_limited: us(20),
            pmtu: Some(12),
            bytes_acked: Some(17),
            bytes_out: None,
            bytes_received: Some(19),
            in_flight: Some(13_000),
            since_data: ms(14),
            since_ack: ms(15),
        };
        assert_eq!(numbers(&bytes), expected);
    }
}
