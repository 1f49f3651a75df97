//! The results of the rows of files, kind by kind.

use serde::Serialize;

use super::registry::kinds;
use crate::doc::Section;
use crate::schema::Row;
use crate::stats::{self, RowFold};

macro_rules! folds {
    ($($kind:ident [$($row:ident $($table:ident)::+),*] $($field:ident: $($fold:ident)::+ => $($total:ident)::+)?;)+) => {
        /// What each kind makes of the rows of files.
        #[derive(Debug, Default)]
        pub struct Folds {
            $($(#[doc = concat!("Of `", stringify!($kind), "`.")] pub $field: super::$kind::$($fold)::+,)?)+
        }

        impl RowFold for Folds {
            fn take(&mut self, row: &Row<'_>) {
                $($(self.$field.take(row);)?)+
            }

            fn is_detail(row: &Row<'_>) -> bool {
                $($(<super::$kind::$($fold)::+ as RowFold>::is_detail(row) ||)?)+ false
            }

            fn details(&self) -> u64 {
                [$($(self.$field.details(),)?)+].into_iter().sum()
            }

            fn finish(&mut self) {
                $($(self.$field.finish();)?)+
            }
        }

        /// What that comes to, under the names that it has in a report.
        #[derive(Debug, Clone, Default, Serialize)]
        pub struct Kinds {
            $($(#[doc = concat!("Of `", stringify!($kind), "`.")] pub $field: Vec<super::$kind::$($total)::+>,)?)+
        }

        impl Kinds {
            /// Of the folds.
            pub fn of(folds: &Folds) -> Self {
                Self {
                    $($($field: super::$kind::finished::of(&folds.$field),)?)+
                }
            }

            /// What a person reads of it.
            pub fn sections(&self) -> Vec<Section> {
                vec![$($(super::$kind::sections::section(&self.$field),)?)+]
            }
        }
    };
}

kinds!(folds);

/// The fold of all rows of files.
pub type Survey = stats::SurveyFold<Folds>;

/// What came of them.
pub type Finished = stats::SurveyResult<Folds>;
