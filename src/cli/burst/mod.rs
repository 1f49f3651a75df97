//! `turnprobe probe --burst` and `--watch`: what they print; the rest is the procedure that all kinds share (`run`).

pub(super) mod args;
pub(super) mod config;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use anstream::adapter::strip_str;

pub(super) use config::job;

use super::run::world::headline;
use super::run::{Counts, FinishedRun, MeasurementKind, Told, View};
use super::stream_live::{StreamLive, StreamProgress};
use super::terminal;
use crate::clock::Wall;
use crate::doc::lines::{WIDTH, narrowed};
use crate::measure::Engine;
use crate::measure::burst::fold::OutageChange;
use crate::measure::burst::text::watch::{Minutes, change, distance, moved};
use crate::measure::burst::text::{BurstSummary, block, failed_lines};
use crate::measure::burst::{Burst, Packet};
use crate::measure::burst::{BurstOptions, Bursts, Event};
use crate::net::{Opener, Plan};
use crate::pace::Pace;
use crate::record::{Distance, Mode, Run, Transport, World};
use crate::zone::Zone;

/// Bursts or a watch.
#[derive(Debug)]
pub(super) struct BurstKind {
    options: BurstOptions,
    /// How long it takes, where it has an end.
    length: Option<Duration>,
    live: Option<StreamLive>,
    /// When the packets of a watch are due.
    watch: Option<Pace>,
    /// Where times are shown.
    zone: Zone,
    /// The lines of a watch.
    minutes: Option<Minutes>,
}

impl MeasurementKind for BurstKind {
    type Task = Bursts;
    type Detail = Packet;

    fn task(&self, opener: Opener, run: Arc<Run>, _details: bool) -> Bursts {
        Bursts::new(opener, run, self.options.clone())
    }

    fn begin(&mut self, view: View) -> anyhow::Result<Told<Packet>> {
        self.live = StreamLive::start(view, self.length)?;
        self.zone = view.zone;
        self.minutes = self.is_watch().then(|| Minutes::new(view.zone));
        let now = Wall::system().now();
        let text = self.minutes.as_mut();
        let text = text.map(|minutes| minutes.head(now, terminal::columns()));
        Ok(Told {
            text,
            ..Told::default()
        })
    }

    fn waited(&mut self, waited: Duration) {
        if let Some(pace) = self.watch.take() {
            self.options.shape.packets = pace.without(waited).slots();
        }
    }

    fn each_second(&mut self, task: &Bursts) {
        let Some(live) = &self.live else { return };
        let totals = task.totals();
        let figures = totals.figures();
        live.show(&StreamProgress {
            sent: figures.sent,
            lost: Some(figures.lost()),
            answered: figures.received,
            last: totals.last,
            p50: figures.rtt_p50,
            p95: figures.rtt_p95,
        });
    }

    fn end(&mut self) {
        if let Some(live) = self.live.take() {
            live.finish();
        }
    }

    fn row(&mut self, burst: &Burst) -> Told<Packet> {
        if let Some(minutes) = &mut self.minutes {
            return text(&minutes.of(burst, terminal::columns()));
        }
        let columns = terminal::columns().min(WIDTH);
        let remark = match &burst.distance {
            Some(found @ Distance::Unknown(_)) => {
                Some(format!("burst {}: {}", burst.slot, distance(found)))
            }
            _ => None,
        };
        Told {
            remark,
            ..text(&narrowed(
                &block(burst, &self.options.limits, self.zone, columns),
                columns,
            ))
        }
    }

    fn event(&mut self, event: Event) -> Told<Packet> {
        let live = |text: String| Told {
            live: Some(text),
            ..Told::default()
        };
        match event {
            Event::Packet(packet) => Told {
                detail: Some(packet),
                ..Told::default()
            },
            Event::Change(what, seen) => {
                let text = change(&what, &seen, self.zone);
                // the summary, which follows, has the one that lasts
                let is_seen = !matches!(what, OutageChange::Lasts(_));
                Told {
                    live: is_seen.then(|| narrowed(&text, terminal::columns())),
                    kept: Some(strip_str(&text).to_string()),
                    ..Told::default()
                }
            }
            Event::Moved { from, to, at } => live(narrowed(
                &moved(from, to, at, self.zone),
                terminal::columns(),
            )),
            Event::Distance(found) => Told {
                remark: matches!(found, Distance::Unknown(_)).then(|| distance(&found)),
                ..text(&(distance(&found) + "\n"))
            },
        }
    }

    fn tells_live(&self) -> bool {
        true
    }

    fn headline(&self, _path: &Plan, engine: &Engine, world: World) -> String {
        headline(&engine.targets, Transport::Udp, world)
    }

    fn summary(&self, run: &FinishedRun<'_, Bursts>) -> String {
        let totals = run.task.totals();
        let is_watch = self.is_watch();
        let summary = BurstSummary {
            targets: run.targets,
            stopped: run.interrupted,
            bursts: (!is_watch).then_some((totals.rows.bursts, totals.rows.answered)),
            missed: run.end.missed,
            cut_off: run.end.cut_off,
            figures: &totals.figures(),
            limits: &self.options.limits,
            outages: is_watch.then_some(&totals.outages),
            distance: totals.distance.as_ref(),
            failures: &totals.failures,
            met: totals.met.as_ref(),
            unmeasured: totals.unmeasured.as_ref(),
            told: !is_watch && totals.rows.bursts == 1 && run.told,
            zone: run.zone,
            columns: run.columns,
        };
        summary.render()
    }

    fn counts(&self, task: &Bursts) -> Counts {
        let totals = task.totals();
        let figures = totals.figures();
        Counts {
            rows: totals.rows.bursts,
            ok: totals.rows.answered,
            answered: totals.rows.answered,
            packets: figures.sent,
            lost: figures.lost(),
            failed_lines: failed_lines(&figures, &self.options.limits),
            why: totals.failures.sentence(),
            ..Counts::default()
        }
    }

    fn too_much(&self, address: IpAddr) -> String {
        format!(
            "{address} is neither loopback nor private: at most --burst 50/s --for 60s, or --watch with --interval \
             100ms or more; give --i-own-this-server if it is yours"
        )
    }
}

impl BurstKind {
    fn is_watch(&self) -> bool {
        self.options.mode == Mode::Watch
    }
}

fn text(text: &str) -> Told<Packet> {
    Told {
        text: Some(text.to_owned()),
        ..Told::default()
    }
}
