//! The beginning of an HTTP answer (RFC 9112 section 4). Not here: its head and its body.

/// Longest beginning that is waited for: `HTTP/1.1 404 `.
const LONGEST: usize = 13;

/// What a beginning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Too little to tell.
    Unfinished,
    /// An answer with this status.
    Http(u16),
    /// No HTTP.
    Other,
}

/// The request for no more than the head of the page `/`.
pub fn head(host: &str) -> String {
    format!("HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

/// Reads it.
pub fn status(bytes: &[u8]) -> Status {
    const BEGIN: &[u8] = b"HTTP/1.";
    let known = bytes.len().min(BEGIN.len());
    if bytes.get(..known) != BEGIN.get(..known) {
        return Status::Other;
    }
    match bytes.get(BEGIN.len()..) {
        Some(
            [
                b'0' | b'1',
                b' ',
                a @ b'1'..=b'9',
                b @ b'0'..=b'9',
                c @ b'0'..=b'9',
                b' ' | b'\r' | b'\n',
                ..,
            ],
        ) => {
            let digits = [a, b, c].map(|digit| u16::from(digit & 0x0F));
            let number = digits.iter().fold(0_u16, |number, digit| {
                number.saturating_mul(10).saturating_add(*digit)
            });
            Status::Http(number)
        }
        _ if bytes.len() < LONGEST => Status::Unfinished,
        _ => Status::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_line_is_read_from_its_first_thirteen_bytes() {
        for (text, status_of_it) in [
            ("HTTP/1.1 404 Not Found\r\n", Status::Http(404)),
            ("HTTP/1.0 200\r\n", Status::Http(200)),
            ("HTTP/1.1 40", Status::Unfinished),
            ("", Status::Unfinished),
            ("HTTP/2.0 200 OK", Status::Other),
            ("HTTP/1.1  200 OK", Status::Other),
            ("HTTP/1.1 2000 OK", Status::Other),
            ("SSH-2.0", Status::Other),
        ] {
            assert_eq!(status(text.as_bytes()), status_of_it, "{text}");
        }
        assert_eq!(
            head("relay.test"),
            "HEAD / HTTP/1.1\r\nHost: relay.test\r\nConnection: close\r\n\r\n"
        );
    }
}
