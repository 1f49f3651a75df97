//! Whose fault is it? Facts in, findings and a verdict out. Pure.
//!
//! Here: what was found out (`facts`) and the codes of what it can come to (`code`). Not here: how it is found out
//! (`measure`), how it is shown (`report`).

mod code;
pub mod facts;

pub use code::Code;
pub use facts::Facts;
