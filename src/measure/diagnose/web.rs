//! The sign-in page of a network, and what the clocks of others say.

use std::net::SocketAddr;
use std::time::Duration;

use super::budget::Budget;
use super::seen::Seen;
use crate::net::web::{Fetched, fetch};
use crate::net::{Opener, Visit};
use crate::target::Target;

/// The page that Windows itself asks for to know whether there is an internet (NCSI), and what stands on it.
pub const HOST: &str = "www.msftconnecttest.com";
const PATH: &str = "/connecttest.txt";
const TEXT: &[u8] = b"Microsoft Connect Test";

/// The name that tells "the ranges of Teams are closed" from "the internet is": Microsoft's, and no relay's.
pub const CONTROL: &str = "teams.microsoft.com";

/// The same where that one lies in the relays' ranges too, and would be closed with them: every client signs in there.
pub const OTHER_CONTROL: &str = "login.microsoftonline.com";

/// How long a page may take.
const LIMIT: Duration = Duration::from_secs(3);

/// What answered in place of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Portal {
    /// The page itself: nothing is in the way.
    None,
    /// Another page, by its status and where it leads.
    There {
        /// Its status.
        status: u16,
        /// Where it leads its reader.
        location: Option<String>,
    },
    /// Nothing that tells either.
    Untold,
}

/// The sign-in page and the clocks.
#[derive(Debug, Clone)]
pub struct Web {
    /// Whether a network asks for a sign-in.
    pub portal: Portal,
    /// For each server that told its time: the seconds by which this clock may be ahead, from and to. Empty where the way is
    /// not known to be free of a portal.
    pub clocks: Vec<(String, f64, f64)>,
    /// How the page was come to: the address, where there was one.
    pub remote: Option<SocketAddr>,
}

/// Looks at both. The second clock is that of the control name, over plain HTTP.
pub async fn look(opener: &Opener, budget: &Budget) -> Seen<Web> {
    let both = async { tokio::join!(page(opener, HOST, PATH), page(opener, CONTROL, "/")) };
    let (first, second) = match budget.step(LIMIT * 2, both).await {
        Seen::Yes(both) => both,
        Seen::No(why) => return Seen::No(why),
    };
    let (remote, fetched) = first;
    let portal = fetched.as_ref().map_or(Portal::Untold, judge);
    let mut clocks = Vec::new();
    if portal == Portal::None {
        for (host, fetched) in [(HOST, fetched), (CONTROL, second.1)] {
            let offset = fetched.as_ref().and_then(ahead);
            clocks.extend(offset.map(|(from, to)| (host.to_owned(), from, to)));
        }
    }
    Seen::Yes(Web {
        portal,
        clocks,
        remote,
    })
}

/// One page, without redirects.
async fn page(opener: &Opener, host: &str, path: &str) -> (Option<SocketAddr>, Option<Fetched>) {
    let Ok(target) = host.parse::<Target>() else {
        return (None, None);
    };
    let Ok(address) = opener.resolve(&target).await.first() else {
        return (None, None);
    };
    let remote = SocketAddr::new(address, 80);
    if opener.admit(address, Visit::BackToBack).await.is_err() {
        return (Some(remote), None);
    }
    let Ok(connected) = opener.connect(remote).await.stream else {
        return (Some(remote), None);
    };
    let fetched = fetch(connected.stream, (host, path), LIMIT, opener.wall()).await;
    (Some(remote), fetched)
}

fn judge(fetched: &Fetched) -> Portal {
    let Some(page) = &fetched.page else {
        return Portal::Untold;
    };
    if page.status == 200 && page.body.starts_with(TEXT) {
        return Portal::None;
    }
    if page.location.is_some() || page.is_markup() {
        return Portal::There {
            status: page.status,
            location: page.location.clone(),
        };
    }
    Portal::Untold
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
    fn another_page_is_a_portal_only_with_markup_or_a_way_elsewhere() {
        let of = |answer| judge(&fetched(answer));
        assert_eq!(
            of("HTTP/1.1 200 OK\r\n\r\nMicrosoft Connect Test"),
            Portal::None
        );
        let there = |status, location: Option<&str>| Portal::There {
            status,
            location: location.map(str::to_owned),
        };
        let sent = "HTTP/1.1 302 Found\r\nLocation: http://hotel/\r\n\r\n";
        assert_eq!(of(sent), there(302, Some("http://hotel/")));
        assert_eq!(of("HTTP/1.1 200 OK\r\n\r\n<html>Sign in"), there(200, None));
        assert_eq!(of("HTTP/1.1 503 Busy\r\n\r\nbusy"), Portal::Untold);
        assert_eq!(of("no HTTP at all"), Portal::Untold);
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
