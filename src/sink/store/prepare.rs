//! Where rows of a store go: into a file, or to a server.

use super::super::error::SinkError;
use super::super::{FoldRows, Prepared};
use super::{Server, StoreSink, StoreSpec};
use crate::clock::Wall;
use crate::schema::RowKind;

/// Opens a store for rows of a kind; nothing is written yet.
///
/// # Errors
///
/// When it is something else, or holds rows of the other world; it is untouched then.
pub fn prepare_store<R: RowKind>(spec: &StoreSpec, wall: &Wall) -> Result<Prepared<R>, SinkError> {
    if let Some(server) = &spec.server {
        return of_server(spec, server);
    }
    Ok(Prepared(Box::new(StoreSink::prepare(spec, wall)?)))
}

#[cfg(feature = "postgres")]
fn of_server<R: RowKind>(spec: &StoreSpec, server: &Server) -> Result<Prepared<R>, SinkError> {
    super::super::postgres::prepare(spec, server)
}

#[cfg(not(feature = "postgres"))]
fn of_server<R: RowKind>(_: &StoreSpec, _: &Server) -> Result<Prepared<R>, SinkError> {
    Err(SinkError::Server {
        path: "postgres://...".to_owned(),
        why: crate::store::NO_SERVERS.to_owned(),
    })
}

/// The same for what rows are folded into.
///
/// # Errors
///
/// As [`prepare_store`].
pub fn prepare_folded_store<R: RowKind, F: FoldRows<R>>(
    spec: &StoreSpec,
    fold: F,
    wall: &Wall,
) -> Result<Prepared<R>, SinkError> {
    let to: Prepared<F::Row> = prepare_store(spec, wall)?;
    Ok(super::super::folded::prepared(fold, to, wall.clone()))
}
