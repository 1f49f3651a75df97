//! Groups of columns that several kinds of row share, and tables made of them.
//!
//! A group is written once, over what the rows that have it can be asked for. A table picks from
//! the groups by name; what it picks and no group has does not compile.

use super::Column;

/// Columns that several kinds of row share.
pub struct Group<R: 'static> {
    pub(crate) columns: &'static [Column<R>],
}

impl<R> Group<R> {
    /// Some of its columns, in the order of the names.
    pub(crate) const fn pick<const N: usize>(&self, names: [&str; N]) -> [Column<R>; N] {
        let mut picked = [self.columns[0]; N];
        let mut at = 0;
        while at < N {
            let Some(place) = place(self.columns, names[at]) else {
                panic!("{}", names[at]);
            };
            picked[at] = self.columns[place];
            at += 1;
        }
        picked
    }
}

/// How many columns there are in the pieces of a table.
pub(crate) const fn count<R>(pieces: &[&[Column<R>]]) -> usize {
    let mut count = 0;
    let mut piece = 0;
    while piece < pieces.len() {
        count += pieces[piece].len();
        piece += 1;
    }
    count
}

/// The table of a kind of row: its pieces in the order of the file, and its own words where a
/// column means something else than in the group.
pub(crate) const fn table<R, const N: usize>(
    pieces: &[&[Column<R>]],
    meanings: &[(&str, &'static str)],
) -> [Column<R>; N] {
    let mut columns = [pieces[0][0]; N];
    let (mut piece, mut at, mut to) = (0, 0, 0);
    while piece < pieces.len() {
        if at < pieces[piece].len() {
            columns[to] = pieces[piece][at];
            at += 1;
            to += 1;
        } else {
            piece += 1;
            at = 0;
        }
    }
    let mut own = 0;
    while own < meanings.len() {
        let Some(place) = place(&columns, meanings[own].0) else {
            panic!("{}", meanings[own].0);
        };
        columns[place].meaning = meanings[own].1;
        own += 1;
    }
    columns
}

/// The names of a table's columns.
pub(crate) const fn names<R, const N: usize>(columns: &[Column<R>; N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = columns[at].name;
        at += 1;
    }
    names
}

/// Where the column of a name stands.
const fn place<R>(columns: &[Column<R>], name: &str) -> Option<usize> {
    let mut place = 0;
    while place < columns.len() {
        if is_same(columns[place].name, name) {
            return Some(place);
        }
        place += 1;
    }
    None
}

/// `==` of texts, which no constant may use yet.
pub(crate) const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}
