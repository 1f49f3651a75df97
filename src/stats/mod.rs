//! Streaming and mergeable statistics. Pure: values in, summaries out.

// what strangers send and write: an overflow would be a panic, or a wrong number
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod chao;
mod distribution;
pub mod expo;
pub mod hold;
mod moments;
pub mod packets;
mod pairs;
pub mod survey;
mod tally;
mod times;
mod wilson;

pub use chao::{Richness, chao1};
pub use distribution::Distribution;
pub use expo::Expo;
pub use moments::Moments;
pub use pairs::Pairs;
pub use survey::{Finished, Survey, SurveyOptions};
pub use tally::{Tally, TransportTally, Window};
pub use times::{PhaseSummary, Times};
pub use wilson::wilson;
