//! Texts of files and times as a reader sees them.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::record::plain;
use crate::schema::THROUGH;
use crate::zone::Zone;

/// A text from a file, made harmless and no longer than `most` characters: what is cut off is
/// replaced by an ellipsis.
pub fn cut(text: &str, most: usize) -> String {
    // what is far too long is not looked at as a whole
    let start: String = text.chars().take(most + 1).collect();
    let shown = plain(&start);
    if shown.chars().count() <= most {
        return shown.into_owned();
    }
    let mut out: String = shown.chars().take(most.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// A name from a file, or a word in brackets where there is none: `(no region)`, also where only the proxy is known.
pub fn name_or_none<'a>(name: &'a str, what: &str) -> Cow<'a, str> {
    if name.is_empty() {
        return Cow::Owned(format!("(no {})", plain(what)));
    }
    if name.starts_with(THROUGH) {
        return Cow::Owned(format!("(no {}){}", plain(what), plain(name)));
    }
    plain(name)
}

/// The same; a name is no longer than `most` characters.
pub fn named(name: &str, what: &str, most: usize) -> String {
    let text = name_or_none(name, what);
    if name.is_empty() {
        return text.into_owned();
    }
    cut(&text, most)
}

/// A time in a zone: `2021-02-12 13:46:01Z`, `2021-02-12 14:46:01+01:00`.
pub fn time(zone: Zone, at: DateTime<Utc>) -> String {
    if zone == Zone::Utc {
        return at.format("%Y-%m-%d %H:%M:%SZ").to_string();
    }
    zone.show(at).format("%Y-%m-%d %H:%M:%S%:z").to_string()
}

/// A zone as it stands in a sentence: `UTC`, `Europe/Berlin`, `local time`.
pub fn zone_name(zone: Zone) -> String {
    match zone {
        Zone::Local => "local time".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_end_in_an_ellipsis() {
        assert_eq!(cut("westeurope", 10), "westeurope");
        assert_eq!(cut("westeurope2", 10), "westeurop…");
        assert_eq!(cut(&"ä".repeat(70_000), 3), "ää…");
        assert_eq!(cut("a\x1b[31m", 20), "a\\u{1b}[31m");
        assert_eq!(cut(&"\u{202e}".repeat(9), 9).chars().count(), 9);
        assert_eq!(named("", "region", 9), "(no region)");
        assert_eq!(
            named(" through http://p:1", "region", 40),
            "(no region) through http://p:1"
        );
    }

    #[test]
    fn times_carry_their_offset() {
        let at = "2021-02-12T13:46:01.5Z".parse().unwrap();
        assert_eq!(time(Zone::Utc, at), "2021-02-12 13:46:01Z");
        let berlin = "Europe/Berlin".parse().unwrap();
        assert_eq!(time(berlin, at), "2021-02-12 14:46:01+01:00");
    }
}
