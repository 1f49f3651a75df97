//! What users see today, as files under `tests/data/golden`: rows in every form, reports, messages,
//! and which columns the lab fills.
//!
//! A difference fails and shows the first line that differs. One that is meant is taken over with
//! `TURNPROBE_BLESS=1 cargo test --test it golden::`, which writes the files anew and fails all the
//! same, so that it never passes by accident; then `git diff` shows what users will see.
//!
//! Only `library` uses this crate; everything else runs the program.

mod compare;
mod fixtures;
#[cfg(target_os = "linux")]
mod lab;
mod library;
mod messages;
mod reports;
mod rows;
mod store;
#[cfg(target_os = "linux")]
pub mod terminal;
