//! Summaries in, text out. Pure.

mod build;
pub mod burst;
mod chart;
mod connections;
pub mod csv;
pub mod hold;
pub mod html;
pub mod markdown;
pub mod model;
pub mod number;
pub mod summary;
pub mod table;
pub mod text;
mod times;
mod units;
mod versus;
pub mod watch;
mod wrap;

pub use build::Circumstances;
pub use wrap::wrapped;
