//! The columns of a burst.

use std::borrow::Cow;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::measure::burst::Burst;
use crate::measure::burst::fold::LostStretch;
use crate::record::{
    Distance, Figures, LimitVerdict, LimitVerdicts, Outcome, Phase, PhaseTimes, micros,
};
use crate::schema::column::{Column, Kind, of};
use crate::schema::dialect::Dialect;
use crate::schema::group::{Group, count, table};
use crate::schema::groups::{HasOutcome, HasTimes, by_fields};
use crate::schema::row_kind::RowKind;
use crate::schema::stored::{Keep, Stored};
use crate::schema::value::{Value, number, numbers, seconds, time_us, word};

type Of = Group<Burst>;

/// The columns of a burst, in the order of the file.
#[rustfmt::skip]
const PIECES: &[&[Column<Burst>]] = &[
    &Of::START.pick(["datetime", "started_utc"]),
    &Of::RUN.pick(["run_id", "slot"]),
    &[
        of("mode", Kind::Text, "", "burst, or watch: one minute of a continuous watch", |r| word(Some(r.mode.as_str()))),
    ],
    &Of::RUN.pick(["host", "label", "world", "tool_version"]),
    &Of::HOST.pick(["remotehost"]),
    &Of::DNS.pick(["remotename"]),
    &Of::PEER.pick(["remoteip", "Port"]),
    &Of::RELAY.pick(["region", "in_teams_range"]),
    &Of::LOCAL_END.pick(["local_ip", "local_port"]),
    &Of::OUTCOME.pick(["Status", "cause", "detail"]),
    &Of::TIMES.pick(["dns_us"]),
    &Of::DNS.pick(["resolver", "dns_chain", "dns_ttls", "dns_addresses", "dns_queries"]),
    &Of::START.pick(["lag_us"]),
    &[
        of("seconds", Kind::Integer, "s", "time that the packets were sent in", |r| number(r.figures.as_ref().map(|_| seconds(r.length)))),
        of("interval_us", Kind::Integer, "us", "from packet to packet in the schedule", |r| time_us(Some(r.interval))),
        of("sent", Kind::Integer, "", "packets sent", |r| figure(r, |f| Some(f.sent))),
        of("received", Kind::Integer, "", "of these, packets answered in time", |r| figure(r, |f| Some(f.received))),
        of("lost", Kind::Integer, "", "of these, packets not answered in time", |r| figure(r, |f| Some(f.lost()))),
        of("send_errors", Kind::Integer, "", "of the lost ones, packets that this system refused to send", |r| figure(r, |f| Some(f.send_errors))),
        of("missed", Kind::Integer, "", "packets of the schedule that were not sent, as their time had passed", |r| figure(r, |f| Some(f.missed))),
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
        of("duplicates", Kind::Integer, "", "repeated answers", |r| figure(r, |f| Some(f.duplicates))),
        of("late", Kind::Integer, "", "answers after the limit; their packets count as lost", |r| figure(r, |f| Some(f.late))),
        of("ignored", Kind::Integer, "", "datagrams that answer no packet: wrong transaction ID or not STUN", |r| figure(r, |f| Some(f.ignored))),
        of("send_lag_p99_us", Kind::Integer, "us", "99th percentile of how late packets were sent; needs 100", |r| time(r, |f| f.send_lag_p99)),
        of("hops", Kind::Integer, "", "lowest IP time to live that still gets an answer; with --hops", |r| number(r.distance.as_ref().and_then(Distance::hops).map(u64::from))),
        of("limits", Kind::Text, "", "row of Microsoft's table: client or edge", |r| word(r.verdicts.as_ref().map(|v| v.row))),
        of("verdict_rtt", Kind::Text, "", "pass, fail or too-few-packets: rtt_p95_us against the limit", |r| verdict(r, |v| v.rtt)),
        of("verdict_burst_loss", Kind::Text, "", "the same for the loss in any 200 ms", |r| verdict(r, |v| v.burst_loss)),
        of("verdict_loss", Kind::Text, "", "the same for the loss in any 15 s", |r| verdict(r, |v| v.loss)),
        of("verdict_jitter", Kind::Text, "", "the same for the jitter in any 15 s", |r| verdict(r, |v| v.jitter)),
        of("verdict_reordering", Kind::Text, "", "the same for the reordering", |r| verdict(r, |v| v.reordering)),
    ],
    &Of::CLOCK.pick(["clock_step_us", "suspended_us"]),
    &[
        of("outages", Kind::Integer, "", "of a watch: times in this minute without an answer, each of a second or more and of two packets or more in a row", |r| number(r.outages.as_ref().map(|all| all.len() as u64))),
        of("outages_after_us", Kind::List, "us", "when each of them began after started_utc; one that goes on from the row before begins where it ends there", |r| outages(r, |part| signed_us(part.began - r.started))),
        of("outages_us", Kind::List, "us", "how long each of them lasted in this minute", |r| outages(r, |part| i64::try_from(micros(part.length)).unwrap_or(i64::MAX))),
        of("outages_lost", Kind::List, "", "packets lost in each of them", |r| outages(r, |part| i64::try_from(part.lost).unwrap_or(i64::MAX))),
    ],
];

