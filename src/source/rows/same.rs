//! What is the same in another form: cells with blanks around them, as programs with columns of a fixed width write
//! them, and names in capitals and small letters, of which neither computers nor DNS (RFC 4343) know the difference.

use std::collections::HashMap;

use crate::source::batch::Batch;
use crate::source::header::NamePlaces;
use crate::source::trouble::sample;

/// Computers whose spelling is known at most.
const MOST_HOSTS: usize = 100_000;

/// How the computers of a reading are spelled: as they were first.
#[derive(Debug, Default)]
pub struct HostNames {
    /// The last one.
    last: String,
    /// By their small letters.
    first: HashMap<String, String>,
}

impl HostNames {
    /// The spelling of a computer, where it is another.
    fn other(&mut self, host: &str) -> Option<&str> {
        if host == self.last {
            return None;
        }
        let key = host.to_lowercase();
        if !self.first.contains_key(&key) {
            if self.first.len() >= MOST_HOSTS {
                return None;
            }
            self.first.insert(key.clone(), host.to_owned());
        }
        let first = self.first.get(&key)?;
        if first == host {
            self.last.clear();
            self.last.push_str(host);
            return None;
        }
        Some(first)
    }
}

/// Puts cells into the one form that they have.
#[derive(Debug, Default)]
pub struct SameCells {
    /// How the computers of this file and of those before are spelled.
    pub hosts: HostNames,
    /// The column and the cell of the first one that does not stand in the file as it is read.
    pub changed: Option<(String, String)>,
}

impl SameCells {
    /// Takes the blanks off the cells of the row that is being made.
    #[inline]
    pub fn trim(&mut self, batch: &mut Batch) {
        if batch.has_blanks() {
            self.tell_blanks(batch);
            batch.trim();
        }
    }

    /// Names the first cell with blanks, but for one of `Status`, which queries read as it is.
    fn tell_blanks(&mut self, batch: &Batch) {
        let row = batch.current();
        let mut names = batch.layout.names().iter().enumerate();
        let padded = names.find(|(place, name)| {
            let cell = row.cell(*place);
            cell.trim().len() < cell.len() && !name.eq_ignore_ascii_case("Status")
        });
        if let Some((place, name)) = padded {
            self.changed
                .get_or_insert_with(|| (name.clone(), sample(row.cell(place))));
        }
    }

    /// Puts the names of the row that is being made into the one spelling that they have: that of computers as it was
    /// first, those of relays and proxies in small letters.
    #[inline]
    pub fn spell(&mut self, batch: &mut Batch, [host, relays @ ..]: NamePlaces) {
        if let Some(place) = host
            && let Some(first) = self.hosts.other(batch.current().cell(place))
        {
            put(batch, place, first, &mut self.changed);
        }
        for place in relays.into_iter().flatten() {
            let cell = batch.current().cell(place);
            if cell.bytes().any(|byte| byte.is_ascii_uppercase()) && is_name(cell) {
                let small = cell.to_ascii_lowercase();
                put(batch, place, &small, &mut self.changed);
            }
        }
    }
}

fn put(batch: &mut Batch, place: usize, text: &str, changed: &mut Option<(String, String)>) {
    if changed.is_none() {
        let name = batch.layout.names().get(place);
        let cell = batch.current().cell(place);
        *changed = name.map(|name| (name.clone(), sample(cell)));
    }
    batch.replace(place, text);
}

/// Whether it is the name of a computer, or the address of one: no page, in whose path capitals are others than small letters,
/// and no text that somebody chose.
fn is_name(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]/?=".contains(&byte);
    !rest.contains('/') && text.bytes().all(is_of_a_name)
}
