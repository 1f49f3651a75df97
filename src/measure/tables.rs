//! The tables of all kinds of row; columns get their numbers for reading files back from them.

use super::registry::kinds;
use crate::schema::group::names;

macro_rules! tables {
    ($($kind:ident [$($row:ident $($table:ident)::+),*] $($field:ident: $($fold:ident)::+ => $($total:ident)::+)?;)+) => {
        /// Names of the columns of each kind of row.
        pub(crate) const TABLES: &[&[&str]] = &[$($(&names(&super::$kind::$($table)::+),)*)+];
    };
}

kinds!(tables);
