//! What was found out within the last minute, by chain and name.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ring::digest::{Context, SHA256};
use rustls::pki_types::{CertificateDer, ServerName};

/// How long an entry serves.
const LIFETIME: Duration = Duration::from_secs(60);
/// Number of entries: the relays of all regions, with room to spare.
const CAPACITY: usize = 64;

/// SHA-256 over the name and the chain.
type Key = [u8; 32];

/// A bounded map whose entries live for a minute.
#[derive(Debug)]
pub(super) struct Cache<T> {
    entries: HashMap<Key, (Instant, Arc<T>)>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
        }
    }
}

impl<T> Cache<T> {
    /// The entry, made now if there is none or it is too old. The oldest one gives way.
    pub(super) fn entry(&mut self, key: Key, now: Instant, make: impl FnOnce() -> T) -> Arc<T> {
        self.entries
            .retain(|_, (since, _)| now.saturating_duration_since(*since) < LIFETIME);
        if let Some((_, entry)) = self.entries.get(&key) {
            return entry.clone();
        }
        if self.entries.len() >= CAPACITY {
            let oldest = self.entries.iter().min_by_key(|(_, (since, _))| *since);
            if let Some(oldest) = oldest.map(|(key, _)| *key) {
                self.entries.remove(&oldest);
            }
        }
        let entry = Arc::new(make());
        self.entries.insert(key, (now, entry.clone()));
        entry
    }
}

/// The key of a chain and a name. Lengths go in, so that no two of them read the same.
pub(super) fn key(chain: &[CertificateDer<'_>], name: &ServerName<'_>) -> Key {
    let mut context = Context::new(&SHA256);
    let mut update = |bytes: &[u8]| {
        context.update(&bytes.len().to_be_bytes());
        context.update(bytes);
    };
    update(name.to_str().as_bytes());
    for der in chain {
        update(der);
    }
    let mut key = Key::default();
    key.copy_from_slice(context.finish().as_ref());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_serves_for_a_minute() {
        let mut cache = Cache::default();
        let start = crate::clock::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(*cache.entry([1; 32], start, || "first"), "first");
        assert_eq!(*cache.entry([1; 32], at(59), || "second"), "first");
        assert_eq!(*cache.entry([1; 32], at(60), || "second"), "second");
        // a caller whose clock was read a little earlier
        assert_eq!(*cache.entry([1; 32], at(59), || "third"), "second");
    }

    #[test]
    fn it_never_holds_more_than_64() {
        let mut cache = Cache::default();
        let start = crate::clock::now();
        for number in 0..200u8 {
            let at = start + Duration::from_millis(u64::from(number));
            cache.entry([number; 32], at, || number);
            assert!(cache.entries.len() <= 64);
        }
        let at = start + Duration::from_secs(1);
        assert_eq!(*cache.entry([199; 32], at, || 0), 199);
        assert_eq!(*cache.entry([100; 32], at, || 0), 0, "the oldest gave way");
    }

    #[test]
    fn another_chain_or_name_has_another_key() {
        let chain = |parts: &[&'static [u8]]| -> Vec<_> {
            parts
                .iter()
                .map(|part| CertificateDer::from(*part))
                .collect()
        };
        let name = |name: &'static str| ServerName::try_from(name).unwrap();
        let keys = [
            key(&chain(&[b"ab"]), &name("a.test")),
            key(&chain(&[b"a", b"b"]), &name("a.test")),
            key(&chain(&[b"b", b"a"]), &name("a.test")),
            key(&chain(&[b"ab"]), &name("b.test")),
            key(&chain(&[b"ab", b""]), &name("a.test")),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "{index}");
        }
    }
}
