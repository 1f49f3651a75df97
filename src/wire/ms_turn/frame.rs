//! The four bytes before every message and all data on TCP. [MS-TURN] 2.1.4.
//!
//! Not used on UDP, nor for the pseudo-TLS hellos.

/// Length of the frame's header in bytes.
pub const HEADER: usize = 4;

const CONTROL: u8 = 0x02;
const DATA: u8 = 0x03;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameContent {
    /// One TURN message.
    Control,
    /// Data from end to end.
    Data,
}

/// Reads a frame's header: what follows it and how many bytes.
///
/// `None` when it is none: the stream cannot be followed any further. The reserved byte is
/// not looked at.
pub fn decode(header: [u8; HEADER]) -> Option<(FrameContent, usize)> {
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    match header[0] {
        CONTROL => Some((FrameContent::Control, length)),
        DATA => Some((FrameContent::Data, length)),
        _ => None,
    }
}

/// A message in its frame; `None` when it is longer than 65,535 bytes.
pub fn encode(message: &[u8]) -> Option<Vec<u8>> {
    let [high, low] = u16::try_from(message.len()).ok()?.to_be_bytes();
    let mut framed = vec![CONTROL, 0, high, low];
    framed.extend_from_slice(message);
    Some(framed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_counts_the_bytes_behind_its_header() {
        assert_eq!(encode(&[7; 36]).unwrap()[..5], [0x02, 0x00, 0x00, 0x24, 7]);
        assert_eq!(
            decode([0x02, 0x00, 0x00, 0x24]),
            Some((FrameContent::Control, 36))
        );
        assert_eq!(
            decode([0x03, 0x00, 0x01, 0x00]),
            Some((FrameContent::Data, 256))
        );
        assert_eq!(decode([0x16, 0x03, 0x01, 0x00]), None);
        assert_eq!(encode(&vec![0; 65_536]), None);
    }
}
