//! What the kernel tells of a TCP connection.

use crate::record::{FastOpen, Tcp};
use crate::schema::column::{Kind, of};
use crate::schema::group::Group;
use crate::schema::value::{number, optional, time_us, word};

/// A row with a TCP connection.
pub trait HasTcp: 'static {
    /// What the kernel knew of it.
    fn tcp(&self) -> &Tcp;
}

impl<R: HasTcp> Group<R> {
    /// Right after the connect.
    #[rustfmt::skip]
    pub(crate) const TCP: Self = Self { columns: &[
        of("tcp_rtt_us", Kind::Integer, "us", "the kernel's round trip of the SYN; empty after a lost SYN", |r| time_us(r.tcp().rtt)),
        of("tcp_rttvar_us", Kind::Integer, "us", "the kernel's deviation of the round trip", |r| time_us(r.tcp().rttvar)),
        of("tcp_min_rtt_us", Kind::Integer, "us", "the kernel's smallest round trip", |r| time_us(r.tcp().min_rtt)),
        of("tcp_syn_retransmits", Kind::Integer, "", "retransmitted SYN segments", |r| number(r.tcp().syn_retransmits.map(u64::from))),
        of("tcp_mss", Kind::Integer, "bytes", "maximum segment size for sending", |r| number(r.tcp().mss.map(u64::from))),
        of("tcp_wscale", Kind::Integer, "", "window scale that the relay announced", |r| number(r.tcp().wscale.map(u64::from))),
        of("tcp_options", Kind::List, "", "TCP options in use: timestamps sack wscale ecn", |r| optional(r.tcp().options.as_deref())),
        of("tcp_rcv_wscale", Kind::Integer, "", "window scale that this end announced", |r| number(r.tcp().rcv_wscale.map(u64::from))),
        of("tcp_options_offered", Kind::List, "", "TCP options that this end offers; one that tcp_options lacks was refused or stripped", |r| optional(r.tcp().offered.as_deref())),
        of("tcp_congestion", Kind::Text, "", "congestion control of this end", |r| optional(r.tcp().congestion.as_deref())),
        of("fast_open", Kind::Text, "", "TCP Fast Open: cookie-asked, no-cookie, data-acked, data-not-acked, syn-lost; with --fast-open", |r| word(r.tcp().fast_open.map(FastOpen::as_str))),
    ] };

    /// After the last phase.
    #[rustfmt::skip]
    pub(crate) const TCP_END: Self = Self { columns: &[
        of("tcp_end_rtt_us", Kind::Integer, "us", "the kernel's smoothed round trip at the end; empty after a lost SYN", |r| time_us(r.tcp().end.rtt)),
        of("tcp_end_min_rtt_us", Kind::Integer, "us", "the kernel's smallest round trip at the end", |r| time_us(r.tcp().end.min_rtt)),
        of("tcp_end_retransmits", Kind::Integer, "", "segments retransmitted after the SYN", |r| number(r.tcp().retransmits_after_syn().map(u64::from))),
        of("tcp_end_timeouts", Kind::Integer, "", "times that a retransmission timer went off, the SYN's included", |r| number(r.tcp().end.timeouts.map(u64::from))),
        of("tcp_end_reordered", Kind::Integer, "", "times that this end's segments were seen reordered", |r| number(r.tcp().end.reordered.map(u64::from))),
        of("tcp_end_out_of_order", Kind::Integer, "", "segments that came out of order: one before was lost or overtaken", |r| number(r.tcp().end.out_of_order.map(u64::from))),
        of("tcp_end_dsack", Kind::Integer, "", "segments that the relay said it had got twice (RFC 2883)", |r| number(r.tcp().end.dsack.map(u64::from))),
        of("tcp_end_dup_acks", Kind::Integer, "", "duplicate acknowledgements", |r| number(r.tcp().end.dup_acks.map(u64::from))),
        of("tcp_end_cwnd", Kind::Integer, "bytes", "congestion window of this end", |r| number(r.tcp().end.cwnd)),
        of("tcp_end_send_window", Kind::Integer, "bytes", "receive window of the relay", |r| number(r.tcp().end.send_window)),
        of("tcp_end_receive_window", Kind::Integer, "bytes", "receive window of this end", |r| number(r.tcp().end.receive_window)),
        of("tcp_end_window_limited_us", Kind::Integer, "us", "time that this end waited for room in the relay's receive window", |r| time_us(r.tcp().end.window_limited)),
        of("tcp_end_pmtu", Kind::Integer, "bytes", "path MTU that the kernel knows", |r| number(r.tcp().end.pmtu.map(u64::from))),
    ] };
}

/// A row that counts its bytes.
pub trait HasBytes: 'static {
    /// Bytes written.
    fn bytes_sent(&self) -> Option<u64>;
    /// Bytes read.
    fn bytes_received(&self) -> Option<u64>;
}

impl<R: HasBytes> Group<R> {
    /// The bytes.
    #[rustfmt::skip]
    pub(crate) const BYTES: Self = Self { columns: &[
        of("bytes_sent", Kind::Integer, "bytes", "bytes written to the connection", |r| number(r.bytes_sent())),
        of("bytes_received", Kind::Integer, "bytes", "bytes read from the connection", |r| number(r.bytes_received())),
    ] };
}
