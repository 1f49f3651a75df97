//! What a proxy says, without the user and the password that it was told: one may say them again, as they are or coded.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::named::{Credentials, Proxy};

/// Shorter ones stand in any text: they count only as words of their own.
const SHORTEST: usize = 6;

/// How markup writes what it gives a meaning.
const ENTITIES: [(&[u8], u8); 7] = [
    (b"&amp;", b'&'),
    (b"&lt;", b'<'),
    (b"&gt;", b'>'),
    (b"&quot;", b'"'),
    (b"&#39;", b'\''),
    (b"&#x27;", b'\''),
    (b"&apos;", b'\''),
];

impl Proxy {
    /// What somebody behind it said, without user and password, which a proxy may say again.
    pub fn veiled(&self, said: &str) -> String {
        let who = self.credentials.as_ref();
        let shown = who.map(|who| veiled(said.as_bytes(), who));
        shown.map_or_else(
            || said.to_owned(),
            |shown| String::from_utf8_lossy(&shown).into_owned(),
        )
    }
}

/// User and password as Basic has them (RFC 7617 section 2).
pub(super) fn basic(who: &Credentials) -> String {
    BASE64_STANDARD.encode(format!("{}:{}", who.user, who.password))
}

/// The bytes with asterisks in place of user and password, in whatever letters and code.
pub(super) fn veiled(bytes: &[u8], who: &Credentials) -> Vec<u8> {
    let mut shown = bytes.to_vec();
    for secret in [&basic(who), &who.password, &who.user] {
        let secret = secret.as_bytes();
        let mut at = 0;
        while at < shown.len() && !secret.is_empty() {
            let found = shown.get(at..).and_then(|rest| reach(rest, secret));
            let end = at.saturating_add(found.unwrap_or(0));
            if end > at && (secret.len() >= SHORTEST || is_word(&shown, at, end)) {
                shown.get_mut(at..end).unwrap_or_default().fill(b'*');
                at = end;
            } else {
                at = at.saturating_add(1);
            }
        }
    }
    shown
}

/// How far the secret reaches from the beginning of a text; also one that the end of the text cuts off.
fn reach(text: &[u8], secret: &[u8]) -> Option<usize> {
    /// Letters that are enough to know a secret that is cut off.
    const TELLING: usize = 4;
    fn step(text: &[u8], secret: &[u8], done: usize) -> Option<usize> {
        let Some((wanted, rest)) = secret.split_first() else {
            return Some(0);
        };
        if text.is_empty() {
            return (done >= TELLING).then_some(0);
        }
        readings(text)
            .into_iter()
            .flatten()
            .filter(|(byte, _)| byte.eq_ignore_ascii_case(wanted))
            .find_map(|(_, length)| {
                let behind = step(text.get(length..)?, rest, done.saturating_add(1))?;
                Some(behind.saturating_add(length))
            })
    }
    step(text, secret, 0)
}

/// What the beginning of a text may stand for, and how long it is: itself, a byte that a URL codes (RFC 3986 section 2.1), or
/// an entity of HTML.
fn readings(text: &[u8]) -> [Option<(u8, usize)>; 3] {
    let hex = |at: usize| char::from(*text.get(at)?).to_digit(16);
    let coded = match text {
        [b'%', ..] => hex(1).zip(hex(2)).and_then(|(high, low)| {
            let byte = u8::try_from(high.saturating_mul(16).saturating_add(low)).ok()?;
            Some((byte, 3))
        }),
        [b'+', ..] => Some((b' ', 1)),
        _ => None,
    };
    let is_it = |(name, _): &&(&[u8], u8)| {
        let begin = text.get(..name.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(name))
    };
    let entity = ENTITIES.iter().find(is_it);
    [
        text.first().map(|byte| (*byte, 1)),
        coded,
        entity.map(|(name, byte)| (*byte, name.len())),
    ]
}

/// Whether no letter and no digit stands beside it; the digits of a byte that a URL codes are none.
fn is_word(text: &[u8], at: usize, end: usize) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
    let before = text.get(..at).unwrap_or_default();
    let is_behind_one = match before {
        [.., b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => false,
        [.., last] => is_letter(last),
        [] => false,
    };
    !is_behind_one && !text.get(end).is_some_and(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shows(text: &str, [user, password]: [&str; 2], wanted: &str) {
        let who = Credentials {
            user: user.to_owned(),
            password: password.to_owned(),
        };
        let shown = veiled(text.as_bytes(), &who);
        assert_eq!(String::from_utf8(shown).unwrap(), wanted);
    }

    #[test]
    fn user_and_password_are_hidden_however_they_are_written() {
        let who = ["anna", "Geheim#1&%x"];
        shows("for anna: Geheim#1&%x!", who, "for ****: ***********!");
        shows("?p=Geheim%231%26%25x", who, "?p=*****************");
        shows("<b>GEHEIM#1&amp;%X</b>", who, "<b>***************</b>");
        // base64 of anna:Geheim#1&%x by another program
        shows("YW5uYTpHZWhlaW0jMSYleA==", who, "************************");
        // what a limit cut off
        shows("password Geheim#1", who, "password ********");
        shows("Susanna wants it", who, "Susanna wants it");
        shows(
            "user=Dom\\u p%C3%A4ss",
            ["Dom\\u", "päss"],
            "user=***** *********",
        );
        shows("abcd xabcdx", ["", "abcd"], "**** xabcdx");
        shows(
            "user%3Danna&p%3Dabcd",
            ["anna", "abcd"],
            "user%3D****&p%3D****",
        );
        shows("a b+c", ["x", "a b c"], "*****");
    }
}
