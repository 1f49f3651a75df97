//! Groups by a key, up to a cap; what comes beyond it is put together.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{Hash as _, Hasher as _};

use super::Measured;

/// Separates the parts of a key. A control character, which no cell of ours holds.
pub const SEPARATOR: char = '\u{1f}';

/// Longest part of a key; longer ones are told apart by a hash.
const LONGEST_PART: usize = 256;

/// A value as part of a key: as it is, or its beginning and a hash of it, so that memory does not
/// depend on the length of a stranger's values.
pub fn part(value: &str) -> Cow<'_, str> {
    if value.len() <= LONGEST_PART {
        return Cow::Borrowed(value);
    }
    let mut hasher = std::hash::DefaultHasher::new();
    value.hash(&mut hasher);
    let beginning: String = value.chars().take(100).collect();
    Cow::Owned(format!("{beginning}… ({:016x})", hasher.finish()))
}

/// Groups of rows by key.
#[derive(Debug, Clone)]
pub struct Groups {
    most: usize,
    map: HashMap<Box<str>, Measured>,
    overflow: Option<Box<Measured>>,
}

impl Groups {
    /// At most this many groups.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            map: HashMap::new(),
            overflow: None,
        }
    }

    /// The group of a key; no key, or one beyond the cap, is the overflow's.
    pub fn of(&mut self, key: Option<&str>) -> &mut Measured {
        let Some(key) = key.filter(|key| self.map.len() < self.most || self.map.contains_key(*key))
        else {
            return self.overflow.get_or_insert_default();
        };
        self.map.entry(key.into()).or_default()
    }

    /// Groups with their keys, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Measured)> {
        self.map
            .iter()
            .map(|(key, measured)| (key.as_ref(), measured))
    }

    /// What did not fit.
    pub fn overflow(&self) -> Option<&Measured> {
        self.overflow.as_deref()
    }
}
