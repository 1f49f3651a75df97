//! What Microsoft's Network Assessment Tool measures: a row for each test over UDP or TCP, in the form of the one for
//! Teams and in that of the one for Skype for Business. Files of theirs are read.

pub mod finished;
pub mod fold;
pub mod sections;
pub mod text;
