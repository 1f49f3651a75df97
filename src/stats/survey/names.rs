//! Names that are counted.

use crate::arrange::Arrange as _;
use std::collections::HashMap;

use super::groups::{OTHER, is_same, part};
use crate::record::Counter as _;

/// Causes and lists of TTLs that are told apart.
const MOST_NAMES: usize = 1_000;

/// Names with their numbers, up to a cap; the number 0 stands for all beyond it.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<Box<str>, u32>,
    counts: Vec<u64>,
    /// The last name, as the next one is most likely the same, and its number.
    last: (String, u32),
}

impl Names {
    /// Counts a name and gives its number.
    pub fn count(&mut self, name: &str) -> u32 {
        self.count_n(name, 1)
    }

    /// Counts a name so many times.
    pub fn count_n(&mut self, name: &str, n: u64) -> u32 {
        if self.counts.is_empty() {
            self.counts.push(0);
        }
        if is_same(&self.last.0, name) && self.last.1 > 0 {
            self.counts[self.last.1 as usize].raise(n);
            return self.last.1;
        }
        let name = part(name);
        let number = match self.numbers.get(name.as_ref()) {
            Some(number) => *number,
            None if self.counts.len() > MOST_NAMES => 0,
            None => {
                let number = u32::try_from(self.counts.len()).unwrap_or(0);
                self.counts.push(0);
                self.numbers.insert(name.as_ref().into(), number);
                number
            }
        };
        self.counts[number as usize].raise(n);
        name.as_ref().clone_into(&mut self.last.0);
        self.last.1 = number;
        number
    }

    /// The name of a number.
    pub fn name(&self, number: u32) -> &str {
        let found = self.numbers.iter().find(|(_, known)| **known == number);
        found.map_or(OTHER, |(name, _)| name)
    }

    /// Names with their counts, the most frequent first.
    pub fn counts(&self) -> Vec<(&str, u64)> {
        let named = self.numbers.iter();
        let mut counts: Vec<_> = named
            .map(|(name, number)| (name.as_ref(), self.counts[*number as usize]))
            .collect();
        if let Some(other @ 1..) = self.counts.first().copied() {
            counts.push((OTHER, other));
        }
        counts.arrange_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        counts
    }
}
