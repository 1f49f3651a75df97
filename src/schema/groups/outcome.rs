//! How it ended, and what each phase took.

use std::borrow::Cow;

use crate::record::{Cause, Outcome, Phase, PhaseTimes};
use crate::schema::column::{Kind, of};
use crate::schema::group::Group;
use crate::schema::value::{Value, owned, time_ms, time_us, word};

/// A row that worked or failed.
pub trait HasOutcome: 'static {
    /// Which of the two.
    fn outcome(&self) -> &Outcome;

    /// What exactly was seen.
    fn detail(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.outcome().detail())
    }
}

impl<R: HasOutcome> Group<R> {
    /// The outcome.
    #[rustfmt::skip]
    pub(crate) const OUTCOME: Self = Self { columns: &[
        of("Status", Kind::Text, "", "OK, or the cause code of the failure", |r| Value::Text(r.outcome().cause().map_or("OK", Cause::as_str).into())),
        of("failed_phase", Kind::Text, "", "phase that failed: dns, connect, proxy, tls, turn", |r| word(r.outcome().cause().map(|c| c.phase().as_str()))),
        of("cause", Kind::Text, "", "cause code of the failure, empty when OK", |r| word(r.outcome().cause().map(Cause::as_str))),
        of("detail", Kind::Text, "", "what exactly was seen", |r| owned(r.detail())),
    ] };
}

/// A row with phases.
pub trait HasTimes: 'static {
    /// What each took.
    fn times(&self) -> PhaseTimes;
}

impl<R: HasTimes> Group<R> {
    /// The times of the phases.
    #[rustfmt::skip]
    pub(crate) const TIMES: Self = Self { columns: &[
        of("dns_us", Kind::Integer, "us", "time of the name resolution", |r| time_us(r.times().of(Phase::Dns))),
        of("proxy_us", Kind::Integer, "us", "from the connection to a proxy to an open tunnel", |r| time_us(r.times().of(Phase::Proxy))),
        of("connect_us", Kind::Integer, "us", "time of the TCP connect", |r| time_us(r.times().of(Phase::Connect))),
        of("tls_us", Kind::Integer, "us", "time of the TLS handshake, of pseudo-TLS: of its hello", |r| time_us(r.times().of(Phase::Tls))),
        of("turn_us", Kind::Integer, "us", "time from STUN or TURN request to reply; empty after silence inside TLS", |r| time_us(r.times().of(Phase::Turn))),
        of("total_us", Kind::Integer, "us", "sum of all phases", |r| time_us(r.times().total())),
    ] };

    /// The same as the reference has them.
    #[rustfmt::skip]
    pub(crate) const TIMES_MS: Self = Self { columns: &[
        of("dnstimems", Kind::Integer, "ms", "time of the name resolution, rounded", |r| time_ms(r.times().of(Phase::Dns))),
        of("connecttimems", Kind::Integer, "ms", "time of the TCP connect, rounded", |r| time_ms(r.times().of(Phase::Connect))),
        of("tlstimems", Kind::Integer, "ms", "time of the TLS handshake, rounded", |r| time_ms(r.times().of(Phase::Tls))),
        of("totaltimems", Kind::Integer, "ms", "sum of all phases, rounded", |r| time_ms(r.times().total())),
    ] };
}
