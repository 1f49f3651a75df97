//! Exact times beside the whole milliseconds of the same phases, and times that a row has when its probe worked: what of them
//! is not there, or a thousand times too small.

use crate::record::Transport;
use crate::schema::{Dialect, Id, Layout, Row, id};

use super::batch::Batch;
use super::trouble::Trouble;
use super::units::TWINS;

/// What the times of a row are checked against.
#[derive(Debug, Default)]
pub(super) struct CheckedTimes {
    /// Places of exact times, and of the whole milliseconds.
    twins: Vec<[usize; 2]>,
    /// Places of the times that a row over TCP has, where its probe worked: one of them is enough.
    connect: Vec<usize>,
    /// The same of a row over anything else.
    answer: Vec<usize>,
}

impl CheckedTimes {
    /// Those of a layout.
    pub fn of(layout: &Layout) -> Self {
        let dialect = layout.dialect;
        let is_ours = matches!(dialect, Dialect::Turnprobe | Dialect::Held);
        let places = |ids: &[Id]| {
            let ids = ids.iter().filter(|_| layout.tells_outcome());
            ids.filter_map(|id| layout.place_of(*id)).collect()
        };
        let twins = TWINS.iter().filter(|_| is_ours);
        let twins = twins.filter_map(|(exact, millis)| {
            Some([layout.place_of(*exact)?, layout.place_of(*millis)?])
        });
        let connect: &[Id] = match dialect {
            Dialect::Turnprobe | Dialect::Held => &[id!(connect_us), id!(connecttimems)],
            Dialect::End2EndTcp | Dialect::End2EndTcpEarly => &[id!(connecttimems)],
            Dialect::End2EndHttp => &[id!(totaltimems)],
            _ => &[],
        };
        let answer: &[Id] = match dialect {
            Dialect::Turnprobe => &[id!(turn_us)],
            Dialect::End2EndUdp => &[id!(averagertt)],
            _ => &[],
        };
        Self {
            twins: twins.collect(),
            connect: places(connect),
            answer: places(answer),
        }
    }

    /// Whether there are exact times beside whole milliseconds.
    pub fn has_twins(&self) -> bool {
        !self.twins.is_empty()
    }

    /// Whether whole milliseconds stand beside the exact times of this place.
    pub fn is_twin(&self, place: usize) -> bool {
        self.twins.iter().any(|[exact, _]| *exact == place)
    }

    /// Whether an exact time may be a thousand times too small, or is not there though the milliseconds are.
    #[inline]
    pub fn are_odd(&self, row: &Row<'_>) -> bool {
        self.twins
            .iter()
            .any(|[exact, millis]| is_short(row.cell(*exact), row.cell(*millis)))
    }

    /// The place of the first exact time that the milliseconds contradict: its unit may be another.
    pub fn contradicted(&self, row: &Row<'_>) -> Option<usize> {
        let mut twins = self.twins.iter();
        let of_other_unit = twins.find(|[exact, millis]| {
            let [exact, millis] = [exact, millis].map(|place| row.cell(*place));
            !exact.is_empty() && is_short(exact, millis) && number(millis).is_some()
        });
        of_other_unit.map(|[exact, _]| *exact)
    }

    /// Puts the whole milliseconds in place of exact times that are empty or contradict them, in the row that is being made.
    pub fn mend(
        &self,
        batch: &mut Batch,
        refused: &[(usize, String)],
        line: u64,
        trouble: &mut Trouble,
    ) {
        for [exact, millis] in &self.twins {
            let row = batch.current();
            let cell = row.cell(*exact);
            let Some(instead) = number(row.cell(*millis)) else {
                continue;
            };
            if !is_short(cell, row.cell(*millis)) {
                continue;
            }
            let names = [exact, millis].map(|place| batch.layout.names()[*place].as_str());
            if !refused.iter().any(|(place, _)| place == exact) {
                trouble.cell(names[0], line, cell);
            }
            trouble.millis_instead(names);
            batch.replace(*exact, &instead.saturating_mul(1000).to_string());
        }
    }

    /// Whether the probe of a row worked and the row has no time of it, though its file has such columns.
    #[inline]
    pub fn are_missing(&self, row: &Row<'_>) -> bool {
        let are_empty = |places: &[usize]| {
            !places.is_empty()
                && places
                    .iter()
                    .all(|place| row.cell(*place).trim().is_empty())
        };
        let is_missing = match (are_empty(&self.connect), are_empty(&self.answer)) {
            (false, false) => false,
            (true, true) => true,
            (is_connect, _) => {
                let transport = row.transport();
                let is_udp = transport == Transport::Udp.as_str();
                is_connect != is_udp
            }
        };
        is_missing && row.is_ok()
    }
}

/// Whether a time in whole microseconds has not the digits that these milliseconds have, or is not there.
#[inline]
fn is_short(exact: &str, millis: &str) -> bool {
    !millis.is_empty() && millis != "0" && exact.len() < millis.len().saturating_add(2)
}

/// Whole milliseconds, of one or more.
fn number(millis: &str) -> Option<u64> {
    millis.parse().ok().filter(|millis| *millis > 0)
}
