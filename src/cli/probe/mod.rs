//! `turnprobe probe` without `--burst`, `--watch` or `--hold`: a series of probes. What it prints; the rest is the
//! procedure that all kinds share (`run`).

mod cells;
mod config;
mod lines;
mod live;
mod rate;
mod rollup;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

pub(super) use config::job;

use super::run::world::{few, with_port};
use super::run::{Counts, FinishedRun, MeasurementKind, Told, View};
use super::stranger::stranger;
use super::{message, terminal};
use crate::endpoints::DEFAULT_RELAY;
use crate::measure::Engine;
use crate::measure::probe::Prober;
use crate::measure::probe::text::SeriesSummary;
use crate::net::{Opener, Plan};
use crate::record::{Cause, Phase, Record, Run, Transport, World};
use crate::stats::Tally;
use lines::ProbeLines;
use live::Live;

/// A series of probes.
#[derive(Debug)]
pub(super) struct Probes {
    /// Lines on a terminal.
    pub lines: ProbeLines,
    /// Whether anybody sees them.
    pub is_text: bool,
    /// How long it goes on, for the status line.
    pub extent: Extent,
    /// The shortest interval that strangers' addresses may get.
    pub polite: Duration,
    /// Whether the receive window was chosen: then its ceiling is told.
    pub window_chosen: bool,
    /// Whether an application protocol was asked for: then it is told whether one was taken.
    pub alpn_asked: bool,
    /// The rows so far.
    pub tally: Tally,
    /// The status line.
    pub live: Option<Live>,
    /// Whether a hint may still be given.
    pub hints: bool,
}

/// How long a series goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Slots, where their number is known.
    pub slots: Option<u64>,
    /// Time from slot to slot.
    pub interval: Duration,
    /// Time to go on for.
    pub duration: Option<Duration>,
}

impl MeasurementKind for Probes {
    type Task = Prober;
    /// It has no details.
    type Detail = Record;

    fn task(&self, opener: Opener, run: Arc<Run>, _details: bool) -> Prober {
        Prober::new(opener, run)
    }

    fn begin(&mut self, view: View) -> anyhow::Result<Told<Record>> {
        self.is_text = view.is_text;
        self.hints = view.world == World::Real && !view.quiet;
        if view.is_unseen && !view.quiet && std::io::stderr().is_terminal() {
            let Extent {
                slots,
                interval,
                duration,
            } = self.extent;
            let duration = duration.map(|whole| whole.saturating_sub(view.waited));
            let live = Live::start(slots, interval, duration);
            self.live = Some(live.context("no thread for the status line")?);
        }
        Ok(Told::default())
    }

    fn row(&mut self, record: &Record) -> Told<Record> {
        self.tally.add(record);
        self.hint(record);
        if let Some(live) = &mut self.live {
            live.update(&self.tally, record);
        }
        Told {
            text: self
                .is_text
                .then(|| self.lines.of(record, terminal::columns())),
            ..Told::default()
        }
    }

    fn event(&mut self, event: Infallible) -> Told<Record> {
        match event {}
    }

    fn note(task: &Prober) -> Option<String> {
        task.take_note()
    }

    fn end(&mut self) {
        if let Some(live) = self.live.take() {
            live.finish();
        }
    }

    fn headline(&self, path: &Plan, engine: &Engine, world: World) -> String {
        let mut transports = BTreeSet::new();
        let mut names = Vec::new();
        for target in engine.targets.iter() {
            let ways = path.ways(target);
            let ports: BTreeSet<_> = ways.iter().map(|way| way.port).collect();
            // several ports, as of TLS and UDP: the name alone
            let port = ports
                .first()
                .filter(|_| ports.len() == 1 && world == World::Real);
            names.push(match port {
                Some(port) => with_port(target, *port),
                None => target.host.to_string(),
            });
            // a URI says it itself
            if port.is_none() || target.transport.is_none() {
                transports.extend(ways.iter().map(|way| way.transport));
            }
        }
        let mut text = few(names, world);
        if !transports
            .iter()
            .all(|transport| *transport == Transport::Tls)
        {
            let words: Vec<_> = transports
                .iter()
                .map(|transport| transport.as_str())
                .collect();
            let _ = write!(text, " over {}", words.join(", "));
        }
        match &path.proxy {
            Some(proxy) if proxy.port == 0 => text.push_str(", through the lab's proxy"),
            Some(proxy) => {
                let _ = write!(text, ", through {proxy}");
            }
            None => {}
        }
        text
    }

    fn summary(&self, run: &FinishedRun<'_, Prober>) -> String {
        let summary = SeriesSummary {
            tally: &self.tally,
            missed: run.end.missed,
            cut_off: run.end.cut_off,
            targets: run.targets,
            stopped: run.interrupted,
            window_chosen: self.window_chosen,
            alpn_asked: self.alpn_asked,
            told: run.told,
            columns: run.columns,
        };
        summary.render()
    }

    fn counts(&self, _task: &Prober) -> Counts {
        Counts {
            rows: self.tally.outcomes.rows,
            ok: self.tally.outcomes.ok,
            answered: self.tally.outcomes.answered,
            judged: self.tally.paths.judged(),
            untrusted: self.tally.paths.untrusted(),
            why: self.tally.failures.sentence(),
            ..Counts::default()
        }
    }

    fn too_much(&self, address: IpAddr) -> String {
        let polite = humantime::format_duration(self.polite)
            .to_string()
            .replace(' ', "");
        format!(
            "more than 10 probes a second to {}: give --interval {polite} or more, or --i-own-this-server if it \
             is yours",
            stranger(address)
        )
    }
}

impl Probes {
    /// When the very first probe finds no name service: the lab needs none. For the relay that
    /// everybody can resolve, any failure of the name service counts.
    fn hint(&mut self, record: &Record) {
        if !std::mem::take(&mut self.hints) {
            return;
        }
        let Some(cause) = record.outcome.cause() else {
            return;
        };
        let no_service = matches!(cause, Cause::DnsNoResolver | Cause::DnsTimeout);
        // a filter is a name service
        let is_named = cause.phase() == Phase::Dns && cause != Cause::DnsBlocked;
        let default = is_named && &*record.host == DEFAULT_RELAY;
        if no_service || default {
            message::hint(
                "no name service here? Try everything without a network: `turnprobe probe --lab`",
            );
        }
    }
}
