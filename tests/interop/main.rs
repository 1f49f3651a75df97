//! The program against real servers from Debian's packages (bind9, unbound, openssl, nginx,
//! coturn, squid, tinyproxy, microsocks) in a network namespace of each test's own. Ignored by default: they need root and
//! those packages; without them they fail, they do not skip. Expected values come from `dig`,
//! `getent` and `openssl`, asked of the same server in the same test.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // a test that cannot go on fails
#![allow(clippy::format_push_string, clippy::format_collect)] // short texts, read by people

// helpers
mod authority;
mod dig;
mod namespace;
mod openssl;
mod postgres;
mod probe;
mod proxies;
mod servers;
#[path = "../it/signals.rs"]
mod signals;

// tests
mod addresses;
mod certificates;
mod dns;
mod engines;
mod ladder;
mod main_job;
mod man_pages;
mod monitoring;
#[cfg(feature = "parquet")]
mod parquet;
mod proxy;
mod resolver;
mod saved_files;
mod schedulers;
#[cfg(feature = "postgres")]
mod server_store;
mod store;
mod tls;
mod trust;
mod turn;
mod web;
