//! What a STUN or TURN request got.

use crate::record::{Ask, Turn};
use crate::schema::column::{Kind, of};
use crate::schema::group::Group;
use crate::schema::value::{Value, number, owned, socket, text, word};

/// A row with a request.
pub trait HasTurn: 'static {
    /// What it got.
    fn turn(&self) -> &Turn;
}

impl<R: HasTurn> Group<R> {
    /// STUN and TURN.
    #[rustfmt::skip]
    pub(crate) const TURN: Self = Self { columns: &[
        of("turn_ask", Kind::Text, "", "what was asked: allocate, binding, ms-allocate", |r| word(r.turn().ask.map(Ask::as_str))),
        of("turn_reply", Kind::Text, "", "success, the error's number, silent, malformed, http, closed, alert, icmp; a number means that the path works", |r| r.turn().reply.map_or(Value::Missing, |reply| owned(reply.word()))),
        of("turn_realm", Kind::Text, "", "realm for which the relay wants credentials", |r| text(&r.turn().realm)),
        of("turn_software", Kind::Text, "", "software of the relay, as it reports", |r| text(&r.turn().software)),
        of("turn_attempts", Kind::Integer, "", "requests sent", |r| number(r.turn().attempts.map(u64::from))),
        of("mapped_address", Kind::Text, "", "this end's address and port as the relay saw them", |r| socket(r.turn().mapped_address)),
        of("alternate_server", Kind::Text, "", "other server that the relay names; Microsoft's relays name themselves", |r| socket(r.turn().alternate_server)),
        of("turn_ignored", Kind::Integer, "", "garbage, answers to other requests and duplicates that also came", |r| number(r.turn().ignored.map(|i| i.total().into()))),
    ] };
}
