//! What a diagnosis says: as a document for people, as JSON, for PRTG and for the plugins of monitors, as the files of a bundle (`bundle`), and what changed since the last look (`changes`). Pure; the rules stand
//! in `judge`.

pub mod bundle;
mod changes;
mod charts;
mod document;
mod figures;
mod json;
pub mod manual;
mod plugin;
mod prtg;
mod rows;
mod verdict;
pub mod words;

pub use changes::{ChangeNotice, LookState, change};
pub use document::document;
pub use json::{DiagnosisJson, told};
pub use plugin::{PluginExit, line};
pub use prtg::prtg_json;
pub use verdict::sentence;

#[cfg(test)]
mod tests;
