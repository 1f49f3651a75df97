//! A list of values in little memory, while they are few.

/// Values of a block: as many as a word has bits, so that a block is of whole words.
const BLOCK: u16 = 64;

/// Bits of a word.
const WORD: u32 = u64::BITS;

/// Stands in front of a number that is not less.
const LONG: u32 = u32::MAX;

/// Bytes of a long number.
const LONGEST: usize = 12;

/// Values as they are, less than two bytes each where they are many: blocks, then those that came since. A block
/// has its least value, how many bits the largest difference from it takes, and in so many bits each
/// the differences of its values. At most 6,000 values, each of which takes twelve bytes at most.
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
        self.listed().into_iter()
    }

    /// All values, rising.
    pub fn sorted(&self) -> Vec<u64> {
        let mut values = self.listed();
        values.sort_unstable();
        values
    }

    /// The value at this place, from 0 on, of all in rising order.
    pub fn at(&self, place: usize) -> Option<u64> {
        let mut values = self.listed();
        (place < values.len()).then(|| *values.select_nth_unstable(place).1)
    }

    /// All values, in no order.
    pub fn listed(&self) -> Vec<u64> {
        let mut values = Vec::with_capacity(usize::from(self.len));
        let mut bytes = self.bytes.as_slice();
        for _ in 0..self.len / BLOCK {
            block(&mut bytes, &mut values);
        }
        values.extend((0..self.len % BLOCK).map(|_| number(&mut bytes)));
        values
    }

    /// Makes a block of what came since the last one.
    #[allow(clippy::cast_possible_truncation)] // at most 64 bits
    fn end_block(&mut self) {
        let start = usize::from(self.blocks);
        let mut values = [0; BLOCK as usize];
        let mut bytes = self.bytes.get(start..).unwrap_or_default();
        let (mut least, mut most) = (u64::MAX, 0);
        for value in &mut values {
            *value = number(&mut bytes);
            (least, most) = (least.min(*value), most.max(*value));
        }
        let width = WORD.saturating_sub(most.saturating_sub(least).leading_zeros());
        self.bytes.truncate(start);
        self.push(least);
        self.make_room(words_of(width).saturating_add(1));
        self.bytes.push(width as u8);
        let (mut word, mut used) = (0, 0_u32);
        for value in values {
            let more = value.wrapping_sub(least);
            word |= more.wrapping_shl(used);
            let end = used.wrapping_add(width);
            if end >= WORD {
                self.bytes.extend_from_slice(&u64::to_le_bytes(word));
                // what had no room
                word = more.checked_shr(WORD.wrapping_sub(used)).unwrap_or(0);
                used = end.wrapping_sub(WORD);
            } else {
                used = end;
            }
        }
        self.blocks = u16::try_from(self.bytes.len()).unwrap_or(u16::MAX);
    }

    #[inline]
    fn push(&mut self, number: u64) {
        self.make_room(LONGEST);
        match u32::try_from(number) {
            Ok(short) if short < LONG => self.bytes.extend_from_slice(&short.to_le_bytes()),
            _ => {
                self.bytes.extend_from_slice(&LONG.to_le_bytes());
                self.bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// To twice as many up to the bytes of a block's values, then by a quarter and half of those: there may be many lists.
    #[inline]
    fn make_room(&mut self, bytes: usize) {
        if self.bytes.capacity().saturating_sub(self.bytes.len()) < bytes {
            let held = self.bytes.len();
            let more = (held / 4).max(held.clamp(32, 128)).max(bytes);
            self.bytes.reserve_exact(more);
        }
    }
}

/// Bytes of the differences of a block, so many bits each.
#[inline]
fn words_of(width: u32) -> usize {
    (width as usize).saturating_mul(8)
}

/// Reads the values of a block.
#[inline]
fn block(bytes: &mut &[u8], values: &mut Vec<u64>) {
    let least = number(bytes);
    let width = bytes.split_off_first().map_or(0, |width| u32::from(*width));
    let mask = 1_u64.checked_shl(width).unwrap_or(0).wrapping_sub(1);
    let words = bytes.split_off(..words_of(width)).unwrap_or_default();
    let mut words = words
        .as_chunks()
        .0
        .iter()
        .map(|word| u64::from_le_bytes(*word));
    let (mut word, mut left) = (0_u64, 0_u32);
    for _ in 0..BLOCK {
        let mut more = word;
        if left < width {
            // the rest of it stands in the next word
            word = words.next().unwrap_or(0);
            more |= word.wrapping_shl(left);
            let taken = width.wrapping_sub(left);
            word = word.checked_shr(taken).unwrap_or(0);
            left = WORD.wrapping_sub(taken);
        } else {
            word = word.checked_shr(width).unwrap_or(0);
            left = left.wrapping_sub(width);
        }
        values.push(least.wrapping_add(more & mask));
    }
}

#[inline]
fn number(bytes: &mut &[u8]) -> u64 {
    let Some((short, rest)) = bytes.split_first_chunk() else {
        return 0;
    };
    *bytes = rest;
    let short = u32::from_le_bytes(*short);
    if short < LONG {
        return short.into();
    }
    let Some((long, rest)) = bytes.split_first_chunk() else {
        return 0;
    };
    *bytes = rest;
    u64::from_le_bytes(*long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_whatever_its_size() {
        let long = u64::from(LONG);
        let near = [0, 1, long - 1, long, long + 1, u64::MAX];
        for kind in [0, 1, 2] {
            for count in [1, 63, 64, 65, 128, 300] {
                let values = (0..count).map(|number: u64| match kind {
                    // no bit of difference, some, and all
                    0 => 27_000,
                    1 => 20_000 + number * number % 7_919,
                    _ => near[usize::try_from(number).unwrap() % near.len()],
                });
                let mut few = Few::default();
                values.clone().for_each(|value| few.add(value));
                let mut twice = few.clone();
                twice.extend(&few);
                let mut expected: Vec<u64> = values.collect();
                expected.sort_unstable();
                assert_eq!(few.sorted(), expected);
                let both: Vec<u64> = expected.iter().flat_map(|value| [*value; 2]).collect();
                assert_eq!(twice.sorted(), both);
            }
        }
    }
}
