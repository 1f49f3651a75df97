//! The real probe against servers in this process, the command line as a process, the layering.
//! No root, no network beyond loopback.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod bundle;
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
mod kept;
mod ladder;
mod layering;
mod metrics;
mod nights;
mod parquet;
mod pipes;
mod polite;
mod powershell;
mod proxy;
mod readme;
mod reasons;
mod report;
mod report_accused;
mod report_blame;
mod report_chance;
mod report_findings;
mod report_fleet;
mod report_forged;
mod report_lost;
mod report_mixed;
mod report_nameless;
mod report_numbers;
mod report_options;
mod report_others;
mod report_page;
mod report_planted;
mod report_resaved;
mod report_rows;
mod report_saved;
mod report_schedule;
mod report_several;
mod report_slow;
mod report_sql;
mod report_together;
mod report_unknown;
mod report_unread;
mod report_witnesses;
mod rollup;
mod rows;
#[cfg(target_os = "linux")]
mod screen;
mod series;
mod series_files;
mod servers;
mod signals;
#[cfg(unix)]
mod stopped;
mod store;
mod summary;
mod this_end;
mod tls;
mod tls_path;
mod transports;
mod turn;
mod udp;
mod until;
#[cfg(windows)]
mod windows;
mod wire;
