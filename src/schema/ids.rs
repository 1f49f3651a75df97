//! Numbers of columns, by which rows of files are read: every name that a table has gets one, the
//! same in each kind of row that has the column.

use super::group::is_same;
use super::row_kind::RowKind;
use crate::measure::registry::TABLES;

/// Columns of other programs that mean what no column of ours does.
const FOREIGN: &[&str] = &[
    "averagertt",
    "successrttcount",
    "Min",
    "Avg",
    "Max",
    "Total",
    "PacketLossRate",
    "RoundTripLatencyInMs",
    "PacketsSent",
    "PacketsReceived",
    "AverageJitterInMs",
    "PacketReorderRatio",
    "Protocol",
];

/// The names, one for each number.
static NAMES: UniqueNames<TOTAL> = UniqueNames::of(TABLES).and(FOREIGN);

/// Names in the tables, those of several kinds counted for each.
const TOTAL: usize = {
    let (mut total, mut table) = (FOREIGN.len(), 0);
    while table < TABLES.len() {
        total += TABLES[table].len();
        table += 1;
    }
    total
};

/// A column, of whichever kind of row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u16);

impl Id {
    /// How many there are.
    pub const COUNT: usize = NAMES.count;

    /// Of a name that must exist; in a constant, as `id!` makes one, any other does not compile.
    pub const fn of(name: &str) -> Self {
        match NAMES.place(name) {
            #[allow(clippy::cast_possible_truncation)] // there are hundreds
            Some(place) => Self(place as u16),
            None => panic!("{}", name),
        }
    }

    /// Of a name in a file, in any case of letters.
    pub fn find(name: &str) -> Option<Self> {
        Self::all().find(|id| id.name().eq_ignore_ascii_case(name))
    }

    /// All of them, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        #[allow(clippy::cast_possible_truncation)] // there are hundreds
        (0..Self::COUNT as u16).map(Self)
    }

    /// Its number.
    pub const fn number(self) -> usize {
        self.0 as usize
    }

    /// Name of the column.
    pub fn name(self) -> &'static str {
        NAMES.names[self.number()]
    }

    /// Whether a kind of row of ours has it.
    pub fn is_ours(self) -> bool {
        !FOREIGN.contains(&self.name())
    }
}

/// Whether the name is that of a column of another kind of row, and of none of this kind.
pub fn is_foreign<R: RowKind>(name: &str) -> bool {
    let is_one = |id: Id| id.is_ours() && id.name() == name;
    R::column(name).is_none() && Id::find(name).is_some_and(is_one)
}

/// The number of the column of this name, which the compiler looks up.
macro_rules! id {
    // an item, which is looked up wherever it stands, as an inline constant is not by every check
    ($name:ident) => {{
        const ID: $crate::schema::Id = $crate::schema::Id::of(stringify!($name));
        ID
    }};
}
pub(crate) use id;

/// Names, each once.
struct UniqueNames<const N: usize> {
    names: [&'static str; N],
    count: usize,
}

impl<const N: usize> UniqueNames<N> {
    const fn of(tables: &[&[&'static str]]) -> Self {
        let mut all = Self {
            names: [""; N],
            count: 0,
        };
        let mut table = 0;
        while table < tables.len() {
            all = all.and(tables[table]);
            table += 1;
        }
        all
    }

    const fn and(mut self, names: &[&'static str]) -> Self {
        let mut at = 0;
        while at < names.len() {
            if self.place(names[at]).is_none() {
                self.names[self.count] = names[at];
                self.count += 1;
            }
            at += 1;
        }
        self
    }

    const fn place(&self, name: &str) -> Option<usize> {
        let mut place = 0;
        while place < self.count {
            if is_same(self.names[place], name) {
                return Some(place);
            }
            place += 1;
        }
        None
    }
}
