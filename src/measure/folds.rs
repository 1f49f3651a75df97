//! What comes of the rows of files, kind by kind.

use super::registry::kinds;
use super::{burst, hold};
use crate::schema::Row;
use crate::stats::{self, RowFold};

macro_rules! folds {
    ($($kind:ident [$($($table:ident)::+),+] $($field:ident: $($fold:ident)::+)?;)+) => {
        /// What each kind makes of the rows of files.
        #[derive(Debug, Default)]
        pub struct Folds {
            $($(#[doc = concat!("Of `", stringify!($kind), "`.")] pub $field: $kind::$($fold)::+,)?)+
        }

        impl RowFold for Folds {
            fn take(&mut self, row: &Row<'_>) {
                $($(self.$field.take(row);)?)+
            }

            fn is_detail(row: &Row<'_>) -> bool {
                $($(<$kind::$($fold)::+ as RowFold>::is_detail(row) ||)?)+ false
            }

            fn details(&self) -> u64 {
                [$($(self.$field.details(),)?)+].into_iter().sum()
            }

            fn finish(&mut self) {
                $($(self.$field.finish();)?)+
            }
        }
    };
}

kinds!(folds);

/// The fold of all rows of files.
pub type Survey = stats::Survey<Folds>;

/// What came of them.
pub type Finished = stats::Finished<Folds>;
