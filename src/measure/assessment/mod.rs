//! What Microsoft's Network Assessment Tool measures: a row for each test over UDP or TCP, in the format of the Teams
//! version and in that of the Skype for Business version. Their files are read.

pub mod finished;
pub mod fold;
pub mod sections;
pub mod text;
