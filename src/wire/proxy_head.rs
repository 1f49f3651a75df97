//! The head of an HTTP proxy's answer to CONNECT (RFC 9110 sections 9.3.6 and 15, RFC 9112 section 4). Not here: its
//! body, which is never read.

use std::fmt::Write as _;

use crate::record::plain;

/// Bytes of a head that are read at most.
pub const MOST_HEAD: usize = 16 * 1024;

/// Interim answers that are passed over.
const MOST_INTERIM: usize = 5;

/// Fields of a head.
const SLOTS: usize = 100;

/// Characters of a field that are told.
const MOST_TOLD: usize = 120;

/// Fields that are worth telling when there is no tunnel.
const TOLD: [&str; 4] = ["X-Squid-Error", "Proxy-Status", "Server", "Via"];

/// What a beginning is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadReading {
    /// Too little to tell, with the status where it is there already.
    Unfinished(Option<u16>),
    /// A whole head.
    Head(Head),
    /// No HTTP, or none that ends.
    NotHttp,
}

/// A head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Bytes up to its end.
    pub length: usize,
    /// Its status.
    pub code: u16,
    /// The words behind the status.
    pub reason: String,
    /// Schemes of the challenges in `Proxy-Authenticate`, in their order.
    pub schemes: Vec<String>,
    /// What the proxy says of itself and of the failure, fit for a reader.
    pub told: String,
}

/// Reads it; interim answers (100, 102, 103) are passed over, a few of them.
pub fn read(bytes: &[u8]) -> HeadReading {
    let mut start = 0;
    for _ in 0..=MOST_INTERIM {
        match one(bytes.get(start..).unwrap_or_default()) {
            HeadReading::Head(head) if is_interim(head.code) => {
                start = start.saturating_add(head.length);
            }
            HeadReading::Head(head) => {
                return HeadReading::Head(Head {
                    length: start.saturating_add(head.length),
                    ..head
                });
            }
            HeadReading::Unfinished(_) if bytes.len() >= MOST_HEAD => return HeadReading::NotHttp,
            other => return other,
        }
    }
    HeadReading::NotHttp
}

/// An answer before the answer; 101 is none, as it ends HTTP.
fn is_interim(code: u16) -> bool {
    (100..200).contains(&code) && code != 101
}

fn one(bytes: &[u8]) -> HeadReading {
    let mut slots = [httparse::EMPTY_HEADER; SLOTS];
    let mut response = httparse::Response::new(&mut slots);
    let mut config = httparse::ParserConfig::default();
    config
        .ignore_invalid_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true);
    match config.parse_response(&mut response, bytes) {
        Ok(httparse::Status::Complete(length)) => {
            let fields = &*response.headers;
            HeadReading::Head(Head {
                length,
                code: response.code.unwrap_or_default(),
                reason: response.reason.unwrap_or_default().to_owned(),
                schemes: schemes(fields),
                told: told(fields),
            })
        }
        Ok(httparse::Status::Partial) => HeadReading::Unfinished(response.code),
        Err(_) => HeadReading::NotHttp,
    }
}

fn told(fields: &[httparse::Header<'_>]) -> String {
    let mut told = String::new();
    for name in TOLD {
        let field = fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name));
        if let Some(field) = field {
            let value = String::from_utf8_lossy(field.value);
            let value: String = plain(value.trim()).chars().take(MOST_TOLD).collect();
            let _ = write!(told, ", {name}: {value}");
        }
    }
    told
}

