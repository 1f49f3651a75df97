//! Rows read back from files: the same fields as [`Record`](crate::record::Record), borrowed from the file's text
//! and parsed when they are asked for.

use std::borrow::Cow;
use std::net::IpAddr;

use chrono::{DateTime, Utc};

use crate::record::{Cause, Phase, without_marks};

/// What wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// This program.
    Turnprobe,
    /// End2End-TCP with its 22 columns.
    End2EndTcp,
    /// End2End-TCP's earlier version: its `tlstimems` counts from the start of the connection.
    End2EndTcpEarly,
    /// End2End-UDP3478: no time, one row a relay.
    End2EndUdp,
    /// End2End-HTTP.
    End2EndHttp,
    /// Bursts and watches of this program: a row for each burst, or minute of a watch.
    Bursts,
    /// Held connections of this program: a row for each.
    Held,
    /// Samples of held connections: no probes, and counted apart.
    Samples,
}

impl Dialect {
    /// Its name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Turnprobe => "turnprobe",
            Self::End2EndTcp => "End2End-TCP",
            Self::End2EndTcpEarly => "End2End-TCP (early)",
            Self::End2EndUdp => "End2End-UDP3478",
            Self::End2EndHttp => "End2End-HTTP",
            Self::Bursts => "turnprobe bursts",
            Self::Held => "turnprobe held connections",
            Self::Samples => "turnprobe samples",
        }
    }
}

macro_rules! fields {
    ($($field:ident $names:expr),* $(,)?) => {
        /// A field that statistics ask for by itself; any other goes by the name of its column.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)] // named like their columns
        pub enum Field { $($field),* }

        impl Field {
            /// All of them, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$field),*];

            /// Names of its column, the current one first.
            pub fn names(self) -> &'static [&'static str] {
                match self { $(Self::$field => &$names),* }
            }
        }
    };
}

// a name of another dialect stands behind ours
fields! {
    Datetime ["datetime", "Timestamp"],
    RemoteHost ["remotehost", "Computername", "url"],
    RemoteName ["remotename"],
    RemoteIp ["remoteip"],
    Port ["Port", "remoteudpport"],
    Status ["Status", "answerreceived"],
    Subject ["Subject"],
    NotAfter ["NotAfter"],
    NotBefore ["NotBefore"],
    Issuer ["Issuer"],
    Thumbprint ["Thumbprint"],
    DnsMs ["dnstimems"],
    ConnectMs ["connecttimems"],
    TlsMs ["tlstimems"],
    TotalMs ["totaltimems", "Duration"],
    AverageMs ["averagertt"],
    RunId ["run_id"],
    Slot ["slot"],
    Host ["host"],
    Label ["label"],
    World ["world"],
    Transport ["transport"],
    Region ["region"],
    StartedUtc ["started_utc", "at_utc"],
    FailedPhase ["failed_phase"],
    Cause ["cause"],
    DnsUs ["dns_us"],
    ConnectUs ["connect_us"],
    TlsUs ["tls_us"],
    TurnUs ["turn_us"],
    TotalUs ["total_us"],
    Resolver ["resolver"],
    DnsTtls ["dns_ttls"],
    SynRetransmits ["tcp_syn_retransmits"],
    Explain ["explain"],
    InTeamsRange ["in_teams_range"],
    Mode ["mode"],
    Sent ["sent"],
    Lost ["lost"],
    WorstWindowLost ["worst_window_lost"],
    WorstWindowSent ["worst_window_sent"],
    RttP50Us ["rtt_p50_us"],
    RttP95Us ["rtt_p95_us"],
    JitterUs ["jitter_us"],
    Reordered ["reordered"],
    Duplicates ["duplicates"],
    VerdictRtt ["verdict_rtt"],
    VerdictBurstLoss ["verdict_burst_loss"],
    VerdictLoss ["verdict_loss"],
    VerdictJitter ["verdict_jitter"],
    VerdictReordering ["verdict_reordering"],
    TurnReply ["turn_reply"],
    HeldUs ["held_us"],
    EndedBy ["ended_by"],
    Answered ["answered"],
    AnswerP50Us ["answer_p50_us"],
    Retransmits ["retransmits"],
    RetransmittedBytes ["retransmitted_bytes"],
    Timeouts ["timeouts"],
    Stalls ["stalls"],
    LongestStallUs ["longest_stall_us"],
    StalledUs ["stalled_us"],
    AtUs ["at_us"],
    RttUs ["rtt_us"],
    MinRttUs ["min_rtt_us"],
    InFlight ["in_flight"],
    BytesAcked ["bytes_acked"],
}

/// What statistics are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// Name resolution.
    Dns,
    /// TCP connect.
    Connect,
    /// TLS handshake.
    Tls,
    /// TURN request to reply.
    Turn,
    /// The whole probe.
    Total,
}

impl Metric {
    /// How many there are.
    pub const COUNT: usize = 5;

