//! Telling TLS from everything else that answers on a port.

use std::fmt::{self, Write as _};

use crate::record::{alert_name, plain};

/// Longest text that is kept of a line, in characters.
const LINE: usize = 128;
/// Number of bytes that are shown of something that is no text.
const SHOWN: usize = 16;
/// Largest record: 2^14 bytes and what encryption may add (RFC 5246 section 6.2.3).
const LARGEST_RECORD: usize = (1 << 14) + 2048;

/// What the first bytes of a server look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstBytes {
    /// Nothing came.
    Empty,
    /// A TLS record, or the start of one.
    Tls,
    /// A TLS alert in the clear, and nothing before it.
    Alert {
        /// 1 warning, 2 fatal.
        level: u8,
        /// Number in the IANA registry "TLS Alerts".
        description: u8,
    },
    /// An HTTP answer: its status line.
    Http(String),
    /// An SSH server: its banner.
    Ssh(String),
    /// Some other text: its first line.
    Text(String),
    /// Anything else: its first 16 bytes in hexadecimal.
    Binary(String),
}

impl fmt::Display for FirstBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing"),
            Self::Tls => f.write_str("TLS"),
            Self::Alert { description, .. } => {
                write!(f, "TLS alert {}", alert_name(*description))
            }
            Self::Http(line) => write!(f, "HTTP: {line}"),
            Self::Ssh(line) => write!(f, "SSH: {line}"),
            Self::Text(line) => write!(f, "text: {line}"),
            Self::Binary(hex) => write!(f, "bytes: {hex}"),
        }
    }
}

/// Says what the first bytes of a server are. Text in the answer is bounded and escaped.
pub fn classify(bytes: &[u8]) -> FirstBytes {
    match bytes {
        [] => FirstBytes::Empty,
        [21, 3, 0..=4, 0, 2, level, description, ..] => FirstBytes::Alert {
            level: *level,
            description: *description,
        },
        _ if is_record(bytes) => FirstBytes::Tls,
        _ if bytes.starts_with(b"HTTP/") => FirstBytes::Http(lossy_line(bytes)),
        _ if bytes.starts_with(b"SSH-") => FirstBytes::Ssh(lossy_line(bytes)),
        _ => match text_line(bytes) {
            Some(line) => FirstBytes::Text(line),
            None => FirstBytes::Binary(hex(bytes)),
        },
    }
}

/// Whether the bytes can be the start of a record of SSL 3.0 to TLS 1.3.
fn is_record(bytes: &[u8]) -> bool {
    let length = match bytes {
        [_, _, _, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    };
    matches!(bytes.first(), Some(20..=24))
        && matches!(bytes.get(1), None | Some(3))
        && matches!(bytes.get(2), None | Some(0..=4))
        && length <= LARGEST_RECORD
}

/// The first line that is not empty, whatever is in it.
fn lossy_line(bytes: &[u8]) -> String {
    bounded(&String::from_utf8_lossy(first_line(bytes)))
}

/// The first line that is not empty, if it is text.
fn text_line(bytes: &[u8]) -> Option<String> {
    let line = first_line(bytes);
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        // a character may be cut in half where the bytes end
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(line.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let is_text = !text.trim().is_empty() && text.chars().all(|c| c == '\t' || !c.is_control());
    is_text.then(|| bounded(text))
}

fn first_line(bytes: &[u8]) -> &[u8] {
    let start = bytes
        .iter()
        .position(|b| !b.is_ascii_whitespace())
        .unwrap_or(bytes.len());
    let rest = bytes.get(start..).unwrap_or_default();
    let end = rest
        .iter()
        .position(|b| matches!(b, b'\r' | b'\n'))
        .unwrap_or(rest.len());
    let line = rest.get(..end).unwrap_or_default();
    // four bytes a character at most, so that what is cut here lies behind what is shown
    line.get(..4 * (LINE + 1)).unwrap_or(line)
}

fn bounded(text: &str) -> String {
    match text.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}...", plain(text.get(..end).unwrap_or_default())),
        None => plain(text).into_owned(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .take(SHOWN)
        .fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02X}");
            out
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tls_is_told_from_its_first_byte_on() {
        let hello = [0x16, 0x03, 0x03, 0x00, 0x51, 0x02];
        for length in 1..=hello.len() {
            assert_eq!(
                classify(&hello[..length]),
                FirstBytes::Tls,
                "{length} bytes"
            );
        }
        assert_eq!(classify(&[]), FirstBytes::Empty);
    }

    #[test]
    fn an_alert_is_read_once_it_is_whole() {
        let alert = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46];
        assert_eq!(classify(&alert[..6]), FirstBytes::Tls);
        assert_eq!(
            classify(&alert),
            FirstBytes::Alert {
                level: 2,
                description: 70
            }
        );
        assert_eq!(classify(&alert).to_string(), "TLS alert protocol_version");
    }

    #[test]
    fn other_protocols_show_their_first_line() {
        let shown = |bytes: &[u8]| classify(bytes).to_string();
        assert_eq!(
            shown(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n"),
            "HTTP: HTTP/1.1 400 Bad Request"
        );
        assert_eq!(
            shown(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
            "SSH: SSH-2.0-OpenSSH_9.2p1 Debian-2"
        );
        assert_eq!(
            shown(b"220 mail.example ESMTP\r\n"),
            "text: 220 mail.example ESMTP"
        );
        assert_eq!(shown(b"\r\n\r\n<html>\n"), "text: <html>");
        assert_eq!(
            shown("Zugriff verweigert für Sie".as_bytes()),
            "text: Zugriff verweigert für Sie"
        );
        assert_eq!(shown(&"für".as_bytes()[..2]), "text: f");
    }

    #[test]
    fn what_is_no_text_is_shown_in_hexadecimal() {
        assert_eq!(
            classify(&[0, 1, 2, 0xFF]),
            FirstBytes::Binary("000102FF".to_owned())
        );
        assert_eq!(classify(&[0x80; 40]), FirstBytes::Binary("80".repeat(16)));
        // a record that could not be one: 0xFFFF bytes long
        assert_eq!(
            classify(&[0x16, 3, 3, 0xFF, 0xFF]),
            FirstBytes::Binary("160303FFFF".to_owned())
        );
        assert_eq!(
            classify(b"\r\n \r\n"),
            FirstBytes::Binary("0D0A200D0A".to_owned())
        );
    }

    #[test]
    fn text_cannot_drive_a_terminal_and_is_bounded() {
        assert_eq!(
            classify(b"HTTP/1.1 200 \x1b[31mOK\r\n"),
            FirstBytes::Http("HTTP/1.1 200 \\u{1b}[31mOK".to_owned())
        );
        assert_eq!(
            classify(&vec![b'a'; 100_000]),
            FirstBytes::Text(format!("{}...", "a".repeat(128)))
        );
        assert_eq!(
            classify("ü".repeat(5000).as_bytes()),
            FirstBytes::Text(format!("{}...", "ü".repeat(128)))
        );
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_short_harmless_answer(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let shown = classify(&bytes).to_string();
            prop_assert!(shown.chars().count() < 12 * LINE);
            prop_assert!(shown.chars().all(|c| !c.is_control()));
        }
    }
}
