//! Tables by columns of the user's choice, and what can be chosen.

use std::borrow::Cow;

use super::by_transport::ByTransport;
use super::egress;
use super::groups::{SEPARATOR, part, target};
use super::measured::{Measured, ParsedRow};
use super::relays::region;
use crate::schema::{Layout, RolledUp, Row, id};
use crate::zone::Zone;

/// A table by columns of the user's choice.
#[derive(Debug)]
pub struct ChosenTable {
    /// The columns.
    pub columns: Vec<String>,
    /// Rows by the values of the columns, separated by [`SEPARATOR`].
    pub groups: ByTransport,
}

impl ChosenTable {
    pub(super) fn add(&mut self, taken: &ParsedRow<'_>, zone: Zone, transport: usize) {
        self.group(taken.row, zone, transport).add(taken);
    }

    /// Takes in what a roll-up measured.
    pub(super) fn add_rolled(
        &mut self,
        (row, rolled): (&Row<'_>, &RolledUp),
        zone: Zone,
        transport: usize,
    ) {
        self.group(row, zone, transport).merge_rolled(rolled);
    }

    fn group(&mut self, row: &Row<'_>, zone: Zone, transport: usize) -> &mut Measured {
        let mut key = String::new();
        for (place, column) in self.columns.iter().enumerate() {
            if place > 0 {
                key.push(SEPARATOR);
            }
            key.push_str(&part(&value(row, column, zone)));
        }
        // a table by transport has them side by side
        let transport = if self.is_by_transport() { 0 } else { transport };
        self.groups.of(transport).of(&key)
    }

    /// Whether the transport is one of its columns.
    pub fn is_by_transport(&self) -> bool {
        self.columns.iter().any(|column| column == "transport")
    }
}

/// The value of a dimension by its name, or of a column of the file; empty where the row has none.
pub fn value<'a>(row: &Row<'a>, column: &str, zone: Zone) -> Cow<'a, str> {
    let shown = |form| {
        row.at
            .map(|at| Cow::Owned(zone.show(at).format(form).to_string()))
    };
    match column {
        "region" => region(row),
        "hour" => shown("%H").unwrap_or_default(),
        "day" => shown("%Y-%m-%d").unwrap_or_default(),
        "target" => Cow::Owned(target(row)),
        "transport" => row.way(),
        "certificate" => row.text(id!(Thumbprint)),
        "address" => row.text(id!(remoteip)),
        "name" => row.text(id!(remotename)),
        "egress" => egress::of(row).map_or(Cow::Borrowed(""), |at| Cow::Owned(at.to_string())),
        _ => match row.layout.place(column) {
            Some(place) => row.cell_text(place),
            None => Cow::Borrowed(""),
        },
    }
}

/// Whether a name is that of a dimension that every row has, or of a column of the file.
pub fn is_column(layout: &Layout, name: &str) -> bool {
    if name == "egress" {
        return layout.place("mapped_address").is_some();
    }
    !["host", "label", "resolver"].contains(&name) && DIMENSIONS.contains(&name)
        || layout.place(name).is_some()
}

/// The dimensions of the tables that are always made.
pub const DIMENSIONS: [&str; 12] = [
    "region",
    "address",
    "name",
    "certificate",
    "hour",
    "day",
    "target",
    "host",
    "label",
    "transport",
    "resolver",
    "egress",
];
