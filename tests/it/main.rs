//! The real probe against servers in this process, the command line as a process, the layering.
//! No root, no network beyond loopback.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod cli;
#[cfg(target_os = "linux")]
mod clocks;
mod command;
mod compare;
mod compare_held;
mod compare_numbers;
mod connect;
mod diagnose;
mod dns;
mod endpoints;
mod files;
mod generator;
mod golden;
mod hold;
mod imports;
mod ladder;
mod layering;
mod pipes;
mod polite;
mod proxy;
mod report;
mod report_findings;
mod report_forged;
mod report_numbers;
mod report_options;
mod report_others;
mod report_page;
mod report_planted;
mod report_rows;
mod report_saved;
mod report_schedule;
mod rows;
mod series;
mod series_files;
mod servers;
mod signals;
mod this_end;
mod tls;
mod tls_path;
mod transports;
mod turn;
mod udp;
#[cfg(windows)]
mod windows;
mod wire;
