//! Groups of each transport: what goes over one says nothing of another.

use std::borrow::Cow;

use super::{Groups, Measured, OTHER};

/// Transports that are told apart; the product has fewer, and a stranger's file as many as it likes.
const MOST: usize = 16;

/// Numbers of transports.
#[derive(Debug, Default)]
pub struct Transports {
    names: Vec<String>,
}

impl Transports {
    /// The number of a transport.
    pub fn number(&mut self, name: &str) -> usize {
        let known = self.names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            if self.names.len() <= MOST {
                let name = if self.names.len() < MOST { name } else { OTHER };
                self.names.push(name.to_owned());
            }
            self.names.len().saturating_sub(1)
        })
    }

    /// The transport of a number.
    pub fn name(&self, number: usize) -> &str {
        self.names.get(number).map_or("", String::as_str)
    }
}

/// Groups by a key, and by the number of the transport.
#[derive(Debug)]
pub struct ByTransport {
    most: usize,
    sets: Vec<Groups>,
}

impl ByTransport {
    /// At most this many groups of each transport.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            sets: vec![Groups::new(most)],
        }
    }

    /// The groups of a transport.
    pub fn of(&mut self, transport: usize) -> &mut Groups {
        let most = self.most;
        let needed = transport.saturating_add(1).max(self.sets.len());
        self.sets.resize_with(needed, || Groups::new(most));
        &mut self.sets[transport]
    }

    /// The groups of each transport, by its number.
    pub fn sets(&self) -> impl Iterator<Item = (usize, &Groups)> {
        self.sets.iter().enumerate()
    }

    /// The groups of all transports together.
    pub fn whole(&self) -> Cow<'_, Groups> {
        let filled = self.sets.iter().filter(|groups| !groups.is_empty());
        let filled: Vec<&Groups> = filled.collect();
        match &filled[..] {
            [] => Cow::Borrowed(&self.sets[0]),
            [one] => Cow::Borrowed(one),
            [first, others @ ..] => {
                let mut all = (*first).clone();
                for groups in others {
                    all.merge(groups);
                }
                Cow::Owned(all)
            }
        }
    }

    /// Every group of every transport, the overflow among them.
    pub fn measured(&self) -> impl Iterator<Item = &Measured> {
        self.sets.iter().flat_map(|groups| {
            let named = groups.iter().map(|(_, measured)| measured);
            named.chain(groups.overflow())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transports_beyond_the_cap_share_a_number() {
        let mut transports = Transports::default();
        for number in 0..40 {
            transports.number(&format!("t{number}"));
        }
        assert_eq!(transports.number("t3"), 3);
        assert_eq!(transports.number("t39"), 16);
        assert_eq!((transports.name(3), transports.name(16)), ("t3", "(other)"));
    }

    #[test]
    fn the_whole_has_the_rows_of_every_transport_once() {
        let mut all = ByTransport::new(2);
        let mut put = |transport: usize, key: &str, rows| {
            all.of(transport).of(key).rows += rows;
        };
        put(0, "a", 1);
        put(1, "a", 2);
        put(1, "b", 4);
        put(1, "c", 8);
        let whole = all.whole();
        let mut rows: Vec<_> = whole.iter().map(|(key, one)| (key, one.rows)).collect();
        rows.sort_unstable();
        assert_eq!(rows, [("a", 3), ("b", 4)]);
        assert_eq!(whole.overflow().unwrap().rows, 8);
        assert_eq!(all.measured().map(|one| one.rows).sum::<u64>(), 15);
    }
}
