//! What the web shows: whether the network requires a sign-in, other servers' clocks, the proxy's answer.

use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::text::Public;

/// What the web says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebFacts {
    /// The page by which a sign-in is noticed. `Unknown` where nothing answered, which is no sign of one.
    pub page: Fact<SignInPage>,
    /// How far this clock is from others, one interval for each; only from answers that nobody stood in for.
    pub clocks: Fact<Vec<ClockOffset>>,
    /// What the proxy answered to CONNECT for the first relay; `Unknown(NotAsked)` where none is set.
    pub connect: Fact<ProxyConnect>,
    /// Whether somebody speaks TLS through the proxy after it let the CONNECT through; `Unknown` where it did not, or where the
    /// handshake was only silence.
    pub tunnel: Fact<bool>,
}

/// The page by which a sign-in is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInPage {
    /// Where it is.
    pub url: Public,
    /// The status.
    pub status: u16,
    /// Whether status and text are those that it always has.
    pub is_expected: bool,
    /// Whether it led elsewhere.
    pub redirects: bool,
    /// Whether HTML came in its place.
    pub is_html: bool,
}

impl SignInPage {
    /// Whether it is that of a network that wants a sign-in: another page, for persons or leading elsewhere. One that says that
    /// something is forbidden or broken is a filter's or the server's own, but for the status that says it (RFC 6585 section 6).
    pub fn asks_for_a_sign_in(&self) -> bool {
        let is_error = self.status >= 400 && self.status != 511;
        !self.is_expected && !is_error && (self.redirects || self.is_html)
    }
}

/// The offset of this clock against another lies between these, in seconds; positive where this one is ahead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockOffset {
    /// Whose clock the other is.
    pub source: Public,
    /// Least.
    pub low_s: f64,
    /// Most.
    pub high_s: f64,
}

/// What a proxy said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyConnect {
    /// A status of HTTP: 200 where it went through.
    Status(u16),
    /// It could not be connected to.
    Unreachable,
    /// Nothing that could be understood, or nothing at all.
    NoAnswer,
}
