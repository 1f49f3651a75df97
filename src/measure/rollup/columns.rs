//! The columns of a roll-up.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::Rollup;
use crate::record::Run;
use crate::schema::Metric;
use crate::schema::column::{Column, Kind, of};
use crate::schema::dialect::Dialect;
use crate::schema::group::{Group, count, table};
use crate::schema::groups::HasRun;
use crate::schema::row_kind::RowKind;
use crate::schema::stored::{Keep, Stored};
use crate::schema::value::{Value, list, number, numbers, optional, text, time_us, word};
use crate::stats::Distribution;

type Of = Group<Rollup>;

/// The columns of the times of a phase.
#[rustfmt::skip]
macro_rules! times {
    ($times:ident; $what:literal, $n:literal, $sum:literal, $squares:literal, $min:literal, $max:literal, $buckets:literal, $counts:literal) => {
        &[
            of($n, Kind::Integer, "", concat!("completed times of ", $what), |r| Value::Integer($times(r).moments().count())),
            of($sum, Kind::Text, "us", concat!("sum of the times of ", $what), |r| wide($times(r), $times(r).moments().sum())),
            of($squares, Kind::Text, "us2", concat!("sum of the squares of the times of ", $what), |r| wide($times(r), $times(r).moments().squares())),
            of($min, Kind::Integer, "us", concat!("shortest time of ", $what), |r| number($times(r).moments().min())),
            of($max, Kind::Integer, "us", concat!("longest time of ", $what), |r| number($times(r).moments().max())),
            of($buckets, Kind::List, "", concat!("buckets that hold times of ", $what, ": bucket i those over 2^(i/64) s up to 2^((i+1)/64) s, -2048 zeros"), |r| buckets($times(r))),
            of($counts, Kind::List, "", concat!("how many times of ", $what, " each of these buckets holds"), |r| counts($times(r))),
        ]
    };
}

/// The columns of a roll-up, in the order of the file.
#[rustfmt::skip]
const PIECES: &[&[Column<Rollup>]] = &[
    &[
        of("start_utc", Kind::Time, "UTC", "start of the interval; intervals are aligned to midnight UTC", |r| Value::Seconds(r.start)),
        of("interval_s", Kind::Integer, "s", "length of the interval", |r| Value::Integer(r.interval.as_secs())),
    ],
    &Of::RUN.pick(["run_id", "host", "label", "world", "tool_version"]),
    &[
        of("target", Kind::Text, "", "what was probed, host:port", |r| text(&r.target)),
        of("transport", Kind::Text, "", "what was spoken: tls, udp, tcp, pseudo-tls", |r| word(Some(r.transport.as_str()))),
        of("proxy", Kind::Text, "", "proxy that the path led through", |r| optional(r.proxy.as_deref())),
        of("region", Kind::Text, "", "Azure region of the relays", |r| text(&r.region)),
        of("first_s", Kind::Integer, "s", "whole seconds from start_utc to the start of the first probe", |r| Value::Integer(r.into_interval(r.first))),
        of("last_s", Kind::Integer, "s", "the same for the last probe", |r| Value::Integer(r.into_interval(r.last))),
        of("probes", Kind::Integer, "", "probes that began in the interval; rows of the same interval add up", |r| Value::Integer(r.outcomes.rows)),
        of("failed", Kind::Integer, "", "of them failed", |r| Value::Integer(r.outcomes.failed())),
        of("answered", Kind::Integer, "", "of them worked, or were answered with an error", |r| Value::Integer(r.outcomes.answered)),
        of("failed_here", Kind::Integer, "", "of them failed on the measuring computer", |r| Value::Integer(r.outcomes.failed_here)),
        of("undecided", Kind::Integer, "", "of them answered with a TLS alert or an unusable certificate", |r| Value::Integer(r.outcomes.undecided)),
        of("causes", Kind::List, "", "failures by cause, cause:count", |r| list(r.causes.iter().map(|(cause, n)| format!("{}:{n}", cause.as_str())))),
        of("longest_outage_us", Kind::Integer, "us", "longest time without an answer so far, in any region: from the first probe without one, which may be in an earlier interval, to the next one with an answer, or to the last one without", |r| time_us(r.longest_outage)),
        of("lost_in_a_row", Kind::Integer, "", "most probes without an answer in a row in such a time", |r| Value::Integer(r.lost_in_a_row)),
        of("syn_retransmits", Kind::Integer, "", "retransmitted SYN segments, as counted by the kernel", |r| number(r.syn_retransmits)),
        of("addresses", Kind::Integer, "", "distinct relay addresses in the interval; they do not add up", |r| Value::Integer(r.addresses)),
    ],
    times!(dns; "the name resolution", "dns_n", "dns_sum_us", "dns_sum2_us2", "dns_min_us", "dns_max_us", "dns_buckets", "dns_counts"),
    times!(connect; "the TCP connect", "connect_n", "connect_sum_us", "connect_sum2_us2", "connect_min_us", "connect_max_us", "connect_buckets", "connect_counts"),
    times!(proxy; "the tunnel through a proxy", "proxy_n", "proxy_sum_us", "proxy_sum2_us2", "proxy_min_us", "proxy_max_us", "proxy_buckets", "proxy_counts"),
    times!(tls; "the TLS handshake", "tls_n", "tls_sum_us", "tls_sum2_us2", "tls_min_us", "tls_max_us", "tls_buckets", "tls_counts"),
    times!(turn; "the STUN or TURN request", "turn_n", "turn_sum_us", "turn_sum2_us2", "turn_min_us", "turn_max_us", "turn_buckets", "turn_counts"),
    times!(total; "whole probes that worked", "total_n", "total_sum_us", "total_sum2_us2", "total_min_us", "total_max_us", "total_buckets", "total_counts"),
];

pub(crate) static ROLLUP: [Column<Rollup>; count(PIECES)] = table(PIECES, &[]);

macro_rules! metrics {
    ($($name:ident $metric:ident)+) => {
        $(fn $name(row: &Rollup) -> &Distribution {
            row.times.of(Metric::$metric)
        })+
    };
}

metrics! { dns Dns connect Connect proxy Proxy tls Tls turn Turn total Total }

/// A number of more than 64 bits, which no reader of JSON takes as one.
fn wide(of: &Distribution, sum: u128) -> Value<'static> {
    if of.moments().count() == 0 {
        return Value::Missing;
    }
    Value::Text(Cow::Owned(sum.to_string()))
}

fn buckets(of: &Distribution) -> Value<'static> {
    numbers(
        of.buckets()
            .into_iter()
            .map(|(bucket, _)| bucket.into())
            .collect(),
    )
}

fn counts(of: &Distribution) -> Value<'static> {
    numbers(of.buckets().into_iter().map(|(_, n)| n.into()).collect())
}

impl RowKind for Rollup {
    const WHAT: &'static str = "roll-up";
    const MEANING: &'static str = "The probes of an interval to a target and a region";
    const DIALECT: Option<Dialect> = Some(Dialect::RollUps);
    const STORED: Option<Stored> = Some(Stored::new("rollups", "start_utc", Keep::Rollups));
    const COLUMNS: &'static [Column<Self>] = &ROLLUP;

    fn started(&self) -> DateTime<Utc> {
        self.start
    }
}

impl HasRun for Rollup {
    fn run(&self) -> &Run {
        &self.run
    }

    // of many slots; no column has it
    fn slot(&self) -> u64 {
        0
    }
}
