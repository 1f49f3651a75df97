//! The results of the requests: the JSON, and the data behind the tables.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::endpoints::{List, ListFacts, TEAMS};
use crate::record::{Cause, Outcome, Phase, Record, Run, Transport, World};

/// A port of a name that is contacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) transport: Transport,
    pub(super) port: u16,
}

/// Whether something answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PortReachability {
    Ok,
    No,
    CouldNotTell,
}

impl PortReachability {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::No => "no",
            Self::CouldNotTell => "could not tell",
        }
    }

    /// Of a record. One packet without an answer may be a lost one; a TCP connect has sent several.
    fn of(record: &Record) -> Self {
        let Outcome::Failed(failure) = &record.outcome else {
            return Self::Ok;
        };
        if record
            .turn
            .reply
            .is_some_and(crate::record::TurnReply::is_answer)
        {
            return Self::Ok;
        }
        let cause = failure.cause;
        let is_unsure = cause.is_local()
            || matches!(
                cause,
                Cause::TurnSilent | Cause::DnsTimeout | Cause::DnsNoResolver
            );
        match cause.phase() {
            _ if is_unsure => Self::CouldNotTell,
            // servers that fail say nothing of the name
            Phase::Dns
                if ![Cause::DnsNxdomain, Cause::DnsNoData, Cause::DnsBlocked].contains(&cause) =>
            {
                Self::CouldNotTell
            }
            _ => Self::No,
        }
    }
}

impl Serialize for PortReachability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One request and what came of it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Asked {
    #[serde(skip)]
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) transport: &'static str,
    pub(super) port: u16,
    pub(super) answers: PortReachability,
    pub(super) address: Option<IpAddr>,
    pub(super) in_teams_range: Option<bool>,
    /// Of the name's resolution.
    pub(super) dns_ms: Option<f64>,
    /// Of the connect, or of the request; none where it failed.
    pub(super) ms: Option<f64>,
    /// The code of the failure.
    pub(super) cause: Option<&'static str>,
    pub(super) detail: String,
}

impl Asked {
    /// Of the row of one of these requests.
    pub(super) fn of(record: &Record, wanted: &[Wanted]) -> Option<Self> {
        let one = wanted.get(usize::try_from(record.slot).ok()?)?;
        let phase = match one.transport {
            Transport::Udp => Phase::Turn,
            _ => Phase::Connect,
        };
        let answers = PortReachability::of(record);
        let failure = match &record.outcome {
            Outcome::Failed(failure) => Some(failure),
            Outcome::Ok => None,
        };
        let took = record
            .times
            .of(phase)
            .filter(|_| answers == PortReachability::Ok);
        Some(Self {
            number: record.slot,
            name: one.name.clone(),
            transport: one.transport.as_str(),
            port: record.port,
            answers,
            address: record.remote.map(|remote| remote.ip()),
            in_teams_range: record.in_teams_range,
            dns_ms: record.completed(Phase::Dns).map(millis),
            ms: took.map(millis),
            cause: failure.map(|failure| failure.cause.as_str()),
            detail: failure
                .map(|failure| failure.detail.clone())
                .unwrap_or_default(),
        })
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// What came of the requests to a port.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PortFound {
    pub(super) transport: &'static str,
    pub(super) port: u16,
    /// Requests.
    pub(super) n: u64,
    pub(super) ok: u64,
    pub(super) no: u64,
    pub(super) could_not_tell: u64,
    /// Of those that answered.
    pub(super) min_ms: Option<f64>,
    pub(super) median_ms: Option<f64>,
    pub(super) max_ms: Option<f64>,
}

/// All of it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ProbedEndpoints {
    pub(super) tool_version: &'static str,
    pub(super) run_id: String,
    pub(super) world: &'static str,
    pub(super) started: DateTime<Utc>,
    pub(super) interrupted: bool,
    /// What decides which addresses are of Teams; none in the lab.
    pub(super) list: Option<ListFacts>,
    /// Requests that there was no time for.
    pub(super) not_asked: u64,
    pub(super) ports: Vec<PortFound>,
    pub(super) requests: Vec<Asked>,
    /// Names that stand for many, and cannot be contacted.
    pub(super) wildcards: Vec<String>,
}

impl ProbedEndpoints {
    /// Of what was asked of so many that were to be.
    pub(super) fn new(
        run: &Run,
        list: &List,
        (started, requests, all): (DateTime<Utc>, Vec<Asked>, usize),
        interrupted: bool,
    ) -> Self {
        let wildcards = list.set(TEAMS).into_iter().flat_map(|set| &set.names);
        let wildcards = wildcards.filter(|name| name.is_wildcard());
        let is_lab = run.world == World::Lab;
        Self {
            tool_version: env!("CARGO_PKG_VERSION"),
            run_id: run.id.clone(),
            world: run.world.as_str(),
            started,
            interrupted,
            list: (!is_lab).then(|| list.facts(started.date_naive())),
            not_asked: all.saturating_sub(requests.len()) as u64,
            ports: ports(&requests),
            requests,
            wildcards: wildcards.map(|name| name.text().to_owned()).collect(),
        }
    }

    /// Whether anything answered.
    pub(super) fn answered(&self) -> bool {
        self.ports.iter().any(|port| port.ok > 0)
    }
}

/// By port, TCP first.
fn ports(requests: &[Asked]) -> Vec<PortFound> {
    let mut keys: Vec<(&'static str, u16)> = requests
        .iter()
        .map(|one| (one.transport, one.port))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let found = keys.into_iter().map(|(transport, port)| {
        let its = || {
            let all = requests.iter();
            all.filter(move |one| (one.transport, one.port) == (transport, port))
        };
        let count = |answers| its().filter(|one| one.answers == answers).count() as u64;
        let mut times: Vec<f64> = its().filter_map(|one| one.ms).collect();
        times.sort_by(f64::total_cmp);
        PortFound {
            transport,
            port,
            n: its().count() as u64,
            ok: count(PortReachability::Ok),
            no: count(PortReachability::No),
            could_not_tell: count(PortReachability::CouldNotTell),
            min_ms: times.first().copied(),
            // of an even number the lower one: a time that was measured
            median_ms: times.get(times.len().saturating_sub(1) / 2).copied(),
            max_ms: times.last().copied(),
        }
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(port: u16, answers: PortReachability, ms: Option<f64>) -> Asked {
        Asked {
            number: 0,
            name: "relay.test".to_owned(),
            transport: "udp",
            port,
            answers,
            address: None,
            in_teams_range: None,
            dns_ms: None,
            ms,
            cause: None,
            detail: String::new(),
        }
    }

    #[test]
    fn a_port_has_its_answers_and_their_times() {
        let requests = [
            asked(3479, PortReachability::Ok, Some(30.0)),
            asked(3478, PortReachability::CouldNotTell, None),
            asked(3479, PortReachability::Ok, Some(10.0)),
            asked(3479, PortReachability::No, None),
            asked(3479, PortReachability::Ok, Some(20.0)),
        ];
        let found = ports(&requests);
        let counts = |found: &PortFound| {
            (
                found.port,
                found.n,
                found.ok,
                found.no,
                found.could_not_tell,
            )
        };
        let all: Vec<_> = found.iter().map(counts).collect();
        assert_eq!(all, [(3478, 1, 0, 0, 1), (3479, 4, 3, 1, 0)]);
        let times = [found[1].min_ms, found[1].median_ms, found[1].max_ms];
        assert_eq!(times, [Some(10.0), Some(20.0), Some(30.0)]);
        assert_eq!(found[0].median_ms, None);
    }
}
