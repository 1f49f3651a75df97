//! What HEAD requests inside TLS got, in words: the same at the end of a run and in a report.

use std::collections::BTreeMap;

use crate::doc::number::grouped;
use crate::record::HttpReply;

/// Everything in a sentence; none where nothing was asked.
pub fn sentence(replies: &BTreeMap<HttpReply, u64>) -> Option<String> {
    // an HTTP answer is the first of them
    let (worst, _) = replies.iter().min_by_key(|(reply, _)| match reply {
        HttpReply::Http(_) => 0,
        HttpReply::Other => 1,
        HttpReply::Cut | HttpReply::Reset => 2,
        HttpReply::Silence | HttpReply::Closed => 3,
    })?;
    let counts = replies
        .iter()
        .map(|(reply, count)| format!("{} {}", grouped(*count), reply.word()));
    let counts: Vec<_> = counts.collect();
    let some = if replies.len() > 1 { "in part " } else { "" };
    Some(format!(
        "HEAD inside TLS: {}: {some}{}",
        counts.join(", "),
        worst.meaning()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(replies: &[(HttpReply, u64)]) -> Option<String> {
        sentence(&replies.iter().copied().collect())
    }

    #[test]
    fn silence_is_what_a_relay_does_and_http_is_not() {
        assert_eq!(of(&[]), None);
        assert_eq!(
            of(&[(HttpReply::Silence, 10)]).unwrap(),
            "HEAD inside TLS: 10 silence: TLS, but no HTTP: like a relay"
        );
        assert_eq!(
            of(&[(HttpReply::Http(404), 1), (HttpReply::Silence, 9)]).unwrap(),
            "HEAD inside TLS: 1 http 404, 9 silence: in part TLS, and HTTP inside it: unlike a relay"
        );
    }
}
