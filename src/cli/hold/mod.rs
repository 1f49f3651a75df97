//! `turnprobe probe --hold`: what it prints; the rest is the procedure that all kinds share (`run`).

pub(super) mod args;
pub(super) mod config;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

pub(super) use config::job;

use super::run::world::headline;
use super::run::{Counts, FinishedRun, MeasurementKind, Told, View};
use super::stranger::stranger;
use super::stream_live::{StreamLive, StreamProgress};
use super::terminal;
use crate::doc::lines::{WIDTH, narrowed};
use crate::measure::Engine;
use crate::measure::hold::text::{HoldSummary, block};
use crate::measure::hold::{Hold, Sample};
use crate::measure::hold::{HoldShape, Holds, Samples};
use crate::net::{Opener, Plan};
use crate::record::{EndedBy, Run, Transport, World};
use crate::zone::Zone;

/// Held connections.
#[derive(Debug)]
pub(super) struct HoldKind {
    shape: HoldShape,
    /// How long it takes, where it has an end.
    length: Option<Duration>,
    live: Option<StreamLive>,
    /// Where times are shown.
    zone: Zone,
}

impl MeasurementKind for HoldKind {
    type Task = Holds;
    type Detail = Sample;

    fn task(&self, opener: Opener, run: Arc<Run>, details: bool) -> Holds {
        let samples = if details {
            Samples::Told
        } else {
            Samples::Folded
        };
        Holds::new(opener, run, self.shape, samples)
    }

    fn begin(&mut self, view: View) -> anyhow::Result<Told<Sample>> {
        self.live = StreamLive::start(view, self.length)?;
        Ok(Told::default())
    }

    fn each_second(&mut self, task: &Holds) {
        let Some(live) = &self.live else { return };
        let totals = task.totals();
        let answers = &totals.now.answers;
        let quantile = |permille| answers.quantile(permille).map(Duration::from_micros);
        live.show(&StreamProgress {
            sent: totals.sent_by_now(),
            lost: None,
            answered: answers.moments().count(),
            last: totals.now.last,
            p50: quantile(500),
            p95: quantile(950),
        });
    }

    fn end(&mut self) {
        if let Some(live) = self.live.take() {
            live.finish();
        }
    }

    fn row(&mut self, row: &Hold) -> Told<Sample> {
        Told {
            text: Some(narrowed(
                &block(row, self.zone),
                terminal::columns().min(WIDTH),
            )),
            ..Told::default()
        }
    }

    fn event(&mut self, sample: Box<Sample>) -> Told<Sample> {
        Told {
            detail: Some(sample),
            ..Told::default()
        }
    }

    fn note(task: &Holds) -> Option<String> {
        task.take_note()
    }

    fn headline(&self, _path: &Plan, engine: &Engine, world: World) -> String {
        headline(&engine.targets, Transport::Tls, world)
    }

    fn summary(&self, run: &FinishedRun<'_, Holds>) -> String {
        let totals = run.task.totals();
        let ended = EndedBy::ALL.into_iter().zip(totals.rows.ended);
        let ended: Vec<_> = ended.filter(|(_, n)| *n > 0).collect();
        let summary = HoldSummary {
            targets: run.targets,
            stopped: run.interrupted,
            rows: totals.rows.connections,
            missed_slots: run.end.missed,
            cut_off: run.end.cut_off,
            ended: &ended,
            held: Duration::from_micros(totals.rows.held_us),
            figures: &totals.figures(),
            paths: &totals.paths,
            proxy: totals.proxy.as_deref(),
            failures: &totals.failures,
            ends: &totals.ends,
            told: totals.rows.connections == 1 && run.told,
        };
        summary.render()
    }

    fn counts(&self, task: &Holds) -> Counts {
        let totals = task.totals();
        Counts {
            rows: totals.rows.connections,
            ok: totals.rows.held,
            answered: totals.rows.held,
            judged: totals.paths.judged(),
            untrusted: totals.paths.untrusted(),
            why: totals.failures.sentence(),
            ..Counts::default()
        }
    }

    fn too_much(&self, address: IpAddr) -> String {
        format!(
            "to {}: at most --hold 60s --hold-rate 50/s; give --i-own-this-server if it is yours",
            stranger(address)
        )
    }
}
