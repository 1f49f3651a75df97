//! A list of values in little memory, while they are few.

/// Values behind the sorted ones at which all are sorted.
const MOST_LOOSE: u16 = 64;

/// Bits of a number in one byte (LEB128); the highest says that more follow.
const BITS: u32 = 7;

/// Values as they are, about a byte each where they are many: sorted ones as differences from the
/// one before, then those that came since. At most 65,535.
#[derive(Debug, Clone, Default)]
pub struct Few {
    bytes: Vec<u8>,
    /// How many values there are.
    len: u16,
    /// How many of them are sorted.
    sorted: u16,
}

/// The same values in whatever order they came.
impl PartialEq for Few {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.sorted() == other.sorted()
    }
}

impl Eq for Few {}

impl Few {
    /// How many values there are.
    pub fn len(&self) -> u64 {
        u64::from(self.len)
    }

    /// Takes a value in.
    pub fn add(&mut self, value: u64) {
        if self.len.saturating_sub(self.sorted) >= MOST_LOOSE {
            self.sort();
        }
        self.len = self.len.saturating_add(1);
        self.push(value);
    }

    /// Bytes that the list has taken.
    #[cfg(test)]
    pub fn size(&self) -> usize {
        self.bytes.capacity()
    }

    /// All values, in no order.
    pub fn values(&self) -> impl Iterator<Item = u64> {
        let mut bytes = self.bytes.iter();
        let mut before = 0_u64;
        (0..self.len).map(move |at| {
            let number = number(&mut bytes);
            if at < self.sorted {
                before = before.wrapping_add(number);
                before
            } else {
                number
            }
        })
    }

    /// All values, rising.
    pub fn sorted(&self) -> Vec<u64> {
        let mut values = Vec::with_capacity(usize::from(self.len));
        values.extend(self.values());
        // the sorted part is found as such, and merged with the rest
        values.sort();
        values
    }

    fn sort(&mut self) {
        let values = self.sorted();
        self.bytes.clear();
        let mut before = 0;
        for value in values {
            self.push(value.wrapping_sub(before));
            before = value;
        }
        self.sorted = self.len;
    }

    #[allow(clippy::cast_possible_truncation)] // eight bits of a number at a time
    fn push(&mut self, mut number: u64) {
        // room for the longest number; by a quarter, as there may be many lists
        if self.bytes.capacity().saturating_sub(self.bytes.len()) < 10 {
            let more = (self.bytes.len() / 4).max(16);
            self.bytes.reserve_exact(more);
        }
        while number >> BITS > 0 {
            self.bytes.push(number as u8 | 1 << BITS);
            number >>= BITS;
        }
        self.bytes.push(number as u8);
    }
}

fn number(bytes: &mut std::slice::Iter<'_, u8>) -> u64 {
    let mut number = 0;
    for (byte, place) in bytes.zip(0_u32..) {
        let bits = u64::from(byte & !(1 << BITS));
        number |= bits.wrapping_shl(place.wrapping_mul(BITS));
        if byte >> BITS == 0 {
            break;
        }
    }
    number
}
