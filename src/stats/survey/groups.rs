//! Groups by a key, up to a cap; what comes beyond it is put together.

use crate::schema::{Row, id};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash as _, Hasher as _};

use super::Measured;

/// Separates the parts of a key. A control character, which no cell of ours holds.
pub const SEPARATOR: char = '\u{1f}';

/// Longest part of a key; longer ones are told apart by a hash.
const LONGEST_PART: usize = 256;

/// Groups of a kind of measurement that are told apart.
const MOST_GROUPS: usize = 1_000;

/// Name of what is beyond a cap.
pub const OTHER: &str = "(other)";

/// A value as part of a key: as it is, or its beginning and a hash of it, so that memory does not
/// depend on the length of a stranger's values.
#[inline]
pub fn part(value: &str) -> Cow<'_, str> {
    if value.len() <= LONGEST_PART {
        return Cow::Borrowed(value);
    }
    Cow::Owned(shortened(value))
}

/// The names of a group, or those that all share which come when there are a thousand.
pub fn capped<const N: usize, G>(
    groups: &BTreeMap<[String; N], G>,
    names: [String; N],
) -> [String; N] {
    if groups.len() < MOST_GROUPS || groups.contains_key(&names) {
        return names;
    }
    [OTHER; N].map(str::to_owned)
}

#[cold]
fn shortened(value: &str) -> String {
    let mut hasher = std::hash::DefaultHasher::new();
    value.hash(&mut hasher);
    let beginning: String = value.chars().take(100).collect();
    format!("{beginning}… ({:016x})", hasher.finish())
}

/// Whether two texts are the same. Empty ones lie nowhere: to compare what is there takes processors very long.
#[inline]
pub fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

/// Groups of rows by key.
#[derive(Debug, Clone)]
pub struct Groups {
    most: usize,
    numbers: HashMap<Box<str>, u32>,
    /// By number.
    measured: Vec<Measured>,
    overflow: Option<Box<Measured>>,
}

impl Groups {
    /// At most this many groups.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            numbers: HashMap::new(),
            measured: Vec::new(),
            overflow: None,
        }
    }

    /// The number of a key's group, which is made if need be; none beyond the cap.
    pub fn number(&mut self, key: &str) -> Option<u32> {
        if let Some(number) = self.numbers.get(key) {
            return Some(*number);
        }
        if self.measured.len() >= self.most {
            return None;
        }
        let number = u32::try_from(self.measured.len()).ok()?;
        self.measured.push(Measured::default());
        self.numbers.insert(key.into(), number);
        Some(number)
    }

    /// The group of a number of [`Self::number`].
    pub fn at(&mut self, number: Option<u32>) -> &mut Measured {
        match number {
            Some(number) => &mut self.measured[number as usize],
            None => self.overflow.get_or_insert_default(),
        }
    }

    /// The group of a key; one beyond the cap is the overflow's.
    pub fn of(&mut self, key: &str) -> &mut Measured {
        let number = self.number(key);
        self.at(number)
    }

    /// Groups with their keys, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Measured)> {
        self.numbers
            .iter()
            .map(|(key, number)| (key.as_ref(), &self.measured[*number as usize]))
    }

    /// Whether nothing was taken in.
    pub fn is_empty(&self) -> bool {
        self.measured.is_empty() && self.overflow.is_none()
    }

    /// Takes in all that others have, by their keys.
    pub fn merge(&mut self, other: &Self) {
        for (key, measured) in other.iter() {
            self.of(key).merge(measured);
        }
        if let Some(rest) = other.overflow() {
            self.at(None).merge(rest);
        }
    }

    /// What did not fit.
    pub fn overflow(&self) -> Option<&Measured> {
        self.overflow.as_deref()
    }
}

/// What a row probed, `host:port`.
pub fn target(row: &Row<'_>) -> String {
    let host = row.text(id!(remotehost));
    let (host, port) = (part(&host), part(row.get(id!(Port))));
    match (host.is_empty(), port.is_empty()) {
        (_, true) => host.into_owned(),
        (true, false) => format!("port {port}"),
        (false, false) if host.contains(':') => format!("[{host}]:{port}"),
        (false, false) => format!("{host}:{port}"),
    }
}
