//! Where the columns of a file stand.

use super::dialect::Dialect;
use super::ids::{Id, id};

/// A name that another program has for a column of ours.
pub type Alias = (&'static str, Id);

/// Where the columns of a file stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// What wrote the file.
    pub dialect: Dialect,
    names: Vec<String>,
    places: Vec<Option<usize>>,
    aliases: &'static [Alias],
}

impl Layout {
    /// Of a header's names.
    pub fn new(dialect: Dialect, names: Vec<String>) -> Self {
        Self::with_aliases(dialect, names, &[])
    }

    /// Of a header's names, some of which may be names that other programs have for our columns;
    /// our own name goes before.
    pub fn with_aliases(dialect: Dialect, names: Vec<String>, aliases: &'static [Alias]) -> Self {
        let mut places = vec![None; Id::COUNT];
        for (place, name) in names.iter().enumerate() {
            if let Some(id) = Id::find(name) {
                places[id.number()].get_or_insert(place);
            }
        }
        for (alias, id) in aliases {
            let place = &mut places[id.number()];
            let is = |name: &String| name.eq_ignore_ascii_case(alias);
            *place = place.or_else(|| names.iter().position(is));
        }
        Self {
            dialect,
            names,
            places,
            aliases,
        }
    }

    /// The same as if the columns at these places were not there.
    pub fn without(&self, places: &[usize]) -> Self {
        let mut other = self.clone();
        for place in &mut other.places {
            *place = place.filter(|place| !places.contains(place));
        }
        other
    }

    /// Names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Place of a column by its name, in any case of letters; also by the name that another dialect
    /// has for the same column.
    pub fn place(&self, name: &str) -> Option<usize> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        let here = self.names.iter().position(|known| is(known));
        here.or_else(|| {
            let alias = self.aliases.iter().find(|(alias, _)| is(alias));
            let id = alias.map(|(_, id)| *id).or_else(|| Id::find(name));
            id.and_then(|id| self.place_of(id))
        })
    }

    /// Place of a column.
    pub fn place_of(&self, id: Id) -> Option<usize> {
        self.places[id.number()]
    }

    /// Whether a row can say of itself whether the probe worked. What has none of these columns would seem to have worked.
    pub fn tells_outcome(&self) -> bool {
        let has = |ids: &[Id]| ids.iter().any(|id| self.has(*id));
        match self.dialect {
            Dialect::Turnprobe
            | Dialect::Bursts
            | Dialect::Held
            | Dialect::End2EndTcp
            | Dialect::End2EndTcpEarly
            | Dialect::End2EndHttp => has(&[id!(Status), id!(cause), id!(failed_phase)]),
            Dialect::End2EndUdp => has(&[id!(Status), id!(successrttcount)]),
            // counts and means, which need no word
            Dialect::End2EndPing
            | Dialect::SkypeAssessment
            | Dialect::TeamsAssessment
            | Dialect::Samples
            | Dialect::RollUps => true,
        }
    }

    /// Whether the file has the column.
    pub fn has(&self, id: Id) -> bool {
        self.place_of(id).is_some()
    }
}
