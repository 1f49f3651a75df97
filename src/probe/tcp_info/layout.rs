//! The two structures, field by field.
//!
//! Sources: `struct tcp_info` of linux/tcp.h; `TCP_INFO_v0` of mstcpip.h.

#![cfg_attr(not(any(target_os = "linux", windows)), allow(dead_code))]

use std::time::Duration;

use crate::record::Tcp;

/// What a kernel writes where it does not know.
const UNKNOWN: u32 = u32::MAX;

/// Linux: `struct tcp_info`, as long as this kernel's is.
#[cfg_attr(windows, allow(dead_code))]
pub fn linux(bytes: &[u8]) -> Tcp {
    let options = bytes.get(5).copied();
    let syn_retransmits = u32_at(bytes, 100);
    let rtt = time(u32_at(bytes, 68)).filter(|_| is_sample(syn_retransmits));
    Tcp {
        rtt,
        rttvar: rtt.and_then(|_| time(u32_at(bytes, 72))),
        min_rtt: rtt.and_then(|_| time(u32_at(bytes, 148))),
        syn_retransmits,
        mss: u32_at(bytes, 16).filter(|mss| *mss > 0),
        wscale: options
            .filter(|o| o & 4 != 0)
            .and_then(|_| bytes.get(6))
            .map(|scales| {
                // two bit-fields of four bits; the first is the one in the low bits on little-endian
                if cfg!(target_endian = "big") {
                    scales >> 4
                } else {
                    scales & 0x0f
                }
            }),
        options: options.map(|options| {
            let names = [(1, "timestamps"), (2, "sack"), (4, "wscale"), (8, "ecn")];
            let used: Vec<_> = names
                .iter()
                .filter(|(bit, _)| options & bit != 0)
                .map(|(_, name)| *name)
                .collect();
            used.join(" ")
        }),
        ..Tcp::default()
    }
}

/// Windows: `TCP_INFO_v0`, 88 bytes.
#[cfg_attr(not(windows), allow(dead_code))]
pub fn windows(bytes: &[u8]) -> Tcp {
    if bytes.len() < 88 {
        return Tcp::default();
    }
    let syn_retransmits = bytes.get(84).map(|count| u32::from(*count));
    let rtt = time(u32_at(bytes, 20)).filter(|_| is_sample(syn_retransmits));
    Tcp {
        rtt,
        min_rtt: rtt.and_then(|_| time(u32_at(bytes, 24))),
        syn_retransmits,
        mss: u32_at(bytes, 4).filter(|mss| *mss > 0),
        options: (bytes[16] != 0).then(|| "timestamps".to_owned()),
        ..Tcp::default()
    }
}

/// Whether the round trip is one of a SYN that was sent once. After a lost SYN the kernel has
/// none, or one from the timestamps' echo that may count from the SYN that was lost.
fn is_sample(syn_retransmits: Option<u32>) -> bool {
    syn_retransmits.is_none_or(|count| count == 0)
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let field = bytes.get(offset..offset + 4)?;
    Some(u32::from_ne_bytes(field.try_into().ok()?))
}

/// Microseconds; a kernel's "unknown" and zero, which it shows after a lost SYN without TCP
/// timestamps, are none.
fn time(field: Option<u32>) -> Option<Duration> {
    field
        .filter(|us| *us != 0 && *us != UNKNOWN)
        .map(|us| Duration::from_micros(us.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(bytes: &mut [u8], offset: usize, value: u32) {
        bytes[offset..offset + 4].copy_from_slice(&value.to_ne_bytes());
    }

    // Offsets: protocol tables of linux/tcp.h, checked with offsetof() by a C compiler.
    fn linux_sample() -> Vec<u8> {
        let mut bytes = vec![0; 232];
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
    fn a_linux_structure_is_read_by_its_offsets() {
        let tcp = linux(&linux_sample());
        assert_eq!(tcp.rtt, Some(Duration::from_micros(22_400)));
        assert_eq!(tcp.rttvar, Some(Duration::from_micros(11_200)));
        assert_eq!(tcp.min_rtt, Some(Duration::from_micros(22_399)));
        assert_eq!(
            (tcp.mss, tcp.wscale, tcp.syn_retransmits),
            (Some(1448), Some(8), Some(0))
        );
        assert_eq!(tcp.options.as_deref(), Some("timestamps sack wscale"));
    }

    #[test]
    fn after_a_lost_syn_the_round_trip_is_empty_and_the_count_is_there() {
        let mut bytes = linux_sample();
        // unknown without timestamps; with them the echo of the lost SYN, as seen on Linux 6.18
        for (rtt, min_rtt) in [(0, u32::MAX), (1_006_000, 1_006_000), (1_000, 1_000)] {
            put(&mut bytes, 68, rtt);
            put(&mut bytes, 100, 1);
            put(&mut bytes, 148, min_rtt);
            let tcp = linux(&bytes);
            assert_eq!((tcp.rtt, tcp.rttvar, tcp.min_rtt), (None, None, None));
            assert_eq!(tcp.syn_retransmits, Some(1));
        }
    }

    #[test]
    fn an_old_kernels_shorter_structure_gives_what_it_has() {
        let tcp = linux(&linux_sample()[..104]);
        assert_eq!(tcp.rtt, Some(Duration::from_micros(22_400)));
        assert_eq!(tcp.min_rtt, None);
        for end in 0..232 {
            let _ = linux(&linux_sample()[..end]);
        }
    }

    // Offsets: TCP_INFO_v0 of mstcpip.h in C layout.
    #[test]
    fn a_windows_structure_is_read_by_its_offsets() {
        let mut bytes = vec![0; 88];
        put(&mut bytes, 4, 1460);
        bytes[16] = 1;
        put(&mut bytes, 20, 30_000);
        put(&mut bytes, 24, 29_000);
        let tcp = windows(&bytes);
        assert_eq!(tcp.rtt, Some(Duration::from_millis(30)));
        assert_eq!(tcp.min_rtt, Some(Duration::from_millis(29)));
        assert_eq!((tcp.mss, tcp.syn_retransmits), (Some(1460), Some(0)));
        bytes[84] = 2;
        let lost = windows(&bytes);
        assert_eq!((lost.rtt, lost.syn_retransmits), (None, Some(2)));
        assert_eq!(windows(&bytes[..87]), Tcp::default());
    }
}
