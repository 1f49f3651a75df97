//! What goes into the store that the flags name.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;

use crate::cli::args::ProbeArgs;
use crate::measure::rows::{ROWS, RowFacts};
use crate::record::World;
use crate::schema::{Column, Keep, RowKind};
use crate::sink::StoreSpec;

/// The store for rows, where one is asked for and rows stay in it at all.
///
/// # Errors
///
/// When the path is none, or nothing would go in.
pub(super) fn rows<R: RowKind>(
    args: &ProbeArgs,
    columns: Option<&[&'static Column<R>]>,
) -> anyhow::Result<Option<StoreSpec>> {
    args.store.check()?;
    if !has_rows(args) {
        let give = if args.stream.burst.is_none() && !args.stream.watch && args.hold.hold.is_none()
        {
            "give --rollup TIME, or leave it out"
        } else {
            "leave it out"
        };
        ensure!(
            args.rollup.is_some(),
            "--store-keep rows=0 leaves nothing to store: {give}"
        );
        return Ok(None);
    }
    let table = R::STORED.map_or("", |stored| stored.table);
    let chosen = columns.unwrap_or_default().iter();
    let more = chosen.filter(|column| !column.default);
    let more = more.map(|column| (table, column.name)).collect();
    Ok(spec(args).map(|spec| StoreSpec {
        more,
        leads: true,
        ..spec
    }))
}

/// The store for details, where they are written at all.
pub(super) fn details<D: RowKind>(args: &ProbeArgs, are_wanted: bool) -> Option<StoreSpec> {
    spec(args).filter(|_| are_wanted && D::STORED.is_some() && has_rows(args))
}

/// The store for roll-ups.
pub(super) fn rollups(args: &ProbeArgs) -> Option<StoreSpec> {
    let leads = !has_rows(args);
    spec(args).map(|spec| StoreSpec { leads, ..spec })
}

/// Whether rows go in.
fn has_rows(args: &ProbeArgs) -> bool {
    let mut keep = args.store.store_keep.iter();
    !keep.any(|keep| *keep == (Keep::Rows, Duration::ZERO))
}

fn spec(args: &ProbeArgs) -> Option<StoreSpec> {
    let keep = args.store.store_keep.iter().copied();
    let server = args.store.server();
    let path = match &server {
        Some(_) => PathBuf::new(),
        None => std::path::absolute(args.store.store.as_ref()?).ok()?,
    };
    Some(StoreSpec {
        path,
        server,
        tables: ROWS.iter().filter_map(RowFacts::table).collect(),
        more: Vec::new(),
        world: if args.lab { World::Lab } else { World::Real },
        keep: keep.filter(|(_, keep)| !keep.is_zero()).collect(),
        leads: false,
    })
}