    /// All of them, in the order of their numbers.
    pub const ALL: [Self; Self::COUNT] =
        [Self::Dns, Self::Connect, Self::Tls, Self::Turn, Self::Total];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Turn => "turn",
            Self::Total => "total",
        }
    }
}

/// Where the columns of a file stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// What wrote the file.
    pub dialect: Dialect,
    names: Vec<String>,
    places: Vec<Option<usize>>,
}

impl Layout {
    /// Of a header's names.
    pub fn new(dialect: Dialect, names: Vec<String>) -> Self {
        let place = |wanted: &str| {
            names
                .iter()
                .position(|name| name.eq_ignore_ascii_case(wanted))
        };
        let places = Field::ALL
            .iter()
            .map(|field| field.names().iter().find_map(|name| place(name)))
            .collect();
        Self {
            dialect,
            names,
            places,
        }
    }

    /// Names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Place of a column by its name, in any case of letters; also by the name that another dialect
    /// has for the same field.
    pub fn place(&self, name: &str) -> Option<usize> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        let here = self.names.iter().position(|known| is(known));
        here.or_else(|| {
            let same = |field: &&Field| field.names().iter().any(|known| is(known));
            Field::ALL
                .iter()
                .find(same)
                .and_then(|field| self.places[*field as usize])
        })
    }

    /// Whether the file has the column.
    pub fn has(&self, field: Field) -> bool {
        self.places[field as usize].is_some()
    }
}

/// A row of a file.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Where its columns stand.
    pub layout: &'a Layout,
    /// All cells, one behind the other.
    pub text: &'a str,
    /// Where each cell ends in `text`.
    pub ends: &'a [u32],
    /// When the probe started; none where the row has no time that can be read.
    pub at: Option<DateTime<Utc>>,
    /// Line of the file that it stands in, from 1.
    pub line: u64,
}

