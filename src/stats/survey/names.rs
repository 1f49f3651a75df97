//! Names that are counted.

use std::collections::HashMap;

use super::groups::part;
use crate::record::Counter as _;

/// Causes and lists of TTLs that are told apart.
const MOST_NAMES: usize = 1_000;

/// Names with their numbers, up to a cap; the number 0 stands for all beyond it.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<Box<str>, u32>,
    counts: Vec<u64>,
}

impl Names {
    /// Counts a name and gives its number.
    pub fn count(&mut self, name: &str) -> u32 {
        if self.counts.is_empty() {
            self.counts.push(0);
        }
        let name = part(name);
        let number = match self.numbers.get(name.as_ref()) {
            Some(number) => *number,
            None if self.counts.len() > MOST_NAMES => 0,
            None => {
                let number = u32::try_from(self.counts.len()).unwrap_or(0);
                self.counts.push(0);
                self.numbers.insert(name.into_owned().into(), number);
                number
            }
        };
        self.counts[number as usize].raise(1);
        number
    }

    /// The name of a number.
    pub fn name(&self, number: u32) -> &str {
        let found = self.numbers.iter().find(|(_, known)| **known == number);
        found.map_or("(other)", |(name, _)| name)
    }

    /// Names with their counts, the most frequent first.
    pub fn counts(&self) -> Vec<(&str, u64)> {
        let named = self.numbers.iter();
        let mut counts: Vec<_> = named
            .map(|(name, number)| (name.as_ref(), self.counts[*number as usize]))
            .collect();
        if let Some(other @ 1..) = self.counts.first().copied() {
            counts.push(("(other)", other));
        }
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        counts
    }
}
