//! The kernel's own numbers of a TCP connection.
//!
//! Not here: how a system tells them (`net::tcp_info`).

use std::net::IpAddr;
use std::time::Duration;

use crate::words::words;

/// Numbers of the kernel, read right after the connection was up, and those of its end. Empty
/// where a system has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tcp {
    /// Address of this end, also of a UDP socket.
    pub local: Option<IpAddr>,
    /// Port of this end, also of a UDP socket.
    pub local_port: Option<u16>,
    /// Smoothed round trip; `None` after a lost SYN, when there is no sample that can be trusted.
    pub rtt: Option<Duration>,
    /// Mean deviation of the round trip.
    pub rttvar: Option<Duration>,
    /// Smallest round trip seen.
    pub min_rtt: Option<Duration>,
    /// SYN segments that had to be sent again.
    pub syn_retransmits: Option<u32>,
    /// Maximum segment size for sending, in bytes.
    pub mss: Option<u32>,
    /// Window scale that the other end announced (shift count).
    pub wscale: Option<u8>,
    /// Window scale that this end announced (shift count).
    pub rcv_wscale: Option<u8>,
    /// Options in use, separated by one space: `timestamps sack wscale ecn`.
    pub options: Option<String>,
    /// Options that this system offers in its SYN, in the same words.
    pub offered: Option<String>,
    /// Congestion control algorithm of this end, such as `cubic`.
    pub congestion: Option<String>,
    /// What became of Fast Open, when it was asked for.
    pub fast_open: Option<FastOpen>,
    /// Bytes written to the connection.
    pub bytes_sent: Option<u64>,
    /// Bytes read from the connection.
    pub bytes_received: Option<u64>,
    /// The kernel's numbers after the last phase.
    pub end: TcpNumbers,
}

impl Tcp {
    /// The round trip of the path: the smallest that the kernel saw, of the SYN or later.
    pub fn path_rtt(&self) -> Option<Duration> {
        let samples = [self.rtt, self.min_rtt, self.end.min_rtt];
        samples.into_iter().flatten().min()
    }

    /// Options that this end offered and that are not in use: the other end does not know them, or
    /// something on the way took them out. One that was not offered is no finding.
    pub fn refused_options(&self) -> Vec<&str> {
        let (Some(offered), Some(used)) = (&self.offered, &self.options) else {
            return Vec::new();
        };
        let is_used = |name: &&str| used.split(' ').any(|used| used == *name);
        let offered = offered.split(' ').filter(|name| !name.is_empty());
        offered.filter(|name| !is_used(name)).collect()
    }

    /// Segments that were sent again after the connection was up.
    pub fn retransmits_after_syn(&self) -> Option<u32> {
        let all = self.end.retransmits?;
        Some(all.saturating_sub(self.syn_retransmits.unwrap_or(0)))
    }
}

/// The kernel's numbers of an open connection at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TcpNumbers {
    /// Smoothed round trip; `None` after a lost SYN, whose echo it may hold for long.
    pub rtt: Option<Duration>,
    /// Mean deviation of the round trip.
    pub rttvar: Option<Duration>,
    /// Smallest round trip seen.
    pub min_rtt: Option<Duration>,
    /// Segments sent again since the beginning, SYNs included.
    pub retransmits: Option<u32>,
    /// Bytes sent again.
    pub retransmitted_bytes: Option<u64>,
    /// Times that a retransmission timer went off.
    pub timeouts: Option<u32>,
    /// Times that the other end's acknowledgements showed segments of this end reordered.
    pub reordered: Option<u32>,
    /// Segments that came out of order: something before them was lost or overtaken.
    pub out_of_order: Option<u32>,
    /// Segments with data that came, in order or not.
    pub data_segments_in: Option<u32>,
    /// Segments that the other end said it had got twice (RFC 2883).
    pub dsack: Option<u32>,
    /// Duplicate acknowledgements that came.
    pub dup_acks: Option<u32>,
    /// Congestion window in bytes.
    pub cwnd: Option<u64>,
    /// Receive window that the other end announced, in bytes.
    pub send_window: Option<u64>,
    /// Receive window that this end announces, in bytes.
    pub receive_window: Option<u64>,
    /// Time that this end waited for room in the other end's receive window.
    pub window_limited: Option<Duration>,
    /// Path MTU in bytes.
    pub pmtu: Option<u32>,
    /// Bytes that the other end acknowledged, without the SYN's.
    pub bytes_acked: Option<u64>,
    /// Bytes that were sent, those that were sent again perhaps counted twice: an upper bound.
    pub bytes_out: Option<u64>,
    /// Bytes that came.
    pub bytes_received: Option<u64>,
    /// Bytes that were sent and are not acknowledged yet.
    pub in_flight: Option<u64>,
    /// Time since the last segment with data came.
    pub since_data: Option<Duration>,
    /// Time since the last acknowledgement came.
    pub since_ack: Option<Duration>,
}

words! {
    /// What became of TCP Fast Open on one connection.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum FastOpen {
        CookieAsked = "cookie-asked": "a cookie was requested; the next probe of the address shows whether one came",
        NoCookie = "no-cookie": "no cookie came: the server offers none, or it was stripped",
        DataAcked = "data-acked": "data in the SYN was acknowledged: it gets through",
        DataNotAcked = "data-not-acked": "data in the SYN was not acknowledged and was sent again",
        SynLost = "syn-lost": "the SYN with the option got no answer, but a plain one did",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_has_the_smallest_round_trip_and_after_a_lost_syn_that_of_the_end() {
        let ms = |ms| Some(Duration::from_millis(ms));
        let mut tcp = Tcp {
            rtt: ms(22),
            ..Tcp::default()
        };
        assert_eq!(tcp.path_rtt(), ms(22));
        tcp.end.min_rtt = ms(21);
        assert_eq!(tcp.path_rtt(), ms(21));
        tcp.rtt = None;
        assert_eq!(tcp.path_rtt(), ms(21));
        assert_eq!(Tcp::default().path_rtt(), None);
    }

    #[test]
    fn an_option_is_refused_only_where_it_was_offered() {
        let tcp = |offered: Option<&str>, used: &str| Tcp {
            offered: offered.map(str::to_owned),
            options: Some(used.to_owned()),
            ..Tcp::default()
        };
        let stripped = tcp(Some("timestamps sack wscale"), "sack");
        assert_eq!(stripped.refused_options(), ["timestamps", "wscale"]);
        assert!(tcp(Some("sack"), "sack").refused_options().is_empty());
        assert!(tcp(Some(""), "").refused_options().is_empty());
        assert!(tcp(None, "sack").refused_options().is_empty());
    }

    #[test]
    fn syns_sent_again_are_no_retransmissions_of_the_end() {
        let mut tcp = Tcp {
            syn_retransmits: Some(2),
            ..Tcp::default()
        };
        assert_eq!(tcp.retransmits_after_syn(), None);
        tcp.end.retransmits = Some(3);
        assert_eq!(tcp.retransmits_after_syn(), Some(1));
    }
}
