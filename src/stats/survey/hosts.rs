//! The machines that measured, by numbers: those of the rows' series, so that no row is asked for its host twice.

use super::groups;
use super::groups::part;
use super::relays::OTHER;
use crate::schema::{Row, id};

/// Hosts that are told apart; later ones share the number 0.
const MOST: usize = 16;

/// Hosts by number, and that of each series.
#[derive(Debug)]
pub struct Hosts {
    names: Vec<String>,
    of_series: Vec<Option<usize>>,
}

impl Default for Hosts {
    fn default() -> Self {
        Self {
            names: vec![groups::OTHER.to_owned()],
            of_series: Vec::new(),
        }
    }
}

impl Hosts {
    /// The number of the host of a row of this series.
    pub fn number(&mut self, series: usize, row: &Row<'_>) -> usize {
        if let Some(Some(number)) = self.of_series.get(series) {
            return *number;
        }
        let name = row.text(id!(host));
        let name = part(&name);
        let known = self.names.iter().position(|known| *known == name);
        let number = known.unwrap_or_else(|| {
            if self.names.len() > MOST {
                return OTHER;
            }
            self.names.push(name.into_owned());
            self.names.len().saturating_sub(1)
        });
        let places = self.of_series.len().max(series.saturating_add(1));
        self.of_series.resize(places, None);
        self.of_series[series] = Some(number);
        number
    }

    /// The names by number; the first one stands for all that are not told apart.
    pub fn into_names(self) -> Vec<String> {
        self.names
    }
}
