//! The columns of a burst.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::record::{Burst, Cause, Distance, Figures, Outcome, Verdict, Verdicts};
use crate::schema::column::{Column, Kind, of};
use crate::schema::row_kind::RowKind;
use crate::schema::value::{Value, ip, list, number, text, time_us, word};

fn figure(row: &Burst, read: impl Fn(&Figures) -> Option<u64>) -> Value<'static> {
    number(row.figures.as_ref().and_then(read))
}

fn time(row: &Burst, read: impl Fn(&Figures) -> Option<Duration>) -> Value<'static> {
    time_us(row.figures.as_ref().and_then(read))
}

fn verdict(row: &Burst, read: impl Fn(&Verdicts) -> Verdict) -> Value<'static> {
    word(row.verdicts.as_ref().map(|all| read(all).as_str()))
}

/// Whole seconds, rounded half up.
fn seconds(length: Duration) -> u64 {
    length.as_secs() + u64::from(length.subsec_millis() >= 500)
}

/// The columns of a burst, in the order of the file.
#[rustfmt::skip]
static BURST: &[Column<Burst>] = &[
    of("datetime", Kind::Time, "UTC", "start of the burst, before the name resolution", |r| Value::Seconds(r.started)),
    of("started_utc", Kind::Time, "UTC", "the same, with microseconds", |r| Value::Micros(r.started)),
    of("run_id", Kind::Text, "", "unique name of the run", |r| text(&r.run.id)),
    of("slot", Kind::Integer, "", "number of the burst in the schedule, of the minute in a watch", |r| Value::Integer(r.slot)),
    of("mode", Kind::Text, "", "burst, or watch: one minute of a continuous watch", |r| word(Some(r.mode.as_str()))),
    of("host", Kind::Text, "", "machine that measured", |r| text(&r.run.host)),
    of("label", Kind::List, "", "labels of the user, key=value", |r| text(&r.run.label)),
    of("world", Kind::Text, "", "real or lab", |r| word(Some(r.run.world.as_str()))),
    of("tool_version", Kind::Text, "", "version of turnprobe", |r| word(Some(r.run.tool_version))),
    of("remotehost", Kind::Text, "", "host name that was asked for", |r| text(&r.host)),
    of("remotename", Kind::Text, "", "last name of the CNAME chain", |r| r.dns.last_name().map_or(Value::Missing, text)),
    of("remoteip", Kind::Text, "", "address that the packets went to", |r| ip(r.remote)),
    of("Port", Kind::Integer, "", "UDP port that the packets went to", |r| Value::Integer(r.remote.map_or(r.port, |a| a.port()).into())),
    of("region", Kind::Text, "", "Azure region of the relay, from its name", |r| text(&r.region)),
    of("in_teams_range", Kind::Flag, "", "whether remoteip lies in Microsoft's published Teams ranges", |r| r.in_teams_range.map_or(Value::Missing, Value::Flag)),
    of("local_ip", Kind::Text, "", "address of this end", |r| ip(r.local)),
    of("local_port", Kind::Integer, "", "UDP port of this end", |r| number(r.local.map(|a| a.port().into()))),
    of("Status", Kind::Text, "", "OK when anything answered, else the cause code", |r| word(Some(r.outcome.cause().map_or("OK", Cause::code)))),
    of("cause", Kind::Text, "", "cause code, empty when anything answered", |r| word(r.outcome.cause().map(Cause::code))),
    of("detail", Kind::Text, "", "what exactly was seen when nothing answered", |r| match &r.outcome { Outcome::Ok => Value::Missing, Outcome::Failed { detail, .. } => text(detail) }),
    of("dns_us", Kind::Integer, "us", "name resolution", |r| time_us(r.dns_took)),
    of("resolver", Kind::Text, "", "name server that answered, or os", |r| r.dns.resolver.as_deref().map_or(Value::Missing, text)),
    of("dns_chain", Kind::List, "", "names from the one asked for to the last CNAME", |r| list(r.dns.chain.iter().map(|l| l.name.as_str()))),
    of("dns_ttls", Kind::List, "s", "TTL of each name's record, same order", |r| list(r.dns.chain.iter().filter_map(|l| l.ttl))),
    of("dns_addresses", Kind::Integer, "", "distinct addresses in the answer", |r| number(r.dns.addresses.map(|n| n as u64))),
    of("dns_queries", Kind::Integer, "", "queries sent, repeated ones included", |r| number(r.dns.queries.map(u64::from))),
    of("lag_us", Kind::Integer, "us", "how late the burst started against its slot", |r| time_us(r.lag)),
    of("seconds", Kind::Integer, "s", "time that the packets were sent in", |r| number(r.figures.as_ref().map(|_| seconds(r.length)))),
    of("interval_us", Kind::Integer, "us", "from packet to packet in the schedule", |r| time_us(Some(r.interval))),
    of("sent", Kind::Integer, "", "packets sent", |r| figure(r, |f| Some(f.sent))),
    of("received", Kind::Integer, "", "of these, packets answered in time", |r| figure(r, |f| Some(f.received))),
    of("lost", Kind::Integer, "", "of these, packets not answered in time", |r| figure(r, |f| Some(f.lost()))),
    of("send_errors", Kind::Integer, "", "of the lost ones, packets that this system refused to send", |r| figure(r, |f| Some(f.send_errors))),
    of("missed", Kind::Integer, "", "packets of the schedule that were not sent: their time had passed", |r| figure(r, |f| Some(f.missed))),
    of("loss_ppm", Kind::Integer, "ppm", "lost packets per million sent; 10000 is 1 %", |r| figure(r, |f| f.loss.map(|s| s.ppm))),
    of("loss_low_ppm", Kind::Integer, "ppm", "lower bound of its 95 % confidence interval (Wilson)", |r| figure(r, |f| f.loss.map(|s| s.low_ppm))),
    of("loss_high_ppm", Kind::Integer, "ppm", "upper bound of its 95 % confidence interval (Wilson)", |r| figure(r, |f| f.loss.map(|s| s.high_ppm))),
    of("worst_window_lost", Kind::Integer, "", "packets lost in the worst 200 ms", |r| figure(r, |f| f.worst_window.map(|w| w.lost))),
    of("worst_window_sent", Kind::Integer, "", "packets sent in the same 200 ms", |r| figure(r, |f| f.worst_window.map(|w| w.sent))),
    of("worst_15s_lost", Kind::Integer, "", "packets lost in the worst 15 s", |r| figure(r, |f| f.worst_15s.map(|w| w.lost))),
    of("worst_15s_sent", Kind::Integer, "", "packets sent in the same 15 s", |r| figure(r, |f| f.worst_15s.map(|w| w.sent))),
    of("rtt_min_us", Kind::Integer, "us", "shortest round trip", |r| time(r, |f| f.rtt_min)),
    of("rtt_p50_us", Kind::Integer, "us", "median round trip", |r| time(r, |f| f.rtt_p50)),
    of("rtt_p95_us", Kind::Integer, "us", "95th percentile of the round trips; needs 20", |r| time(r, |f| f.rtt_p95)),
    of("rtt_p99_us", Kind::Integer, "us", "99th percentile of the round trips; needs 100", |r| time(r, |f| f.rtt_p99)),
    of("rtt_max_us", Kind::Integer, "us", "longest round trip", |r| time(r, |f| f.rtt_max)),
    of("jitter_us", Kind::Integer, "us", "mean change from one round trip to the next, in the order of arrival", |r| time(r, |f| f.jitter)),
    of("jitter_15s_us", Kind::Integer, "us", "the same in the 15 s where it is largest", |r| time(r, |f| f.jitter_15s)),
    of("jitter_max_us", Kind::Integer, "us", "largest smoothed jitter (RFC 3550 section 6.4.1, on round trips)", |r| time(r, |f| f.jitter_max)),
    of("reordered", Kind::Integer, "", "packets answered after a later one (RFC 4737)", |r| figure(r, |f| Some(f.reordered))),
    of("reordered_ppm", Kind::Integer, "ppm", "the same per million answered", |r| figure(r, |f| f.reordering.map(|s| s.ppm))),
    of("duplicates", Kind::Integer, "", "answers that came once more", |r| figure(r, |f| Some(f.duplicates))),
    of("late", Kind::Integer, "", "answers after the limit; their packets count as lost", |r| figure(r, |f| Some(f.late))),
    of("ignored", Kind::Integer, "", "datagrams that answer no packet: wrong transaction ID or no STUN", |r| figure(r, |f| Some(f.ignored))),
    of("send_lag_p99_us", Kind::Integer, "us", "99th percentile of how late packets were sent; needs 100", |r| time(r, |f| f.send_lag_p99)),
    of("hops", Kind::Integer, "", "lowest IP time to live that still gets an answer; with --hops", |r| number(r.distance.as_ref().and_then(Distance::hops).map(u64::from))),
    of("limits", Kind::Text, "", "row of Microsoft's table: client or edge", |r| word(r.verdicts.as_ref().map(|v| v.row))),
    of("verdict_rtt", Kind::Text, "", "pass, fail or too-few-packets: rtt_p95_us against the limit", |r| verdict(r, |v| v.rtt)),
    of("verdict_burst_loss", Kind::Text, "", "the same for the loss in any 200 ms", |r| verdict(r, |v| v.burst_loss)),
    of("verdict_loss", Kind::Text, "", "the same for the loss in any 15 s", |r| verdict(r, |v| v.loss)),
    of("verdict_jitter", Kind::Text, "", "the same for the jitter in any 15 s", |r| verdict(r, |v| v.jitter)),
    of("verdict_reordering", Kind::Text, "", "the same for the reordering", |r| verdict(r, |v| v.reordering)),
];

impl RowKind for Burst {
    const WHAT: &'static str = "burst";

    fn table() -> &'static [Column<Self>] {
        BURST
    }

    fn started(&self) -> DateTime<Utc> {
        self.started
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded() {
        assert_eq!(seconds(Duration::from_millis(14_980)), 15);
        assert_eq!(seconds(Duration::from_millis(1_499)), 1);
    }
}
