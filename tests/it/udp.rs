//! Bursts and watches over UDP: the program as a process against the lab and servers by script.

mod bursts;
mod files;
mod watch;
