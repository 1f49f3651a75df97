//! What End2End-Ping measures: one row for a few ICMP echo requests together. This program sends none; files of the
//! script are read.

pub mod finished;
pub mod fold;
pub mod sections;
pub mod text;
