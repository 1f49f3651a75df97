//! A page asked for over plain HTTP (RFC 9112): the request, the head of the answer, its date (RFC 9110 section 5.6.7).

use super::http::{Status, status};

/// An answer, as far as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its status.
    pub status: u16,
    /// Seconds since 1970 by the server's clock, which it tells in whole seconds.
    pub date: Option<i64>,
    /// Where it sends its reader.
    pub location: Option<String>,
    /// Its body, as far as it came; any bytes.
    pub body: Vec<u8>,
}

/// The request for a page.
pub fn get(host: &str, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: turnprobe\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )
}

/// Reads an answer; `None` when it is no HTTP, or its head has not come to its end.
pub fn page(bytes: &[u8]) -> Option<Page> {
    let Status::Http(status) = status(bytes) else {
        return None;
    };
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(bytes.get(..end)?);
    let field = |wanted: &str| {
        head.lines().skip(1).find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then(|| value.trim().to_owned())
        })
    };
    Some(Page {
        status,
        date: field("date").and_then(|text| date(&text)),
        location: field("location"),
        body: bytes
            .get(end.saturating_add(4)..)
            .unwrap_or_default()
            .to_vec(),
    })
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` in seconds since 1970.
fn date(text: &str) -> Option<i64> {
    let at = chrono::NaiveDateTime::parse_from_str(text, "%a, %d %b %Y %H:%M:%S GMT").ok()?;
    Some(at.and_utc().timestamp())
}

impl Page {
    /// Whether it looks like a page for a person, as the sign-in of a network is.
    pub fn is_markup(&self) -> bool {
        let begin = self
            .body
            .get(..self.body.len().min(512))
            .unwrap_or_default();
        let begin = String::from_utf8_lossy(begin).to_ascii_lowercase();
        ["<html", "<!doctype", "<meta", "<script", "<head"]
            .iter()
            .any(|word| begin.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_read_whatever_stands_behind_it() {
        let answer = b"HTTP/1.1 302 Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nLOCATION: http://sign.in/\r\n\r\n<HTML>";
        let page = page(answer).unwrap();
        // RFC 9110 has this very date; the number is that of `date -u -d ... +%s`
        assert_eq!((page.status, page.date), (302, Some(784_111_777)));
        assert_eq!(page.location.as_deref(), Some("http://sign.in/"));
        assert!(page.is_markup());
        for end in 0..answer.len() - 6 {
            assert_eq!(super::page(&answer[..end]), None);
        }
    }

    #[test]
    fn what_is_no_http_or_has_no_date_gives_none() {
        assert_eq!(page(b"SSH-2.0-x\r\n\r\n"), None);
        let page =
            page(b"HTTP/1.0 200 OK\r\nDate: yesterday\r\n\r\nMicrosoft Connect Test").unwrap();
        assert_eq!(page.date, None);
        assert_eq!(page.body, b"Microsoft Connect Test");
        assert!(!page.is_markup());
    }
}
