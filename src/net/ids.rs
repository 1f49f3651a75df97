//! Transaction IDs and what belongs to them.

use std::collections::{HashMap, VecDeque};
use std::io;

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::wire::stun::TransactionId;

/// The IDs of the last requests, so many at most, each with what is remembered of its request. Each
/// is random as RFC 8489 section 5 wants it: nobody who does not see the request can answer it.
#[derive(Debug)]
pub(super) struct Ids<T> {
    random: SystemRandom,
    requests: HashMap<TransactionId, T>,
    order: VecDeque<TransactionId>,
    most: usize,
}

impl<T: Copy> Ids<T> {
    /// Remembers so many.
    pub fn new(most: usize) -> Self {
        Self {
            random: SystemRandom::new(),
            requests: HashMap::new(),
            order: VecDeque::new(),
            most: most.max(1),
        }
    }

    /// A new ID for a request of which this is remembered.
    ///
    /// # Errors
    ///
    /// When the system has no random numbers.
    pub fn next(&mut self, request: T) -> io::Result<TransactionId> {
        let mut bytes = [0; 12];
        self.random
            .fill(&mut bytes)
            .map_err(|_| io::Error::other("the system has no random numbers"))?;
        let id = TransactionId(bytes);
        while self.order.len() >= self.most {
            if let Some(oldest) = self.order.pop_front() {
                self.requests.remove(&oldest);
            }
        }
        self.requests.insert(id, request);
        self.order.push_back(id);
        Ok(id)
    }

    /// What is remembered of the request that has this ID.
    pub fn known(&self, id: TransactionId) -> Option<T> {
        self.requests.get(&id).copied()
    }

    /// The same, for the last time.
    pub fn take(&mut self, id: TransactionId) -> Option<T> {
        self.requests.remove(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ids_are_known_and_older_ones_forgotten() {
        let mut ids = Ids::new(100);
        let all: Vec<_> = (0..250).map(|n| ids.next(n).unwrap()).collect();
        let known: Vec<_> = all.iter().map(|id| ids.known(*id)).collect();
        assert!(known[..150].iter().all(Option::is_none));
        let last: Vec<_> = known[150..].iter().flatten().copied().collect();
        assert_eq!(last, (150..250).collect::<Vec<_>>());
        assert_eq!(ids.known(TransactionId([0; 12])), None);
        assert_eq!((ids.take(all[249]), ids.take(all[249])), (Some(249), None));
    }
}