impl<'a> Row<'a> {
    /// The cell at a place, empty where the row has none.
    pub fn cell(&self, place: usize) -> &'a str {
        let Some(end) = self.ends.get(place) else {
            return "";
        };
        let start = match place {
            0 => 0,
            _ => self.ends[place - 1],
        };
        self.text
            .get(start as usize..*end as usize)
            .unwrap_or_default()
    }

    /// A field's cell, empty where the file has no such column.
    pub fn get(&self, field: Field) -> &'a str {
        self.layout.places[field as usize].map_or("", |place| self.cell(place))
    }

    /// A text without the marks that keep a spreadsheet from taking it for a formula.
    pub fn text(&self, field: Field) -> Cow<'a, str> {
        without_marks(self.get(field))
    }

    /// The same of the cell at a place.
    pub fn cell_text(&self, place: usize) -> Cow<'a, str> {
        without_marks(self.cell(place))
    }

    /// A whole number.
    pub fn number(&self, field: Field) -> Option<u64> {
        self.get(field).trim().parse().ok()
    }

    /// Whether the probe worked.
    pub fn is_ok(&self) -> bool {
        let status = self.get(Field::Status).trim();
        match self.layout.dialect {
            Dialect::End2EndUdp => {
                ["true", "1", "yes"]
                    .iter()
                    .any(|yes| status.eq_ignore_ascii_case(yes))
                    || status.parse::<u64>().is_ok_and(|answers| answers > 0)
            }
            Dialect::End2EndHttp => status.eq_ignore_ascii_case("OK") || status == "200",
            _ if status.is_empty() && !self.layout.has(Field::Status) => {
                self.get(Field::Cause).is_empty()
            }
            _ => status.eq_ignore_ascii_case("OK"),
        }
    }

    /// Why it failed: our cause code, or what the file has for a status.
    pub fn cause(&self) -> &'a str {
        let cause = self.get(Field::Cause).trim();
        if !cause.is_empty() {
            return cause;
        }
        match self.get(Field::Status).trim() {
            "" => "no status",
            status if self.layout.dialect == Dialect::End2EndUdp && !status.is_empty() => {
                "no answer"
            }
            status => status,
        }
    }

    /// The phase that failed, where the row says so.
    pub fn failed_phase(&self) -> Option<Phase> {
        if self.is_ok() {
            return None;
        }
        if let Some(phase) = Phase::of_name(self.get(Field::FailedPhase)) {
            return Some(phase);
        }
        // without the column, a cause of ours says it
        Cause::of_code(self.get(Field::Status)).map(Cause::phase)
    }

    /// Whether the relay was heard: the probe worked, or a request was answered with an error. Such
    /// a row may have failed, and is no loss.
    pub fn was_heard(&self) -> bool {
        self.is_ok() || self.was_answered()
    }

    /// Whether a request got a well-formed answer, as [`TurnReply::is_answer`](crate::record::TurnReply::is_answer) has it.
    fn was_answered(&self) -> bool {
        let reply = self.get(Field::TurnReply).trim();
        reply == "success" || reply.parse::<u16>().is_ok()
    }

    /// What each [`Metric`] took, in microseconds, by its number; none where the phase failed, did
    /// not run or has no number. The total of our files counts only when the probe worked;
    /// End2End's, which have no phase, whenever there is a number.
    pub fn times(&self) -> [Option<u64>; Metric::COUNT] {
        let ok = self.is_ok();
        let failed = if ok { None } else { self.failed_phase() };
        let time = |phase| match failed {
            // an error that was answered has its round trip
            Some(failed) if failed == phase && !(phase == Phase::Turn && self.was_answered()) => {
                None
            }
            _ => self.time(phase),
        };
        let knows_phases = matches!(self.layout.dialect, Dialect::Turnprobe | Dialect::Held);
        let total = (ok || !knows_phases && failed.is_none())
            .then(|| self.micros(Field::TotalUs, Field::TotalMs))
            .flatten();
        [
            time(Phase::Dns),
            time(Phase::Connect),
            time(Phase::Tls),
            time(Phase::Turn),
            total,
        ]
    }

    fn time(&self, phase: Phase) -> Option<u64> {
        match phase {
            Phase::Dns => self.micros(Field::DnsUs, Field::DnsMs),
            Phase::Connect => self.micros(Field::ConnectUs, Field::ConnectMs),
            Phase::Tls if self.layout.dialect == Dialect::End2EndTcpEarly => {
                let from_connect = self.millis(Field::TlsMs)?;
                from_connect.checked_sub(self.millis(Field::ConnectMs)?)
            }
            Phase::Tls => self.micros(Field::TlsUs, Field::TlsMs),
            Phase::Turn if self.layout.dialect == Dialect::End2EndUdp => self
                .millis(Field::AverageMs)
                .filter(|us| (1..9_999_000).contains(us)),
            Phase::Turn => self.number(Field::TurnUs).filter(|us| *us <= LONGEST_US),
            Phase::Proxy => None,
        }
    }

    /// What was spoken: of files that do not say, what their program speaks.
    pub fn transport(&self) -> &'a str {
        match (self.get(Field::Transport), self.layout.dialect) {
            ("", Dialect::End2EndUdp) => "udp",
            ("", Dialect::Bursts) => "udp burst",
            ("", Dialect::Held | Dialect::Samples) => "tls held",
            ("", Dialect::End2EndHttp) if self.is_plain_http() => "http",
            ("", Dialect::End2EndHttp) => "https",
            ("", _) => "tls",
            (transport, _) => transport,
        }
    }

    /// Whether what was fetched is the URL of a page without TLS.
    fn is_plain_http(&self) -> bool {
        let scheme = self.get(Field::RemoteHost).split(':').next();
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"))
    }

    /// The relay's address.
    pub fn address(&self) -> Option<IpAddr> {
        self.get(Field::RemoteIp).trim().parse().ok()
    }

    fn micros(&self, exact: Field, millis: Field) -> Option<u64> {
        if self.layout.has(exact) {
            return self.number(exact).filter(|us| *us <= LONGEST_US);
        }
        self.millis(millis)
    }

    /// Milliseconds, whole or with a fraction behind a point or a comma; what is negative stands
    /// for a failure.
    fn millis(&self, field: Field) -> Option<u64> {
        let text = self.get(field).trim();
        if let Ok(whole) = text.parse::<u64>() {
            return whole.checked_mul(1000).filter(|us| *us <= LONGEST_US);
        }
        let value: f64 = text.replace(',', ".").parse().ok()?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the bounds
        (0.0..86_400_000.0)
            .contains(&value)
            .then(|| (value * 1000.0).round() as u64)
    }

    /// Whether the row has a time that is no number, is longer than a day, or cannot be: such a
    /// cell does not count. A negative number stands for a failure.
    pub fn has_odd_time(&self) -> bool {
        const EXACT: [Field; 5] = [
            Field::DnsUs,
            Field::ConnectUs,
            Field::TlsUs,
            Field::TurnUs,
            Field::TotalUs,
        ];
        const MILLIS: [Field; 5] = [
            Field::DnsMs,
            Field::ConnectMs,
            Field::TlsMs,
            Field::TotalMs,
            Field::AverageMs,
        ];
        let odd = |field: Field, most: u64| is_odd(self.get(field).trim(), most);
        EXACT.into_iter().any(|field| odd(field, LONGEST_US))
            || MILLIS
                .into_iter()
                .any(|field| odd(field, LONGEST_US / 1000))
            || self.layout.dialect == Dialect::End2EndTcpEarly
                && self.millis(Field::TlsMs) < self.millis(Field::ConnectMs)
                && self.millis(Field::TlsMs).is_some()
    }
}

/// A time that no probe takes: a day.
const LONGEST_US: u64 = 86_400_000_000;

fn is_odd(text: &str, most: u64) -> bool {
    if text.is_empty() {
        return false;
    }
    if let Ok(whole) = text.parse::<u64>() {
        return whole > most;
    }
    let value = text.replace(',', ".").parse::<f64>();
    #[allow(clippy::cast_precision_loss)] // a day in microseconds
    value.map_or(true, |value| !value.is_finite() || value > most as f64)
}

#[cfg(test)]
mod tests;
