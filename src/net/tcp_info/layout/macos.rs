//! `struct tcp_connection_info` of Apple's netinet/tcp.h, 112 bytes. Its Fast Open flags are
//! bit-fields of one word, whatever other declarations say.

use std::time::Duration;

use super::{millis, option_names, u32_at, u64_at};
use crate::record::{Tcp, TcpNumbers};

/// What counts right after the connection is up. There is no counter of SYNs. Round trips are
/// milliseconds, so that a short one is zero: that is none.
pub fn opening(bytes: &[u8]) -> Tcp {
    let options = bytes.get(4).copied();
    let scales = options.filter(|options| options & 4 != 0);
    let rtt = time(u32_at(bytes, 44));
    Tcp {
        rtt,
        rttvar: rtt.and_then(|_| time(u32_at(bytes, 48))),
        mss: u32_at(bytes, 16).filter(|mss| *mss > 0),
        wscale: scales.and_then(|_| bytes.get(1).copied()),
        rcv_wscale: scales.and_then(|_| bytes.get(2).copied()),
        options: options.map(option_names),
        ..Tcp::default()
    }
}

/// The numbers of any moment.
pub fn numbers(bytes: &[u8]) -> TcpNumbers {
    TcpNumbers {
        rtt: time(u32_at(bytes, 44)),
        rttvar: time(u32_at(bytes, 48)),
        retransmits: u64_at(bytes, 104).map(|n| u32::try_from(n).unwrap_or(u32::MAX)),
        retransmitted_bytes: u64_at(bytes, 72),
        cwnd: u32_at(bytes, 24).map(u64::from),
        send_window: u32_at(bytes, 28).map(u64::from),
        receive_window: u32_at(bytes, 36).map(u64::from),
        bytes_received: u64_at(bytes, 88),
        ..TcpNumbers::default()
    }
}

fn time(field: Option<u32>) -> Option<Duration> {
    millis(field.filter(|ms| *ms > 0))
}

#[cfg(test)]
mod tests {
    use super::super::{put, put_long};
    use super::*;

    // Offsets: netinet/tcp.h with the flags of Fast Open in one word at 52.
    #[test]
    fn it_is_read_by_its_offsets() {
        let mut bytes = vec![0; 112];
        (bytes[1], bytes[2]) = (8, 6);
        bytes[4] = 1 | 2 | 4;
        for (offset, value) in [
            (16, 1448),
            (24, 14_480),
            (28, 65_536),
            (36, 131_072),
            (44, 22),
            (48, 11),
        ] {
            put(&mut bytes, offset, value);
        }
        put_long(&mut bytes, 72, 2_896);
        put_long(&mut bytes, 88, 3_305);
        put_long(&mut bytes, 104, 2);
        let tcp = opening(&bytes);
        assert_eq!(tcp.rtt, Some(Duration::from_millis(22)));
        assert_eq!(tcp.mss, Some(1448));
        assert_eq!((tcp.wscale, tcp.rcv_wscale), (Some(8), Some(6)));
        assert_eq!(tcp.options.as_deref(), Some("timestamps sack wscale"));
        let end = numbers(&bytes);
        assert_eq!(
            (end.retransmits, end.bytes_received),
            (Some(2), Some(3_305))
        );
        assert_eq!(end.receive_window, Some(131_072));
        put(&mut bytes, 44, 0);
        assert_eq!(opening(&bytes).rtt, None);
        for end in 0..112 {
            let _ = (opening(&bytes[..end]), numbers(&bytes[..end]));
        }
    }
}
