//! `turnprobe probe --burst` and `--watch`: what they tell; the rest is the procedure of every kind
//! (`run`).

mod args;
mod config;

use std::net::IpAddr;
use std::sync::Arc;

pub use args::StreamArgs;
pub(super) use config::job;

use super::run::world::headline;
use super::run::{Counts, Finished, Kind, Told, View};
use crate::measure::Engine;
use crate::measure::burst::text::watch::{change, distance, minute, minutes, moved};
use crate::measure::burst::text::{BurstSummary, block};
use crate::measure::burst::{Burst, Packet};
use crate::measure::burst::{BurstOptions, Bursts, Event};
use crate::net::{Opener, Plan};
use crate::record::{Distance, Mode, Run, Transport, World};

/// Bursts or a watch.
#[derive(Debug)]
pub(super) struct Stream {
    options: BurstOptions,
}

impl Kind for Stream {
    type Task = Bursts;
    type Detail = Packet;

    fn task(&self, opener: Opener, run: Arc<Run>, _details: bool) -> Bursts {
        Bursts::new(opener, run, self.options.clone())
    }

    fn begin(&mut self, _view: View) -> anyhow::Result<Told<Packet>> {
        let text = self.is_watch().then(minutes);
        Ok(Told {
            text,
            ..Told::default()
        })
    }

    fn row(&mut self, burst: &Burst) -> Told<Packet> {
        if self.is_watch() {
            return text(&minute(burst));
        }
        let remark = match &burst.distance {
            Some(found @ Distance::Unknown(_)) => {
                Some(format!("burst {}: {}", burst.slot, distance(found)))
            }
            _ => None,
        };
        Told {
            remark,
            ..text(&block(burst, &self.options.limits))
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
            Event::Change(what) => live(change(&what)),
            Event::Moved { from, to, at } => live(moved(from, to, at)),
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

    fn summary(&self, run: &Finished<'_, Bursts>) -> String {
        let totals = run.task.totals();
        let is_watch = self.is_watch();
        let summary = BurstSummary {
            targets: run.targets,
            stopped: run.interrupted,
            bursts: (!is_watch).then_some((totals.rows, totals.answered)),
            missed: run.end.missed,
            figures: &totals.figures(),
            limits: &self.options.limits,
            outages: is_watch.then_some(&totals.outages),
            distance: totals.distance.as_ref(),
            unmeasured: totals.unmeasured.as_ref(),
            told: !is_watch && totals.rows == 1 && run.told,
        };
        summary.render()
    }

    fn counts(&self, task: &Bursts) -> Counts {
        let totals = task.totals();
        Counts {
            rows: totals.rows,
            ok: totals.answered,
            heard: totals.answered,
            judged: 0,
            untrusted: 0,
        }
    }

    fn too_much(&self, address: IpAddr) -> String {
        format!(
            "{address} is neither loopback nor private: at most --burst 50/s --for 60s, or --watch with --interval \
             100ms or more; give --i-own-this-server if it is yours"
        )
    }
}

impl Stream {
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