/// What some of them mean here.
#[rustfmt::skip]
const MEANINGS: &[(&str, &str)] = &[
    ("datetime", "start of the burst, before the name resolution"),
    ("slot", "number of the burst in the schedule, of the minute in a watch"),
    ("remoteip", "address that the packets went to"),
    ("Port", "UDP port that the packets went to"),
    ("local_port", "UDP port of this end"),
    ("Status", "OK when anything answered, else the cause code"),
    ("cause", "cause code, empty when anything answered"),
    ("detail", "what exactly was seen when nothing answered; beside answers, ICMP messages and refusals of this system to send"),
    ("dns_us", "name resolution"),
    ("lag_us", "how late the burst started against its slot"),
    ("clock_step_us", "by how much the wall clock was set since the previous row, until the end of this burst, forward or (negative) back; empty when it was not"),
    ("suspended_us", "how long the machine slept since the previous row, until the end of this burst (Linux, Windows); empty when it did not"),
];

pub(crate) static BURST: [Column<Burst>; count(PIECES)] = table(PIECES, MEANINGS);

by_fields!(Burst: HasRun, HasClock, HasStart, HasHost, HasDns, HasPeer, HasRelay, HasLocalEnd);

impl RowKind for Burst {
    const WHAT: &'static str = "burst";
    const MEANING: &'static str = "A burst, or a minute of a watch";
    const DIALECT: Option<Dialect> = Some(Dialect::Bursts);
    const STORED: Option<Stored> = Some(Stored::new("bursts", "started_utc", Keep::Rows));
    const COLUMNS: &'static [Column<Self>] = &BURST;

    fn started(&self) -> DateTime<Utc> {
        self.started
    }
}

impl HasOutcome for Burst {
    fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    fn detail(&self) -> Cow<'_, str> {
        self.dns.beside(match &self.outcome {
            Outcome::Failed(failure) => &failure.detail,
            Outcome::Ok => &self.met,
        })
    }
}

impl HasTimes for Burst {
    fn times(&self) -> PhaseTimes {
        let mut times = PhaseTimes::default();
        if let Some(took) = self.dns_took {
            times.set(Phase::Dns, took);
        }
        times
    }
}

fn figure(row: &Burst, read: impl Fn(&Figures) -> Option<u64>) -> Value<'static> {
    number(row.figures.as_ref().and_then(read))
}

fn time(row: &Burst, read: impl Fn(&Figures) -> Option<Duration>) -> Value<'static> {
    time_us(row.figures.as_ref().and_then(read))
}

fn outages(row: &Burst, read: impl Fn(&LostStretch) -> i64) -> Value<'static> {
    numbers(row.outages.iter().flatten().map(read).collect())
}

fn signed_us(time: TimeDelta) -> i64 {
    time.num_microseconds().unwrap_or(i64::MAX)
}

fn verdict(row: &Burst, read: impl Fn(&LimitVerdicts) -> LimitVerdict) -> Value<'static> {
    word(row.verdicts.as_ref().map(|all| read(all).as_str()))
}
