//! A list of values in little memory, while they are few.

/// Values that are sorted together.
const BLOCK: u16 = 64;

/// Bits of a number in one byte (LEB128); the highest says that more follow.
const BITS: u32 = 7;

/// Bytes of the longest number.
const LONGEST: usize = 10;

/// Values as they are, about one and a half bytes each where they are many: sorted blocks, each
/// value as the difference from the one before in its block, then those that came since. At most
/// 6,553 values, each of which takes ten bytes at most.
#[derive(Debug, Clone, Default)]
pub struct Few {
    bytes: Vec<u8>,
    /// How many values there are.
    len: u16,
    /// How many bytes the blocks take.
    blocks: u16,
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
        self.push(value);
        self.len = self.len.saturating_add(1);
        if self.len.is_multiple_of(BLOCK) {
            self.end_block();
        }
    }

    /// Takes all values of another list in, of which there must be room for.
    pub fn extend(&mut self, other: &Self) {
        let since = self.len.checked_rem(BLOCK).unwrap_or(0);
        // no block ends by it: the bytes stay as they are
        if other.blocks == 0 && since.saturating_add(other.len) < BLOCK {
            self.append(&other.bytes);
            self.len = self.len.saturating_add(other.len);
        } else {
            other.values().for_each(|value| self.add(value));
        }
    }

    /// Bytes that the list has taken.
    #[cfg(test)]
    pub fn size(&self) -> usize {
        self.bytes.capacity()
    }

    /// All values, in no order.
    pub fn values(&self) -> impl Iterator<Item = u64> {
        let mut bytes = self.bytes.iter();
        let in_blocks = self.len.saturating_sub(self.len % BLOCK);
        let mut before = 0_u64;
        (0..self.len).map(move |at| {
            if at >= in_blocks || at.is_multiple_of(BLOCK) {
                before = 0;
            }
            before = before.wrapping_add(number(&mut bytes));
            before
        })
    }

    /// All values, rising.
    pub fn sorted(&self) -> Vec<u64> {
        let mut values = self.listed();
        // the stable sort goes by the blocks, which are in order
        values.sort_unstable();
        values
    }

    /// The value at this place, from 0 on, of all in rising order.
    pub fn at(&self, place: usize) -> Option<u64> {
        let mut values = self.listed();
        (place < values.len()).then(|| *values.select_nth_unstable(place).1)
    }

    fn listed(&self) -> Vec<u64> {
        let mut values = Vec::with_capacity(usize::from(self.len));
        values.extend(self.values());
        values
    }

    /// Makes a block of what came since the last one.
    fn end_block(&mut self) {
        let start = usize::from(self.blocks);
        let mut values = [0; BLOCK as usize];
        let mut bytes = self.bytes.get(start..).unwrap_or_default().iter();
        values.fill_with(|| number(&mut bytes));
        values.sort_unstable();
        self.bytes.truncate(start);
        let mut room = [0; LONGEST * BLOCK as usize];
        let (mut length, mut before) = (0_usize, 0);
        for value in values {
            let rest = room.get_mut(length..).unwrap_or_default();
            length = length.saturating_add(put(rest, value.wrapping_sub(before)));
            before = value;
        }
        self.append(room.get(..length).unwrap_or_default());
        self.blocks = u16::try_from(self.bytes.len()).unwrap_or(u16::MAX);
    }

    #[allow(clippy::cast_possible_truncation)] // eight bits of a number at a time
    fn push(&mut self, mut number: u64) {
        self.make_room(LONGEST);
        while number >> BITS > 0 {
            self.bytes.push(number as u8 | 1 << BITS);
            number >>= BITS;
        }
        self.bytes.push(number as u8);
    }

    fn append(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// By a half, as there may be many lists.
    fn make_room(&mut self, bytes: usize) {
        if self.bytes.capacity().saturating_sub(self.bytes.len()) < bytes {
            let more = (self.bytes.len() / 2).max(32).max(bytes);
            self.bytes.reserve_exact(more);
        }
    }
}

/// Writes a number and says how many bytes it took.
#[inline]
#[allow(clippy::cast_possible_truncation)] // eight bits of a number at a time
fn put(room: &mut [u8], mut number: u64) -> usize {
    for (place, byte) in (1..).zip(room) {
        *byte = number as u8 & !(1 << BITS);
        number >>= BITS;
        if number == 0 {
            return place;
        }
        *byte |= 1 << BITS;
    }
    0
}

#[inline]
fn number(bytes: &mut std::slice::Iter<'_, u8>) -> u64 {
    let (mut number, mut place) = (0, 0_u32);
    for byte in bytes {
        number |= u64::from(byte & !(1 << BITS)).wrapping_shl(place);
        if byte >> BITS == 0 {
            break;
        }
        place = place.wrapping_add(BITS);
    }
    number
}
