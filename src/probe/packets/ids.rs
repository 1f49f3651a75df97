//! Transaction IDs and the packets that they belong to.

use std::collections::{HashMap, VecDeque};
use std::io;

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::wire::stun::TransactionId;

/// The IDs of the last packets, so many at most. Each is random as RFC 8489 section 5 wants it:
/// nobody who does not see the packet can answer it.
#[derive(Debug)]
pub(super) struct Ids {
    random: SystemRandom,
    packets: HashMap<TransactionId, u64>,
    order: VecDeque<TransactionId>,
    most: usize,
}

impl Ids {
    /// Remembers so many.
    pub fn new(most: usize) -> Self {
        Self {
            random: SystemRandom::new(),
            packets: HashMap::new(),
            order: VecDeque::new(),
            most: most.max(1),
        }
    }

    /// A new ID for that packet.
    ///
    /// # Errors
    ///
    /// When the system has no random numbers.
    pub fn next(&mut self, sequence: u64) -> io::Result<TransactionId> {
        let mut bytes = [0; 12];
        self.random
            .fill(&mut bytes)
            .map_err(|_| io::Error::other("the system has no random numbers"))?;
        let id = TransactionId(bytes);
        while self.order.len() >= self.most {
            if let Some(oldest) = self.order.pop_front() {
                self.packets.remove(&oldest);
            }
        }
        self.packets.insert(id, sequence);
        self.order.push_back(id);
        Ok(id)
    }

    /// The packet that has this ID.
    pub fn packet(&self, id: TransactionId) -> Option<u64> {
        self.packets.get(&id).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ids_are_known_and_older_ones_forgotten() {
        let mut ids = Ids::new(100);
        let all: Vec<_> = (0..250).map(|n| ids.next(n).unwrap()).collect();
        let known: Vec<_> = all.iter().map(|id| ids.packet(*id)).collect();
        assert!(known[..150].iter().all(Option::is_none));
        let last: Vec<_> = known[150..].iter().flatten().copied().collect();
        assert_eq!(last, (150..250).collect::<Vec<_>>());
        assert_eq!(ids.packet(TransactionId([0; 12])), None);
    }
}
