//! Mutations of samples, the same ones for the same seed.

/// Numbers by xorshift64* (S. Vigna, ACM TOMS 42(4), 2016).
pub struct Mutator(u64);

/// Values that are at the edge of something.
const EDGES: [u8; 10] = [0x00, 0x01, 0x03, 0x04, 0x14, 0x15, 0x3F, 0x7F, 0x80, 0xFF];

impl Mutator {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `end`, which may not be 0.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or(0) % end
    }

    /// One of the samples with up to four changes, its length put right in half of the cases.
    pub fn mutate(&mut self, samples: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = samples[self.below(samples.len())].clone();
        for _ in 0..self.below(5) {
            self.change(&mut bytes, samples);
        }
        if self.next() & 1 << 40 == 0
            && let Some(length) = bytes.len().checked_sub(20)
            && let Ok(length) = u16::try_from(length)
        {
            bytes[2..4].copy_from_slice(&length.to_be_bytes());
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, samples: &[Vec<u8>]) {
        if bytes.is_empty() {
            return bytes.push(0);
        }
        let at = self.below(bytes.len());
        match self.below(8) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = EDGES[self.below(EDGES.len())],
            2 => bytes.truncate(at),
            3 => bytes.insert(at, EDGES[self.below(EDGES.len())]),
            4 => drop(bytes.remove(at)),
            5 => {
                let end = at + self.below(bytes.len() - at + 1).min(64);
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            6 => {
                // the rest of another sample
                let other = &samples[self.below(samples.len())];
                let from = self.below(other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                let end = at + self.below(bytes.len() - at + 1).min(16);
                bytes.drain(at..end);
            }
        }
    }
}
