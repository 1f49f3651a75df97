//! The wire form of protobuf, as far as a request needs it (<https://protobuf.dev/programming-guides/encoding/>).

/// A message that is being written.
#[derive(Debug, Default)]
pub struct ProtobufMessage(Vec<u8>);

impl ProtobufMessage {
    /// Its bytes.
    pub fn bytes(self) -> Vec<u8> {
        self.0
    }

    /// A field of bytes or text; empty ones are written too.
    pub fn bytes_field(&mut self, field: u32, bytes: &[u8]) {
        self.tag(field, 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// A message in a message.
    pub fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        write(&mut inner);
        self.bytes_field(field, &inner.0);
    }

    /// A number that is never negative: uint64, an enum, a bool.
    pub fn number(&mut self, field: u32, number: u64) {
        self.tag(field, 0);
        self.varint(number);
    }

    /// A signed number in ZigZag form: sint32.
    pub fn signed(&mut self, field: u32, number: i32) {
        self.number(field, zigzag(number));
    }

    /// A number of eight bytes: fixed64.
    pub fn fixed(&mut self, field: u32, number: u64) {
        self.tag(field, 1);
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    /// A number with a fraction: double.
    pub fn double(&mut self, field: u32, number: f64) {
        self.fixed(field, number.to_bits());
    }

    /// Many numbers in one field: packed uint64.
    pub fn packed(&mut self, field: u32, numbers: impl Iterator<Item = u64>) {
        let mut inner = Self::default();
        numbers.for_each(|number| inner.varint(number));
        self.bytes_field(field, &inner.0);
    }

    fn tag(&mut self, field: u32, wire_type: u32) {
        self.varint(u64::from(field << 3 | wire_type));
    }

    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.push(number.to_le_bytes()[0]);
    }
}

/// 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
fn zigzag(number: i32) -> u64 {
    u64::from(((number << 1) ^ (number >> 31)).cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;

    // the examples of the encoding guide: 150 in field 1 is 08 96 01, "testing" in field 2 is 12 07 and its letters,
    // -2 in ZigZag is 3, and 2147483647 is 4294967294
    #[test]
    fn the_examples_of_the_guide_are_written_so() {
        let mut message = ProtobufMessage::default();
        message.number(1, 150);
        assert_eq!(message.bytes(), [0x08, 0x96, 0x01]);
        let mut message = ProtobufMessage::default();
        message.bytes_field(2, b"testing");
        assert_eq!(message.bytes(), *b"\x12\x07testing");
        assert_eq!(zigzag(-2), 3);
        assert_eq!(zigzag(i32::MAX), 4_294_967_294);
        assert_eq!(zigzag(i32::MIN), 4_294_967_295);
        let mut message = ProtobufMessage::default();
        message.packed(6, [3, 270, 86_942].into_iter());
        assert_eq!(message.bytes(), [0x32, 6, 3, 0x8e, 2, 0x9e, 0xa7, 5]);
        let mut message = ProtobufMessage::default();
        message.message(3, |inner| inner.number(1, 150));
        assert_eq!(message.bytes(), [0x1a, 3, 8, 0x96, 1]);
    }
}
