//! Roll-ups in the groups of rows. Each has hundreds of counts, so they go into few cells first: one of the host, and
//! one of all that many hosts have in common.

use chrono::{DateTime, Timelike as _};

use super::{Dimensions, MOST_OPEN, RolledKey};
use crate::schema::{RolledUp, Row};

impl Dimensions {
    /// Takes in what a roll-up measured in an interval of so many seconds, and gives the numbers of its series and of
    /// its transport. It has an hour, or a day, where all of the interval lies in it.
    pub fn add_rolled(
        &mut self,
        row: &Row<'_>,
        rolled: &RolledUp,
        length_s: i64,
    ) -> (usize, usize) {
        let number = self.number(row);
        let of = self.combinations[number];
        let shown = |us: i64| {
            let at = DateTime::from_timestamp_micros(us)?;
            Some(self.zone.show(at).naive_local())
        };
        let start = row.at.map(|at| at.timestamp_micros());
        let ends = start.and_then(|start| {
            let last = start
                .saturating_add(length_s.saturating_mul(1_000_000))
                .saturating_sub(1);
            shown(start).zip(shown(last))
        });
        let day = ends.filter(|(first, last)| first.date() == last.date());
        let hour = day.filter(|(first, last)| first.hour() == last.hour());
        let day = day.map(|(first, _)| first.date());
        let hour = hour.map(|(first, _)| first.hour());
        let [host, target, label, ..] = of.groups;
        self.hosts.of(of.transport).at(host).merge_rolled(rolled);
        // there are thousands of hosts, and few of all the others together
        let key = RolledKey {
            transport: of.transport,
            over: of.over,
            groups: [target, label],
            day,
            hour,
        };
        if self.rolled.len() >= MOST_OPEN && !self.rolled.contains_key(&key) {
            self.close_rolled();
        }
        self.rolled.entry(key).or_default().merge_rolled(rolled);
        (of.series, of.transport)
    }

    /// Brings what roll-ups have measured into the groups. Of resolvers and certificates they say nothing.
    pub(super) fn close_rolled(&mut self) {
        for (key, measured) in std::mem::take(&mut self.rolled) {
            let [target, label] = key.groups;
            let set = key.transport;
            self.targets.of(set).at(target).merge(&measured);
            self.labels.of(set).at(label).merge(&measured);
            self.put((set, key.over), (key.day, key.hour), &measured);
        }
    }
}