/// Several challenges may stand in one field, separated by the comma that also separates their parameters: a challenge
/// begins with a word that no `=` follows (RFC 9110 section 11.6.1).
fn schemes(fields: &[httparse::Header<'_>]) -> Vec<String> {
    let mut schemes = Vec::new();
    let challenges = fields
        .iter()
        .filter(|field| field.name.eq_ignore_ascii_case("Proxy-Authenticate"));
    for field in challenges {
        let text = String::from_utf8_lossy(field.value);
        for item in outside_quotes(&text) {
            let word = item.split_whitespace().next().unwrap_or_default();
            let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            let is_new = !schemes
                .iter()
                .any(|known: &String| known.eq_ignore_ascii_case(word));
            if !word.is_empty() && word.len() <= 32 && word.chars().all(is_token) && is_new {
                schemes.push(word.to_owned());
            }
        }
    }
    schemes.truncate(8);
    schemes
}

/// The parts between commas that stand in no quotes.
fn outside_quotes(text: &str) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at.saturating_add(1);
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts.into_iter().map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        match read(text.as_bytes()) {
            HeadReading::Head(head) => head,
            other => panic!("{other:?}: {text:?}"),
        }
    }

    #[test]
    fn a_tunnel_is_open_behind_the_empty_line() {
        let text = "HTTP/1.0 200 Connection established\r\nContent-Length: 0\r\n\r\n";
        let whole = head(&format!("{text}\u{16}\u{3}\u{3}"));
        assert_eq!((whole.code, whole.length), (200, text.len()));
        assert_eq!(whole.reason, "Connection established");
        for end in 0..text.len() {
            let reading = read(&text.as_bytes()[..end]);
            assert!(
                matches!(reading, HeadReading::Unfinished(_)),
                "{end} {reading:?}"
            );
        }
    }

    #[test]
    fn fields_that_proxies_write_wrongly_are_read_all_the_same() {
        let text = "HTTP/1.1 503 \r\nX-Squid-Error: ERR_CONNECT_FAIL 111\r\nServer : squid\r\nA: b\r\n folded\r\n\r\n";
        let whole = head(text);
        assert_eq!(whole.code, 503);
        assert!(
            whole.told.contains("X-Squid-Error: ERR_CONNECT_FAIL 111"),
            "{whole:?}"
        );
        assert!(whole.told.contains("Server: squid"), "{whole:?}");
    }

    #[test]
    fn several_challenges_in_one_field_are_told_apart_from_their_parameters() {
        let fields = "Proxy-Authenticate: NTLM, Basic realm=\"a, b\", charset=\"UTF-8\"\r\n\
                      Proxy-Authenticate: Negotiate\r\nproxy-authenticate: Digest realm=\"x\", nonce=\"\\\"Fake, q\", qop=auth\r\n";
        let whole = head(&format!("HTTP/1.1 407 Sign in\r\n{fields}\r\n"));
        assert_eq!(whole.schemes, ["NTLM", "Basic", "Negotiate", "Digest"]);
    }

    #[test]
    fn interim_answers_are_passed_over_but_not_for_ever() {
        let interim = "HTTP/1.1 100 Continue\r\n\r\n";
        let end = "HTTP/1.1 200 OK\r\n\r\n";
        let text = format!("{}{end}", interim.repeat(5));
        assert_eq!((head(&text).code, head(&text).length), (200, text.len()));
        let text = format!("{}{end}", interim.repeat(6));
        assert_eq!(read(text.as_bytes()), HeadReading::NotHttp);
        assert_eq!(head("HTTP/1.1 101 Switching\r\n\r\n").code, 101);
    }

    #[test]
    fn what_is_no_http_or_never_ends_is_none() {
        assert_eq!(read(b"\x05\xff"), HeadReading::NotHttp);
        assert_eq!(read(b"SSH-2.0-x\r\n"), HeadReading::NotHttp);
        let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "a".repeat(MOST_HEAD));
        assert_eq!(read(&endless.as_bytes()[..MOST_HEAD]), HeadReading::NotHttp);
        assert_eq!(
            read(&endless.as_bytes()[..4096]),
            HeadReading::Unfinished(Some(200))
        );
        let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(SLOTS + 1));
        assert_eq!(read(many.as_bytes()), HeadReading::NotHttp);
    }
}
