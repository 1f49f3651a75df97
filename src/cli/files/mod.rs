//! What commands have in common that read files of rows and tell of them: which rows count, how far the reading is,
//! what was read, and where the page goes.

mod filter;
mod format;
mod json;
mod page;
mod progress;
mod told;
pub(super) mod whole;

pub use filter::{Conditions, Filter};
pub use format::DocumentFormat;
pub use json::json;
pub use page::Page;
pub use progress::Progress;
pub use told::{input, is_left_out, tell, tell_left_out};
