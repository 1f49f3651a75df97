//! Asking a server what it speaks, without a TLS library: hellos of every version, and what came back.
//!
//! Here: a hello as bytes ([`Hello`]), the values that it can offer (`offers`), and whether what came is an answer
//! to it ([`HelloReply`]). Nothing is encrypted: up to TLS 1.2 a server names suite, group and certificate in the clear,
//! and a hello of TLS 1.3 without key shares is answered by a HelloRetryRequest with version, suite and group. Not
//! here: sockets, and what is asked next.
//!
//! RFC 8446 and RFC 5246 section 7.4.1.2, RFC 6101; the hello of SSL 2.0 is Hickman's draft of 1995.

mod hello;
mod offers;
mod reply;
mod shares;
mod ssl2;

pub use hello::{Hello, HelloShape};
pub use offers::{
    CURVES, GROUPS_13, SUITES_13, SUITES_SSL2, is_elliptic, needs_curve_of_certificate,
    rare_suites, ssl2_suite_name, usual_suites,
};
pub use reply::{Chosen, Ending, HelloRefusal, HelloReply, is_complete};

#[cfg(test)]
mod tests;
