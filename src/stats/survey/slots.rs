//! Slots of the schedule that left no row.

use std::collections::HashMap;

/// Slots behind the latest one in which rows may still come.
const WINDOW: u64 = 4_096;

/// Words of the bits of a window.
const WORDS: usize = 64;

/// Runs that are followed at once; the longest untouched one ends.
const MOST_RUNS: usize = 64;

/// Counts missed slots of runs: from the first to the last slot that was seen, those that were not.
#[derive(Debug, Default)]
pub struct Slots {
    runs: HashMap<Box<str>, Run>,
    rows: u64,
    missed: u64,
}

#[derive(Debug)]
struct Run {
    touched: u64,
    first: u64,
    last: u64,
    seen: u64,
    /// A bit for each of the last [`WINDOW`] slots.
    bits: Box<[u64; WORDS]>,
}

impl Slots {
    /// Takes a row's slot in.
    pub fn add(&mut self, run: &str, slot: u64) {
        self.rows += 1;
        let now = self.rows;
        if let Some(known) = self.runs.get_mut(run) {
            known.touched = now;
            known.add(slot);
            return;
        }
        if self.runs.len() >= MOST_RUNS
            && let Some(oldest) = self.runs.iter().min_by_key(|(_, run)| run.touched)
        {
            let name = oldest.0.clone();
            if let Some(run) = self.runs.remove(&name) {
                self.missed += run.missed();
            }
        }
        let mut bits = Box::new([0; WORDS]);
        set(&mut bits, slot);
        let run_seen = Run {
            touched: now,
            first: slot,
            last: slot,
            seen: 1,
            bits,
        };
        self.runs.insert(run.into(), run_seen);
    }

    /// Missed slots of all runs; none where no row has a slot.
    pub fn missed(&self) -> Option<u64> {
        let open: u64 = self.runs.values().map(Run::missed).sum();
        (self.rows > 0).then_some(self.missed + open)
    }
}

impl Run {
    fn add(&mut self, slot: u64) {
        if slot > self.last {
            // the places of the slots in between are used again
            for passed in (self.last + 1).max(slot.saturating_sub(WINDOW))..=slot {
                clear(&mut self.bits, passed);
            }
            self.last = slot;
        } else if slot < self.first {
            if self.last - slot >= WINDOW {
                return;
            }
            self.first = slot;
        } else if self.last - slot >= WINDOW {
            return;
        }
        self.seen += u64::from(set(&mut self.bits, slot));
    }

    fn missed(&self) -> u64 {
        (self.last - self.first + 1).saturating_sub(self.seen)
    }
}

fn place(slot: u64) -> (usize, u64) {
    let bit = slot % WINDOW;
    #[allow(clippy::cast_possible_truncation)] // below the window
    ((bit / 64) as usize, 1 << (bit % 64))
}

/// Whether the bit was not set before.
fn set(bits: &mut [u64; WORDS], slot: u64) -> bool {
    let (word, bit) = place(slot);
    let new = bits[word] & bit == 0;
    bits[word] |= bit;
    new
}

fn clear(bits: &mut [u64; WORDS], slot: u64) {
    let (word, bit) = place(slot);
    bits[word] &= !bit;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missed(slots: &[u64]) -> Option<u64> {
        let mut counted = Slots::default();
        for slot in slots {
            counted.add("run", *slot);
        }
        counted.missed()
    }

    #[test]
    fn slots_without_a_row_are_missed_whatever_the_order() {
        assert_eq!(missed(&[]), None);
        assert_eq!(missed(&[0, 1, 2]), Some(0));
        assert_eq!(missed(&[0, 3, 1, 1, 5]), Some(2));
        assert_eq!(missed(&[7, 5]), Some(1));
        // far apart: more than a window lies between
        assert_eq!(missed(&[0, 100_000]), Some(99_999));
        assert_eq!(missed(&[0, 4_096, 8_192]), Some(8_190));
    }

    #[test]
    fn each_run_has_its_own_slots() {
        let mut slots = Slots::default();
        for run in 0..200 {
            for slot in [0, 2] {
                slots.add(&format!("run {run}"), slot);
            }
        }
        assert_eq!(slots.missed(), Some(200));
    }
}
