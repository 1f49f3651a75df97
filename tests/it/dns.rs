//! Name resolution against a name server with faults. The relay behind it is a closed port: a
//! probe that got through the dns phase fails with `connect-refused`.

mod chain;
mod families;
mod faults;
mod names;
mod several;
mod truncated;

use crate::rows::{Row, probe, target};
use crate::servers::closed::ClosedTcp;
use turnprobe::net::Plan;

/// A probe of relay.test.
fn ask(plan: Plan) -> Row {
    let closed = ClosedTcp::new();
    probe(plan, target("relay.test", closed.port()))
}

/// A probe of relay.test that got through the dns phase.
#[track_caller]
fn resolve(plan: Plan) -> Row {
    let row = ask(plan);
    row.assert_failed("connect-refused", &[]);
    assert_eq!(row.cell("remoteip"), "127.0.0.1");
    row
}
