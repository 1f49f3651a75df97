//! Which series a row is of. Only host, target and transport make one, whatever else differs from
//! row to row.

use std::collections::HashMap;

use super::groups::{OTHER, part, target};
use crate::schema::{Row, id};

/// Series that are told apart.
const MOST: usize = 1_000;

/// Host, target and transport.
pub type SeriesName = [String; 3];

/// Numbers of series.
#[derive(Debug, Default)]
pub struct SeriesNames {
    numbers: HashMap<SeriesName, usize>,
    names: Vec<SeriesName>,
    other: Option<usize>,
}

impl SeriesNames {
    /// The number of a row's series; beyond the cap they share one.
    pub fn of(&mut self, row: &Row<'_>) -> usize {
        let name = name(row);
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        if self.numbers.len() >= MOST {
            return *self.other.get_or_insert_with(|| {
                self.names.push([OTHER; 3].map(str::to_owned));
                self.names.len().saturating_sub(1)
            });
        }
        self.names.push(name.clone());
        self.numbers
            .insert(name, self.names.len().saturating_sub(1));
        self.names.len().saturating_sub(1)
    }

    /// The number of another series that is named like this one.
    pub fn beside(&mut self, number: usize) -> usize {
        self.names.push(self.names[number].clone());
        self.names.len().saturating_sub(1)
    }

    /// The same as [`Self::of`], if the series is known.
    pub fn known(&self, row: &Row<'_>) -> Option<usize> {
        self.numbers.get(&name(row)).copied()
    }

    /// The number that all beyond the cap share, if there are any.
    pub fn other(&self) -> Option<usize> {
        self.other
    }

    /// The name of a number.
    pub fn name(&self, number: usize) -> &SeriesName {
        &self.names[number]
    }

    /// All names by number.
    pub fn into_names(self) -> Vec<SeriesName> {
        self.names
    }
}

/// The name of a row's series.
pub(super) fn name(row: &Row<'_>) -> SeriesName {
    [
        part(&row.text(id!(host))).into_owned(),
        target(row),
        part(&row.way()).into_owned(),
    ]
}
