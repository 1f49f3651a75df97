//! What a diagnosis says: as a document for people, as JSON, for PRTG and for the plugins of monitors. Pure; the rules stand
//! in `judge`.

mod charts;
mod document;
mod figures;
mod json;
pub mod manual;
mod plugin;
mod prtg;
mod verdict;
pub mod words;

pub use document::document;
pub use json::{Told, told};
pub use plugin::{Exit, line};
pub use prtg::{prtg_json, prtg_xml};
pub use verdict::sentence;

#[cfg(test)]
mod tests;
