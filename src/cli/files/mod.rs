//! What all commands that read files of rows have in common: which rows count, the progress of reading, what was read,
//! and where the page goes.

mod columns;
mod copies;
mod filter;
mod format;
mod page;
mod progress;
mod same;
mod told;
mod twice;
mod untimed;
mod untold;
pub(super) mod whole;

pub use columns::NamedColumns;
pub use copies::Copies;
pub use filter::{Conditions, Filter, filters_told};
pub use format::{DocumentFormat, json};
pub use page::{PageOutput, page_name};
pub use progress::Progress;
pub use same::is_same_file;
pub use told::{input, is_left_out, tell, tell_left_out, without_outcome};
pub use twice::Twice;
pub use untimed::Untimed;
pub use untold::Untold;
