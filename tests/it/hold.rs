//! Held connections: the program as a process against the lab and relays by script, and the report
//! on their files.

mod ends;
mod files;
mod findings;
mod options;
mod reports;
