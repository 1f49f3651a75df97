//! The sign-in page of a network, and other servers' clocks.

use std::time::Duration;

use super::budget::Budget;
use crate::judge::diagnose::facts::text::Public;
use crate::judge::diagnose::facts::{ClockOffset, Fact, SignInPage, WebFacts, WhyUnknown};
use crate::net::plain_page::{Fetched, fetch};
use crate::net::{Leads, Opener, Visit};
use crate::target::Target;

/// The page that Windows itself asks for to know whether there is an internet (NCSI), and what stands on it.
pub const HOST: &str = "www.msftconnecttest.com";
const PATH: &str = "/connecttest.txt";
const TEXT: &[u8] = b"Microsoft Connect Test";

/// The name that tells "the ranges of Teams are closed" from "the internet is": Microsoft's, and no relay's.
pub const CONTROL: &str = "teams.microsoft.com";

/// The same where that one lies in the relays' ranges too, and would be closed with them: every client signs in there.
pub const OTHER_CONTROL: &str = "login.microsoftonline.com";

/// How long a page may take, and where there are six seconds for all.
pub const LIMIT: Duration = Duration::from_secs(3);
pub const QUICK_LIMIT: Duration = Duration::from_secs(2);

/// Looks at both, each for so long at most. The second clock is that of the control name, over plain HTTP.
pub async fn look(opener: &Opener, budget: &Budget, limit: Duration) -> WebFacts {
    // each on its own: one that hangs must not take the other with it
    let page = |host, path| crate::timer::timeout(limit, page(opener, host, path));
    let both = async { tokio::join!(page(HOST, PATH), page(CONTROL, "/")) };
    let (first, second) = match budget.step(limit * 2, both).await {
        Fact::Known((first, second)) => (first.ok().flatten(), second.ok().flatten()),
        Fact::Unknown(why) => return unknown(&why),
    };
    let page = first.as_ref().and_then(seen);
    let is_free = page.as_ref().is_some_and(|page| page.is_expected);
    let clocks = is_free.then(|| {
        let told = [(HOST, first), (CONTROL, second)];
        let told = told.into_iter().filter_map(|(host, fetched)| {
            let (low_s, high_s) = ahead(&fetched?)?;
            let source = Public(host.to_owned());
            Some(ClockOffset {
                source,
                low_s,
                high_s,
            })
        });
        told.collect()
    });
    WebFacts {
        page: Fact::of(page, WhyUnknown::NotReached),
        clocks: Fact::of(clocks, WhyUnknown::NotReached),
        ..WebFacts::default()
    }
}

/// Neither is known.
pub fn unknown(why: &WhyUnknown) -> WebFacts {
    WebFacts {
        page: Fact::Unknown(why.clone()),
        clocks: Fact::Unknown(why.clone()),
        ..WebFacts::default()
    }
}

/// One page, without redirects.
async fn page(opener: &Opener, host: &str, path: &str) -> Option<Fetched> {
    let target = host.parse::<Target>().ok()?;
    let route = opener
        .resolve(&target, Leads::Straight)
        .await
        .first()
        .ok()?;
    opener.admit(route, Visit::BackToBack).await.ok()?;
    let connected = opener.connect(&route.to(&target, 80)).await.stream.ok()?;
    fetch(connected, (host, path), LIMIT, opener.wall()).await
}

/// What a page is against the one that it should be.
fn seen(fetched: &Fetched) -> Option<SignInPage> {
    let page = fetched.page.as_ref()?;
    Some(SignInPage {
        url: Public(format!("http://{HOST}{PATH}")),
        status: page.status,
        is_expected: page.status == 200 && page.body.starts_with(TEXT),
        redirects: page.location.is_some(),
        is_html: page.is_markup(),
    })
}

/// By how many seconds this clock is ahead of the server's, which is cut to whole seconds: between `asked - date - 1` and
/// `answered - date`.
fn ahead(fetched: &Fetched) -> Option<(f64, f64)> {
    let date = fetched.page.as_ref()?.date?;
    let server = chrono::DateTime::from_timestamp(date, 0)?;
    let seconds = |time: chrono::TimeDelta| time.as_seconds_f64();
    let from = seconds(fetched.asked - server) - 1.0;
    let to = seconds(fetched.answered - server);
    Some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::web::page;

    fn fetched(answer: &str) -> Fetched {
        let at = |text: &str| text.parse().unwrap();
        Fetched {
            page: page(answer.as_bytes()),
            asked: at("1994-11-06T08:59:37.250Z"),
            answered: at("1994-11-06T08:59:37.500Z"),
        }
    }

    #[test]
    fn another_page_is_a_sign_in_only_with_markup_or_a_way_elsewhere() {
        let of = |answer| {
            let page = seen(&fetched(answer));
            let is_expected = page.as_ref().map(|page| page.is_expected);
            (
                is_expected,
                page.is_some_and(|page| page.asks_for_a_sign_in()),
            )
        };
        let good = "HTTP/1.1 200 OK\r\n\r\nMicrosoft Connect Test";
        assert_eq!(of(good), (Some(true), false));
        let sent = "HTTP/1.1 302 Found\r\nLocation: http://hotel/\r\n\r\n";
        assert_eq!(of(sent), (Some(false), true));
        let page = "HTTP/1.1 200 OK\r\n\r\n<html>Sign in";
        assert_eq!(of(page), (Some(false), true));
        let own = "HTTP/1.1 511 Network Authentication Required\r\n\r\n<html>Sign in";
        assert_eq!(of(own), (Some(false), true));
        for other in [
            "HTTP/1.1 503 Busy\r\n\r\nbusy",
            "HTTP/1.1 403 Forbidden\r\n\r\n<html>Blocked by your company's filter",
            "HTTP/1.1 502 Bad Gateway\r\n\r\n<html>No answer",
        ] {
            assert_eq!(of(other), (Some(false), false), "{other}");
        }
        assert_eq!(of("no HTTP at all"), (None, false));
    }

    // by hand: the server says 08:49:37, this machine 08:59:37.25 to .5
    #[test]
    fn a_clock_ten_minutes_ahead_is_found_within_a_second_and_the_way() {
        let answer = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";
        let (from, to) = ahead(&fetched(answer)).unwrap();
        assert!(
            (from - 599.25).abs() < 1e-6 && (to - 600.5).abs() < 1e-6,
            "{from} {to}"
        );
    }
}
