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
    /// The same of the total.
    total: Option<[usize; 2]>,
    /// The place of handshakes that have no whole milliseconds.
    alone: Option<usize>,
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
        let places = |ids: &[Id]| -> Vec<usize> {
            let ids = ids.iter().filter(|_| layout.tells_outcome());
            ids.filter_map(|id| layout.place_of(*id)).collect()
        };
        let twin = |(exact, millis): &(Id, Id)| {
            Some([layout.place_of(*exact)?, layout.place_of(*millis)?])
        };
        let twins: Vec<[usize; 2]> = TWINS.iter().filter(|_| is_ours).filter_map(twin).collect();
        let alone = layout.place_of(id!(tls_us));
        let alone = alone.filter(|_| is_ours && !layout.has(id!(tlstimems)));
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
            twins,
            total: twin(&(id!(total_us), id!(totaltimems))),
            alone,
            connect: places(connect),
            answer: places(answer),
        }
    }

    /// Whether something can show that its times are in another unit.
    pub fn can_show_units(&self) -> bool {
        !self.twins.is_empty() || self.alone.is_some()
    }

    /// Whether whole milliseconds stand beside the exact times of this place.
    pub fn is_twin(&self, place: usize) -> bool {
        self.twins.iter().any(|[exact, _]| *exact == place)
    }

    /// Whether an exact time may be a thousand times too small, or is not there though the milliseconds are.
    #[inline]
    pub fn are_odd(&self, row: &Row<'_>) -> bool {
        let mut twins = self.twins.iter();
        twins.any(|[exact, millis]| is_short(row.cell(*exact), row.cell(*millis)))
            || self
                .alone
                .is_some_and(|place| is_impossible(row.cell(place)))
    }

    /// The place of the first exact time that the milliseconds contradict: its unit may be another.
    pub fn contradicted(&self, row: &Row<'_>) -> Option<usize> {
        let mut twins = self.twins.iter();
        let of_other_unit = twins.find(|[exact, millis]| {
            let [exact, millis] = [exact, millis].map(|place| row.cell(*place));
            !exact.is_empty() && is_short(exact, millis) && number(millis).is_some()
        });
        let alone = || self.alone.filter(|place| is_impossible(row.cell(*place)));
        of_other_unit.map(|[exact, _]| *exact).or_else(alone)
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
            // a part longer than the whole is none
            let whole = self.total.and_then(|total| whole(&row, total));
            let is_part = whole.is_none_or(|whole| instead <= whole.saturating_add(1));
            if !is_short(cell, row.cell(*millis)) || !is_part {
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

/// The longer of the two totals of a row, in milliseconds.
fn whole(row: &Row<'_>, [exact, millis]: [usize; 2]) -> Option<u64> {
    let exact: Option<u64> = row.cell(exact).parse().ok();
    let exact = exact.map(|us| us.div_ceil(1000)).filter(|ms| *ms > 1);
    let millis = number(row.cell(millis));
    exact.into_iter().chain(millis).max()
}

/// Whether a handshake cannot be so short, in microseconds: its cryptography alone takes longer.
#[inline]
pub(super) fn is_impossible(cell: &str) -> bool {
    matches!(cell.as_bytes(), [b'1'..=b'9'] | [b'1'..=b'9', b'0'..=b'9'])
}

/// Whole milliseconds, of one or more.
fn number(millis: &str) -> Option<u64> {
    millis.parse().ok().filter(|millis| *millis > 0)
}
